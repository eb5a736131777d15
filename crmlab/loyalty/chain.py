"""The service–profit chain (服务利润链): simulated with elasticities, and estimated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._statistics import student

if TYPE_CHECKING:
    import pandas as pd

FloatArray = _checks.FloatArray


@dataclass(frozen=True, eq=False)
class ServiceChain(Drawable):
    """A change at the head of the chain on its way to profit, made by :func:`service_chain`.

    Attributes
    ----------
    links : tuple of str
        The links after the first, in their order.
    start : str
        Name of the first link.
    change : float
        Change of the first link, as a fraction.
    elasticities : ndarray of shape (k,)
        Of each link on the one before.
    final : ndarray of shape (k,)
        Change of each link in the long run.
    path : ndarray of shape (periods + 1, k + 1)
        Change of every link, the first included, from period 0.

    Examples
    --------
    >>> found = service_chain(0.10, {"service_value": 0.5, "satisfaction": 0.8, "profit": 2.0})
    >>> found
    ServiceChain(+10.0% employee_satisfaction → +7.9% profit)
    >>> found.to_frame().round(2)
                   elasticity  on_first  change
    link
    service_value         0.5       0.5    0.05
    satisfaction          0.8       0.4    0.04
    profit                2.0       0.8    0.08
    """

    _picture = "service_chain"

    links: tuple[str, ...]
    start: str
    change: float
    elasticities: FloatArray
    final: FloatArray
    path: FloatArray

    def to_frame(self) -> "pd.DataFrame":
        """One row per link: elasticity, elasticity on the first link, change in the long run.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        return pd.DataFrame(
            {
                "elasticity": self.elasticities,
                "on_first": self.elasticities.cumprod(),
                "change": self.final,
            },
            index=pd.Index(self.links, name="link"),
        )

    def __repr__(self) -> str:
        return (
            f"ServiceChain({self.change:+.1%} {self.start} → {self.final[-1]:+.1%} "
            f"{self.links[-1]})"
        )


def service_chain(
    change: float,
    elasticities: Mapping[str, float],
    *,
    start: str = "employee_satisfaction",
    speed: float = 0.5,
    periods: int = 8,
) -> ServiceChain:
    """Simulate a change that runs through the service–profit chain (服务利润链).

    A link with elasticity e moves by e per cent when the link before it moves by one:
    ``x' / x = (y' / y)^e``. Links take time: in each period a link closes the share `speed` of
    the distance to where the link before it has just pulled it.

    Parameters
    ----------
    change : float
        Change of the first link, as a fraction above −1: 0.1 for ten per cent more.
    elasticities : mapping of str to float
        Links after the first, in their order, with the elasticity on the one before.
    start : str
        Name of the first link.
    speed : float
        Above 0, at most 1.
    periods : int
        Periods to follow, at least 1.

    Returns
    -------
    ServiceChain

    Raises
    ------
    ValueError, TypeError
        If there is no link or a number is outside its bounds.

    Notes
    -----
    Heskett, Jones, Loveman, Sasser and Schlesinger (1994) tell the chain; elasticities and speed
    are this book's way to put numbers to it.

    Examples
    --------
    >>> service_chain(0.10, {"service_value": 0.5, "satisfaction": 0.8, "profit": 2.0})
    ServiceChain(+10.0% employee_satisfaction → +7.9% profit)
    """
    if not isinstance(elasticities, Mapping) or not elasticities:
        raise TypeError(f"elasticities must map links to numbers; got {elasticities!r}")
    names = tuple(str(name) for name in elasticities)
    values = np.array(
        [_checks.number(e, f"elasticities[{name!r}]") for name, e in elasticities.items()]
    )
    first = np.log1p(_checks.number(change, "change", -1, open_low=True))
    share = _checks.number(speed, "speed", 0, 1, open_low=True)
    n = _checks.count(periods, "periods")
    if not isinstance(start, str):
        raise TypeError(f"start must be a text; got {start!r}")
    moved = np.zeros((n + 1, values.size + 1))
    moved[:, 0] = first
    for t in range(1, n + 1):
        for k, elasticity in enumerate(values, start=1):
            target = elasticity * moved[t - 1, k - 1]
            moved[t, k] = moved[t - 1, k] + share * (target - moved[t - 1, k])
    final = np.expm1(first * values.cumprod())
    return ServiceChain(names, start, float(change), values, final, np.expm1(moved))


@dataclass(frozen=True, eq=False)
class ChainEstimate(Drawable):
    """Links of the service–profit chain estimated from data, made by :func:`estimate_chain`.

    Attributes
    ----------
    table : DataFrame
        One row per link: `source`, `elasticity`, `standard_error`, the ends of the interval, and
        R² of the regression.
    total, total_low, total_high : float
        Elasticity of the last link on the first, the product of all, and its interval.
    rows, clusters : int
        Rows used, and units that were drawn independently.

    Examples
    --------
    >>> import pandas as pd
    >>> x = np.array([4.0, 5, 6, 7, 8])
    >>> table = pd.DataFrame({"staff_mood": x, "service": x**0.5, "profit": 3 * x})
    >>> found = estimate_chain(table, ["staff_mood", "service", "profit"])
    >>> found
    ChainEstimate(2 links; profit on staff_mood: 1.00, 1.00 to 1.00)
    >>> found.to_frame().round(2)
                 source  elasticity  standard_error  low  high   r2
    link
    service  staff_mood         0.5             0.0  0.5   0.5  1.0
    profit      service         2.0             0.0  2.0   2.0  1.0
    """

    _picture = "chain_estimate"

    table: "pd.DataFrame"
    total: float
    total_low: float
    total_high: float
    rows: int
    clusters: int

    @property
    def elasticities(self) -> dict[str, float]:
        """Elasticity of each link, in the form that :func:`service_chain` takes."""
        return {str(k): float(v) for k, v in self.table["elasticity"].items()}

    def to_frame(self) -> "pd.DataFrame":
        """One row per link.

        Returns
        -------
        DataFrame
        """
        return self.table.copy()

    def __repr__(self) -> str:
        return (
            f"ChainEstimate({len(self.table)} links; {self.table.index[-1]} on "
            f"{self.table['source'].iloc[0]}: {self.total:.2f}, {self.total_low:.2f} to "
            f"{self.total_high:.2f})"
        )


