"""Explorers of the credit scorecard (chapter 12)."""

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from crmlab import credit, datasets
from crmlab._text import _
from crmlab.plots import cut_offs as plot_cut_offs
from crmlab.plots import money, percent
from crmlab.plots import score_stability as plot_stability
from crmlab.plots import woe_table as plot_woe
from crmlab.plots.style import BLUE, GREEN, INK, MUTED, ORANGE, RED
from crmlab.widgets.explorer import Control, Explorer, explorer

if TYPE_CHECKING:
    import pandas as pd

    from crmlab.credit import CrossValidation

#: What a good credit earns, as a share of its amount, in the explorers of cut-offs.
_MARGIN = 0.12


@cache
def _people() -> "pd.DataFrame":
    return datasets.load("german_credit")


@cache
def _judged() -> "CrossValidation":
    """Scores of the German applicants, each from a card that was learned without him."""
    people = _people()
    card = credit.Scorecard()
    return card.cross_validate(people.drop(columns="bad"), people["bad"], folds=5)


def _percents(low: int, high: int, step: int) -> list[float]:
    return [value / 100 for value in range(low, high + 1, step)]


def _points(value: float) -> str:
    return _("{v:.0f} points").format(v=value)


def score_cutoff_explorer(mode: str | None = None) -> Explorer:
    """Explore how the best cut-off follows what a bad credit costs (临界分与违约损失).

    The scores are those of the German credit data, cross-validated; a good credit earns 12 % of
    its amount.

    Parameters
    ----------
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError
        If `mode` is unknown.

    Examples
    --------
    >>> score_cutoff_explorer()
    Explorer: From which score on does credit pay?
    """
    people, score = _people(), _judged().score
    amount = people["amount"].to_numpy(float)
    found = {
        share: credit.cut_offs(score, people["bad"], _MARGIN * amount, share * amount)
        for share in _percents(10, 100, 10)
    }

    def draw(ax: Axes, cut_off: float, loss: float) -> str:
        result = found[round(loss, 2)]
        row = result.at(cut_off)
        best = result.at_best
        plot_cut_offs(
            result, ax, unit="DM",
            title=_("Best from {best:.0f} on; here {profit} DM per applicant").format(
                best=result.best, profit=money(float(row["profit"]))),
        )  # fmt: skip
        ax.axvline(cut_off, color=ORANGE, linewidth=1.6)
        ax.plot(cut_off, row["profit"], "o", color=ORANGE, markersize=9)
        ax.set_xlim(400, 640)
        ax.set_ylim(-600, 600)
        return _(
            "If a bad credit loses {loss} of its amount, a cut-off of {cut:.0f} grants credit to "
            "{share} of the applicants and leaves {profit} DM per applicant; the best, {best:.0f}, "
            "leaves {most} DM with {other} granted credit."
        ).format(
            loss=percent(loss), cut=cut_off, share=percent(float(row["accepted"])),
            profit=money(float(row["profit"])), best=result.best,
            most=money(float(best["profit"])), other=percent(float(best["accepted"])),
        )  # fmt: skip

    return explorer(
        draw,
        Control("cut_off", _("cut-off (points)"), list(range(440, 601, 10)), 520, _points, every=2),
        Control("loss", _("loss of a bad credit"), _percents(10, 100, 10), 0.5, percent, every=2),
        title=_("From which score on does credit pay?"),
        mode=mode,
    )


