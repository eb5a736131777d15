"""Logistic regression by Newton steps, with standard errors and a word on separation (逻辑回归)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab.credit._outcome import outcome, table

if TYPE_CHECKING:
    import pandas as pd

_STEPS = 60


@dataclass(frozen=True, eq=False)
class LogitFit(Drawable):
    """Logistic regression of the bad ones; made by :func:`logit`.

    Attributes
    ----------
    table : DataFrame
        One row per feature, the constant first: coefficient, standard_error, z, p_value (two
        sides, normal).
    log_likelihood : float
        Of the customers at hand, without the penalty.
    gradient : float
        Largest slope of the (penalised) log-likelihood per customer that is left: near 0.
    steps : int
        Newton steps taken.
    ridge : float
        As given.
    customers : int
        Rows used.

    Examples
    --------
    >>> import pandas as pd
    >>> x = pd.DataFrame({"late": [0, 0, 0, 0, 1, 1, 1, 1]})
    >>> fit = logit(x, [0, 0, 0, 1, 0, 1, 1, 1])
    >>> fit
    LogitFit(1 features, 8 customers, log-likelihood -4.50)
    >>> fit.to_frame().round(2)
              coefficient  standard_error     z  p_value
    feature
    constant         -1.1            1.15 -0.95     0.34
    late              2.2            1.63  1.35     0.18
    >>> fit.predict_probability(x.iloc[[0, 4]]).round(3).tolist()
    [0.25, 0.75]
    """

    _picture = "logit_fit"

    table: "pd.DataFrame"
    log_likelihood: float
    gradient: float
    steps: int
    ridge: float
    customers: int

    def predict_probability(self, X: "pd.DataFrame") -> "pd.Series":
        """Probability to go bad of each customer.

        Parameters
        ----------
        X : DataFrame
            With the columns of the fit; others are not looked at.

        Returns
        -------
        Series
            Labelled as the features were.

        Raises
        ------
        ValueError, TypeError
            If a column is absent, or a value missing or no number.
        """
        import pandas as pd

        names = list(self.table.index[1:])
        x = design(X, "X", names)
        weights = self.table["coefficient"].to_numpy()
        return pd.Series(logistic(weights[0] + x @ weights[1:]), X.index, name="probability")

    def to_frame(self) -> "pd.DataFrame":
        """Return the table of coefficients.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        return (
            f"LogitFit({len(self.table) - 1} features, {self.customers:,} customers, "
            f"log-likelihood {self.log_likelihood:.2f})"
        )


def logit(X: "pd.DataFrame", bad: Any, *, ridge: float = 0.0, weights: Any = None) -> LogitFit:
    """Logistic regression: ``ln(odds of bad) = b0 + Σ b_j x_j`` (逻辑回归).

    Parameters
    ----------
    X : DataFrame of shape (customers, features)
        Numbers or flags, nothing missing.
    bad : array or Series of shape (customers,)
        1 or True for a customer who went bad, else 0 or False.
    ridge : float
        Penalty: half of it times the sum of the squared coefficients, without the constant, is
        taken off the log-likelihood. Above 0 it keeps separated data finite; features should
        then be on one scale, as weights of evidence are.
    weights : array of shape (customers,), optional
        How often each row counts, above 0; once without it.

    Returns
    -------
    LogitFit
        With ``.table``, ``.predict_probability(features)`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a value is missing or no number, a column is constant or made of others, or the
        features separate the bad from the good and `ridge` is 0.

    Notes
    -----
    Standard errors come from the curvature of the likelihood; with a ridge they are those of the
    shrunken estimate, which is biased, so that z and p understate what is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> x = pd.DataFrame({"late": [0, 0, 0, 0, 1, 1, 1, 1]})
    >>> fit = logit(x, [0, 0, 0, 1, 0, 1, 1, 1])
    >>> fit.table["coefficient"].round(4).to_dict()
    {'constant': -1.0986, 'late': 2.1972}
    """
    import pandas as pd
    from scipy.special import ndtr

    names = list(table(X, "X").columns)
    _checks.same_index(X, bad, "X and bad")
    x, flags = design(X, "X", names), outcome(bad)
    if len(x) != flags.size:
        raise ValueError(f"X and bad must have one row per customer; got {len(x)} and {flags.size}")
    penalty = _checks.number(ridge, "ridge", 0)
    counted: FloatArray = np.ones(flags.size)
    if weights is not None:
        counted = _checks.array(weights, "weights", 0, open_low=True, ndim=1)
        if counted.size != flags.size:
            raise ValueError(f"weights must be one per customer ({flags.size}); got {counted.size}")
    found = newton(x, flags, counted, penalty, names)
    error = np.sqrt(np.diag(found.covariance))
    z = found.coefficients / error
    rows = pd.DataFrame(
        {
            "coefficient": found.coefficients,
            "standard_error": error,
            "z": z,
            "p_value": 2 * ndtr(-np.abs(z)),
        },
        index=pd.Index(["constant", *names], name="feature"),
    )
    return LogitFit(
        rows, found.log_likelihood, found.gradient, found.steps, penalty, flags.size
    )  # fmt: skip


def design(features: Any, name: str, names: list[Any]) -> FloatArray:
    """Return the columns as a matrix of finite numbers, or raise."""
    table(features, name, names)
    columns = []
    for column in names:
        values = features[column]
        raw = values.astype(float) if values.dtype == bool else values
        columns.append(_checks.array(raw, f"{name} {column!r}"))
    return np.column_stack(columns)


