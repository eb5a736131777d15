"""Pictures of loyalty as behaviour and as attitude: measures, scales, pyramid, kinds."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab._text import _
from crmlab.plots.labels import name_rows
from crmlab.plots.style import (
    BLUE,
    MUTED,
    ORANGE,
    PALE,
    RED,
    SKY,
    percent,
    picture,
    set_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from crmlab.loyalty import (
        BehaviouralLoyalty,
        LoyaltyKinds,
        LoyaltyPyramid,
        LoyaltyScales,
        PriceResponse,
    )

_STEPS = (0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 4, 5, 7, 10)


def _percent_axis(axis: Any) -> None:
    axis.set_major_formatter(lambda value, _position: percent(value))


def _words(name: Any, names: Mapping[Any, str] | None) -> str:
    return (names or {}).get(name, str(name).replace("_", " "))


def _intervals(
    ax: "Axes", words: list[str], middle: Any, low: Any, high: Any, write: Any, shift: float = 0.0
) -> None:
    """Draw estimates with their intervals, one row each, the first on top, each with its value."""
    rows = np.arange(len(words)) + shift
    for row, (m, lo, hi) in enumerate(zip(middle, low, high, strict=True)):
        ax.plot([lo, hi], [rows[row]] * 2, color=SKY, linewidth=6, solid_capstyle="butt")
        ax.plot(m, rows[row], "o", color=BLUE, markersize=7, zorder=3)
        ax.annotate(
            write(m), (m, rows[row]), xytext=(0, 8), textcoords="offset points", ha="center",
            fontsize=9.5,
        )  # fmt: skip
    ax.set_yticks(np.arange(len(words)), words)
    ax.set_ylim(len(words) - 0.5, -0.7)
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")


@picture
def behavioural_loyalty(
    result: "BehaviouralLoyalty",
    ax: "Axes",
    *,
    title: str | None = None,
    names: Mapping[Any, str] | None = None,
    most: int = 6,
) -> None:
    """Draw the share of wallet and the repeat rate of the brands most bought.

    Parameters
    ----------
    result : BehaviouralLoyalty
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    title : str, optional
        In place of the sentence that the picture forms itself.
    names : mapping of brand to str, optional
        Words for the brands.
    most : int
        How many brands to draw.

    Returns
    -------
    matplotlib Axes
    """
    brands = result.brands.head(most)
    rows = np.arange(len(brands))
    for shift, column, colour, mark, word in (
        (-0.14, ("share_of_wallet", "share_low", "share_high"), BLUE, "o", _("share of wallet")),
        (0.14, ("repeat_rate", "repeat_low", "repeat_high"), ORANGE, "s", _("repeat rate")),
    ):
        middle, low, high = (brands[name] for name in column)
        ax.hlines(rows + shift, low, high, color=colour, linewidth=2.5)
        ax.plot(middle, rows + shift, mark, color=colour, markersize=7, label=word)
    words = [
        _("{brand}\n{n} buyers").format(brand=_words(name, names), n=n)
        for name, n in brands["buyers"].items()
    ]
    name_rows(ax, words)
    ax.set_xlim(0, 1)
    _percent_axis(ax.xaxis)
    ax.set_xlabel(_("among the brand's buyers (line: {level} interval)").format(
        level=percent(result.level)))  # fmt: skip
    ax.legend(loc="best", fontsize=9)
    best = brands["share_of_wallet"].idxmax()
    set_title(
        ax,
        title
        or _("Buyers of {brand} spend {share} of the category on it").format(
            brand=_words(best, names), share=percent(float(brands["share_of_wallet"].max()))
        ),
    )


@picture
def price_response(
    result: "PriceResponse", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw relative volume against relative price, period by period, with the fitted line.

    Parameters
    ----------
    result : PriceResponse
    ax, title
        As in :func:`behavioural_loyalty`.
    unit : str, optional
        What a period is, such as "week".

    Returns
    -------
    matplotlib Axes
    """
    periods = result.periods
    ax.loglog(
        periods["relative_price"], periods["relative_volume"], "o", color=SKY,
        markeredgecolor=BLUE, markersize=5.5,
    )  # fmt: skip
    ends = np.array([periods["relative_price"].min(), periods["relative_price"].max()])
    ax.plot(ends, np.exp(result.intercept) * ends**result.slope, color=RED)
    for axis in (ax.xaxis, ax.yaxis):
        low, high = axis.get_view_interval()
        steps = [s for s in _STEPS if low <= s <= high]
        axis.set_major_locator(_fixed(steps))
        axis.set_major_formatter(lambda value, _position: f"{value:g}")
        axis.set_minor_locator(_fixed([]))
    ax.set_xlabel(_("our price ÷ the rivals' price (a point: one {unit})").format(
        unit=unit or _("period")))  # fmt: skip
    ax.set_ylabel(_("our packages ÷ theirs"))
    set_title(
        ax,
        title
        or _("1 % dearer costs {b:.1f} % of the share odds ({low:.1f} to {high:.1f})").format(
            b=-result.slope, low=-result.high, high=-result.low
        ),
    )


