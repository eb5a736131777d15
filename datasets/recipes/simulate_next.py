"""Simulate a trial of five actions, and the truth of the coming year: SYNTHETIC.

``python simulate_next.py FOLDER`` writes two tables.

``company_next_truth`` holds what is true of each customer of the simulated company on 31 December
2025: whether it is still there, how it would order, leave, fail and pay in 2026, and what each
action would change for it. A strategy is scored by this table, so students must not have it, and
the wheel of crmlab leaves it out.

``company_trial`` is what may be known beforehand: a trial of 2025 at the sister companies of the
same group, wholesalers of the same kind in other provinces, which do not exist either. Their
customers follow the same laws, but are other customers. Everybody who had ordered within a year
got one of five actions or none, by lot, and a year later its profit was booked.

How a year goes for a customer that is still there, with t in years from its first day:

* it leaves at the rate `churn_rate` × factor(t), where the factor is `unmended_factor` while a
  complaint that was not mended still works (`complaint_days`), and 1 afterwards;
* the share `fails` of the departures are failures, which leave the orders of the last
  `owed_days` unpaid;
* until then it orders as a Poisson process at `order_rate`, each order of `mean_order` with the
  margin `margin_rate`; the share `unpaid` of its orders is never paid;
* while it stays it costs `service_cost` a year.

What the actions do: a **visit** raises the order rate by `visit_lift`, which is large where the
customer does not yet buy more than beans. An **offer** takes the share `offer_keeps` off the
departures that are no failures, and gives a rebate on every order. A **repair** mends a complaint
with the chance `repair_mends`, after which the factor is `mended_factor`. **Credit** raises the
order rate by `credit_lift` and the share unpaid to `unpaid_credit`, and more days are owed.
**Prepay** lowers the order rate by `prepay_loss`; nothing is owed.
"""

import dataclasses
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import simulate_company
from simulate_company import DAYS_PER_YEAR, TRUTH, stream
from simulate_credit_survey import expit, make_failures
from simulate_standing import make_truth as make_paying
from simulate_tickets import SERVICE, finish, make_complaints, make_others
from table import write

ACTIONS = ("none", "visit", "offer", "repair", "credit", "prepay")


@dataclass(frozen=True)
class Next:
    """Every number that trial and coming year are made from."""

    sister_seed: int = 20250101
    sister_customers: int = 12000
    visit_beans: float = 0.36  # mean lift of the order rate before cross-selling begins
    visit_other: float = 0.06  # and afterwards
    lift_shape: float = 4.0  # gamma law of the lifts over the customers
    offer_keeps: float = 0.75  # mean share of the departures that an offer prevents
    offer_size: float = 8.0  # size of the beta law around it
    repair_mends: float = 0.80
    credit_lift: float = 0.16  # mean
    credit_unpaid: float = 4.0  # factor on the share of orders that is never paid
    prepay_loss: float = 0.10  # mean share of the orders lost
    rebate: float = 0.01  # of every order, with an offer
    owed_days: int = 60  # orders owed at a failure, at the usual terms
    owed_days_credit: int = 180
    asked_days: int = 180  # complaints of so many days count as recent
    slow_days: int = 7  # an answer after more days is a sign of a complaint that is not mended
    noise: float = 0.3  # standard deviation of a year's money about its mean, in mean orders


NEXT = Next()


