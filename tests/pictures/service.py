"""Results of the room `service` that have a picture."""

import pandas as pd

from crmlab import datasets, service
from crmlab._result import Drawable


def replayed() -> service.Replay:
    log = datasets.load("freight_cases")
    log["time"] = log["date"] + pd.to_timedelta(log["hour"], unit="h")
    return service.replay(
        service.freight_machine("complaint"), log[log["kind"] == "complaint"], end="2025-06-30"
    )


def lapsed() -> pd.DataFrame:
    table = datasets.load("company_lapsed").set_index("customer")
    return table.assign(owes=table["overdue"] > 150, unhappy=table["said"] == "bad service")


def results() -> list[Drawable]:
    tickets = datasets.load("company_tickets")
    mine = tickets[tickets["kind"] == "complaint"]
    asked = mine.dropna(subset="satisfied")
    asked = asked.assign(yes=asked["satisfied"] == "yes", paid=asked["compensation"] > 0)
    gone = lapsed()
    causes = service.churn_causes(
        gone, {"malicious": ["owes"], "natural": ["closed_business"], "fault": ["unhappy"]}
    )
    trial = service.trial_uplift(causes.cause, gone["offered"], gone["returned"])
    worth = pd.Series(900.0, index=trial.table.index)
    club = datasets.load("club_sessions")
    staff = pd.DataFrame({"sales": [40.0, 20], "rating": [5.0, 8]}, index=["Bo", "An"])
    return [
        service.freight_machine("enquiry"),
        replayed(),
        service.check_confirmations(datasets.load("freight_confirmations").set_index("case")),
        service.freight_exception("cargo damage"),
        service.pareto(mine["cause"], mine["compensation"]),
        service.answer_times(mine["opened"], mine["first_answer"], "2025-12-31"),
        service.standardised_shares(asked, "paid", "yes", ["cause"], draws=20),
        service.recovery_value(500, 0.6, 0.8, 0.14, 1500, 20_000),
        service.staffing(100, 180),
        service.day_plan(pd.Series([20, 60, 30], ["09:00", "09:30", "10:00"]), 240),
        causes,
        trial,
        service.win_back_value(trial, worth, contact_cost=40, reward=100),
        service.standards_kept(club, ["equipment_checked", "called_back"], "staff"),
        service.appraise(staff, {"sales": 0.5, "rating": 0.5}),
    ]
