"""Pictures of brand switching: the matrix, the shares over time, where they lead, what pays."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import MaxNLocator

from crmlab._text import _
from crmlab.plots.labels import capital, name_rows, spread
from crmlab.plots.style import (
    BLUE,
    INK,
    MUTED,
    ORANGE,
    PALE,
    PALETTE,
    money,
    money_unit,
    percent,
    picture,
    set_title,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from matplotlib.axes import Axes

    from crmlab.clv import (
        RepeatBuying,
        SteadyState,
        SwitchingBootstrap,
        SwitchingEstimate,
        SwitchingForecast,
        SwitchingGains,
    )

_STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))


def _signed(value: float) -> str:
    """Format a change: with its sign, and with digits that suit its size."""
    word = money(value) if abs(value) >= 10 else f"{value:.2f}".replace("-", "\N{MINUS SIGN}")
    return f"+{word}" if value > 0 else word


def _heat(
    ax: "Axes", values: np.ndarray, words: "Any", names: "Sequence[Any]",
    *, mixed: bool,
) -> None:  # fmt: skip
    """Draw a square table as a heat map with words in its cells."""
    limit = float(np.abs(values).max()) or 1.0
    image = ax.imshow(
        values, aspect="auto", cmap="PuOr_r" if mixed else "Blues",
        vmin=-limit if mixed else 0, vmax=limit if mixed else 1,
    )  # fmt: skip
    shades = image.to_rgba(values)
    for (row, column), word in np.ndenumerate(np.array(words, dtype=object)):
        red, green, blue, _alpha = shades[row, column]
        dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.5
        ax.text(
            column, row, word, ha="center", va="center", fontsize=9,
            color="white" if dark else "black",
        )  # fmt: skip
    ax.set_xticks(range(len(names)), [str(name) for name in names])
    ax.set_yticks(range(len(names)), [str(name) for name in names])
    ax.grid(visible=False)


@picture
def switching_matrix(
    result: "SwitchingEstimate", ax: "Axes", *, level: float = 0.95, title: str | None = None
) -> None:
    """Draw a switching matrix with the interval of each chance.

    Parameters
    ----------
    result : SwitchingEstimate
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    level : float
        Level of the intervals, as if purchases were independent.
    title : str, optional
        In place of the sentence that the picture forms itself.

    Returns
    -------
    matplotlib Axes
    """
    chances, table = result.matrix.to_numpy(), result.intervals(level)
    size = len(chances)
    words = np.array(
        [
            f"{percent(chance)}\n({100 * low:.0f}–{100 * high:.0f})"
            for chance, low, high in zip(table["chance"], table["low"], table["high"], strict=True)
        ],
        dtype=object,
    ).reshape(size, size)
    _heat(ax, chances, words, list(result.matrix), mixed=False)
    ax.set_xlabel(_("next purchase"))
    ax.set_ylabel(_("last purchase"))
    keeps = np.diag(chances)
    best, worst = int(keeps.argmax()), int(keeps.argmin())
    set_title(
        ax,
        title
        or _("{best} is bought again after {high} of its purchases, {worst} after {low}").format(
            best=capital(result.matrix.index[best]), high=percent(keeps[best]),
            worst=result.matrix.index[worst], low=percent(keeps[worst]),
        ),
    )  # fmt: skip


@picture
def switching_bootstrap(
    result: "SwitchingBootstrap", ax: "Axes", *, level: float = 0.95, title: str | None = None
) -> None:
    """Draw the chance to be bought again with two intervals: by purchase and by household.

    Parameters
    ----------
    result : SwitchingBootstrap
    ax, title
        As in :func:`switching_matrix`.
    level : float
        Level of both intervals.

    Returns
    -------
    matplotlib Axes
    """
    names = list(result.estimate.shares.index)
    rows = np.arange(len(names))
    keep = np.arange(len(names)) * (len(names) + 1)  # the diagonal of the table of pairs
    simple = result.estimate.intervals(level).iloc[keep]
    drawn = result.to_frame(level).iloc[keep]
    for table, shift, colour, word in (
        (simple, -0.13, PALE, _("as if purchases were independent")),
        (drawn, 0.13, BLUE, _("households drawn anew")),
    ):
        ax.hlines(rows + shift, table["low"], table["high"], color=colour, linewidth=7, label=word)
    ax.plot(simple["chance"], rows, "o", color=ORANGE, markersize=8, zorder=3)
    name_rows(ax, names)
    ax.xaxis.set_major_formatter(lambda x, _position: percent(x))
    ax.set_xlabel(_("chance to be bought again (dot: estimate)"))
    ax.legend(loc="best", fontsize=9)
    widening = float(drawn["widening"].median())
    set_title(
        ax,
        title or _("Counting households widens the intervals {n:.1f} times").format(n=widening),
    )


@picture
def switching_forecast(
    result: "SwitchingForecast", ax: "Axes", *, title: str | None = None
) -> None:
    """Draw the share of each brand over the periods.

    Parameters
    ----------
    result : SwitchingForecast
        At most seven brands.
    ax, title
        As in :func:`switching_matrix`.

    Returns
    -------
    matplotlib Axes
    """
    shares = 100 * result.shares
    mark = "o" if len(shares) <= 13 else None
    for (brand, path), colour, style in zip(shares.items(), PALETTE, _STYLES, strict=False):
        ax.plot(path.index, path, color=colour, linestyle=style, marker=mark, markersize=5,
                label=str(brand))  # fmt: skip
    top = float(shares.to_numpy().max()) * 1.12
    ax.set_ylim(0, max(top, 1))
    for (brand, _path), end in zip(
        shares.items(), spread(shares.iloc[-1], 0.065 * max(top, 1)), strict=True
    ):
        ax.annotate(
            str(brand), (shares.index[-1], end), xytext=(7, 0), textcoords="offset points",
            va="center", fontsize=9.5, fontweight="bold", color=INK, annotation_clip=False,
        )  # fmt: skip
    ax.set_xlabel(_("period (0 is now)"))
    ax.set_ylabel(_("share of the purchases (%)"))
    ax.xaxis.set_major_locator(MaxNLocator(min(len(shares), 13), integer=True))
    moved = shares.iloc[-1] - shares.iloc[0]
    brand = moved.abs().idxmax()
    set_title(
        ax,
        title
        or _("{brand} goes from {first} to {last} in {n} periods").format(
            brand=capital(brand), first=percent(shares[brand].iloc[0] / 100),
            last=percent(shares[brand].iloc[-1] / 100), n=len(shares) - 1,
        ),
    )  # fmt: skip


@picture
def steady_state(result: "SteadyState", ax: "Axes", *, title: str | None = None) -> None:
    """Draw the shares of now, if known, beside those of the long run.

    Parameters
    ----------
    result : SteadyState
    ax, title
        As in :func:`switching_matrix`.

    Returns
    -------
    matplotlib Axes
    """
    x = np.arange(len(result.brands))
    known = [(result.share, BLUE, _("in the long run"))]
    if result.start is not None:
        known.insert(0, (result.start, PALE, _("now")))
    width = 0.8 / len(known)
    for k, (share, colour, word) in enumerate(known):
        place = x + (k - (len(known) - 1) / 2) * width
        bars = ax.bar(place, np.nan_to_num(100 * share), width * 0.95, color=colour, label=word)
        ax.bar_label(
            bars, ["?" if np.isnan(s) else percent(s) for s in share], padding=3, fontsize=9.5
        )
    ax.set_xticks(x, [str(brand) for brand in result.brands])
    ax.set_ylabel(_("share of the purchases (%)"))
    ax.margins(y=0.14)
    ax.set_ylim(bottom=0)
    ax.legend(loc="best", fontsize=9)
    if np.isnan(result.share).any():
        words = _("The long run depends on where customers start")
    elif not result.settles:
        words = _("An average: the shares repeat every {n} periods").format(n=result.period)
    else:
        top = int(np.argmax(result.share))
        words = _("In the long run {brand} has {share} of the purchases").format(
            brand=result.brands[top], share=percent(result.share[top])
        )
    set_title(ax, title or words)


@picture
def switching_gains(
    result: "SwitchingGains", ax: "Axes", *, title: str | None = None, unit: str | None = None,
    customers: float = 1.0,
) -> None:  # fmt: skip
    """Draw who gains and who loses when part of a row of the matrix moves.

    Parameters
    ----------
    result : SwitchingGains
    ax, title
        As in :func:`switching_matrix`.
    unit : str, optional
        Unit of money.
    customers : float
        Customers in the market: amounts are for all of them.

    Returns
    -------
    matplotlib Axes
    """
    values = customers * result.table.to_numpy()
    words = [[_signed(value) for value in row] for row in values]
    _heat(ax, values, words, list(result.table), mixed=True)
    one = abs(result.points - 0.01) < 1e-12
    points = _("one point") if one else _("{n:g} points").format(n=100 * result.points)
    ax.set_xlabel(_("change of the value to ({unit})").format(unit=money_unit(unit)))
    ax.set_ylabel(
        _("after a purchase of")
        if result.to is not None
        else _("better kept by {points}").format(points=points)
    )
    if result.to is None:
        row = int(np.diag(values).argmax())
        words_ = _("{points} of retention: most for {brand}, {gain}").format(
            points=capital(points), brand=result.table.index[row], gain=_signed(values[row, row])
        )
    else:
        column = values[:, list(result.table).index(result.to)]
        row = int(column.argmax())
        words_ = _("{points} more to {to}: most after {brand}, {gain}").format(
            points=capital(points),
            to=result.to,
            brand=result.table.index[row],
            gain=_signed(column[row]),
        )
    set_title(ax, title or words_)


@picture
def repeat_buying(result: "RepeatBuying", ax: "Axes", *, title: str | None = None) -> None:
    """Draw what repeat purchases are made of: shares, differences of households, order.

    Parameters
    ----------
    result : RepeatBuying
    ax, title
        As in :func:`switching_matrix`.

    Returns
    -------
    matplotlib Axes
    """
    table = 100 * result.to_frame()
    words = [_("market shares"), _("households\ndiffer"), _("order of the\npurchases")]
    left = table["repeat_rate"] - table["added"]
    x = np.arange(3)
    bars = ax.bar(x, table["added"], 0.6, bottom=left, color=[PALE, BLUE, ORANGE])
    parts = [money(round(value)) for value in table["added"]]
    signed = [part if k == 0 or part[0] == "\N{MINUS SIGN}" else f"+{part}"
              for k, part in enumerate(parts)]  # fmt: skip
    ax.bar_label(bars, signed, padding=3, fontsize=10)
    for k in (0, 1):
        height = table["repeat_rate"].iloc[k]
        ax.plot([x[k] + 0.3, x[k + 1] - 0.3], [height, height], color=MUTED, linewidth=1)
    whole = ax.bar(3, 100 * result.observed, 0.6, color=INK)
    ax.bar_label(whole, [f"{100 * result.observed:.0f}"], padding=3, fontsize=10)
    ax.set_xticks(range(4), [*words, _("observed")])
    ax.set_ylabel(_("purchases that repeat the brand (%)"))
    ax.set_ylim(0, 108)
    set_title(
        ax,
        title
        or _("{own} of {all} repeats in a hundred vanish without the order").format(
            all=f"{100 * result.observed:.0f}", own=f"{table['added'].iloc[2]:.0f}"
        ),
    )
