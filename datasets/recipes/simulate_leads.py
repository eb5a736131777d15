"""Simulate the leads and the tasks of the simulated company's sales team: SYNTHETIC.

No such firm, sales representative or customer exists. ``python simulate_leads.py FOLDER`` writes
four tables to FOLDER.

How a lead comes about:

* it is created, and may reach first contact, intent, negotiation and contract. Its chance to go
  on from each stage is a logit of its source, its segment, its size and its representative. The
  days until the next stage and the days until it is lost are lognormal; losing takes longer;
* a lost lead is written off a few days after it died, or, for a share that differs between
  representatives, only months later: until then it stands in the funnel although it is dead;
* every contract is followed, within two weeks, by the first order of one customer of
  company_customers. So the won leads are made *backwards*, from customers to creation, and the
  others are drawn so that each kind of lead has exactly the chance that the logit says: for one
  won lead of chance p there are, on average, (1 − p) / p that are not won;
* customers who come after the end of the data are drawn as well: their leads are open at the end.

Representatives differ in what they promise. One who promises much signs more of the negotiations
and larger volumes, keeps fewer of the promises, and has customers who leave sooner: the customers
of company_truth are given to representatives by a logit in promise × churn rate. What a customer
then does stands in company_orders.

company_tasks holds what the representatives wrote on their lists in the last quarter of 2025.
They do what is due soon, so that what matters but is not due waits.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from simulate_company import DAYS_PER_YEAR, TRUTH, dates, horizon, simulate, stream
from table import write

Floats = npt.NDArray[np.float64]
STAGES = ("first_contact", "intent", "negotiation", "contract")


@dataclass(frozen=True)
class Rep:
    """True parameters of one representative."""

    promise: float  # −1 serves and promises little, +1 promises much
    skill: float  # added to the logit of intent


@dataclass(frozen=True)
class Kind:
    """True parameters of one kind of task; days and hours are medians of lognormal laws."""

    due: float  # days from creation to the day it is due
    hours: float


@dataclass(frozen=True)
class Selling:
    """Every number that the leads and the tasks are made from."""

    first_day: str = "2023-01-01"
    #: Share of the customers of a channel who came through a representative.
    worked: dict[str, float] = field(
        default_factory=lambda: {"fair": 1.0, "cold call": 1.0, "referral": 0.5, "web": 0.25}
    )
    reps: dict[str, Rep] = field(
        default_factory=lambda: {
            "R1": Rep(-0.9, 0.10),
            "R2": Rep(0.9, -0.05),
            "R3": Rep(-0.3, 0.25),
            "R4": Rep(0.5, -0.20),
            "R5": Rep(-0.6, -0.10),
            "R6": Rep(0.2, 0.00),
            "R7": Rep(1.1, 0.05),
            "R8": Rep(-0.9, -0.05),
        }
    )
    #: Logit of going on to each stage, for a fair lead of a café of middle size.
    base: tuple[float, ...] = (1.70, -0.35, 0.20, 0.45)
    source: dict[str, float] = field(  # added at intent
        default_factory=lambda: {"fair": 0.0, "cold call": -0.5, "referral": 0.7, "web": 0.1}
    )
    segment: dict[str, float] = field(  # added at negotiation
        default_factory=lambda: {"café": 0.0, "office": 0.1, "school": 0.3, "hotel": -0.3}
    )
    size: float = -0.30  # added at negotiation per standard deviation of the log of the volume
    promise_signs: float = 0.40  # added at contract, per unit of promise
    days_on: tuple[float, ...] = (4.0, 15.0, 17.0, 15.0)  # median days to the next stage
    days_on_sigma: tuple[float, ...] = (0.8, 0.7, 0.6, 0.6)
    days_lost: tuple[float, ...] = (10.0, 24.0, 26.0, 28.0)  # median days to the loss
    days_lost_sigma: float = 0.7
    write_off: float = 3.0  # mean days from the loss to its record
    kept_open: float = 0.22  # share of the lost that are recorded late, by a rep of promise 0
    kept_open_promise: float = 0.12  # added per unit of promise
    kept_open_days: float = 130.0  # mean delay then
    first_order: int = 14  # the first order comes within so many days of the contract
    churn_tilt: float = 0.55  # of the logit of the rep, per promise and standard deviation
    estimate_sigma: float = 0.45  # of the logarithm of the estimate
    estimate_bias: float = 0.18  # of the logarithm, at promise 0
    estimate_promise: float = 0.15  # added per unit of promise
    signed_sigma: float = 0.25  # of the logarithm of the volume in the contract
    signed_promise: float = 0.12  # added to that logarithm per unit of promise
    promises: float = 2.0  # mean number in a contract, at promise 0
    promises_slope: float = 0.6  # of its logarithm
    kept: float = 1.5  # logit of keeping a promise, at promise 0
    kept_slope: float = -0.9
    promise_days: int = 90  # after which promises are checked and the welcome call is made
    answers: float = 0.65  # share of the welcome calls that are answered
    welcome: tuple[float, float, float] = (5.2, 3.2, 1.2)  # base, weight of kept share, noise
    quarter: str = "2025-10-01"
    kinds: dict[str, Kind] = field(
        default_factory=lambda: {
            "call": Kind(3, 0.3),
            "visit": Kind(8, 2.5),
            "offer": Kind(5, 1.5),
            "start-up visit": Kind(10, 3.0),
            "promise": Kind(18, 2.0),
            "complaint": Kind(2, 1.0),
            "yearly review": Kind(30, 2.5),
            "report": Kind(2, 1.0),
        }
    )
    follow_up: float = 21.0  # mean days between follow-up calls on an open lead
    complaints: float = 0.25  # per customer and year
    reviews: int = 60  # largest customers with a yearly review in the quarter
    task_sigma: float = 0.5  # of the logarithm of days and hours
    neglect: float = 0.15  # chance that a task is not done at all, if it is due within a week
    neglect_slow: float = 0.45  # the same if it is due later


SELLING = Selling()


def sigmoid(x: Floats | float) -> Floats:
    """Return the logistic function."""
    return np.asarray(1 / (1 + np.exp(-np.asarray(x, float))))


def of_rep(name: npt.NDArray[np.str_], what: str) -> Floats:
    """Return one parameter of each row's representative."""
    return np.array([getattr(SELLING.reps[rep], what) for rep in name])


