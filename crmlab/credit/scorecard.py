"""The statistical credit scorecard: bins, weights of evidence, logit, points (信用评分卡)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab.credit._outcome import IntArray, outcome, table
from crmlab.credit.binning import (
    Bins,
    BinSettings,
    as_feature,
    find_bins,
    special_values,
)
from crmlab.credit.logit import logistic
from crmlab.credit.points import choose, points_scale
from crmlab.credit.power import Discrimination, discrimination
from crmlab.credit.reasons import Reasons, applicant_reasons
from crmlab.credit.woe import Cells, WoeTable, assigned, weigh, woe_of

if TYPE_CHECKING:
    import pandas as pd

    from crmlab.credit.validation import CrossValidation

UNSEEN = ("raise", "neutral")


class Scorecard:
    """A credit scorecard that learns bins, weights and points from customers (信用评分卡).

    Each feature is cut into bins (:func:`optimal_bins`), each bin gets its weight of evidence
    (:func:`woe`), a logistic regression weighs the features against each other
    (:func:`logit`), and the log odds become points (:func:`points_scale`).

    Parameters
    ----------
    base_score, base_odds, pdo : float
        As in :func:`points_scale`.
    features : sequence of str, optional
        Columns to use; all of the table without it.
    max_bins, min_share, prebins, min_gain, method
        As in :func:`optimal_bins`, for every feature.
    direction : mapping, optional
        For a feature "rising", "falling" or "auto", as in :func:`optimal_bins`.
    special : mapping, optional
        For a feature its special values.
    bins : mapping, optional
        For a feature :class:`Bins`, in place of those it would find.
    min_iv : float
        Features with a lower information value are left out.
    signs : {"drop", "keep"}
        Weights of evidence should all count in the same direction. "drop" leaves out, one at a
        time, the feature whose coefficient has most clearly the wrong sign; "keep" keeps it.
    ridge : float
        As in :func:`logit`.
    bad_rate : float, optional
        Share of bad customers among those to be scored, where the sample was drawn with
        another: moves all scores by the same number of points.
    correction : float
        As in :func:`woe`.
    unseen : {"raise", "neutral"}
        What scoring does with a level, or a missing value, that the fit has not seen: an error,
        or a weight of evidence of 0, the average.

    Attributes
    ----------
    features_ : tuple
        Features used.
    bins_ : dict
        :class:`Bins` of every feature looked at.
    woe_ : dict
        :class:`WoeTable` of every feature looked at.
    iv_ : Series
        Information value of every feature looked at, the highest first.
    dropped_ : DataFrame
        Features left out: reason, figure (its information value or coefficient).
    coefficients_ : DataFrame
        One row per feature used, the constant first: coefficient, standard_error, z.
    factor_, offset_ : float
        As :func:`points_scale` gives them.
    base_points_ : float
        Points that everyone gets before the features count.
    points_ : DataFrame
        One row per feature and bin: customers, bad_rate, woe, points. The score of a customer is
        ``base_points_`` plus the points of his bins.
    power_ : Discrimination
        On the customers of the fit.
    auc_, gini_, ks_ : float
        Of `power_`: apparent figures, too good. See :meth:`cross_validate`.
    customers_, bad_ : int
        Customers of the fit, and those who went bad.

    Notes
    -----
    Thomas, Edelman and Crook (2002); Siddiqi (2006). Standard errors take the bins as given.

    Examples
    --------
    >>> from crmlab import datasets
    >>> applications = datasets.load("german_credit")
    >>> card = Scorecard(features=["checking", "duration"])
    >>> card = card.fit(applications.drop(columns="bad"), applications["bad"])
    >>> round(card.auc_, 3), round(card.base_points_)
    (0.755, 512)
    >>> people = applications.drop(columns="bad").head(3)
    >>> card.score(people).round().tolist()
    [524.0, 468.0, 555.0]
    >>> card.predict_probability(people).round(2).tolist()
    [0.22, 0.66, 0.09]
    >>> card.places(people)
       checking  duration
    0         3         0
    1         2         4
    2         0         1
    >>> card.transform(people).round(2)
       checking  duration
    0      0.82     -1.28
    1      0.40      1.13
    2     -1.18     -0.34
    >>> card.reasons(people.iloc[[1]]).top(most=1)
    ('duration: 45 or more (69 points)',)
    >>> card.validate(applications.drop(columns="bad"), applications["bad"])
    Discrimination(AUC 0.755, 0.723 to 0.786; Gini 0.511; KS 0.386; 1,000 customers, 300 bad)
    >>> card.get_params()["pdo"], card.copy(pdo=40).set_params(max_bins=4).max_bins
    (20, 4)
    >>> card.cross_validate(applications.drop(columns="bad"), applications["bad"], folds=2)
    CrossValidation(2 folds, AUC 0.742, apparent 0.761)
    """

    def __init__(
        self,
        *,
        base_score: float = 600,
        base_odds: float = 50,
        pdo: float = 20,
        features: Any = None,
        max_bins: int = 5,
        min_share: float = 0.05,
        prebins: int = 100,
        min_gain: float = 0.0,
        method: str = "optimal",
        direction: Mapping[Any, str | None] | None = None,
        special: Mapping[Any, Any] | None = None,
        bins: Mapping[Any, Bins] | None = None,
        min_iv: float = 0.02,
        signs: str = "drop",
        ridge: float = 0.0,
        bad_rate: float | None = None,
        correction: float = 0.5,
        unseen: str = "raise",
    ) -> None:
        self.base_score, self.base_odds, self.pdo = base_score, base_odds, pdo
        self.features = features
        self.max_bins, self.min_share, self.prebins = max_bins, min_share, prebins
        self.min_gain, self.method = min_gain, method
        self.direction, self.special, self.bins = direction, special, bins
        self.min_iv, self.signs, self.ridge = min_iv, signs, ridge
        self.bad_rate, self.correction, self.unseen = bad_rate, correction, unseen

    _SETTINGS = (
        *("base_score", "base_odds", "pdo", "features", "max_bins", "min_share", "prebins"),
        *("min_gain", "method", "direction", "special", "bins", "min_iv", "signs", "ridge"),
        *("bad_rate", "correction", "unseen"),
    )

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the settings, as scikit-learn asks for them.

        Parameters
        ----------
        deep : bool
            No meaning here.

        Returns
        -------
        dict
        """
        return {name: getattr(self, name) for name in self._SETTINGS}

    def set_params(self, **settings: Any) -> "Scorecard":
        """Change settings.

        Parameters
        ----------
        **settings
            As the class takes them.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If there is no such setting.
        """
        for name, value in settings.items():
            _checks.choice(name, "setting", self._SETTINGS)
            setattr(self, name, value)
        return self

    def copy(self, **settings: Any) -> "Scorecard":
        """Return a scorecard with the same settings but those given, that has learned nothing.

        Parameters
        ----------
        **settings
            As the class takes them.

        Returns
        -------
        Scorecard

        Raises
        ------
        ValueError
            If there is no such setting.
        """
        return Scorecard(**self.get_params()).set_params(**settings)

    def fit(self, X: "pd.DataFrame", bad: Any, weights: Any = None) -> "Scorecard":
        """Learn bins, weights and points.

        Parameters
        ----------
        X : DataFrame of shape (customers, features)
            Numbers, flags, text and categories; missing values get bins of their own.
        bad : array or Series of shape (customers,)
            1 or True for a customer who went bad, else 0 or False.
        weights : array of shape (customers,), optional
            How often each customer counts in the regression, above 0; once without it. The bins
            and their weights of evidence count everyone once.

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            If a setting is outside its bounds, columns are absent, or no feature is left.
        """
        names = self._names(X)
        _checks.same_index(X, bad, "X and bad")
        flags = outcome(bad)
        if len(X) != flags.size:
            raise ValueError(
                f"X and bad must have one row per customer; got {len(X)} and {flags.size}"
            )
        counted: FloatArray = np.ones(flags.size)
        if weights is not None:
            counted = _checks.array(weights, "weights", 0, open_low=True, ndim=1)
            if counted.size != flags.size:
                raise ValueError(
                    f"weights must be one per customer ({flags.size}); got {counted.size}"
                )
        self.factor_, self.offset_ = points_scale(self.base_score, self.base_odds, self.pdo)
        self.customers_, self.bad_ = flags.size, int(flags.sum())
        codes = self._cut(X, flags, names)
        evidence = {name: self._cells[name].woe[codes[name]] for name in names}
        self._weigh(evidence, flags, counted)
        utility = self._constant + sum(
            beta * evidence[name] for name, beta in zip(self.features_, self._betas, strict=True)
        )
        self.power_ = discrimination(-np.asarray(utility), flags)
        self.auc_, self.gini_, self.ks_ = self.power_.auc, self.power_.gini, self.power_.ks
        return self

    def _names(self, frame: Any) -> list[Any]:
        """Check the settings; return the columns to look at."""
        _checks.number(self.min_iv, "min_iv", 0)
        _checks.choice(self.signs, "signs", ("drop", "keep"))
        _checks.number(self.ridge, "ridge", 0)
        _checks.number(self.correction, "correction", 0)
        _checks.choice(self.unseen, "unseen", UNSEEN)
        if self.bad_rate is not None:
            _checks.number(self.bad_rate, "bad_rate", 0, 1, open_low=True, open_high=True)
        if isinstance(self.features, str):
            raise TypeError(f"features must be a list of columns; got {self.features!r}")
        table(frame, "X", () if self.features is None else self.features)
        names = list(frame.columns if self.features is None else self.features)
        if not names:
            raise ValueError("features must hold at least one column; got none")
        for setting in ("direction", "special", "bins"):
            given = getattr(self, setting) or {}
            if not isinstance(given, Mapping):
                raise TypeError(f"{setting} must map features to values; got {given!r}")
            for name in given:
                _checks.choice(name, f"feature of {setting}", list(frame.columns))
        return names

    def _cut(self, frame: Any, bad: FloatArray, names: list[Any]) -> dict[Any, IntArray]:
        """Bins and weights of evidence of every feature; the bin of each customer."""
        import pandas as pd

        settings = BinSettings(
            self.max_bins, self.min_share, self.prebins, self.min_gain, self.method
        ).checked()
        ways, apart, given = self.direction or {}, self.special or {}, self.bins or {}
        self.bins_, codes = {}, {}
        self._cells: dict[Any, Cells] = {}
        self._tables: dict[Any, WoeTable] | None = None
        for name in names:
            series = as_feature(frame[name], str(name))
            if name in given:
                found, code = assigned(given[name], series, f"bins of {name!r}")
            else:
                special = special_values(apart.get(name, ()))
                found, code = find_bins(series, bad, settings, str(name), ways.get(name), special)
            self.bins_[name], codes[name] = found, code
            self._cells[name] = weigh(found, code, bad, self.correction)
        values = pd.Series({name: self._cells[name].iv.sum() for name in names}, name="iv")
        self.iv_ = values.sort_values(ascending=False, kind="stable").rename_axis("feature")
        return codes

    def _weigh(self, evidence: dict[Any, FloatArray], bad: FloatArray, weights: FloatArray) -> None:
        """Choose features, fit the regression, make the points."""
        import pandas as pd

        low, settings = self.iv_ < self.min_iv, (self.min_iv, self.signs, self.ridge)
        flat = [name for name in evidence if low[name] or np.ptp(evidence[name]) == 0]
        used, self.dropped_, fit = choose(evidence, flat, self.iv_, bad, weights, settings)
        error = np.sqrt(np.diag(fit.covariance))
        self.features_ = tuple(used)
        self.coefficients_ = pd.DataFrame(
            {
                "coefficient": fit.coefficients,
                "standard_error": error,
                "z": fit.coefficients / error,
            },
            index=pd.Index(["constant", *used], name="feature"),
        )
        self._betas = fit.coefficients[1:]
        self._constant = float(fit.coefficients[0]) + self._moved(bad, weights)
        self._make_points()

    def _moved(self, bad: FloatArray, weights: FloatArray) -> float:
        """Shift of the log odds of bad from the sample's bad rate to that of those to be scored."""
        if self.bad_rate is None:
            return 0.0
        rate = float(weights @ bad / weights.sum())
        odds = self.bad_rate / (1 - self.bad_rate)
        return float(np.log(odds) - np.log(rate / (1 - rate)))

    def _make_points(self) -> None:
        import pandas as pd

        self.base_points_ = self.offset_ - self.factor_ * self._constant
        cells = [self._cells[name] for name in self.features_]
        places = [(name, label) for name in self.features_ for label in self.bins_[name].labels]
        size = np.concatenate([part.good + part.bad for part in cells])
        weight = np.concatenate([part.woe for part in cells])
        beta = np.repeat(self._betas, [part.woe.size for part in cells])
        with np.errstate(invalid="ignore"):
            rate = np.concatenate([part.bad for part in cells]) / size
        self.points_ = pd.DataFrame(
            {
                "customers": size.astype(int),
                "bad_rate": rate,
                "woe": weight,
                "points": -self.factor_ * beta * weight,
            },
            index=pd.MultiIndex.from_tuples(places, names=["feature", "bin"]),
        )

    @property
    def woe_(self) -> dict[Any, WoeTable]:
        """:class:`WoeTable` of every feature looked at."""
        self._fitted()
        if self._tables is None:
            self._tables = {
                name: woe_of(self.bins_[name], cells, self.correction)
                for name, cells in self._cells.items()
            }
        return self._tables

    def _fitted(self) -> None:
        if not hasattr(self, "points_"):
            raise ValueError("Scorecard must be fitted first; call fit")

    def places(self, X: "pd.DataFrame") -> "pd.DataFrame":
        """Bin of each customer in each feature used, by its place; −1 where `unseen` allows it.

        Parameters
        ----------
        X : DataFrame
            With the features of the scorecard.

        Returns
        -------
        DataFrame

        Raises
        ------
        ValueError, TypeError
            If a column is absent, or a value is in no bin and `unseen` is "raise".
        """
        import pandas as pd

        self._fitted()
        table(X, "X", self.features_)
        found = {}
        for name in self.features_:
            series = as_feature(X[name], str(name))
            code = self.bins_[name].assign(series)
            if (code < 0).any() and self.unseen == "raise":
                value = series.iloc[int((code < 0).argmax())]
                raise ValueError(
                    f"{name!r} must hold values that the scorecard has seen; got {value!r} "
                    f"({int((code < 0).sum())} in all). unseen='neutral' gives them 0 points"
                )
            found[name] = code
        return pd.DataFrame(found, X.index)

    def transform(self, X: "pd.DataFrame") -> "pd.DataFrame":
        """Weight of evidence of each customer in each feature used; 0 where unseen.

        Parameters
        ----------
        X : DataFrame
            As in :meth:`places`.

        Returns
        -------
        DataFrame

        Raises
        ------
        ValueError, TypeError
            As :meth:`places`.
        """
        import pandas as pd

        codes = self.places(X)
        return pd.DataFrame(
            {name: np.append(self._cells[name].woe, 0.0)[codes[name]] for name in self.features_},
            X.index,
        )

    def score(self, X: "pd.DataFrame") -> "pd.Series":
        """Points of each customer: high is good.

        Parameters
        ----------
        X : DataFrame
            As in :meth:`places`.

        Returns
        -------
        Series
            ``offset_ + factor_ · ln(odds of good)``, which is ``base_points_`` plus the points of
            the customer's bins.

        Raises
        ------
        ValueError, TypeError
            As :meth:`places`.
        """
        import pandas as pd

        evidence = self.transform(X).to_numpy()
        utility = self._constant + evidence @ self._betas
        return pd.Series(self.offset_ - self.factor_ * utility, X.index, name="score")

    def predict_probability(self, X: "pd.DataFrame") -> "pd.Series":
        """Probability of each customer to go bad.

        Parameters
        ----------
        X : DataFrame
            As in :meth:`places`.

        Returns
        -------
        Series

        Raises
        ------
        ValueError, TypeError
            As :meth:`places`.
        """
        import pandas as pd

        log_odds = (self.score(X).to_numpy() - self.offset_) / self.factor_
        return pd.Series(logistic(-log_odds), X.index, name="probability")

    def reasons(self, X: "pd.DataFrame", *, against: str = "best") -> Reasons:
        """Why one applicant has no more points: what each feature takes away (拒绝原因).

        Parameters
        ----------
        X : DataFrame
            One row: the applicant.
        against : {"best", "average"}
            What the applicant's points are compared with: the best bin of the feature, or the
            average of the customers of the fit.

        Returns
        -------
        Reasons
            With ``.table``, the feature that costs most first, ``.top(most)`` and ``.plot()``.

        Raises
        ------
        ValueError, TypeError
            If X does not have one row, or `against` is unknown.
        """
        self._fitted()
        return applicant_reasons(self, X, against)

    def validate(self, X: "pd.DataFrame", bad: Any, **settings: Any) -> Discrimination:
        """Judge the scorecard on customers that it has not learned from.

        Parameters
        ----------
        X : DataFrame
            As in :meth:`places`.
        bad : array or Series
            What became of them.
        **settings
            As in :func:`discrimination`.

        Returns
        -------
        Discrimination

        Raises
        ------
        ValueError, TypeError
            As :meth:`places`, or as :func:`discrimination`.
        """
        return discrimination(self.score(X), bad, **settings)

    def cross_validate(
        self, X: "pd.DataFrame", bad: Any, *, folds: int = 10, seed: int = 1
    ) -> "CrossValidation":
        """Judge the settings: everything is learned anew without each fold in turn (交叉验证).

        Parameters
        ----------
        X, bad
            As in :meth:`fit`.
        folds : int
            Parts of the customers, each with about the same share of bad ones.
        seed : int
            Of the parts.

        Returns
        -------
        CrossValidation
            With ``.auc``, ``.power``, ``.probability``, ``.score`` and ``.table``.

        Raises
        ------
        ValueError, TypeError
            If there are fewer good or bad customers than folds.
        """
        from crmlab.credit.validation import cross_validation

        return cross_validation(self, X, bad, folds, seed)

    def __repr__(self) -> str:
        if not hasattr(self, "points_"):
            return "Scorecard(not fitted)"
        return (
            f"Scorecard({len(self.features_)} features, {self.customers_:,} customers, "
            f"{self.bad_:,} bad; apparent AUC {self.auc_:.3f})"
        )
