"""Score the teams' strategies of the capstone: who came how near to the best plan, and why.

A team's strategy is a CSV file with the columns customer and action, held to
:func:`crmlab.crm.check_strategy` and scored by :func:`crmlab.crm.score_strategy` with the truth of
the simulated company, which only the teacher's folder has.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crmlab import crm, datasets
from crmlab._text import _
from crmlab.course._tables import TableError, read_table
from crmlab.course.teach.plan import TeachError
from crmlab.crm.capstone import ACTIONS, BUDGET

if TYPE_CHECKING:
    import pandas as pd

FILE = "strategy.csv"
TRUTH = "company_next_truth"
#: Sets that no strategy may be made from; their names in a team's notebook are told.
_ANY_TRUTH = re.compile(rb"company_\w*truth")
_DRAWS = 200


@dataclass(frozen=True)
class TeamScore:
    """What came of one team's strategy.

    Attributes
    ----------
    team : str
        Name of its file, or of its folder.
    score : StrategyScore or None
        Missing if the strategy is faulty.
    low, high : float
        Between these the gain of nine years in ten lies, when the year is simulated.
    fault : str
        What is wrong with the strategy.
    truths : tuple of str
        Sets of true parameters that the team's notebooks name.
    """

    team: str
    score: crm.StrategyScore | None = None
    low: float = float("nan")
    high: float = float("nan")
    fault: str = ""
    truths: tuple[str, ...] = ()


def score_teams(folder: str | Path, budget: float = BUDGET) -> list[TeamScore]:
    """Score every strategy in a folder.

    A team is a CSV file in the folder, named by the team, or a folder in it with the file
    ``strategy.csv`` at any depth. A folder without one is a fault of its team.

    Parameters
    ----------
    folder : str or Path
    budget : float
        What the actions of a team may cost, in yuan.

    Returns
    -------
    list of TeamScore
        The best first, faulty ones last.

    Raises
    ------
    TeachError
        If the folder holds no team, two teams have one name, or the truth is not there.
    """
    truth = _truth()
    found = _teams(Path(folder))
    scored = [_score(team, files, truth, budget) for team, files in found.items()]
    return sorted(scored, key=lambda one: (-one.score.score if one.score else 1e9, one.team))


def landmarks(budget: float = BUDGET) -> dict[str, crm.StrategyScore]:
    """Score what the teams are compared with: doing nothing, the simple rule, the best plan.

    Parameters
    ----------
    budget : float
        In yuan.

    Returns
    -------
    dict
        From name to StrategyScore.

    Raises
    ------
    TeachError
        If the truth is not there.
    """
    truth, orders = _truth(), datasets.load("company_orders")
    year = orders[orders["date"] >= "2025-01-01"]
    margin = (year["amount"] - year["cost"]).groupby(year["customer"]).sum()
    everybody = truth["customer"]
    strategies = {
        _("the best plan"): crm.plan_budget(crm.true_gains(truth), budget).table,
        _("the simple rule"): crm.simple_strategy(
            margin.reindex(everybody, fill_value=0.0), budget
        ),
        _("doing nothing"): truth[["customer"]].assign(action="none"),
    }
    return {name: crm.score_strategy(one, truth, budget) for name, one in strategies.items()}


def score_table(
    teams: Sequence[TeamScore], marks: dict[str, crm.StrategyScore] | None = None
) -> list[list[str]]:
    """Return scores as a table of texts, the names of its columns first.

    Parameters
    ----------
    teams : sequence of TeamScore
        From :func:`score_teams`.
    marks : dict, optional
        From :func:`landmarks`; they stand below the teams and have no rank.

    Returns
    -------
    list of list of str
    """
    head = [_("rank"), _("team"), _("score"), _("profit"), _("gain"), _("low"), _("high"),
            _("cost"), *(_("lost by {action}").format(action=name) for name in ACTIONS[1:]),
            _("wasted"), _("remark")]  # fmt: skip
    lines, profits = [head], [one.score.profit for one in teams if one.score]
    for one in teams:
        remark = one.fault
        if one.truths:
            remark = "; ".join([*filter(None, [one.fault]), _("a notebook names {sets}").format(
                sets=", ".join(one.truths))])  # fmt: skip
        if one.score is None:
            lines.append(["", one.team, *[""] * (len(head) - 3), remark])
            continue
        rank = 1 + sum(profit > one.score.profit for profit in profits)
        bounds = [f"{one.low:.0f}", f"{one.high:.0f}"]
        lines.append([str(rank), one.team, *_cells(one.score, bounds), remark])
    for name, score in (marks or {}).items():
        lines.append(["", name, *_cells(score, ["", ""]), ""])
    return lines


def _cells(score: crm.StrategyScore, bounds: list[str]) -> list[str]:
    regret = score.regret["total"]
    return [
        f"{score.score:.1f}", f"{score.profit:.0f}", f"{score.profit - score.nothing:.0f}",
        *bounds, f"{score.cost:.0f}", *(f"{regret[name]:.0f}" for name in ACTIONS[1:]),
        str(score.by_action()["wasted"].sum()),
    ]  # fmt: skip


def _truth() -> "pd.DataFrame":
    if TRUTH not in datasets.names():
        raise TeachError(
            _("{set} is not here: score in the folder of the course, not in an installed package")
            .format(set=TRUTH)
        )  # fmt: skip
    return datasets.load(TRUTH)


def _teams(folder: Path) -> dict[str, list[Path]]:
    """Find the strategies of each team; a team without one has an empty list."""
    if not folder.is_dir():
        raise TeachError(_("{folder} is no folder").format(folder=folder))
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "_")):
            continue
        if path.is_dir():
            name, files = path.name, sorted(path.rglob(FILE))
        elif path.suffix.lower() == ".csv":
            name, files = path.stem, [path]
        else:
            continue
        if name in found:
            raise TeachError(_("{folder}: two teams are named {name}").format(
                folder=folder, name=name))  # fmt: skip
        found[name] = files
    if not found:
        raise TeachError(_("{folder} holds no strategy: no CSV file and no folder of a team")
                         .format(folder=folder))  # fmt: skip
    return found


def _score(team: str, files: list[Path], truth: "pd.DataFrame", budget: float) -> TeamScore:
    if len(files) != 1:
        words = _("has {n} files {file}; one is needed").format(n=len(files), file=FILE)
        return TeamScore(team, fault=words)
    names = _named_truths(files[0]) if files[0].name == FILE else ()
    try:
        strategy = _read(files[0])
        score = crm.score_strategy(strategy, truth, budget)
    except (TableError, ValueError, OSError) as error:
        return TeamScore(team, fault=str(error).replace("\n", " "), truths=names)
    gain = crm.simulate_year(strategy, truth, budget, draws=_DRAWS)["gain"]
    low, high = gain.quantile([0.05, 0.95])
    return TeamScore(team, score, float(low), float(high), truths=names)


def _read(path: Path) -> "pd.DataFrame":
    import pandas as pd

    table = read_table(path, ["customer", "action"])
    rows = [(row.text("customer"), row.text("action")) for row in table.rows]
    table.close()
    return pd.DataFrame(rows, columns=["customer", "action"])


def _named_truths(strategy: Path) -> tuple[str, ...]:
    """Return the sets of true parameters that files beside a strategy name."""
    found: set[str] = set()
    for path in strategy.parent.rglob("*"):
        if path.suffix in {".ipynb", ".py", ".md"} and path.is_file():
            found |= {name.decode() for name in _ANY_TRUTH.findall(path.read_bytes())}
    return tuple(sorted(found))