def woe_bins_explorer(feature: str = "duration", mode: str | None = None) -> Explorer:
    """Explore how the number of bins and a direction shape the weights of evidence (分箱与单调性).

    Parameters
    ----------
    feature : str
        A number of the German credit data: duration, amount or age.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError
        If the feature or `mode` is unknown.

    Examples
    --------
    >>> woe_bins_explorer()
    Explorer: How many bins, and must they rise or fall?
    """
    people = _people()
    if feature not in ("duration", "amount", "age"):
        raise ValueError(f"feature must be one of 'duration', 'amount', 'age'; got {feature!r}")
    values, bad = people[feature], people["bad"]
    ways = (None, "auto")
    words = {0.0: _("free"), 1.0: _("one direction")}

    def draw(ax: Axes, bins: float, way: float) -> str:
        cut = credit.optimal_bins(
            values, bad, max_bins=int(bins), min_share=0.03, direction=ways[int(way)]
        )
        result = credit.woe(values, bad, cut)
        plot_woe(result, ax, title=_("Bins of {name}: {n}, IV {iv:.3f}").format(
            n=cut.size, name=feature, iv=result.iv))  # fmt: skip
        ax.set_xlim(-1.6, 2.4)
        ax.tick_params(axis="y", labelsize=7)
        ax.set_yticks(ax.get_yticks(), [name.get_text().replace(" to < ", "–")
                                        for name in ax.get_yticklabels()])  # fmt: skip
        turns = int((np.diff(np.sign(np.diff(result.table["woe"]))) != 0).sum())
        least = int(result.table["customers"].min())
        return _(
            "At most {most}, {way}: found are {n}, with an information value of {iv:.3f}; the "
            "smallest bin has {least} customers. The weight turns its direction {turns} times."
        ).format(
            most=int(bins), way=words[way], n=cut.size, iv=result.iv, least=least, turns=turns
        )  # fmt: skip

    return explorer(
        draw,
        Control("bins", _("bins at most"), range(1, 13), 6),
        Control("way", _("direction of the bad rate"), (0, 1), 1, lambda value: words[value]),
        title=_("How many bins, and must they rise or fall?"),
        mode=mode,
    )


