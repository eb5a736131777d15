"""Simulate the credit survey of the simulated company and a trading company's grades: SYNTHETIC.

``python simulate_credit_survey.py FOLDER`` writes four tables.

A customer has a *strength* (mean 0, standard deviation 1 over the customers). It hangs together
with how the customer pays, ``company_standing_truth``, and moves from year to year. Everything
that a survey asks follows from the strength and from chance. Some of the customers that leave
(``company_truth``) do so because they fail, the weak ones more often; their strength slides in
the months before. So failures agree with the orders: nobody orders after a failure.

* ``company_credit_survey``: one row for each survey of a larger customer, at most one a year.
  Weak customers show their accounts less often, so answers are not missing by chance.
* ``company_credit_watch``: one row for each quarter of a surveyed customer, with six signals.
* ``company_credit_failures``: the failures that the firm heard of by the end of 2025.
* ``trader_customers``: 24 customers of a trading company that does not exist either, with the
  grades that its salesmen gave.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from simulate_company import simulate, stream
from simulate_standing import make_truth, standard
from table import write

YEARS = (2021, 2022, 2023, 2024, 2025)


@dataclass(frozen=True)
class Signal:
    """True chances per quarter of one early signal."""

    base: float  # of a customer of strength 0 that is not about to fail
    peak: float  # in the last month before a failure
    reach: float  # months before a failure in which the chance climbs from base to peak


@dataclass(frozen=True)
class CreditSurvey:
    """Every number that survey, watch and failures are made from."""

    least_revenue: float = 1000.0  # of a year; smaller customers are not surveyed
    done: float = 0.80  # chance that the survey of a year is made
    with_days: float = 0.60  # correlation of the strength with punctual payment
    keep: float = 0.6  # of this year's deviation into the next
    shock: float = 0.45  # standard deviation of a year's new deviation
    fail_base: float = -1.0  # log odds that a customer of strength 0 that leaves has failed
    fail_slope: float = 1.1  # per unit of strength
    slide: float = 1.6  # strength lost from `slide_months` before a failure to the failure
    slide_months: float = 18.0
    no_accounts_base: float = -1.6  # log odds that accounts are not shown, strength 0
    no_accounts_slope: float = 0.9  # per unit of strength lost
    no_references: float = 0.06  # chance that no supplier gives a reference
    outlook: dict[str, tuple[int, ...]] = field(
        default_factory=lambda: {
            "café": (2, 3, 3, 3, 2),
            "office": (3, 3, 4, 3, 3),
            "school": (4, 4, 4, 4, 5),
            "hotel": (1, 2, 3, 4, 4),
        }
    )
    signals: dict[str, Signal] = field(
        default_factory=lambda: {
            "limit_used_up": Signal(0.080, 0.60, 15.0),
            "asks_longer_terms": Signal(0.030, 0.45, 12.0),
            "disputes_invoices": Signal(0.060, 0.30, 9.0),
            "owner_changed": Signal(0.015, 0.08, 18.0),
            "others_demand_cash": Signal(0.006, 0.60, 9.0),
            "not_reachable": Signal(0.015, 0.80, 5.0),
        }
    )


CREDIT = CreditSurvey()


def expit(x: np.ndarray) -> np.ndarray:
    """Return the logistic function."""
    return np.asarray(1 / (1 + np.exp(-x)))


def make_failures(truth: pd.DataFrame, paying: pd.DataFrame) -> pd.DataFrame:
    """Draw the lasting strength of each customer, and which of those that leave fail."""
    rng, c, n = stream("company_credit_failures"), CREDIT, len(truth)
    punctual = -standard(paying["mean_days_late"].to_numpy())
    base = c.with_days * punctual + np.sqrt(1 - c.with_days**2) * rng.standard_normal(n)
    fails = rng.random(n) < expit(c.fail_base - c.fail_slope * base)
    heard = truth["left"] + pd.to_timedelta(rng.integers(20, 91, n), unit="D")
    failed = heard.where(fails & (heard <= pd.Timestamp("2025-12-31")))
    return pd.DataFrame(
        {"customer": truth["customer"], "base": base, "left": truth["left"], "failed": failed}
    )


def months_before(failed: pd.Series, day: pd.Series) -> np.ndarray:
    """Months from a day to the failure; infinite without one."""
    return ((failed - day).dt.days / 30.4375).fillna(np.inf).to_numpy()


def sliding(months: np.ndarray) -> np.ndarray:
    """Strength already lost on the way to a failure."""
    return CREDIT.slide * np.clip(1 - months / CREDIT.slide_months, 0, 1)


def peak_balance(orders: pd.DataFrame, year: int) -> pd.Series:
    """Return the largest sum of a customer's orders within 45 days, in one year."""
    part = orders[orders["date"].dt.year == year].sort_values("date", kind="stable")
    rolled = part.set_index("date").groupby("customer")["amount"].rolling("45D").sum()
    return rolled.groupby("customer").max()


