"""What every result with a picture has in common."""

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Drawable:
    """A result that :mod:`crmlab.plots` can draw.

    Models know the name of their picture and nothing else about plotting, which loads when a
    picture is asked for.
    """

    _picture: ClassVar[str]

    def plot(self, ax: "Axes | None" = None, **options: Any) -> "Axes":
        """Draw the result.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; a new figure without it.
        **options
            Passed on to the function of :mod:`crmlab.plots` that draws this result.

        Returns
        -------
        matplotlib Axes

        Examples
        --------
        >>> from crmlab import clv
        >>> ax = clv.cash_flows([500] * 5, rate=0.09).plot(title="Five years")
        >>> ax.get_title(loc="left")
        'Five years'
        """
        from crmlab import plots

        return getattr(plots, self._picture)(self, ax, **options)
