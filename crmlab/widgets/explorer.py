"""The one helper behind every explorer: controls, one drawing function, one picture.

An explorer runs in two ways that look alike:

* **live**: with a kernel, in JupyterLab or in the browser, every move of a slider draws anew;
* **frames**: on a page without a kernel. All pictures are drawn beforehand, on a coarser grid,
  and the sliders are joined in the front end to the stack of pictures, so that they move without
  Python. The site is built this way, with ``CRMLAB_WIDGETS=frames`` in the environment.
"""

import base64
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from typing import Any

import ipywidgets
import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crmlab import _checks
from crmlab._text import _
from crmlab.plots import STYLE

#: Draws on the Axes and returns a sentence that reads the picture.
Draw = Callable[..., str]

_SIZE = (6.0, 3.5)
_DPI = {"live": 110, "frames": 140}
#: Width and height on the page, so that nothing jumps while a picture loads.
_SHOWN = f'width="660" height="{660 * _SIZE[1] / _SIZE[0]:.0f}"'
#: Margins and the title's height are fixed: the picture stands still while a slider moves, and
#: drawing takes half the time.
_SETTINGS = {**STYLE, "figure.constrained_layout.use": False, "axes.titley": 1.0}
_MARGINS = {"left": 0.14, "right": 0.96, "bottom": 0.16, "top": 0.84}


@dataclass(frozen=True)
class Control:
    """A slider of an explorer.

    Attributes
    ----------
    name : str
        Argument of the drawing function that it sets.
    label : str
        Words beside the slider.
    values : sequence of float
        What the slider can stand on.
    start : float
        Where it stands at first, one of `values`.
    text : callable
        Writes a value with its unit.
    every : int
        On a page without a kernel, every so many values have a picture; `start` and the first
        value are among them.
    """

    name: str
    label: str
    values: Sequence[float]
    start: float
    text: Callable[[float], str] = "{:g}".format
    every: int = 1

    def options(self, mode: str) -> list[tuple[str, float]]:
        """Words and values on which the slider can stand in this mode."""
        values = [float(value) for value in self.values]
        chosen = values[:: self.every] if mode == "frames" else values
        _checks.choice(float(self.start), f"start of {self.name}", chosen)
        return [(self.text(value), value) for value in chosen]

    def slider(self, mode: str) -> ipywidgets.SelectionSlider:
        """Make the slider."""
        return ipywidgets.SelectionSlider(
            description=self.label,
            options=self.options(mode),
            value=float(self.start),
            continuous_update=True,
            style={"description_width": "13em"},
            layout={"width": "100%", "max_width": "46em"},
        )


class Explorer(ipywidgets.VBox):
    """Sliders above a picture; made by :func:`explorer`.

    Attributes
    ----------
    sliders : tuple of SelectionSlider
    mode : {"live", "frames"}
    """

    def __init__(
        self, title: str, sliders: Sequence[ipywidgets.SelectionSlider], picture: Any, mode: str
    ) -> None:
        heading = ipywidgets.HTML(f'<p class="crmlab-explorer-title">{escape(title)}</p>')
        super().__init__([heading, *sliders, picture])
        self.add_class("crmlab-explorer")
        self.sliders = tuple(sliders)
        self.mode = mode
        self._title = title

    def __repr__(self) -> str:
        return f"Explorer: {self._title}"


def explorer(draw: Draw, *controls: Control, title: str, mode: str | None = None) -> Explorer:
    """Join sliders to a picture, with a kernel or without.

    Parameters
    ----------
    draw : callable
        ``draw(ax, **values)`` draws on the Axes, with limits that do not move with the values,
        gives it a title, and returns a sentence that reads the picture.
    *controls : Control
        One or two sliders.
    title : str
        Words above the sliders.
    mode : {"live", "frames"}, optional
        By default what the environment variable ``CRMLAB_WIDGETS`` says, else live.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError
        If there is not one or two controls, a control starts outside its values, or `mode` is
        unknown.

    Examples
    --------
    >>> def draw(ax, height):
    ...     ax.bar(["here"], [height])
    ...     ax.set_ylim(0, 3)
    ...     ax.set_title("A bar")
    ...     return f"The bar is {height:g} high."
    >>> explorer(draw, Control("height", "height", [1, 2, 3], start=2), title="One bar")
    Explorer: One bar
    """
    if not 1 <= len(controls) <= 2:
        raise ValueError(f"controls must be one or two; got {len(controls)}")
    chosen = mode or os.environ.get("CRMLAB_WIDGETS", "live")
    _checks.choice(chosen, "mode", ("live", "frames"))
    sliders = [control.slider(chosen) for control in controls]
    picture = (_live if chosen == "live" else _frames)(draw, controls, sliders)
    return Explorer(title, sliders, picture, chosen)


