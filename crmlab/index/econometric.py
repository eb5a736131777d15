"""Econometric evaluation (计量经济学评价): overall satisfaction explained by its attributes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd


def _complete(
    data: Any, overall: str, attributes: Sequence[str] | None
) -> tuple[FloatArray, FloatArray, list[str]]:
    """Check the table and return y, X and the names of X."""
    _checks.columns(data, "data", [overall])
    names = (
        [column for column in data.columns if column != overall]
        if attributes is None
        else _checks.listed(attributes, "attributes", "columns")
    )
    if not names or overall in names or len(set(names)) < len(names):
        raise ValueError(
            f"attributes must be different columns other than {overall!r}; got {names}"
        )
    _checks.columns(data, "data", names)
    for name in (overall, *names):
        _checks.no_gaps(data[name], str(name))
    y = _checks.array(data[overall], overall, ndim=1)
    x = np.column_stack([_checks.array(data[name], str(name), ndim=1) for name in names])
    if len(y) < len(names) + 2:
        raise ValueError(f"data must have at least {len(names) + 2} rows; got {len(y)}")
    centred = x - x.mean(axis=0)
    spread = np.sqrt((centred**2).sum(axis=0))
    # The mean of equal values may differ from them by rounding.
    flat = np.ptp(x, axis=0) <= 1e-12 * np.abs(x).max(axis=0)
    if flat.any():
        raise ValueError(f"{names[int(flat.argmax())]} must vary; got one value")
    if np.linalg.cond(centred / spread) > 1e6:
        raise ValueError("attributes must not be sums of each other; got columns that are")
    return y, x, names


@dataclass(frozen=True, eq=False)
class SatisfactionRegression(Drawable):
    """A linear regression with its diagnostics, made by :func:`linear_regression`.

    Attributes
    ----------
    names : tuple of str
        The attributes.
    intercept : float
    coefficients, standard_errors, t, p : ndarray of shape (n,)
        Of the attributes. p is two-sided. t is infinite where nothing is left unexplained.
    standardised : ndarray of shape (n,)
        Coefficients in standard deviations.
    low, high : ndarray of shape (n,)
        95 % intervals of the coefficients.
    vif : ndarray of shape (n,)
        Variance inflation: 1 if an attribute is unrelated to the others; above 5 or 10 its
        coefficient is hard to tell from theirs.
    r2, adjusted_r2 : float
    residual_sd : float
        Standard deviation of the residuals.
    rows : int

    Examples
    --------
    >>> import pandas as pd
    >>> survey = pd.DataFrame({"overall": [3, 5, 4, 8, 7, 9], "taste": [2, 5, 3, 8, 6, 9],
    ...                        "speed": [4, 4, 7, 5, 9, 6]})
    >>> found = linear_regression(survey, "overall")
    >>> found
    SatisfactionRegression(2 attributes, 6 rows, R² 0.995, largest VIF 1.03)
    >>> found.to_frame().iloc[0].round(2)
    coefficient        0.83
    standard_error     0.04
    t                 22.66
    p                  0.00
    standardised       0.96
    low                0.72
    high               0.95
    vif                1.03
    Name: taste, dtype: float64
    """

    _picture = "satisfaction_coefficients"

    names: tuple[str, ...]
    intercept: float
    coefficients: FloatArray
    standard_errors: FloatArray
    t: FloatArray
    p: FloatArray
    standardised: FloatArray
    low: FloatArray
    high: FloatArray
    vif: FloatArray
    r2: float
    adjusted_r2: float
    residual_sd: float
    rows: int

    def to_frame(self) -> "pd.DataFrame":
        """One row per attribute.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        return pd.DataFrame(
            {
                "coefficient": self.coefficients,
                "standard_error": self.standard_errors,
                "t": self.t,
                "p": self.p,
                "standardised": self.standardised,
                "low": self.low,
                "high": self.high,
                "vif": self.vif,
            },
            pd.Index(self.names, name="attribute"),
        )

    def __repr__(self) -> str:
        return (
            f"SatisfactionRegression({len(self.names)} attributes, {self.rows} rows, "
            f"R² {self.r2:.3f}, largest VIF {self.vif.max():.2f})"
        )