def advance(people: pd.DataFrame, rep: npt.NDArray[np.str_]) -> Floats:
    """Return the chances to go on to each stage, one row per lead."""
    s = SELLING
    logit = np.tile(np.array(s.base), (len(people), 1))
    logit[:, 1] += people["source"].map(s.source).to_numpy() + of_rep(rep, "skill")
    logit[:, 2] += people["segment"].map(s.segment).to_numpy() + s.size * people["z"].to_numpy()
    logit[:, 3] += s.promise_signs * of_rep(rep, "promise")
    return sigmoid(logit)


def everybody() -> pd.DataFrame:
    """Return the customers with what the leads depend on: source, volume, churn."""
    tables = simulate()
    people = tables["company_customers.csv"].merge(tables["company_truth.csv"], on="customer")
    volume = people["order_rate"] * people["mean_order"]
    log_volume, log_churn = np.log(volume), np.log(people["churn_rate"])

    def standard(values: pd.Series) -> pd.Series:
        groups = values.groupby(people["segment"])
        return (values - groups.transform("mean")) / groups.transform("std")

    day = (people["acquired"] - pd.Timestamp(TRUTH.start)).dt.days.astype(float)
    return people.assign(
        source=people["channel"],
        volume=volume,
        z=standard(log_volume),
        churn_z=standard(log_churn).clip(-2.5, 2.5),
        day=day,
    )[["customer", "segment", "region", "source", "volume", "z", "churn_z", "day"]]


def more_people(
    people: pd.DataFrame, rng: np.random.Generator, n: int, days: float
) -> pd.DataFrame:
    """Return rows of `people` drawn at random (their kind) for n virtual customers."""
    weight = people["source"].map(SELLING.worked).to_numpy()
    picked = rng.choice(len(people), n, p=weight / weight.sum())
    more = people.iloc[picked].reset_index(drop=True)
    # A fresh size around that of the customer taken as a pattern, so that nobody appears twice.
    more["volume"] = more["volume"] * np.exp(0.15 * rng.standard_normal(n))
    g, end = TRUTH.intake_growth, days / DAYS_PER_YEAR
    more["day"] = np.log1p(rng.random(n) * np.expm1(g * end)) / g * DAYS_PER_YEAR
    return more.assign(customer=None)


