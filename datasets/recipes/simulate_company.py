"""Simulate the simulated company: SYNTHETIC tables whose true parameters are known.

The simulated company is a wholesaler of coffee, machines and supplies to firms. No such firm
and no such customer exists. ``python simulate_company.py FOLDER`` writes the tables to FOLDER.

How a customer lives here, with t in years since its first order:

* it leaves for good after an exponential time at its own `churn_rate`, which is drawn from a
  gamma law around the mean of its segment and multiplied by the factor of its channel;
* until then it orders as a Poisson process at its own `order_rate` × exp(growth × t), where
  `order_rate` is gamma around the mean of its segment; the first order is at t = 0;
* an order is beans until `cross_selling_age`, an exponential time; from then on the product
  is drawn from a fixed mix. The products' amount factors average to one over that mix, so the
  expected amount is `mean_order` at every age;
* the amount is lognormal around `mean_order` × factor, and the cost of goods is
  (1 − `margin_rate`) of the amount with a small noise.

Every table draws from its own random stream, keyed by the table's name. A new table (surveys,
tickets, invoices, …) is one more function in `simulate` and leaves the older tables as they
are. Two things keep that true: never draw from another table's stream, and add a column to an
old table only by drawing it after all the others.
"""

import sys
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from table import write

DAYS_PER_YEAR = 365.25
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Segment:
    """True parameters of one segment; a gamma law has `shape` and the mean given before it."""

    share: float
    churn_rate: float  # mean per year
    churn_shape: float
    order_rate: float  # mean per year, at the first order
    order_shape: float
    mean_order: float  # median over the customers
    mean_order_sigma: float  # standard deviation of its logarithm
    margin_rate: float  # mean
    service_cost: float  # median over the customers, per year
    service_sigma: float


@dataclass(frozen=True)
class Channel:
    """True parameters of one channel of acquisition."""

    share: float
    cost: float  # mean of acquisition_cost
    churn_factor: float  # times the segment's churn_rate


@dataclass(frozen=True)
class Product:
    """True parameters of one product; `mix` is the share of orders once cross-selling began."""

    mix: float
    factor: float  # times the customer's mean_order


@dataclass(frozen=True)
class Truth:
    """Every number that the simulated company is made from."""

    seed: int = 20260101
    start: str = "2021-01-01"
    end: str = "2025-12-31"
    customers: int = 1500
    intake_growth: float = 0.18  # per year, continuous
    segments: dict[str, Segment] = field(
        default_factory=lambda: {
            "café": Segment(0.42, 0.62, 1.6, 11.0, 3.5, 290.0, 0.35, 0.34, 290.0, 0.80),
            "office": Segment(0.32, 0.24, 2.0, 8.0, 5.0, 280.0, 0.30, 0.37, 190.0, 0.75),
            "school": Segment(0.16, 0.12, 2.0, 5.0, 6.0, 360.0, 0.30, 0.31, 130.0, 0.65),
            "hotel": Segment(0.10, 0.36, 2.2, 14.0, 6.0, 480.0, 0.35, 0.26, 950.0, 0.80),
        }
    )
    regions: dict[str, float] = field(
        default_factory=lambda: {"north": 0.35, "east": 0.30, "south": 0.20, "west": 0.15}
    )
    channels: dict[str, Channel] = field(
        default_factory=lambda: {
            "fair": Channel(0.22, 200.0, 1.00),
            "web": Channel(0.36, 80.0, 1.10),
            "cold call": Channel(0.20, 140.0, 1.15),
            "referral": Channel(0.22, 45.0, 0.75),
        }
    )
    acquisition_sigma: float = 0.35  # of the logarithm of acquisition_cost
    products: dict[str, Product] = field(
        default_factory=lambda: {
            "beans": Product(0.65, 1.0),
            "supplies": Product(0.30, 0.6),
            "machines": Product(0.05, 3.4),
        }
    )
    cross_selling_age: float = 0.9  # mean, years
    order_growth: float = 0.04  # of the order rate, per year of age, continuous
    amount_sigma: float = 0.40  # of the logarithm of one order's amount
    margin_sd: float = 0.05  # of margin_rate over customers
    cost_noise: float = 0.02  # of the logarithm of one order's cost
    advocacy_shape: float = 0.5  # gamma with mean 1: weight in the draw of the referrer


