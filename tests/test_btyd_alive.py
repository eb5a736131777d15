"""Who is alive and how customers differ: held to closed forms, limits and the models."""

import inspect
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import btyd

#: Parameters of the CDNOW sample, Fader, Hardie and Lee (2005).
BGNBD = btyd.BGNBD.with_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
PARETO = btyd.ParetoNBD.with_parameters(r=0.553, alpha=10.578, s=0.606, beta=11.669)


def test_the_map_is_the_published_formula() -> None:
    found = btyd.alive_map(BGNBD, 39, most=10, points=14)
    x, t_x = found.frequency[:, None], found.recency[None, :]
    odds = 0.793 / (2.426 + x - 1) * ((4.414 + 39) / (4.414 + t_x)) ** (0.243 + x)
    assert found.values == pytest.approx(1 / (1 + odds), rel=1e-6)
    assert found.to_frame().shape == (10, 14)
    assert found.to_frame().loc[3, 39.0] == found.values[2, -1]


@pytest.mark.parametrize("model", [BGNBD, PARETO], ids=["BG/NBD", "Pareto/NBD"])
def test_a_later_last_purchase_is_a_better_sign_and_more_purchases_before_it_a_worse_one(model):
    found = btyd.alive_map(model, 39, most=12, points=20)
    assert (np.diff(found.values, axis=1) > 0).all()
    early = found.values[1:, found.recency < 15]  # from two repeats on
    assert (np.diff(early, axis=0) < 0).all()


def test_who_has_just_bought_is_alive_by_pareto_nbd_and_may_have_left_by_bg_nbd() -> None:
    assert btyd.alive_map(PARETO, 39, most=3, points=2).values[:, -1] == pytest.approx(1)
    just = btyd.alive_map(BGNBD, 39, most=3, points=2).values[:, -1]
    x = np.arange(1, 4)
    assert just == pytest.approx(1 - 0.793 / (0.793 + 2.426 + x - 1))  # mean of p given x − 1 stays


@settings(max_examples=30, deadline=None)
@given(
    repeats=st.lists(st.integers(1, 350), max_size=6, unique=True),
    model=st.sampled_from([BGNBD, PARETO]),
)
def test_each_point_of_a_history_is_the_chance_of_what_was_known_then(repeats, model) -> None:
    times = [day / 10 for day in repeats]
    found = btyd.alive_history(model, times, end=39, points=11)
    assert found.repeats.tolist() == sorted(times)
    for bought in found.repeats:
        before, after = found.alive[found.time == bought]
        count = int((found.repeats < bought).sum())
        last = found.repeats[count - 1] if count else 0.0
        assert before == pytest.approx(float(model.probability_alive(count, last, bought)))
        now = float(model.probability_alive(count + 1, bought, bought))
        assert after == pytest.approx(now)
    last = max(times, default=0.0)
    assert found.alive[-1] == pytest.approx(float(model.probability_alive(len(times), last, 39)))
    assert (found.alive >= 0).all()
    assert (found.alive <= 1 + 1e-12).all()
    assert (np.diff(found.time) >= 0).all()


def test_without_a_repeat_bg_nbd_never_doubts_and_pareto_nbd_does() -> None:
    assert btyd.alive_history(BGNBD, [], end=39).alive == pytest.approx(1)
    doubt = btyd.alive_history(PARETO, [], end=39).alive
    assert doubt[0] == pytest.approx(1)
    assert (np.diff(doubt) < 0).all()


def test_shape_one_is_the_exponential_distribution() -> None:
    model = btyd.NBD.with_parameters(r=1, alpha=13)
    found = btyd.heterogeneity(model, cuts=[0, 2, 4, np.inf], per=52)
    below = 1 - np.exp(-13 * np.array([0, 2, 4]) / 52)
    assert found.shares == pytest.approx(np.diff([*below, 1]))
    assert found.mean == pytest.approx(4)


def test_dropout_is_a_chance_in_one_model_and_a_rate_in_the_other() -> None:
    chance = btyd.heterogeneity(BGNBD, "dropout", cuts=[0, 0.5, 1])
    assert chance.chance
    assert chance.mean == pytest.approx(0.793 / (0.793 + 2.426))
    assert chance.shares.sum() == pytest.approx(1)
    even = btyd.BGNBD.with_parameters(r=1, alpha=1, a=1, b=1)  # p is uniform
    uniform = btyd.heterogeneity(even, "dropout", cuts=[0, 0.2, 0.7, 1])
    assert uniform.shares == pytest.approx([0.2, 0.5, 0.3])
    rate = btyd.heterogeneity(PARETO, "dropout", cuts=[0, 1, np.inf], per=52)
    assert not rate.chance
    assert rate.mean == pytest.approx(0.606 / 11.669 * 52)
    assert rate.to_frame()["share"].sum() == pytest.approx(1)


FINE = {
    btyd.alive_map: {"model": BGNBD, "T": 39},
    btyd.alive_history: {"model": BGNBD, "repeats": [3, 8], "end": 39},
    btyd.heterogeneity: {"model": BGNBD, "of": "rate", "cuts": [0, 1, 2]},
}
NO_NUMBER = ["text", None, True, float("nan"), float("inf"), [1, 2]]
NO_MODEL = [None, 5, "BGNBD", btyd.BGNBD, {}]
BAD = {
    btyd.alive_map: {
        "model": [*NO_MODEL, btyd.GammaGamma.with_parameters(p=6, q=4, gamma=15)],
        "T": [*NO_NUMBER, 0, -1],
        "most": [0, 2.5, None, "3", True],
        "points": [1, 2.5, None, "3", True],
    },
    btyd.alive_history: {
        "model": NO_MODEL,
        "repeats": [None, "text", 3, [0], [-1], [40], [3, 3], [[3]], [float("nan")]],
        "end": [*NO_NUMBER, 0, 7],
        "points": [1, 2.5, None, "3", True],
    },
    btyd.heterogeneity: {
        "model": [None, 5, "BGNBD", btyd.BGNBD, {}],
        "of": ["money", None, 3],
        "cuts": [None, [], [0], [1, 2], [0, 2, 1], [0, 1, 1], [-1, 1], ["a", "b"], 3, [0, np.nan]],
        "per": [*NO_NUMBER, 0, -1],
    },
}
CASES = [
    pytest.param(function, name, value, id=f"{function.__name__}-{name}-{value!r:.30}")
    for function, arguments in BAD.items()
    for name, values in arguments.items()
    for value in values
]


@pytest.mark.parametrize(("function", "name", "value"), CASES)
def test_bad_input_is_refused_by_name(function, name, value) -> None:
    named = "(end|repeats)" if name == "end" else re.escape(name)
    with pytest.raises((ValueError, TypeError), match=rf"^{named} must"):
        function(**FINE[function] | {name: value})


def test_a_model_without_dropout_has_none_to_show() -> None:
    with pytest.raises(TypeError, match="model must be fitted and have s_ and beta_"):
        btyd.heterogeneity(btyd.NBD.with_parameters(r=1, alpha=1), "dropout", cuts=[0, 1])


@pytest.mark.parametrize("function", FINE, ids=lambda function: function.__name__)
def test_every_argument_has_a_bad_case(function) -> None:
    assert set(inspect.signature(function).parameters) == set(BAD[function])
