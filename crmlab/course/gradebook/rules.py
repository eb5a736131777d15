"""How marks are weighed: the rules of a course, from a small TOML file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from crmlab._text import _
from crmlab.course._tables import read_text

#: The rules of the course, with comments: the default, and the example to start from.
EXAMPLE = Path(__file__).with_name("weights.toml")

Weights = Mapping[str, Decimal]
_FINAL = ("coursework", "exam")
_COURSEWORK = ("attendance", "participation", "work")


@dataclass(frozen=True)
class Rules:
    """The rules of a course.

    Attributes
    ----------
    final : mapping of str to Decimal
        Weights of ``coursework`` and ``exam``.
    coursework : mapping of str to Decimal
        Weights of ``attendance``, ``participation`` and ``work``.
    attendance : mapping of str to Decimal
        What ``present``, ``late`` and ``absent`` are worth, of 100.
    exam : mapping of str to Decimal
        Weights of the parts of the exam.
    maximum : mapping of str to Decimal
        Full marks of exam parts and quizzes where they are not 100.
    drop_lowest : int
        So many labs and quizzes of each student do not count, the lowest ones.
    missing_exam : str
        ``"empty"``: no final mark without the exam. ``"zero"``: it counts as 0.
    pass_mark : Decimal
        The lowest final mark that passes.
    bands : mapping of str to Decimal
        Lowest final mark of each band, the highest first.
    """

    final: Weights
    coursework: Weights
    attendance: Weights
    exam: Weights
    maximum: Weights
    drop_lowest: int
    missing_exam: str
    pass_mark: Decimal
    bands: Weights

    def band(self, final: Decimal) -> str:
        """Return the band of a final mark."""
        return next(name for name, lowest in self.bands.items() if final >= lowest)


class RulesError(ValueError):
    """A file of rules that breaks a rule itself; the message names the file, table and key."""


def read_rules(path: str | Path = EXAMPLE) -> Rules:
    """Read the rules of a course.

    Parameters
    ----------
    path : str or Path
        A TOML file such as `EXAMPLE`, which is the default. Weights and bands that it holds
        replace those of `EXAMPLE` table by table, the rest key by key.

    Returns
    -------
    Rules

    Raises
    ------
    RulesError
        If the file is not TOML, holds an unknown table or key, a value that is not allowed, or
        weights that sum neither to 100 nor to 1.

    Examples
    --------
    >>> rules = read_rules()
    >>> {name: str(weight) for name, weight in rules.final.items()}
    {'coursework': '30', 'exam': '70'}
    >>> rules.band(Decimal("79.99"))
    '中 fair'
    """
    path = Path(path)
    given, usual = _tables_of(path), _tables_of(EXAMPLE)
    try:
        for name, table in given.items():
            _one_of(name, usual, _("the table"))
            if not isinstance(table, dict):
                raise RulesError(_("[{name}] must be a table").format(name=name))
            if name not in ("exam", "maximum", "bands"):
                for key in table:
                    _one_of(key, usual[name], _("[{name}]").format(name=name))
        by_key = {name: {**usual[name], **given.get(name, {})} for name in ("attendance", "rules")}
        return _rules({**usual, **given, **by_key})
    except RulesError as error:
        raise RulesError(f"{path.name}: {error}") from None


def _tables_of(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_text(path), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise RulesError(
            _("{file}: is not TOML: {error}").format(file=path.name, error=error)
        ) from None


def _rules(tables: Mapping[str, Any]) -> Rules:
    drop, missing = tables["rules"]["drop_lowest"], tables["rules"]["missing_exam"]
    if type(drop) is not int or drop < 0:
        raise RulesError(
            _("[rules] drop_lowest must be a whole number of at least 0; got {got}").format(
                got=drop
            )
        )
    if missing not in ("empty", "zero"):
        raise RulesError(
            _('[rules] missing_exam must be "empty" or "zero"; got {got!r}').format(got=missing)
        )
    maximum = _numbers("maximum", tables, high=Decimal("Infinity"))
    for key, value in maximum.items():
        if not value:
            raise RulesError(_("[maximum] {key!r} must be above 0; got 0").format(key=key))
    bands = _numbers("bands", tables)
    if 0 not in bands.values() or len(set(bands.values())) < len(bands):
        raise RulesError(_("[bands] must begin at different marks, one of them at 0"))
    return Rules(
        final=_weights("final", tables, _FINAL),
        coursework=_weights("coursework", tables, _COURSEWORK),
        attendance=_numbers("attendance", tables),
        exam=_weights("exam", tables),
        maximum=maximum,
        drop_lowest=drop,
        missing_exam=missing,
        pass_mark=_number("rules", "pass_mark", tables["rules"]["pass_mark"]),
        bands=dict(sorted(bands.items(), key=lambda band: -band[1])),
    )


def _one_of(key: str, allowed: Mapping[str, Any], where: str) -> None:
    if key not in allowed:
        raise RulesError(
            _("{where} has an unknown name, {key!r}; allowed are {names}").format(
                where=where, key=key, names=", ".join(allowed)
            )
        )


def _numbers(name: str, tables: Mapping[str, Any], high: Decimal = Decimal(100)) -> Weights:
    return {key: _number(name, key, value, high) for key, value in tables[name].items()}


def _number(name: str, key: str, value: Any, high: Decimal = Decimal(100)) -> Decimal:
    """Return a number from 0 to `high`."""
    number = not isinstance(value, bool) and isinstance(value, int | Decimal)
    if number and Decimal(value).is_finite() and 0 <= value <= high:
        return Decimal(value)
    allowed = _("a number from 0 to 100") if high.is_finite() else _("a number above 0")
    raise RulesError(
        _("[{name}] {key!r} must be {allowed}; got {got}").format(
            name=name, key=key, allowed=allowed, got=value
        )
    )


def _weights(name: str, tables: Mapping[str, Any], keys: tuple[str, ...] = ()) -> Weights:
    """Return a table of weights as percentages; of `keys`, those that are left out weigh 0."""
    weights = _numbers(name, tables)
    total = sum(weights.values())
    if not weights:
        raise RulesError(_("[{name}] must hold a weight; it is empty").format(name=name))
    if total not in (1, 100):
        raise RulesError(
            _("[{name}] must sum to 100 or to 1; got {got}").format(
                name=name, got=f"{' + '.join(map(str, weights.values()))} = {total}"
            )
        )
    nothing = dict.fromkeys(keys, Decimal(0))
    return nothing | {key: weight * 100 / total for key, weight in weights.items()}