TRUTH = Truth()


def stream(table: str) -> np.random.Generator:
    """Return the table's own random stream."""
    return np.random.default_rng([TRUTH.seed, zlib.crc32(table.encode())])


def draw(rng: np.random.Generator, shares: dict[str, float], size: int) -> npt.NDArray[np.str_]:
    """Draw names with the given shares."""
    edges = np.cumsum(list(shares.values()))
    return np.array(list(shares))[np.searchsorted(edges / edges[-1], rng.random(size), "right")]


def around(rng: np.random.Generator, mean: Floats | float, sigma: Floats | float, n: int) -> Floats:
    """Draw n lognormal values with the given mean and standard deviation of the logarithm."""
    sigma = np.asarray(sigma, dtype=float)
    return np.asarray(mean * np.exp(sigma * rng.standard_normal(n) - sigma**2 / 2))


def of_segment(customers: pd.DataFrame, name: str) -> Floats:
    """Return one parameter of each customer's segment."""
    return np.array([getattr(TRUTH.segments[segment], name) for segment in customers["segment"]])


def of_channel(customers: pd.DataFrame, name: str) -> Floats:
    """Return one parameter of each customer's channel."""
    return np.array([getattr(TRUTH.channels[channel], name) for channel in customers["channel"]])


def dates(days: Floats) -> pd.Series:
    """Turn days since the start into dates."""
    return pd.Series(np.datetime64(TRUTH.start, "D") + np.floor(days).astype("timedelta64[D]"))


def horizon() -> int:
    """Count the days from the start to the end, the last day included."""
    return int((np.datetime64(TRUTH.end) - np.datetime64(TRUTH.start)).astype(int)) + 1


def make_customers() -> pd.DataFrame:
    """Draw who the customers are and the day each is acquired (referrers come later)."""
    rng, n, g = stream("company_customers"), TRUTH.customers, TRUTH.intake_growth
    years = horizon() / DAYS_PER_YEAR
    day = np.sort(np.log1p(rng.random(n) * np.expm1(g * years)) / g * DAYS_PER_YEAR)
    customers = pd.DataFrame(
        {
            "customer": [f"C{i:04d}" for i in range(1, n + 1)],
            "segment": draw(rng, {k: v.share for k, v in TRUTH.segments.items()}, n),
            "region": draw(rng, TRUTH.regions, n),
            "channel": draw(rng, {k: v.share for k, v in TRUTH.channels.items()}, n),
            "referred_by": None,
            "acquired": dates(day),
            "day": day,
        }
    )
    customers.loc[customers["day"] < 60, "channel"] = "fair"  # nobody yet to be referred by
    cost = around(rng, of_channel(customers, "cost"), TRUTH.acquisition_sigma, n)
    service = of_segment(customers, "service_cost") * np.exp(
        of_segment(customers, "service_sigma") * rng.standard_normal(n)
    )
    return customers.assign(acquisition_cost=cost.round(2), service_cost_per_year=service.round(2))


