"""Lab 08: its values, its memo, and what a student with each misconception reads."""

import inspect

import numpy as np
import pytest

from crmlab import clv
from crmlab.course import Lab
from tests.test_course_labs import EXERCISES, Built

NAME = "lab08_switching"


@pytest.fixture(scope="module")
def lab08(tmp_path_factory):
    return Built(EXERCISES / f"{NAME}.md", tmp_path_factory.mktemp("labs"))


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


# What a student writes who holds the misconception. Each block has the question, the name, and
# words of the hint that must follow; then the body of the function, or the value of the name.
WRONG = """
q1 shares_after: Your shares do not add up to 1
    for _ in range(periods):
        shares = matrix @ shares
    return shares

q1 shares_after: kept the loyal ones only
    return shares * np.diag(matrix) ** periods

q1 shares_after: Nothing has moved
    for _ in range(periods):
        shares @ matrix
    return shares

q1 shares_after: one period only
    return shares @ matrix

q1 shares_after: one period too many
    for _ in range(periods + 1):
        shares = shares @ matrix
    return shares

q1 shares_after: squares each number by itself
    return shares @ matrix**periods

q1 from_A: reads the matrix from A
    switching[0, 1]

q1 from_A: Divide by what B sells in all
    0.6 * 0.2

q1 from_A: share of B today
    0.6 * 0.2 / 0.3

q1 from_A: column without weights
    switching[0, 1] / switching[:, 1].sum()

q2 brand_values: one period late
    return sum(
        shares_after(shares, matrix, t - 1) * contribution / (1 + rate) ** t
        for t in range(1, periods + 1)
    )

q2 brand_values: Nothing is discounted
    return sum(shares_after(shares, matrix, t) * contribution for t in range(1, periods + 1))

q2 brand_values: ends before `periods`
    return sum(
        shares_after(shares, matrix, t) * contribution / (1 + rate) ** t
        for t in range(1, periods)
    )

q2 brand_values: stay as they are today
    return sum(shares * contribution / (1 + rate) ** t for t in range(1, periods + 1))

q2 brand_values: counted today's purchases
    return sum(
        shares_after(shares, matrix, t) * contribution / (1 + rate) ** t
        for t in range(periods + 1)
    )

q2 brand_values: comes at the end
    return _right(shares, matrix, contribution, rate, periods, purchases)

q2 brand_values: buys four times
    return _right(shares, matrix, contribution, rate, periods, 1, timing)

q2 brand_values: one period later; at the start
    later = {"start": 1, "middle": 0.5, "end": 0}[timing]
    return _right(shares, matrix, contribution, rate, periods, purchases) / (1 + rate) ** later

q2 brand_values: moved the shares together with the money
    early = {"start": 1, "middle": 0.5, "end": 0}[timing]
    return sum(
        shares_after(shares, matrix, int(t - early)) * purchases * contribution
        / (1 + rate) ** (t - early)
        for t in range(1, periods + 1)
    )

q2 brand_values: half a period after the end
    early = {"start": 1, "middle": -0.5, "end": 0}[timing]
    value = _right(shares, matrix, contribution, rate, periods, purchases)
    return value * (1 + rate) ** early

q2 brand_values: is a square root
    if timing == "middle":
        rate = rate / 2
    return _right(shares, matrix, contribution, rate, periods, purchases)

q3 steady_state: All shares are equal
    equations = np.asarray(matrix, float) - np.eye(len(matrix))
    equations[-1] = 1
    return np.linalg.solve(equations, [0] * (len(matrix) - 1) + [1])

q3 steady_state: B is bought more often than A
    equations = np.asarray(matrix, float) - np.eye(len(matrix))
    equations[-1] = 1
    return np.linalg.solve(equations, [0] * (len(matrix) - 1) + [1])

q3 steady_state: must add up to 1
    values, vectors = np.linalg.eig(np.asarray(matrix).T)
    vector = np.abs(vectors[:, values.real.argmax()].real)
    return vector / vector.max()

q3 steady_state: ten periods lead
    return shares_after(shares_today, matrix, 10)

q3 steady_state: an even number of times
    return shares_after([1] + [0] * (len(matrix) - 1), matrix, 1000)

q3 steady_state: an odd number of times
    return shares_after([1] + [0] * (len(matrix) - 1), matrix, 1001)

q4 periods_to_rest: One too many
    return _right(shares, matrix, tolerance) + 1

q4 periods_to_rest: One share rests already
    for t in range(1001):
        after = shares @ np.asarray(matrix)
        if np.abs(after - shares).min() <= tolerance:
            return t
        shares = after
    return -1

q4 periods_to_rest: A share that falls moves as well
    for t in range(1001):
        after = shares @ np.asarray(matrix)
        if (after - shares).max() <= tolerance:
            return t
        shares = after
    return -1

q4 periods_to_rest: not the last number
    t, move = 0, 1
    while move > tolerance and t < 1000:
        after = shares @ np.asarray(matrix)
        move = np.abs(after - shares).max()
        shares, t = after, t + 1
    return t if t == 1000 else t - 1

q4 periods_to_rest: not how often it ran
    t, move = 0, 1
    while move > tolerance and t <= 1000:
        after = shares @ np.asarray(matrix)
        move = np.abs(after - shares).max()
        shares, t = after, t + 1
    return t

q4 periods_to_rest: sum of the changes is always 0
    for t in range(1001):
        after = shares @ np.asarray(matrix)
        if abs((after - shares).sum()) <= tolerance:
            return t
        shares = after
    return -1

q4 camp_ends: The end depends on the start
    [0.75, 0.75]

q4 camp_ends: shares of the start
    [0.6, 0.2]

q4 camp_ends: the share of B
    [0.25 * 0.9, 0.25 * 0.4]

q4 camp_ends: Nobody goes to C
    [0, 0]

q5 switch_counts: Rows and columns are swapped
    return _right(panel, brands).T

q5 switch_counts: every brand of a trip count
    chosen = panel.sort_values(["household", "order"])
    following = chosen.groupby("household")["brand"].shift(-1)
    counts = pd.crosstab(chosen["brand"], following)
    return counts.reindex(index=brands, columns=brands, fill_value=0)

q5 switch_counts: not the one with the highest spend
    chosen = panel.drop_duplicates(["household", "order"]).sort_values(["household", "order"])
    following = chosen.groupby("household")["brand"].shift(-1)
    counts = pd.crosstab(chosen["brand"], following)
    return counts.reindex(index=brands, columns=brands, fill_value=0)

q5 switch_counts: Shift within each household
    chosen = panel.sort_values("spend", ascending=False)
    chosen = chosen.drop_duplicates(["household", "order"]).sort_values(["household", "order"])
    counts = pd.crosstab(chosen["brand"], chosen["brand"].shift(-1))
    return counts.reindex(index=brands, columns=brands, fill_value=0)

q5 switch_counts: in the order of money
    chosen = panel.sort_values("spend", ascending=False)
    chosen = chosen.drop_duplicates(["household", "order"])
    following = chosen.groupby("household")["brand"].shift(-1)
    counts = pd.crosstab(chosen["brand"], following)
    return counts.reindex(index=brands, columns=brands, fill_value=0)

q5 switch_counts: These are probabilities already
    return switching_matrix(_right(panel, brands))

q5 switch_counts: A brand that nobody left is missing
    chosen = panel.sort_values("spend", ascending=False)
    chosen = chosen.drop_duplicates(["household", "order"]).sort_values(["household", "order"])
    return pd.crosstab(chosen["brand"], chosen.groupby("household")["brand"].shift(-1))

q5 switching_matrix: sums of the columns
    return counts / counts.sum()

q5 switching_matrix: by all purchases
    return counts / counts.to_numpy().sum()

q5 switching_matrix: pandas matches names
    return counts / counts.sum(axis=1)

q6 brand_study: You counted every row
    trips = panel["brand"].value_counts().reindex(brands)
    return _right(panel, brands).assign(trips=trips.values, share=(trips / trips.sum()).values)

q6 brand_study: You counted the pairs
    trips = switch_counts(panel, brands).sum(axis=1)
    return _right(panel, brands).assign(trips=trips.values, share=(trips / trips.sum()).values)

q6 brand_study: share of trips, not of money
    money = panel.groupby("brand")["spend"].sum()[brands]
    return _right(panel, brands).assign(share=(money / money.sum()).values)

q6 brand_study: probability to leave
    table = _right(panel, brands)
    return table.assign(retention=1 - table["retention"])

q6 brand_study: Your `retention` is a count
    return _right(panel, brands).assign(retention=np.diag(switch_counts(panel, brands)))

q6 brand_study: follows from the matrix alone
    table = _right(panel, brands)
    return table.assign(steady=table["share"])

q6 juice: another order than
    brand_study(purchases, ["436", "69", "1194"])

q7 wilson: Here it hardly differs
    p = kept / trips
    half = z * (p * (1 - p) / trips) ** 0.5
    return [p - half, p + half]

q7 wilson: sure that nobody ever stays
    p = kept / trips
    half = z * (p * (1 - p) / trips) ** 0.5
    return [p - half, p + half]

q7 wilson: denominator 1 + z²/n is missing
    p = kept / trips
    half = z * (p * (1 - p) / trips + z**2 / (4 * trips**2)) ** 0.5
    return [p + z**2 / (2 * trips) - half, p + z**2 / (2 * trips) + half]

q7 wilson: Only the half width is divided
    p = kept / trips
    half = z * (p * (1 - p) / trips + z**2 / (4 * trips**2)) ** 0.5 / (1 + z**2 / trips)
    return [p + z**2 / (2 * trips) - half, p + z**2 / (2 * trips) + half]

q7 wilson: n is squared
    p = kept / trips
    half = z * (p * (1 - p) / trips + z**2 / (4 * trips)) ** 0.5
    low, high = p + z**2 / (2 * trips) - half, p + z**2 / (2 * trips) + half
    return [low / (1 + z**2 / trips), high / (1 + z**2 / trips)]

q7 trips_needed: makes a width of 0.02
    next(n for n in range(1, 99999) if np.diff(wilson(0.627 * n, n))[0] <= 0.04)

q7 trips_needed: The whole width is 0.02
    next(n for n in range(1, 99999) if np.diff(wilson(0.627 * n, n))[0] <= 0.01)

q7 trips_needed: One too few
    max(n for n in range(1, 20000) if np.diff(wilson(0.627 * n, n))[0] > 0.02)

q7 trips_needed: One too many
    max(n for n in range(1, 20000) if np.diff(wilson(0.627 * n, n))[0] > 0.02) + 2

q8 two_trips: the households that stayed twice
    stay = brand_study(panel, brands).set_index("brand").loc[brand, "retention"]
    return [stay**2, _right(panel, brands, brand)[1]]

q8 two_trips: That is one trip on. Multiply
    stay = brand_study(panel, brands).set_index("brand").loc[brand, "retention"]
    return [stay, _right(panel, brands, brand)[1]]

q8 two_trips: That is another brand
    matrix = switching_matrix(switch_counts(panel, brands)).to_numpy()
    return [(matrix @ matrix)[0, 0], _right(panel, brands, brand)[1]]

q8 two_trips: `shift(-2)` at the one
    stay = brand_study(panel, brands).set_index("brand").loc[brand, "retention"]
    return [_right(panel, brands, brand)[0], stay]

q8 two_trips: without a second next one as lost
    chosen = panel.sort_values("spend", ascending=False, kind="stable")
    chosen = chosen.drop_duplicates(["household", "order"]).sort_values(["household", "order"])
    second = chosen.groupby("household")["brand"].shift(-2)
    again = (second == brand)[chosen["brand"] == brand].mean()
    return [_right(panel, brands, brand)[0], again]

q8 two_trips: over the whole table
    chosen = panel.sort_values("spend", ascending=False, kind="stable")
    chosen = chosen.drop_duplicates(["household", "order"]).sort_values(["household", "order"])
    second = chosen["brand"].shift(-2)
    followed = chosen["brand"].eq(brand) & second.notna()
    return [_right(panel, brands, brand)[0], second[followed].eq(brand).mean()]

q8 two_trips_436: Expected first
    two_trips(purchases, juice_brands, "436")[::-1]

q9 course_gain: These are the new values
    brand_values(shares_today, better, 500, 0.09, 2)

q9 course_gain: after less before
    brand_values(shares_today, switching, 500, 0.09, 2) - brand_values(
        shares_today, better, 500, 0.09, 2)

q9 course_gain: B alone gives them up
    brand_values(shares_today, keep(switching, 0, 0.1), 500, 0.09, 2) - brand_values(
        shares_today, switching, 500, 0.09, 2)

q9 keep: Your row adds up to 1.1
    changed = matrix.copy()
    changed[brand, brand] += points
    return changed

q9 keep: took the same from each
    changed = matrix.copy()
    changed[brand] -= points / (len(matrix) - 1)
    changed[brand, brand] = matrix[brand, brand] + points
    return changed

q9 keep: ten per cent of itself
    return _right(matrix, brand, points * matrix[brand, brand])

q9 keep: You changed the column
    changed = matrix.copy()
    changed[:, brand] -= points / (len(matrix) - 1)
    changed[brand, brand] = matrix[brand, brand] + points
    return changed

q9 keep: has changed `switching` itself
    stays = matrix[brand, brand]
    matrix[brand] = matrix[brand] * (1 - stays - points) / (1 - stays)
    matrix[brand, brand] = stays + points
    return matrix

q9 point_gain: point of the chain's own label
    brand_values(today, keep(market, 0, 0.01), 1.2, 0.015, 12) - brand_values(
        today, market, 1.2, 0.015, 12)

q9 point_gain: One point is 0.01
    brand_values(today, keep(market, US, 0.1), 1.2, 0.015, 12) - brand_values(
        today, market, 1.2, 0.015, 12)

q9 point_gain: The horizon is twelve trips
    brand_values(today, keep(market, US, 0.01), 1.2, 0.015, 2) - brand_values(
        today, market, 1.2, 0.015, 2)

q10 win: Your rows add up to 1.05
    changed = matrix.copy()
    changed[[n for n in range(len(matrix)) if n != brand], brand] += points
    return changed

q10 win: A's own row changed as well
    changed = matrix - points * np.eye(len(matrix))
    changed[:, brand] += points
    changed[brand, brand] = matrix[brand, brand] + points
    return changed

q10 win: You changed A's row
    changed = matrix.copy()
    changed[brand] -= points
    changed[brand, brand] = matrix[brand, brand] + 2 * points
    return changed

q10 win: whole row in proportion
    changed = matrix.copy()
    for rival in range(len(matrix)):
        if rival != brand:
            others = 1 - matrix[rival, brand]
            changed[rival] *= (others - points) / others
            changed[rival, brand] = matrix[rival, brand] + points
    return changed

q10 plan_table: use the plan's own contribution
    return _right(plans.assign(contribution=1.2), shares, matrix, brand, households, rate, periods)

q10 plan_table: Only `keep` worked
    names = dict(shares=shares, contribution=1.2, rate=rate, periods=periods)
    before = brand_values(matrix=matrix, **names)[brand]
    gains = []
    for _, plan in plans.iterrows():
        changed = keep(matrix, brand, plan["keep"])
        win(matrix, brand, plan["win"])
        names["contribution"] = plan["contribution"]
        gains.append(households * (brand_values(matrix=changed, **names)[brand] - before))
    table = plans.assign(gain=gains, net=gains - plans["cost"])
    table["return"] = table["net"] / table["cost"]
    return table

q10 plan_table: Only `win` worked
    names = dict(shares=shares, contribution=1.2, rate=rate, periods=periods)
    before = brand_values(matrix=matrix, **names)[brand]
    gains = []
    for _, plan in plans.iterrows():
        keep(matrix, brand, plan["keep"])
        changed = win(matrix, brand, plan["win"])
        names["contribution"] = plan["contribution"]
        gains.append(households * (brand_values(matrix=changed, **names)[brand] - before))
    table = plans.assign(gain=gains, net=gains - plans["cost"])
    table["return"] = table["net"] / table["cost"]
    return table

q10 plan_table: You divided the gain by the cost
    table = _right(plans, shares, matrix, brand, households, rate, periods)
    table["return"] = table["gain"] / table["cost"]
    return table

q10 plan_table: adds up all 100,000
    return _right(plans, shares, matrix, brand, 1, rate, periods)

q10 table: a horizon of six trips
    plan_table(plans, today, market, US, 100_000, 0.015, 6)

q10 table: plans of the chain's own label
    plan_table(plans, today, market, 0, 100_000, 0.015, 12)

q11 answer_table: Compare with today
    table = _right(plans, answers, shares, matrix, brand, households, rate, periods)
    return table - table.loc["nothing"]

q11 answer_table: costs of the plans are missing
    free = plans.assign(cost=0.0)
    return _right(free, answers, shares, matrix, brand, households, rate, periods)

q11 answer_table: leaves 1.15 per trip
    rich = plans.assign(contribution=1.2)
    return _right(rich, answers, shares, matrix, brand, households, rate, periods)

q11 worst_club: best case of the club
    moves.loc["club"].max()

q11 worst_club: worst case of doing nothing
    moves.loc["nothing"].min()

q11 club_over_nothing: compares the club with today
    moves.loc["club"]

q11 club_over_nothing: the club less doing nothing
    moves.loc["nothing"] - moves.loc["club"]
"""
BLOCKS = [block.split("\n", 1) for block in WRONG.strip().split("\n\n")]


def test_every_known_mistake_is_made_below(lab08):
    hints = [
        mistake["hint"]
        for question in lab08.checks["questions"]
        for check in question["checks"]
        for mistake in check.get("mistakes", [])
    ]
    words = [head.split(": ", 1)[1] for head, _body in BLOCKS]
    assert [hint for hint in hints if not any(word in hint for word in words)] == []


@pytest.mark.parametrize(("head", "body"), BLOCKS, ids=[head for head, _body in BLOCKS])
def test_what_a_student_with_the_misconception_reads(lab08, solved, capsys, head, body):
    """The `gives` of the master must be what such a student's code really gives."""
    place, words = head.split(": ", 1)
    question, name = place.split()
    names = dict(solved)
    names["switching"] = solved["switching"].copy()
    right = names[name]
    if callable(right):
        names["_right"] = right
        exec(f"def {name}{inspect.signature(right)}:\n{body}", names)
    else:
        exec(f"{name} = {body.strip()}", names)
    Lab(lab08.name, lab08.student, names).check(question)
    wrong = [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗")]
    assert any(words in line for line in wrong), wrong
