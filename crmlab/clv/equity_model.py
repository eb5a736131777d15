"""What drives customer equity: value, brand and relationship equity (客户资产的驱动因素)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab.clv.equity import CustomerEquity, EquityReturns, _share
from crmlab.clv.equity_survey import (
    Survey,
    fit_logit,
    read_improvements,
    read_money,
    read_survey,
)
from crmlab.clv.present_value import FloatArray
from crmlab.clv.switching import SwitchingGains

if TYPE_CHECKING:
    import pandas as pd


class EquityModel:
    """From ratings of the drivers to switching and customer equity (客户资产驱动模型).

    Rust, Lemon and Zeithaml (2004): what a customer thinks of each brand makes its utility; the
    brand bought last has a bonus, inertia (惯性); utilities make the chance of the next purchase by
    a logit; so every customer has a switching matrix of its own, hence a lifetime value to each
    brand. Drivers are grouped into value equity (价值资产), brand equity (品牌资产) and
    relationship equity (关系资产).

    Parameters
    ----------
    drivers : mapping of str to sequence of str
        Columns of ratings by group, such as ``{"value": ["quality", "price"], "brand":
        ["image"]}``. A higher rating is better.
    customer, brand, last : str
        Names of the columns; `last` holds True on the brand that the customer bought last.

    Attributes
    ----------
    coef_ : Series
        Utility of one point of each driver, and of having been bought last.
    se_ : Series
        Standard errors.
    covariance_ : ndarray
        Of the coefficients.
    log_likelihood_, null_log_likelihood_ : float
        Of the model, and of a choice by chance.
    drivers_ : DataFrame
        One row per driver: group, coef, se, low, high (95 %), importance. The importance is
        ``|coef| ×`` the spread of the ratings that one customer gives, as a share of the sum.

    Raises
    ------
    ValueError, TypeError
        If `drivers` is no mapping of lists, or a driver stands twice.

    Examples
    --------
    >>> import pandas as pd
    >>> survey = pd.DataFrame({
    ...     "customer": list("aabbccddeeff"), "brand": ["X", "Y"] * 6,
    ...     "quality": [8, 5, 7, 6, 4, 7, 5, 8, 6, 5, 7, 4],
    ...     "last": [True, False] * 3 + [False, True] * 3,
    ...     "chosen": [True, False] * 2 + [False, True] * 2 + [True, False, False, True]})
    >>> model = EquityModel({"value": ["quality"]}).fit(survey)
    >>> model
    EquityModel(1 drivers, log-likelihood -2.75)
    >>> model.equity(survey, contribution=100, rate=0.1, horizon=2).table.round(1)
           customers  mean_value  equity  share
    brand
    X            6.0        94.9   569.2    0.5
    Y            6.0        78.7   472.2    0.5
    >>> model.switching(survey).round(2)
    next     X     Y
    last
    X     0.70  0.30
    Y     0.37  0.63
    >>> plan = pd.DataFrame({"quality": [0.5], "cost": [5.0]}, index=["training"])
    >>> model.returns(survey, "X", plan, contribution=100, rate=0.1, horizon=2)
    EquityReturns(1 improvements of 'X'; best 'training': gain 49, cost 5)
    >>> model.switching_gains(survey, to="X", contribution=100, rate=0.1, horizon=2)
    SwitchingGains(to 'X', 1 points; largest gain 1.04)
    """

    coef_: "pd.Series"
    se_: "pd.Series"
    covariance_: FloatArray
    log_likelihood_: float
    null_log_likelihood_: float
    drivers_: "pd.DataFrame"

    def __init__(
        self,
        drivers: Mapping[str, Sequence[str]],
        *,
        customer: str = "customer",
        brand: str = "brand",
        last: str = "last",
    ) -> None:
        if not isinstance(drivers, Mapping) or not drivers:
            raise TypeError(f"drivers must be a mapping of groups to columns; got {drivers!r}")
        for group, names in drivers.items():
            if isinstance(names, str) or not hasattr(names, "__iter__") or not list(names):
                raise TypeError(f"drivers[{group!r}] must be a list of columns; got {names!r}")
        listed = [name for names in drivers.values() for name in names]
        doubled = [name for name in listed if listed.count(name) > 1]
        if doubled:
            raise ValueError(f"drivers must hold each column once; got {doubled[0]!r} twice")
        self.drivers = {group: tuple(names) for group, names in drivers.items()}
        self.customer, self.brand, self.last = customer, brand, last
        self._names = tuple(listed)

    def fit(self, survey: "pd.DataFrame", chosen: str = "chosen") -> "EquityModel":
        """Estimate what each driver and the last purchase add to the utility of a brand.

        Parameters
        ----------
        survey : DataFrame
            One row per customer and brand that the customer knows.
        chosen : str
            Column of True and False: True on the brand bought next, or meant to be.

        Returns
        -------
        EquityModel
            Itself.

        Raises
        ------
        ValueError, TypeError
            If the survey cannot be read, drivers do not vary or say the same, or the choices
            follow the utilities without exception, so that no finite coefficients fit best.
        """
        import pandas as pd

        data = self._read(survey)
        taken = data.marked(survey, chosen)
        who, column = np.nonzero(data.known)
        was = (column == data.last[who]).astype(float)
        x = np.column_stack([data.ratings[data.known], was])
        mean = np.array([np.bincount(who, part) for part in x.T]).T / np.bincount(who)[:, None]
        inner = x - mean[who]
        names = [*self._names, self.last]
        spread = np.sqrt((inner**2).mean(axis=0))
        if (spread < 1e-9).any():
            still = names[int(np.argmin(spread))]
            raise ValueError(
                f"{still} must differ between the brands of a customer; got no difference"
            )
        if np.linalg.matrix_rank(inner / spread, tol=1e-6) < len(names):
            raise ValueError(f"drivers must not repeat each other; got a combination in {names}")
        y = (column == taken[who]).astype(float)
        beta, covariance, fitted = fit_logit(inner / spread, y, who)
        scale = np.outer(spread, spread)
        index = pd.Index(names, name="driver")
        self.coef_ = pd.Series(beta / spread, index=index, name="coef")
        self.covariance_ = covariance / scale
        self.se_ = pd.Series(np.sqrt(np.diag(self.covariance_)), index=index, name="se")
        self.log_likelihood_ = fitted
        self.null_log_likelihood_ = -float(np.log(data.known.sum(axis=1)).sum())
        self.drivers_ = self._table(spread)
        return self

    def switching(self, survey: "pd.DataFrame") -> "pd.DataFrame":
        """Mean of the customers' own switching matrices.

        Parameters
        ----------
        survey : DataFrame
            As in :meth:`fit`.

        Returns
        -------
        DataFrame of shape (brands, brands)
            Rows of brands that some customers do not know are means over those who do.

        Raises
        ------
        ValueError, TypeError
            As :meth:`equity`, or if the model is not fitted.
        """
        import pandas as pd

        data = self._read(survey)
        own = data.matrices(self._beta())
        mean = own.sum(axis=0) / np.maximum(data.known.sum(axis=0), 1)[:, None]
        names = pd.Index(data.brands)
        return pd.DataFrame(mean, index=names.rename("last"), columns=names.rename("next"))

    def equity(
        self,
        survey: "pd.DataFrame",
        contribution: Any,
        rate: float,
        horizon: float,
        frequency: Any = 1.0,
        *,
        population: float | None = None,
        include_first: bool = False,
    ) -> CustomerEquity:
        """Lifetime value of every customer to every brand, and the equity of the brands.

        ``CLV_ij = Σ_t (1 + d)^(−t/f_i) · contribution_j · B_ijt``, where B is the row of the brand
        bought last, t purchases on, in the customer's own matrix; t = 1, 2, … as long as
        ``t/f_i`` is within the horizon. Equity is the mean value times the population.

        Parameters
        ----------
        survey : DataFrame
            As in :meth:`fit`; `chosen` is not needed.
        contribution : float or mapping of brand to float
            What one purchase leaves the brand.
        rate : float
            Discount rate d per year (or other unit of time), above −1.
        horizon : float
            How many years count, above 0.
        frequency : float or str
            f, purchases per year, above 0: one number, or the name of a column.
        population : float, optional
            Customers in the market; those of the survey without it.
        include_first : bool
            Count the last purchase itself (t = 0), as the paper does.

        Returns
        -------
        CustomerEquity
            By brand, with ``.values`` for every customer.

        Raises
        ------
        ValueError, TypeError
            If the survey cannot be read, a number is outside its bounds, or the model has not
            been fitted.
        """
        beta, data = self._beta(), self._read(survey)
        money = read_money(survey, data, contribution, rate, horizon, frequency, include_first)
        return _by_brand(data, data.values(data.matrices(beta), money), _people(data, population))

    def switching_gains(
        self,
        survey: "pd.DataFrame",
        to: Any,
        contribution: Any,
        rate: float,
        horizon: float,
        frequency: Any = 1.0,
        *,
        points: float = 0.01,
        include_first: bool = False,
    ) -> SwitchingGains:
        """Price a point in every customer's own matrix: of retention, or won from a rival.

        As :func:`crmlab.clv.switching_gains`, which moves a point of one pooled matrix, but with
        tastes and inertia told apart.

        Parameters
        ----------
        survey, contribution, rate, horizon, frequency, include_first
            As in :meth:`equity`.
        to : label
            The brand that gains in every row.
        points : float
            How much of the row moves, above 0, at most 1; a customer whose row holds less for the
            other brands moves what there is.

        Returns
        -------
        SwitchingGains
            Change of value per customer in the market.

        Raises
        ------
        ValueError, TypeError
            As :meth:`equity`, and if `to` is unknown or `points` out of bounds.
        """
        import pandas as pd

        beta, data = self._beta(), self._read(survey)
        money = read_money(survey, data, contribution, rate, horizon, frequency, include_first)
        place = data.brands.index(_checks.choice(to, "to", data.brands))
        moved = _checks.number(points, "points", 0, 1, open_low=True)
        own = data.matrices(beta)
        base = data.values(own, money).mean(axis=0)
        rows = [
            data.values(data.shifted(own, row, place, moved), money).mean(axis=0) - base
            for row in range(len(data.brands))
        ]
        names = pd.Index(data.brands)
        table = pd.DataFrame(rows, index=names.rename("last"), columns=names.rename("brand"))
        return SwitchingGains(table, moved, to)

    def returns(
        self,
        survey: "pd.DataFrame",
        brand: Any,
        improvements: "pd.DataFrame",
        contribution: Any,
        rate: float,
        horizon: float,
        frequency: Any = 1.0,
        *,
        population: float | None = None,
        scale: tuple[float, float] = (1, 10),
        cost: str = "cost",
        draws: int = 0,
        level: float = 0.9,
        seed: int = 0,
        include_first: bool = False,
    ) -> EquityReturns:
        """Return on an improvement: what it adds to customer equity against its cost.

        ``ROI = (ΔCE − cost) / cost``. Every customer rates the brand higher by the same points,
        up to the end of the scale.

        Parameters
        ----------
        survey, contribution, rate, horizon, frequency, population, include_first
            As in :meth:`equity`.
        brand : label
            The brand that improves.
        improvements : DataFrame
            One row per improvement, named by its index; columns are drivers, by how many points
            their ratings change, and the cost.
        scale : tuple of two floats
            Ends of the rating scale.
        cost : str
            Column of `improvements`: what it costs in all, as a present value, above 0.
        draws : int
            How many times the coefficients are drawn from their estimated distribution to give
            the interval of `net`; 0 for none.
        level : float
            Share of the draws inside the interval.
        seed : int
            Seed of the random numbers.

        Returns
        -------
        EquityReturns

        Raises
        ------
        ValueError, TypeError
            As :meth:`equity`; and if the brand or a driver is unknown or nothing changes.
        """
        beta, data = self._beta(), self._read(survey)
        money = read_money(survey, data, contribution, rate, horizon, frequency, include_first)
        changes, paid = read_improvements(improvements, cost, self._names)
        place = data.brands.index(_checks.choice(brand, "brand", data.brands))
        runs, start = _checks.count(draws, "draws", 0), _checks.seed(seed)
        inside = _checks.number(level, "level", 0, 1, open_low=True, open_high=True)
        people = _people(data, population)
        better = [data.improved(place, change, scale) for change in changes]

        def gains(beta: FloatArray) -> FloatArray:
            base, *after = (
                one.values(one.matrices(beta), money).mean(axis=0) * people
                for one in (data, *better)
            )
            return np.array([*after, base])

        equity = gains(beta)
        moved = equity[:-1] - equity[-1]
        columns = {
            "cost": paid,
            "gain": moved[:, place],
            "net": moved[:, place] - paid,
            "roi": moved[:, place] / paid - 1,
            "share": equity[:-1, place] / equity[:-1].sum(axis=1),
        }
        if runs:
            rng = np.random.default_rng(start)
            root = np.linalg.cholesky(self.covariance_)
            noise = rng.standard_normal((runs, len(root))) @ root.T
            drawn = [gains(beta + step)[:, place] for step in noise]
            net = np.array([one[:-1] - one[-1] for one in drawn]) - paid
            tail = (1 - inside) / 2
            columns["low"], columns["high"] = np.quantile(net, [tail, 1 - tail], axis=0)
        table = improvements[[]].assign(**columns)
        table = table.sort_values("net", ascending=False, kind="stable")
        lost = improvements[[]].assign(**dict(zip(map(str, data.brands), moved.T, strict=True)))
        return EquityReturns(table, lost.loc[table.index], brand)

    def __repr__(self) -> str:
        if not hasattr(self, "coef_"):
            return f"EquityModel({len(self._names)} drivers, not fitted)"
        return f"EquityModel({len(self._names)} drivers, log-likelihood {self.log_likelihood_:.2f})"

    def _read(self, survey: "pd.DataFrame") -> Survey:
        return read_survey(survey, self.customer, self.brand, self.last, self._names)

    def _beta(self) -> FloatArray:
        if not hasattr(self, "coef_"):
            raise ValueError("the model must be fitted before it is used; got no call of .fit()")
        return self.coef_.to_numpy()

    def _table(self, spread: FloatArray) -> "pd.DataFrame":
        import pandas as pd

        coef, se = self.coef_.iloc[:-1], self.se_.iloc[:-1]
        weight = np.abs(coef.to_numpy()) * spread[:-1]
        groups = [group for group, names in self.drivers.items() for _name in names]
        half = 1.959964 * se
        return pd.DataFrame(
            {"group": groups, "coef": coef, "se": se, "low": coef - half, "high": coef + half,
             "importance": weight / max(weight.sum(), np.finfo(float).tiny)}
        )  # fmt: skip


def _people(data: Survey, population: Any) -> float:
    if population is None:
        return float(len(data.customers))
    return _checks.number(population, "population", 0, open_low=True)


def _by_brand(data: Survey, worth: FloatArray, people: float) -> CustomerEquity:
    import pandas as pd

    brands = pd.Index(data.brands, name="brand")
    mean = worth.mean(axis=0)
    table = pd.DataFrame(
        {"customers": people, "mean_value": mean, "equity": mean * people}, index=brands
    )
    table["share"] = _share(table["equity"])
    return CustomerEquity(table, pd.DataFrame(worth, index=data.customers, columns=brands))
