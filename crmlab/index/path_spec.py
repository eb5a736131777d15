"""What a path model consists of: blocks of items, arrows, and the three national models."""

import graphlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crmlab import _checks
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Block:
    """The items of one latent variable (潜变量) and how they are weighted.

    Attributes
    ----------
    items : tuple of str
        Columns of the data; one or more.
    mode : {"A", "B"}
        "A" (reflective, 反映型): the items are echoes of one thing; each is weighted by its own
        covariance with what the neighbours say. "B" (formative, 构成型): the items are
        ingredients; they are weighted by a multiple regression.

    Examples
    --------
    >>> Block(["price", "speed"], mode="B")
    Block(items=('price', 'speed'), mode='B')
    """

    items: Sequence[str]
    mode: str = "A"

    def __post_init__(self) -> None:
        items = tuple(_checks.listed(self.items, "items", "column names"))
        if not items:
            raise ValueError("items must name at least one column; got none")
        if len(set(items)) < len(items):
            raise ValueError(f"items must not name a column twice; got {list(items)}")
        _checks.choice(self.mode, "mode", ("A", "B"))
        object.__setattr__(self, "items", items)


def blocks_of(blocks: Any) -> dict[str, Block]:
    """Check the argument `blocks` and give it one form."""
    if not isinstance(blocks, Mapping) or not blocks:
        raise TypeError(
            f"blocks must map each latent variable to its columns; got {type(blocks).__name__}"
        )
    found = {}
    for name, block in blocks.items():
        try:
            found[name] = block if isinstance(block, Block) else Block(block)
        except TypeError as error:
            raise TypeError(f"blocks[{name!r}]: {error}") from None
        except ValueError as error:
            raise ValueError(f"blocks[{name!r}]: {error}") from None
    items = [item for block in found.values() for item in block.items]
    twice = sorted({str(item) for item in items if items.count(item) > 1})
    if twice:
        raise ValueError(f"blocks must use every column once; got {', '.join(twice)} more often")
    return found


def paths_of(paths: Any) -> dict[str, tuple[str, ...]]:
    """Check the argument `paths` and give it one form: target to sources, no loop."""
    wanted = (
        "paths must map each target to its sources, or be a list of (source, target) pairs; got"
    )
    if isinstance(paths, PathSpec):
        return dict(paths.paths)
    found: dict[str, tuple[str, ...]] = {}
    if isinstance(paths, Mapping):
        for target, sources in paths.items():
            if not isinstance(sources, str) and not isinstance(sources, Iterable):
                raise TypeError(f"{wanted} {sources!r} for {target!r}")
            found[target] = (sources,) if isinstance(sources, str) else tuple(sources)
    elif isinstance(paths, Iterable) and not isinstance(paths, str):
        for pair in paths:
            if not isinstance(pair, tuple | list) or len(pair) != 2:
                raise TypeError(f"{wanted} {pair!r}")
            found[pair[1]] = (*found.get(pair[1], ()), pair[0])
    else:
        raise TypeError(f"{wanted} {paths!r}")
    found = {target: sources for target, sources in found.items() if sources}
    if not found:
        raise ValueError(f"{wanted} no path")
    for target, sources in found.items():
        if len(set(sources)) < len(sources):
            raise ValueError(f"paths must name a source once per target; got {sources} → {target}")
    try:
        tuple(graphlib.TopologicalSorter(found).static_order())
    except graphlib.CycleError as error:
        loop = " → ".join(map(str, reversed(error.args[1])))
        raise ValueError(f"paths must not run in a circle; got {loop}") from None
    return found


def order_of(paths: Mapping[str, Sequence[str]]) -> list[str]:
    """All latent variables, causes first, in the order in which they are first met."""
    placed: list[str] = []
    named = list(dict.fromkeys(n for t, sources in paths.items() for n in (*sources, t)))
    while len(placed) < len(named):
        left = (n for n in named if n not in placed)
        placed.append(next(n for n in left if all(s in placed for s in paths.get(n, ()))))
    return placed