def make_survey(
    customers: pd.DataFrame, orders: pd.DataFrame, paying: pd.DataFrame, fate: pd.DataFrame
) -> pd.DataFrame:
    """Draw the surveys of all years."""
    rng, c, n = stream("company_credit_survey"), CREDIT, len(customers)
    age = np.exp(1.7 + 0.3 * fate["base"] + 0.6 * rng.standard_normal(n)).to_numpy()
    share = rng.beta(2.5, 3.0, n)
    lean = np.exp(0.35 * rng.standard_normal(n))
    cover = np.where(rng.random(n) < 0.28, rng.uniform(0.2, 1.0, n), 0.0).round(1)
    deviation, rows = np.zeros(n), []
    late = paying["mean_days_late"].to_numpy()
    for place, year in enumerate(YEARS):
        deviation = c.keep * deviation + c.shock * rng.standard_normal(n)
        day = pd.Series(
            pd.Timestamp(f"{year}-10-01") + pd.to_timedelta(rng.integers(0, 75, n), unit="D")
        )
        strength = fate["base"].to_numpy() + deviation
        strength = strength - sliding(months_before(fate["failed"], day))
        mine = orders[orders["date"].dt.year == year].groupby("customer")
        bought = mine["amount"].sum().reindex(customers["customer"], fill_value=0).to_numpy()
        peak = peak_balance(orders, year).reindex(customers["customer"], fill_value=0).to_numpy()
        there = (customers["acquired"] < day) & ~(fate["left"] <= day)
        asked = there.to_numpy() & (bought >= c.least_revenue) & (rng.random(n) < c.done)
        purchases = bought / share * np.exp(0.1 * rng.standard_normal(n))
        worth = purchases * lean * np.exp(-0.6 + 0.45 * strength + 0.2 * rng.standard_normal(n))
        table = pd.DataFrame(
            {
                "customer": customers["customer"],
                "year": year,
                "surveyed": day,
                "references_days_late": (
                    3 + 0.9 * late - 4 * (strength - fate["base"]) + 4 * rng.standard_normal(n)
                ).round(0),
                "years_in_business": np.floor(age + place).astype(int),
                "court_records": rng.poisson(np.exp(-2.2 - 0.75 * strength)),
                "cash_cover": (1.3 + 0.5 * strength + 0.35 * rng.standard_normal(n)).round(2),
                "current_ratio": np.exp(
                    0.35 + 0.25 * strength + 0.2 * rng.standard_normal(n)
                ).round(2),
                "equity_ratio": np.clip(
                    0.35 + 0.1 * strength + 0.08 * rng.standard_normal(n), -0.5, 0.9
                ).round(2),
                "net_worth": (worth / 100).round(0) * 100,
                "secured": cover,
                "sector_outlook": customers["segment"].map(
                    {name: marks[place] for name, marks in c.outlook.items()}
                ),
                "purchases": (purchases / 100).round(0) * 100,
                "peak_balance": peak.round(2),
            }
        )
        hidden = rng.random(n) < expit(c.no_accounts_base - c.no_accounts_slope * strength)
        accounts = ["cash_cover", "current_ratio", "equity_ratio", "net_worth"]
        table.loc[hidden, accounts] = np.nan
        table.loc[rng.random(n) < c.no_references, "references_days_late"] = np.nan
        rows.append(table[asked])
    return pd.concat(rows, ignore_index=True).sort_values(["year", "customer"], kind="stable")


