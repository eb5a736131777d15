"""Pictures: every result with one draws, says what to see, and names its units."""

import dataclasses
from itertools import combinations, pairwise

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from crmlab import btyd, clv, datasets, grading, index, loyalty, plots, satisfaction, value, weights
from crmlab._result import Drawable
from crmlab.course.gradebook import Score, gradebook, read_rules
from crmlab.grading.key_accounts import TRAITS
from tests import pictures

EVENTS = pd.DataFrame(
    {
        "customer": ["North", "North", "South"],
        "time": [0.5, 2, 1],
        "probability": [0.9, 0.5, 0.2],
        "revenue": [500, 400, 200],
        "cost": [200, 100, 300],
    }
)
TABLE = pd.DataFrame(
    {
        "customer": range(10),
        "margin": np.linspace(-20, 100, 10),
        "retention": 0.7,
        "acquisition_cost": 50.0,
    }
)
SURVEY = datasets.load("company_survey").dropna()
ITEMS = [f"quality_{i}" for i in (1, 2, 3)] + [f"image_{i}" for i in (1, 2, 3)]
FUZZY = pd.DataFrame([[0.5, 0.3, 0.2], [0.2, 0.5, 0.3]], ["food", "room"], ["good", "fair", "bad"])
ANSWERS = np.random.default_rng(1).integers(1, 6, (40, 6))
GRADES = pd.DataFrame({"good": [3, 1], "bad": [1, 2]}, index=["taste", "price"])
POLES = [("slow", "fast"), ("dear", "cheap"), ("far", "near")]
BASE = {"margin": 100, "retention": 0.8, "rate": 0.1, "acquisition_cost": 150}
MARKS = {"S1": 100, "S2": 59, "S3": 61}
EXAM = dataclasses.replace(read_rules(), final={"coursework": 0, "exam": 100})


def results() -> list[Drawable]:
    forecast = clv.event_prediction(EVENTS, 0.1)
    model = index.PathModel(
        {"satisfaction": ["image", "quality"], "loyalty": ["satisfaction"]},
        {
            "image": ITEMS[3:],
            "quality": ITEMS[:3],
            "satisfaction": ["satisfaction_1"],
            "loyalty": ["loyalty_1"],
        },
    ).fit(SURVEY)
    return [
        index.ecsi(),
        model.diagram_,
        model.bootstrap(20, seed=1),
        model.index_by(SURVEY["complained"], draws=20, seed=1),
        model.importance_performance("loyalty"),
        index.fuzzy_evaluation([0.6, 0.4], FUZZY),
        index.fuzzy_operators([0.6, 0.4], FUZZY),
        index.principal_components(SURVEY[ITEMS]),
        index.linear_regression(SURVEY, "satisfaction_1", ITEMS),
        index.ordered_logit(SURVEY, "satisfaction_1", ITEMS),
        weights.ahp([[1, 3], [1 / 3, 1]], names=["price", "speed"]),
        weights.entropy([[1, 2], [3, 3]]),
        weights.combine([[0.5, 0.5], [0.2, 0.8]]),
        clv.cash_flows([500] * 5, 0.09, today=-1000),
        clv.six_parts(first_purchase=10, repeat_purchase=[5, 5], rate=0.1),
        clv.recency_tree([0.3, 0.2], 40, 4, 0.2, periods=5),
        clv.migration_policies([0.3, 0.2], 40, 4, 0.2),
        forecast,
        forecast.simulate(200),
        clv.tornado(clv.retention_value, BASE),
        clv.two_way(clv.retention_value, BASE, ("retention", [0.5, 0.9]), ("rate", [0.1, 0.2])),
        clv.clv_study(TABLE, 0.1),
        *loyalty_results(),
        *satisfaction_results(),
        gradebook(
            MARKS, [Score(student, "exam", "score", MARKS[student]) for student in MARKS], EXAM
        ),
        gradebook({"S1": ""}, [Score("S1", "exam", "score")], EXAM),
        *value_results(),
        *switching_results(),
        *btyd_results(),
        *grading_results(),
        *portfolio_results(),
        *pictures.results(),
    ]


