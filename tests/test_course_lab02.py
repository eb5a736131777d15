"""Lab 02: its values, its memo, and what a student with each misconception reads."""

import inspect
import math

import pytest

from crmlab import datasets, lifecycle
from crmlab.course import Lab
from tests.test_course_labs import EXERCISES, Built

NAME = "lab02_lifecycle"
# Weeks without relapse of 21 patients treated with 6-MP (Freireich and others 1963); 1: relapse.
RELAPSE = [6, 6, 6, 7, 10, 13, 16, 22, 23]
NONE_YET = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]


@pytest.fixture(scope="module")
def lab02(tmp_path_factory):
    return Built(EXERCISES / f"{NAME}.md", tmp_path_factory.mktemp("labs"))


@pytest.fixture(scope="module")
def solved(lab02):
    return lab02.names(lab02.solution)


def test_lab02_meets_published_survival(solved):
    """Kaplan-Meier of the 6-MP group: 0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448."""
    curve = solved["survival_curve"](RELAPSE + NONE_YET, [1] * 9 + [0] * 12)
    assert [time for time, _share in curve] == [6, 7, 10, 13, 16, 22, 23]
    shares = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert [share for _time, share in curve] == pytest.approx(shares, abs=5e-4)
    assert solved["median_life"](curve) == 23


def test_lab02_meets_crmlab_on_survival(solved):
    life = solved["life"]
    for name, part in life.groupby("segment"):
        found = lifecycle.kaplan_meier(part["years"], part["gone"])
        middles = [0.5, 1.5, 2.5, 3.5, 4.5]
        ours = [solved["share_at"](solved["curves"][name], t) for t in middles]
        assert ours == pytest.approx(found.survival_at(middles))
        median = solved["medians"][name]
        assert (math.nan if median is None else median) == pytest.approx(found.median, nan_ok=True)
        cost, profit = solved["economics"].loc[name, ["acquisition", "profit"]]
        plan = lifecycle.lifecycle_profit(
            5, base=profit, retention=ours, acquisition=cost + solved["machine"], rate=0.1
        )
        assert solved["paths"][name] == pytest.approx(plan.table["cumulative"].tolist())
        year = solved["break_even"](solved["paths"][name])
        assert (math.nan if year is None else year) == pytest.approx(plan.break_even, nan_ok=True)


def test_lab02_meets_crmlab_on_the_base(solved):
    rate = solved["churn"](range(100), range(20, 130))
    known = lifecycle.churn(20, 100)
    assert rate == pytest.approx([known.rate, known.lifetime])
    found = lifecycle.cohort_table(solved["orders"], end="2025-12-31").shares
    ours = solved["retention"](solved["company_log"])
    assert ours.to_numpy() == pytest.approx(found.to_numpy(), nan_ok=True)
    assert list(ours.index) == list(found.index)


def test_lab02_meets_crmlab_on_stages(solved):
    assert solved["names"].tolist() == solved["detected"].table["stage"].tolist()
    assert solved["expected"] == pytest.approx(solved["detected"].expected["decline"])
    six = lifecycle.six_stages()["stage"]
    for one, stage in six.items():
        counts = dict.fromkeys(six.index, 0) | {one: 7}
        assert solved["to_four"](counts)[stage] == 7
    names = [name for name, _chinese in lifecycle.pattern_names()]
    assert solved["patterns"] == names
    judged = solved["judged"]
    table = lifecycle.Confusion(judged).to_frame()
    for name in names:
        assert solved["reading"](judged, name) == pytest.approx(
            table.loc[name, ["found", "true"]].tolist()
        )


def test_lab02_patterns_agree_with_the_simulation(solved):
    """Seen to the end, the true stages of a simulated relationship give its true pattern."""
    lives = lifecycle.simulate_relationships(60, 40, seed=3)
    ended = 0
    for customer, stages in lives.stages.iterrows():
        found = solved["pattern"](stages.tolist())
        if found != "still runs":
            ended += 1
            assert found == lives.truth.loc[customer, "pattern"]
    assert ended > 20


