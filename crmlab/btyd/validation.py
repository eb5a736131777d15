"""Does a model of purchases fit, and does it forecast? Calibration, hold-out and tracking."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab.btyd import _data
from crmlab.btyd._model import PurchaseModel

if TYPE_CHECKING:
    import pandas as pd

IntArray = npt.NDArray[np.intp]


def purchase_model(model: Any) -> PurchaseModel:
    """Return a model of purchases that has parameters, or raise."""
    if not isinstance(model, PurchaseModel):
        raise TypeError(f"model must be a BGNBD, ParetoNBD or NBD; got {type(model).__name__}")
    model._parameters()
    return model


def columns_of(summary: Any, *more: str) -> list[FloatArray]:
    """Return frequency, recency and T of a summary, and further columns, checked."""
    _checks.columns(summary, "summary", ["frequency", "recency", "T", *more])
    x = _data.counts(summary["frequency"], "frequency")
    t_x = _checks.array(summary["recency"], "recency", 0)
    age = _checks.array(summary["T"], "T", 0)
    _data.consistent(x, t_x, age)
    return [x, t_x, age]


def _labels(most: int) -> list[str]:
    return [*(str(n) for n in range(most)), f"{most}+"]


@dataclass(frozen=True, eq=False)
class Calibration(Drawable):
    """How many customers bought how often, and how many a model expects (校准).

    Made by :func:`calibration`.

    Attributes
    ----------
    frequency : ndarray of int, shape (most + 1,)
        Number of repeat purchases 0 … most; the last stands for so many or more.
    actual : ndarray of int, shape (most + 1,)
        Customers with so many.
    expected : ndarray of shape (most + 1,)
        The number that the model expects.
    model : str
        Name of the model.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab import btyd
    >>> summary = pd.DataFrame({"frequency": [0, 0, 1, 3], "recency": [0, 0, 2.0, 9.0],
    ...                         "T": [10.0, 10.0, 10.0, 10.0]})
    >>> model = btyd.BGNBD.with_parameters(r=0.5, alpha=5, a=0.8, b=2.5)
    >>> found = calibration(model, summary, most=2)
    >>> found
    Calibration(BGNBD, 0 of 4 customers misplaced)
    >>> found.to_frame().round(2)
                      actual  expected
    repeat_purchases
    0                      2      2.31
    1                      1      0.99
    2+                     1      0.70
    """

    _picture = "btyd_calibration"

    frequency: IntArray
    actual: IntArray
    expected: FloatArray
    model: str

    def to_frame(self) -> "pd.DataFrame":
        """One row per number of repeat purchases: customers, actual and expected.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        index = pd.Index(_labels(int(self.frequency[-1])), name="repeat_purchases")
        return pd.DataFrame({"actual": self.actual, "expected": self.expected}, index)

    def __repr__(self) -> str:
        apart = np.abs(self.actual - self.expected).sum() / 2
        return (
            f"Calibration({self.model}, {apart:,.0f} of {self.actual.sum():,} customers misplaced)"
        )


def calibration(model: PurchaseModel, summary: "pd.DataFrame", most: int = 7) -> Calibration:
    """Compare how many customers bought how often with what a model expects (校准检验).

    Parameters
    ----------
    model : BGNBD, ParetoNBD or NBD
        A fitted model.
    summary : DataFrame
        One row per customer, with the columns frequency, recency and T in the model's unit of
        time.
    most : int
        Larger numbers of repeat purchases are put together with this one, at least 1.

    Returns
    -------
    Calibration
        With ``.actual``, ``.expected``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as described.

    Notes
    -----
    Every customer is expected with the chances of the own age T, so that customers who came
    late are not counted as if they had had the whole time.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab import btyd
    >>> summary = pd.DataFrame({"frequency": [0, 0, 1, 3], "recency": [0, 0, 2.0, 9.0],
    ...                         "T": [10.0, 10.0, 10.0, 10.0]})
    >>> model = btyd.BGNBD.with_parameters(r=0.5, alpha=5, a=0.8, b=2.5)
    >>> calibration(model, summary, most=2).to_frame().round(2)
                      actual  expected
    repeat_purchases
    0                      2      2.31
    1                      1      0.99
    2+                     1      0.70
    """
    fitted = purchase_model(model)
    top = _checks.count(most, "most")
    x, _recency, T = columns_of(summary)
    ages, counts = np.unique(T, return_counts=True)
    chance = np.reshape(
        fitted.probability_of_purchases(np.arange(top)[:, None], ages), (top, ages.size)
    )
    expected = chance @ counts
    actual = np.bincount(np.minimum(x, top).astype(np.intp), minlength=top + 1)
    return Calibration(
        np.arange(top + 1),
        actual,
        np.append(expected, x.size - expected.sum()),
        type(fitted).__name__,
    )


