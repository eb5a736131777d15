"""The real and the simulated data of the book, each set with a card that describes it (数据集).

>>> from crmlab import datasets
>>> datasets.load("cdnow").head(2)
  customer       date  units  amount
0     0001 1997-01-01      2   29.33
1     0001 1997-01-18      2   29.73
>>> datasets.card("cdnow").rows
6919
"""

import textwrap
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from crmlab import _checks
from crmlab._text import _

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

__all__ = ["Card", "Column", "card", "load", "names"]


@dataclass(frozen=True)
class Column:
    """One column of a set, as its card describes it.

    Attributes
    ----------
    name : str
        Name in the table.
    type : {"text", "ordered", "date", "integer", "number", "flag"}
        "ordered" is text whose `levels` stand in their natural order; an integer, a number and
        a flag are stored as int64, float64 and bool.
    meaning : str
        What the column says.
    unit : str
        Unit of measure; empty where there is none.
    missing : int
        Number of rows without a value.
    low, high : datetime.date or float or None
        Smallest and largest value of a date, an integer or a number.
    levels : tuple of str
        Every value that a text may take, where they are few.

    Examples
    --------
    >>> Column("amount", "number", "Value of the order", unit="yuan").unit
    'yuan'
    """

    name: str
    type: str
    meaning: str
    unit: str = ""
    missing: int = 0
    low: date | float | None = None
    high: date | float | None = None
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Card:
    """What a reader must know about a set before using it (数据说明).

    Attributes
    ----------
    name, title : str
        Name for :func:`load`, and what the set is in a few words.
    what, who, when : str
        What was recorded, about whom, and over which time.
    synthetic : bool
        True if the rows were simulated and describe nobody.
    licence, source, citation : str
        The terms of use, where the set was taken from, and whom to cite.
    file, rows, sha256 : str, int, str
        File name, number of rows, and the hash of the file as shipped.
    flaws, used_in : tuple of str
        Known flaws, and the parts of the syllabus that use the set.
    columns : tuple of Column
        The columns in their order.

    Examples
    --------
    >>> found = card("company_orders")
    >>> found.to_frame().head(2)
              type unit                                meaning  missing range
    column
    order     text                identifier, in order of time        0
    customer  text       the customer, as in company_customers        0
    """

    name: str
    title: str
    what: str
    who: str
    when: str
    synthetic: bool
    licence: str
    source: str
    citation: str
    file: str
    rows: int
    sha256: str
    flaws: tuple[str, ...]
    used_in: tuple[str, ...]
    columns: tuple[Column, ...]

    def to_frame(self) -> "pd.DataFrame":
        """Return the columns as a table, one row each.

        >>> card("cdnow").to_frame()[["type", "unit"]]
                     type     unit
        column
        customer     text
        date         date
        units     integer      CDs
        amount     number  dollars

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        rows = [
            {
                "column": column.name,
                "type": column.type,
                "unit": column.unit,
                "meaning": column.meaning,
                "missing": column.missing,
                "range": _range(column),
            }
            for column in self.columns
        ]
        return pd.DataFrame(rows).set_index("column")

    def __repr__(self) -> str:
        kind = _("SYNTHETIC: simulated, describes nobody") if self.synthetic else _("real data")
        head = _("{name}: {title}").format(name=self.name, title=self.title)
        size = _("{rows:,} rows, {kind}").format(rows=self.rows, kind=kind)
        lines = [head, size]
        for label, text in (
            (_("what"), self.what),
            (_("who"), self.who),
            (_("when"), self.when),
            (_("licence"), self.licence),
            (_("source"), self.source),
            (_("cite"), self.citation),
            *((_("flaw"), flaw) for flaw in self.flaws),
            (_("used in"), ", ".join(self.used_in)),
        ):
            lines += _entry(label, text)
        lines.append(_("columns"))
        for column in self.columns:
            unit = f" [{column.unit}]" if column.unit else ""
            lines += _entry(f"  {column.name}", f"{column.type}{unit}: {column.meaning}", 22)
        return "\n".join(lines)


def _entry(label: str, text: str, width: int = 10) -> list[str]:
    """Lay out a label and its wrapped text in two columns."""
    return textwrap.wrap(
        text, 88, initial_indent=f"{label:<{width}}", subsequent_indent=" " * width
    )


def _range(column: Column) -> str:
    """Describe the values that a column takes."""
    if column.levels:
        return ", ".join(column.levels)
    return "" if column.low is None else f"{column.low} … {column.high}"


@cache
def _folder() -> Path:
    """Find the data: inside an installed package, or beside the package in a checkout."""
    package = Path(__file__).parent
    inside = package / "_data"
    return inside if inside.is_dir() else package.parent / "datasets"


@cache
def names() -> tuple[str, ...]:
    """Return the names of all sets.

    Returns
    -------
    tuple of str
        In alphabetical order.

    Examples
    --------
    >>> "company_orders" in names()
    True
    """
    return tuple(sorted(path.stem for path in _folder().glob("*.toml")))


@cache
def card(name: str) -> Card:
    """Return the card of a set: what it holds, where it is from, what is wrong with it.

    Parameters
    ----------
    name : str
        One of :func:`names`.

    Returns
    -------
    Card

    Raises
    ------
    ValueError
        If there is no set of that name; the message lists the names.

    Examples
    --------
    >>> card("company_orders").synthetic
    True
    """
    _checks.choice(name, "name", names())
    text = (_folder() / f"{name}.toml").read_text(encoding="utf-8")
    raw: dict[str, Any] = tomllib.loads(text)
    raw["columns"] = tuple(_column(entry) for entry in raw["columns"])
    raw["flaws"], raw["used_in"] = tuple(raw["flaws"]), tuple(raw["used_in"])
    return Card(name=name, **raw)


def _column(entry: dict[str, Any]) -> Column:
    """Make a column from its line in the card."""
    return Column(**{**entry, "levels": tuple(entry.get("levels", ()))})


@overload
def load(name: str, backend: Literal["pandas"] = "pandas") -> "pd.DataFrame": ...
@overload
def load(name: str, backend: Literal["polars"]) -> "pl.DataFrame": ...
def load(name: str, backend: str = "pandas") -> "pd.DataFrame | pl.DataFrame":
    """Load a set as a tidy table.

    Dates become timestamps, identifiers stay text, and an empty field is a missing value. The
    meaning and the unit of every column stand in its :func:`card`.

    Parameters
    ----------
    name : str
        One of :func:`names`.
    backend : {"pandas", "polars"}, default "pandas"
        The kind of table to return. Polars comes with ``pip install "crmlab[scale]"``.

    Returns
    -------
    pandas.DataFrame or polars.DataFrame

    Raises
    ------
    ValueError
        If there is no set or no backend of that name; the message lists what there is.
    ImportError
        If ``backend="polars"`` and Polars is not installed.

    Examples
    --------
    >>> load("cdnow")["customer"].nunique()
    2357
    """
    _checks.choice(backend, "backend", ("pandas", "polars"))
    described = card(name)
    path = _folder() / described.file
    return _pandas(path, described) if backend == "pandas" else _polars(path, described)


def _pandas(path: Path, described: Card) -> "pd.DataFrame":
    """Read with the types of the card; the same in pandas 2 and 3, with or without pyarrow."""
    import pandas as pd

    plain = {"integer": "int64", "number": "float64", "flag": "bool"}
    frame = pd.read_csv(
        path,
        dtype={column.name: plain.get(column.type, "str") for column in described.columns},
        keep_default_na=False,
        na_values=[""],
    )
    for column in described.columns:
        values = frame[column.name]
        if column.type == "date":
            frame[column.name] = pd.to_datetime(values, format="%Y-%m-%d").astype("datetime64[us]")
        if column.type == "ordered":
            frame[column.name] = pd.Categorical(values, categories=column.levels, ordered=True)
    return frame


def _polars(path: Path, described: Card) -> "pl.DataFrame":
    """Read with the types of the card; Polars reads the file itself, so needs no pyarrow."""
    try:
        import polars as pl
    except ImportError as error:
        needs = _("backend='polars' needs Polars, which pip install \"crmlab[scale]\" brings")
        raise ImportError(needs) from error

    plain = {"integer": pl.Int64, "number": pl.Float64, "flag": pl.Boolean}
    frame = pl.read_csv(
        path,
        schema={column.name: plain.get(column.type, pl.String) for column in described.columns},
        null_values="",
    )
    dates = [column.name for column in described.columns if column.type == "date"]
    ordered = [column for column in described.columns if column.type == "ordered"]
    return frame.with_columns(
        pl.col(dates).str.to_datetime("%Y-%m-%d", time_unit="us"),
        *(pl.col(column.name).cast(pl.Enum(list(column.levels))) for column in ordered),
    )