def linear_regression(
    data: "pd.DataFrame", overall: str, attributes: Sequence[str] | None = None
) -> SatisfactionRegression:
    """Regress overall satisfaction on attribute scores, with diagnostics (线性回归评价).

    Parameters
    ----------
    data : DataFrame
        One row per respondent, without gaps.
    overall : str
        Column of the overall score.
    attributes : sequence of str, optional
        Columns that explain it; by default all others.

    Returns
    -------
    SatisfactionRegression

    Raises
    ------
    ValueError, TypeError
        If a column is missing, has gaps or no numbers, an attribute never varies or is a sum of
        the others, the overall score never varies, or there are too few rows.

    Notes
    -----
    Ordinary least squares. It takes the steps of the scale as equally long; :func:`ordered_logit`
    does not.

    Examples
    --------
    >>> import pandas as pd
    >>> survey = pd.DataFrame({"overall": [3, 5, 4, 8, 7, 9], "taste": [2, 5, 3, 8, 6, 9],
    ...                        "speed": [4, 4, 7, 5, 9, 6]})
    >>> linear_regression(survey, "overall")
    SatisfactionRegression(2 attributes, 6 rows, R² 0.995, largest VIF 1.03)
    """
    from scipy.stats import t as student

    y, x, names = _complete(data, overall, attributes)
    if np.ptp(y) == 0:
        raise ValueError(f"{overall} must vary; got one value")
    n, k = x.shape
    middle = x.mean(axis=0)
    inverse = np.linalg.inv((x - middle).T @ (x - middle))
    slopes = inverse @ (x - middle).T @ (y - y.mean())
    intercept = float(y.mean() - middle @ slopes)
    residual = y - intercept - x @ slopes
    free = n - k - 1
    variance = float(residual @ residual) / free
    r2 = 1 - float(residual @ residual) / float(((y - y.mean()) ** 2).sum())
    error = np.sqrt(variance * np.diag(inverse))
    endless = np.where(slopes == 0, 0.0, np.copysign(np.inf, slopes))
    ratio = np.divide(slopes, error, out=endless, where=error > 0)
    reach = student.ppf(0.975, free) * error
    return SatisfactionRegression(
        tuple(names), intercept, slopes, error, ratio, 2 * student.sf(np.abs(ratio), free),
        slopes * x.std(axis=0) / y.std(), slopes - reach, slopes + reach,
        np.diag(inverse) * ((x - middle) ** 2).sum(axis=0),
        r2, 1 - (1 - r2) * (n - 1) / free, variance**0.5, n,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class OrderedLogit(Drawable):
    """An ordered logit, made by :func:`ordered_logit`.

    Attributes
    ----------
    names : tuple of str
        The attributes.
    categories : tuple of float
        Answers to the overall question that occur, lowest first.
    coefficients, standard_errors, z, p : ndarray of shape (n,)
        Of the attributes, in log odds per point. p is two-sided.
    thresholds, threshold_errors : ndarray of shape (categories − 1,)
        Where one answer gives way to the next, and the standard errors.
    log_likelihood, null_log_likelihood : float
        With the attributes and without.
    gradient : float
        Largest slope of the log-likelihood at the estimate: how exactly it is a maximum.
    rows : int

    Examples
    --------
    >>> import pandas as pd
    >>> survey = pd.DataFrame({"overall": [1, 1, 2, 2, 3, 3, 2, 1], "taste": [1, 2, 2, 4, 5, 3,
    ...                        3, 3]})
    >>> found = ordered_logit(survey, "overall")
    >>> found
    OrderedLogit(1 attributes, 3 answers, 8 rows, log-likelihood -6.38)
    >>> found.to_frame().round(2)
               coefficient  standard_error     z     p  odds_ratio
    attribute
    taste             1.49            0.83  1.79  0.07        4.43
    >>> found.chances(pd.DataFrame({"taste": [1, 5]})).round(2)
        1.0   2.0   3.0
    0  0.88  0.11  0.01
    1  0.02  0.17  0.82
    """

    _picture = "answer_chances"

    names: tuple[str, ...]
    categories: tuple[float, ...]
    coefficients: FloatArray
    standard_errors: FloatArray
    z: FloatArray
    p: FloatArray
    thresholds: FloatArray
    threshold_errors: FloatArray
    log_likelihood: float
    null_log_likelihood: float
    gradient: float
    rows: int

    @property
    def pseudo_r2(self) -> float:
        """McFadden's: 1 − log-likelihood / log-likelihood without the attributes."""
        return 1 - self.log_likelihood / self.null_log_likelihood

    @property
    def odds_ratios(self) -> FloatArray:
        """By what the odds of a higher answer are multiplied per point of each attribute."""
        return np.exp(self.coefficients)

    def chances(self, attributes: Any) -> "pd.DataFrame":
        """Chance of every answer at given attribute scores.

        Parameters
        ----------
        attributes : DataFrame, mapping or array of shape (rows, n)
            Scores, in the order of `names` where they have no names.

        Returns
        -------
        DataFrame
            One row per row of scores, one column per answer.

        Raises
        ------
        ValueError, TypeError
            If a column is missing or holds no numbers.
        """
        import pandas as pd

        if isinstance(attributes, dict):
            attributes = pd.DataFrame(attributes)
        if isinstance(attributes, pd.DataFrame):
            _checks.columns(attributes, "attributes", self.names)
            attributes = attributes[list(self.names)]
        x = _checks.array(attributes, "attributes", ndim=2)
        if x.shape[1] != len(self.names):
            raise ValueError(f"attributes must have {len(self.names)} columns; got {x.shape[1]}")
        below = _logistic(self.thresholds - (x @ self.coefficients)[:, None])
        edges = np.column_stack([np.zeros(len(x)), below, np.ones(len(x))])
        return pd.DataFrame(np.diff(edges, axis=1), columns=list(self.categories))

    def to_frame(self) -> "pd.DataFrame":
        """One row per attribute.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        return pd.DataFrame(
            {
                "coefficient": self.coefficients,
                "standard_error": self.standard_errors,
                "z": self.z,
                "p": self.p,
                "odds_ratio": self.odds_ratios,
            },
            pd.Index(self.names, name="attribute"),
        )

    def __repr__(self) -> str:
        return (
            f"OrderedLogit({len(self.names)} attributes, {len(self.categories)} answers, "
            f"{self.rows} rows, log-likelihood {self.log_likelihood:.2f})"
        )


def ordered_logit(
    data: "pd.DataFrame", overall: str, attributes: Sequence[str] | None = None
) -> OrderedLogit:
    """Explain an ordered answer by attribute scores, by maximum likelihood (有序 Logit 回归).

    ``P(answer ≤ k) = 1 / (1 + exp(−(θₖ − x β)))``: the thresholds θ rise with the answer, and a
    higher xβ moves all answers up. No distance between answers is assumed.

    Parameters
    ----------
    data, overall, attributes
        As in :func:`linear_regression`; every different value of `overall` is an answer.

    Returns
    -------
    OrderedLogit

    Raises
    ------
    ValueError, TypeError
        As :func:`linear_regression`, or if the attributes predict the answers perfectly, so that
        the likelihood has no maximum.

    Notes
    -----
    McCullagh (1980). The log-likelihood is concave in β and θ, so Newton's steps with the exact
    gradient and Hessian reach the one maximum; standard errors come from that Hessian.

    Examples
    --------
    >>> import pandas as pd
    >>> survey = pd.DataFrame({"overall": [1, 1, 2, 2, 3, 3, 2, 1], "taste": [1, 2, 2, 4, 5, 3,
    ...                        3, 3]})
    >>> ordered_logit(survey, "overall")
    OrderedLogit(1 attributes, 3 answers, 8 rows, log-likelihood -6.38)
    """
    from scipy.stats import norm

    y, x, names = _complete(data, overall, attributes)
    categories, place = np.unique(y, return_inverse=True)
    if len(categories) < 2:
        raise ValueError(f"{overall} must vary; got one value")
    middle, spread = x.mean(axis=0), x.std(axis=0)
    shares = np.bincount(place) / len(y)
    null = float(len(y) * (shares @ np.log(shares)))
    start = np.log(shares.cumsum()[:-1] / (1 - shares.cumsum()[:-1]))
    k = len(names)
    found = np.concatenate([np.zeros(k), start])
    design = (x - middle) / spread
    found, value, slope, bend = _highest(found, design, place)
    covariance = _inverse(-bend)
    # At a maximum Newton's next step is nothing; where there is none it goes on and on.
    onward = np.abs(design @ (covariance @ slope)[:k]).max()
    if not onward < 0.01:
        raise ValueError(
            "attributes must leave some doubt about the answers; got columns that predict them "
            "perfectly, so the likelihood has no maximum"
        )
    # Back from standardised to given attributes: θ = θ* + Σ β mean.
    turn = np.eye(len(found))
    turn[:k, :k] = np.diag(1 / spread)
    turn[k:, :k] = middle / spread
    estimate = turn @ found
    error = np.sqrt(np.diag(turn @ covariance @ turn.T))
    z = estimate[:k] / error[:k]
    return OrderedLogit(
        tuple(names), tuple(categories.tolist()), estimate[:k], error[:k], z,
        2 * norm.sf(np.abs(z)), estimate[k:], error[k:], value, null,
        float(np.abs(slope).max()), len(y),
    )  # fmt: skip


def _highest(
    found: FloatArray, x: FloatArray, place: Any
) -> tuple[FloatArray, float, FloatArray, FloatArray]:
    """Climb the likelihood by Newton's steps: where they end, its height, slope and curve there."""
    value, slope, bend = _ordered_likelihood(found, x, place)
    for _step in range(100):
        try:
            step = np.linalg.solve(bend, -slope)
        except np.linalg.LinAlgError:
            break
        size = 1.0
        while (trial := _ordered_likelihood(found + size * step, x, place))[0] < value:
            size /= 2
            if size < 1e-8:
                return found, value, slope, bend
        found = found + size * step
        value, slope, bend = trial
        if np.abs(slope).max() < 1e-9 * len(x):
            break
    return found, value, slope, bend


def _inverse(information: FloatArray) -> FloatArray:
    """Invert an information matrix; NaN where some direction is not known at all."""
    size = np.linalg.eigvalsh(information)
    if size[0] <= 1e-14 * size[-1]:
        return np.full_like(information, np.nan)
    return np.linalg.inv(information)


def _logistic(value: FloatArray) -> FloatArray:
    """1 / (1 + exp(−value)), without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * value))


def _ordered_likelihood(
    parameters: FloatArray, x: FloatArray, place: Any
) -> tuple[float, FloatArray, FloatArray]:
    """Log-likelihood of an ordered logit with its gradient and Hessian, in (β, θ)."""
    k = x.shape[1]
    slopes, thresholds = parameters[:k], parameters[k:]
    if np.any(np.diff(thresholds) <= 0):
        return -np.inf, parameters, np.eye(len(parameters))
    linear = x @ slopes
    ends = np.concatenate([[-np.inf], thresholds, [np.inf]])
    upper, lower = ends[place + 1] - linear, ends[place] - linear
    above, below = _logistic(upper), _logistic(lower)
    chance = above - below
    if np.any(chance <= 0):
        return -np.inf, parameters, np.eye(len(parameters))
    high, low = above * (1 - above), below * (1 - below)
    # One row per respondent: how the two edges move with (β, θ).
    units = np.vstack(
        [np.zeros(len(thresholds)), np.eye(len(thresholds)), np.zeros(len(thresholds))]
    )
    up, down = np.hstack([-x, units[place + 1]]), np.hstack([-x, units[place]])
    score = (up * high[:, None] - down * low[:, None]) / chance[:, None]
    curved = (
        (up * (high * (1 - 2 * above) / chance)[:, None]).T @ up
        - (down * (low * (1 - 2 * below) / chance)[:, None]).T @ down
        - score.T @ score
    )
    return float(np.log(chance).sum()), score.sum(axis=0), curved