@dataclass(frozen=True, eq=False)
class Holdout(Drawable):
    """What customers did after the calibration period, and what was expected (样本外检验).

    Made by :func:`holdout`.

    Attributes
    ----------
    frequency : ndarray of int, shape (groups,)
        Repeat purchases in the calibration period 0 … most that occur; the last possible one
        stands for so many or more.
    customers : ndarray of int, shape (groups,)
        Customers with so many.
    actual, expected : ndarray of shape (groups,)
        Mean number of purchases in the hold-out period.
    per_customer : ndarray of shape (customers,)
        Expected purchases of each customer, in the order of the summary.
    total_actual, total_expected : float
        Purchases of all customers.
    mean_absolute_error : float
        Mean distance of expected from actual purchases over customers.
    t : float
        Length of the hold-out period.
    most : int
        As given.
    model : str
        Name of the model.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab import btyd
    >>> summary = pd.DataFrame({"frequency": [0, 0, 1, 3], "recency": [0, 0, 2.0, 9.0],
    ...                         "T": [10.0, 10.0, 10.0, 10.0]})
    >>> model = btyd.BGNBD.with_parameters(r=0.5, alpha=5, a=0.8, b=2.5)
    >>> found = holdout(model, summary, actual=[0, 1, 0, 2], t=10)
    >>> found
    Holdout(BGNBD, 3 purchases expected, 3 made)
    >>> found.to_frame().round(2)
               customers  actual  expected
    frequency
    0                  2     0.5      0.30
    1                  1     0.0      0.44
    3                  1     2.0      1.62
    """

    _picture = "btyd_holdout"

    frequency: IntArray
    customers: IntArray
    actual: FloatArray
    expected: FloatArray
    per_customer: FloatArray
    total_actual: float
    total_expected: float
    mean_absolute_error: float
    t: float
    most: int
    model: str

    def to_frame(self) -> "pd.DataFrame":
        """One row per calibration frequency: customers, mean actual and expected purchases.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        labels = np.array(_labels(self.most))[self.frequency]
        return pd.DataFrame(
            {"customers": self.customers, "actual": self.actual, "expected": self.expected},
            pd.Index(labels, name="frequency"),
        )

    def __repr__(self) -> str:
        return (
            f"Holdout({self.model}, {self.total_expected:,.0f} purchases expected, "
            f"{self.total_actual:,.0f} made)"
        )


def holdout(
    model: PurchaseModel, summary: "pd.DataFrame", actual: Any, t: float, most: int = 7
) -> Holdout:
    """Compare purchases after the calibration period with what a model expected (样本外检验).

    Parameters
    ----------
    model : BGNBD, ParetoNBD or NBD
        Fitted to the calibration period.
    summary : DataFrame
        The calibration period: one row per customer, with the columns frequency, recency and T
        in the model's unit of time.
    actual : array of int, shape (customers,)
        Purchases of the same customers, in the same order, in the t after it.
    t : float
        Length of the hold-out period in the model's unit of time, above 0.
    most : int
        Larger calibration frequencies are put together with this one, at least 1.

    Returns
    -------
    Holdout
        With ``.actual`` and ``.expected`` by calibration frequency, totals, ``.to_frame()`` and
        ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as described.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab import btyd
    >>> summary = pd.DataFrame({"frequency": [0, 0, 1, 3], "recency": [0, 0, 2.0, 9.0],
    ...                         "T": [10.0, 10.0, 10.0, 10.0]})
    >>> model = btyd.BGNBD.with_parameters(r=0.5, alpha=5, a=0.8, b=2.5)
    >>> holdout(model, summary, actual=[0, 1, 0, 2], t=10).to_frame().round(2)
               customers  actual  expected
    frequency
    0                  2     0.5      0.30
    1                  1     0.0      0.44
    3                  1     2.0      1.62
    """
    fitted = purchase_model(model)
    top = _checks.count(most, "most")
    x, t_x, T = columns_of(summary)
    _checks.same_index(summary, actual, "summary and actual")
    made = _data.counts(actual, "actual", 1)
    _data.same_length(summary=x, actual=made)
    length = _checks.number(t, "t", 0, open_low=True)
    expected = fitted.conditional_purchases(length, x, t_x, T)
    group = np.minimum(x, top).astype(np.intp)
    customers = np.bincount(group, minlength=top + 1)
    there = np.flatnonzero(customers)

    def mean(column: FloatArray) -> FloatArray:
        return np.bincount(group, column, top + 1)[there] / customers[there]

    return Holdout(
        frequency=there,
        customers=customers[there],
        actual=mean(made),
        expected=mean(expected),
        per_customer=expected,
        total_actual=float(made.sum()),
        total_expected=float(expected.sum()),
        mean_absolute_error=float(np.abs(made - expected).mean()),
        t=length,
        most=top,
        model=type(fitted).__name__,
    )


@dataclass(frozen=True, eq=False)
class Tracking(Drawable):
    """Repeat purchases of a cohort over time, actual and expected, made by :func:`tracking`.

    Attributes
    ----------
    time : ndarray of shape (steps,)
        Ends of the steps.
    actual : ndarray of int, shape (steps,)
        Repeat purchases of all customers up to there.
    expected : ndarray of shape (steps,)
        The number that the model expects.
    step : float
        Length of a step.
    calibration_end : float or None
        Where the data of the fit end, as given.
    model : str
        Name of the model.

    Examples
    --------
    >>> from crmlab import btyd
    >>> model = btyd.BGNBD.with_parameters(r=0.5, alpha=5, a=0.8, b=2.5)
    >>> found = tracking(model, first=[0, 1], repeats=[1.5, 2.5], end=3)
    >>> found
    Tracking(BGNBD, 3 steps to 3: 0 repeat purchases expected, 2 made)
    >>> found.to_frame().round(2)
          actual  expected  actual_in_step  expected_in_step
    time
    1.0        0      0.10               0              0.10
    2.0        1      0.28               1              0.19
    3.0        2      0.46               1              0.18
    """

    _picture = "btyd_tracking"

    time: FloatArray
    actual: IntArray
    expected: FloatArray
    step: float
    calibration_end: float | None
    model: str

    @property
    def actual_by_step(self) -> IntArray:
        """Repeat purchases in each step."""
        return np.diff(self.actual, prepend=0)

    @property
    def expected_by_step(self) -> FloatArray:
        """Expected repeat purchases in each step."""
        return np.diff(self.expected, prepend=0.0)

    def to_frame(self) -> "pd.DataFrame":
        """One row per step: cumulative purchases and those of the step, actual and expected.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        return pd.DataFrame(
            {
                "actual": self.actual,
                "expected": self.expected,
                "actual_in_step": self.actual_by_step,
                "expected_in_step": self.expected_by_step,
            },
            pd.Index(self.time, name="time"),
        )

    def __repr__(self) -> str:
        return (
            f"Tracking({self.model}, {self.time.size} steps to {self.time[-1]:g}: "
            f"{self.expected[-1]:,.0f} repeat purchases expected, {self.actual[-1]:,} made)"
        )


