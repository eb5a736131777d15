"""Pictures of receivables: matching, ageing, DSO, roll rates, allowance, control."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FuncFormatter

from crmlab._text import _
from crmlab.plots.labels import name_rows
from crmlab.plots.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PALE,
    RED,
    SKY,
    money,
    money_axis,
    money_unit,
    percent,
    picture,
    set_title,
    zero_line,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from crmlab.credit import (
        Allowance,
        CollectionChain,
        ExpectedLoss,
        Matching,
        OrderControl,
        OverdueList,
        ReceivablesHistory,
    )

#: Colours of buckets from fresh to old.
_AGES = (BLUE, SKY, PALE, ORANGE, RED, "#7F0000")
_SHOWN = ("dso", "ageing")


def _age_colours(n: int) -> list[str]:
    """Colours of n buckets: the freshest blue, the oldest dark red where there are six."""
    if n <= len(_AGES) - 1:
        return [*_AGES[: n - 1], RED]
    return [_AGES[min(i * len(_AGES) // n, len(_AGES) - 1)] for i in range(n)]


@picture
def matching(
    result: "Matching", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw what became of the cash: applied by number, by each rule, or on account.

    Parameters
    ----------
    result : Matching
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.
    title : str, optional
        In place of the sentence that the picture forms itself.
    unit : str, optional
        Unit of money.

    Returns
    -------
    matplotlib Axes
    """
    table = result.by_rule
    shown = table.drop(index="number", errors="ignore")
    rows = np.arange(len(shown))
    colours = [RED if name == "on account" else BLUE for name in shown.index]
    bars = ax.barh(rows, shown["amount"], 0.62, color=colours)
    words = [
        _("{amount} ({n} documents)").format(amount=money(amount), n=f"{n:,}")
        for amount, n in zip(shown["amount"], shown["documents"], strict=True)
    ]
    ax.bar_label(bars, words, padding=4, fontsize=9.5)
    words_of = {
        "exact": _("exact amount"), "sum": _("several add up"), "closest": _("closest amount"),
        "oldest": _("oldest first"), "on account": _("on account"),
    }  # fmt: skip
    name_rows(ax, [words_of[str(name)] for name in shown.index])
    ax.margins(x=0.32)
    money_axis(ax.xaxis)
    ax.set_xlabel(
        _("cash that no invoice number has settled ({unit})").format(unit=money_unit(unit))
    )
    whole = float(table["amount"].sum())
    number = float(table["amount"].get("number", 0.0))
    sentence = _("{share} of the cash names its invoice; rules find a place for {found} more")
    ax_found = float(shown["amount"].drop("on account").sum())
    set_title(
        ax,
        title
        or sentence.format(share=percent(number / whole if whole else 0), found=money(ax_found)),
        width=50,
    )


@picture
def receivables_history(
    result: "ReceivablesHistory",
    ax: "Axes",
    *,
    title: str | None = None,
    unit: str | None = None,
    show: str = "dso",
) -> None:
    """Draw days sales outstanding over time, or the ageing over time.

    Parameters
    ----------
    result : ReceivablesHistory
    ax, title, unit
        As in :func:`matching`.
    show : {"dso", "ageing"}
        What to draw. With one day the ageing is drawn as bars.

    Returns
    -------
    matplotlib Axes
    """
    if show not in _SHOWN:
        raise ValueError(f"show must be one of 'dso', 'ageing'; got {show!r}")
    table = result.table
    if show == "dso":
        _draw_dso(result, ax, title)
    elif len(table) == 1:
        _draw_buckets(result, ax, title, unit)
    else:
        _draw_ageing(result, ax, title, unit)


def _draw_dso(result: "ReceivablesHistory", ax: "Axes", title: str | None) -> None:
    table = result.table
    lines = {
        "simple": (_("simple"), BLUE, "-"), "count_back": (_("count-back"), ORANGE, "--"),
        "best_possible": (_("best possible"), MUTED, "-."),
    }  # fmt: skip
    for name, (word, colour, dash) in lines.items():
        ax.plot(table.index, table[name], color=colour, linestyle=dash, label=word, marker=".")
    values = table[list(lines)].to_numpy()
    ax.set_ylim(0, float(np.nanmax(values)) * 1.18 if np.isfinite(values).any() else 1)
    ax.set_ylabel(_("days sales outstanding"))
    ax.set_xlabel(_("day"))
    ax.legend(loc="lower right", fontsize=9, ncols=3)
    last = table.iloc[-1]
    sentence = _("At the end {simple:.0f} days of sales are open; {late:.0f} of them are overdue")
    set_title(ax, title or sentence.format(simple=last["simple"], late=last["delinquent"]))
    _dates(ax)


def _dates(ax: "Axes") -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=3, maxticks=8)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))


