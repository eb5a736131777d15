"""Re-survey, rating moves and early warning."""

import numpy as np
import pandas as pd
import pytest

from crmlab import credit, datasets, grading

ASKED = pd.DataFrame(
    {
        "surveyed": pd.to_datetime(["2025-11-01", "2025-01-10", None, "2024-01-01"]),
        "exposure": [900.0, 500, 100, 700],
        "grade": list("AABB"),
        "days_late": [25, None, 3, 30],
        "new_owner": [True, False, False, True],
    },
    index=list("wxyz"),
)
RULES = {"days_late": 20, "new_owner": True}


def test_each_trigger_fires_where_it_should_and_gives_its_reason():
    plan = credit.survey_due(ASKED, "2025-12-31", max_age={"A": 18, "B": 6}, triggers=RULES)
    assert plan.customers["reasons"].to_dict() == {
        "z": "survey too old; days late; new owner",
        "w": "days late; new owner",
        "y": "never surveyed",
        "x": "",
    }
    assert plan.due == 3
    assert plan.customers.loc["x", "unknown"] == 1
    assert plan.customers.loc["w", "age"] == pytest.approx(60 / (365.25 / 12))
    table = plan.table
    assert table["customers"].tolist() == [1, 1, 2, 2]
    assert table["alone"].tolist() == [1, 0, 0, 0]
    assert table.loc["days late", "exposure"] == 1600
    assert table["unknown"].tolist() == [0, 0, 1, 0]


def test_more_triggers_never_make_fewer_due():
    few = credit.survey_due(ASKED, "2025-12-31", max_age=18)
    more = credit.survey_due(ASKED, "2025-12-31", max_age=18, triggers=RULES)
    assert few.due <= more.due
    assert set(few.customers.index[few.customers["due"]]) <= set(
        more.customers.index[more.customers["due"]]
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"day": "2025-06-01"}, "surveyed must not lie after .day"),
        ({"max_age": 0}, "max_age must be above 0"),
        ({"max_age": {"A": 6}}, "got none for 'B'"),
        ({"triggers": {"days_late": True}}, "True for a column of flags"),
        ({"triggers": {"age": 3}}, "must have the column 'age'"),
        ({"exposure": "days_late"}, "days_late must be at least 0; got nan"),
    ],
    ids=["future", "age", "grade", "flag", "column", "gap"],
)
def test_bad_survey_plans_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        credit.survey_due(ASKED, **{"day": "2025-12-31", "triggers": RULES, **change})


PANEL = pd.DataFrame(
    {
        "customer": list("aaabbbccd"),
        "year": [1, 2, 3, 1, 2, 3, 1, 3, 2],
        "grade": list("AABBDDAAB"),
    }
)


def test_pairs_are_counted_by_hand():
    moves = credit.rating_moves(PANEL, list("ABD"), default="D")
    # a: A→A, A→B; b: B→D (D→D is no pair); c has a gap; d has no next year
    assert moves.pooled.counts.tolist() == [[1, 1, 0], [0, 0, 1], [0, 0, 0]]
    assert (moves.pairs, moves.single) == (3, 2)
    assert moves.years["customers"].to_dict() == {1: 2, 2: 1}
    assert moves.years.loc[1, "default"] == 0.5


def test_those_without_a_next_rating_can_have_a_grade_of_their_own():
    moves = credit.rating_moves(PANEL, list("ABD-"), default="D", absent="-")
    assert moves.pooled.counts.sum(axis=1).tolist() == [3, 2, 0, 0]  # c in year 1, d in year 2
    assert moves.pooled.counts[:, 3].tolist() == [1, 1, 0, 0]
    assert (moves.pairs, moves.single) == (5, 2)
    assert (moves.upgraded, moves.downgraded) == (0, 0.4)  # a in year 2, b in year 1
    assert moves.years["absent"].sum() > 0


def test_the_matrix_is_that_of_grade_moves():
    moves = credit.rating_moves(PANEL, list("ABD"))
    same = grading.grade_moves(list("AABD"), list("ABDD"), list("ABD"))
    assert np.array_equal(moves.pooled.counts, same.counts)
    assert np.allclose(moves.pooled.high, same.high)


