"""Input checks: one clear error that names the argument, what came and what is allowed."""

import math
import operator
import reprlib
from collections.abc import Collection, Hashable, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

FloatArray = npt.NDArray[np.floating[Any]]
T = TypeVar("T")

#: Amounts beyond this are slips, and their squares and products would outgrow a float.
LARGEST = 1e100
#: A discount rate beyond this is a percentage that was not divided by 100.
HIGHEST_RATE = 5
#: What is counted out in a loop or a table: more would never end, or not fit the memory.
MOST = 10**7


def _allowed(low: float, high: float, open_low: bool, open_high: bool) -> str:
    """Describe an interval in words.

    >>> _allowed(0, 1, False, False), _allowed(-1, math.inf, True, False)
    ('between 0 and 1', 'above -1')
    """
    above = f"{'above' if open_low else 'at least'} {low:g}"
    below = f"{'below' if open_high else 'at most'} {high:g}"
    if math.isinf(low) and math.isinf(high):
        return "finite"
    if math.isinf(high):
        return above
    if math.isinf(low):
        return below
    if not open_low and not open_high:
        return f"between {low:g} and {high:g}"
    return f"{above} and {below}"


def array(
    value: Any,
    name: str,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    open_low: bool = False,
    open_high: bool = False,
    ndim: int | None = None,
    allow_empty: bool = False,
    allow_missing: bool = False,
) -> FloatArray:
    """Return `value` as a finite, non-empty float array inside the interval, or raise.

    With `allow_missing`, NaN passes. Numbers beyond :data:`LARGEST` do not.

    >>> array([0.8, 1.2], "retention", 0, 1)
    Traceback (most recent call last):
    ...
    ValueError: retention must be between 0 and 1; got 1.2 at position 1
    """
    raw = _numeric(value, name)
    if ndim is not None and raw.ndim != ndim:
        raise ValueError(
            f"{name} must have {ndim} dimension{'s' if ndim != 1 else ''}; got {raw.ndim} "
            f"(shape {raw.shape})"
        )
    if raw.size == 0 and not allow_empty:
        raise ValueError(f"{name} must not be empty; got {reprlib.repr(value)}")
    bad = ~np.isfinite(raw) | (raw < low) | (raw > high)
    if open_low:
        bad |= raw == low
    if open_high:
        bad |= raw == high
    if allow_missing:
        bad &= ~np.isnan(raw)
    if bad.any():
        where = tuple(int(i) for i in np.argwhere(bad)[0])
        position = "" if raw.ndim == 0 else f" at position {where[0] if len(where) == 1 else where}"
        allowed = _allowed(low, high, open_low, open_high)
        raise ValueError(f"{name} must be {allowed}; got {raw[where]:g}{position}")
    if raw.size and not max(raw.max(), -raw.min()) <= LARGEST:  # so is NaN, where it is allowed
        beyond = raw[np.abs(raw) > LARGEST]
        if beyond.size:
            raise ValueError(f"{name} must be at most {LARGEST:g} in size; got {beyond[0]:g}")
    return raw


def plain(value: Any, name: str, wanted: str = "an array") -> npt.NDArray[Any]:
    """Return `value` as an array of whatever it holds, or raise if its rows differ in length."""
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must be {wanted}; got rows of different lengths") from None


def _came(value: Any, raw: npt.NDArray[Any]) -> str:
    """Say in one line what came where numbers were wanted: of a column the first wrong entry."""
    if isinstance(value, list | tuple) or raw.ndim == 0:
        return reprlib.repr(value)
    wrong = next(
        (
            at
            for at, item in np.ndenumerate(raw)
            if isinstance(item, bool | np.bool_) or not hasattr(item, "__float__")
        ),
        (0,) * raw.ndim,
    )
    position = wrong[0] if len(wrong) == 1 else wrong
    return f"{reprlib.repr(raw[wrong])} at position {position}" if raw.size else "nothing"