def _draw_ageing(
    result: "ReceivablesHistory", ax: "Axes", title: str | None, unit: str | None
) -> None:
    table = result.table[list(result.buckets)]
    colours = _age_colours(len(result.buckets))
    ax.stackplot(table.index, table.to_numpy().T, colors=colours, labels=list(result.buckets))
    ax.set_xlim(table.index[0], table.index[-1])
    ax.set_ylim(0, float(table.sum(axis=1).max()) * 1.3)
    money_axis(ax.yaxis)
    ax.set_ylabel(_("open invoices ({unit})").format(unit=money_unit(unit)))
    ax.set_xlabel(_("day"))
    handles, words = ax.get_legend_handles_labels()
    ax.legend(
        handles, words, title=_("days after the due day"), loc="upper left", fontsize=9,
        title_fontsize=9, ncols=3,
    )  # fmt: skip
    oldest = table[result.buckets[-1]]
    sentence = _("What is late by {bucket} days has grown from {first} to {last}")
    if oldest.iloc[-1] <= oldest.iloc[0]:
        sentence = _("What is late by {bucket} days was {first} and is {last}")
    set_title(
        ax,
        title
        or sentence.format(
            bucket=result.buckets[-1], first=money(oldest.iloc[0]), last=money(oldest.iloc[-1])
        ),
    )
    _dates(ax)


def _draw_buckets(
    result: "ReceivablesHistory", ax: "Axes", title: str | None, unit: str | None
) -> None:
    row = result.table.iloc[0]
    amounts = row[list(result.buckets)].to_numpy(float)
    rows = np.arange(len(amounts))
    bars = ax.bar(rows, amounts, 0.66, color=_age_colours(len(amounts)))
    whole = amounts.sum()
    words = [f"{money(value)}\n{percent(value / whole if whole else 0)}" for value in amounts]
    ax.bar_label(bars, words, padding=3, fontsize=9.5)
    ax.set_xticks(rows, list(result.buckets))
    ax.margins(y=0.2)
    money_axis(ax.yaxis)
    ax.set_ylabel(_("open invoices ({unit})").format(unit=money_unit(unit)))
    ax.set_xlabel(_("days after the due day"))
    late = percent(1 - amounts[0] / whole if whole else 0)
    sentence = _("On {day}, {late} of the open money is overdue")
    set_title(ax, title or sentence.format(day=result.table.index[0].date(), late=late))


@picture
def collection_chain(result: "CollectionChain", ax: "Axes", *, title: str | None = None) -> None:
    """Draw where the money of each bucket stands a period later.

    Parameters
    ----------
    result : CollectionChain
    ax, title
        As in :func:`matching`.

    Returns
    -------
    matplotlib Axes
    """
    columns = [*map(str, result.states), _("paid"), _("bad")]
    colours = [*_age_colours(len(result.states) + 1)[:-1], GREEN, INK]
    rows = np.arange(len(result.states))
    order = [len(columns) - 2, *range(len(columns) - 2), len(columns) - 1]
    start = np.zeros(len(rows))
    for column in order:
        shares = result.matrix[:, column]
        ax.barh(rows, shares, 0.66, left=start, color=colours[column], label=columns[column],
                edgecolor="white", linewidth=0.6)  # fmt: skip
        for row, share in enumerate(shares):
            if share >= 0.06:
                dark = colours[column] in (BLUE, RED, INK, GREEN, "#7F0000")
                ax.text(
                    start[row] + share / 2, row, percent(share), ha="center", va="center",
                    fontsize=9, color="white" if dark else "black",
                )  # fmt: skip
        start = start + shares
    ax.set_yticks(rows, list(map(str, result.states)))
    ax.set_ylim(len(rows) - 0.4, -1.35)
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _position: percent(value)))
    ax.grid(visible=False)
    ax.set_xlabel(_("share of the money, one period later"))
    ax.set_ylabel(_("bucket now"))
    ax.legend(loc="upper center", fontsize=8.5, ncols=min(len(columns), 7), columnspacing=0.9,
              handlelength=1.1)  # fmt: skip
    lost = result.ends["bad"]
    sentence = _("Of what is in {first}, {low} ends as bad; of what is in {last}, {high}")
    set_title(
        ax,
        title
        or sentence.format(
            first=lost.index[0], last=lost.index[-1],
            low=percent(lost.iloc[0], 1), high=percent(lost.iloc[-1]),
        ),
        width=50,
    )  # fmt: skip