def test_cumulative_default_is_the_power_of_the_matrix_and_never_falls():
    # A repaid or defaulted chain with known limits: from A half stays, a quarter each way.
    panel = pd.DataFrame(
        {"customer": np.repeat(range(8), 2), "year": [1, 2] * 8,
         "grade": list("AA" * 2 + "AB" + "AD" + "BA" + "BB" * 2 + "BD")}
    )  # fmt: skip
    found = credit.rating_moves(panel, list("ABD"), default="D").cumulative_default(400)
    assert found[1].round(4).to_dict() == {"A": 0.25, "B": 0.25, "D": 1.0}
    assert found[2].round(4).to_dict() == {"A": 0.4375, "B": 0.4375, "D": 1.0}
    assert (found.diff(axis=1).iloc[:, 1:] >= -1e-12).all().all()
    assert found[400].round(9).tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("panel", "settings", "message"),
    [
        (pd.concat([PANEL, PANEL]), {}, "customer must have one rating a year; got two of 'a'"),
        (PANEL.assign(year=1).drop_duplicates("customer"), {}, "two consecutive years"),
        (PANEL, {"default": "X"}, "default must be one of 'A', 'B', 'D'"),
        (PANEL.assign(grade="Q"), {}, "only the grades 'A', 'B', 'D'; got 'Q'"),
    ],
    ids=["twice", "alone", "default", "unknown"],
)
def test_bad_panels_are_named(panel, settings, message):
    with pytest.raises(ValueError, match=message):
        credit.rating_moves(panel, list("ABD"), **settings)


def quarters(*days):
    return pd.to_datetime(list(days))


LOG = pd.DataFrame(
    {
        "customer": ["p"] * 4 + ["q"] * 4,
        "quarter": quarters("2023-03-31", "2023-06-30", "2023-09-30", "2023-12-31") .tolist() * 2,
        "late": [True, False, True, False, False, True, False, False],
        "calls": [False, False, True, False, False, False, False, True],
    }
)  # fmt: skip
GONE = pd.DataFrame({"customer": ["p"], "failed": quarters("2024-01-31")})


def test_alarms_hits_and_lead_are_counted_by_hand():
    found = credit.early_warning(LOG, GONE, ["late", "calls"], horizon=6, end="2024-03-31")
    table = found.table
    # judged: the quarters whose six months end by 2024-03-31, so not those of December
    assert (found.periods, found.open, found.failures, found.unseen) == (6, 2, 1, 0)
    assert table["alarms"].tolist() == [3, 1, 1]
    assert table["true_alarms"].tolist() == [1, 1, 1]
    assert table["hit_rate"].tolist() == [1, 1, 1]
    assert table.loc["late", "lead"] == pytest.approx(123 / (365.25 / 12))
    assert table.loc["late", "lift"] == pytest.approx((1 / 3) / (1 / 6))


def test_a_longer_horizon_never_lowers_precision_on_the_same_periods():
    log, gone = datasets.load("company_credit_watch"), datasets.load("company_credit_failures")
    log = log[log["quarter"] <= "2024-06-30"]
    names = list(log.columns[2:])
    short, long = (
        credit.early_warning(log, gone, names, horizon=h, end="2025-12-31") for h in (6, 12)
    )
    assert short.periods == long.periods
    assert (short.table["precision"] <= long.table["precision"]).all()
    assert (long.table["alarms"] == long.table["true_alarms"] + long.table["false_alarms"]).all()


def test_signals_by_chance_have_no_lift():
    rng = np.random.default_rng(5)
    log = datasets.load("company_credit_watch").assign(noise=lambda t: rng.random(len(t)) < 0.3)
    gone = datasets.load("company_credit_failures")
    found = credit.early_warning(log, gone, ["noise"], votes=1)
    assert found.table.loc["noise", "lift"] == pytest.approx(1, abs=0.2)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"signals": "late"}, TypeError, "signals must be a list"),
        ({"votes": 3}, ValueError, "votes must be at most the number of signals"),
        ({"horizon": 0}, ValueError, "horizon must be above 0"),
        ({"signals": ["customer"], "votes": 1}, ValueError, "customer must be a column of flags"),
        ({"end": "2023-03-31"}, ValueError, "horizon ends before `end`"),
    ],
    ids=["text", "votes", "horizon", "flags", "end"],
)
def test_bad_warnings_are_named(settings, error, message):
    with pytest.raises(error, match=message):
        credit.early_warning(LOG, GONE, **{"signals": ["late", "calls"], **settings})


def test_surveys_and_warnings_take_dates_of_a_zone():
    surveyed = pd.Series(pd.to_datetime(["2024-03-01", "2025-06-01", None]))
    customers = pd.DataFrame({"surveyed": surveyed, "exposure": [500.0, 900, 100]})
    zoned = customers.assign(surveyed=surveyed.dt.tz_localize("Asia/Shanghai"))
    pd.testing.assert_frame_equal(
        credit.survey_due(zoned, "2025-12-31").customers,
        credit.survey_due(customers, "2025-12-31").customers,
    )
