"""Lab 08: its values and its memo."""

import numpy as np
import pytest

from crmlab import clv
from tests.labs import built

NAME = "lab08_switching"


@pytest.fixture(scope="module")
def lab08(tmp_path_factory):
    return built(NAME, tmp_path_factory)


@pytest.fixture(scope="module")
def solved(lab08):
    return lab08.names(lab08.solution)


def test_lab08_gives_the_published_numbers(solved):
    """The course's own example, and the chain of Anderson, Sweeney and Williams."""
    today, matrix = solved["shares_today"], solved["switching"]
    assert solved["shares_after"](today, matrix, 1) == pytest.approx([0.475, 0.375, 0.15])
    assert solved["shares_after"](today, matrix, 2) == pytest.approx([0.4075, 0.4175, 0.175])
    assert solved["steady_state"](matrix) == pytest.approx([0.325, 0.475, 0.2])
    value = solved["brand_values"](today, matrix, 500, 0.09, 2)
    assert value == pytest.approx([389.4, 347.7, 142.5], abs=0.05)
    assert value + solved["course_gain"] == pytest.approx([454.6, 282.5, 142.5], abs=0.05)
    chain = [[0.9, 0.1], [0.2, 0.8]]
    path = [solved["shares_after"]([1, 0], chain, t)[0] for t in range(1, 6)]
    assert path == pytest.approx([0.9, 0.83, 0.781, 0.7467, 0.72269])
    assert solved["steady_state"](chain) == pytest.approx([2 / 3, 1 / 3])


def test_lab08_meets_crmlab(solved):
    """Every function of the lab against the library, which was written by another hand."""
    market, today, us = solved["market"], solved["today"], solved["US"]
    for timing in ("start", "middle", "end"):
        mine = solved["brand_values"](today, market, 1.2, 0.015, 12, 3, timing)
        value = clv.switching_value(today, market, 1.2, 0.015, 12, 3, timing=timing)
        assert mine == pytest.approx(value)
    path = clv.switching_forecast(today, market, 1, 0, 5).shares.to_numpy()
    assert solved["shares_after"](today, market, 5) == pytest.approx(path[5])
    for matrix in (market, solved["switching"], solved["variety"]):
        assert solved["steady_state"](matrix) == pytest.approx(clv.steady_state(matrix).share)
    for start, end in zip(([0.6, 0.3, 0.1], [0.2, 0.2, 0.6]), solved["camp_ends"], strict=True):
        assert clv.steady_state(solved["camps"], start).share[0] == pytest.approx(end)
    kept = clv.shift_switching(market, last=us + 1, to=us + 1, points=0.05)
    assert solved["keep"](market, us, 0.05) == pytest.approx(kept.to_numpy())
    won = clv.shift_switching(market, last=1, to=us + 1, points=0.02, lose=1)
    won = clv.shift_switching(won, last=2, to=us + 1, points=0.02, lose=2)
    assert solved["win"](market, us, 0.02) == pytest.approx(won.to_numpy())
    values = clv.switching_value(today, won, 1.2, 0.015, 12) - clv.switching_value(
        today, market, 1.2, 0.015, 12
    )
    gain = solved["table"].set_index("plan").loc["coupon", "gain"]
    assert gain == pytest.approx(clv.customer_equity(values[[us]], customers=[100_000]).total)


def test_the_panel_of_lab08_meets_crmlab(solved):
    brands = solved["juice_brands"]
    rows = solved["purchases"].sort_values("spend", ascending=False, kind="stable")
    found = clv.estimate_switching(
        rows, household="household", brand="brand", order="order", brands=brands, ties="first"
    )
    counts = solved["switch_counts"](solved["purchases"], brands)
    assert counts.to_numpy().tolist() == found.counts.to_numpy().tolist()
    juice = solved["juice"].set_index("brand")
    assert juice["share"].tolist() == pytest.approx(found.shares.tolist())
    assert juice["steady"].tolist() == pytest.approx(found.steady_state.tolist())
    table = found.intervals().set_index(["last", "next"]).loc[("436", "436")]
    assert solved["wilson"](945, 1508) == pytest.approx([table["low"], table["high"]], abs=1e-5)
    squared = found.matrix.to_numpy() @ found.matrix.to_numpy()
    assert solved["two_trips_436"][0] == pytest.approx(squared[2, 2])