def test_lab02_pencil_work(solved):
    assert solved["yearly_profit"](solved["pays_from"], 0) == pytest.approx(0)
    at_most = [math.exp(-3) * total for total in (1, 4, 8.5)]
    assert [solved["at_most"](n, 3) for n in range(3)] == pytest.approx(at_most)


def test_the_memo_says_what_the_data_say(solved, lab02):
    """The model answer's numbers are typed: hold them to the solution."""
    memo = next(cell.source for cell in lab02.solution.cells if "**Advice:" in cell.source)
    medians, paths = solved["medians"], solved["paths"]
    left_over = {name: path[-1] for name, path in paths.items()}
    years = {name: solved["break_even"](path) for name, path in paths.items()}
    assert f"those who left, {solved['leavers']:.2f} years" in memo
    assert f"half are still there after {medians['office']:.1f} years" in memo
    assert f"cafés are gone after {medians['café']:.1f} years" in memo
    assert medians["school"] is None
    assert years == {"café": None, "hotel": None, "office": 5, "school": 5}
    assert f"back in year {years['office']} and leaves {left_over['office']:.0f} yuan" in memo
    assert f"come out at {left_over['school']:.0f} yuan" in memo
    assert f"bring most a year, {solved['economics']['profit'].max():.0f} yuan" in memo
    assert solved["economics"]["profit"].idxmax() == "café"
    missing = f"{-left_over['café']:.0f} yuan are missing, with hotels {-left_over['hotel']:.0f}"
    assert missing in memo
    assert 1550 < min(solved["limits"].values()) < 1560
    assert [name for name, value in left_over.items() if abs(value) > 50] == ["office"]
    words = memo.split("<!-- BEGIN SOLUTION -->")[-1].split("<!-- END SOLUTION -->")[0]
    assert len(words.split()) <= 200


def test_the_case_quotes_numbers_of_the_chapter():
    """Less than a year for those who left; almost four years by the churn rate of 2025."""
    orders = datasets.load("company_orders")
    before = lifecycle.lifetimes(orders, 180, end="2024-12-31")
    after = lifecycle.lifetimes(orders, 180, end="2025-12-31")
    there = before.index[~before["gone"]]
    year = lifecycle.churn(int(after.loc[there, "gone"].sum()), len(there))
    assert 3.8 < year.lifetime < 4
    assert after.loc[after["gone"], "time"].mean() < 365


