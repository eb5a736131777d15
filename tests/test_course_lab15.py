"""Lab 15: its values and its memo."""

import numpy as np
import pandas as pd
import pytest

from crmlab import service
from tests.labs import built

NAME = "lab15_service"


@pytest.fixture(scope="module")
def lab15(tmp_path_factory):
    return built(NAME, tmp_path_factory)


@pytest.fixture(scope="module")
def solved(lab15):
    return lab15.names(lab15.solution)


def test_lab15_meets_crmlab_on_cases(solved):
    triples = [(state, event, after) for (state, event), after in solved["moves"].items()]
    machine = service.state_machine(triples, "new", ["closed"])
    rng = np.random.default_rng(1)
    for _ in range(5):
        events = rng.choice(["receive", "assign", "reply", "reopen", "close"], 12)
        times = pd.date_range("2025-03-03", periods=12, freq="h")
        log = pd.DataFrame({"case": "A", "time": times, "event": events})
        row = service.replay(machine, log).table.loc["A"]
        found = solved["play"](solved["moves"], ["closed"], list(events))
        assert found == [row["state"], row["illegal"], row["reopened"]]
    repair = [(state, event, after) for (state, event), after in solved["repair"].items()]
    dead = service.state_machine(repair, "new", ["done", "refused"]).dead_ends
    assert solved["stuck"] == sorted(dead) == ["asked", "waiting"]


def test_lab15_meets_crmlab_on_sheets(solved):
    check = service.check_confirmations(solved["sheets"])
    shown = check.broken[["title", "payer", "seal", "date"]]
    ours = solved["faults"]
    for sheet, row in shown.iterrows():
        assert ours[sheet] == [name for name, fails in row.items() if fails]
    assert solved["sent_back"] == shown.any(axis=1).sum()
    assert solved["payer_share"] == pytest.approx(check.to_frame().loc["payer", "share"])


def test_lab15_meets_crmlab_on_complaints(solved):
    mine = solved["complaints"]
    assert tuple(solved["by_number"]) == service.pareto(mine["cause"]).vital
    assert tuple(solved["by_money"]) == service.pareto(mine["cause"], mine["compensation"]).vital
    days, answered = [1, 2, 4, 2, 5], [True, True, True, False, False]
    opened = pd.Series(pd.Timestamp("2025-03-10") - pd.to_timedelta(days, unit="D"))
    when = pd.Series([pd.Timestamp("2025-03-10") if a else pd.NaT for a in answered])
    curve = service.answer_times(opened, when, "2025-03-10")
    for s in (1, 2, 4, 5):
        assert solved["still_waiting"](days, answered, s) == pytest.approx(
            1 - curve.within(s)["share"].item()
        )
    assert solved["by_pencil"] == pytest.approx(solved["still_waiting"](days, answered, 2))
    asked = solved["asked"]
    fair = service.standardised_shares(asked, "group", "good", ["stratum"], draws=5)
    gap = fair.difference("paid", "nothing")
    assert solved["fair_gain"] == pytest.approx(gap["difference"])
    assert solved["plain_gain"] == pytest.approx(gap["raw"])
    value = service.recovery_value(300, 0.6, 0.7, 0.14, 1500, 900)
    assert solved["left"](300, 0.6, 0.7, 0.14, 1500, 900) == pytest.approx(value.net())
    assert solved["break_even"](300, 0.6, 0.14, 1500, 900) == pytest.approx(value.break_even)


def test_lab15_meets_crmlab_on_agents(solved):
    """Erlang B and C as published: 0.0365 for 10 on 15, 0.1741 for 10 on 14."""
    assert round(solved["erlang_b"](10, 15), 4) == 0.0365
    assert round(solved["erlang_c"](10, 14), 4) == 0.1741
    for calls, length, target, within in ((100, 180, 0.8, 20), (7, 400, 0.95, 10), (1, 9, 0.5, 60)):
        needed = service.staffing(calls, length, target=target, within=within).needed
        assert solved["agents_needed"](calls, length, target, within) == needed
    assert solved["saved_agents"] == 3