def tracking(
    model: PurchaseModel,
    first: Any,
    repeats: Any,
    end: float,
    step: float = 1.0,
    calibration_end: float | None = None,
) -> Tracking:
    """Follow the repeat purchases of a cohort over time, actual and expected (跟踪图).

    Parameters
    ----------
    model : BGNBD, ParetoNBD or NBD
        A fitted model.
    first : array of shape (customers,)
        When each customer bought for the first time, from some start on, at least 0 and at most
        `end`, in the model's unit of time.
    repeats : array of shape (purchases,)
        When every repeat purchase happened, from the same start on; those after the last step
        are not counted. It may be empty.
    end : float
        Time to follow until, above 0.
    step : float
        Length of a step, above 0 and at most `end`; at most 100,000 steps.
    calibration_end : float, optional
        Where the data of the fit end, for the picture.

    Returns
    -------
    Tracking
        With cumulative ``.actual`` and ``.expected``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as described.

    Notes
    -----
    The expected number at time t is the sum of ``model.expected_purchases(t − first)`` over the
    customers who have come by then: a forecast from the parameters alone, that does not look
    at what each customer did.

    Examples
    --------
    >>> from crmlab import btyd
    >>> model = btyd.BGNBD.with_parameters(r=0.5, alpha=5, a=0.8, b=2.5)
    >>> tracking(model, first=[0, 1], repeats=[1.5, 2.5], end=3).to_frame().round(2)
          actual  expected  actual_in_step  expected_in_step
    time
    1.0        0      0.10               0              0.10
    2.0        1      0.28               1              0.19
    3.0        2      0.46               1              0.18
    """
    fitted = purchase_model(model)
    last = _checks.number(end, "end", 0, open_low=True)
    width = _checks.number(step, "step", max(last / 100_000, 1e-300), last)
    started = _checks.array(first, "first", 0, last, ndim=1)
    bought = _checks.array(repeats, "repeats", 0, ndim=1, allow_empty=True)
    until = None
    if calibration_end is not None:
        until = _checks.number(calibration_end, "calibration_end", 0, last)
    time = width * np.arange(1, int(np.floor(last / width * (1 + 1e-12))) + 1)
    starts, customers = np.unique(started, return_counts=True)
    expected = np.zeros(time.size)
    for row, moment in enumerate(time):
        come = starts < moment
        if come.any():
            many = fitted.expected_purchases(moment - starts[come])
            expected[row] = many @ customers[come]
    # A hair of tolerance: whole weeks that came from days must not slip into the next step.
    actual = np.searchsorted(np.sort(bought), time * (1 + 1e-12), side="right")
    return Tracking(time, actual, expected, width, until, type(fitted).__name__)
