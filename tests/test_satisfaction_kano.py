"""Kano's model, row S2 of the syllabus."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import datasets, satisfaction
from crmlab.satisfaction import kano, kano_category, kano_from_counts

quick = settings(max_examples=50, deadline=None, derandomize=True)

# The evaluation table as printed in Berger and others (1993) and in Sauerwein and others (1996).
PRINTED = """
Q A A A O
R I I I M
R I I I M
R I I I M
R R R R Q
"""
# Sauerwein and others (1996), table of results: "edge grip" of a ski, in per cent.
EDGE_GRIP = {"A": 7, "O": 32.3, "M": 49.3, "I": 9.5}


def pairs(low=1, high=20, features=4):
    """Draw two tables of answers of the same shape."""
    shape = st.tuples(st.integers(low, high), st.integers(1, features))
    return shape.flatmap(
        lambda s: st.tuples(
            *[
                st.lists(
                    st.lists(st.integers(1, 5), min_size=s[1], max_size=s[1]),
                    min_size=s[0],
                    max_size=s[0],
                )
            ]
            * 2
        )
    )


def test_the_evaluation_table_is_the_printed_one():
    rows = [line.split() for line in PRINTED.strip().splitlines()]
    assert satisfaction.evaluation_table().to_numpy().tolist() == rows
    f, d = np.mgrid[1:6, 1:6]
    assert kano_category(f, d).tolist() == rows


def test_edge_grip_of_a_ski_to_the_printed_digits():
    study = kano_from_counts(pd.DataFrame(EDGE_GRIP, index=["edge grip"]))
    assert study.category.item() == "M"
    assert round(study.better.item(), 2) == 0.40
    assert round(study.worse.item(), 2) == -0.83


def test_strengths_are_their_definition():
    study = kano_from_counts(pd.DataFrame({"A": [10, 1], "O": [40, 2], "M": [30, 3], "I": [20, 4]}))
    assert study.category_strength.tolist() == pytest.approx([0.10, 0.10])
    assert study.total_strength.tolist() == pytest.approx([0.80, 0.60])


def test_fongs_formula_by_hand():
    # z sqrt((60 + 30)(200 − 90) / 200) with z = 1.65
    assert satisfaction.fong_critical(60, 30, 100) == pytest.approx(1.65 * np.sqrt(90 * 110 / 200))
    study = kano_from_counts(pd.DataFrame({"A": [60, 46], "O": [30, 40], "M": [5, 7], "I": [5, 7]}))
    assert study.fong["significant"].tolist() == [True, False]
    assert study.fong["difference"].tolist() == [30, 6]


def test_fongs_test_keeps_its_level():
    """Two categories that are equally frequent, and no third: 10 % are told apart by chance."""
    rng = np.random.default_rng(3)
    n = 400
    a = rng.binomial(n, 0.5, 20_000)
    # With a + b = n the formula's variance is n/2, the true one of a − b is n: it is too bold.
    apart = np.abs(2 * a - n) > satisfaction.fong_critical(a, n - a, n)
    assert 0.22 < apart.mean() < 0.27
    # With many other categories a and b are nearly independent, and the level is the stated one.
    counts = rng.multinomial(n, [0.1, 0.1, 0.8], 20_000)
    a, b = counts[:, 0], counts[:, 1]
    apart = np.abs(a - b) > satisfaction.fong_critical(a, b, n)
    assert 0.09 < apart.mean() < 0.13


def test_ties_are_reported_and_go_to_what_hurts_most():
    counts = pd.DataFrame(
        {"A": [5, 5, 5, 0], "O": [5, 2, 5, 0], "M": [5, 2, 1, 0], "I": [5, 5, 1, 1]}
    )
    study = kano_from_counts(counts)
    assert study.category.tolist() == ["M", "A", "O", "I"]
    assert study.tied.tolist() == ["M/O/A/I", "A/I", "O/A", ""]


def test_counts_better_and_worse_by_a_plain_loop():
    rng = np.random.default_rng(1)
    f, d = rng.integers(1, 6, (200, 3)), rng.integers(1, 6, (200, 3))
    study = kano(f, d)
    table = [line.split() for line in PRINTED.strip().splitlines()]
    for j in range(3):
        letters = [table[a - 1][b - 1] for a, b in zip(f[:, j], d[:, j], strict=True)]
        row = study.counts.loc[j + 1]
        assert row.to_dict() == {c: letters.count(c) for c in "AOMIRQ"}
        cared = sum(letters.count(c) for c in "AOMI")
        assert study.better[j + 1] == (letters.count("A") + letters.count("O")) / cared
        assert study.worse[j + 1] == -(letters.count("O") + letters.count("M")) / cared


@quick
@given(pairs())
def test_identities(tables):
    study = kano(*tables)
    assert (study.counts.sum(axis=1) == len(tables[0])).all()
    assert np.allclose(study.shares.sum(axis=1), 1)
    assert study.better.dropna().between(0, 1).all()
    assert study.worse.dropna().between(-1, 0).all()
    assert study.category_strength.between(0, 1).all()
    assert ((study.tied != "") == (study.category_strength == 0)).all()
    top = study.counts.max(axis=1)
    assert all(study.counts.loc[i, c] == top[i] for i, c in study.category.items())


@quick
@given(pairs(low=2), st.randoms(use_true_random=False))
def test_the_order_of_respondents_does_not_matter(tables, random):
    order = list(range(len(tables[0])))
    random.shuffle(order)
    again = [[table[i] for i in order] for table in tables]
    assert kano(*again).counts.equals(kano(*tables).counts)


def test_tables_are_joined_by_their_labels():
    f = pd.DataFrame({"app": [1, 1], "loan": [2, 3]}, index=["C1", "C2"])
    d = pd.DataFrame({"loan": [5, 5], "app": [3, 5]}, index=["C2", "C1"])
    assert kano(f, d).counts.equals(kano(f, d.loc[["C1", "C2"], ["app", "loan"]]).counts)
    assert kano(f, d).category.to_dict() == {"app": "O", "loan": "M"}


def test_missing_answers_are_left_out_and_counted():
    f = pd.DataFrame({"app": [1, np.nan, 1], "loan": [2.0, 3, 4]})
    d = pd.DataFrame({"app": [3, 3, np.nan], "loan": [5.0, 5, 5]})
    with pytest.raises(ValueError, match="functional must not be missing; got 1 gaps"):
        kano(f, d)
    study = kano(f, d, missing="drop")
    assert study.dropped.to_dict() == {"app": 2, "loan": 0}
    assert study.answers.to_dict() == {"app": 1, "loan": 3}


def test_curves_run_from_worse_to_better_with_the_shape_of_their_category():
    counts = pd.DataFrame(
        {"A": [60, 20, 10, 0], "O": [20, 60, 20, 0], "M": [10, 10, 60, 0], "I": [10, 10, 10, 0]},
        index=["delight", "linear", "must", "reverse"],
    ).assign(R=[0, 0, 0, 10], Q=0)
    study = kano_from_counts(counts)
    curves = study.curves(points=11).satisfaction
    assert list(curves) == ["delight", "linear", "must"]
    for feature in curves:
        assert curves[feature].iloc[0] == pytest.approx(study.worse[feature])
        assert curves[feature].iloc[-1] == pytest.approx(study.better[feature])
        assert curves[feature].is_monotonic_increasing
    bend = curves.diff().diff().dropna()
    assert (bend["delight"] > 0).all()
    assert (bend["must"] < 0).all()
    assert np.allclose(bend["linear"], 0)


# The simulated company, whose truth is known.


@pytest.fixture(scope="module")
def survey():
    answers = datasets.load("company_kano")
    wide = answers.pivot_table(index="customer", columns="feature")
    return wide["functional"], wide["dysfunctional"]


@pytest.fixture(scope="module")
def segment(survey):
    customers = datasets.load("company_customers").set_index("customer")["segment"]
    return customers.loc[survey[0].index]


def test_true_categories_are_found_in_every_segment(survey, segment):
    truth = datasets.load("company_kano_truth").pivot_table(
        index="feature", columns="segment", values="category", aggfunc="first"
    )
    found = satisfaction.kano_segments(*survey, segment).to_frame()
    p_value = found.pop("p_value")
    right = found == truth.loc[found.index, found.columns]
    assert right.to_numpy().mean() >= 0.95  # 40 modes of a few dozen answers each
    differ = truth.ne(truth["hotel"], axis=0).any(axis=1)
    assert (p_value[differ[differ].index] < 0.001).all()
    assert (p_value[differ[~differ].index] > 0.01).all()


def test_segments_add_up_to_the_whole(survey, segment):
    whole = kano(*survey)
    parts = satisfaction.kano_segments(*survey, segment).studies
    assert sum(study.counts for study in parts.values()).equals(whole.counts)
    assert parts["hotel"].answers.eq((segment == "hotel").sum()).all()


def test_a_segment_without_differences_has_p_value_one():
    found = satisfaction.kano_segments([[1]] * 4, [[3]] * 4, ["x", "x", "y", "y"])
    assert found.p_value.tolist() == [1.0]
