"""Learned grades: decisions, rules and reports against scikit-learn and brute force; no future."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, precision_score, recall_score
from sklearn.tree import DecisionTreeClassifier

from crmlab import datasets, grading

RNG = np.random.default_rng(7)
N = 300
TABLE = pd.DataFrame(
    {
        "sales": RNG.gamma(2, 500, N).round(2),
        "orders": RNG.integers(0, 15, N),
        "noise": RNG.normal(size=N),
    }
)
SUM = TABLE["sales"] / 500 + TABLE["orders"] / 4 + RNG.normal(size=N)
GRADE = pd.cut(SUM, [-99, 2.5, 4.5, 99], labels=["C", "B", "A"])
COSTS = grading.mistake_costs(["A", "B", "C"], too_low=[9, 2], too_high=[3, 1])


@pytest.fixture(scope="module")
def tree():
    return grading.GradeTree(min_leaf=8).fit(TABLE, GRADE)


@pytest.fixture(scope="module")
def priced():
    return grading.GradeTree(COSTS, min_leaf=8).fit(TABLE, GRADE)


def test_costs_by_hand() -> None:
    assert COSTS.loc["A"].tolist() == [0, 9, 11]
    assert COSTS.loc["B"].tolist() == [3, 0, 2]
    assert COSTS.loc["C"].tolist() == [4, 1, 0]
    even = grading.mistake_costs(["x", "y"], too_low=5, too_high=2)
    assert even.to_numpy().tolist() == [[0, 5], [2, 0]]


def test_without_costs_the_tree_is_that_of_scikit_learn(tree) -> None:
    peer = DecisionTreeClassifier(max_depth=tree.setting_, min_samples_leaf=8, random_state=0)
    peer.fit(TABLE.to_numpy(), GRADE.astype(str))
    assert (tree.predict(TABLE) == peer.predict(TABLE.to_numpy())).all()
    chances = peer.predict_proba(TABLE.to_numpy())
    mine = tree.predict_proba(TABLE)[list(peer.classes_)]
    assert np.allclose(mine, chances)


def test_with_costs_each_customer_gets_the_cheapest_grade(priced) -> None:
    chances = priced.predict_proba(TABLE)
    expected = chances.to_numpy() @ COSTS.loc[list(chances.columns)].to_numpy()
    given = priced.predict(TABLE)
    column = [list(COSTS.columns).index(grade) for grade in given]
    assert np.allclose(expected[np.arange(N), column], expected.min(axis=1))


def test_dearer_misses_give_more_top_grades(tree) -> None:
    dear = grading.mistake_costs(["A", "B", "C"], too_low=[60, 2], too_high=[3, 1])
    priced = grading.GradeTree(dear, min_leaf=8).fit(TABLE, GRADE)
    assert (priced.predict(TABLE) == "A").sum() > (tree.predict(TABLE) == "A").sum()
    mild = tree.judge(TABLE, GRADE).with_costs(dear)
    assert priced.judge(TABLE, GRADE).cost < mild.cost


def test_the_report_agrees_with_scikit_learn(priced) -> None:
    given, true = priced.predict(TABLE), GRADE.astype(str)
    report = priced.judge(TABLE, GRADE)
    names = ["A", "B", "C"]
    assert (
        report.confusion.to_numpy().tolist() == confusion_matrix(true, given, labels=names).tolist()
    )
    assert report.accuracy == pytest.approx(accuracy_score(true, given))
    by = report.by_grade()
    assert by["found"].tolist() == pytest.approx(
        recall_score(true, given, labels=names, average=None)
    )
    assert by["right"].tolist() == pytest.approx(
        precision_score(true, given, labels=names, average=None)
    )
    paid = sum(COSTS.loc[a, b] for a, b in zip(true, given, strict=True))
    assert report.total_cost == pytest.approx(paid)
    assert by["cost"].sum() == pytest.approx(paid)


def test_the_baseline_is_the_cheapest_single_grade(priced) -> None:
    grade, accuracy, cost = priced.judge(TABLE, GRADE).baseline
    true = GRADE.astype(str)
    each = {name: COSTS.loc[true, name].mean() for name in "ABC"}
    assert grade == min(each, key=each.get)
    assert cost == pytest.approx(min(each.values()))
    assert accuracy == pytest.approx((true == grade).mean())


def meets(rule: str, row: pd.Series) -> bool:
    """Whether a customer meets the words of a rule whose numbers were not rounded much."""
    for part in rule.removeprefix("if ").split(" and "):
        name = part.split(" is ")[0]
        number = [float(x.replace(",", "")) for x in re.findall(r"-?[\d,]*\.?\d+", part)]
        value = row[name]
        if "at most" in part and not value <= number[0]:
            return False
        if "at least" in part and not value >= number[0]:
            return False
        if "above" in part and not value > number[0]:
            return False
        if " to " in part and not number[0] <= value <= number[1]:
            return False
    return True


def test_rules_cover_everyone_once_and_say_what_the_tree_does() -> None:
    whole = TABLE.assign(sales=(TABLE["sales"] // 10).astype(int))[["sales", "orders"]]
    tree = grading.GradeTree(min_leaf=8, depths=(4,)).fit(whole, GRADE)
    rules = tree.rules()
    assert rules["customers"].sum() == N
    given = tree.predict(whole)
    for i in range(N):
        hit = [k for k, rule in enumerate(rules["rule"]) if meets(rule, whole.iloc[i])]
        assert len(hit) == 1
        assert rules["grade"][hit[0]] == given.iloc[i]
    lines = tree.explain({"sales": "tens of yuan"})
    assert lines.count("then") == len(rules)
    assert "tens of yuan" in lines


def test_the_simplest_setting_within_one_standard_error_is_taken(tree) -> None:
    table = tree.tuning_.table
    lowest = table["cost"].idxmin()
    limit = table.loc[lowest, "cost"] + table.loc[lowest, "standard_error"]
    assert tree.setting_ == table.index[table["cost"] <= limit][0]
    exact = grading.GradeTree(min_leaf=8, simplest=False).fit(TABLE, GRADE)
    assert exact.setting_ == exact.tuning_.table["cost"].idxmin()


def test_fitting_twice_gives_the_same_and_the_order_of_columns_does_not_matter(tree) -> None:
    again = grading.GradeTree(min_leaf=8).fit(TABLE, GRADE)
    assert again.tuning_.table.equals(tree.tuning_.table)
    assert (tree.predict(TABLE[["noise", "orders", "sales"]]) == tree.predict(TABLE)).all()


def test_a_net_learns_a_slope_that_a_shallow_tree_cannot() -> None:
    rng = np.random.default_rng(3)
    x = pd.DataFrame(rng.uniform(-1, 1, (240, 2)), columns=["a", "b"])
    grade = np.where(x["a"] + x["b"] > 0, "up", "down")
    train, test = x[:160], x[160:]
    net = grading.GradeNet(hidden=2, penalties=(0.1,), folds=2).fit(train, grade[:160])
    stump = grading.GradeTree(depths=(1,), folds=2).fit(train, grade[:160])
    assert net.judge(test, grade[160:]).accuracy > 0.93 > stump.judge(test, grade[160:]).accuracy
    assert np.allclose(net.predict_proba(test).sum(axis=1), 1)


def test_a_leak_shows_and_noise_does_not() -> None:
    found = grading.leak_check(TABLE.assign(leak=GRADE.cat.codes.astype(int)), GRADE)
    assert found.index[0] == "leak"
    assert found["suspect"].tolist() == [True, False, False, False]
    assert found.loc["noise", "gain"] < 0.1


# ------------------------------------------------------------------ features without the future


@pytest.fixture(scope="module")
def orders():
    return datasets.load("company_orders")


def test_features_do_not_know_what_came_later(orders) -> None:
    day = pd.Timestamp("2023-12-31")
    whole = grading.features_at(orders, day, product="product")
    past = grading.features_at(orders[orders["date"] <= day], day, product="product")
    pd.testing.assert_frame_equal(whole, past)


def test_features_of_one_customer_by_hand(orders) -> None:
    found = grading.features_at(orders, "2024-06-30", window_days=366).loc["C0003"]
    mine = orders[(orders["customer"] == "C0003") & (orders["date"] <= "2024-06-30")]
    window = mine[mine["date"] > "2023-06-30"]
    assert found["orders"] == len(window)
    assert found["sales"] == pytest.approx(window["amount"].sum())
    assert found["contribution"] == pytest.approx((window["amount"] - window["cost"]).sum())
    assert found["recency"] == (pd.Timestamp("2024-06-30") - mine["date"].max()).days
    late = window[window["date"] > pd.Timestamp("2024-06-30") - pd.Timedelta(days=183)]
    assert found["late_share"] == pytest.approx(late["amount"].sum() / window["amount"].sum())


def test_features_and_what_follows_share_no_order(orders) -> None:
    day = "2024-12-31"
    known, after = grading.features_at(orders, day), grading.value_after(orders, day)
    assert after.index.equals(known.index.sort_values())
    gain = (orders["amount"] - orders["cost"]).where(orders["customer"].isin(known.index), 0)
    next_year = gain[orders["date"] > day].sum()
    assert after.sum() == pytest.approx(next_year)
