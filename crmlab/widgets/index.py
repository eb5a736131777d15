"""Explorers of satisfaction as a number (chapter 04)."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from crmlab import _checks, datasets, index, weights
from crmlab._text import _
from crmlab.plots import fuzzy_evaluation as plot_fuzzy
from crmlab.plots import percent
from crmlab.plots import weights as plot_weights
from crmlab.plots.style import BLUE, GREEN, INK, MUTED, ORANGE, PALE, PALETTE
from crmlab.widgets.explorer import Control, Explorer, explorer

OPERATORS = ("min_max", "product_max", "min_sum", "weighted_mean")


def index_weights_explorer(
    means: Any = None, scale: tuple[float, float] = (1, 10), mode: str | None = None
) -> Explorer:
    """Explore what weights can do to an index, and what answers can (权重与评分).

    Parameters
    ----------
    means : DataFrame of shape (groups, items), optional
        Mean answers of up to six groups to at least two items; by default those of the simulated
        company's segments to its three items on satisfaction.
    scale : (float, float)
        Lowest and highest possible answer.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.index.index_score`.

    Examples
    --------
    >>> index_weights_explorer()
    Explorer: Do the weights decide the index?
    """
    if means is None:
        survey = datasets.load("company_survey")
        segment = datasets.load("company_customers").set_index("customer")["segment"]
        items = [f"satisfaction_{i}" for i in (1, 2, 3)]
        means = survey[items].astype(float).groupby(survey["customer"].map(segment)).mean()
    table = means.to_numpy(float)
    groups = [str(group) for group in means.index]
    room = scale[1] - table[:, 0].max()

    def share(first: float) -> np.ndarray:
        rest = (1 - first) / (table.shape[1] - 1)
        return np.array([first, *[rest] * (table.shape[1] - 1)])

    even = index.index_score(table, share(1 / table.shape[1]), scale)
    centre = float(np.median(even))

    def draw(ax: Axes, first: float, better: float) -> str:
        raised = table.copy()
        raised[0, 0] += better
        now = index.index_score(raised, share(first), scale)
        rows = np.arange(len(groups))
        # Dots, not bars: the axis does not begin at zero.
        ax.scatter(now, rows, 130, color=[ORANGE if i == 0 else BLUE for i in rows], zorder=3)
        for row, (value, line) in enumerate(zip(now, even, strict=True)):
            ax.annotate(
                f"{value:.1f}", (max(value, line), row), xytext=(11, 0), textcoords="offset points",
                va="center", fontsize=9.5,
            )  # fmt: skip
        ax.plot(even, rows, "|", color=INK, markersize=22, markeredgewidth=2)
        ax.set_yticks(rows, groups)
        ax.set_ylim(len(rows) - 0.5, -0.5)
        ax.set_xlim(centre - 14, centre + 23)
        ax.grid(visible=False, axis="y")
        ax.set_xlabel(_("satisfaction index, 0 to 100 (line: even weights, answers as given)"))
        best = groups[int(now.argmax())]
        ax.set_title(_("{best} leads with {value:.1f}").format(best=best, value=now.max()))
        moved = float(np.abs(index.index_score(table, share(first), scale) - even).max())
        gain = float(now[0] - index.index_score(table, share(first), scale)[0])
        return _(
            "With a weight of {w} on the first item no index moves by more than {moved:.1f} points "
            "from even weights. Raising one answer of {group} by {better:.1f} moves its index by "
            "{gain:.1f}."
        ).format(w=percent(first), moved=moved, group=groups[0], better=better, gain=gain)

    top = min(1.5, float(np.floor(2 * room) / 2))
    return explorer(
        draw,
        Control(
            "first", _("weight of the first item"), [v / 100 for v in range(0, 101, 5)], 0.4,
            percent, every=4,
        ),
        Control(
            "better", _("raise its mean answer in the first group"),
            [v / 10 for v in range(0, round(10 * top) + 1)], 0.5,
            lambda v: _("{v:.1f} points").format(v=v), every=5,
        ),
        title=_("Do the weights decide the index?"),
        mode=mode,
    )  # fmt: skip


def fuzzy_explorer(
    membership: Any = None, scores: Sequence[float] = (95, 85, 70, 50), mode: str | None = None
) -> Explorer:
    """Explore how weights and operator choose a fuzzy grade (模糊算子与权重).

    Parameters
    ----------
    membership : DataFrame of shape (factors, grades), optional
        By default the restaurant of chapter 4.
    scores : sequence of float
        Points of each grade.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.index.fuzzy_evaluation`.

    Examples
    --------
    >>> fuzzy_explorer()
    Explorer: Which grade wins?
    """
    import pandas as pd

    if membership is None:
        membership = pd.DataFrame(
            [[0.5, 0.3, 0.2, 0], [0.2, 0.4, 0.3, 0.1], [0.1, 0.3, 0.5, 0.1], [0, 0.2, 0.4, 0.4]],
            [_("food"), _("service"), _("room"), _("price")],
            [_("excellent"), _("good"), _("fair"), _("poor")],
        )
    rest = np.arange(len(membership) - 1, 0, -1.0)  # the others keep these proportions
    words = {
        "weighted_mean": _("·⊕ weighted mean"),
        "min_sum": _("∧⊕ min, sum"),
        "product_max": _("·∨ product, max"),
        "min_max": _("∧∨ min, max"),
    }

    def draw(ax: Axes, first: float, operator: float) -> str:
        chosen = OPERATORS[int(operator)]
        share = np.array([first, *(1 - first) * rest / rest.sum()])
        result = index.fuzzy_evaluation(share, membership, chosen, scores)
        plot_fuzzy(
            result, ax,
            title=_("{operator}: the grade is {grade}").format(
                operator=words[chosen], grade=result.grade
            ),
        )  # fmt: skip
        ax.set_ylim(0, 1.05 if chosen == "min_sum" else 0.78)
        return _(
            "With a weight of {w} on {factor}, {grade} wins with validity {validity:.2f} "
            "({word}); the score is {score:.1f} points."
        ).format(
            w=percent(first), factor=membership.index[0], grade=result.grade,
            validity=result.validity, word=_(index.validity_word(result.validity)),
            score=result.score,
        )  # fmt: skip

    return explorer(
        draw,
        Control(
            "first",
            _("weight of {factor}").format(factor=membership.index[0]),
            [v / 100 for v in range(0, 91, 5)],
            0.4,
            percent,
            every=4,
        ),
        Control("operator", _("operator"), range(4), 3, lambda k: words[OPERATORS[int(k)]]),
        title=_("Which grade wins?"),
        mode=mode,
    )


def ahp_explorer(
    judgements: Mapping[tuple[str, str], float] | None = None, mode: str | None = None
) -> Explorer:
    """Explore how one judgement moves all weights, and when it contradicts the others (一致性检验).

    Parameters
    ----------
    judgements : mapping of (str, str) to float, optional
        As in :func:`crmlab.weights.comparison_matrix`; the first judgement is the one that moves.
        By default four things that a buyer of coffee compares.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.weights.comparison_matrix`.

    Examples
    --------
    >>> ahp_explorer()
    Explorer: Does this judgement fit the others?
    """
    given = judgements or {
        (_("quality"), _("price")): 3,
        (_("quality"), _("delivery")): 4,
        (_("quality"), _("advice")): 7,
        (_("price"), _("delivery")): 2,
        (_("price"), _("advice")): 3,
        (_("delivery"), _("advice")): 2,
    }
    more, less = next(iter(given))
    steps = [1 / k for k in range(9, 1, -1)] + [float(k) for k in range(1, 10)]
    start = min(steps, key=lambda step: abs(np.log(step / next(iter(given.values())))))

    def word(value: float) -> str:
        if value >= 1:
            return _("{a} is {k:g} × {b}").format(a=more, b=less, k=value)
        return _("{b} is {k:g} × {a}").format(a=more, b=less, k=round(1 / value))

    def judged(value: float) -> weights.AhpWeights:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # the picture says it
            return weights.ahp(weights.comparison_matrix({**given, (more, less): value}))

    def draw(ax: Axes, judgement: float) -> str:
        result = judged(judgement)
        plot_weights(
            result, ax,
            title=_("CR = {cr:.3f}: {verdict}").format(
                cr=result.cr,
                verdict=_("consistent") if result.consistent else _("a contradiction, ask again"),
            ),
        )  # fmt: skip
        ax.set_xlim(0, 0.75)
        ax.get_figure().subplots_adjust(left=0.18)  # type: ignore[union-attr]
        implied = float(result.implied[0, 1])
        return _(
            "{said}. All six judgements together imply {implied:.1f}; λmax is {lam:.2f} where "
            "perfect agreement gives {n}."
        ).format(
            said=word(judgement), implied=implied, lam=result.lambda_max, n=len(result.weights)
        )

    return explorer(
        draw,
        Control("judgement", _("one judgement"), steps, start, word, every=2),
        title=_("Does this judgement fit the others?"),
        mode=mode,
    )


def improvement_explorer(
    model: index.PathModel | None = None, target: str = "loyalty", mode: str | None = None
) -> Explorer:
    """Explore what raising one driver does to everything behind it (改进的传导).

    Parameters
    ----------
    model : PathModel, optional
        Fitted; by default the European index of the simulated company.
    target : str
        What the drivers lead to.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError
        As :meth:`crmlab.index.PathModel.importance_performance`.

    Examples
    --------
    >>> improvement_explorer()
    Explorer: Where does an improvement arrive?
    """
    if model is None:
        survey = datasets.load("company_survey")
        spec = index.ecsi()
        columns = list(map(str, survey.columns))
        blocks = {name: [c for c in columns if c.startswith(f"{name}_")] for name in spec.latents}
        model = index.PathModel(spec, blocks, missing="mean").fit(survey)
    drivers = list(model.importance_performance(target).impact.index)
    spread = model.respondent_index_.std()
    effects, now = model.total_effects_, model.index_

    def draw(ax: Axes, driver: float, points: float) -> str:
        chosen = drivers[int(driver)]
        gain = np.array([
            points if name == chosen
            else points * effects.get((chosen, name), 0.0) * spread[name] / spread[chosen]
            for name in now.index
        ])  # fmt: skip
        rows = np.arange(len(now))
        ax.barh(rows, now, 0.6, color=PALE)
        colours = [ORANGE if name == chosen else GREEN for name in now.index]
        ax.barh(rows, gain, 0.6, left=now, color=colours, hatch="//", edgecolor="white")
        for row, (base, more) in enumerate(zip(now, gain, strict=True)):
            text = f"{base:.1f}" + (f" + {more:.1f}" if more >= 0.05 else "")
            ax.annotate(
                text, (base + more, row), xytext=(5, 0), textcoords="offset points",
                va="center", fontsize=9.5,
            )  # fmt: skip
        ax.set_yticks(rows, [str(name) for name in now.index])
        ax.invert_yaxis()
        ax.set_xlim(50, 92)
        ax.grid(visible=False, axis="y")
        ax.get_figure().subplots_adjust(left=0.2)  # type: ignore[union-attr]
        ax.set_xlabel(_("index, 50 to 92 of 100 (hatched: gain; orange: where you act)"))
        end = float(gain[list(now.index).index(target)])
        ax.set_title(
            _("{points:g} points on {driver} bring {target} {end:.1f}").format(
                points=points, driver=chosen, target=target, end=end
            )
        )
        return _(
            "Raising {driver} by {points:g} points raises {target} by {end:.2f}, by all paths "
            "together: {rate:.2f} points per point."
        ).format(
            driver=chosen, points=points, target=target, end=end,
            rate=effects[chosen, target] * spread[target] / spread[chosen],
        )  # fmt: skip

    return explorer(
        draw,
        Control(
            "driver",
            _("raise the index of"),
            range(len(drivers)),
            min(2, len(drivers) - 1),
            lambda k: drivers[int(k)],
        ),
        Control(
            "points", _("by"), range(0, 11), 5, lambda v: _("{v:g} points").format(v=v), every=5
        ),
        title=_("Where does an improvement arrive?"),
        mode=mode,
    )


def attenuation_explorer(true_path: float = 0.55, mode: str | None = None) -> Explorer:
    """Explore why estimated paths are weaker than true ones (信度与路径衰减).

    Parameters
    ----------
    true_path : float
        Path between two latent variables with variance 1, above 0 and below 1.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        If `true_path` is not between 0 and 1, or `mode` is unknown.

    Examples
    --------
    >>> attenuation_explorer()
    Explorer: Why is the estimated path too weak?
    """
    _checks.number(true_path, "true_path", 0, 1, open_low=True, open_high=True)
    numbers = np.arange(1, 11)
    shown = (0.9, 0.7, 0.5)

    def estimated(items: Any, loading: float) -> Any:
        # Squared correlation of a sum of k items with what they measure: its reliability.
        reliability = items * loading**2 / (1 + (items - 1) * loading**2)
        return true_path * reliability  # √ of both sides' reliability, which are alike here

    def draw(ax: Axes, items: float, loading: float) -> str:
        for other in shown:
            ax.plot(numbers, estimated(numbers, other), color=PALETTE[3], linewidth=1.2, alpha=0.7)
            ax.annotate(
                f"{other:g}", (10, estimated(10, other)), xytext=(10, -1),
                textcoords="offset points", va="center", fontsize=9, color=MUTED,
            )  # fmt: skip
        ax.plot(numbers, estimated(numbers, loading), color=BLUE, marker="o", markersize=4)
        here = float(estimated(items, loading))
        ax.plot(items, here, "D", color=ORANGE, markersize=11, zorder=4)
        ax.plot([0, 10], [true_path] * 2, color=INK, linestyle=(0, (4, 3)), linewidth=1.3)
        ax.annotate(
            _("true path {p:g}").format(p=true_path), (1, true_path), xytext=(0, 5),
            textcoords="offset points", fontsize=9.5,
        )  # fmt: skip
        ax.set_xlim(0.6, 10.9)
        ax.set_ylim(0, true_path * 1.25)
        ax.set_xticks(numbers)
        ax.set_xlabel(_("items per latent variable (pale lines: loadings 0.9, 0.7, 0.5)"))
        ax.set_ylabel(_("path among the scores"))
        ax.set_title(
            _("The estimate is {here:.2f} instead of {p:g}").format(here=here, p=true_path)
        )
        return _(
            "{k:g} items with a loading of {loading:.2f} on each side give scores with a "
            "reliability of {rel}: of the true path {p:g} remain {here:.2f}."
        ).format(k=items, loading=loading, rel=percent(here / true_path), p=true_path, here=here)

    return explorer(
        draw,
        Control("items", _("items on each side"), range(1, 11), 3, "{:g}".format, every=2),
        Control(
            "loading", _("loading of each item"), [v / 100 for v in range(50, 96, 5)], 0.8,
            "{:.2f}".format, every=3,
        ),
        title=_("Why is the estimated path too weak?"),
        mode=mode,
    )  # fmt: skip