@picture
def allowance(
    result: "Allowance", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the amount of each bucket and the part that is not expected to come.

    Parameters
    ----------
    result : Allowance
    ax, title, unit
        As in :func:`matching`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    rows = np.arange(len(table))
    ax.bar(rows - 0.2, table["amount"], 0.38, color=PALE, label=_("open"))
    ax.bar(rows + 0.2, table["allowance"], 0.38, color=RED, label=_("allowance"))
    words = [
        f"{money(part)}\n{percent(rate, 1 if rate < 0.1 else 0)}"
        for part, rate in zip(table["allowance"], table["loss"], strict=True)
    ]
    for row, part, word in zip(rows, table["allowance"], words, strict=True):
        # From the left edge of its bar on, beside the bar of what is open.
        ax.annotate(word, (row + 0.02, part), xytext=(1, 3), textcoords="offset points",
                    fontsize=9, va="bottom")  # fmt: skip
    ax.set_xticks(rows, list(map(str, table.index)))
    ax.margins(y=0.16)
    money_axis(ax.yaxis)
    ax.set_xlabel(_("bucket; under the allowance: its loss rate"))
    ax.set_ylabel(money_unit(unit))
    ax.legend(loc="upper right", fontsize=9)
    sentence = _("Of {owed} open, {total} is not expected to come ({share})")
    share = percent(result.total / result.owed if result.owed else 0)
    set_title(
        ax,
        title or sentence.format(owed=money(result.owed), total=money(result.total), share=share),
    )


@picture
def expected_loss(
    result: "ExpectedLoss", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw exposure against the chance of default; the size of a point is its expected loss.

    Parameters
    ----------
    result : ExpectedLoss
    ax, title, unit
        As in :func:`matching`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table
    loss = table["loss"].to_numpy()
    size = 12 + 380 * loss / loss.max() if loss.size and loss.max() > 0 else np.full(loss.size, 12)
    ax.scatter(
        table["default_probability"], table["exposure"], s=size, color=BLUE, alpha=0.45,
        edgecolors=INK, linewidths=0.4,
    )  # fmt: skip
    top = table.nlargest(min(5, len(table)), "loss")
    for name, row in top.iterrows():
        ax.annotate(
            str(name), (row["default_probability"], row["exposure"]), xytext=(7, 4),
            textcoords="offset points", fontsize=8.5,
        )  # fmt: skip
    ax.set_ylim(bottom=0)
    ax.set_xlim(left=0)
    ax.margins(x=0.08, y=0.1)
    money_axis(ax.yaxis)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _position: percent(value, 1)))
    ax.set_xlabel(_("chance of default"))
    ax.set_ylabel(_("exposure ({unit})").format(unit=money_unit(unit)))
    share = float(top["loss"].sum() / result.total) if result.total else 0.0
    sentence = _("Expected loss {total}; {n} customers carry {share} of it")
    set_title(
        ax, title or sentence.format(total=money(result.total), n=len(top), share=percent(share))
    )


@picture
def order_control(
    result: "OrderControl", ax: "Axes", *, title: str | None = None, unit: str | None = None
) -> None:
    """Draw the money of the orders: released, and held for each reason.

    Parameters
    ----------
    result : OrderControl
    ax, title, unit
        As in :func:`matching`.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table.assign(reasons=result.table["reasons"].replace("", _("released")))
    grouped = table.groupby("reasons")["amount"].agg(["sum", "size"])
    held = grouped.drop(index=_("released"), errors="ignore").sort_values("sum", ascending=False)
    first: Any = grouped.loc[[name for name in grouped.index if name == _("released")]]
    names = [*first.index, *held.index]
    sums = [*first["sum"], *held["sum"]]
    counts = [*first["size"], *held["size"]]
    rows = np.arange(len(names))
    colours = [GREEN if name == _("released") else RED for name in names]
    bars = ax.barh(rows, sums, 0.62, color=colours)
    words = [
        _("{amount} ({n} orders)").format(amount=money(amount), n=f"{n:,}")
        for amount, n in zip(sums, counts, strict=True)
    ]
    ax.bar_label(bars, words, padding=4, fontsize=9.5)
    name_rows(ax, [str(name).replace(", ", "\n+ ") for name in names])
    ax.margins(x=0.3)
    money_axis(ax.xaxis)
    ax.set_xlabel(_("amount of the orders ({unit})").format(unit=money_unit(unit)))
    sentence = _("{n} of {all} orders wait for a decision")
    set_title(ax, title or sentence.format(n=len(result.held), all=len(result.table)), width=50)


@picture
def overdue_list(
    result: "OverdueList",
    ax: "Axes",
    *,
    title: str | None = None,
    unit: str | None = None,
    top: int = 10,
) -> None:
    """Draw what the most urgent customers owe, and what is at stake.

    Parameters
    ----------
    result : OverdueList
    ax, title, unit
        As in :func:`matching`.
    top : int
        Number of customers to show.

    Returns
    -------
    matplotlib Axes
    """
    table = result.table.head(top)
    rows = np.arange(len(table))
    ax.barh(rows - 0.2, table["overdue"], 0.38, color=PALE, label=_("overdue"))
    bars = ax.barh(rows + 0.2, table["stake"], 0.38, color=RED, label=_("at stake"))
    ax.bar_label(bars, [money(value) for value in table["stake"]], padding=4, fontsize=9)
    words = [
        _("{name}, {days} days").format(name=name, days=days)
        for name, days in zip(table.index, table["days_late"], strict=True)
    ]
    name_rows(ax, words)
    ax.margins(x=0.12)
    zero_line(ax, horizontal=False)
    money_axis(ax.xaxis)
    ax.set_xlabel(money_unit(unit))
    ax.legend(loc="lower right", fontsize=9)
    whole = float(result.table["stake"].sum())
    share = float(table["stake"].sum()) / whole if whole else 0.0
    sentence = _("{n} calls reach {share} of what is at stake")
    set_title(ax, title or sentence.format(n=len(table), share=percent(share)), width=46)
