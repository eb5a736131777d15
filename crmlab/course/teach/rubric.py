"""The rubric of the team project, and marking sheets made from it.

The source is ``book/teach/rubric.toml``: criteria with their points, four levels with the share
of the points that each is worth, and a descriptor for each criterion and level.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from crmlab._text import _
from crmlab.course._records import NUMBER, FaultError, Kinds, keys
from crmlab.course.teach.forms import as_csv, as_html
from crmlab.course.teach.plan import TeachError, read_toml

LEVELS = 4


@dataclass(frozen=True)
class Level:
    """How well a criterion is met.

    Attributes
    ----------
    id : str
        The key of its descriptors in the source.
    name : str
        What readers see.
    share : float
        The part of the points, from 0 to 1.
    """

    id: str
    name: str
    share: float


@dataclass(frozen=True)
class Criterion:
    """One thing that is marked.

    Attributes
    ----------
    name : str
        What readers see.
    points : float
        Full marks.
    descriptors : tuple of str
        What each level looks like, in the order of the levels.
    """

    name: str
    points: float
    descriptors: tuple[str, ...]


@dataclass(frozen=True)
class Rubric:
    """Criteria by levels.

    Attributes
    ----------
    title : str
        What is marked.
    levels : tuple of Level
        From the best to the weakest.
    criteria : tuple of Criterion
        Their points sum to 100.
    least, most : float
        Between these the peer factor stays.
    """

    title: str
    levels: tuple[Level, ...]
    criteria: tuple[Criterion, ...]
    least: float
    most: float

    def table(self) -> list[list[str]]:
        """Return the rubric as a table of texts, the names of its columns first."""
        head = [
            _("criterion"),
            _("points"),
            *(f"{level.name} ({level.share:.0%})" for level in self.levels),
        ]
        return [
            head,
            *([one.name, f"{one.points:g}", *one.descriptors] for one in self.criteria),
        ]

    def as_csv(self) -> str:
        """Return the rubric as CSV."""
        return as_csv(self.table())

    def as_html(self) -> str:
        """Return the rubric as a page of HTML that prints on A4, wide."""
        return as_html(self.title, self.table())


_RUBRIC: Kinds = {"title": str, "level": list, "criterion": list, "peer": dict}
_LEVEL: Kinds = {"id": str, "name": str, "share": NUMBER}
_PEER: Kinds = {"least": NUMBER, "most": NUMBER}


def read_rubric(path: str | Path) -> Rubric:
    """Read a rubric's source.

    Parameters
    ----------
    path : str or Path
        A TOML file such as ``book/teach/rubric.toml``.

    Returns
    -------
    Rubric

    Raises
    ------
    TeachError
        If the file breaks a rule: four levels whose shares fall from 1, a descriptor for each,
        points that sum to 100, bounds of the peer factor around 1.
    """
    path = Path(path)
    where = path.name
    try:
        record = read_toml(path)
        keys(record, _RUBRIC, [*_RUBRIC])
        levels: list[Level] = []
        for n, one in enumerate(record["level"], start=1):
            where = _("{file}, level {n}").format(file=path.name, n=n)
            keys(one, _LEVEL, [*_LEVEL])
            levels.append(Level(one["id"], one["name"], float(one["share"])))
        where = path.name
        _check_levels(levels)
        kinds: Kinds = {"name": str, "points": NUMBER, **{level.id: str for level in levels}}
        criteria: list[Criterion] = []
        for n, one in enumerate(record["criterion"], start=1):
            where = _("{file}, criterion {n}").format(file=path.name, n=n)
            keys(one, kinds, [*kinds])
            texts = tuple(one[level.id] for level in levels)
            criteria.append(Criterion(one["name"], float(one["points"]), texts))
        where = path.name
        total = sum(one.points for one in criteria)
        if abs(total - 100) > 1e-9 or min(one.points for one in criteria) <= 0:
            raise FaultError(
                _("points must be above 0 and sum to 100; got {got}").format(got=f"{total:g}")
            )
        where = _("{file}, peer").format(file=path.name)
        keys(record["peer"], _PEER, [*_PEER])
        least, most = float(record["peer"]["least"]), float(record["peer"]["most"])
        if not 0 <= least <= 1 <= most:
            raise FaultError(
                _("least must be from 0 to 1 and most at least 1; got {least}, {most}").format(
                    least=least, most=most
                )
            )
    except FaultError as fault:
        raise TeachError(f"{where}: {fault}") from None
    return Rubric(record["title"], tuple(levels), tuple(criteria), least, most)


def _check_levels(levels: Sequence[Level]) -> None:
    shares = [level.share for level in levels]
    falls = all(high > low for high, low in pairwise(shares))
    if len(levels) != LEVELS or shares[0] != 1 or not falls or shares[-1] < 0:
        raise FaultError(
            _("level: needs {n} levels whose shares fall from 1, none below 0; got {got}").format(
                n=LEVELS, got=", ".join(f"{share:g}" for share in shares)
            )
        )
