"""Simulated customers: the truth is found again, and every fit converges or says why not."""

import warnings

import numpy as np
import pytest

from crmlab import btyd

TRUE = {
    btyd.BGNBD: {"r": 0.6, "alpha": 5.0, "a": 0.9, "b": 2.5},
    btyd.ParetoNBD: {"r": 0.8, "alpha": 6.0, "s": 0.7, "beta": 9.0},
    btyd.NBD: {"r": 0.6, "alpha": 5.0},
}
each_model = pytest.mark.parametrize("model", list(TRUE), ids=lambda model: model.__name__)


def customers(model, n, seed, future=0.0):
    ages = np.random.default_rng(seed).uniform(20, 45, n)
    return model.with_parameters(**TRUE[model]).simulate(n, ages, seed, future)


@each_model
def test_true_parameters_lie_inside_their_intervals(model):
    inside = np.zeros(len(TRUE[model]))
    for seed in range(40):
        drawn = customers(model, 2_000, seed)
        fit = model().fit(drawn.frequency, drawn.recency, drawn.T)
        away = [
            np.log(fit.params_[name] / value) / (fit.standard_errors_[name] / fit.params_[name])
            for name, value in TRUE[model].items()
        ]
        inside += np.abs(away) < 1.96
    # 95 % of 40 are 38; 33 or fewer have a chance below 1 in 50
    assert (inside >= 33).all()


@each_model
def test_simulated_customers_agree_with_every_formula(model):
    true = model.with_parameters(**TRUE[model])
    drawn = true.simulate(60_000, 30.0, seed=5, future=26.0)

    def close(values, wanted):
        values = np.asarray(values, float)
        assert values.mean() == pytest.approx(
            wanted, abs=4 * values.std() / values.size**0.5 + 1e-12
        )

    close(drawn.frequency, true.expected_purchases(30))
    close(drawn.frequency + drawn.future_purchases, true.expected_purchases(56))
    for n in range(4):
        close(drawn.frequency == n, true.probability_of_purchases(n, 30))
    alive = true.probability_alive(drawn.frequency, drawn.recency, 30)
    coming = true.conditional_purchases(26, drawn.frequency, drawn.recency, 30)
    for group in (drawn.frequency == 0, drawn.frequency == 2, drawn.recency > 15):
        close(drawn.alive[group] - alive[group], 0)
        close(drawn.future_purchases[group] - coming[group], 0)


@each_model
def test_events_are_the_histories(model):
    drawn = customers(model, 300, 4, future=10)
    for row in (0, 50, 299):
        times = drawn.event_time[drawn.event_customer == row]
        assert (np.diff(times) > 0).all()
        seen = times[times <= drawn.T[row]]
        assert drawn.frequency[row] == seen.size
        assert drawn.recency[row] == (seen.max() if seen.size else 0)
        assert drawn.future_purchases[row] == times.size - seen.size
        assert not times.size or times.max() <= min(drawn.lifetime[row], drawn.T[row] + 10)
    assert (drawn.alive == (drawn.lifetime > drawn.T)).all()
    assert drawn.frequency.max() > 3
    again = customers(model, 300, 4, future=10)
    assert (again.event_time == drawn.event_time).all()
    assert list(drawn.to_frame()["frequency"]) == list(drawn.frequency)
    assert "300 customers" in repr(drawn)


def test_a_customer_who_drops_out_does_so_with_a_purchase_in_bg_nbd():
    drawn = customers(btyd.BGNBD, 500, 1, future=10)
    gone = np.flatnonzero(drawn.lifetime < drawn.T)
    assert gone.size > 100
    assert drawn.recency[gone] == pytest.approx(drawn.lifetime[gone], rel=1e-12)


# Every fit converges, or is refused with a reason.

MODELS = [(btyd.BGNBD, "r alpha a b"), (btyd.ParetoNBD, "r alpha s beta"), (btyd.NBD, "r alpha")]


def shapes(count):
    """Data sets of many sizes and shapes, the extreme ones included."""
    rng = np.random.default_rng(11)
    for k in range(count):
        n = int(np.exp(rng.uniform(np.log(20), np.log(2000))))
        model, names = MODELS[k % 3]
        wide = (1, 2.5, 5)[k // 3 % 3]
        unit = float(np.exp(rng.uniform(-3, 5)))
        parameters = {
            name: float(np.exp(rng.uniform(-wide, wide)))
            * (unit if name in ("alpha", "beta") else 1)
            for name in names.split()
        }
        T = unit * np.exp(rng.uniform(-1, 1)) * rng.uniform(0.5, 1, n)
        if k % 2:  # whole days: many equal rows
            T = np.ceil(T / unit * 40) / 40 * unit
        drawn = model.with_parameters(**parameters).simulate(n, T, seed=k)
        other = MODELS[(k + 1) % 2][0]
        yield drawn, model if k % 2 else other


def test_a_thousand_data_sets_converge_or_are_refused_with_a_reason():
    converged = refused = 0
    reasons = set()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for drawn, model in shapes(1_000):
            try:
                fit = model().fit(drawn.frequency, drawn.recency, drawn.T)
            except ValueError as reason:
                refused += 1
                message = str(reason)
                assert message.startswith(
                    ("the data must have a likelihood", "frequency must be above 0")
                ), message
                reasons.add(message.partition("): ")[2])
                continue
            converged += 1
            assert fit.converged_
            assert np.abs(fit.gradient_).max() <= 1e-8
            assert all(error > 0 for error in fit.standard_errors_.values())
            assert np.linalg.eigvalsh(fit.covariance_).min() > 0
    assert converged + refused == 1_000
    assert converged > 350
    assert len(reasons) > 4


@pytest.mark.parametrize(
    ("model", "x", "t_x", "T", "reason"),
    [
        (btyd.BGNBD, [0] * 9, [0] * 9, [5] * 9, "got 0 for all: without a repeat purchase"),
        (btyd.ParetoNBD, [0] * 9, [0] * 9, [5] * 9, "got 0 for all: without a repeat purchase"),
        # All just bought: nobody has dropped out.
        (btyd.BGNBD, [1, 3, 9] * 9, [10] * 27, [10] * 27, r"(a → 0|b → ∞).*nothing .* drop out"),
        (btyd.ParetoNBD, [1, 3, 9] * 9, [10] * 27, [10] * 27, r"nothing .* drop out"),
        # All alike: no spread of rates.
        (btyd.NBD, [3] * 20, [5] * 20, [10] * 20, r"r → ∞, alpha → ∞\): customers differ too"),
    ],
)
def test_data_that_say_nothing_are_refused_in_words(model, x, t_x, T, reason):
    with pytest.raises(ValueError, match=reason):
        model().fit(x, t_x, T)


def test_too_few_iterations_are_said():
    drawn = customers(btyd.BGNBD, 500, 1)
    with pytest.raises(ValueError, match="got no maximum of the likelihood in 2 iterations"):
        btyd.BGNBD(max_iterations=2).fit(drawn.frequency, drawn.recency, drawn.T)


@each_model
def test_a_large_log_is_fitted_from_a_sample_first_and_ends_at_the_same_place(model, monkeypatch):
    from crmlab.btyd import _model

    drawn = customers(model, 30_000, 2)
    whole = model().fit(drawn.frequency, drawn.recency, drawn.T)
    monkeypatch.setattr(_model, "_SAMPLE", 2_000)
    quick = model().fit(drawn.frequency, drawn.recency, drawn.T)
    assert quick.params_ == pytest.approx(whole.params_, rel=1e-6)
    assert quick.iterations_ <= 4