def make_next(tables: dict[str, pd.DataFrame], complaints: pd.DataFrame) -> pd.DataFrame:
    """Draw what is true of each customer at the start of the coming year."""
    p, rng = NEXT, stream("company_next_truth")
    people, truth = tables["company_customers.csv"], tables["company_truth.csv"]
    n, end = len(people), pd.Timestamp(TRUTH.end)
    age = ((end - people["acquired"]).dt.days / DAYS_PER_YEAR).to_numpy()
    paying = make_paying(people, truth)
    base = make_failures(truth, paying)["base"].to_numpy()
    beans = truth["cross_selling_age"].to_numpy() > age

    def lift(mean: np.ndarray | float) -> np.ndarray:
        return np.asarray(mean * rng.gamma(p.lift_shape, 1 / p.lift_shape, n))

    visit = lift(np.where(beans, p.visit_beans, p.visit_other))
    keeps = rng.beta(p.offer_keeps * p.offer_size, (1 - p.offer_keeps) * p.offer_size, n)
    credit, prepay = lift(p.credit_lift), np.minimum(lift(p.prepay_loss), 0.9)
    unpaid = paying["unpaid_chance"].to_numpy()
    middle = np.exp(TRUTH.order_growth * (age + 0.5))  # the rate in the middle of the year
    return pd.DataFrame(
        {
            "customer": people["customer"],
            "alive": truth["left"].isna(),
            "order_rate": (truth["order_rate"] * middle).round(3),
            "mean_order": truth["mean_order"],
            "margin_rate": truth["margin_rate"],
            "churn_rate": truth["churn_rate"],
            "service_cost": people["service_cost_per_year"],
            "complaint_days": still_works(people, tables["company_orders.csv.gz"], complaints),
            "unmended_factor": SERVICE.hazard_unmended,
            "mended_factor": SERVICE.hazard_mended,
            "fails": expit(-1.0 - 1.1 * base).round(3),
            "unpaid": unpaid,
            "unpaid_credit": (p.credit_unpaid * unpaid).round(4),
            "visit_lift": visit.round(3),
            "offer_keeps": keeps.round(3),
            "repair_mends": p.repair_mends,
            "credit_lift": credit.round(3),
            "prepay_loss": prepay.round(3),
        }
    )


def still_works(people: pd.DataFrame, orders: pd.DataFrame, complaints: pd.DataFrame) -> np.ndarray:
    """Count the days for which a customer's last complaint, not mended, will still work."""
    s, end = SERVICE, float((pd.Timestamp(TRUTH.end) - pd.Timestamp(TRUTH.start)).days)
    table = complaints.assign(customer=orders["customer"].to_numpy()[complaints["row"]])
    table = table[table["opened"] <= end]
    table["begin"] = table["opened"] + np.minimum(table["answer"], s.patience)
    last = table.sort_values("begin", kind="stable").groupby("customer").last()
    days = (np.minimum(last["begin"] - end + s.window, s.window)).where(
        ~last["mended"].astype(bool), 0.0
    )
    found = days.clip(lower=0).reindex(people["customer"], fill_value=0.0)
    return found.round().astype(int).to_numpy()


def complaint_state(tickets: pd.DataFrame, people: pd.DataFrame) -> np.ndarray:
    """Tell what the firm can see of each customer's last complaint of the last half-year."""
    end = pd.Timestamp(TRUTH.end)
    mine = tickets[
        (tickets["kind"] == "complaint")
        & (tickets["opened"] > end - pd.Timedelta(days=NEXT.asked_days))
    ]
    last = mine.sort_values("ticket").drop_duplicates("customer", keep="last").set_index("customer")
    waited = (last["first_answer"].fillna(end) - last["opened"]).dt.days
    unsettled = (
        last["closed"].isna()
        | (last["satisfied"] == "no")
        | (last["reopened"] > 0)
        | ((waited > NEXT.slow_days) & (last["satisfied"] != "yes"))
    )
    state = unsettled.map({True: "unsettled", False: "settled"})
    return state.reindex(people["customer"]).fillna("none").to_numpy()


