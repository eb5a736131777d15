"""Processes by theory and by simulation, and their redesign: row D3."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import crm, widgets
from crmlab._statistics import batch_means
from tests.explorers import sentence as words
from tests.pictures.crm_process import STATIONS

quick = settings(max_examples=15, deadline=None, derandomize=True)
PARTS = ["work", "rework", "wait", "handover"]


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def line(time, people=1, **columns):
    """Return a table of stations a, b, c, ..."""
    size = len(np.atleast_1d(time))
    table = pd.DataFrame({"time": np.atleast_1d(time).astype(float), "people": people, **columns})
    return table.set_axis(list("abcdef")[:size], axis=0)


@st.composite
def processes(draw):
    """Return stations that can do the work of one case per unit of time."""
    size = draw(st.integers(1, 4))
    share = st.floats(0, 0.4)
    table = line(
        [draw(st.floats(0.05, 0.4)) for _ in range(size)],
        [draw(st.integers(4, 6)) for _ in range(size)],
        rework=[draw(share) for _ in range(size)],
        stop=[draw(share) for _ in range(size)],
        handover=[draw(st.floats(0, 2)) for _ in range(size)],
        cv=[draw(st.floats(0, 1.5)) for _ in range(size)],
    )
    table["back_to"] = [draw(st.sampled_from(list(table.index[: i + 1]))) for i in range(size)]
    return table


# Theory


@pytest.mark.parametrize(
    ("people", "wait", "time"),
    [(1, 2 / 3, 1.0), (2, 1 / 24, 3 / 8)],
    ids=["one doctor", "two doctors"],
)
def test_the_emergency_room_of_hillier_and_lieberman(people, wait, time):
    """Two patients an hour, three served by a doctor (Introduction to Operations Research)."""
    found = crm.process_theory(line(1 / 3, people), 2)
    assert found.parts["wait"] == pytest.approx(wait)
    assert found.time == pytest.approx(time)
    assert found.in_process == pytest.approx(2 * time)
    assert found.exact


def test_a_tandem_queue_has_its_closed_form():
    """Burke (1956): what leaves one M/M/1 station comes to the next as it came to the first."""
    found = crm.process_theory(line([0.25, 0.5, 0.2], handover=[1, 2, 3]), 1.5)
    by_hand = sum(1 / (1 / t - 1.5) for t in (0.25, 0.5, 0.2))
    assert found.time == pytest.approx(by_hand + 6)
    assert found.bottleneck == "b"
    assert found.touch_share == pytest.approx(0.95 / (by_hand + 6))


def test_cases_that_go_back_come_again():
    """One station with feedback p is M/M/1 with arrivals λ / (1 − p) at each visit."""
    found = crm.process_theory(line(0.5, rework=0.2, handover=1), 1.2)
    assert found.table.loc["a", "visits"] == pytest.approx(1.25)
    assert found.time == pytest.approx(1.25 / (2 - 1.5) + 1)  # handed over once: it stays till done
    assert found.parts["rework"] == pytest.approx(0.25 * 0.5)
    # a → b, from b 15 % back to a and 10 % out: b passes 75 % of its visits on.
    table = line([0.1, 0.1, 0.1], rework=[0, 0.15, 0], stop=[0, 0.1, 0], back_to=["", "a", None],
                 handover=[0.5, 2, 0])  # fmt: skip
    visits = crm.process_theory(table, 1).table["visits"]
    assert visits.tolist() == pytest.approx([1 / 0.85, 1 / 0.85, 0.75 / 0.85])
    found = crm.process_theory(table, 1).table
    assert found["handover"].tolist() == pytest.approx([0.5 / 0.85, 2 / 0.85, 0])
    assert found["work"].tolist() == pytest.approx([0.1, 0.1, 0.1 * 0.75 / 0.85])


def test_a_fixed_time_halves_the_wait():
    """Pollaczek and Khinchine: (1 + cv²) / 2."""
    random = crm.process_theory(line(0.5), 1.6)
    fixed = crm.process_theory(line(0.5, cv=0), 1.6)
    assert fixed.parts["wait"] == pytest.approx(random.parts["wait"] / 2)
    assert fixed.exact
    assert not crm.process_theory(line([0.5, 0.5], cv=0), 1.6).exact
    assert "takes about " in repr(crm.process_theory(line([0.5, 0.5], cv=0), 1.6))


@quick
@given(processes())
def test_what_comes_in_goes_out(table):
    """Visits balance, and everybody who is not stopped passes the last station."""
    found = crm.process_theory(table, 1).table
    leave = table["stop"].copy()
    leave.iloc[-1] += 1 - table["rework"].iloc[-1] - table["stop"].iloc[-1]
    assert (found["visits"] * leave).sum() == pytest.approx(1)
    assert (found["rework"] >= -1e-12).all()
    assert crm.process_theory(table, 1).in_process == pytest.approx(found[PARTS].sum().sum())


# Simulation


@pytest.mark.parametrize("cv", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("people", [1, 3])
def test_the_simulation_is_that_of_kiefer_and_wolfowitz(people, cv):
    """Wait of each case from the times alone: the earliest free person takes the next case."""
    run = crm.simulate_process(line(0.8 * people, people, cv=cv), 1, cases=400, seed=3, warm_up=0)
    free = np.zeros(people)
    waits = []
    for _n, case in run.cases.iterrows():
        begins = max(case["arrived"], free.min())
        free[free.argmin()] = begins + case["work"]
        waits.append(begins - case["arrived"])
    assert waits == pytest.approx(run.cases["wait"].tolist(), abs=1e-9)
    assert max(waits) > 0


@pytest.mark.parametrize("seed", [1, 2])
def test_the_simulation_agrees_with_the_theory(seed):
    run = crm.simulate_process(STATIONS, 1.0, cases=12_000, seed=seed, level=0.99)
    theory = crm.process_theory(STATIONS, 1.0)
    assert run.interval[0] < theory.time < run.interval[1]
    assert run.interval[1] - run.interval[0] < 0.1 * theory.time
    for column, within in [("visits", 0.03), ("arrivals", 0.04), ("utilisation", 0.05)]:
        assert run.table[column].tolist() == pytest.approx(
            theory.table[column].tolist(), rel=within
        )
    for part, within in [("work", 0.03), ("rework", 0.1), ("wait", 0.2), ("handover", 0.03)]:
        assert run.parts[part] == pytest.approx(theory.parts[part], rel=within)
    assert run.bottleneck == theory.bottleneck
    # Each visit to pricing stops a tenth for good, a fifth comes again: 0.7 / 0.8 are completed.
    assert run.cases["completed"].mean() == pytest.approx(0.875, abs=0.01)


def test_pollaczek_and_khinchine_hold_in_the_simulation():
    table = line(0.7, cv=1.5)
    run = crm.simulate_process(table, 1, cases=20_000, seed=5, level=0.99)
    assert run.interval[0] < crm.process_theory(table, 1).time < run.interval[1]


def test_every_case_leaves_and_its_time_adds_up():
    run = crm.simulate_process(STATIONS, 1.2, cases=1500, seed=4)
    cases = run.cases
    assert len(cases) == 1500
    assert not cases.isna().any(axis=None)
    assert (cases["left"] > cases["arrived"]).all()
    assert cases[PARTS].sum(axis=1).to_numpy() == pytest.approx(cases["time"].to_numpy())
    assert (cases[PARTS] >= 0).all(axis=None)
    assert run.time == pytest.approx(cases["time"].mean())
    assert run.parts.tolist() == pytest.approx(cases[PARTS].mean().tolist())
    assert run.completed_time == pytest.approx(cases.loc[cases["completed"], "time"].mean())
    # Stopped at pricing, the third of four stations: both hand-overs before it and its own.
    assert (cases.loc[~cases["completed"], "handover"] >= 2).all()


def test_littles_law_holds():
    """Little (1961): cases on their way = arrivals × time, counted and timed separately."""
    run = crm.simulate_process(STATIONS, 1.0, cases=8000, seed=6)
    span = run.cases["arrived"].iloc[-1] - run.cases["arrived"].iloc[0]
    assert run.in_process == pytest.approx(len(run.cases) / span * run.time, rel=0.01)
    per_visit = run.table["wait"] / run.table["visits"]
    assert run.table["queue"].tolist() == pytest.approx(
        (run.table["arrivals"] * per_visit).tolist(), rel=0.02
    )


def test_a_run_is_the_same_with_the_same_seed():
    first, again, other = (
        crm.simulate_process(STATIONS, 1, cases=300, seed=seed).cases for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(first, again)
    assert (first["time"] != other["time"]).any()


def test_a_case_may_come_back_very_often():
    """Visits are geometric: with 0.9 sent back, ten on average and 0.9¹² more than twelve."""
    table = line(0.01, rework=0.9)
    run = crm.simulate_process(table, 1, cases=3000, seed=1, warm_up=0)
    assert run.table.loc["a", "visits"] == pytest.approx(10, rel=0.05)
    assert run.parts["rework"] == pytest.approx(9 * 0.01, rel=0.05)
    fixed = crm.simulate_process(table.assign(cv=0.0), 1, cases=3000, seed=1, warm_up=0).cases
    visits = ((fixed["work"] + fixed["rework"]) / 0.01).round()
    assert (visits > 12).mean() == pytest.approx(0.9**12, abs=0.03)


def test_percentiles_and_shares_are_of_the_cases():
    run = crm.simulate_process(STATIONS, 1, cases=500, seed=1)
    times = np.sort(run.cases["time"])
    assert run.percentile(0) == times[0]
    assert run.percentile([0.5, 1]).tolist() == [np.median(times), times[-1]]
    assert run.share_within(times[249]) == 0.5


def test_batch_means_are_wider_than_the_naive_error_where_neighbours_are_alike():
    walk = np.repeat(np.random.default_rng(1).normal(size=100), 50)
    mean, low, high = batch_means(walk)
    assert low < mean < high
    assert high - low > 5 * 2 * 1.96 * walk.std() / np.sqrt(walk.size)


# Redesign


def test_the_six_steps_stand_in_their_order():
    steps = crm.redesign_steps()
    assert steps.index.tolist() == [1, 2, 3, 4, 5, 6]
    assert steps["chinese"].tolist() == [
        "界定经营方向", "界定核心商业流程", "培养深度流程知识", "学习世界级的标准",
        "设计新的商业流程", "推动新的商业流程",
    ]  # fmt: skip


def test_changes_by_hand():
    new = crm.redesign(
        STATIONS,
        [("people", "design", 4), ("move", "price", "design"), ("drop", "send"),
         ("rework", "price", 0.05), ("handover", "enter", 0)],
    )  # fmt: skip
    assert new.after.index.tolist() == ["enter", "price", "design"]
    assert new.after["people"].tolist() == [1, 2, 4]
    assert new.after.loc["price", "back_to"] == "price"  # design now stands behind it
    assert new.after["rework"].tolist() == [0, 0.05, 0.1]
    assert new.after.loc["enter", "handover"] == 0
    assert new.before.index.tolist() == STATIONS.index.tolist()
    assert len(new.stages) == 6
    assert new.changes[0] == "design: people 3 → 4"
    assert repr(new) == "Redesign(4 stations and 7 people before, 3 and 7 after 5 changes)"
    assert new.to_frame().equals(new.after)


def test_joined_stations_by_hand():
    """X = A + B with the chance 0.8: mean 2 + 0.8; variance 4 + 0.8 · 2 − 0.8²."""
    table = line([2, 1], [1, 3], rework=[0, 0.5], stop=[0.2, 0], cost=[100.0, 200],
                 handover=[9.0, 1], back_to=["", "a"])  # fmt: skip
    row = crm.redesign(table, [("join", "a", "b")]).after.loc["a + b"]
    assert row["time"] == pytest.approx(2.8)
    assert row["cv"] == pytest.approx(np.sqrt(4 + 1.6 - 0.64) / 2.8)
    assert (row["people"], row["handover"], row["cost"]) == (4, 1, 175)
    assert (row["rework"], row["stop"]) == (pytest.approx(0.4), pytest.approx(0.2))
    assert row["back_to"] == "a + b"
    three = line([1, 1, 1], rework=[0, 0.1, 0.1], back_to=["", "a", "b"])
    found = crm.redesign(three, [("join", "b", "c")]).after
    assert found["back_to"].tolist() == ["a", "a"]  # the earlier of the two
    found = crm.redesign(three, [("join", "a", "b")]).after
    assert found["back_to"].tolist() == ["a + b", "a + b"]


@quick
@given(processes(), st.data())
def test_joining_keeps_the_work(table, data):
    """Where the second sends back to the first, the two passed on and worked as the one does."""
    if len(table) == 1:
        return
    place = data.draw(st.integers(0, len(table) - 2))
    first, second = table.index[place], table.index[place + 1]
    table["back_to"] = [first if name == second else name for name in table.index]
    joined = crm.redesign(table, [("join", first, second)]).after
    old, new = (crm.process_theory(t, 1).table for t in (table, joined))
    both = old["work"] + old["rework"]
    work = new["work"] + new["rework"]
    assert work[f"{first} + {second}"] == pytest.approx(both[first] + both[second])
    rest = [name for name in table.index if name not in (first, second)]
    assert work[rest].tolist() == pytest.approx(both[rest].tolist())


def test_effects_are_the_theory_of_each_stage():
    new = crm.redesign(STATIONS, [("people", "design", 1), ("time", "design", 0.1),
                                  ("people", "price", 3)])  # fmt: skip
    found = new.effects(1.5)
    assert found.index[0] == "as it was"
    assert found["time"].iloc[0] == pytest.approx(crm.process_theory(STATIONS, 1.5).time)
    assert np.isinf(found["time"].iloc[1])  # one engineer cannot do it
    assert found["gain"].iloc[1] == -np.inf
    assert found["gain"].iloc[3] == pytest.approx(found["time"].iloc[2] - found["time"].iloc[3])
    assert found["people"].tolist() == [7, 5, 5, 6]
    assert found["cost"].tolist() == [1900, 1300, 1300, 1600]


def test_the_same_process_twice_saves_nothing():
    both = crm.compare_processes(STATIONS, STATIONS, 1, cases=300, seed=1, benchmark=3)
    assert both.saved == 0
    assert both.interval == (0, 0)
    assert both.net == 0
    assert both.gap_closed == 0
    assert (both.to_frame()["change"] == 0).all()


def test_no_case_is_later_where_all_are_quicker():
    """Common random numbers, one person and no rework: the order of the cases cannot change."""
    slow = line([0.6, 0.7])
    both = crm.compare_processes(slow, slow.assign(time=[0.5, 0.7]), 1, cases=500, seed=2)
    assert (both.before.cases["left"] >= both.after.cases["left"] - 1e-9).all()
    assert (both.before.cases["arrived"] == both.after.cases["arrived"]).all()


def test_common_numbers_make_the_interval_narrower():
    before, after = STATIONS, STATIONS.assign(handover=[0.5, 0.5, 0.5, 0])
    same = crm.compare_processes(before, after, 1, cases=2000, seed=1)
    other = crm.simulate_process(after, 1, cases=2000, seed=2).cases["time"]
    _mean, low, high = batch_means((same.before.cases["time"] - other).to_numpy())
    assert same.interval[1] - same.interval[0] < (high - low) / 4
    # Visits of pricing × half a day, known without any luck.
    assert same.saved == pytest.approx(0.5 * 1.25, abs=0.03)


def test_cost_and_benchmark_by_hand():
    desk = line(0.8, cost=100.0)
    both = crm.compare_processes(desk, desk.assign(people=2), 0.5, cases=500, seed=1,
                                 delay_cost=30, benchmark=1)  # fmt: skip
    assert both.people_cost == (200, 400)
    assert both.net == pytest.approx(30 * both.saved - 200)
    assert both.gap_closed == pytest.approx(both.saved / (both.before.time - 1))
    table = both.to_frame()
    assert table.loc["share within the benchmark", "after"] == both.after.share_within(1)
    assert table.loc["mean time", "change"] == pytest.approx(-both.saved)
    assert np.isnan(crm.compare_processes(desk, desk, 0.5, cases=100).gap_closed)
    assert f"saved {both.saved:.2f}" in repr(both)


# Bad input


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"time": 0}, "time of stations must be above 0; got 0 at position 0"),
        ({"people": 0}, "people of station 'enter' must be a whole number of at least 1; got 0"),
        ({"people": 1.5}, "people of station 'enter' must be a whole number"),
        ({"rework": 0.6, "stop": 0.4}, "rework and stop must be below 1 together; got 1"),
        ({"rework": -0.1}, "rework of stations must be between 0 and 1"),
        ({"handover": np.nan}, "handover of stations must be at least 0; got nan"),
        ({"cv": -1}, "cv of stations must be at least 0"),
        ({"back_to": "send"}, "the station itself or one before it; got 'send' at station 'enter'"),
        ({"speed": 1}, "stations must have columns among time, people, cv"),
    ],
    ids=lambda value: "" if isinstance(value, str) else "-".join(value),
)
def test_bad_stations_are_told(change, message):
    with pytest.raises((ValueError, TypeError), match=message):
        crm.process_theory(STATIONS.assign(**change), 1)


def test_other_bad_input_of_a_process_is_told():
    with pytest.raises(ValueError, match=r"below 1\.8, what station 'design' can do; got 2"):
        crm.process_theory(STATIONS, 2)
    with pytest.raises(ValueError, match="what station 'design' can do"):
        crm.simulate_process(STATIONS, 2)
    with pytest.raises(ValueError, match="one row per station; got 'enter' twice"):
        crm.process_theory(STATIONS.rename(index={"send": "enter"}), 1)
    with pytest.raises(ValueError, match="must have the column 'people'"):
        crm.process_theory(STATIONS[["time"]], 1)
    with pytest.raises(TypeError, match="must be a pandas DataFrame; got list"):
        crm.process_theory([1, 2], 1)
    with pytest.raises(ValueError, match="arrival_rate must be above 0"):
        crm.process_theory(STATIONS, 0)
    with pytest.raises(ValueError, match="cases must be a whole number of at least 100; got 50"):
        crm.simulate_process(STATIONS, 1, cases=50)
    with pytest.raises(ValueError, match="level must be above 0 and below 1"):
        crm.simulate_process(STATIONS, 1, cases=100, level=1)
    with pytest.raises(ValueError, match="delay_cost must be at least 0"):
        crm.compare_processes(STATIONS, STATIONS, 1, delay_cost=-1)
    with pytest.raises(ValueError, match="benchmark must be above 0"):
        crm.compare_processes(STATIONS, STATIONS, 1, benchmark=0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("split", "enter"), "each of changes must be one of 'join', 'move', 'drop', 'people'"),
        (("join", "enter"), "changes: 'join' must name 2 things; got 1"),
        (("join", "enter", "price"), "follow each other; got 'enter' and 'price'"),
        (("move", "enter", "enter"), "must name two stations; got 'enter' twice"),
        (("drop", "nobody"), "changes: station of 'drop' must be one of 'enter'"),
        (("people", "enter", 0), "people of station 'enter' must be a whole number"),
        (("rework", "enter", 2), "rework of after must be between 0 and 1"),
        (("time", "enter", -1), "time must be at least 0; got -1"),
    ],
    ids=lambda value: "" if isinstance(value, str) else value[0],
)
def test_bad_changes_are_told(change, message):
    with pytest.raises(ValueError, match=message):
        crm.redesign(STATIONS, [change])


def test_other_bad_changes_are_told():
    with pytest.raises(TypeError, match="changes must be a list of tuples"):
        crm.redesign(STATIONS, "drop")
    with pytest.raises(TypeError, match="changes must be a list of tuples"):
        crm.redesign(STATIONS, ["drop"])
    with pytest.raises(ValueError, match="must leave a station; got 'a', the only one"):
        crm.redesign(line(1), [("drop", "a")])


# Pictures and explorer


def test_the_bars_add_up_to_the_time_of_a_case():
    found = crm.process_theory(STATIONS, 1)
    ax = found.plot(unit="days", end=9)
    assert sum(bar.get_width() for bar in ax.patches) == pytest.approx(found.time)
    assert ax.get_xlim() == (0, 9)
    share = f"{100 * found.touch_share:.0f}"
    assert f"takes {found.time:.1f} days, and {share}" in ax.get_title("left").replace("\n", " ")
    assert "56 % used" in {text.get_text() for text in ax.texts}


def test_the_curves_reach_what_the_runs_say():
    before, after = STATIONS, STATIONS.assign(handover=0.0)
    both = crm.compare_processes(before, after, 1, cases=200, seed=1, benchmark=2)
    ax = both.plot(unit="days")
    for curve, run in zip(ax.lines[::2], (both.before, both.after), strict=False):
        assert np.interp(0.5, curve.get_ydata(), curve.get_xdata()) == pytest.approx(
            run.percentile(0.5), abs=0.1
        )
    assert "A case saves" in ax.get_title("left")
    back = crm.compare_processes(after, before, 1, cases=200, seed=1).plot()
    low, high = both.interval
    words = back.get_title("left").replace("\n", " ")
    assert "longer" in words
    assert f"({low:.1f} to {high:.1f})" in words


def test_the_explorer_shows_the_theory():
    explorer = widgets.process_explorer(STATIONS, [("join", "enter", "design")], "price",
                                        mode="live")  # fmt: skip
    explorer.sliders[0].value, explorer.sliders[1].value = 1.6, 0.1
    table = STATIONS.assign(rework=[0, 0.1, 0.1, 0])
    after = crm.redesign(table, [("join", "enter", "design")]).after
    times = [crm.process_theory(t, 1.6).time for t in (table, after)]
    found = re.findall(r"([\d.]+) days", words(explorer))
    assert [float(time) for time in found] == pytest.approx(times, abs=0.051)
    explorer.sliders[0].value = 4.8
    assert "Before: a station cannot do its work. After: a station cannot" in words(explorer)
    with pytest.raises(ValueError, match="station must be one of 'enter'"):
        widgets.process_explorer(STATIONS, [], "nobody")