def _numeric(value: Any, name: str) -> FloatArray:
    """Return `value` as a float array; text, booleans, dates and ragged lists are refused."""
    wanted = f"{name} must be a number or an array of numbers"
    raw = plain(value, name, "a number or an array of numbers")
    if raw.dtype == object:  # pandas' nullable columns, Decimal and Fraction arrive so
        if any(isinstance(item, str | bool | np.bool_ | complex) for item in raw.flat):
            raise TypeError(f"{wanted}; got {_came(value, raw)}")
        try:
            return raw.astype(float)
        except OverflowError:
            raise ValueError(f"{wanted} that fits; got {reprlib.repr(value)}") from None
        except (TypeError, ValueError):
            raise TypeError(f"{wanted}; got {_came(value, raw)}") from None
    if raw.dtype.kind not in "iuf":
        raise TypeError(f"{wanted}; got {_came(value, raw)}")
    return raw.astype(float)


def number(
    value: Any,
    name: str,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    open_low: bool = False,
    open_high: bool = False,
) -> float:
    """Return `value` as one finite float inside the interval, or raise.

    >>> number(-1.5, "rate", -1, open_low=True)
    Traceback (most recent call last):
    ...
    ValueError: rate must be above -1; got -1.5
    """
    checked = array(value, name, low, high, open_low=open_low, open_high=open_high)
    if checked.ndim:
        raise TypeError(f"{name} must be a single number; got an array of shape {checked.shape}")
    return float(checked)


def rate(value: Any, name: str = "rate", low: float = -1, *, open_low: bool = True) -> FloatArray:
    """Return discount rates per period, or raise; they are fractions, and 9 is not 9 %.

    >>> rate(9)
    Traceback (most recent call last):
    ...
    ValueError: rate must be at most 5, a fraction such as 0.09 for 9 %; got 9
    """
    checked = array(value, name, low, open_low=open_low)
    if checked.size and checked.max() > HIGHEST_RATE:
        raise ValueError(
            f"{name} must be at most {HIGHEST_RATE}, a fraction such as 0.09 for 9 %; "
            f"got {checked.max():g}"
        )
    return checked


def one_rate(value: Any, name: str = "rate", low: float = -1, *, open_low: bool = True) -> float:
    """Return one discount rate per period, as :func:`rate`, or raise."""
    number(value, name, low, open_low=open_low)
    return float(rate(value, name, low, open_low=open_low))


def probability(value: Any, name: str) -> FloatArray:
    """Return probabilities, each between 0 and 1, or raise."""
    return array(value, name, 0, 1)


def shares(value: Any, name: str) -> FloatArray:
    """Return a list of numbers from 0 to 1 that sum to one, or raise.

    >>> shares([0.5, 0.4], "weights")
    Traceback (most recent call last):
    ...
    ValueError: weights must sum to 1; got a sum of 0.9
    """
    checked = array(value, name, 0, 1, ndim=1)
    if abs(checked.sum() - 1) > 1e-6:
        raise ValueError(f"{name} must sum to 1; got a sum of {checked.sum():g}")
    return checked


def transitions(value: Any, name: str) -> FloatArray:
    """Return a transition matrix: square, from 0 to 1, each row with a sum of one, or raise.

    >>> transitions([[0.5, 0.5], [0.2, 0.7]], "switching")
    Traceback (most recent call last):
    ...
    ValueError: switching must have rows that sum to 1; got a sum of 0.9 in row 1
    """
    checked = array(value, name, 0, 1, ndim=2)
    if checked.shape[0] != checked.shape[1]:
        raise ValueError(f"{name} must have as many rows as columns; got shape {checked.shape}")
    sums = checked.sum(axis=1)
    wrong = np.abs(sums - 1) > 1e-6
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(
            f"{name} must have rows that sum to 1; got a sum of {sums[row]:g} in row {row}"
        )
    return checked


