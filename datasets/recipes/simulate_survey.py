"""Simulate what the simulated company's customers answer in a survey: SYNTHETIC answers.

In November 2024 every customer that is still there gets a questionnaire, and about three in
four send it back. ``python simulate_survey.py FOLDER`` writes the answers, and the true paths
behind them, to FOLDER.

How an answer comes about:

* each customer has feelings that nobody sees (image, expectation, quality, …), each with mean 0
  and variance 1. `Survey.paths` says how strongly one moves another; what is left is chance;
* a customer that will leave soon has a poorer image of the firm, and through the paths is less
  satisfied and less loyal;
* an item shows its feeling with a loading and an error of its own, and is rounded to its scale;
  the items named in `Survey.reversed_items` are worded the other way round;
* the stated share of wallet rises with satisfaction along a curve that depends on how many other
  suppliers are within reach: with none, hardly any satisfaction is needed, with many, a lot.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, ndtri
from simulate_company import TRUTH, make_customers, make_truth, stream
from table import write

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Survey:
    """Every number that the answers are made from."""

    day: str = "2024-11-15"
    response: float = 0.76
    missing: float = 0.015  # share of items left out
    life_to_image: float = 0.85  # correlation of image with the normal score of the life left
    paths: dict[str, dict[str, float]] = field(
        default_factory=lambda: {
            "expectation": {"image": 0.50},
            "quality": {"expectation": 0.55},
            "value": {"expectation": 0.10, "quality": 0.55},
            "satisfaction": {"image": 0.30, "expectation": 0.05, "quality": 0.35, "value": 0.25},
            "complaints": {"satisfaction": 0.55},
            "loyalty": {"image": 0.15, "satisfaction": 0.55, "complaints": 0.10},
            "trust": {"satisfaction": 0.60},
            "belonging": {"satisfaction": 0.25, "trust": 0.40},
            "friendship": {"trust": 0.20, "belonging": 0.45},
            "cognitive": {"satisfaction": 0.45, "trust": 0.25},
            "affective": {"satisfaction": 0.20, "belonging": 0.25, "friendship": 0.30},
            "conative": {"satisfaction": 0.15, "trust": 0.35, "belonging": 0.20},
            "behavioural": {"satisfaction": 0.20, "trust": 0.10, "friendship": 0.25},
        }
    )
    #: Items 1 to 10: loadings of each.
    ten: dict[str, tuple[float, ...]] = field(
        default_factory=lambda: {
            "image": (0.80, 0.75, 0.70),
            "expectation": (0.78, 0.72, 0.70),
            "quality": (0.88, 0.82, 0.80),
            "value": (0.88, 0.85),
            "satisfaction": (0.90, 0.85, 0.82),
            "complaints": (0.92,),
            "loyalty": (0.86, 0.84, 0.62),
        }
    )
    #: Items 1 to 7: the loadings of three items each.
    sevens: tuple[str, ...] = (
        *("trust", "belonging", "friendship"),
        *("cognitive", "affective", "conative", "behavioural"),
    )
    seven: tuple[float, ...] = (0.85, 0.80, 0.76)
    reversed_items: tuple[str, ...] = ("trust_3", "affective_3")
    centre_ten: float = 7.1
    spread_ten: float = 1.7
    centre_seven: float = 4.6
    spread_seven: float = 1.25
    alternatives: tuple[float, ...] = (0.14, 0.20, 0.24, 0.20, 0.13, 0.09)  # chance of 0 to 5
    wallet_floor: float = 0.08
    wallet_power: tuple[float, ...] = (0.22, 0.45, 0.85, 1.5, 2.4, 3.4)  # by alternatives
    wallet_noise: float = 0.09
    complaint_rate: float = 0.16  # share that complained within the year


SURVEY = Survey()


def feelings(rng: np.random.Generator, standing: Floats) -> dict[str, Floats]:
    """Draw each respondent's feelings, all with variance 1, following the paths."""
    a, n = SURVEY.life_to_image, len(standing)
    found = {"image": a * standing + np.sqrt(1 - a**2) * rng.standard_normal(n)}
    names, correlation = ["image"], np.eye(1)
    for name, causes in SURVEY.paths.items():
        weight = np.array([causes.get(cause, 0.0) for cause in names])
        with_others = correlation @ weight
        explained = float(weight @ with_others)
        noise = np.sqrt(1 - explained) * rng.standard_normal(n)
        found[name] = sum(w * found[cause] for cause, w in causes.items()) + noise
        correlation = np.block([[correlation, with_others[:, None]], [with_others, np.ones(1)]])
        names.append(name)
    return found