def score_points_explorer(mode: str | None = None) -> Explorer:
    """Explore how base odds and points to double set the scale (评分刻度).

    Parameters
    ----------
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError
        If `mode` is unknown.

    Examples
    --------
    >>> score_points_explorer()
    Explorer: What does a point mean?
    """
    chance = np.linspace(0.005, 0.6, 200)
    odds = (1 - chance) / chance

    def draw(ax: Axes, pdo: float, odds_at_600: float) -> str:
        factor, offset = credit.points_scale(600, odds_at_600, pdo)
        ax.plot(chance, offset + factor * np.log(odds), color=BLUE)
        at = 1 / (1 + odds_at_600)
        ax.plot(at, 600, "o", color=ORANGE, markersize=8)
        ax.annotate(_("600 at {odds:.0f} : 1").format(odds=odds_at_600), (at, 600), xytext=(9, 4),
                    textcoords="offset points", fontsize=9.5)  # fmt: skip
        tenth = float(offset + factor * np.log(9))
        ax.plot([0.1, 0.1, 0], [300, tenth, tenth], color=MUTED, linewidth=1.3, linestyle="--")
        ax.set_xlim(0, 0.6)
        ax.set_ylim(300, 800)
        ax.set_xticks([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [percent(i / 10) for i in range(7)])
        ax.set_xlabel(_("probability to go bad"))
        ax.set_ylabel(_("score (points)"))
        ax.set_title(_("A probability of 10 % is a score of {s:.0f}").format(s=tenth))
        return _(
            "With {pdo:.0f} points to double and 600 at odds of {odds:.0f} to 1, the factor is "
            "{factor:.2f} and the offset {offset:.1f}: {pdo:.0f} points more mean half the odds to "
            "go bad. The order of the applicants stays as it is."
        ).format(pdo=pdo, odds=odds_at_600, factor=factor, offset=offset)

    return explorer(
        draw,
        Control("pdo", _("points to double the odds"), range(10, 61, 5), 20, _points, every=2),
        Control("odds_at_600", _("odds at 600 points"), (10, 20, 30, 40, 50, 100), 50,
                lambda value: f"{value:.0f} : 1"),
        title=_("What does a point mean?"),
        mode=mode,
    )  # fmt: skip


def score_shift_explorer(seed: int = 1, mode: str | None = None) -> Explorer:
    """Explore how a change of the applicants shows in the stability index (群体稳定性).

    New applicants are drawn from the German credit data; those with a long credit are drawn more
    often than before.

    Parameters
    ----------
    seed : int
        Of the draws.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError
        If `mode` is unknown.

    Examples
    --------
    >>> score_shift_explorer()
    Explorer: Are these still the same applicants?
    """
    people, score = _people(), _judged().score.to_numpy()
    long = people["duration"].to_numpy() >= 24
    place = np.random.default_rng(seed).random(3200)

    def draw(ax: Axes, share: float, size: float) -> str:
        weight = np.where(long, share / long.sum(), (1 - share) / (~long).sum())
        drawn = np.searchsorted(weight.cumsum(), place[: int(size)])
        result = credit.population_stability(score, score[np.minimum(drawn, score.size - 1)])
        plot_stability(result, ax, title=_("PSI {psi:.3f}: {word}; by chance below {limit:.3f}")
                       .format(psi=result.psi, word=result.word, limit=result.limit))  # fmt: skip
        ax.set_ylim(0, 0.35)
        ax.set_xticks(range(10), [str(i + 1) for i in range(10)], rotation=0, ha="center")
        ax.set_xlabel(_("tenth of the old applicants, from low to high scores"))
        return _(
            "{share} of {n} new applicants want a long credit, {old} of the old did: the index is "
            "{psi:.3f}. If nothing had changed it would be {mean:.3f} on average and below "
            "{limit:.3f} in 95 of 100 samples of this size."
        ).format(
            share=percent(share), n=f"{size:,.0f}", old=percent(float(long.mean())),
            psi=result.psi, mean=result.by_chance, limit=result.limit,
        )  # fmt: skip

    return explorer(
        draw,
        Control("share", _("new applicants with a credit of 24 months or more"),
                _percents(10, 90, 5), 0.4, percent, every=2),
        Control("size", _("number of new applicants"), (50, 100, 200, 400, 800, 1600, 3200), 400,
                "{:,.0f}".format, every=3),
        title=_("Are these still the same applicants?"),
        mode=mode,
    )  # fmt: skip


def score_fairness_explorer(mode: str | None = None) -> Explorer:
    """Explore what equal treatment of two groups costs, and which equality (公平性的取舍).

    Applicants below 26 of the German credit data get points added to their cross-validated score;
    the same share of all is granted credit.

    Parameters
    ----------
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError
        If `mode` is unknown.

    Examples
    --------
    >>> score_fairness_explorer()
    Explorer: Which equality, and at what price?
    """
    people, score = _people(), _judged().score.to_numpy()
    young = people["age"].lt(26).to_numpy()
    names = np.where(young, _("below 26"), _("26 or more"))
    bad = people["bad"].to_numpy()

    def draw(ax: Axes, bonus: float, approval: float) -> str:
        raised = score + bonus * young
        line = np.sort(raised)[::-1][round(approval * raised.size) - 1]
        granted = raised >= line
        table = credit.fairness(granted, bad, names).table
        table = table.loc[[_("26 or more"), _("below 26")]]
        where = np.arange(3)
        columns = ("approval", "good_approved", "bad_rate_approved")
        for shift, name, colour in ((-0.2, _("26 or more"), BLUE), (0.2, _("below 26"), ORANGE)):
            heights = table.loc[name, list(columns)].to_numpy(float)
            ax.bar(where + shift, heights, 0.36, color=colour, label=name)
            for spot, height in zip(where, heights, strict=True):
                ax.annotate(percent(height), (spot + shift, height), xytext=(0, 3),
                            textcoords="offset points", ha="center", fontsize=9)  # fmt: skip
        ax.set_xticks(where, [_("credit,\nof all"), _("credit,\nof the good"),
                              _("bad,\nof those granted")])  # fmt: skip
        ax.set_ylim(0, 1.3)
        ax.set_yticks(np.linspace(0, 1, 6), [percent(i / 5) for i in range(6)])
        ax.axhline(0, color=INK, linewidth=1)
        ax.legend(loc="upper right", fontsize=9, ncols=2)
        ratio = float(table["approval"].min() / table["approval"].max())
        lost = float((granted & bad).mean())
        ax.set_title(_("Ratio of approvals {r:.2f}; {b} bad per 1,000 applicants").format(
            r=ratio, b=round(1000 * lost)), color=RED if ratio < 0.8 else GREEN)  # fmt: skip
        return _(
            "With {bonus:.0f} points added for those below 26 and {share} granted credit, the "
            "younger are granted it {ratio:.2f} times as often as the older, and {bad} of 1,000 "
            "applicants are granted credit and go bad."
        ).format(
            bonus=bonus, share=percent(approval),
            ratio=float(table["approval"].iloc[1] / table["approval"].iloc[0]),
            bad=round(1000 * lost),
        )  # fmt: skip

    return explorer(
        draw,
        Control("bonus", _("points added for those below 26"), range(0, 61, 5), 20, _points,
                every=2),
        Control("approval", _("granted credit, of all"), _percents(30, 90, 10), 0.6, percent,
                every=3),
        title=_("Which equality, and at what price?"),
        mode=mode,
    )  # fmt: skip