def make_watch(survey: pd.DataFrame, customers: pd.DataFrame, fate: pd.DataFrame) -> pd.DataFrame:
    """Draw the quarterly signals of every customer that was ever surveyed."""
    rng, n = stream("company_credit_watch"), len(customers)
    known = customers["customer"].isin(set(survey["customer"]))
    gone = fate["failed"].fillna(fate["left"])
    rows = []
    for quarter in pd.date_range("2021-03-31", "2025-12-31", freq="QE"):
        start = quarter - pd.offsets.QuarterBegin(startingMonth=1)
        months = months_before(fate["failed"], pd.Series([quarter] * n))
        table = pd.DataFrame({"customer": customers["customer"], "quarter": quarter})
        for name, signal in CREDIT.signals.items():
            near = np.clip(1 - np.maximum(months, 0) / signal.reach, 0, 1)
            quiet = signal.base * np.exp(-0.35 * fate["base"].to_numpy())
            chance = quiet + (signal.peak - signal.base) * near
            table[name] = rng.random(n) < chance
        there = known & (customers["acquired"] < start) & ~(gone <= quarter)
        rows.append(table[there])
    return pd.concat(rows, ignore_index=True)


def make_trader() -> pd.DataFrame:
    """Draw the customers of the trading company and what its salesmen made of them."""
    rng, n = stream("trader_customers"), 24
    strength = standard(rng.standard_normal(n))
    sales = np.exp(7.2 + 0.75 * rng.standard_normal(n)).round(0)
    seen = strength + 0.5 * standard(np.log(sales)) + 0.6 + 0.5 * rng.standard_normal(n)
    given = np.array(list("DCBA"))[np.searchsorted([-0.9, 0.0, 0.9], seen)]
    risk = expit(-1.4 - 1.8 * strength)
    overdue = sales * np.clip(0.02 + 0.35 * risk + 0.04 * rng.standard_normal(n), 0, 0.6)
    lost = sales * np.where(rng.random(n) < 0.75 * risk, rng.uniform(0.03, 0.12, n), 0.0)
    return pd.DataFrame(
        {
            "customer": [f"T{i:02d}" for i in range(1, n + 1)],
            "salesman": np.array(["S1", "S2", "S3", "S4"])[rng.integers(0, 4, n)],
            "sales": sales.astype(int),
            "years_known": np.floor(np.exp(1.3 + 0.3 * strength + 0.6 * rng.standard_normal(n))),
            "days_late": (14 - 11 * strength + 6 * rng.standard_normal(n)).round(0),
            "equity_ratio": np.clip(
                0.32 + 0.1 * strength + 0.08 * rng.standard_normal(n), -0.2, 0.8
            ).round(2),
            "guaranteed": np.where(rng.random(n) < 0.3, 0.5, 0.0),
            "outlook": rng.integers(2, 6, n),
            "grade_given": given,
            "overdue": overdue.round(0).astype(int),
            "written_off": lost.round(0).astype(int),
        }
    ).astype({"years_known": int, "days_late": int})


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    tables = simulate()
    people, truth = tables["company_customers.csv"], tables["company_truth.csv"]
    paying = make_truth(people, truth)
    fate = make_failures(truth, paying)
    survey = make_survey(people, tables["company_orders.csv.gz"], paying, fate)
    failures = fate.dropna(subset="failed").sort_values("failed", kind="stable")
    write(survey, folder / "company_credit_survey.csv.gz")
    write(make_watch(survey, people, fate), folder / "company_credit_watch.csv.gz")
    write(failures[["customer", "failed"]], folder / "company_credit_failures.csv")
    write(make_trader(), folder / "trader_customers.csv")