def test_what_the_exercise_says_about_its_markets(solved):
    """Pencil answers and sentences of the lab, by another way."""
    camps = np.linalg.matrix_power(solved["camps"], 2000)
    ends = [(np.array(start) @ camps)[0] for start in ([0.6, 0.3, 0.1], [0.2, 0.2, 0.6])]
    assert solved["camp_ends"] == pytest.approx(ends)
    assert solved["point_gain"].sum() == pytest.approx(0, abs=1e-12)
    assert solved["market"].sum(axis=1) == pytest.approx(1)
    assert solved["today"] == pytest.approx(solved["juice"]["share"], abs=0.001)
    counts = solved["switch_counts"](solved["purchases"], solved["juice_brands"])
    assert (counts.loc["436", "436"], counts.loc["436"].sum()) == (945, 1508)
    assert solved["market"] == pytest.approx(
        solved["switching_matrix"](counts).to_numpy(), abs=0.001
    )
    assert solved["juice"]["trips"].sum() == 8971


def test_the_memo_says_what_the_data_say(solved, lab08):
    """The model answer's numbers are typed: hold them to the solution."""
    memo = next(cell.source for cell in lab08.solution.cells if "**Advice:" in cell.source)
    table = solved["table"].set_index("plan")
    club, coupon, carton = (table.loc[name] for name in ("club", "coupon", "carton"))
    assert (
        f"returns {carton['return']:.2f} beyond its cost, the club {club['return']:.2f}, "
        f"the coupons {coupon['return']:.2f}"
    ) in memo
    assert (
        f"it nets {club['net']:,.0f} dollars, the carton {carton['net']:,.0f}, "
        f"the coupons {coupon['net']:,.0f}"
    ) in memo
    market, today, us = solved["market"], solved["today"], solved["US"]
    points = [
        100_000
        * (
            solved["brand_values"](today, changed, 1.2, 0.015, 12)
            - solved["brand_values"](today, market, 1.2, 0.015, 12)
        )
        for changed in (solved["win"](market, us, 0.01), solved["keep"](market, us, 0.01))
    ]
    assert (
        f"a point won from each is worth {points[0][us]:,.0f} dollars, "
        f"a point of our own retention {points[1][us]:,.0f}"
    ) in memo
    per_point = (coupon["cost"] / coupon["win"] / 100, club["cost"] / club["keep"] / 100)
    assert "a point won costs {:,.0f}, a point kept {:,.0f}".format(*per_point) in memo
    assert f"it loses {-points[1][0]:,.0f} of the {points[1][us]:,.0f}" in memo
    assert -points[1][0] > points[1][us] / 2
    moves = solved["moves"]
    assert f"the club ends {-solved['worst_club']:,.0f} below today" in memo
    assert f"we would be {-moves.loc['nothing', 'keep more']:,.0f} below" in memo
    assert solved["worst_club"] == moves.loc["club", "keep more"]
    assert f"at least {min(solved['club_over_nothing']):,.0f} better" in memo
    three = solved["plans"].assign(keep=0.03)
    net = solved["plan_table"](three, today, market, us, 100_000, 0.015, 12)["net"][0]
    assert 0 < net < 0.1 * club["net"]
    expected, observed = solved["two_trips_436"]
    assert (
        f"{observed:.0%} come back two trips later where the matrix expects {expected:.0%}"
    ).replace("%", " %") in memo
    words = memo.split("<!-- BEGIN SOLUTION -->")[1].split("<!-- END SOLUTION -->")[0]
    assert len(words.split()) <= 200
