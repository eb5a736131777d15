"""Lab 09: its values, its memo, and what a student with each misconception reads."""

import inspect

import numpy as np
import pytest

from crmlab import btyd
from crmlab.course import Lab
from tests.test_course_labs import EXERCISES, Built

NAME = "lab09_transaction_log"


@pytest.fixture(scope="module")
def lab09(tmp_path_factory):
    return Built(EXERCISES / f"{NAME}.md", tmp_path_factory.mktemp("labs"))


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


# What a student writes who holds the misconception. Each block has the question, the name, and
# words of the hint that must follow; then the body of the function, or the value of the name.
WRONG = """
q1 log_summary: Purchases of one day count once
    known = log[log["date"] <= pd.Timestamp(end)]
    rows = known["customer"].value_counts()
    table = _right(log, end)
    return table.assign(frequency=table["customer"].map(rows) - 1)

q1 log_summary: You counted the first purchase
    table = _right(log, end)
    return table.assign(frequency=table["frequency"] + 1)

q1 log_summary: counted recency back from the end
    table = _right(log, end)
    return table.assign(recency=table["T"] - table["recency"])

q1 log_summary: T runs to the end of the observation
    table = _right(log, end)
    return table.assign(T=table["recency"])

q1 log_summary: That is in days
    table = _right(log, end)
    return table.assign(recency=table["recency"] * 7, T=table["T"] * 7)

q1 log_summary: You used purchases after the end
    days = log.drop_duplicates(["customer", "date"]).groupby("customer")["date"]
    first, last = days.min(), days.max()
    table = pd.DataFrame({"frequency": days.size() - 1, "recency": (last - first).dt.days / 7})
    return table.assign(T=(pd.Timestamp(end) - first).dt.days / 7).reset_index()

q1 log_summary: customer's own first purchase
    span = (pd.Timestamp(end) - log["date"].min()).days / 7
    return _right(log, end).assign(T=span)

q1 summary: That is the whole log
    log_summary(cdnow, cdnow["date"].max())

q2 repeat_value: add up the amounts of a day
    known = log[log["date"] <= pd.Timestamp(end)]
    first = known.groupby("customer")["date"].transform("min")
    return known[known["date"] > first].groupby("customer")["amount"].mean()

q2 repeat_value: You counted the first day
    days = log.groupby(["customer", "date"])["amount"].sum()
    return days.groupby("customer").mean()

q2 repeat_value: The right customers, but
    days = log.groupby(["customer", "date"])["amount"].sum()
    return days.groupby("customer").mean()[_right(log, end).index]

q2 repeat_value: That is the sum
    return _right(log, end) * log_summary(log, end).set_index("customer")["frequency"][
        _right(log, end).index
    ]

q2 repeat_value: 0 would say that they spend nothing
    return _right(log, end).reindex(sorted(log["customer"].unique()), fill_value=0.0)

q2 repeat_value: not known yet
    return _right(log, "1998-06-30")

q2 spend_correlation: counted customers without a repeat
    summary["frequency"].corr(summary["customer"].map(spend).fillna(0))

q2 spend_correlation: You took the total spend
    repeaters["frequency"].corr(repeaters["customer"].map(spend) * repeaters["frequency"])

q3 log_likelihood: That is the likelihood itself
    return np.exp(_right(params, frequency, recency, T))

q3 log_likelihood: The factor α^r is missing
    r, alpha, a, b = params
    return _right(params, frequency, recency, T) - r * np.log(alpha)

q3 log_likelihood: You added up the customers
    return _right(params, frequency, recency, T).sum()

q3 log_likelihood: A₂ is in your result
    r, alpha, a, b = params
    x, t_x, T = arrays(frequency, recency, T)
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
    alive = common + betaln(a, b + x) - (r + x) * np.log(alpha + T)
    left = common + betaln(a + 1, b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x)
    return np.logaddexp(alive, left)

q3 log_likelihood: That is A₁ alone
    r, alpha, a, b = params
    x, t_x, T = arrays(frequency, recency, T)
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
    return common + betaln(a, b + x) - (r + x) * np.log(alpha + T)

q3 log_likelihood: Your A₂ has T
    return _right(params, frequency, np.where(np.array(frequency) > 0, T, 0), T)

q3 log_likelihood: stayed only x − 1 times
    r, alpha, a, b = params
    x, t_x, T = arrays(frequency, recency, T)
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
    alive = common + betaln(a, b + x) - (r + x) * np.log(alpha + T)
    left = common + betaln(a + 1, b + x) - (r + x) * np.log(alpha + t_x)
    return np.where(x > 0, np.logaddexp(alive, left), alive)

q3 log_likelihood: multiplies the two cases
    r, alpha, a, b = params
    x, t_x, T = arrays(frequency, recency, T)
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
    alive = common + betaln(a, b + x) - (r + x) * np.log(alpha + T)
    left = common + betaln(a + 1, b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x)
    return np.where(x > 0, alive + left, alive)

q3 log_likelihood: Γ(r + x)/Γ(r) is missing
    r, x = params[0], np.asarray(frequency, float)
    return _right(params, frequency, recency, T) - gammaln(r + x) + gammaln(r)

q3 log_likelihood: Infinity divided by infinity
    from scipy.special import gamma

    r, x = params[0], np.asarray(frequency, float)
    rest = np.exp(_right(params, frequency, recency, T) - gammaln(r + x) + gammaln(r))
    return np.log(gamma(r + x) / gamma(r) * rest)

q3 log_likelihood: fell to 0 before you took the logarithm
    r, x = params[0], np.asarray(frequency, float)
    rest = np.exp(_right(params, frequency, recency, T) - gammaln(r + x) + gammaln(r))
    return gammaln(r + x) - gammaln(r) + np.log(rest)

q3 log_likelihood: too large for a float on the way
    from scipy.special import gamma

    r, x = params[0], np.asarray(frequency, float)
    rest = _right(params, frequency, recency, T) - gammaln(r + x) + gammaln(r)
    return np.log(gamma(r + x) / gamma(r)) + rest

q4 merged: You left out T
    return summary.groupby(["frequency", "recency"]).size().reset_index(name="customers")

q4 merged: lost their weights
    return summary[["frequency", "recency", "T"]].drop_duplicates().assign(customers=1)

q4 fit_bgnbd: logarithms that `minimize` found
    return np.log(_right(summary))

q4 fit_bgnbd: The weights are missing
    rows = merged(summary)

    def loss(logs):
        return -log_likelihood(np.exp(logs), rows["frequency"], rows["recency"], rows["T"]).sum()

    return np.exp(minimize(loss, np.zeros(4), method="L-BFGS-B").x)

q4 fit_bgnbd: Your time is in days
    return _right(summary.assign(recency=summary["recency"] * 7, T=summary["T"] * 7))

q4 fit_bgnbd: Fit on the summary that comes in
    return _right(log_summary(cdnow, cdnow["date"].max()))

q4 fitted: belong to the fit
    fit_bgnbd(summary[summary["frequency"] > 0])

q5 probability_alive: The fraction is upside down
    r, alpha, a, b = params
    x, t_x, T = arrays(frequency, recency, T)
    odds = a / (b + np.maximum(x, 1) - 1) * ((alpha + t_x) / (alpha + T)) ** (r + x)
    return np.where(x > 0, 1 / (1 + odds), 1.0)

q5 probability_alive: probability to have left
    return 1 - _right(params, frequency, recency, T)

q5 probability_alive: not b + x
    r, alpha, a, b = params
    return _right((r, alpha, a, b + 1), frequency, recency, T)

q5 probability_alive: the r is missing
    r, alpha, a, b = params
    return _right((0, alpha, a, b), frequency, recency, T)

q5 probability_alive: keep it for your memo
    r, alpha, a, b = params
    x, t_x, T = arrays(frequency, recency, T)
    return 1 / (1 + a / (b + x - 1) * ((alpha + T) / (alpha + t_x)) ** (r + x))

q5 probability_alive: return 1 where x is 0
    r, alpha, a, b = params
    x, t_x, T = arrays(frequency, recency, T)
    return 1 / (1 + a / (b + np.maximum(x, 1) - 1) * ((alpha + T) / (alpha + t_x)) ** (r + x))

q5 ann_and_bob: Ann first, then Bob
    list(probability_alive(paper, [15, 2], 26, 39))

q5 ann_and_bob: not the length of the silence
    list(probability_alive(paper, [2, 15], 39 - 26, 39))

q5 best_count: likely to be one who stays
    1

q5 best_count: has probably left
    30

q5 best_count: position in the array
    probability_alive(paper, counts, 35, 39).argmax()

q6 expected_purchases: customer who never leaves
    r, alpha, a, b = params
    return r / alpha * t

q6 expected_purchases: The `1 −` in the bracket
    r, alpha, a, b = params
    curve = (alpha / (alpha + t)) ** r * hyp2f1(r, b, a + b - 1, t / (alpha + t))
    return (a + b - 1) / (a - 1) * curve

q6 expected_purchases: not t/α
    r, alpha, a, b = params
    curve = (alpha / (alpha + t)) ** r * hyp2f1(r, b, a + b - 1, t / alpha)
    return (a + b - 1) / (a - 1) * (1 - curve)

q6 expected_purchases: is b, not a
    r, alpha, a, b = params
    curve = (alpha / (alpha + t)) ** r * hyp2f1(r, a, a + b - 1, t / (alpha + t))
    return (a + b - 1) / (a - 1) * (1 - curve)

q6 expected_purchases: The third argument
    r, alpha, a, b = params
    curve = (alpha / (alpha + t)) ** r * hyp2f1(r, b, a + b, t / (alpha + t))
    return (a + b - 1) / (a - 1) * (1 - curve)

q6 conditional_purchases: what a living customer buys
    alive = probability_alive(params, frequency, recency, T)
    return _right(params, t, frequency, recency, T) / alive

q6 conditional_purchases: You forecast a new customer
    return expected_purchases(params, t) * probability_alive(params, frequency, recency, T)

q6 conditional_purchases: carries the past on as it was
    return np.asarray(frequency) / np.asarray(T) * t

q6 expected_total: 2,357 new customers
    len(summary) * expected_purchases(paper, 39)

q6 expected_total: mean per customer
    conditional_purchases(paper, 39, *three).mean()

q7 later_purchases: known already
    later = log[(log["date"] >= pd.Timestamp(start)) & (log["date"] <= pd.Timestamp(end))]
    days = later.drop_duplicates(["customer", "date"])["customer"].value_counts()
    return summary["customer"].map(days).fillna(0).to_numpy(float)

q7 later_purchases: Customers who came later
    later = log[(log["date"] > pd.Timestamp(start)) & (log["date"] <= pd.Timestamp(end))]
    days = later.drop_duplicates(["customer", "date"])["customer"].value_counts()
    return days.reindex(sorted(log["customer"].unique())).fillna(0).to_numpy(float)

q7 later_purchases: fill the gaps
    found = _right(log, summary, start, end)
    return np.where(found > 0, found, np.nan)

q7 later_purchases: You counted rows
    later = log[(log["date"] > pd.Timestamp(start)) & (log["date"] <= pd.Timestamp(end))]
    return summary["customer"].map(later["customer"].value_counts()).fillna(0).to_numpy(float)

q7 forecast_errors: have cancelled out
    mean = [(values - actual).mean() for values in forecasts.values()]
    return _right(actual, forecasts).assign(mae=mean)

q7 forecast_errors: Take 1 off the ratio
    table = _right(actual, forecasts)
    return table.assign(bias=table["bias"] + 1)

q7 forecast_errors: Upside down
    table = _right(actual, forecasts)
    return table.assign(bias=1 / (table["bias"] + 1) - 1)

q7 forecast_errors: You added up the errors
    table = _right(actual, forecasts)
    return table.assign(mae=table["mae"] * len(actual))

q7 errors: rows stand in another order
    errors.sort_values("mae")

q7 errors: takes the number of repeats as it is
    forecast_errors(actual, {
        "model": conditional_purchases(paper, 39, *three),
        "same pace": summary["frequency"].to_numpy(float),
        "nobody": np.zeros(2357),
    })

q8 conditional_value: customer's own mean. One repeat
    return np.asarray(monetary_value, float)

q8 conditional_value: mean of all customers
    p, q, gamma = params
    return np.full(len(frequency), p * gamma / (q - 1))

q8 conditional_value: m counts once for each repeat
    p, q, gamma = params
    x, m = arrays(frequency, monetary_value)
    return p * (gamma + np.where(x > 0, m, 0)) / (p * x + q - 1)

q8 conditional_value: the 1 is missing
    p, q, gamma = params
    return _right((p, q + 1, gamma), frequency, monetary_value)

q8 conditional_value: The weights are swapped
    p, q, gamma = params
    x, m = arrays(frequency, monetary_value)
    weight = p * x / (p * x + q - 1)
    return (1 - weight) * m + weight * p * gamma / (q - 1)

q8 conditional_value: 0 times NaN is NaN
    p, q, gamma = params
    x, m = arrays(frequency, monetary_value)
    return p * (gamma + x * m) / (p * x + q - 1)

q8 conditional_value: is not expected to spend 0
    p, q, gamma = params
    x, m = arrays(frequency, monetary_value)
    return np.where(x > 0, p * (gamma + x * m) / (p * x + q - 1), 0)

q8 repeats_needed: not quite
    3

q8 repeats_needed: Repeats are whole
    9 * (3.74 - 1) / 6.25

q8 repeats_needed: One too many
    5

q9 discounted_purchases: Nothing is discounted
    return conditional_purchases(params, months * 52 / 12, frequency, recency, T)

q9 discounted_purchases: as if it came at the end of the year
    bought = conditional_purchases(params, months * 52 / 12, frequency, recency, T)
    return bought / (1 + rate) ** months

q9 discounted_purchases: hold those of all months before
    return sum(
        conditional_purchases(params, k * 52 / 12, frequency, recency, T) / (1 + rate) ** k
        for k in range(1, months + 1)
    )

q9 discounted_purchases: Every month of yours is like the first
    return sum(
        conditional_purchases(params, 52 / 12, frequency, recency, T) / (1 + rate) ** k
        for k in range(1, months + 1)
    )

q9 discounted_purchases: Month 1 is discounted once
    return _right(params, frequency, recency, T, months, rate) * (1 + rate)

q9 discounted_purchases: Your months are weeks long
    def until(k):
        return conditional_purchases(params, k, frequency, recency, T)

    return sum((until(k) - until(k - 1)) / (1 + rate) ** k for k in range(1, months + 1))

q9 monthly_rate: Take the twelfth root
    0.12 / 12

q9 monthly_rate: the factor, not the rate
    1.12 ** (1 / 12)

q10 three_values: stand in both values
    table = _right(log, end, margin, rate)
    return table.assign(historical=table["historical"] + table["current"])

q10 three_values: That is revenue. A value
    return _right(log, end, 1, rate)

q10 three_values: That is revenue. Multiply
    return _right(log, end, 1, rate)

q10 three_values: The first purchases are missing
    table = _right(log, end, margin, rate)
    repeats = summary["customer"].map(spend).fillna(0) * summary["frequency"]
    return table.assign(historical=margin * repeats - table["current"])

q10 three_values: 92 days long
    known = log[log["date"] <= end]
    new = known["date"] >= end - pd.Timedelta(days=91)
    parts = [
        summary["customer"].map(rows.groupby("customer")["amount"].sum()).fillna(0) * margin
        for rows in (known[~new], known[new])
    ]
    return _right(log, end, margin, rate).assign(historical=parts[0], current=parts[1])

q10 three_values: Your current value holds purchases after END
    latest = log[log["date"] > end - pd.Timedelta(days=91)]
    spent = summary["customer"].map(latest.groupby("customer")["amount"].sum()).fillna(0)
    return _right(log, end, margin, rate).assign(current=margin * spent)

q10 three_values: The purchases are not discounted
    return _right(log, end, margin, 0)

q10 three_values: customers' own mean amounts
    own = summary["customer"].map(spend).fillna(0)
    future = discounted_purchases(paper, *three, 12, rate)
    return _right(log, end, margin, rate).assign(potential=margin * future * own)

q10 three_values: Everyone spends the mean of all
    future = discounted_purchases(paper, *three, 12, rate)
    p, q, gamma = spending
    amount = p * gamma / (q - 1)
    return _right(log, end, margin, rate).assign(potential=margin * future * amount)

q10 totals: The order
    totals[::-1]

q10 totals: Your rate is 1 % a month
    three_values(cdnow, END, 0.3, 0.01)[["historical", "current", "potential"]].sum()

q10 totals: is the rate of a year
    three_values(cdnow, END, 0.3, 0.12)[["historical", "current", "potential"]].sum()

q11 letter_plans: those with the highest potential
    return _right(base.assign(historical=base["potential"], current=0), uplift, cost, top)

q11 letter_plans: forget the last 13 weeks
    return _right(base.assign(current=0), uplift, cost, top)

q11 letter_plans: A letter must bring more than it costs
    earned = uplift * base["potential"] - cost
    table, everyone = _right(base, uplift, cost, top), base["potential"] > 0
    table.loc[2, ["letters", "net"]] = everyone.sum(), earned[everyone].sum()
    return table

q11 letter_plans: comes without a letter too
    return _right(base, 1, cost, top)

q11 letter_plans: The cost of the letters is missing
    table = _right(base, uplift, cost, top)
    return table.assign(net=table["net"] + cost * table["letters"])

q11 plans: asks for 500 letters
    letter_plans(base, 0.10, 1.20, 50)

q11 plans: A letter costs 1.20
    letter_plans(base, 0.10, 1.00, 500)
"""
BLOCKS = [block.split("\n", 1) for block in WRONG.strip().split("\n\nq")]
BLOCKS = [[head if n == 0 else f"q{head}", body] for n, (head, body) in enumerate(BLOCKS)]


def test_every_known_mistake_is_made_below(lab09):
    hints = [
        mistake["hint"]
        for question in lab09.checks["questions"]
        for check in question["checks"]
        for mistake in check.get("mistakes", [])
    ]
    words = [head.split(": ", 1)[1] for head, _body in BLOCKS]
    assert [hint for hint in hints if not any(word in hint for word in words)] == []


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value", "ignore:overflow")
@pytest.mark.parametrize(("head", "body"), BLOCKS, ids=[head for head, _body in BLOCKS])
def test_what_a_student_with_the_misconception_reads(lab09, solved, capsys, head, body):
    """The `gives` of the master must be what such a student's code really gives."""
    place, words = head.split(": ", 1)
    question, name = place.split()
    names = dict(solved)
    right = names[name]
    if callable(right):
        names["_right"] = right
        exec(f"def {name}{inspect.signature(right)}:\n{body}", names)
    else:
        exec(f"{name} = {body.strip()}", names)
    Lab(lab09.name, lab09.student, names).check(question)
    wrong = [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗")]
    assert any(words in line for line in wrong), wrong
