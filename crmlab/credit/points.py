"""From weights of evidence to points: the scale, and which features stay (评分刻度)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._text import _
from crmlab.credit.logit import Newton, newton

if TYPE_CHECKING:
    import pandas as pd


def points_scale(base_score: float, base_odds: float, pdo: float) -> tuple[float, float]:
    """Factor and offset that turn log odds into points (评分刻度).

    ``score = offset + factor · ln(odds of good)`` with ``factor = pdo / ln 2`` and ``offset =
    base_score − factor · ln(base_odds)``.

    Parameters
    ----------
    base_score : float
        Points of a customer whose odds to be good are `base_odds`.
    base_odds : float
        Good customers per bad one, above 0.
    pdo : float
        Points to double the odds, above 0.

    Returns
    -------
    tuple of float
        Factor and offset, in points.

    Raises
    ------
    ValueError, TypeError
        If a value is no number, or odds or pdo are not above 0.

    Examples
    --------
    >>> factor, offset = points_scale(600, 50, 20)
    >>> round(factor, 4), round(offset, 4)
    (28.8539, 487.1229)
    """
    base = _checks.number(base_score, "base_score")
    odds = _checks.number(base_odds, "base_odds", 0, open_low=True)
    factor = _checks.number(pdo, "pdo", 0, open_low=True) / np.log(2)
    return float(factor), float(base - factor * np.log(odds))


def choose(
    evidence: Mapping[Any, FloatArray],
    flat: Sequence[Any],
    iv: "pd.Series",
    bad: FloatArray,
    weights: FloatArray,
    settings: tuple[float, str, float],
) -> tuple[list[Any], "pd.DataFrame", Newton]:
    """Return the features that stay, those left out with the reason, and the regression.

    Features that are `flat`, with too low an information value, go first; then, one at a time,
    the feature whose coefficient has most clearly the wrong sign.
    """
    import pandas as pd

    least, signs, ridge = settings
    dropped = {name: (_("information value too low"), float(iv[name])) for name in flat}
    used = [name for name in evidence if name not in dropped]
    while True:
        if not used:
            raise ValueError(
                f"X must hold a feature with an information value of at least {least:g} and a "
                f"coefficient above 0; got at most {iv.iloc[0]:.4f}, of {iv.index[0]!r}"
            )
        x = np.column_stack([evidence[name] for name in used])
        fit = newton(x, bad, weights, ridge, used)
        z = fit.coefficients[1:] / np.sqrt(np.diag(fit.covariance))[1:]
        worst = int(z.argmin())
        if signs == "keep" or z[worst] > 0:
            break
        reason = _("coefficient with the wrong sign")
        dropped[used.pop(worst)] = (reason, float(fit.coefficients[1:][worst]))
    left = pd.DataFrame.from_dict(dropped, orient="index", columns=["reason", "figure"])
    return used, left.rename_axis("feature"), fit