SWITCHING = pd.DataFrame([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.25, 0.15, 0.6]], [*"ABC"], [*"ABC"])


def switching_results() -> list[Drawable]:
    panel = datasets.load("yogurt_panel")
    survey = datasets.load("company_market").head(400)
    estimate = clv.estimate_switching(panel, order="order")
    amounts = ([0.6, 0.3, 0.1], SWITCHING, 500, 0.09, 2)
    names = {"customer": "buyer", "brand": "supplier"}
    model = clv.EquityModel({"value": ["quality", "price"], "brand": ["image"]}, **names)
    model.fit(survey)
    plans = pd.DataFrame({"quality": [1.0, 0], "image": [0, 1.0], "cost": 900.0}, index=["x", "y"])
    return [
        clv.switching_forecast(*amounts),
        clv.switching_gains(*amounts),
        clv.switching_gains(*amounts, to="A"),
        clv.steady_state(SWITCHING, [0.6, 0.3, 0.1]),
        clv.steady_state([[1, 0], [0, 1]]),
        clv.steady_state([[0, 1], [1, 0]], [0.2, 0.8]),
        estimate,
        estimate.bootstrap(20),
        clv.repeat_buying(panel, order="order", draws=5),
        clv.customer_equity([5, 20, -3], ["new", "old", "lost"]),
        model.equity(survey, 60, 0.1, 1, 6),
        model.returns(survey, "own", plans, 60, 0.1, 1, 6, draws=3),
        model.returns(survey, "own", plans.assign(cost=1e9), 60, 0.1, 1, 6),
    ]


def btyd_results() -> list[Drawable]:
    log = datasets.load("cdnow")
    summary = btyd.rfm_summary(
        log, customer="customer", date="date", amount="amount", end="1997-09-30"
    ).set_index("customer")
    history = summary[["frequency", "recency", "T"]].to_numpy().T
    buyers = summary[summary["frequency"] > 0]
    model = btyd.BGNBD().fit(*history)
    spend = btyd.GammaGamma().fit(buyers["frequency"], buyers["monetary_value"])
    first = np.zeros(len(summary))
    return [
        btyd.log_value(log, dict.fromkeys(summary.index, 1.0), start="1998-01-01"),
        btyd.alive_map(model, 39, most=5, points=6),
        btyd.alive_history(model, [3, 8], end=39),
        btyd.heterogeneity(model, cuts=[0, 1, np.inf]),
        btyd.calibration(model, summary),
        btyd.holdout(model, summary, summary["frequency"], t=39),
        btyd.tracking(model, first, [1.0, 2.0, 5.0], end=6),
        btyd.spend_independence(buyers["frequency"], buyers["monetary_value"]),
        btyd.residual_value(model, spend, summary, rate=0.1, periods=3, length=52),
        btyd.NBD().fit(*history).bootstrap(n=5, seed=1),
    ]


def grading_results() -> list[Drawable]:
    rng = np.random.default_rng(2)
    profit = [90.0, 40, 20, 10, -30]
    moves = grading.grade_moves(list("AAABBB"), list("AABBBC"), list("ABC"))
    worth = grading.grade_value(moves, [100, 20, 0], 0.1)
    table = pd.DataFrame(rng.normal(size=(30, 3)), columns=["profit", "days_late", "prospects"])
    graded = grading.grade_customers(table, [0.5, 0.2, 0.3], cost=["days_late"])
    rfm = pd.DataFrame(rng.integers(1, 40, (60, 3)), columns=["recency", "frequency", "monetary"])
    scores = grading.rfm_scores(rfm)
    months = pd.date_range("2024-01-01", periods=24, freq="MS")
    panel = pd.DataFrame(
        {
            "customer": np.repeat(list("abcdefgh"), 24),
            "month": np.tile(months, 8),
            "revenue": rng.lognormal(3, 1, 192),
        }
    )
    return [
        grading.concentration(profit),
        grading.lorenz(profit),
        grading.abc(profit),
        grading.pyramid(profit, [*profit[:4], 5.0]),
        moves,
        worth,
        grading.grade_strategy(worth, [1, 2, 3], [5, 1, 1], [0, 0.05, 0], 0),
        graded,
        graded.sensitivity(draws=10),
        scores,
        grading.rfm_segments(scores),
        grading.monthly_segments(panel),
        grading.compare_groups(list("aabb"), list("abbb")),
    ]