def estimate_chain(
    data: "pd.DataFrame",
    chain: Sequence[str],
    *,
    cluster: str | None = None,
    controls: Mapping[str, Sequence[str]] | None = None,
    level: float = 0.95,
) -> ChainEstimate:
    """Estimate the links of the chain (估计各环节的弹性): logarithm on logarithm, link by link.

    Parameters
    ----------
    data : DataFrame
        One row per branch (and period); columns of the chain and the controls above 0.
    chain : list of str
        Columns from the head of the chain to its end, at least two.
    cluster : str, optional
        Column that tells which rows belong to one unit, such as the branch. Their errors may go
        together; standard errors allow for it. Without it every row is a unit.
    controls : mapping of str to list of str, optional
        Further columns, in logarithms, in the regression of a link: ``{"profit": ["staff"]}``.
    level : float
        Level of the intervals (Student's t with as many degrees as units less one).

    Returns
    -------
    ChainEstimate

    Raises
    ------
    ValueError, TypeError
        If a column is missing, not above 0, or does not vary, or there are fewer than three
        units, or a control belongs to no link.

    Notes
    -----
    Least squares with standard errors clustered by unit (CR1: n − 1 over n − k, units over units
    − 1). The interval of the product treats the links as independent (delta method). A link is an
    association: what moves two neighbours at once is counted as the link between them.

    Examples
    --------
    >>> import pandas as pd
    >>> x = np.array([4.0, 5, 6, 7, 8])
    >>> table = pd.DataFrame({"staff_mood": x, "service": x**0.5, "profit": 3 * x})
    >>> estimate_chain(table, ["staff_mood", "service", "profit"]).elasticities
    {'service': 0.5, 'profit': 2.0}
    """
    import pandas as pd

    names = _chain_columns(chain)
    extra = _controls(controls, names[1:])
    wanted = [*names, *(c for more in extra.values() for c in more)]
    _checks.columns(data, "data", wanted + ([] if cluster is None else [cluster]))
    logs = {name: np.log(_checks.array(data[name], name, 0, open_low=True)) for name in wanted}
    if cluster is None:
        units = np.arange(len(data))
    else:
        _checks.no_gaps(data[cluster], cluster)
        units = pd.factorize(data[cluster])[0]
    groups = int(units.max()) + 1
    if groups < 3:
        raise ValueError(f"data must hold at least three units; got {groups}")
    for name in wanted:
        if np.ptp(logs[name]) < 1e-12:
            raise ValueError(f"{name} must vary; got the same value in every row")
    z, rows = student(level, groups - 1), {}
    for source, target in pairwise(names):
        x = np.column_stack([np.ones(len(data)), logs[source], *(logs[c] for c in extra[target])])
        slope, error, r2 = _clustered(x, logs[target], units, groups)
        rows[target] = {
            "source": source,
            "elasticity": round(slope, 12),
            "standard_error": error,
            "low": slope - z * error,
            "high": slope + z * error,
            "r2": r2,
        }
    found = pd.DataFrame.from_dict(rows, orient="index").rename_axis("link")
    slopes = found["elasticity"].to_numpy(float)
    errors = found["standard_error"].to_numpy(float)
    total = float(slopes.prod())
    others = np.array([np.delete(slopes, k).prod() for k in range(slopes.size)])
    half = z * float(np.sqrt(((others * errors) ** 2).sum()))
    return ChainEstimate(found, total, total - half, total + half, len(data), groups)


def _chain_columns(chain: Any) -> list[str]:
    names = _checks.listed(chain, "chain", "columns")
    if len(names) < 2 or len(set(names)) < len(names):
        raise ValueError(f"chain must name at least two columns, each once; got {names}")
    return names


def _controls(controls: Any, targets: list[str]) -> dict[str, list[str]]:
    given = {} if controls is None else controls
    if not isinstance(given, Mapping):
        raise TypeError(f"controls must map links to lists of columns; got {given!r}")
    for name, columns in given.items():
        _checks.choice(name, "link in controls", targets)
        _checks.listed(columns, f"controls[{name!r}]", "columns")
    return {target: list(given.get(target, ())) for target in targets}


def _clustered(x: FloatArray, y: FloatArray, units: Any, groups: int) -> tuple[float, float, float]:
    """Slope of the second column, its clustered standard error, and R²."""
    n, k = x.shape
    inverse = np.linalg.pinv(x.T @ x)
    coefficients = inverse @ x.T @ y
    left = y - x @ coefficients
    scores = np.zeros((groups, k))
    np.add.at(scores, units, x * left[:, None])
    factor = (n - 1) / max(n - k, 1) * groups / (groups - 1)
    covariance = factor * inverse @ scores.T @ scores @ inverse
    r2 = 1 - float(left @ left) / float(((y - y.mean()) ** 2).sum())
    return float(coefficients[1]), float(np.sqrt(covariance[1, 1])), r2
