"""Lab 09: its values and its memo."""

import numpy as np
import pytest

from crmlab import btyd
from tests.labs import built

NAME = "lab09_transaction_log"


@pytest.fixture(scope="module")
def lab09(tmp_path_factory):
    return built(NAME, tmp_path_factory)


@pytest.fixture(scope="module")
def solved(lab09):
    return lab09.names(lab09.solution)


def test_lab09_gives_the_published_numbers(solved):
    """CDNOW in Fader, Hardie and Lee (2005): counts, estimates, log-likelihood, mean value."""
    summary = solved["summary"]
    counts = summary["frequency"].value_counts().reindex(range(8)).tolist()
    assert counts == [1411, 439, 214, 100, 62, 38, 29, 23]
    assert solved["fitted"] == pytest.approx([0.243, 4.414, 0.793, 2.426], abs=0.0006)
    three = summary["frequency"], summary["recency"], summary["T"]
    total = solved["log_likelihood"](solved["fitted"], *three).sum()
    assert total == pytest.approx(-9582.4, abs=0.05)
    assert len(solved["spend"]) == 946
    assert solved["spend"].mean() == pytest.approx(35.08, abs=0.005)
    mean_of_all = solved["conditional_value"](solved["spending"], 0, np.nan)
    assert mean_of_all == pytest.approx(35.22, abs=0.01)


def test_lab09_meets_crmlab(solved):
    """Every formula of the lab against the library, which was written by another hand."""
    summary, paper = solved["summary"], solved["paper"]
    three = summary["frequency"], summary["recency"], summary["T"]
    fitted = btyd.BGNBD().fit(*three)
    assert solved["fitted"] == pytest.approx(list(fitted.params_.values()), rel=1e-3)
    assert fitted.n_distinct_ == len(solved["merged"](summary))
    model = btyd.BGNBD.with_parameters(**dict(zip(("r", "alpha", "a", "b"), paper, strict=True)))
    total = solved["log_likelihood"](paper, *three).sum()
    assert total == pytest.approx(model.log_likelihood(*three))
    assert solved["probability_alive"](paper, *three) == pytest.approx(
        model.probability_alive(*three)
    )
    assert solved["expected_purchases"](paper, 52) == pytest.approx(model.expected_purchases(52))
    assert solved["conditional_purchases"](paper, 39, *three) == pytest.approx(
        model.conditional_purchases(39, *three)
    )
    rate = solved["monthly_rate"]
    assert solved["discounted_purchases"](paper, *three, 12, rate) == pytest.approx(
        model.discounted_purchases(rate, *three, periods=12, length=52 / 12, timing="end")
    )


def test_the_log_of_lab09_meets_crmlab(solved):
    log, end = solved["cdnow"], solved["END"]
    names = {"customer": "customer", "date": "date", "amount": "amount"}
    for last in ("1997-02-14", "1997-09-30"):
        table = btyd.rfm_summary(log, **names, end=last)
        mine = solved["log_summary"](log, last)
        for column in ("customer", "frequency", "recency", "T"):
            assert mine[column].tolist() == pytest.approx(table[column].tolist())
        spend = table.set_index("customer")["monetary_value"].dropna()
        assert solved["repeat_value"](log, last).to_dict() == pytest.approx(spend.to_dict())
    later = btyd.holdout_summary(log, **names, calibration_end=end)
    assert solved["actual"].tolist() == later["holdout_frequency"].tolist()


def test_the_money_of_lab09_meets_crmlab(solved):
    log, end, summary = solved["cdnow"], solved["END"], solved["summary"]
    model = btyd.BGNBD.with_parameters(
        **dict(zip(("r", "alpha", "a", "b"), solved["paper"], strict=True))
    )
    spend = btyd.GammaGamma.with_parameters(
        **dict(zip(("p", "q", "gamma"), solved["spending"], strict=True))
    )
    table = summary.set_index("customer").assign(monetary_value=solved["spend"])
    mine = solved["conditional_value"](
        solved["spending"], table["frequency"], table["monetary_value"]
    )
    table["monetary_value"] = table["monetary_value"].fillna(0)
    amount = spend.conditional_value(table["frequency"], table["monetary_value"])
    assert mine == pytest.approx(amount)
    potential = btyd.residual_value(
        model, spend, table, solved["monthly_rate"], 12,
        margin=0.3, length=52 / 12, timing="end",
    ).to_frame()["value"]  # fmt: skip
    known = log[log["date"] <= end].assign(amount=lambda rows: 0.3 * rows["amount"])
    start = end - np.timedelta64(90, "D")
    values = btyd.log_value(known, potential, start=start, end=end).totals
    assert solved["totals"] == pytest.approx(values.iloc[:3].tolist())
    held = btyd.holdout(model, table, solved["actual"], 39)
    assert solved["expected_total"] == pytest.approx(held.total_expected)
    errors = solved["errors"].set_index("forecast")
    assert errors.loc["model", "mae"] == pytest.approx(held.mean_absolute_error)


