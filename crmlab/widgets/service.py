"""Explorers of service (chapter 15)."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from crmlab import datasets, service
from crmlab._text import _
from crmlab.plots import money, percent
from crmlab.plots import pareto as plot_pareto
from crmlab.plots import recovery_value as plot_recovery
from crmlab.plots import state_machine as plot_machine
from crmlab.plots import win_back as plot_win_back
from crmlab.plots.style import BLUE, INK, ORANGE, PALE, RED, SKY, set_title
from crmlab.widgets.explorer import Control, Explorer, explorer


def _percents(low: int, high: int, step: int) -> list[float]:
    return [value / 100 for value in range(low, high + 1, step)]


def staffing_explorer(
    handling: float = 260.0, within: float = 20.0, target: float = 0.8, mode: str | None = None
) -> Explorer:
    """Explore how many agents a stream of calls needs (坐席配置, 爱尔兰C公式).

    Parameters
    ----------
    handling : float
        Mean length of a call in seconds.
    within, target : float
        The promise: share of the calls answered within so many seconds.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.service.staffing`.

    Examples
    --------
    >>> staffing_explorer()
    Explorer: How many agents keep the promise?
    """

    def draw(ax: Axes, calls: float, agents: float) -> str:
        plan = service.staffing(calls, handling, target=target, within=within)
        # A promise of nothing needs one agent: its table shows every number.
        table = service.staffing(calls, handling, target=0.0, within=within, more=13).table
        level = table["level"]
        here = int(agents)
        colours = [BLUE if n == here else SKY if v >= target else PALE for n, v in level.items()]
        ax.bar(level.index, level, color=colours, width=0.8)
        ax.axhline(target, color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
        ax.axvline(plan.load, color=RED, linewidth=1.4)
        ax.text(plan.load + 0.1, 1.01, _("load"), color=RED, fontsize=9)
        ax.set_xlim(0.4, 14.6)
        ax.set_ylim(0, 1.08)
        ax.set_xticks(range(1, 15))
        ax.get_xticklabels()[here - 1].set(color=BLUE, fontweight="bold")  # seen without a bar
        ax.set_xlabel(
            _("agents (dark blue: chosen; light blue: at or above the dashed promise)"),
            fontsize=9.5,
        )
        ax.set_ylabel(_("answered within {t:g} s").format(t=within))
        ax.yaxis.set_major_formatter(lambda value, _position: percent(value))
        set_title(ax, _("{n} agents answer {level} in time; {needed} are needed").format(
            n=here, level=percent(level[here]), needed=plan.needed))  # fmt: skip
        words = _("{calls:g} calls in half an hour are {load:.2f} erlangs. ").format(
            calls=calls, load=plan.load)  # fmt: skip
        if here <= plan.load:
            return words + _("With {n} agents the line grows without end.").format(n=here)
        return words + _(
            "With {n} agents {level} are answered in time, the mean wait is {wait} seconds and an "
            "agent is on the telephone for {used} of the time."
        ).format(
            n=here, level=percent(level[here], 1), used=percent(plan.load / here),
            wait=money(float(table["wait"][here])),
        )  # fmt: skip

    return explorer(
        draw,
        Control("calls", _("calls in half an hour"), range(5, 66, 5), 35, every=3),
        Control("agents", _("agents on duty"), range(2, 15), 6, every=2),
        title=_("How many agents keep the promise?"),
        mode=mode,
    )


def recovery_explorer(
    complaints: float = 520,
    mended: float = 0.6,
    saved: Any = None,
    cost: float = 20_000,
    unit: str = "yuan",
    mode: str | None = None,
) -> Explorer:
    """Explore what mending more complaints is worth (服务补救的价值).

    Parameters
    ----------
    complaints, mended, cost : float
        As in :func:`crmlab.service.recovery_value`.
    saved : float or Series, optional
        As there; a rounded effect of the simulated company without it.
    unit : str
        Unit of money.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.service.recovery_value`.

    Examples
    --------
    >>> recovery_explorer()
    Explorer: Does it pay to mend more complaints?
    """
    effect = pd.Series({"difference": 0.14, "low": 0.05, "high": 0.23}) if saved is None else saved
    first = round(100 * mended)

    def value(target: float, worth: float) -> service.RecoveryValue:
        return service.recovery_value(complaints, mended, target, effect, worth, cost)

    ends = value(1.0, 3000)
    top = ends.more * ends.high * ends.worth

    def draw(ax: Axes, target: float, worth: float) -> str:
        result = value(target, worth)
        plot_recovery(result, ax, unit=unit)
        ax.set_ylabel("")
        ax.set_xlabel(_("complaints mended; upwards: left in a year ({unit})").format(unit=unit))
        ax.set_ylim(-1.25 * cost, max(top - cost, cost))
        return _(
            "{more} more complaints mended in a year keep {kept:.1f} customers at {worth} {unit} "
            "each; less the cost of {cost} {unit} that leaves {net} {unit}."
        ).format(
            more=money(result.more), kept=result.more * result.saved, worth=money(worth),
            cost=money(cost), net=money(result.net()), unit=unit,
        )  # fmt: skip

    return explorer(
        draw,
        Control("target", _("complaints mended"), _percents(first + 4, 100, 4), (first + 20) / 100,
                percent, every=2),
        Control("worth", _("what a kept customer is worth"), range(500, 3001, 250), 1500,
                lambda w: f"{money(w)} {unit}", every=2),
        title=_("Does it pay to mend more complaints?"),
        mode=mode,
    )  # fmt: skip


def _stories() -> tuple[service.StateMachine, list[pd.DataFrame]]:
    """Three complaints of the freight forwarder: smooth, too late, and with a wrong step."""
    log = datasets.load("freight_cases")
    log["time"] = log["date"] + pd.to_timedelta(log["hour"], unit="h")
    machine = service.freight_machine("complaint")
    played = service.replay(machine, log[log["kind"] == "complaint"])
    table = played.table[played.table["events"].between(6, 8)]
    smooth = table[(table["illegal"] == 0) & (table["overdue"] == 0)].index[0]
    late = table[(table["illegal"] == 0) & (table["overdue"] > 0)].index[0]
    wrong = table[table["illegal"] > 0].index[0]
    return machine, [played.steps[played.steps["case"] == case] for case in (smooth, late, wrong)]


def case_explorer(
    machine: service.StateMachine | None = None,
    cases: list[pd.DataFrame] | None = None,
    mode: str | None = None,
) -> Explorer:
    """Explore how a case walks through its machine, step by step (状态机).

    Parameters
    ----------
    machine : StateMachine, optional
        The rules; a freight forwarder's complaint without it.
    cases : list of DataFrame, optional
        Steps of at least two cases, as ``crmlab.service.Replay.steps`` has them.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        If there are fewer than two cases.

    Examples
    --------
    >>> case_explorer()
    Explorer: Where does the case stand?
    """
    built, stories = _stories() if machine is None or cases is None else (machine, cases)
    if len(stories) < 2:
        raise ValueError(f"cases must hold at least 2 cases; got {len(stories)}")
    names = [str(story["case"].iloc[0]) for story in stories]
    longest = max(map(len, stories))

    def draw(ax: Axes, case: float, step: float) -> str:
        story = stories[int(case) - 1]
        k = min(int(step), len(story))
        done = story.iloc[:k]
        state = built.start if done.empty else str(done["next_state"].iloc[-1])
        legal = done[done["legal"]]
        ways = list(zip(legal["state"], legal["next_state"], strict=True))
        where = _("Case {name} after {k} of {all} events: {state}").format(
            name=names[int(case) - 1], k=k, all=len(story), state=state)  # fmt: skip
        ax.set_position((0.01, 0.12, 0.98, 0.74))
        plot_machine(built, ax, state=state, passed=ways, title=where)
        allowed = ", ".join(built.allowed(state)).replace("_", " ") or _("nothing")
        if done.empty:
            return _("Nothing has happened yet. Allowed next: {allowed}.").format(allowed=allowed)
        last = done.iloc[-1]
        since = (last["time"] - done["time"].iloc[0]).total_seconds() / 86400
        head = _("Day {day:.1f}: “{event}”").format(day=since, event=last["event"])
        if last["legal"]:
            return head + _(". Allowed next: {allowed}.").format(allowed=allowed)
        return head + _(", refused: {reason}. The case stays where it is.").format(
            reason=last["reason"]
        )

    return explorer(
        draw,
        Control("case", _("case"), range(1, len(stories) + 1), 2,
                lambda i: names[int(i) - 1]),
        Control("step", _("events that have happened"), range(longest + 1), 3),
        title=_("Where does the case stand?"),
        mode=mode,
    )  # fmt: skip


def pareto_explorer(
    causes: pd.Series | None = None,
    cost: Any = None,
    unit: str = "yuan",
    mode: str | None = None,
) -> Explorer:
    """Explore which causes are the vital few, by number and by cost (帕累托分析).

    Parameters
    ----------
    causes : Series, optional
        Cause of each complaint; those of the simulated company without it.
    cost : array, optional
        What each complaint cost; the compensation paid without it.
    unit : str
        Unit of money.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.service.pareto`.

    Examples
    --------
    >>> pareto_explorer()
    Explorer: Which causes are the vital few?
    """
    if causes is None or cost is None:
        tickets = datasets.load("company_tickets")
        mine = tickets[tickets["kind"] == "complaint"]
        causes, cost = mine["cause"], mine["compensation"]
    given = causes

    def draw(ax: Axes, cut: float, by: float) -> str:
        name = _("compensation")
        result = (
            service.pareto(given, cost, cut=cut, name=name)
            if by
            else service.pareto(given, cut=cut)
        )
        plot_pareto(result, ax, unit=unit)
        ax.set_xlabel("")
        few = result.vital
        return _("At a cut of {cut} the vital few are {n}: {names}.").format(
            cut=percent(cut), n=len(few), names=", ".join(map(str, few))
        )

    return explorer(
        draw,
        Control("cut", _("cut"), _percents(20, 100, 5), 0.8, percent, every=2),
        Control("by", _("ranked by"), (0, 1), 1,
                lambda by: _("compensation") if by else _("number")),
        title=_("Which causes are the vital few?"),
        mode=mode,
    )  # fmt: skip


def _built_in_trial() -> service.Uplift:
    """Make a trial of the size and the effects of the simulated company's."""
    counts = {_("fault"): (31, 46, 11, 3), _("competitive"): (64, 86, 13, 6),
              _("natural"): (70, 74, 2, 2)}  # fmt: skip
    rows: list[tuple[str, bool, bool]] = []
    for name, (with_, without, back, back_alone) in counts.items():
        rows += [(name, True, i < back) for i in range(with_)]
        rows += [(name, False, i < back_alone) for i in range(without)]
    table = pd.DataFrame(rows, columns=["cause", "offered", "returned"])
    return service.trial_uplift(table["cause"], table["offered"], table["returned"])


def win_back_explorer(
    uplift: service.Uplift | None = None,
    contact_cost: float = 40.0,
    unit: str = "yuan",
    mode: str | None = None,
) -> Explorer:
    """Explore whom to win back, by what a customer is worth and what the offer gives (客户挽留).

    Parameters
    ----------
    uplift : Uplift, optional
        From a trial; a built-in one without it.
    contact_cost : float
        Cost of making the offer to one customer.
    unit : str
        Unit of money.
    mode : {"live", "frames"}, optional
        As in :func:`crmlab.widgets.explorer`.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError, TypeError
        As :func:`crmlab.service.win_back_value`.

    Examples
    --------
    >>> win_back_explorer()
    Explorer: Whom is it worth winning back?
    """
    trial = _built_in_trial() if uplift is None else uplift
    reach = float(trial.table["high"].max()) * 2400
    dear = service.win_back_value(
        trial, pd.Series(2400.0, index=trial.table.index), contact_cost=contact_cost, reward=300
    )
    least = min(1.1 * float(dear.table["net_low"].min()), -0.55 * reach)

    def draw(ax: Axes, worth: float, reward: float) -> str:
        each = pd.Series(worth, index=trial.table.index)
        result = service.win_back_value(trial, each, contact_cost=contact_cost, reward=reward)
        ax.set_position((0.2, 0.16, 0.77, 0.7))
        plot_win_back(result, ax, unit=unit)
        ax.set_xlim(least, 1.3 * reach)
        ax.axvline(0, color=ORANGE, linewidth=1)
        best: Any = result.table["net"].idxmax()
        row = result.table.loc[best]
        return _(
            "A customer who is back is worth {worth} {unit} and gets {reward} {unit}: the group "
            "“{best}” leaves most, {net} {unit} per offer, and pays from an uplift of {needed} on."
        ).format(
            worth=money(worth), reward=money(reward), unit=unit, best=best,
            net=money(float(row["net"])), needed=percent(float(row["break_even"]), 1),
        )  # fmt: skip

    return explorer(
        draw,
        Control("worth", _("worth of a customer who is back"), range(200, 2401, 200), 800,
                lambda w: f"{money(w)} {unit}", every=3),
        Control("reward", _("reward for coming back"), range(0, 301, 50), 100,
                lambda w: f"{money(w)} {unit}", every=2),
        title=_("Whom is it worth winning back?"),
        mode=mode,
    )  # fmt: skip