def answers(
    rng: np.random.Generator,
    feeling: Floats,
    loading: float,
    centre: float,
    spread: float,
    top: int,
) -> Floats:
    """Draw answers from 1 to `top` to one item."""
    own = loading * feeling + np.sqrt(1 - loading**2) * rng.standard_normal(len(feeling))
    return np.asarray(np.clip(np.rint(centre + spread * own), 1, top))


def respondents() -> pd.DataFrame:
    """Return who answers, with the standing of the firm that goes with the life left."""
    rng = stream("company_survey.respondents")
    customers = make_customers()
    truth = make_truth(customers)
    answered = rng.random(len(customers)) < SURVEY.response
    day = (np.datetime64(SURVEY.day) - np.datetime64(TRUTH.start)).astype(int)
    there = (customers["day"] < day - 90) & (truth["leave"] > day)
    chosen = truth[answered & there].reset_index(drop=True)
    rank = chosen["leave"].rank(method="first")
    return chosen.assign(standing=ndtri((rank - 0.5) / len(rank)))


def make_survey() -> pd.DataFrame:
    """Draw the answers of all respondents, one row each."""
    rng, who = stream("company_survey"), respondents()
    n = len(who)
    felt = feelings(rng, who["standing"].to_numpy())
    items: dict[str, Floats] = {}
    for name, loadings in SURVEY.ten.items():
        for i, loading in enumerate(loadings, start=1):
            items[f"{name}_{i}"] = answers(
                rng, felt[name], loading, SURVEY.centre_ten, SURVEY.spread_ten, 10
            )
    for name in SURVEY.sevens:
        for i, loading in enumerate(SURVEY.seven, start=1):
            given = answers(rng, felt[name], loading, SURVEY.centre_seven, SURVEY.spread_seven, 7)
            item = f"{name}_{i}"
            items[item] = 8 - given if item in SURVEY.reversed_items else given
    survey = pd.DataFrame(items)
    survey = survey.mask(rng.random(survey.shape) < SURVEY.missing).astype("Int64")
    recommend = answers(rng, felt["loyalty"], 0.85, 7.3, 2.0, 10)
    recommend[felt["loyalty"] < -2.2] = 0

    chance = np.cumsum(SURVEY.alternatives)
    alternatives = np.searchsorted(chance / chance[-1], rng.random(n), "right")
    power = np.array(SURVEY.wallet_power)[alternatives]
    share = SURVEY.wallet_floor + (1 - SURVEY.wallet_floor) * ndtr(felt["satisfaction"]) ** power
    share = np.clip(share + SURVEY.wallet_noise * rng.standard_normal(n), 0.02, 1)
    switching = answers(rng, 0.5 * felt["loyalty"] - 0.4 * (alternatives - 2), 0.8, 4.0, 1.3, 7)
    upset = -felt["satisfaction"] + 0.8 * rng.standard_normal(n)
    complained = upset > np.quantile(upset, 1 - SURVEY.complaint_rate)
    survey.insert(0, "customer", who["customer"])
    return survey.assign(
        recommend=recommend.astype(int),
        complained=complained,
        alternatives=alternatives,
        switching_cost=switching.astype(int),
        share_of_wallet=share.round(2),
    )


def make_paths() -> pd.DataFrame:
    """Return the true strength of every path."""
    rows = [
        (cause, name, strength)
        for name, causes in SURVEY.paths.items()
        for cause, strength in causes.items()
    ]
    return pd.DataFrame(rows, columns=["source", "target", "coefficient"])


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    write(make_survey(), folder / "company_survey.csv")
    write(make_paths(), folder / "company_survey_paths.csv")