def test_the_model_keeps_its_own_laws(solved):
    """A new customer is one with x = 0 and T = 0; probabilities of (x, t_x) add up."""
    paper = solved["paper"]
    new = solved["expected_purchases"](paper, 39)
    assert solved["conditional_purchases"](paper, 39, 0, 0, 0) == pytest.approx(new)
    first, second = (solved["conditional_purchases"](paper, t, 3, 20, 30) for t in (10, 25))
    assert 0 < first < second
    year = solved["discounted_purchases"](paper, 3, 20, 30, 12, 0.0)
    assert year == pytest.approx(solved["conditional_purchases"](paper, 52, 3, 20, 30))
    # The likelihood of x = 1, integrated over t_x, and that of x = 0 and of more make 1.
    t_x = np.linspace(0, 10, 4001)
    one = np.exp(solved["log_likelihood"](paper, np.ones(4001), t_x, np.full(4001, 10.0)))
    none = np.exp(solved["log_likelihood"](paper, [0], [0], [10]))[0]
    assert none == pytest.approx((4.414 / 14.414) ** 0.243)
    assert none + np.trapezoid(one, t_x) < 1
    assert solved["expected_purchases"](paper, 10) > np.trapezoid(one, t_x)


def test_the_memo_says_what_the_data_say(solved, lab09):
    """The model answer's numbers are typed: hold them to the solution."""
    memo = next(cell.source for cell in lab09.solution.cells if "**Manager:" in cell.source)
    plans = solved["plans"].set_index("rule")
    worth_it = int(plans.loc["worth it", "letters"])
    assert f"write to the {worth_it} customers" in memo
    assert (
        f"The {worth_it} letters earn {plans.loc['worth it', 'net']:.0f} dollars, "
        f"your 500 earn {plans.loc['best so far', 'net']:.0f}, "
        f"letters to all 2,357 lose {-plans.loc['all', 'net']:.0f}."
    ) in memo
    base, summary = solved["base"], solved["summary"]
    pays = base["potential"] * 0.1 > 1.2
    booked = (base["historical"] + base["current"]).sort_values(ascending=False)
    assert booked.iloc[499] > booked.iloc[500]  # as the text says, no tie at the border
    best = booked.index[:500]
    assert f"Of your 500, {(~pays[best]).sum()} have" in memo
    never = summary["frequency"] == 0
    assert f"None of the {never.sum():,} who never came back gets one" in memo
    assert not pays[never].any()
    assert f"has a potential of {base['potential'][never].max():.2f}." in memo
    historical, current, potential = solved["totals"]
    assert f"worth {potential:,.0f} dollars**, {potential / 2357:.2f} per customer" in memo
    assert f"has brought {historical + current:,.0f}, of which {current:,.0f} in" in memo
    assert f"Four times that, {4 * current:,.0f}, is too much" in memo
    assert 4 * current > potential
    assert (
        f"expected {solved['expected_total']:,.0f} purchases in the 39 weeks that followed, "
        f"and {solved['actual'].sum():,.0f} came"
    ) in memo
    errors = solved["errors"].set_index("forecast")
    bias, mae = 100 * errors["bias"], errors["mae"]
    assert f"it was {-bias['model']:.0f} % too low" in memo
    assert f'"Same pace" was {bias["same pace"]:.0f} % too high' in memo
    assert f"error of {mae['model']:.2f} each is hardly below the {mae['nobody']:.2f}" in memo
    small = solved["letter_plans"](base, 0.04, 1.2, 500).set_index("rule")["net"]
    assert f"your 500 would lose {-small['best so far']:.0f} dollars" in memo
    assert f"still earn {small['worth it']:.0f}." in memo
    words = memo.split("<!-- BEGIN SOLUTION -->")[1].split("<!-- END SOLUTION -->")[0]
    assert len(words.split()) <= 200