def _fixed(places: list[float]) -> Any:
    from matplotlib.ticker import FixedLocator

    return FixedLocator(places)


@picture
def loyalty_scales(
    result: "LoyaltyScales",
    ax: "Axes",
    *,
    title: str | None = None,
    names: Mapping[Any, str] | None = None,
) -> None:
    """Draw the mean of each scale with its interval.

    Parameters
    ----------
    result : LoyaltyScales
    ax, title, names
        As in :func:`behavioural_loyalty`; `names` for the scales.

    Returns
    -------
    matplotlib Axes
    """
    table = result.summary
    words = [_words(name, names) for name in table.index]
    _intervals(ax, words, table["mean"], table["low"], table["high"], "{:.2f}".format)
    ax.set_xlim(result.low, result.high)
    middle = (result.low + result.high) / 2
    ax.axvline(middle, color=MUTED, linewidth=1.2, linestyle=(0, (4, 3)))
    ax.set_xlabel(_("mean score ({low:g} to {high:g}; dashed: middle)").format(
        low=result.low, high=result.high))  # fmt: skip
    top = table["mean"].idxmax()
    set_title(
        ax,
        title
        or _("{scale} stands highest, at {mean:.2f}").format(
            scale=_words(top, names).capitalize(), mean=float(table["mean"].max())
        ),
    )


@picture
def loyalty_pyramid(
    result: "LoyaltyPyramid",
    ax: "Axes",
    *,
    title: str | None = None,
    names: Mapping[Any, str] | None = None,
) -> None:
    """Draw the pyramid of loyalty; the width of a storey is its share of the customers.

    Parameters
    ----------
    result : LoyaltyPyramid
    ax, title, names
        As in :func:`behavioural_loyalty`; `names` for the levels.

    Returns
    -------
    matplotlib Axes
    """
    table = result.to_frame()
    widest = max(float(table["share"].max()), 1e-9)
    for storey, (name, row) in enumerate(table.iterrows()):
        width = float(row["share"]) / widest
        ax.barh(
            storey, width, left=-width / 2, height=0.82, color=(PALE, SKY, ORANGE, BLUE)[storey]
        )
        ax.text(
            -0.56, storey, _words(name, names), ha="right", va="center", fontweight="bold",
            fontsize=10,
        )  # fmt: skip
        ax.text(
            0.56, storey,
            _("{share}  ({low} to {high})\n{n} customers").format(
                share=percent(row["share"]), low=percent(row["low"]), high=percent(row["high"]),
                n=int(row["customers"]),
            ),
            va="center", fontsize=9.5,
        )  # fmt: skip
    ax.set_xlim(-0.95, 1.05)
    ax.set_ylim(-0.6, len(table) - 0.4)
    ax.set_yticks([])
    ax.set_xticks([])
    ax.grid(visible=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_xlabel(_("width: share of the customers ({level} interval)").format(
        level=percent(result.confidence)))  # fmt: skip
    top = table.iloc[-1]
    set_title(
        ax,
        title
        or _("Only {top} reach the top; {none} stand at the foot").format(
            top=percent(top["share"]), none=percent(table["share"].iloc[0])
        ),
    )


@picture
def loyalty_kinds(
    result: "LoyaltyKinds",
    ax: "Axes",
    *,
    title: str | None = None,
    names: Mapping[Any, str] | None = None,
) -> None:
    """Draw how many customers are loyal in each way.

    Parameters
    ----------
    result : LoyaltyKinds
    ax, title, names
        As in :func:`behavioural_loyalty`; `names` for the kinds.

    Returns
    -------
    matplotlib Axes
    """
    table = result.to_frame()
    sound = {"trust", "super-value", "loyalty"}
    away = {"none", "no loyalty", "potential", "latent loyalty"}
    colours = [BLUE if k in sound else PALE if k in away else ORANGE for k in table.index]
    hatches = ["" if k in sound | away else "//" for k in table.index]
    rows = np.arange(len(table))
    ax.barh(rows, table["share"], color=colours, hatch=hatches, edgecolor="white", height=0.7)
    for row, (share, n) in enumerate(zip(table["share"], table["customers"], strict=True)):
        ax.annotate(
            f"{percent(share)} ({n})", (share, row), xytext=(5, 0), textcoords="offset points",
            va="center", fontsize=9.5,
        )  # fmt: skip
    ax.set_yticks(rows, [_words(name, names) for name in table.index])
    ax.invert_yaxis()
    ax.margins(x=0.16)
    _percent_axis(ax.xaxis)
    ax.set_xlabel(_("share of customers (blue: by conviction, hatched: held by something else)"))
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x")
    held = float(table.loc[[k for k in table.index if k not in sound | away], "share"].sum())
    firm = float(table.loc[[k for k in table.index if k in sound], "share"].sum())
    set_title(
        ax,
        title
        or _("{firm} are loyal by conviction, {held} are held by something else").format(
            firm=percent(firm), held=percent(held)
        ),
    )