def one_year(rng: np.random.Generator, truth: pd.DataFrame, action: np.ndarray) -> pd.DataFrame:
    """Draw the coming year of each customer under its action; the action's cost is not in it."""
    p, t, n = NEXT, truth, len(truth)
    offer, credit, prepay = (action == name for name in ("offer", "credit", "prepay"))
    lift = (
        1
        + np.where(action == "visit", t["visit_lift"], 0.0)
        + np.where(credit, t["credit_lift"], 0.0)
        - np.where(prepay, t["prepay_loss"], 0.0)
    )
    mended = (action == "repair") & (rng.random(n) < t["repair_mends"].to_numpy())
    factor = np.where(mended, t["mended_factor"], t["unmended_factor"])
    until = t["complaint_days"].to_numpy() / DAYS_PER_YEAR
    fails = t["fails"].to_numpy()
    others = (1 - fails) * np.where(offer, 1 - t["offer_keeps"], 1.0)
    rate = t["churn_rate"].to_numpy() * (fails + others)
    # The time of leaving turns an exponential draw round through the cumulated rate.
    spent = rng.exponential(size=n)
    early = spent / (rate * factor)
    life = np.where(early < until, early, until + (spent - rate * factor * until) / rate)
    stay = np.where(t["alive"], np.minimum(life, 1.0), 0.0)
    gone = t["alive"].to_numpy() & (life < 1.0)
    failed = gone & (rng.random(n) < fails / (fails + others))
    pace = t["order_rate"].to_numpy() * lift
    orders = rng.poisson(pace * stay)
    size = t["mean_order"].to_numpy()
    spread = np.exp(p.noise * rng.standard_normal(n) / np.sqrt(np.maximum(orders, 1)))
    sales = orders * size * spread / np.exp(p.noise**2 / 2 / np.maximum(orders, 1))
    unpaid = np.where(prepay, 0.0, np.where(credit, t["unpaid_credit"], t["unpaid"]))
    lost = rng.binomial(orders, unpaid) * size
    owed = np.where(prepay, 0, np.where(credit, p.owed_days_credit, p.owed_days)) / DAYS_PER_YEAR
    lost = lost + failed * owed * pace * size
    margin = sales * (t["margin_rate"].to_numpy() - np.where(offer, p.rebate, 0.0))
    profit = margin - lost - t["service_cost"].to_numpy() * stay
    return pd.DataFrame(
        {"orders": orders, "margin": margin, "lost": lost, "profit": profit,
         "still_there": t["alive"].to_numpy() & ~gone}
    )  # fmt: skip


def make_trial() -> pd.DataFrame:
    """Draw the sister companies and their trial."""
    p, ours = NEXT, simulate_company.TRUTH
    simulate_company.TRUTH = dataclasses.replace(
        ours, seed=p.sister_seed, customers=p.sister_customers
    )
    try:
        tables = simulate_company.simulate()
        people, orders = tables["company_customers.csv"], tables["company_orders.csv.gz"]
        complaints = make_complaints(people, tables["company_truth.csv"], orders)
        both = pd.concat([complaints, make_others(orders)], ignore_index=True)
        tickets = finish(stream("company_tickets.finish"), both, orders)
        truth = make_next(tables, complaints)
        paying = make_paying(people, tables["company_truth.csv"])
        rng = stream("company_trial")
    finally:
        simulate_company.TRUTH = ours
    end = pd.Timestamp(TRUTH.end)
    action = np.array(ACTIONS)[rng.permutation(np.arange(len(people)) % len(ACTIONS))]
    after = one_year(rng, truth, action)
    year = orders[orders["date"] > end - pd.Timedelta(days=365)]
    money = year.assign(margin=year["amount"] - year["cost"]).groupby("customer")
    count = year.groupby("customer").size().reindex(people["customer"], fill_value=0).to_numpy()
    late = paying["mean_days_late"] + paying["spread_days"] / np.sqrt(
        np.maximum(count, 1)
    ) * rng.standard_normal(len(people))
    kinds = orders.groupby("customer")["product"].nunique()
    last = orders.groupby("customer")["date"].max()
    seen = pd.DataFrame(
        {
            "customer": people["customer"].str.replace("C", "S"),
            "segment": people["segment"],
            "beans_only": people["customer"].map(kinds).eq(1),
            "orders_before": count,
            "sales_before": people["customer"].map(money["amount"].sum()),
            "margin_before": people["customer"].map(money["margin"].sum()),
            "days_silent": (end - people["customer"].map(last)).dt.days,
            "complaint": complaint_state(tickets, people),
            "days_late": late.round(1),
            "action": action,
            "orders_after": after["orders"],
            "margin_after": after["margin"],
            "unpaid_after": after["lost"],
            "still_there": after["still_there"],
        }
    )
    seen = seen[count > 0]
    yuan = ["sales_before", "margin_before", "margin_after", "unpaid_after"]
    return seen.assign(**seen[yuan].round(0).astype(int))


def make_truth() -> pd.DataFrame:
    """Draw the truth of the company itself."""
    tables = simulate_company.simulate()
    complaints = make_complaints(
        tables["company_customers.csv"],
        tables["company_truth.csv"],
        tables["company_orders.csv.gz"],
    )
    return make_next(tables, complaints)


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    write(make_trial(), folder / "company_trial.csv.gz")
    write(make_truth(), folder / "company_next_truth.csv.gz")
