"""Checks of what a TOML file holds; the caller names the file and the place."""

import difflib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from crmlab._text import _

Kinds = Mapping[str, type | tuple[type, ...]]
NUMBER = (int, float)


class FaultError(ValueError):
    """The rule that a record breaks; the caller adds where."""


def keys(
    record: Any,
    known: Kinds,
    needed: Iterable[str],
    elsewhere: Mapping[str, str] | None = None,
) -> None:
    """Raise unless `record` is a table with known keys only, all needed ones, rightly filled.

    `elsewhere` names keys that are right in another place, and that place.

    >>> keys({"titel": "x"}, {"title": str}, ["title"])
    Traceback (most recent call last):
    ...
    crmlab.course._records.FaultError: has the unknown key 'titel'; did you mean 'title'?
    """
    if not isinstance(record, dict):
        raise FaultError(_("must be a table with the keys {keys}").format(keys=_list(known)))
    places = elsewhere or {}
    for key, value in record.items():
        if key not in known:
            if key in places:
                raise FaultError(_("{key} is for {place}").format(key=key, place=places[key]))
            close = difflib.get_close_matches(key, known, n=1)
            hint = _("did you mean {key}?").format(key=repr(close[0])) if close else ""
            rest = hint or _("known are {keys}").format(keys=_list(known))
            raise FaultError(
                _("has the unknown key {key}; {rest}").format(key=repr(key), rest=rest)
            )
        if not isinstance(value, known[key]) or isinstance(value, bool) != (known[key] is bool):
            raise FaultError(
                _("{key} must be {kind}; got {got}").format(
                    key=key, kind=_kind(known[key]), got=repr(value)
                )
            )
    for key in needed:
        empty = [] if known[key] is list else ""
        if key not in record or record[key] == empty or str(record[key]).isspace():
            raise FaultError(_("needs {key}, {kind}").format(key=key, kind=_kind(known[key])))


def one_of(value: Any, key: str, allowed: Collection[Any]) -> None:
    """Raise unless `value` is one of `allowed`."""
    if value not in allowed:
        raise FaultError(
            _("{key} must be one of {allowed}; got {value}").format(
                key=key, allowed=", ".join(map(str, allowed)), value=repr(value)
            )
        )


def _kind(kind: type | tuple[type, ...]) -> str:
    names = {
        str: _("a text"),
        list: _("a list"),
        dict: _("a table"),
        int: _("a whole number"),
        bool: _("true or false"),
        NUMBER: _("a number"),
    }
    return names[kind]


def _list(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))
