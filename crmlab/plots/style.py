"""One style for every picture of the book."""

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, Signature, signature
from textwrap import fill
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import matplotlib as mpl
from cycler import cycler
from matplotlib.ticker import FuncFormatter

from crmlab._text import _

if TYPE_CHECKING:
    from matplotlib.axes import Axes

P = ParamSpec("P")
R = TypeVar("R")

#: Okabe and Ito's palette, which the common forms of colour-blindness can tell apart, ordered so
#: that neighbours also differ in lightness.
PALETTE = ("#0072B2", "#E69F00", "#D55E00", "#56B4E9", "#009E73", "#CC79A7", "#000000")
BLUE, ORANGE, RED, SKY, GREEN, PINK, BLACK = PALETTE
INK = "#333333"
MUTED = "#767676"
PALE = "#D9D9D9"

#: Matplotlib settings of the book.
STYLE: Any = {
    "axes.axisbelow": True,
    "axes.edgecolor": MUTED,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.labelcolor": INK,
    "axes.prop_cycle": cycler(color=PALETTE),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "figure.constrained_layout.use": True,
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "figure.figsize": (6.4, 3.9),
    "font.family": "DejaVu Sans",
    "font.size": 10.5,
    "grid.color": "#E6E6E6",
    "legend.frameon": False,
    "lines.linewidth": 2.2,
    "svg.hashsalt": "crmlab",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


def use_style() -> None:
    """Set the book's style for all further pictures, in notebooks at double resolution.

    Examples
    --------
    >>> use_style()
    >>> import matplotlib.pyplot as plt
    >>> plt.rcParams["axes.titlelocation"]
    'left'
    """
    mpl.rcParams.update(STYLE)
    try:
        from IPython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:
        return
    if get_ipython() is not None:
        set_matplotlib_formats("retina")


def picture(
    function: Callable[Concatenate[Any, "Axes", P], None],
) -> Callable[..., "Axes"]:
    """Give a drawing function the book's style, and an Axes of its own where none is passed."""

    @wraps(function)
    def draw(result: Any, ax: "Axes | None" = None, *args: Any, **options: Any) -> "Axes":
        with mpl.rc_context(STYLE):
            if ax is None:
                import matplotlib.pyplot as plt

                _figure, ax = plt.subplots()
            function(result, ax, *args, **options)
        return ax

    draw.__signature__ = _as_called(signature(function))  # type: ignore[attr-defined]
    return draw


def _as_called(given: Signature) -> Signature:
    """Say of a drawing function what `help` should: which Axes it takes, and that it returns it."""
    takes = list(given.parameters.values())
    place = list(given.parameters).index("ax")
    rest = [one for one in takes[place + 1 :] if one.kind is one.POSITIONAL_OR_KEYWORD]
    free = all(one.default is not one.empty for one in rest)
    takes[place] = takes[place].replace(
        annotation="Axes | None", default=None if free else Parameter.empty
    )
    return given.replace(parameters=takes, return_annotation="Axes")


def set_title(ax: "Axes", sentence: str, width: int = 58) -> None:
    """Write what to see above the picture, on two lines where one is too short.

    Beside long names of rows there is less room: give the `width` in characters.
    """
    ax.set_title(fill(sentence.replace(" %", "\N{NO-BREAK SPACE}%"), width))


def money(value: float) -> str:
    """Format an amount for a label: no decimals from 100 on, thousands separated.

    Parameters
    ----------
    value : float

    Returns
    -------
    str

    Examples
    --------
    >>> money(3505.7), money(-12.345), money(0)
    ('3,506', '−12.3', '0')
    """
    digits = 0 if abs(value) >= 100 or round(float(value), 1).is_integer() else 1
    return f"{value:,.{digits}f}".replace("-", "\N{MINUS SIGN}")


def money_axis(axis: Any) -> None:
    """Write the ticks of an axis as amounts of money."""
    axis.set_major_formatter(FuncFormatter(lambda value, _position: money(round(value, 6))))


def percent(value: float, digits: int = 0) -> str:
    """Format a fraction as a percentage.

    Parameters
    ----------
    value : float
    digits : int
        Number of decimals.

    Returns
    -------
    str

    Examples
    --------
    >>> percent(0.825), percent(0.825, 1)
    ('82 %', '82.5 %')
    """
    return f"{100 * value:.{digits}f} %".replace("-", "\N{MINUS SIGN}")


def p_value(value: float) -> str:
    """Format the p-value of a test: none is zero, so the smallest have a bound.

    Parameters
    ----------
    value : float

    Returns
    -------
    str

    Examples
    --------
    >>> p_value(0.27751), p_value(2e-9)
    ('0.278', '< 0.001')
    """
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def money_unit(unit: str | None) -> str:
    """Return the name of the money that an axis counts in."""
    return unit or _("money units")


def zero_line(ax: "Axes", horizontal: bool = True) -> None:
    """Draw the line at zero, behind everything else."""
    (ax.axhline if horizontal else ax.axvline)(0, color=MUTED, linewidth=1, zorder=1)