def make_truth(customers: pd.DataFrame) -> pd.DataFrame:
    """Draw each customer's true parameters and the day it leaves."""
    rng, n = stream("company_truth"), len(customers)

    def gamma(mean: Floats | float, shape: Floats | float) -> Floats:
        return np.asarray(rng.gamma(shape, mean / np.asarray(shape), n))

    order = gamma(of_segment(customers, "order_rate"), of_segment(customers, "order_shape"))
    churn = gamma(of_segment(customers, "churn_rate"), of_segment(customers, "churn_shape"))
    sigma = of_segment(customers, "mean_order_sigma")
    mean_order = of_segment(customers, "mean_order") * np.exp(sigma * rng.standard_normal(n))
    margin = of_segment(customers, "margin_rate") + TRUTH.margin_sd * rng.standard_normal(n)
    truth = pd.DataFrame(
        {
            "customer": customers["customer"],
            "order_rate": np.maximum(order, 0.05).round(4),
            "mean_order": mean_order.round(2),
            "margin_rate": margin.round(4),
            "churn_rate": np.maximum(churn * of_channel(customers, "churn_factor"), 1e-4).round(4),
            "cross_selling_age": (TRUTH.cross_selling_age * rng.exponential(size=n)).round(4),
            "advocacy": gamma(1.0, TRUTH.advocacy_shape).round(4),
        }
    )
    life = rng.exponential(size=n) / truth["churn_rate"].to_numpy() * DAYS_PER_YEAR
    leave = customers["day"].to_numpy() + life
    gone = leave < horizon()
    return truth.assign(left=dates(np.minimum(leave, horizon())).where(gone), leave=leave)


def referrers(customers: pd.DataFrame, truth: pd.DataFrame) -> list[str | None]:
    """Draw, for each referral, one of the customers acquired earlier and still there."""
    rng = stream("company_customers.referred_by")
    chance = rng.random(len(customers))
    acquired, leave = customers["acquired"].to_numpy(), truth["leave"].to_numpy()
    advocacy, name = truth["advocacy"].to_numpy(), customers["customer"].to_numpy()
    drawn: list[str | None] = [None] * len(customers)
    for i in np.flatnonzero(customers["channel"] == "referral"):
        there = (acquired < acquired[i]) & (leave > customers["day"].to_numpy()[i])
        weight = np.cumsum(advocacy * there)
        drawn[i] = name[np.searchsorted(weight, chance[i] * weight[-1], "right")]
    return drawn


def make_orders(customers: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Draw every order from the first one to the day of leaving or the end."""
    rng, g = stream("company_orders"), TRUTH.order_growth
    start = customers["day"].to_numpy()
    years = (np.minimum(truth["leave"].to_numpy(), horizon()) - start) / DAYS_PER_YEAR
    rate = truth["order_rate"].to_numpy()
    repeats = rng.poisson(rate * np.expm1(g * years) / g)
    who = np.repeat(np.arange(len(customers)), repeats)
    # Given their number, the times are independent with a density that grows as exp(g t).
    age = np.log1p(rng.random(len(who)) * np.expm1(g * years[who])) / g
    who = np.concatenate([np.arange(len(customers)), who])
    age = np.concatenate([np.zeros(len(customers)), age])
    day = start[who] + age * DAYS_PER_YEAR
    order = np.lexsort((who, day))
    who, age, day = who[order], age[order], day[order]
    n = len(who)

    product = draw(rng, {k: v.mix for k, v in TRUTH.products.items()}, n)
    product[age <= truth["cross_selling_age"].to_numpy()[who]] = "beans"
    factor = np.array([TRUTH.products[name].factor for name in product])
    amount = around(rng, truth["mean_order"].to_numpy()[who] * factor, TRUTH.amount_sigma, n)
    amount = np.maximum(amount.round(2), 0.01)
    margin = truth["margin_rate"].to_numpy()[who]
    cost = around(rng, amount * (1 - margin), TRUTH.cost_noise, n)
    return pd.DataFrame(
        {
            "order": [f"O{i:05d}" for i in range(1, n + 1)],
            "customer": customers["customer"].to_numpy()[who],
            "date": dates(day),
            "product": product,
            "amount": amount,
            "cost": np.maximum(cost.round(2), 0.01),
        }
    )


def simulate() -> dict[str, pd.DataFrame]:
    """Return every table by the name of its file."""
    customers = make_customers()
    truth = make_truth(customers)
    customers["referred_by"] = referrers(customers, truth)
    return {
        "company_customers.csv": customers.drop(columns="day"),
        "company_orders.csv.gz": make_orders(customers, truth),
        "company_truth.csv": truth.drop(columns="leave"),
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    for name, frame in simulate().items():
        write(frame, folder / name)