def portfolio_results() -> list[Drawable]:
    rng = np.random.default_rng(3)
    x, y = rng.uniform(1, 10, (2, 12))
    folio = grading.kaism(x, y, names=[f"K{i:02d}" for i in range(12)])
    points = pd.DataFrame({"size": x, "growth": y}, index=folio.names)
    traits = pd.DataFrame(rng.integers(0, 3, (12, 9)), columns=list(TRAITS))
    people = pd.DataFrame({"role": ["user", "buyer"], "person": ["u", "b"], "known": [True, False]})
    tiers = pd.DataFrame(
        {"customers": 5, "contribution": 90.0, "cost": 9.0, "plan_cost": 5.0, "uplift": 0.1},
        index=["key", "small"],
    )
    grades = pd.DataFrame({"abc": list("AABBCC"), "rule": list("ABBCCA")})
    order = {"abc": list("ABC"), "rule": list("ABC")}
    response = np.arange(40) % 3 == 0
    found = grading.gains(np.arange(40), response)
    costs = grading.mistake_costs(["A", "B"], too_low=5, too_high=2)
    features, known = pd.DataFrame({"x": np.arange(40.0)}), ["A"] * 20 + ["B"] * 20
    tree = grading.GradeTree(costs, depths=(1, 2)).fit(features, known)
    return [
        folio,
        grading.cell_sensitivity(folio, draws=50),
        grading.factor_scores(points),
        grading.account_score(traits),
        grading.buying_plan("new task", people, known="known"),
        grading.service_strategies(tiers),
        grading.overview(grades, order),
        grading.campaign_cells(np.arange(40) // 10, response, cost=1, margin=4),
        found,
        found.profit(1, 4),
        tree.tuning_,
        tree.judge(features, known),
    ]


def value_results() -> list[Drawable]:
    offers = pd.DataFrame(
        [dict.fromkeys((*value.BENEFITS, *value.SACRIFICES), 5.0)] * 2, index=["A", "B"]
    )
    offers["product"] = [8.0, 6.0]
    levers = pd.DataFrame({"time": [-1.0, 0], "money": [0, -2], "cost": 2.0}, index=["x", "y"])
    ratings = pd.concat([offers.assign(customer=who) for who in "vw"]).rename_axis("offer")
    ratings = ratings.reset_index()
    people = pd.DataFrame({"customer": ["v", "w"]} | {n: [1.0, 2] for n in value.DIMENSIONS})
    prices = offers.assign(price=[10.0, 8])
    options = pd.DataFrame(
        {"product": "new", "customers": ["new", "existing"], "chance": 0.5, "investment": 10.0,
         "profit": 30.0, "years": 2}, index=["tea", "town"],
    )  # fmt: skip
    ways = pd.DataFrame(
        {"servers": [2, 3], "minute_cost": 1.0, "comfort_cost": 0.0, "fixed_cost": [0, 20.0]},
        index=["plain", "one more"],
    )
    return [
        value.compare_offers(offers),
        value.lever_gains(offers.loc["A"], levers),
        value.choose_offers(ratings),
        value.lever_returns(ratings, None, "A", levers, 40),
        value.relationship_profile(people),
        value.value_loop(0.2),
        value.loop_policy([0.1, 0.2, 0.3]),
        value.value_map(prices),
        value.growth_grid(options, 0.1, budget=15),
        value.warranty_plan(0.03, 400, 5, 0.1, 500, 0.2, 3),
        value.waiting_lines(ways, 20, 15, 20, 30),
        value.refill_plan(30, 2, 6, 20, 3, 0.3),
    ]


def loyalty_results() -> list[Drawable]:
    rng = np.random.default_rng(1)
    log = pd.DataFrame(
        {
            "customer": rng.integers(0, 9, 90),
            "brand": rng.choice(list("XYZ"), 90),
            "amount": rng.uniform(1, 9, 90),
            "units": rng.integers(1, 4, 90),
            "period": rng.integers(0, 8, 90),
        }
    )
    scores = pd.DataFrame(
        rng.uniform(1, 7, (40, 4)), columns=["cognitive", "affective", "conative", "behavioural"]
    )
    cuts = {"attitude_cut": 4, "repeat_cut": 0.5}
    marks, shares = rng.uniform(1, 10, 40), rng.random(40)
    zones = {"satisfied": 6, "loyal": 0.5}
    branches = pd.DataFrame(np.exp(rng.standard_normal((30, 3))), columns=["mood", "value", "gain"])
    estimate = loyalty.estimate_chain(branches, ["mood", "value", "gain"])
    return [
        loyalty.behavioural_loyalty(log),
        loyalty.price_response(log, "X"),
        loyalty.loyalty_scales(scores, {name: [name] for name in scores}),
        loyalty.loyalty_pyramid(scores, 4),
        loyalty.loyalty_kinds(
            scores["cognitive"], shares, rng.integers(0, 3, 40), [""] * 40, **cuts
        ),
        loyalty.fit_loyalty_curves(shares, shares**2, rng.choice(list("ab"), 40)),
        loyalty.loyalty_zones(marks, shares, **zones),
        loyalty.trap_share(marks, shares, group=rng.choice(list("ab"), 40), **zones),
        loyalty.lock_in([90, 110], 100, [0, 20, 40], scale=10),
        loyalty.lock_in_path([90, 110], 100, [40, 40, 0], scale=10),
        loyalty.service_chain(0.1, {"value": 0.5, "gain": 2.0}),
        estimate,
    ]


def satisfaction_results() -> list[Drawable]:
    kano = satisfaction.kano(ANSWERS, ANSWERS[::-1])
    return [
        kano,
        kano.curves(),
        satisfaction.kano_segments(ANSWERS, ANSWERS[::-1], ["x", "y"] * 20),
        satisfaction.disconfirmation(ANSWERS, ANSWERS[::-1]),
        satisfaction.importance_performance(ANSWERS, ANSWERS[::-1]),
        satisfaction.derived_importance(ANSWERS[:, :5], ANSWERS[:, 5]),
        satisfaction.servqual(ANSWERS, ANSWERS[::-1], {"care": 2, "speed": 4}),
        satisfaction.five_gaps(
            expected=6, understood=5, standard=5.5, delivered=4, perceived=4.2, promised=7
        ),
        satisfaction.indicators(awareness=(3, 10), complaint_rate=(0, 9)),
        satisfaction.net_promoter_score([0, 7, 10, 9, 8]),
        satisfaction.likert(ANSWERS, 1, 5),
        satisfaction.survey_score(GRADES, {"good": 100, "bad": 0}),
        satisfaction.semantic_profile({"we": ANSWERS[:, :3], "rival": ANSWERS[:, 3:]}, POLES),
        satisfaction.keep_ratio(1.2, 100, 8, rival=110, competition=0.1, ceiling=140),
    ]


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("result", results(), ids=lambda result: type(result).__name__)
def test_each_result_draws_itself_with_a_title_and_labels(result: Drawable) -> None:
    ax = result.plot()
    assert isinstance(ax, Axes)
    assert len(ax.get_title("left")) > 15
    assert ax.get_xlabel() or ax.get_ylabel()
    ax.get_figure().canvas.draw()


def test_every_drawable_class_is_covered_here() -> None:
    missing = set(Drawable.__subclasses__()) - {type(result) for result in results()}
    assert missing == set(), "give results() here, or the room's module in tests/pictures, one of"


def test_a_picture_goes_onto_the_axes_that_is_passed() -> None:
    _figure, ax = plt.subplots()
    assert clv.cash_flows([1, 2], 0.1).plot(ax) is ax
    assert len(plt.get_fignums()) == 1


def test_drawing_leaves_the_readers_settings_alone() -> None:
    before = dict(mpl.rcParams)
    clv.cash_flows([1, 2], 0.1).plot()
    assert dict(mpl.rcParams) == before


def test_the_picture_shows_the_numbers_of_the_result() -> None:
    parts = clv.six_parts(first_purchase=10, repeat_purchase=[5, 5], rate=0.1)
    widths = [bar.get_width() for bar in parts.plot().patches]
    assert widths == pytest.approx([*parts.values.values(), parts.total])
    rules = clv.migration_policies([0.3, 0.2], 40, 4, 0.2)
    assert [bar.get_height() for bar in rules.plot().patches] == pytest.approx(rules.values[:, 0])
    grid = clv.two_way(clv.margin_multiple, {"retention": 0, "rate": 0},
                       ("retention", [0.5, 0.6]), ("rate", [0.1, 0.2]))  # fmt: skip
    assert grid.plot().images[0].get_array().data == pytest.approx(grid.values)


def test_the_title_names_the_largest_part_and_the_widest_bar() -> None:
    parts = clv.six_parts(first_purchase=10, repeat_purchase=[5, 500], rate=0.1)
    assert "repeat purchases" in " ".join(parts.plot().get_title("left").split())
    assert "Retention" in clv.tornado(clv.retention_value, BASE).plot().get_title("left")


def test_ranks_put_the_highest_first() -> None:
    table = pd.DataFrame({"revenue": [10.0, 30, 20], "value": [3.0, 1, 2]}, index=["A", "B", "C"])
    ax = plots.ranks(table, title="Who is first")
    assert [list(line.get_ydata()) for line in ax.lines] == [[3, 1], [1, 3], [2, 2]]
    assert ax.yaxis_inverted()


def boxes_of(ax: Axes) -> list:
    """The boxes of all words inside a picture, without the lines that lead to them."""
    ax.get_figure().canvas.draw()
    return [Text.get_window_extent(word) for word in ax.texts if word.get_text()]


def test_the_names_of_points_do_not_lie_on_each_other() -> None:
    rng = np.random.default_rng(4)
    for _round in range(5):
        _figure, ax = plt.subplots()
        ax.set_xlim(0, 1)
        ax.set_ylim(0, 1)
        x, y = rng.beta(2, 2, (2, 12))
        plots.label_points(ax, x, y, [f"delivery number {i}" for i in range(12)])
        boxes = boxes_of(ax)
        assert len(boxes) == 12
        assert not any(one.overlaps(two) for one, two in combinations(boxes, 2))
        frame = ax.get_window_extent()
        assert all(frame.x0 - 2 <= box.x0 and box.x1 <= frame.x1 + 2 for box in boxes)


@pytest.mark.parametrize("data", ["company_kano", "company_attributes"])
def test_the_quadrants_of_the_book_can_be_read(data: str) -> None:
    table = datasets.load(data)
    item, first, second = table.columns[1:]
    wide = table.pivot_table(index="customer", columns=item, values=[first, second])
    model = satisfaction.kano if item == "feature" else satisfaction.importance_performance
    boxes = boxes_of(model(wide[first], wide[second]).plot())
    assert not any(one.overlaps(two) for one, two in combinations(boxes, 2))


def test_spread_keeps_the_order_and_the_distance() -> None:
    wanted = np.array([3.0, 1, 1.1, 1.05, 9])
    placed = plots.spread(wanted, 0.5)
    assert list(np.argsort(placed)) == list(np.argsort(wanted))
    assert np.diff(np.sort(placed)).min() >= 0.5 - 1e-9
    assert placed[4] == 9
    assert plots.spread([1.0, 2, 3], 0.5).tolist() == [1, 2, 3]


def test_satisfaction_pictures_show_the_numbers_of_the_result() -> None:
    curves = satisfaction.kano(ANSWERS, ANSWERS[::-1]).curves(points=5)
    heights = [line.get_ydata() for line in curves.plot().lines[: curves.satisfaction.shape[1]]]
    assert np.allclose(np.array(heights).T, curves.satisfaction)
    grid = satisfaction.importance_performance([9, 8, 3, 2], [8, 4, 3, 9])
    spots = np.concatenate([c.get_offsets() for c in grid.plot().collections])
    assert sorted(map(tuple, spots.tolist())) == [(3, 3), (4, 8), (8, 9), (9, 2)]
    table = satisfaction.survey_score(GRADES, {"good": 100, "bad": 0})
    assert [bar.get_width() for bar in table.plot().patches] == pytest.approx(list(table.scores))


def test_units_reach_the_axis() -> None:
    stream = clv.cash_flows([1, 2], 0.1)
    assert stream.plot(unit="yuan").get_ylabel() == "yuan"
    assert stream.plot(title="My title").get_title("left") == "My title"


def lightness(colour: str) -> float:
    red, green, blue = to_rgb(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_neighbours_in_the_palette_differ_in_lightness_too() -> None:
    shades = [lightness(colour) for colour in plots.PALETTE]
    assert min(abs(a - b) for a, b in pairwise(shades)) > 0.04


def test_the_pictures_of_value_show_the_numbers_of_the_results() -> None:
    comparison, gains, _choice, returns, _profile, loop, _policy, *_rest = value_results()
    ends = {round(bar.get_x() + bar.get_width(), 6) for bar in comparison.plot().patches}
    assert {23.0, 21.0, 20.0} <= ends  # total values of both, and the costs they share
    for result, column in ((gains, "per_yuan"), (returns, "net")):
        widths = [bar.get_width() for bar in result.plot().patches]
        assert widths == pytest.approx(result.table[column].tolist())
    points = [line for line in plots.loop_map(loop).lines if line.get_marker() == "o"]
    assert [line.get_xdata()[0] for line in points] == pytest.approx(
        loop.steady_states["customer_value"].tolist()
    )
    hollow = [line.get_markerfacecolor() == "white" for line in points]
    assert hollow == [False, True, False]
    shares = value_results()[4].plot(customers=["v", "w"])
    assert [text.get_text() for text in shares.texts] == ["v: 0", "w: 100"]


def test_the_pictures_of_loyalty_show_the_numbers_of_the_results() -> None:
    _log, _price, _scales, pyramid, kinds, *_rest, held, path, chain, estimate = loyalty_results()
    shares = pyramid.to_frame()["share"]
    widths = [bar.get_width() for bar in pyramid.plot().patches]
    assert widths == pytest.approx((shares / shares.max()).tolist())
    assert [bar.get_width() for bar in kinds.plot().patches] == pytest.approx(
        kinds.to_frame()["share"].tolist()
    )
    assert held.plot().lines[0].get_ydata() == pytest.approx(held.retained)
    assert [bar.get_height() for bar in path.plot().patches] == pytest.approx(path.remaining)
    lines = [line.get_ydata() for line in chain.plot().lines[:3]]
    assert pytest.approx(chain.path) == np.array(lines).T
    dots = [line.get_xdata()[0] for line in estimate.plot().lines if line.get_marker() == "o"]
    assert dots == pytest.approx([*estimate.table["elasticity"], estimate.total])


def test_the_pictures_of_switching_show_the_numbers_of_the_results() -> None:
    forecast, gains, _to, steady, unknown, _period, estimate, boot, repeat, equity, *rest = (
        switching_results()
    )
    lines = np.array([line.get_ydata() for line in forecast.plot().lines])
    assert pytest.approx(100 * forecast.shares.to_numpy()) == lines.T
    for result, table in ((gains, gains.table), (estimate, estimate.matrix)):
        assert result.plot().images[0].get_array().data == pytest.approx(table.to_numpy())
    heights = [bar.get_height() for bar in steady.plot().patches]
    assert heights == pytest.approx([60, 30, 10, 32.5, 47.5, 20])
    assert "?" in [text.get_text() for text in unknown.plot().texts]
    assert "depends" in unknown.plot().get_title("left")
    dots = [line.get_xdata() for line in boot.plot().lines if line.get_marker() == "o"]
    assert dots[0] == pytest.approx(np.diag(estimate.matrix))
    tops = [bar.get_height() for bar in repeat.plot().patches]
    assert sum(tops[:3]) == pytest.approx(tops[3]) == pytest.approx(100 * repeat.observed)
    assert [bar.get_height() for bar in equity.plot().patches] == pytest.approx([20, 5, -3])
    widths = [bar.get_width() for bar in rest[1].plot().patches]
    assert widths == pytest.approx(rest[1].table["net"].tolist())
    assert "No improvement" in rest[2].plot().get_title("left")


def test_the_pictures_of_a_log_show_the_numbers_of_the_results() -> None:
    value, _map, history, mixed, fit, later, path, _spend, left, boot = btyd_results()
    history_line = history.plot().lines[0]
    assert history_line.get_xdata() == pytest.approx(history.time)
    assert history_line.get_ydata() == pytest.approx(history.alive)
    assert [bar.get_height() / 100 for bar in mixed.plot().patches] == pytest.approx(mixed.shares)
    bars = [bar.get_height() for bar in fit.plot().patches]
    assert bars == pytest.approx([*fit.actual, *fit.expected])
    drawn = [line.get_ydata() for line in later.plot().lines[:2]]
    assert drawn[0] == pytest.approx(later.actual)
    assert drawn[1] == pytest.approx(later.expected)
    steps = [line.get_ydata() for line in path.plot(by_step=True).lines[:2]]
    assert steps[0] == pytest.approx(path.actual_by_step)
    assert steps[1] == pytest.approx(path.expected_by_step)
    assert [bar.get_height() for bar in left.plot().patches] == pytest.approx(left.period_value)
    widths = [bar.get_width() / 100 for bar in value.plot().patches]
    shares = value.groups[["historical", "current", "potential"]].to_numpy().ravel()
    assert widths == pytest.approx(shares)
    ends = boot.plot().collections[0].get_segments()
    table = boot.interval()
    low, high = (100 * table[end] / table["estimate"] for end in ("low", "high"))
    assert [segment[0][0] for segment in ends] == pytest.approx(low.tolist())
    assert [segment[1][0] for segment in ends] == pytest.approx(high.tolist())


def test_a_picture_of_estimates_marks_the_truth() -> None:
    ax = plots.against_truth(pd.Series({"one": 90.0, "two": 120.0}), truth=100, title="Two")
    assert [bar.get_width() for bar in ax.patches] == [90, 120]
    assert ax.lines[0].get_xdata()[0] == 100
    assert [text.get_text() for text in ax.texts] == ["−10 %", "+20 %"]


def test_histories_are_drawn_to_the_end_of_observation() -> None:
    log = pd.DataFrame(
        {"customer": ["a", "b", "a", "a"], "date": pd.to_datetime(
            ["2024-01-01", "2024-01-05", "2024-02-01", "2024-04-01"])}
    )  # fmt: skip
    ax = plots.purchase_histories(log, end="2024-03-01", title="Two customers")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]
    hollow = [line for line in ax.lines if line.get_markerfacecolor() == "white"]
    assert [len(line.get_xdata()) for line in hollow] == [1, 0]


def test_the_pictures_of_grading_show_the_numbers_of_the_results() -> None:
    curve, lorenz, abc, pyramid, moves, worth, plan, graded, *_rest = grading_results()
    assert curve.plot().lines[0].get_ydata() == pytest.approx(curve.share)
    assert lorenz.plot().lines[1].get_ydata() == pytest.approx(lorenz.share)
    assert [int(word.get_text().split()[1]) for word in abc.plot().texts] == abc.table[
        "customers"
    ].tolist()
    bars = [bar.get_width() for bar in pyramid.plot().containers[2]]
    assert bars == pytest.approx(pyramid.table["profit_share"].tolist())
    assert moves.plot().images[0].get_array().data == pytest.approx(moves.matrix)
    assert [bar.get_height() for bar in worth.plot().containers[1]] == pytest.approx(worth.values)
    gains = [bar.get_height() for bar in plan.plot().containers[1]]
    assert gains == pytest.approx(plan.table["gain"].tolist())
    ends = {word.get_text() for word in graded.plot().texts}
    assert {f"{mean:.0f}" for mean in graded.table["mean"]} <= ends


def test_the_pictures_of_segments_show_the_numbers_of_the_results() -> None:
    scores, named, monthly, crossed = grading_results()[-4:]
    drawn = scores.plot().images[0].get_array()
    assert np.nansum(drawn.filled(np.nan)) == len(scores.table)
    widths = [bar.get_width() for bar in named.plot().containers[1]]
    assert widths == pytest.approx(named.table["money_share"].tolist())
    shown = [name for name in monthly.table.index[:7] if name in monthly.means]
    lines = monthly.plot().lines
    assert len(lines) == len(shown)
    assert [int(word.get_text()) for word in crossed.plot().texts] == [1, 1, 2]


def test_the_pictures_of_portfolios_show_the_numbers_of_the_results() -> None:
    folio, tested, scores, traits, plan, priced, seen, *_rest = portfolio_results()
    ax = folio.plot()
    assert np.asarray(ax.collections[-1].get_offsets()) == pytest.approx(folio.values[:, ::-1])
    words = {word.get_text() for word in ax.texts}
    assert {f"{cell} ({n})" for cell, n in folio.counts.items()} <= words
    assert set(folio.names) <= words
    assert sum(len(dots.get_offsets()) for dots in tested.plot().collections[-3:]) == 12
    ends = {word.get_text() for word in scores.plot().texts}
    assert {f"{score:.1f}" for score in scores.scores} <= ends
    points = [word.get_text() for word in traits.plot(rows=12).texts]
    assert sorted(map(int, points)) == sorted(traits.answers.to_numpy().astype(int).ravel())
    assert sum(len(dots.get_offsets()) for dots in plan.plot().collections) == len(plan.table)
    bars = [bar.get_height() for bar in priced.plot().containers[1]]
    assert bars == pytest.approx(priced.table["plan_profit"].tolist())
    assert [word.get_text() for word in seen.plot(customers=[0, 5]).texts] == ["A", "A", "C", "A"]


@pytest.mark.parametrize("cut", [1.5, 50, 98.5])
def test_the_names_of_cells_lie_beside_the_upright_cut(cut: float) -> None:
    up, right = np.arange(101) % 7, np.arange(101.0)
    for result in (
        grading.clp(up, right, cut=(3, cut)),
        satisfaction.importance_performance(up, right, (3, cut)),
    ):
        ax = result.plot()
        ax.figure.draw_without_rendering()
        line = ax.transData.transform((cut, 0))[0]
        cells = [word.get_window_extent() for word in ax.texts if word.get_fontweight() == "bold"]
        assert len(cells) == 4
        assert not any(box.x0 < line < box.x1 for box in cells)


def test_the_names_of_a_portfolio_do_not_lie_on_each_other() -> None:
    accounts = datasets.load("company_accounts").set_index("customer")
    share = accounts["sales"] / accounts["wallet"]
    ax = grading.volume_share(accounts["wallet"], share).plot(scales=("log", "linear"))
    names = [word for word in ax.texts if word.get_text() in accounts.index]
    ax.get_figure().draw_without_rendering()
    boxes = [word.get_window_extent().extents for word in names]
    assert len(names) == 30
    hidden = 0.0
    for one, other in combinations(boxes, 2):
        sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
        hidden += float(np.prod(np.maximum(sides, 0)))
    assert hidden < 0.02 * sum(float(np.prod(box[2:] - box[:2])) for box in boxes)


def test_the_pictures_of_campaigns_and_rules_show_the_numbers_of_the_results() -> None:
    cells, found, depth, tuning, report = portfolio_results()[-5:]
    dots = [x for line in cells.plot().lines if line.get_marker() == "o" for x in line.get_xdata()]
    assert sorted(dots) == pytest.approx(sorted(cells.table["rate"]))
    ax = found.plot(compare={"other": found})
    assert [len(line.get_xdata()) for line in ax.lines[:3]] == [2, 41, 41]
    assert ax.lines[2].get_ydata() == pytest.approx(found.gain)
    assert depth.plot().lines[1].get_ydata() == pytest.approx(depth.profits)
    assert tuning.plot().lines[0].get_ydata() == pytest.approx(tuning.table["train_cost"])
    counts = [word.get_text() for word in report.plot().texts if word.get_text().isdigit()]
    assert list(map(int, counts)) == report.confusion.to_numpy().ravel().tolist()