def labels(value: Any, axis: str, size: int, first: int = 0) -> tuple[Any, ...]:
    """Return the labels of a pandas object ("index" or "columns"), or numbers from `first` on.

    >>> labels([[1, 2], [3, 4]], "columns", 2, first=1)
    (1, 2)
    """
    found = getattr(value, axis, None)
    return tuple(found) if isinstance(found, Iterable) else tuple(range(first, first + size))


def count(value: Any, name: str, low: int = 1, high: int = MOST) -> int:
    """Return `value` as a whole number of at least `low` and at most `high`, or raise.

    >>> count(-3, "periods")
    Traceback (most recent call last):
    ...
    ValueError: periods must be a whole number of at least 1; got -3
    """
    wanted = f"{name} must be a whole number of at least {low}"
    if isinstance(value, bool | np.bool_):
        raise TypeError(f"{wanted}; got {value!r}")
    try:
        whole = operator.index(value)
    except TypeError:
        if not isinstance(value, float | np.floating):
            raise TypeError(f"{wanted}; got {reprlib.repr(value)}") from None
        if not float(value).is_integer():
            raise ValueError(f"{wanted}; got {value}") from None
        whole = int(value)
    if whole < low:
        raise ValueError(f"{wanted}; got {whole}")
    if whole > high:
        raise ValueError(
            f"{name} must be a whole number of at most {high:,}; got {reprlib.repr(value)}"
        )
    return whole


def seed(value: Any, name: str = "seed", high: int = 2**64 - 1) -> int:
    """Return a seed of random numbers, a whole number of at least 0, or raise.

    >>> seed("lucky")
    Traceback (most recent call last):
    ...
    TypeError: seed must be a whole number of at least 0; got 'lucky'
    """
    return count(value, name, 0, high)


def choice(value: T, name: str, allowed: Collection[T]) -> T:
    """Return `value` if it is one of `allowed`, or raise; NumPy's scalars count as Python's.

    >>> choice("late", "timing", ("start", "middle", "end"))
    Traceback (most recent call last):
    ...
    ValueError: timing must be one of 'start', 'middle', 'end'; got 'late'
    """
    if isinstance(value, np.generic):  # an entry of an array
        value = value.item()
    allowed = [item.item() if isinstance(item, np.generic) else item for item in allowed]
    if not any(value is item or (type(value) is type(item) and value == item) for item in allowed):
        listed = ", ".join(repr(item) for item in allowed)
        raise ValueError(f"{name} must be one of {listed}; got {reprlib.repr(value)}")
    return value


def finite(value: Any) -> FloatArray:
    """Return a result as a float array, or raise if it has outgrown floating-point numbers."""
    result = np.asarray(value, dtype=float)
    if not np.isfinite(result).all():
        raise ValueError(
            "the result must fit a floating-point number; got an overflow. Check the amounts, "
            "rate, growth and periods"
        )
    return result


def together(**values: Any) -> tuple[int, ...]:
    """Return the shape to which all `values` broadcast, or raise with the shape of each.

    >>> together(margin=[1, 2, 3], growth=[1, 2])
    Traceback (most recent call last):
    ...
    ValueError: margin and growth must have shapes that go together; got (3,), (2,)
    """
    shapes = [np.shape(value) for value in values.values()]
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        *names, last = values
        listed = ", ".join(map(str, shapes))
        raise ValueError(
            f"{', '.join(names)} and {last} must have shapes that go together; got {listed}"
        ) from None


def columns(frame: Any, name: str, wanted: Iterable[str]) -> list[int]:
    """Return where `frame` has each column in `wanted`, or raise.

    It must be a non-empty pandas DataFrame that has each of them once.
    """
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        came = type(frame).__name__
        if hasattr(frame, "to_pandas"):  # Polars and PyArrow have a DataFrame or Table, too
            came = f"{type(frame).__module__.split('.')[0]} {came}. Convert it with .to_pandas()"
        raise TypeError(f"{name} must be a pandas DataFrame; got {came}")
    have = list(frame.columns)
    places = []
    for column in wanted:
        times = have.count(column) if isinstance(column, Hashable) else 0
        if times != 1:
            once = " once" if times else ""
            listed = ", ".join(map(str, have))
            raise ValueError(f"{name} must have the column {column!r}{once}; it has: {listed}")
        places.append(have.index(column))
    if frame.empty:
        raise ValueError(f"{name} must not be empty; got 0 rows")
    return places