def test_lab15_meets_crmlab_on_winning_back(solved):
    lapsed, causes = solved["lapsed"], solved["causes"]
    chosen = causes.isin(["fault", "competitive", "natural", "still here"])
    trial = service.trial_uplift(
        causes[chosen], lapsed.loc[chosen, "offered"], lapsed.loc[chosen, "returned"]
    )
    worth = pd.Series(900.0, index=trial.table.index)
    table = service.win_back_value(trial, worth, contact_cost=40, reward=100).table
    assert solved["nets"] == pytest.approx(table["net"].round(1).to_dict())
    ends = {"sales": (0, 100), "rating": (0, 100)}
    staff = pd.DataFrame({"sales": [75.0, 42], "rating": [10.0, 68]}, ["Bo", "An"])
    for w, first in ((solved["bo_first"] + 0.01, "Bo"), (solved["bo_first"] - 0.01, "An")):
        score = service.appraise(staff, {"sales": w, "rating": 1 - w}, ends=ends).score
        assert score.index[0] == first


def test_lab15_meets_crmlab_on_exceptions(solved):
    """The lab's tree has the answers and the ends of the library's; days as the conventions say."""
    tree, damage = service.freight_exception("cargo damage"), solved["damage"]
    for way in tree.ways():
        place = "seen"
        for answer in way:
            assert set(tree.nodes[place].answers) == set(damage[place])
            place = tree.nodes[place].answers[answer]
        assert solved["follow"](damage, list(way)) == place
        assert set(solved["sure"](damage, solved["papers"], "seen")) <= set(solved["papers"][place])
    for day in pd.date_range("2025-03-03", periods=15):
        for regime in ("Hague-Visby", "Montreal", "CMR"):
            row = service.notice_deadline(day, regime).loc[regime]
            found = solved["notice_by"](day, row["notice_days"], regime != "CMR")
            assert found == row["notice_by"]


def test_the_memo_says_what_the_data_say(solved, lab15):
    """The model answer's numbers are typed: hold them to the solution."""
    memo = next(cell.source for cell in lab15.solution.cells if "**Advice:" in cell.source)
    gain = solved["fair_gain"]
    assert f"compensation adds {100 * gain:.0f} points" in memo
    assert f"{300 * gain:.0f} mended complaints and {300 * gain * 0.14:.0f} customers kept" in memo
    assert f"it loses {-solved['owner']:,.0f}" in memo
    assert f"Up to {solved['most']:.0f} yuan" in memo
    table = solved["asked"].pivot_table("good", "stratum", "group")["nothing"]
    assert f"{100 * table['quick']:.0f} % are satisfied if they were answered within a day" in memo
    assert f"and {100 * table['slow']:.0f} % after five days" in memo
    groups, nets = solved["groups"], solved["nets"]
    fault = groups["fault"]
    back = fault.groupby("offered")["returned"].mean()
    assert f"the {len(fault)} who left by our fault ({100 * back[True]:.0f} % came back" in memo
    assert f"{100 * back[False]:.0f} % without; {nets['fault']:.0f} yuan per call" in memo
    assert f"the {len(groups['competitive'])} whom a rival took ({nets['competitive']:.0f}" in memo
    here = groups["still here"]
    alone = (~here["offered"] & here["returned"]).sum() / (~here["offered"]).sum()
    loss = -nets["still here"]
    assert f"came back in {100 * alone:.0f} % of the cases" in memo
    assert f"loses {int(loss)} yuan a call" in memo
    assert f"kept {70 / (gain * 1500):.2f} customers instead of 0.14" in memo
    assert f"for {solved['counts']['unknown']} lapsed customers" in memo
    words = memo.split("<!-- BEGIN SOLUTION -->")[1].split("<!-- END SOLUTION -->")[0]
    assert len(words.split()) <= 200