@dataclass(frozen=True, eq=False)
class PathSpec(Drawable):
    """A path model to be filled with a survey's own columns (路径模型).

    ``PathModel(spec, blocks)`` fills it; ``spec.plot()`` draws it.

    Attributes
    ----------
    paths : mapping of str to tuple of str
        Each target with its sources. Also accepted: a list of (source, target) pairs.
    name : str
        What the model is called.
    terms : mapping of str to str
        The Chinese term of each latent variable.
    positions : mapping of str to (float, float), optional
        Where each latent variable stands in the picture; placed automatically without it.

    Examples
    --------
    >>> own = PathSpec({"satisfaction": ["service", "price"], "loyalty": ["satisfaction"]})
    >>> own
    PathSpec(3 paths among service, price, satisfaction, loyalty)
    >>> own.sources("satisfaction")
    ('service', 'price')
    """

    _picture = "path_spec"

    paths: Mapping[str, tuple[str, ...]]
    name: str = ""
    terms: Mapping[str, str] = field(default_factory=dict)
    positions: Mapping[str, tuple[float, float]] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "paths", paths_of(self.paths))

    @property
    def latents(self) -> list[str]:
        """The latent variables, causes first."""
        return order_of(self.paths)

    def sources(self, target: str) -> tuple[str, ...]:
        """Return what points to `target`.

        Parameters
        ----------
        target : str
            Name of a latent variable.

        Returns
        -------
        tuple of str
            Empty where nothing does.

        Raises
        ------
        ValueError
            If there is no such latent variable.
        """
        return self.paths.get(_checks.choice(target, "target", self.latents), ())

    def to_frame(self) -> "pd.DataFrame":
        """One row per path: source and target.

        Returns
        -------
        DataFrame

        Examples
        --------
        >>> from crmlab.index import acsi
        >>> acsi().to_frame().head(2)
                source   target
        0  expectation  quality
        1  expectation    value
        """
        import pandas as pd

        pairs = [(source, target) for target in self.paths for source in self.paths[target]]
        return pd.DataFrame(pairs, columns=["source", "target"])

    def __repr__(self) -> str:
        n = len(self.to_frame())
        called = f"{self.name}: " if self.name else ""
        return f"PathSpec({called}{n} path{'s' * (n != 1)} among {', '.join(self.latents)})"


_TERMS = {
    "image": "企业形象",
    "expectation": "顾客期望",
    "quality": "感知质量",
    "performance": "感知绩效",
    "value": "感知价值",
    "satisfaction": "顾客满意",
    "complaints": "顾客抱怨",
    "loyalty": "顾客忠诚",
}


def _named(
    name: str,
    paths: Mapping[str, tuple[str, ...]],
    positions: Mapping[str, tuple[float, float]],
) -> PathSpec:
    terms = {latent: _TERMS[latent] for latent in order_of(paths)}
    return PathSpec(paths, name, terms, positions)


def scsb() -> PathSpec:
    """State the Swedish customer satisfaction barometer (瑞典顾客满意度晴雨表, SCSB).

    Expectation and perceived performance (which in the barometer is value for money) lead to
    satisfaction; satisfaction leads to complaints and loyalty.

    Returns
    -------
    PathSpec

    Notes
    -----
    Fornell (1992): the first national index.

    Examples
    --------
    >>> scsb().sources("satisfaction")
    ('expectation', 'performance')
    """
    return _named(
        "SCSB",
        {
            "performance": ("expectation",),
            "satisfaction": ("expectation", "performance"),
            "complaints": ("satisfaction",),
            "loyalty": ("satisfaction", "complaints"),
        },
        {
            "expectation": (0, 0),
            "performance": (0, 2),
            "satisfaction": (1, 1),
            "complaints": (2, 2),
            "loyalty": (2, 0),
        },
    )


def acsi() -> PathSpec:
    """State the American customer satisfaction index (美国顾客满意度指数, ACSI).

    Expectation, perceived quality and perceived value lead to satisfaction; satisfaction leads to
    complaints and loyalty.

    Returns
    -------
    PathSpec

    Notes
    -----
    Fornell, Johnson, Anderson, Cha and Bryant (1996).

    Examples
    --------
    >>> acsi().latents
    ['expectation', 'quality', 'value', 'satisfaction', 'complaints', 'loyalty']
    """
    return _named(
        "ACSI",
        {
            "quality": ("expectation",),
            "value": ("expectation", "quality"),
            "satisfaction": ("expectation", "quality", "value"),
            "complaints": ("satisfaction",),
            "loyalty": ("satisfaction", "complaints"),
        },
        {
            "expectation": (0, 0),
            "quality": (0, 2),
            "value": (1, 1),
            "satisfaction": (2, 1),
            "complaints": (3, 2),
            "loyalty": (3, 0),
        },
    )


def ecsi() -> PathSpec:
    """State the European customer satisfaction index (欧洲顾客满意度指数, ECSI).

    The American model with the firm's image as a further cause of expectation, satisfaction and
    loyalty.

    Returns
    -------
    PathSpec

    Notes
    -----
    The twelve paths of Tenenhaus, Esposito Vinzi, Chatelin and Lauro (2005).

    Examples
    --------
    >>> ecsi()
    PathSpec(ECSI: 12 paths among image, expectation, quality, value, satisfaction, complaints,
    loyalty)
    """
    return _named(
        "ECSI",
        {
            "expectation": ("image",),
            "quality": ("expectation",),
            "value": ("expectation", "quality"),
            "satisfaction": ("image", "expectation", "quality", "value"),
            "complaints": ("satisfaction",),
            "loyalty": ("image", "satisfaction", "complaints"),
        },
        {
            "image": (1, 3),
            "expectation": (0, 1.9),
            "quality": (0, 0),
            "value": (0.95, 1.13),
            "satisfaction": (2, 1.4),
            "complaints": (3, 0),
            "loyalty": (3, 3),
        },
    )