def no_repeats(frame: "pd.DataFrame", name: str) -> None:
    """Raise if two columns of a pandas DataFrame have the same name."""
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise ValueError(f"{name} must have columns with different names; got {twice[0]!r} twice")


def same_index(first: Any, second: Any, names: str) -> None:
    """Raise if two pandas objects are labelled differently; arrays and lists have no labels.

    They are taken row by row, so rows in another order would be paired wrongly.

    >>> import pandas as pd
    >>> same_index(pd.Series([1], ["a"]), pd.Series([1], ["b"]), "score and response")
    Traceback (most recent call last):
    ...
    ValueError: score and response must have the same index; got different ones
    """
    one: Any = getattr(first, "index", None)
    two: Any = getattr(second, "index", None)
    labelled = hasattr(one, "equals") and hasattr(two, "equals")
    if labelled and len(one) == len(two) and not one.equals(two):
        raise ValueError(f"{names} must have the same index; got different ones")


def no_gaps(series: Any, name: str) -> None:
    """Raise if the pandas Series has a missing or infinite value, a list, or text among others."""
    if series.isna().any():
        raise ValueError(f"{name} must not be missing; got {int(series.isna().sum())} gaps")
    if series.dtype == float and np.isinf(series).any():
        raise ValueError(f"{name} must be finite; got inf")
    if series.dtype == object:
        kinds = set(map(type, series))
        for kind in kinds:
            sorts = any("__lt__" in vars(base) for base in kind.__mro__[:-1])
            if not issubclass(kind, Hashable) or not sorts:
                raise TypeError(f"{name} must be names or numbers; got a {kind.__name__}")
        if len({issubclass(kind, str) for kind in kinds}) > 1:  # cannot be sorted
            raise TypeError(f"{name} must hold names of one kind; got a mixture")


def truths(values: Any, name: str) -> npt.NDArray[np.bool_]:
    """Return a column or list of True and False, or of 1 and 0, as booleans, or raise.

    >>> truths([1, 0], "kept").tolist()
    [True, False]
    >>> truths(["yes", "no"], "kept")
    Traceback (most recent call last):
    ...
    TypeError: kept must hold True and False; got 'yes'
    """
    import pandas as pd

    raw = values if isinstance(values, pd.Series) else plain(values, name)
    if raw.ndim != 1:
        raise TypeError(f"{name} must be a list of True and False; got {reprlib.repr(values)}")
    series = pd.Series(raw)
    no_gaps(series, name)
    wrong = ~series.isin([True, False]).to_numpy(bool)
    if wrong.any():
        raise TypeError(f"{name} must hold True and False; got {series.tolist()[wrong.argmax()]!r}")
    return np.asarray(series.to_numpy(bool))


def which(series: "pd.Series", value: Any) -> npt.NDArray[np.bool_]:
    """Return which entries of a pandas Series are `value`; for a value of another kind, none.

    >>> import pandas as pd
    >>> which(pd.Series(["a", "b"]), "b").tolist(), which(pd.Series(["a", "b"]), {}).tolist()
    ([False, True], [False, False])
    """
    code, found = series.factorize()
    known = found.tolist()
    place = known.index(value) if isinstance(value, Hashable) and value in known else -2
    return np.asarray(code == place)


def listed(value: Any, name: str, of: str = "names", *, ordered: bool = True) -> list[Any]:
    """Return the items of a list, tuple, array, Series or other collection in order, or raise.

    Text is no list of letters, and a set has no order; it passes where none is needed.

    >>> listed("north", "regions")
    Traceback (most recent call last):
    ...
    TypeError: regions must be a list of names; got 'north'
    """
    refused = str | bytes | set | frozenset if ordered else str | bytes
    if (
        not isinstance(value, Iterable)
        or isinstance(value, refused)
        or getattr(value, "ndim", 1) != 1
    ):
        raise TypeError(f"{name} must be a list of {of}; got {reprlib.repr(value)}")
    items = list(value)
    for item in items:
        if not _is_label(item):
            raise TypeError(f"{name} must be a list of {of}; got {reprlib.repr(item)} in it")
    return items