def give_reps(people: pd.DataFrame, rng: np.random.Generator) -> npt.NDArray[np.str_]:
    """Draw the representative of each (future) customer; those who promise get the churners."""
    names = np.array(list(SELLING.reps))
    promise, everyone = of_rep(names, "promise"), np.empty((len(people), len(names)))
    for j, name in enumerate(names):
        chance = advance(people, np.full(len(people), name)).prod(axis=1)
        tilt = SELLING.churn_tilt * promise[j] * people["churn_z"].to_numpy()
        everyone[:, j] = np.log(chance) + tilt
    share = np.exp(everyone - everyone.max(axis=1, keepdims=True))
    cut = np.cumsum(share / share.sum(axis=1, keepdims=True), axis=1)
    return names[(rng.random(len(people))[:, None] > cut).sum(axis=1)]


def forward_days(rng: np.random.Generator, n: int) -> Floats:
    """Draw the days from stage to stage of leads that go on, one row per lead."""
    noise = rng.standard_normal((n, len(STAGES))) * SELLING.days_on_sigma
    return np.asarray(SELLING.days_on * np.exp(noise))


def make_won(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Go back from the first order to the contract and through the stages to the creation."""
    rep, on = give_reps(people, rng), forward_days(rng, len(people))
    signed = people["day"].to_numpy() - rng.integers(0, SELLING.first_order + 1, len(people))
    created = signed - on.sum(axis=1)
    when = np.column_stack([created, created[:, None] + np.cumsum(on, axis=1)])
    when[:, -1] = signed
    chance = advance(people, rep).prod(axis=1)
    table = people.assign(rep=rep, chance=chance, dead=np.nan, recorded=np.nan)
    return table.assign(**dict(zip(("created", *STAGES), when.T, strict=True)))


def make_lost(pattern: pd.DataFrame, rng: np.random.Generator, per_won: float) -> pd.DataFrame:
    """Draw leads that are never won: (1 − p) / p for every won one."""
    s = SELLING
    rep = give_reps(pattern, rng)
    going = advance(pattern, rep)
    chance = going.prod(axis=1)
    copies = rng.poisson((1 - chance) / chance / per_won)
    who = np.repeat(np.arange(len(pattern)), copies)
    table, going, n = pattern.iloc[who].reset_index(drop=True), going[who], len(who)
    table["volume"] = table["volume"] * np.exp(0.15 * rng.standard_normal(n))
    # Where the lead dies, given that it is not won.
    reach = np.cumprod(np.column_stack([np.ones(n), going[:, :-1]]), axis=1)
    dies = np.cumsum(reach * (1 - going), axis=1)
    at = (rng.random(n)[:, None] * dies[:, -1:] > dies).sum(axis=1)
    on = forward_days(rng, n)
    created = table["day"].to_numpy() - 7.0 - forward_days(rng, n).sum(axis=1)
    when = np.column_stack([created, created[:, None] + np.cumsum(on, axis=1)])
    last = when[np.arange(n), at]
    when[np.arange(len(STAGES) + 1) > at[:, None]] = np.nan
    dead = last + np.array(s.days_lost)[at] * np.exp(s.days_lost_sigma * rng.standard_normal(n))
    late = rng.random(n) < s.kept_open + s.kept_open_promise * of_rep(rep[who], "promise")
    recorded = dead + rng.exponential(s.write_off, n) + late * rng.exponential(s.kept_open_days, n)
    table = table.assign(rep=rep[who], chance=chance[who], dead=dead, recorded=recorded)
    return table.assign(**dict(zip(("created", *STAGES), when.T, strict=True)))


def follow(rng: np.random.Generator) -> pd.DataFrame:
    """Return every lead created in the window, with times in days since the company's start."""
    people, over = everybody(), 16
    took_part = rng.random(len(people)) < people["source"].map(SELLING.worked)
    days = horizon() + 600.0  # beyond the end: leads that are still open then
    growth = TRUTH.intake_growth / DAYS_PER_YEAR
    expected = took_part.sum() * np.expm1(growth * days) / np.expm1(growth * horizon())
    later = more_people(people, rng, round(expected), days)
    later = later[later["day"] >= horizon()]
    won = make_won(pd.concat([people[took_part], later], ignore_index=True), rng)
    pattern = more_people(people, rng, round(expected * over), days)
    lost = make_lost(pattern, rng, over)
    first = (pd.Timestamp(SELLING.first_day) - pd.Timestamp(TRUTH.start)).days
    leads = pd.concat([won, lost], ignore_index=True)
    leads = leads[(leads["created"] >= first) & (leads["created"] < horizon())]
    return leads.sort_values(["created", "volume"], ignore_index=True)


def money(leads: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw the estimate of the volume and the volume in the contract."""
    s, n, promise = SELLING, len(leads), of_rep(leads["rep"].to_numpy(), "promise")
    log = np.log(leads["volume"].to_numpy())
    bias = s.estimate_bias + s.estimate_promise * promise
    guess = np.exp(log + bias + s.estimate_sigma * rng.standard_normal(n))
    signed = np.exp(log + s.signed_promise * promise + s.signed_sigma * rng.standard_normal(n))
    return leads.assign(guess=np.round(guess, -1).clip(50), signed=np.round(signed, -1).clip(50))


def promises(leads: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw what was promised in the contract, what was kept, and the welcome call."""
    s, n, promise = SELLING, len(leads), of_rep(leads["rep"].to_numpy(), "promise")
    made = rng.poisson(s.promises * np.exp(s.promises_slope * promise))
    kept = rng.binomial(made, sigmoid(s.kept + s.kept_slope * promise))
    share = np.where(made > 0, kept / np.maximum(made, 1), 1.0)
    base, weight, noise = s.welcome
    score = np.clip(np.round(base + weight * share + noise * rng.standard_normal(n)), 1, 10)
    return leads.assign(made=made, kept=kept, score=score, answers=rng.random(n) < s.answers)


def make_leads() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the leads as the firm sees them at the end, and their truth."""
    rng, end = stream("company_leads"), float(horizon())
    leads = promises(money(follow(rng), rng), rng)
    names = [f"L{i:04d}" for i in range(1, len(leads) + 1)]
    times = leads[["created", *STAGES]].where(leads[["created", *STAGES]] < end)
    won, lost = times["contract"].notna(), leads["recorded"] < end
    checked = won & (leads["contract"] + SELLING.promise_days < end)
    outcome = np.select([won, lost], ["won", "lost"], "open")
    closed = leads["contract"].where(won, leads["recorded"].where(lost))
    known = leads["day"] < end
    stage = np.array(["created", *STAGES])[times[list(STAGES)].notna().sum(axis=1)]
    seen = pd.DataFrame(
        {
            "lead": names,
            "customer": leads["customer"].where(won & known),
            "segment": leads["segment"],
            "region": leads["region"],
            "source": leads["source"],
            "rep": leads["rep"],
            **{name: dates(times[name].to_numpy()) for name in ("created", *STAGES)},
            "stage": stage,
            "closed": dates(closed.to_numpy()),
            "outcome": outcome,
            "value_estimated": leads["guess"].astype(int),
            "value_signed": leads["signed"].where(won),
            "promises": leads["made"].where(won),
            "promises_kept": leads["kept"].where(checked),
            "welcome_score": leads["score"].where(checked & leads["answers"]),
        }
    )
    truth = pd.DataFrame(
        {"lead": names, "chance": leads["chance"].round(4), "died": dates(leads["dead"].to_numpy())}
    )
    return seen, truth


def make_reps(leads: pd.DataFrame) -> pd.DataFrame:
    """Return the true parameters of the representatives."""
    s, names = SELLING, np.array(list(SELLING.reps))
    promise = of_rep(names, "promise")
    return pd.DataFrame(
        {
            "rep": names,
            "promise": promise,
            "skill": of_rep(names, "skill"),
            "kept_chance": sigmoid(s.kept + s.kept_slope * promise).round(4),
            "kept_open": (s.kept_open + s.kept_open_promise * promise).round(4),
            "estimate_bias": np.exp(s.estimate_bias + s.estimate_promise * promise).round(4),
        }
    )


def lead_tasks(leads: pd.DataFrame, rng: np.random.Generator) -> list[pd.DataFrame]:
    """Draw the tasks that go with the stages of a lead."""
    start, end = pd.Timestamp(SELLING.quarter), pd.Timestamp(TRUTH.end)
    parts = []
    for column, kind in (
        ("created", "call"), ("first_contact", "visit"), ("intent", "offer"),
        ("negotiation", "visit"), ("contract", "start-up visit"),
    ):  # fmt: skip
        here = leads[leads[column].between(start, end)]
        if column != "contract":  # nobody knows yet who will be a customer
            here = here.assign(customer=None)
        parts.append(here[["rep", "lead", "customer"]].assign(kind=kind, created=here[column]))
    opened = leads["created"].clip(lower=start)
    closed = leads["closed"].fillna(end + pd.Timedelta(days=1))
    span = ((closed - opened).dt.days).clip(lower=0).to_numpy()
    who = np.repeat(np.arange(len(leads)), rng.poisson(span / SELLING.follow_up))
    after = np.floor(rng.random(len(who)) * span[who])
    here = leads.iloc[who].reset_index(drop=True).assign(customer=None)
    when = opened.iloc[who].reset_index(drop=True) + pd.to_timedelta(after, unit="D")
    parts.append(here[["rep", "lead", "customer"]].assign(kind="call", created=when))
    signed = leads[leads["contract"].between(start, end)]
    promised = signed.loc[signed.index.repeat(signed["promises"].astype(int))]
    parts.append(
        promised[["rep", "lead", "customer"]].assign(kind="promise", created=promised["contract"])
    )
    return parts


def customer_tasks(leads: pd.DataFrame, rng: np.random.Generator) -> list[pd.DataFrame]:
    """Draw complaints, yearly reviews of large customers, and weekly reports."""
    start, end = pd.Timestamp(SELLING.quarter), pd.Timestamp(TRUTH.end)
    days = (end - start).days + 1
    tables = simulate()
    left = tables["company_truth.csv"].set_index("customer")["left"]
    mine = leads.dropna(subset="customer").set_index("customer")
    mine = mine.assign(left=left.reindex(mine.index)).reset_index()
    there = mine[mine["left"].isna() | (mine["left"] > start)]
    n = rng.poisson(SELLING.complaints * days / DAYS_PER_YEAR, len(there))
    loud = there.loc[there.index.repeat(n)]
    loud = loud.assign(
        kind="complaint",
        created=np.maximum(
            start + pd.to_timedelta(rng.integers(0, days, len(loud)), unit="D"),
            loud["contract"] + pd.Timedelta(days=15),
        ),
    )
    loud = loud[loud["created"] <= loud["left"].fillna(end).clip(upper=end)]
    big = there.nlargest(SELLING.reviews, "value_signed")
    big = big.assign(
        kind="yearly review",
        created=start + pd.to_timedelta(rng.integers(0, days, len(big)), unit="D"),
    )
    big = big[big["created"] >= big["contract"]]
    mondays = pd.date_range(start, end, freq="W-MON")
    report = pd.MultiIndex.from_product([mondays, SELLING.reps], names=["created", "rep"])
    report = report.to_frame(index=False).assign(kind="report", lead=None, customer=None)
    columns = ["rep", "lead", "customer", "kind", "created"]
    both = [part.assign(lead=None)[columns] for part in (loud, big)]
    return [*both, report[columns]]


def make_tasks(leads: pd.DataFrame) -> pd.DataFrame:
    """Return the tasks written down in the quarter, with the day they are due and done."""
    rng, s, end = stream("company_tasks"), SELLING, pd.Timestamp(TRUTH.end)
    parts = [*lead_tasks(leads, rng), *customer_tasks(leads, rng)]
    tasks = pd.concat([part.astype(object) for part in parts], ignore_index=True)
    tasks["created"] = pd.to_datetime(tasks["created"])
    n = len(tasks)
    kind = tasks["kind"].map(s.kinds)
    noise = np.exp(s.task_sigma * rng.standard_normal((2, n)))
    wait = np.ceil(np.array([k.due for k in kind]) * noise[0])
    hours = np.maximum(np.round(np.array([k.hours for k in kind]) * noise[1], 1), 0.1)
    neglected = rng.random(n) < np.where(wait > 7, s.neglect_slow, s.neglect)
    after = np.round(wait * (0.6 + rng.gamma(2.0, 0.25, n)))
    done = (tasks["created"] + pd.to_timedelta(after, unit="D")).mask(neglected)
    closed = leads.set_index("lead")["closed"].reindex(tasks["lead"]).to_numpy()
    outcome = leads.set_index("lead")["outcome"].reindex(tasks["lead"]).to_numpy()
    dropped = (outcome == "lost") & (done.isna() | (done > closed)).to_numpy()
    tasks = tasks.assign(
        due=tasks["created"] + pd.to_timedelta(wait, unit="D"),
        hours=hours,
        done=done.mask(dropped),
        dropped=pd.Series(closed).where(dropped),
    )
    tasks["done"] = tasks["done"].where(tasks["done"] <= end)
    tasks = tasks.sort_values(["created", "rep", "kind", "due"], kind="stable", ignore_index=True)
    tasks.insert(0, "task", [f"T{i:04d}" for i in range(1, n + 1)])
    return tasks


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    leads, truth = make_leads()
    write(leads, folder / "company_leads.csv.gz")
    write(truth, folder / "company_leads_truth.csv.gz")
    write(make_reps(leads), folder / "company_reps_truth.csv")
    write(make_tasks(leads), folder / "company_tasks.csv.gz")