# What a student writes who holds the misconception. Each block has the question, the name, and
# words of the hint that must follow; then the body of the function, or the value of the name.
WRONG = """
q1 yearly_profit: 60 yuan for the relationship itself are missing
    return 100 * level * (1 + 3 * level) + indirect

q1 yearly_profit: recommendations are worth money
    return 100 * level * (1 + 3 * level) - 60

q1 yearly_profit: Your cost rises
    return 100 * level * (9 + level - (8 + 2 * level)) + indirect - 60

q1 yearly_profit: margin of one unit
    return (9 + level) - (8 - 2 * level) + indirect - 60

q1 yearly_profit: That is revenue
    return 100 * level * (9 + level) + indirect - 60

q1 seven: These are added up
    np.cumsum([yearly_profit(x, extra) for x, extra in zip(level, indirect)])

q1 seven: left out the indirect benefit
    [yearly_profit(x, 0) for x in level]

q1 pays_from: kept the margin at 1
    60 / 100

q1 pays_from: margin of a partner
    60 / (100 * 4)

q1 pays_from: A term is lost
    60 / 300

q1 asks: In exploration the customer still tries you out
    ["exploration", "exploration", "build-up", "stability", "stability", "decline"]

q1 asks: what makes orders grow
    ["exploration", "stability", "build-up", "stability", "stability", "decline"]

q1 asks: Personalisation costs money
    ["exploration", "build-up", "exploration", "stability", "stability", "decline"]

q1 asks: An exit barrier must stand before
    ["exploration", "build-up", "build-up", "decline", "stability", "decline"]

q1 asks: A routine needs a known need
    ["exploration", "build-up", "build-up", "stability", "exploration", "decline"]

q2 to_four: 180 customers are lost
    return _right(counts) | {"decline": counts["decline"]}

q2 to_four: 320 customers are lost
    return _right(counts) | {"exploration": counts["development"]}

q2 to_four: That is exploration, not build-up
    moved = counts["development"]
    return _right(counts) | {
        "exploration": counts["potential"], "build-up": counts["growth"] + moved
    }

q2 to_four: not of stability
    moved = counts["decline"]
    return _right(counts) | {
        "stability": counts["maturity"] + moved, "decline": counts["termination"]
    }

q2 shown_by_log: Divide by all
    return sum(counts.values()) - counts["potential"] - counts["termination"]

q2 shown_by_log: Termination does not show either
    return 1 - counts["potential"] / sum(counts.values())

q2 shown_by_log: no line of the log is theirs
    return 1 - counts["termination"] / sum(counts.values())

q2 shown_by_log: Decline does show
    four = counts["development"] + counts["growth"] + counts["maturity"]
    return four / sum(counts.values())

q3 at_most: chance of exactly one
    return mu**n * math.exp(-mu) / math.factorial(n)

q3 at_most: range(n)
    return sum(mu**k * math.exp(-mu) / math.factorial(k) for k in range(n))

q3 at_most: chance of more than one
    return 1 - _right(n, mu)

q3 at_most: factor e^(−μ) is missing
    return sum(mu**k / math.factorial(k) for k in range(n + 1))

q3 false_alarms: How many of the 400
    at_most(1, 3)

q3 false_alarms: exactly one order
    400 * 3 * math.exp(-3)

q3 false_alarms: chance alone brings weak quarters
    0

q3 silent_quarters: One quarter too few
    return int(-math.log(limit) / mu)

q3 silent_quarters: A whole number of quarters
    return math.log(limit) / -mu

q3 silent_quarters: does not depend on how often
    return _right(1, limit)

q3 silent_quarters: Turned round
    return _right(1 / mu, limit)

q4 name_stage: for one period only
    return _right(chances, 2, sure)

q4 name_stage: Your function always answers
    return "too little history" if periods < 2 else max(chances, key=lambda s: chances[s])

q4 name_stage: whatever its chance and the history
    return max(chances, key=lambda s: chances[s])

q4 name_stage: Use `sure`, not 0.6
    return _right(chances, periods)

q4 name_stage: equal to the limit is enough
    return _right(chances, periods, sure + 1e-9)

q4 name_stage: Two periods are enough
    return "too little history" if periods <= 2 else _right(chances, periods, sure)

q4 named: every office whose likeliest stage
    (offices[stages].idxmax(axis=1) == "decline").sum()

q4 named: That is the expected number
    offices["decline"].sum()

q4 expected: These are named
    named

q4 expected: mean chance
    offices["decline"].mean()

q4 expected: also of those below the limit
    offices.loc[offices["decline"] >= 0.6, "decline"].sum()

q4 right: share of those who left that was found
    (names[left[names.index]] == "decline").mean()

q4 right: where it is missing they are there
    truth["left"].isna()[names.index[names == "decline"]].mean()

q5 pattern: lasted so far is no pattern
    found = _right(stages_seen)
    return "long-lasting" if found == "still runs" else found

q5 pattern: quarters of stability only
    found = _right(stages_seen)
    before = [stage for stage in stages_seen if stage != "decline"]
    return "long-lasting" if found == "early exit" and len(before) >= 8 else found

q5 pattern: 8 quarters of stability are enough
    found = _right(stages_seen)
    return "early exit" if stages_seen.count("stability") == 8 else found

q5 pattern: was in build-up already
    found = _right(stages_seen)
    return "early abortion" if found == "mid-course death" else found

q5 pattern: Abortion comes before birth
    found = _right(stages_seen)
    swap = {"early abortion": "mid-course death", "mid-course death": "early abortion"}
    return swap.get(found, found)

q5 reading: The undecided cases belong
    hits = table.loc[name, name]
    return [hits / table.loc[name, patterns].sum(), hits / table[name].sum()]

q5 reading: Rows and columns are swapped
    return _right(table, name)[::-1]

q5 reading: Two different questions
    return [table.loc[name, name] / table.loc[name].sum()] * 2

q6 churn: compared the sizes
    c = (len(start) - len(end)) / len(start)
    return [c, 1 / c]

q6 churn: Divide by those who were there at the start
    c = len(set(start) - set(end)) / len(end)
    return [c, 1 / c]

q6 churn: That is the retention rate
    stay = len(set(start) & set(end)) / len(start)
    return [stay, 1 / stay]

q6 churn: not 1/(1 − c)
    c = _right(start, end)[0]
    return [c, 1 / (1 - c)]

q6 churn: one over the first
    return _right(start, end)[:1] * 2

q6 lives: mean of two lifetimes
    {"old": 600 / 30, "new": 200 / 100, "all": (600 / 30 + 200 / 100) / 2}

q6 lives: weighted the lifetimes
    {"old": 20, "new": 2, "all": (600 * 20 + 200 * 2) / 800}

q6 lives: plain mean of the two churn rates
    {"old": 20, "new": 2, "all": 1 / ((0.05 + 0.5) / 2)}

q6 lives: These are churn rates
    {"old": 30 / 600, "new": 100 / 200, "all": 130 / 800}

q6 after_three: what the churn rate of all promises
    200 * (1 - 130 / 800) ** 3

q6 after_three: let half leave each year
    200 * 0.5**3

q6 after_three: old customers from the start
    200 * 0.95**3

q6 after_three: after two years
    200 * 0.5 * 0.95

q6 after_three: after four years
    200 * 0.5 * 0.95**3

q7 retention: numbers of customers
    first = log.groupby("customer")["year"].min()
    return _right(log).mul(first.value_counts().sort_index(), axis=0)

q7 retention: has not happened yet
    return _right(log).fillna(0)

q7 retention: it is 0, not missing
    return _right(log).replace(0, np.nan)

q7 retention: still one customer
    first = log["customer"].map(log.groupby("customer")["year"].min())
    counts = pd.crosstab(first, log["year"] - first)
    return counts.div(counts[0], axis=0).where(_right(log).notna())

q7 retention: in that year or later
    first = log.groupby("customer")["year"].min()
    stay = log.groupby("customer")["year"].max() - first
    table = {age: (stay >= age).groupby(first).mean() for age in range(4)}
    return pd.DataFrame(table).where(_right(log).notna())

q7 retention: divided by the year before
    first = log.groupby("customer")["year"].min()
    seen = log.drop_duplicates()
    age = seen["year"] - seen["customer"].map(first)
    counts = pd.crosstab(seen["customer"].map(first), age)
    before = counts.shift(axis=1)
    before[0] = counts[0]
    return counts.div(before).where(_right(log).notna())

q7 newest: That is the oldest cohort
    retention(company_log).loc[2021, 1]

q7 newest: 1 by its making
    retention(company_log).loc[2024, 0]

q7 newest: but another cohort
    retention(company_log).loc[2021, 4]

q8 survival_curve: You left out those who are still there
    times, gone = np.array(times), np.array(gone, bool)
    return _right(times[gone], gone[gone])

q8 survival_curve: Who is censored has not left
    return _right(times, [1] * len(times))

q8 survival_curve: stay in your n for ever
    times, gone = np.array(times), np.array(gone, bool)
    return [[t, 1 - (times[gone] <= t).mean() * gone.sum() / len(times)]
            for t in np.unique(times[gone])]

q8 survival_curve: so >=
    times, gone, share, curve = np.array(times), np.array(gone, bool), 1, []
    for t in np.unique(times[gone]):
        died = (gone & (times == t)).sum()
        share *= 1 - died / ((times > t).sum() + died)
        curve.append([t, share])
    return curve

q8 survival_curve: single factors
    times, gone = np.array(times), np.array(gone, bool)
    return [[t, 1 - (gone & (times == t)).sum() / (times >= t).sum()]
            for t in np.unique(times[gone])]

q8 survival_curve: At 9 nobody leaves
    curve = _right(times, gone)
    return [[t, share_at(curve, t)] for t in np.unique(times)]

q8 share_at: At the time of a step
    return _right(curve, t - 1e-9)

q8 share_at: Before the first step
    return _right(curve, max(t, curve[0][0]))

q8 share_at: straight lines
    times, shares = zip([0, 1], *curve)
    return np.interp(t, times, shares)

q8 share_at: keeps its value
    return 0 if t > curve[-1][0] else _right(curve, t)

q8 median_life: Exactly one half
    return next((time for time, share in curve if share < 0.5), None)

q8 median_life: never comes down
    return next((time for time, share in curve if share <= 0.5), curve[-1][0])

q8 median_life: last time before
    if _right(curve) is None:
        return None
    return [time for time, share in curve if share > 0.5][-1]

q8 leavers: as if everybody left
    life["years"].mean()

q8 leavers: In years
    known["time"][known["gone"]].mean()

q8 medians: median of those who left
    {s: life["years"][(life["segment"] == s) & life["gone"]].median() for s in segments}

q8 medians: median of all lifetimes
    life.groupby("segment")["years"].median().to_dict()

q9 cumulated: discounting is missing
    return _right(profits, survival, acquisition, 0)

q9 cumulated: chance that the customer is still there
    return _right(profits, [1] * len(profits), acquisition, rate)

q9 cumulated: one year too little
    path = [-acquisition]
    for t, (profit, share) in enumerate(zip(profits, survival)):
        path.append(path[-1] + share * profit / (1 + rate) ** t)
    return path

q9 cumulated: single years
    return np.diff(_right(profits, survival, acquisition, rate), prepend=0)

q9 cumulated: Year 0 is missing
    return _right(profits, survival, acquisition, rate)[1:]

q9 cumulated: it is negative
    return _right(profits, survival, -acquisition, rate)

q9 break_even: At 0 the cost is back
    return next((t for t, value in enumerate(path) if value > 0), None)

q9 break_even: begins with year 0
    return next((t for t, value in enumerate(path, start=1) if value >= 0), None)

q9 break_even: never gets back
    return next((t for t, value in enumerate(path) if value >= 0), len(path) - 1)

q9 paths: winning the customer costs money
    {s: _plan(s, cost=machine) for s in segments}

q9 paths: The machine is missing
    {s: _plan(s, cost=economics.loc[s, "acquisition"]) for s in segments}

q9 paths: at the end of each year
    {s: _plan(s, when=[1, 2, 3, 4, 5]) for s in segments}

q9 paths: one curve for all
    {s: _plan(s, curve=survival_curve(life["years"], life["gone"])) for s in segments}

q9 paths: let everybody stay
    {s: _plan(s, curve=[[0, 1]]) for s in segments}

q9 limits: left over after a machine
    {s: path[-1] for s, path in paths.items()}

q9 limits: The sign
    {s: machine - path[-1] for s, path in paths.items()}
"""
BLOCKS = [block.split("\n", 1) for block in WRONG.strip().split("\n\n")]

