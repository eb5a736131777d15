"""Grading rules learned from customers whose grade is known: a decision tree and a neural net."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._checks import FloatArray
from crmlab._text import _
from crmlab.grading._frames import feature_table, known_grades
from crmlab.grading.judged import GradeReport, GradeTuning, checked_costs

if TYPE_CHECKING:
    import pandas as pd


#: Steps of the net's optimiser at most; stopping early is one more restraint on the weights.
_STEPS = 200


class _GradeRule(ABC):
    """What a tree and a net have in common: tuning, cost-aware decisions, judgement."""

    costs: Any
    folds: int
    seed: int
    simplest: bool
    _setting: str

    @abstractmethod
    def _settings(self) -> list[Any]:
        """Check what is to be tried, the simplest first."""

    @abstractmethod
    def _model(self, setting: Any) -> Any:
        """Make a scikit-learn classifier that has not learned yet."""

    def _train(self, setting: Any, x: FloatArray, y: Any) -> Any:
        return self._model(setting).fit(x, y)

    def fit(self, X: "pd.DataFrame", grades: Any) -> Any:
        """Learn the rule from customers whose grade is known.

        Parameters
        ----------
        X : DataFrame of shape (customers, features)
            Numbers only, nothing missing: what is known when the grade is to be given.
        grades : Series or sequence
            The grade of each customer, at least two different ones, each at least `folds` times.
            An ordered category gives the order of the grades; else they are sorted, or stand in
            the order of `costs`.

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            If a feature is missing or no number, there is not one grade per customer, or a setting
            is outside its bounds.
        """
        from sklearn.model_selection import StratifiedKFold

        table = feature_table(X, "X")
        _checks.same_index(X, grades, "X and grades")
        found, order = known_grades(grades, len(table), self._order())
        splits = _checks.count(self.folds, "folds", 2)
        counts = {grade: int((found == grade).sum()) for grade in order}
        rare = min(counts, key=lambda grade: counts[grade])
        if len(order) < 2 or counts[rare] < splits:
            raise ValueError(
                f"grades must hold at least two grades, each at least {splits} times; got {counts}"
            )
        if not isinstance(self.simplest, bool | np.bool_):
            raise TypeError(f"simplest must be True or False; got {self.simplest!r}")
        seed = _checks.seed(self.seed, high=2**32 - 1)
        self.classes_ = order
        self.features_ = tuple(table.columns)
        self.costs_ = checked_costs(self.costs, order)
        x = table.to_numpy(float)
        y = np.array([order.index(grade) for grade in found])
        folds = list(StratifiedKFold(splits, shuffle=True, random_state=seed).split(x, y))
        self.tuning_ = self._tune(x, y, folds)
        self.setting_ = self.tuning_.best
        self.model_ = self._train(self.setting_, x, y)
        self._integer = tuple(bool((table[name] % 1 == 0).all()) for name in table.columns)
        return self

    def _order(self) -> tuple[Any, ...] | None:
        return tuple(self.costs.index) if hasattr(self.costs, "index") else None

    def _tune(self, x: FloatArray, y: Any, folds: Any) -> GradeTuning:
        """Judge each setting on the customers that were left out in turn."""
        import pandas as pd

        price = self.costs_.to_numpy()
        rows = []
        for setting in self._settings():
            seen: list[float] = []
            held: list[float] = []
            right: list[float] = []
            for train, test in folds:
                model = self._train(setting, x[train], y[train])
                for part, into in ((train, seen), (test, held)):
                    given = self._decide(model.predict_proba(x[part]))
                    into.append(price[y[part], given].mean())
                right.append((given == y[test]).mean())
            rows.append(
                (setting, np.mean(seen), np.mean(held),
                 np.std(held, ddof=1) / np.sqrt(len(held)), np.mean(right))
            )  # fmt: skip
        columns = [self._setting, "train_cost", "cost", "standard_error", "accuracy"]
        table = pd.DataFrame(rows, columns=columns).set_index(self._setting)
        lowest = int(table["cost"].to_numpy().argmin())
        slack = table["standard_error"].iloc[lowest] if self.simplest else 0.0
        allowed = table["cost"].iloc[lowest] + slack
        # Settings stand with the simplest first.
        best = table.index[table["cost"] <= allowed + 1e-12][0]
        return GradeTuning(table, best, self.costs is not None)

    def _decide(self, chances: FloatArray) -> Any:
        """Give the grade with the lowest expected cost; the first one on a tie."""
        return (chances @ self.costs_.to_numpy()).round(12).argmin(axis=1)

    def _known(self, features: Any) -> "pd.DataFrame":
        if not hasattr(self, "model_"):
            raise ValueError(f"{type(self).__name__} must be fitted first; call fit")
        _checks.columns(features, "X", self.features_)
        return feature_table(features[list(self.features_)], "X")

    def predict_proba(self, X: "pd.DataFrame") -> "pd.DataFrame":
        """Chance of each grade, one row per customer.

        Parameters
        ----------
        X : DataFrame
            With the features of :meth:`fit`; other columns are not used.

        Returns
        -------
        DataFrame of shape (customers, grades)

        Raises
        ------
        ValueError, TypeError
            If the rule is not fitted, or a feature is missing or no number.
        """
        import pandas as pd

        table = self._known(X)
        chances = self.model_.predict_proba(table.to_numpy(float))
        return pd.DataFrame(chances, table.index, self.classes_)

    def predict(self, X: "pd.DataFrame") -> "pd.Series":
        """Grade with the lowest expected cost for each customer.

        ``argmin_j Σ_i p_i cost_ij``; without costs it is the likeliest grade.

        Parameters
        ----------
        X : DataFrame
            As in :meth:`predict_proba`.

        Returns
        -------
        Series of shape (customers,)

        Raises
        ------
        ValueError, TypeError
            As :meth:`predict_proba`.
        """
        import pandas as pd

        chances = self.predict_proba(X)
        given = self._decide(chances.to_numpy())
        return pd.Series([self.classes_[i] for i in given], chances.index, name="grade")

    def judge(self, X: "pd.DataFrame", grades: Any) -> GradeReport:
        """Judge the rule on customers whose grade is known and who were not used to learn it.

        Parameters
        ----------
        X, grades
            As in :meth:`fit`; grades must be among those learned.

        Returns
        -------
        GradeReport

        Raises
        ------
        ValueError, TypeError
            As :meth:`predict`, or if there is not one known grade per customer.
        """
        given = self.predict(X)
        _checks.same_index(X, grades, "X and grades")
        found, _known_order = known_grades(grades, len(given), self.classes_)
        confusion = self.costs_.astype(int) * 0
        for true, got in zip(found, given, strict=True):
            confusion.loc[true, got] += 1
        return GradeReport(confusion, self.costs_, self.costs is not None)

    def __repr__(self) -> str:
        if not hasattr(self, "model_"):
            return f"{type(self).__name__}(not fitted)"
        grades = ", ".join(map(str, self.classes_))
        learned = f"{self._setting} {self.setting_}, {len(self.features_)} features"
        return f"{type(self).__name__}({learned}, grades {grades})"


class GradeTree(_GradeRule):
    """A decision tree that grades customers (决策树).

    The depth is chosen by cross-validation; the grade of a leaf is the one with the lowest
    expected cost there.

    Parameters
    ----------
    costs : DataFrame, optional
        Cost of each mistake, rows the true and columns the given grade, 0 on the diagonal; see
        :func:`mistake_costs`. Without it every mistake costs 1.
    depths : sequence of int
        Depths to try, rising.
    min_leaf : int
        Fewest customers in a leaf.
    folds : int
        Parts of the cross-validation.
    simplest : bool
        Take the shallowest tree whose cost is within one standard error of the lowest (Breiman
        and others 1984); else the lowest itself.
    seed : int
        Seed of the folds.

    Attributes
    ----------
    classes_, features_ : tuple
        Grades and features learned.
    setting_ : int
        The depth chosen.
    tuning_ : GradeTuning
        Cost by depth.
    costs_ : DataFrame
        The costs used.

    Notes
    -----
    Needs scikit-learn (``pip install crmlab[learn]``), whose CART grows the tree.

    Examples
    --------
    >>> import pandas as pd
    >>> sales = pd.DataFrame({"sales": [float(s) for s in range(40)]})
    >>> grades = ["low"] * 20 + ["top"] * 20
    >>> tree = GradeTree(depths=(1, 2), min_leaf=2).fit(sales, grades)
    >>> tree.rules(units={"sales": "yuan"})["rule"].tolist()
    ['if sales is at most 19 yuan', 'if sales is at least 20 yuan']
    >>> tree.judge(sales, grades)
    GradeReport(40 customers, accuracy 100 %; always 'low' would reach 50 %)
    >>> print(tree.explain(units={"sales": "yuan"}))
    if sales is at most 19 yuan
      then low   (20 customers, 100 % of them low)
    if sales is at least 20 yuan
      then top   (20 customers, 100 % of them top)
    >>> tree.predict(pd.DataFrame({"sales": [2.0, 35.0]})).tolist()
    ['low', 'top']
    >>> tree.predict_proba(pd.DataFrame({"sales": [2.0, 35.0]})).to_numpy().tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """

    _setting = "depth"

    def __init__(
        self,
        costs: Any = None,
        *,
        depths: Sequence[int] = (1, 2, 3, 4, 5, 6),
        min_leaf: int = 10,
        folds: int = 5,
        simplest: bool = True,
        seed: int = 0,
    ) -> None:
        self.costs = costs
        self.depths = depths
        self.min_leaf = min_leaf
        self.folds = folds
        self.simplest = simplest
        self.seed = seed

    def _settings(self) -> list[Any]:
        depths = [_checks.count(depth, "depths") for depth in np.atleast_1d(self.depths)]
        if not depths or depths != sorted(set(depths)):
            raise ValueError(f"depths must rise; got {depths}")
        return depths

    def _model(self, setting: Any) -> Any:
        from sklearn.tree import DecisionTreeClassifier

        leaf = _checks.count(self.min_leaf, "min_leaf")
        return DecisionTreeClassifier(
            max_depth=setting, min_samples_leaf=leaf, random_state=self.seed
        )

    def rules(self, units: Mapping[str, str] | None = None) -> "pd.DataFrame":
        """Write the tree as rules in words (规则).

        Parameters
        ----------
        units : mapping of str to str, optional
            Unit of a feature, written after its numbers.

        Returns
        -------
        DataFrame
            One row per rule: rule, grade, customers (of those it was learned from) and share, the
            share of them that have this grade. Neighbouring leaves with the same grade are one
            rule. Numbers are rounded to three digits; :meth:`predict` uses the exact ones.

        Raises
        ------
        ValueError, TypeError
            If the tree is not fitted, or `units` names an unknown feature.
        """
        from crmlab.grading._words import rules_in_words

        if not hasattr(self, "model_"):
            raise ValueError("GradeTree must be fitted first; call fit")
        if units is not None and not isinstance(units, Mapping):
            raise TypeError(f"units must map features to units; got {type(units).__name__}")
        for name in units or {}:
            _checks.choice(name, "units", self.features_)
        return rules_in_words(
            self.model_.tree_, self.features_, self._integer, self.classes_, self._decide, units
        )

    def explain(self, units: Mapping[str, str] | None = None) -> str:
        """Write the rules as a text, one condition on a line.

        Parameters
        ----------
        units : mapping of str to str, optional
            As in :meth:`rules`.

        Returns
        -------
        str

        Raises
        ------
        ValueError, TypeError
            As :meth:`rules`.
        """
        lines = []
        for rule, grade, customers, share in self.rules(units).itertuples(index=False):
            lines.append(rule.replace(_(" and "), "\n  " + _(" and ").lstrip()))
            lines.append(
                _("  then {grade}   ({n} customers, {share} of them {grade})").format(
                    grade=grade, n=customers, share=f"{100 * share:.0f} %"
                )
            )
        return "\n".join(lines)


class GradeNet(_GradeRule):
    """A small neural net that grades customers (神经网络).

    Features are standardised; one hidden layer; the penalty on large weights is chosen by
    cross-validation. It has no rules to print: compare it with :class:`GradeTree` and ask what
    its grades cost to explain.

    Parameters
    ----------
    costs, folds, simplest, seed
        As in :class:`GradeTree`; a larger penalty is the simpler net.
    hidden : int
        Units of the hidden layer.
    penalties : sequence of float
        Penalties to try, falling, above 0.

    Attributes
    ----------
    classes_, features_, tuning_, costs_
        As in :class:`GradeTree`.
    setting_ : float
        The penalty chosen.

    Notes
    -----
    Needs scikit-learn (``pip install crmlab[learn]``). The last digits of a net depend on the
    machine: report its results rounded.

    Examples
    --------
    >>> import pandas as pd
    >>> sales = pd.DataFrame({"sales": [float(s) for s in range(40)]})
    >>> net = GradeNet(hidden=2, penalties=(1.0,), folds=2).fit(sales, ["low"] * 20 + ["top"] * 20)
    >>> net.predict(pd.DataFrame({"sales": [2.0, 35.0]})).tolist()
    ['low', 'top']
    >>> net.predict_proba(pd.DataFrame({"sales": [2.0, 35.0]})).round(1).to_numpy().tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    >>> net.judge(sales, ["low"] * 20 + ["top"] * 20)
    GradeReport(40 customers, accuracy 100 %; always 'low' would reach 50 %)
    """

    _setting = "penalty"

    def __init__(
        self,
        costs: Any = None,
        *,
        hidden: int = 4,
        penalties: Sequence[float] = (30.0, 3.0),
        folds: int = 5,
        simplest: bool = True,
        seed: int = 0,
    ) -> None:
        self.costs = costs
        self.hidden = hidden
        self.penalties = penalties
        self.folds = folds
        self.simplest = simplest
        self.seed = seed

    def _settings(self) -> list[Any]:
        tried = _checks.array(self.penalties, "penalties", 0, open_low=True, ndim=1)
        if (np.diff(tried) >= 0).any():
            raise ValueError(f"penalties must fall; got {tried.tolist()}")
        return tried.tolist()

    def _model(self, setting: Any) -> Any:
        from sklearn.neural_network import MLPClassifier
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        net = MLPClassifier(
            (_checks.count(self.hidden, "hidden"),),
            activation="tanh",
            solver="lbfgs",
            alpha=setting,
            max_iter=_STEPS,
            random_state=self.seed,
        )
        return make_pipeline(StandardScaler(), net)

    def _train(self, setting: Any, x: FloatArray, y: Any) -> Any:
        import warnings

        from sklearn.exceptions import ConvergenceWarning

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            return super()._train(setting, x, y)


def leak_check(
    X: "pd.DataFrame", grades: Any, *, folds: int = 5, suspect: float = 0.95, seed: int = 0
) -> "pd.DataFrame":
    """Look for features that know the grade already (数据泄漏).

    A feature that alone tells nearly every grade is seldom a discovery: most often it was computed
    from the grade, or after it.

    Parameters
    ----------
    X, grades
        As in :meth:`GradeTree.fit`.
    folds : int
        Parts of the cross-validation, at least 2.
    suspect : float
        Accuracy from which on a feature is suspect, from 0 to 1.
    seed : int
        Seed of the folds.

    Returns
    -------
    DataFrame
        One row per feature, the highest first: accuracy of a tree of depth 4 that sees this
        feature alone, on customers left out; gain over the commonest grade; suspect.

    Raises
    ------
    ValueError, TypeError
        As :meth:`GradeTree.fit`, or if `suspect` is outside its bounds.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"next_year": range(40), "noise": [0, 1] * 20})
    >>> leak_check(table, ["low"] * 20 + ["top"] * 20)["suspect"].to_dict()
    {'next_year': True, 'noise': False}
    """
    import pandas as pd

    limit = _checks.number(suspect, "suspect", 0, 1)
    table = feature_table(X, "X")
    found, order = known_grades(grades, len(table), None)
    commonest = max((found == grade).mean() for grade in order)
    alone = {}
    for name in table.columns:
        tree = GradeTree(depths=(4,), min_leaf=5, folds=folds, seed=seed)
        alone[name] = float(tree.fit(table[[name]], grades).tuning_.table["accuracy"].iloc[0])
    score = pd.Series(alone, name="accuracy").rename_axis("feature")
    result = score.to_frame().assign(gain=score - commonest, suspect=score >= limit)
    return result.sort_values("accuracy", ascending=False, kind="stable")
