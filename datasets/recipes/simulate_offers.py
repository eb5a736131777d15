"""Simulate how the simulated company's customers rate rival offers: SYNTHETIC ratings.

Every respondent of company_survey rates the offer of the company and of the rivals within reach,
for the basket that it buys in a month, says what a point, an hour, an effort are worth to it, and
names its main supplier. ``python simulate_offers.py FOLDER`` writes the two tables to FOLDER.

How a rating comes about:

* the company's own product, service, personnel and image follow the respondent's answers in
  company_survey, so that a customer is here what it was there;
* all other levels are the offer's own (`Offers.levels`) with a personal error;
* a customer's worth of a point is a share of its monthly basket that depends on its segment
  (`Offers.worth`), times a personal lognormal factor; an hour has a price of its own;
* the rivals within reach are drawn at random, as many as the customer said in company_survey,
  at most three;
* the main supplier is the offer with the largest delivered value plus a Gumbel error, which is
  the multinomial logit with `Offers.scale`.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from simulate_company import make_customers, make_truth, stream
from simulate_survey import make_survey
from table import write

Floats = npt.NDArray[np.float64]
POINTS = ("product", "service", "personnel", "image", "energy", "psychic")
BENEFITS = ("product", "service", "personnel", "image")


@dataclass(frozen=True)
class Offers:
    """Every number that the ratings are made from."""

    #: Points of product, service, personnel, image, energy, psychic; price index; hours a month.
    levels: dict[str, tuple[float, ...]] = field(
        default_factory=lambda: {
            "own": (7.0, 6.8, 6.6, 6.9, 4.5, 4.2, 1.00, 1.5),
            "discounter": (6.3, 5.3, 4.8, 5.2, 5.2, 4.8, 0.62, 1.4),
            "premium": (8.5, 8.2, 7.5, 8.3, 2.9, 2.7, 1.42, 0.7),
            "local": (7.7, 5.4, 7.2, 6.4, 5.0, 4.5, 1.04, 1.5),
        }
    )
    #: Worth of a point of the same six, as a share of the monthly basket; yuan per hour.
    worth: dict[str, tuple[float, ...]] = field(
        default_factory=lambda: {
            "café": (0.120, 0.055, 0.025, 0.035, 0.016, 0.018, 40.0),
            "office": (0.080, 0.085, 0.020, 0.015, 0.026, 0.020, 55.0),
            "school": (0.085, 0.060, 0.025, 0.010, 0.018, 0.016, 35.0),
            "hotel": (0.085, 0.095, 0.030, 0.040, 0.014, 0.024, 60.0),
        }
    )
    worth_sigma: float = 0.35  # of the logarithm of the personal factor
    rating_error: float = 0.9  # points
    hours_sigma: float = 0.25  # of the logarithm
    money_sigma: float = 0.04  # of the logarithm
    scale: float = 25.0  # yuan a month, of the Gumbel error of the choice


OFFERS = Offers()


def own_points(survey: pd.DataFrame) -> dict[str, Floats]:
    """Read the company's own points off the survey; a missing answer counts as the item's mean."""
    filled = survey.drop(columns="customer").astype(float)
    filled = filled.fillna(filled.mean())

    def mean(*items: str) -> Floats:
        return filled[list(items)].mean(axis=1).to_numpy()

    return {
        "product": mean("quality_1", "quality_2"),
        "service": mean("quality_3", "complaints_1", "satisfaction_2"),
        "personnel": 1 + 1.5 * (mean("trust_1", "friendship_3") - 1),  # from 1–7 to 1–10
        "image": mean("image_1", "image_2", "image_3"),
    }


def make_weights() -> pd.DataFrame:
    """Draw what a point of each component and an hour are worth to each respondent."""
    rng = stream("company_offer_weights")
    customers = make_customers()
    truth = make_truth(customers)
    survey = make_survey()
    who = pd.DataFrame({"customer": survey["customer"]}).merge(customers).merge(truth)
    basket = (who["order_rate"] * who["mean_order"] / 12).to_numpy()
    worth = np.array([OFFERS.worth[segment] for segment in who["segment"]])
    factor = np.exp(OFFERS.worth_sigma * rng.standard_normal(worth.shape))
    worth = worth * factor
    worth[:, :-1] *= basket[:, None]
    table = pd.DataFrame(worth.round(2), columns=[*POINTS, "time"])
    table.insert(0, "customer", who["customer"])
    return table.assign(basket=basket.round(2))[
        ["customer", "basket", *BENEFITS, "time", "energy", "psychic"]
    ]


def make_offers() -> pd.DataFrame:
    """Draw the ratings of all offers within reach and the main supplier of each respondent."""
    rng = stream("company_offers")
    survey, weights = make_survey(), make_weights()
    own = own_points(survey)
    names, n = list(OFFERS.levels), len(survey)
    order = rng.random((n, len(names) - 1)).argsort(axis=1)
    frames = []
    for k, name in enumerate(names):
        *points, price, hours = OFFERS.levels[name]
        table = pd.DataFrame({"customer": survey["customer"], "offer": name})
        error = rng.standard_normal((n, len(POINTS)))
        for j, component in enumerate(POINTS):
            level = own[component] if name == "own" and component in own else points[j]
            noise = 0.4 if name == "own" and component in own else 1.0
            rated = np.rint(level + noise * OFFERS.rating_error * error[:, j])
            table[component] = np.clip(rated, 1, 10).astype(int)
        bill = weights["basket"] * price * np.exp(OFFERS.money_sigma * rng.standard_normal(n))
        table["money"] = np.maximum(bill.round(), 1)
        spent = hours * np.exp(OFFERS.hours_sigma * rng.standard_normal(n))
        table["time"] = np.maximum(spent.round(1), 0.1)
        table["surprise"] = rng.gumbel(0, OFFERS.scale, n)
        within = np.ones(n, bool) if k == 0 else order[:, k - 1] < survey["alternatives"]
        frames.append(table[within])
    offers = pd.concat(frames)
    worth = offers[["customer"]].merge(weights, how="left")
    gets = (offers[list(BENEFITS)].to_numpy() * worth[list(BENEFITS)].to_numpy()).sum(axis=1)
    effort = ["time", "energy", "psychic"]
    gives = (offers[effort].to_numpy() * worth[effort].to_numpy()).sum(axis=1) + offers["money"]
    felt = gets - gives + offers["surprise"]
    best = felt.groupby(offers["customer"]).transform("max")
    columns = ["customer", "offer", *BENEFITS, "money", "time", "energy", "psychic"]
    table = offers[columns].assign(chosen=(felt == best).to_numpy())
    return table.sort_values(["customer", "offer"], kind="stable").reset_index(drop=True)


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    write(make_offers(), folder / "company_offers.csv")
    write(make_weights(), folder / "company_offer_weights.csv")