def _is_label(value: Any) -> bool:
    """Tell whether a value can stand for something: hashable, and neither NaN nor infinite."""
    return isinstance(value, Hashable) and not (isinstance(value, float) and not np.isfinite(value))


def label(value: T, name: str) -> T:
    """Return a name or number that stands for something, or raise.

    >>> label(float("nan"), "bad")
    Traceback (most recent call last):
    ...
    TypeError: bad must be a name or a number; got nan
    """
    if not _is_label(value):
        raise TypeError(f"{name} must be a name or a number; got {reprlib.repr(value)}")
    return value


def mapped(value: Any, name: str, of: str = "names to numbers") -> Mapping[Any, Any]:
    """Return `value` if it is a mapping or a pandas Series, as a mapping, or raise.

    >>> mapped([0.5, 0.5], "weights")
    Traceback (most recent call last):
    ...
    TypeError: weights must be a mapping of names to numbers; got [0.5, 0.5]
    """
    if isinstance(value, Mapping):
        return value
    if hasattr(value, "to_dict") and getattr(value, "ndim", 0) == 1:
        if not value.index.is_unique:
            twice = value.index[value.index.duplicated()][0]
            raise ValueError(f"{name} must name each thing once; got {twice!r} twice")
        return dict(value.to_dict())
    raise TypeError(f"{name} must be a mapping of {of}; got {reprlib.repr(value)}")


def instance(value: T, name: str, *kinds: type) -> T:
    """Return `value` if it is of one of the classes, or raise.

    >>> instance(3, "share", str)
    Traceback (most recent call last):
    ...
    TypeError: share must be a str; got int
    """
    if not isinstance(value, kinds):
        wanted = " or ".join(kind.__name__ for kind in kinds)
        raise TypeError(f"{name} must be a {wanted}; got {type(value).__name__}")
    return value


def is_number(values: Any) -> bool:
    """Tell whether a Series, or a type of one, is of numbers, not of flags."""
    import pandas as pd

    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def is_dates(series: "pd.Series") -> bool:
    """Tell whether a Series holds dates: of NumPy, of a time zone or of PyArrow."""
    return series.dtype.kind == "M"


def dates(series: Any, name: str, *, allow_missing: bool = False) -> "pd.Series":
    """Return the calendar days of a pandas Series of dates, or raise; gaps pass if allowed."""
    import pandas as pd

    if not isinstance(series, pd.Series):
        raise TypeError(f"{name} must be a pandas Series of dates; got {type(series).__name__}")
    if not is_dates(series):
        raise TypeError(
            f"{name} must hold dates; got {series.dtype}. Convert it first, with pandas.to_datetime"
        )
    if not allow_missing:
        no_gaps(series, name)
    days = series.dt.tz_localize(None).dt.normalize()
    return days if isinstance(days.dtype, np.dtype) else days.astype("datetime64[us]")  # of PyArrow


def day(value: Any, name: str) -> "pd.Timestamp":
    """Return the calendar day of a date or of its text, or raise.

    >>> day(2024, "start")
    Traceback (most recent call last):
    ...
    ValueError: start must be a date; got 2024
    """
    return moment(value, name).tz_localize(None).normalize()


def moment(value: Any, name: str) -> "pd.Timestamp":
    """Return the time of a date, of a time or of its text, or raise."""
    import pandas as pd

    try:
        when = pd.Timestamp(value) if isinstance(value, str | date | np.datetime64) else pd.NaT
    except ValueError:
        when = pd.NaT
    if pd.isna(when):
        raise ValueError(f"{name} must be a date; got {value!r}")
    return when