# The plan of a segment with one thing changed.
PLAN = """
def _plan(name, cost=None, when=(0.5, 1.5, 2.5, 3.5, 4.5), curve=None):
    cost = economics.loc[name, "acquisition"] + machine if cost is None else cost
    shares = [share_at(curve or curves[name], t) for t in when]
    return cumulated([economics.loc[name, "profit"]] * 5, shares, cost, 0.1)
"""


def test_every_known_mistake_is_made_below(lab02):
    hints = [
        mistake["hint"]
        for question in lab02.checks["questions"]
        for check in question["checks"]
        for mistake in check.get("mistakes", [])
    ]
    words = [head.split(": ", 1)[1] for head, _body in BLOCKS]
    assert [hint for hint in hints if not any(word in hint for word in words)] == []


@pytest.mark.parametrize(("head", "body"), BLOCKS, ids=[head for head, _body in BLOCKS])
def test_what_a_student_with_the_misconception_reads(lab02, solved, capsys, head, body):
    """The `gives` of the master must be what such a student's code really gives."""
    place, words = head.split(": ", 1)
    question, name = place.split()
    names = dict(solved)
    exec(PLAN, names)
    right = names[name]
    if callable(right):
        names["_right"] = right
        exec(f"def {name}{inspect.signature(right)}:\n{body}", names)
    else:
        exec(f"{name} = {body.strip()}", names)
    Lab(lab02.name, lab02.student, names).check(question)
    wrong = [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗")]
    assert any(words in line for line in wrong), wrong