def _years(value: float) -> str:
    """Write a number of years for a slider or a sentence."""
    return _("{n:g} years").format(n=value) if value != 1 else _("1 year")


def _live(
    draw: Draw, controls: Sequence[Control], sliders: Sequence[ipywidgets.SelectionSlider]
) -> ipywidgets.HTML:
    """Redraw whenever a slider moves."""
    shown = ipywidgets.HTML()

    def redraw(_change: Any = None) -> None:
        values = {c.name: slider.value for c, slider in zip(controls, sliders, strict=True)}
        shown.value = _figure(draw, values, "live")

    for slider in sliders:
        slider.observe(redraw, "value")
    redraw()
    return shown


def _frames(
    draw: Draw, controls: Sequence[Control], sliders: Sequence[ipywidgets.SelectionSlider]
) -> ipywidgets.Stack:
    """Draw every picture now and let the front end choose: a stack, or a stack of stacks."""
    (first, *rest), (slider, *others) = controls, sliders
    # Frames differ in nothing but their HTML: one layout and one style serve them all.
    common = {"layout": ipywidgets.Layout(), "style": ipywidgets.HTML().style}

    def frame(values: dict[str, float]) -> ipywidgets.HTML:
        return ipywidgets.HTML(_figure(draw, values, "frames"), **common)

    def stack(children: list[Any], by: ipywidgets.SelectionSlider) -> ipywidgets.Stack:
        box = ipywidgets.Stack(
            children, selected_index=by.index, layout=common["layout"]
        )  # frames are stacked by position, as are the slider's options
        ipywidgets.jslink((by, "index"), (box, "selected_index"))
        return box

    rows = []
    for _word, value in first.options("frames"):
        if not rest:
            rows.append(frame({first.name: value}))
            continue
        second = rest[0]
        cells = [
            frame({first.name: value, second.name: other})
            for _word, other in second.options("frames")
        ]
        rows.append(stack(cells, others[0]))
    return stack(rows, slider)


def _figure(draw: Draw, values: dict[str, float], mode: str) -> str:
    """Draw one picture as HTML: the title is its alternative text, the sentence its caption."""
    with mpl.rc_context(_SETTINGS):
        figure = Figure(figsize=_SIZE, dpi=_DPI[mode])
        ax: Axes = figure.subplots()
        figure.subplots_adjust(**_MARGINS)
        sentence = draw(ax, **values).replace(" %", "\N{NO-BREAK SPACE}%")
        image = BytesIO()
        figure.savefig(image, format="png", pil_kwargs={"compress_level": 3})  # as small, sooner
    data, kind = (image.getvalue(), "png") if mode == "live" else (_small(image), "webp")
    source = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    alt = escape(" ".join(ax.get_title("left").split()))
    return (
        f'<figure class="crmlab-picture"><img src="{source}" alt="{alt}" {_SHOWN}>'
        f"<figcaption>{escape(sentence)}</figcaption></figure>"
    )


def _small(image: BytesIO) -> bytes:
    """Few colours, no other loss: a page holds some hundred frames."""
    from PIL import Image

    small = BytesIO()
    # (The quicker octree makes one of pale grounds that differ.)
    few = Image.open(image).convert("RGB").quantize(64, Image.Quantize.MEDIANCUT)
    few.convert("RGB").save(small, format="webp", lossless=True, method=2)
    return small.getvalue()