def logistic(utility: FloatArray) -> FloatArray:
    """Return ``1 / (1 + exp(−u))`` without overflow."""
    small = np.exp(-np.abs(utility))
    result: FloatArray = np.where(utility >= 0, 1, small) / (1 + small)
    return result


def _varied(x: FloatArray, names: list[Any]) -> None:
    """Raise if a column is constant, so that its coefficient is not known."""
    flat = np.ptp(x, axis=0) <= 1e-12 * np.abs(x).max(axis=0)
    if flat.any():
        raise ValueError(
            "X must have features that vary; got the same value everywhere in "
            f"{names[int(flat.argmax())]!r}"
        )


def _independent(x: FloatArray, names: list[Any]) -> None:
    """Raise if a column is a sum of others, so that its coefficient is not known."""
    centred = x - x.mean(axis=0)
    corner = np.abs(np.diag(np.linalg.qr(centred / np.linalg.norm(centred, axis=0), mode="r")))
    made = corner < 1e-6
    if len(x) <= x.shape[1] or made.any():
        first = names[int(made.argmax())] if made.any() else names[-1]
        raise ValueError(
            f"X must have features that are not made of one another; got {first!r}, which the "
            "columns before it give: leave it out, or set ridge above 0"
        )


@dataclass(frozen=True)
class Newton:
    """Where Newton's steps ended."""

    coefficients: FloatArray
    covariance: FloatArray
    log_likelihood: float
    gradient: float
    steps: int


def newton(
    x: FloatArray, bad: FloatArray, weights: FloatArray, ridge: float, names: list[Any]
) -> Newton:
    """Climb the penalised log-likelihood; raise where it has no top."""
    _varied(x, names)
    if not ridge:
        _independent(x, names)
    total, size = weights.sum(), x.shape[1] + 1
    # On one scale and about their means the columns are alike for the steps and their end.
    middle = weights @ x / total
    spread = np.sqrt(weights @ (x - middle) ** 2 / total)
    full = np.column_stack([np.ones(len(x)), (x - middle) / spread])
    penalty = np.append(0.0, ridge / spread**2)
    rate = weights @ bad / total
    beta = np.zeros(size)
    beta[0] = np.log(rate / (1 - rate))
    height, slack = _height(full, bad, weights, beta, penalty), 1e-13 * total
    for step in range(1, _STEPS + 1):  # noqa: B007
        slope, curve = _bend(full, bad, weights, beta, penalty)
        inverse = _inverse(curve + np.diag(penalty))
        if inverse is None:
            _separated(full, beta, bad, names)
        move = inverse @ slope
        # A slope may be next to nothing far from the top that a weak ridge makes.
        near = not ridge or np.abs(full @ move).max() < 1e-6
        if near and np.abs(slope).max() / total < 1e-10:
            break
        part = 1.0
        while (higher := _height(full, bad, weights, beta + part * move, penalty)) < height - slack:
            part /= 2
            if part < 1e-8:
                break
        if part < 1e-8:
            break
        beta, height = beta + part * move, higher
    # At a top the next step is nothing; where there is none it goes on and on.
    if not np.abs(full @ move).max() < 0.01:
        if ridge:
            raise ValueError(f"ridge must be higher for the coefficients to settle; got {ridge:g}")
        _separated(full, beta, bad, names)
    chance = logistic(full @ beta)
    root = inverse @ full.T * np.sqrt(weights * chance * (1 - chance))
    covariance = root @ root.T if ridge else inverse
    plain = _height(full, bad, weights, beta, 0 * penalty)
    back = np.diag(np.append(1.0, 1 / spread))
    back[0, 1:] = -middle / spread
    top = float(np.abs(slope).max() / total)
    return Newton(back @ beta, back @ covariance @ back.T, plain, top, step)


def _bend(
    x: FloatArray, bad: FloatArray, weights: FloatArray, beta: FloatArray, penalty: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Slope of the penalised log-likelihood, and the information without the penalty."""
    chance = logistic(x @ beta)
    slope = x.T @ (weights * (bad - chance)) - penalty * beta
    return slope, (x.T * (weights * chance * (1 - chance))) @ x


def _inverse(matrix: FloatArray) -> FloatArray | None:
    """Invert an information; None where some direction is not known at all."""
    scale = np.diag(matrix) ** 0.5
    if not scale.all():
        return None
    even = matrix / np.outer(scale, scale)
    size = np.linalg.eigvalsh(even)
    return np.linalg.inv(even) / np.outer(scale, scale) if size[0] > 1e-14 * size[-1] else None


def _height(
    x: FloatArray, bad: FloatArray, weights: FloatArray, beta: FloatArray, penalty: FloatArray
) -> float:
    utility = x @ beta
    return float(weights @ (bad * utility - np.logaddexp(0, utility)) - penalty @ beta**2 / 2)


def _separated(x: FloatArray, beta: FloatArray, bad: FloatArray, names: list[Any]) -> NoReturn:
    """Tell which feature parts the good from the bad."""
    spread = np.abs(beta[1:]) * x[:, 1:].std(axis=0)
    raise ValueError(
        "X must not separate the bad from the good; got a coefficient of "
        f"{names[int(spread.argmax())]!r} that grows without end ({int(bad.sum())} bad of "
        f"{bad.size}): join its levels, leave it out, or set ridge above 0"
    )
