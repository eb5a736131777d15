"""Credit limits: by rating, by capacity, by expected loss; the smallest binds; the whole book."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._result import Drawable
from crmlab.credit._scale import by_grade

if TYPE_CHECKING:
    import pandas as pd

#: Names of the candidates that are not named after a column.
RATING, LOSS, NEED = "rating", "expected loss", "need"
CUTS = ("proportional", "riskiest")


@dataclass(frozen=True, eq=False)
class CreditLimits(Drawable):
    """Limits of customers and what binds them, made by :func:`credit_limits`.

    Attributes
    ----------
    customers : DataFrame
        One row per customer: grade, limit, binding (name of the smallest candidate), unknown
        (candidates that could not be computed), loss_chance, expected_loss (at full use).
    candidates : DataFrame
        One row per customer, one column per candidate, missing where not known.
    table : DataFrame
        One row per candidate: binds (customers), limit (sum of those limits), unknown.
    loss_rate : float
        As given.
    step : float
        As given.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"grade": ["A", "B"], "net_worth": [50_000, 8_000]}, list("xy"))
    >>> limits = credit_limits(customers, {"A": 5000, "B": 2000}, {"A": 0.01, "B": 0.05},
    ...                        capacity={"net_worth": 0.1}, loss_budget=60)
    >>> limits
    CreditLimits(2 limits, 5,800 in all; bound by rating 1, net_worth 1)
    >>> limits.to_frame()
      grade   limit    binding  unknown  loss_chance  expected_loss
    x     A  5000.0     rating        0         0.01           50.0
    y     B   800.0  net_worth        0         0.05           40.0
    """

    _picture = "credit_limits"

    customers: "pd.DataFrame"
    candidates: "pd.DataFrame"
    table: "pd.DataFrame"
    loss_rate: float
    step: float

    @property
    def total(self) -> float:
        """Sum of all limits."""
        return float(self.customers["limit"].sum())

    def to_frame(self) -> "pd.DataFrame":
        """Return the customers with limit and reason.

        Returns
        -------
        DataFrame
        """
        return self.customers

    def __repr__(self) -> str:
        words = ", ".join(f"{name} {n}" for name, n in self.table["binds"].items() if n)
        return (
            f"CreditLimits({len(self.customers)} limits, {self.total:,.0f} in all; "
            f"bound by {words})"
        )


def credit_limits(
    customers: Any,
    by_rating: Mapping[str, float],
    default_probability: Mapping[str, float],
    *,
    capacity: Mapping[str, float] | None = None,
    loss_budget: float | None = None,
    loss_given_default: float = 1.0,
    need: str | None = None,
    unknown: str = "skip",
    step: float = 1.0,
    grade: str = "grade",
) -> CreditLimits:
    """Set credit limits by rating and by capacity; the smallest binds (信用额度).

    ``limit = min(rating, share × capacity, …, budget / (chance × loss rate), need)``, rounded down
    to `step`.

    Parameters
    ----------
    customers : DataFrame
        One row per customer: the column `grade` and those of `capacity` and `need`.
    by_rating : mapping from grade to amount
        Highest limit of each grade, 0 for those that pay in advance.
    default_probability : mapping from grade to probability
        Chance of default in the period.
    capacity : mapping from column to share, optional
        Share of a figure of the customer that may be owed to us, above 0: of its net worth, its
        cash flow, its purchases in a month. A figure below 0 gives a limit of 0.
    loss_budget : float, optional
        Highest expected loss per customer and period, in money, at least 0.
    loss_given_default : float
        Share of the debt that is lost in a default, 0 to 1.
    need : str, optional
        Column with what the customer needs; a limit above it is only a risk.
    unknown : {"skip", "zero"}
        A missing figure is left out of the minimum, or gives a limit of 0.
    step : float
        Limits are whole multiples of it, above 0.
    grade : str
        Name of the column.

    Returns
    -------
    CreditLimits
        With ``.customers``, ``.candidates``, ``.table``, ``.total`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a column or a grade is missing, or a number is outside its bounds.

    Notes
    -----
    Where candidates are equal the first of the list is named: rating, capacity, expected loss,
    need.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"grade": ["A", "B"], "net_worth": [50_000, 8_000]}, list("xy"))
    >>> limits = credit_limits(customers, {"A": 5000, "B": 2000}, {"A": 0.01, "B": 0.05},
    ...                        capacity={"net_worth": 0.1}, loss_budget=60)
    >>> limits.customers[["limit", "binding", "expected_loss"]]
        limit    binding  expected_loss
    x  5000.0     rating           50.0
    y   800.0  net_worth           40.0
    """
    import pandas as pd

    shares = {} if capacity is None else _checks.mapped(capacity, "capacity", "columns to shares")
    wanted = [grade, *shares, *([] if need is None else [need])]
    _checks.columns(customers, "customers", wanted)
    if not customers.index.is_unique:
        raise ValueError("customers must have one row each; got a name twice in the index")
    _checks.no_gaps(customers[grade], grade)
    _checks.choice(unknown, "unknown", ("skip", "zero"))
    unit = _checks.number(step, "step", 0, open_low=True)
    lost = _checks.number(loss_given_default, "loss_given_default", 0, 1)
    chance = _of_grade(customers[grade], default_probability, "default_probability", 1)
    found: dict[str, FloatArray] = {RATING: _of_grade(customers[grade], by_rating, "by_rating")}
    for name, share in shares.items():
        figure = _checks.array(customers[name], name, ndim=1, allow_missing=True)
        part = _checks.number(share, f"share of {name}", 0, open_low=True)
        found[name] = part * np.maximum(figure, 0)
    if loss_budget is not None:
        budget = _checks.number(loss_budget, "loss_budget", 0)
        risk = chance * lost
        out = np.full(len(customers), np.inf)
        found[LOSS] = np.divide(budget, risk, out=out, where=risk > 0)
    if need is not None:
        found[NEED] = _checks.array(customers[need], need, 0, ndim=1, allow_missing=True)
    candidates = pd.DataFrame(found, customers.index)
    limit, binding = _smallest(candidates, unknown)
    limit = np.floor(limit / unit + 1e-9) * unit
    missing = candidates.isna()
    people = pd.DataFrame(
        {"grade": customers[grade], "limit": limit, "binding": binding,
         "unknown": missing.sum(axis=1), "loss_chance": chance,
         "expected_loss": limit * chance * lost}
    )  # fmt: skip
    by = people.groupby("binding")["limit"]
    table = pd.DataFrame({"binds": by.size(), "limit": by.sum()}).reindex(list(found), fill_value=0)
    table["unknown"] = missing.sum()
    return CreditLimits(people, candidates, table.rename_axis("candidate"), lost, unit)


def _of_grade(grades: Any, value: Any, name: str, high: float = np.inf) -> FloatArray:
    table = by_grade(value, name, grades, 0, high)
    return np.array([table[grade] for grade in grades], dtype=float)


def _smallest(candidates: Any, unknown: str) -> tuple[FloatArray, Any]:
    """Smallest candidate of each customer and its name."""
    value = candidates.to_numpy(float)
    value = np.where(np.isnan(value), np.inf if unknown == "skip" else 0.0, value)
    place = value.argmin(axis=1)
    return value[np.arange(len(value)), place], np.array(list(candidates.columns))[place]


@dataclass(frozen=True, eq=False)
class LimitBook(Drawable):
    """All limits together against a budget of losses, made by :func:`limit_book`.

    Attributes
    ----------
    customers : DataFrame
        One row per customer, the largest limit first: limit, loss_chance, expected_loss, share
        (of all limits), granted (after the cut) and granted_loss (its expected loss).
    losses : ndarray of shape (draws,)
        Simulated losses of the period with the limits as given, fully used.
    granted_losses : ndarray of shape (draws,)
        The same with the limits after the cut.
    budget : float
        What the losses of a period may cost at `level`.
    level : float
        Share of the simulated periods in which the loss must stay within the budget.
    correlation : float
        As given.
    cut : str
        As given.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"grade": ["A"] * 50 + ["B"] * 50})
    >>> limits = credit_limits(customers, {"A": 100, "B": 50}, {"A": 0.01, "B": 0.05})
    >>> book = limit_book(limits, budget=400, cut="riskiest")
    >>> book
    LimitBook(100 limits: expected loss 175, 450 at 99 %, budget 400)
    >>> book.to_frame().round(2)
             limits  customers  expected  at_level  largest_ten
    limits
    given    7500.0        100     175.0     450.0         0.13
    granted  6950.0         89     147.5     400.0         0.14
    """

    _picture = "limit_book"

    customers: "pd.DataFrame"
    losses: FloatArray
    granted_losses: FloatArray
    budget: float
    level: float
    correlation: float
    cut: str

    @property
    def expected(self) -> float:
        """Expected loss of the limits as given."""
        return float(self.customers["expected_loss"].sum())

    @property
    def quantile(self) -> float:
        """Loss of the limits as given that is not passed in `level` of the periods."""
        return float(np.quantile(self.losses, self.level))

    def to_frame(self) -> "pd.DataFrame":
        """Limits, expected loss and loss at the level, as given and as granted.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        people = self.customers
        return pd.DataFrame(
            {
                "limits": [people["limit"].sum(), people["granted"].sum()],
                "customers": [int((people[c] > 0).sum()) for c in ("limit", "granted")],
                "expected": [self.expected, people["granted_loss"].sum()],
                "at_level": [self.quantile, float(np.quantile(self.granted_losses, self.level))],
                "largest_ten": [_top(people[c]) for c in ("limit", "granted")],
            },
            index=pd.Index(["given", "granted"], name="limits"),
        )

    def __repr__(self) -> str:
        return (
            f"LimitBook({len(self.customers)} limits: expected loss {self.expected:,.0f}, "
            f"{self.quantile:,.0f} at {100 * self.level:g} %, budget {self.budget:,.0f})"
        )


def _top(limits: Any, k: int = 10) -> float:
    """Share of the k largest."""
    total = float(limits.sum())
    return float(limits.nlargest(k).sum()) / total if total else 0.0


def limit_book(
    limits: CreditLimits,
    budget: float,
    *,
    correlation: float = 0.0,
    level: float = 0.99,
    cut: str = "proportional",
    draws: int = 5000,
    seed: int = 0,
) -> LimitBook:
    """Hold the whole book of limits against a budget of losses (信用额度总量, 损失预算).

    Losses of a period are simulated with one common factor (Vasicek 2002): a customer defaults if
    ``√ρ z + √(1 − ρ) e < Φ⁻¹(chance)``. Limits are cut until the loss at `level` is within the
    budget.

    Parameters
    ----------
    limits : CreditLimits
    budget : float
        Highest loss of a period at `level`, in money, at least 0: the capital set aside for it.
    correlation : float
        ρ of the customers' fates, from 0 (each for itself) to below 1.
    level : float
        Inside 0 and 1.
    cut : {"proportional", "riskiest"}
        All limits by the same factor, or customers to 0 from the highest chance of default down,
        among equals the largest limit first.
    draws : int
        Simulated periods.
    seed : int
        Of the random numbers.

    Returns
    -------
    LimitBook
        With ``.customers``, ``.to_frame()``, ``.expected``, ``.quantile`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If `limits` is no result of :func:`credit_limits`, or a number is outside its bounds.

    Notes
    -----
    A limit is counted as fully used, which is cautious for the many and right for those who fail:
    a failing customer draws what it can.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"grade": ["A"] * 50 + ["B"] * 50})
    >>> limits = credit_limits(customers, {"A": 100, "B": 50}, {"A": 0.01, "B": 0.05})
    >>> book = limit_book(limits, budget=400, cut="riskiest")
    >>> book.expected
    175.0
    >>> bool(book.to_frame().loc["granted", "at_level"] <= 400)
    True
    """
    if not isinstance(limits, CreditLimits):
        raise TypeError(f"limits must be a result of credit_limits; got {type(limits).__name__}")
    most = _checks.number(budget, "budget", 0)
    rho = _checks.number(correlation, "correlation", 0, 1, open_high=True)
    share = _checks.number(level, "level", 0, 1, open_low=True, open_high=True)
    _checks.choice(cut, "cut", CUTS)
    people = limits.customers.sort_values("limit", ascending=False, kind="stable")
    amount = people["limit"].to_numpy() * limits.loss_rate
    failed = _defaults(
        people["loss_chance"].to_numpy(), rho, _checks.count(draws, "draws"),
        np.random.default_rng(_checks.seed(seed)),
    )  # fmt: skip
    losses = failed @ amount
    keep = _keep(people, amount, failed, losses, most, share, cut)
    granted = np.floor(people["limit"].to_numpy() * keep / limits.step + 1e-9) * limits.step
    table = people[["grade", "limit", "loss_chance", "expected_loss"]].assign(
        share=people["limit"] / max(limits.total, 1e-300), granted=granted,
        granted_loss=granted * limits.loss_rate * people["loss_chance"],
    )  # fmt: skip
    after = failed @ (granted * limits.loss_rate)
    return LimitBook(table, losses, after, most, share, rho, cut)


def _defaults(chance: FloatArray, rho: float, draws: int, rng: np.random.Generator) -> FloatArray:
    """Draw who defaults: 1 or 0, one row per simulated period."""
    from scipy.special import ndtri

    common = rng.standard_normal((draws, 1))
    own = rng.standard_normal((draws, chance.size))
    with np.errstate(divide="ignore"):
        line = ndtri(chance)
    return (np.sqrt(rho) * common + np.sqrt(1 - rho) * own < line).astype(float)


def _keep(
    people: Any, amount: FloatArray, failed: FloatArray, losses: FloatArray, budget: float,
    level: float, cut: str,
) -> FloatArray:  # fmt: skip
    """Share of each limit that is kept."""
    at = float(np.quantile(losses, level))
    if at <= budget:
        return np.ones(amount.size)
    if cut == "proportional":
        return np.full(amount.size, budget / at)
    order = np.lexsort((-amount, -people["loss_chance"].to_numpy()))
    low, high = 0, amount.size  # so many of the riskiest at 0: the loss falls with their number
    while low < high:
        middle = (low + high) // 2
        left = amount.copy()
        left[order[:middle]] = 0
        if np.quantile(failed @ left, level) <= budget:
            high = middle
        else:
            low = middle + 1
    keep = np.ones(amount.size)
    keep[order[:low]] = 0
    return keep
