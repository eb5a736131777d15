"""Relationship quality (关系质量) and the four kinds of loyalty, as a path model."""

from collections.abc import Mapping, Sequence

from crmlab import _checks
from crmlab.index import PathModel, PathSpec

#: Satisfaction and what grows out of it, and how each reaches the four dimensions of loyalty.
PATHS: dict[str, tuple[str, ...]] = {
    "trust": ("satisfaction",),
    "belonging": ("satisfaction", "trust"),
    "friendship": ("trust", "belonging"),
    "cognitive": ("satisfaction", "trust"),
    "affective": ("satisfaction", "belonging", "friendship"),
    "conative": ("satisfaction", "trust", "belonging"),
    "behavioural": ("satisfaction", "trust", "friendship"),
}
FEELINGS = ("satisfaction", *PATHS)
#: Where each stands in the picture, so that no arrow runs through a box.
_POSITIONS = {
    "satisfaction": (0.0, 3.6),
    "trust": (0.5, 1.2),
    "belonging": (1.5, 1.1),
    "friendship": (2.0, -0.8),
    "cognitive": (3.0, 3.6),
    "conative": (3.0, 2.4),
    "affective": (3.0, 1.1),
    "behavioural": (3.0, -0.2),
}


def relationship_quality(
    blocks: Mapping[str, Sequence[str]], *, missing: str = "refuse", scale: object = (1, 7)
) -> PathModel:
    """Path model from relationship quality to loyalty (关系质量与客户忠诚).

    Satisfaction (满意感), trust (信任感), belonging (归属感) and commercial friendship (商业友谊)
    make up the quality of a relationship; each reaches some of the cognitive, affective, conative
    and behavioural loyalty. The model is estimated as the satisfaction index is.

    Parameters
    ----------
    blocks : mapping of str to list of str
        The items of satisfaction, trust, belonging, friendship, cognitive, affective, conative
        and behavioural.
    missing : {"refuse", "mean", "drop"}
        What to do about missing answers, as in :class:`crmlab.index.PathModel`.
    scale : (float, float) or mapping of str to (float, float)
        Lowest and highest possible answer, of all items or of each.

    Returns
    -------
    PathModel
        Not fitted yet: call ``.fit(data)``.

    Raises
    ------
    ValueError, TypeError
        If a block is missing or unknown, or PathModel refuses an argument.

    Notes
    -----
    Which arrows are drawn is a theory, not a finding; this set follows the order in which the
    course tells it. Draw another with :class:`crmlab.index.PathModel`.

    Examples
    --------
    >>> from crmlab import datasets
    >>> survey = datasets.load("company_survey")
    >>> blocks = {name: [f"{name}_{i}" for i in (1, 2, 3)] for name in FEELINGS}
    >>> model = relationship_quality(blocks, missing="mean", scale=(1, 10)).fit(survey)
    >>> round(float(model.paths_[("satisfaction", "trust")]), 2)
    0.54
    """
    if not isinstance(blocks, Mapping):
        raise TypeError(
            f"blocks must map each latent variable to its columns; got {type(blocks).__name__}"
        )
    for name in (*FEELINGS, *blocks):
        _checks.choice(name, "name in blocks", FEELINGS)
    if lacking := [name for name in FEELINGS if name not in blocks]:
        raise ValueError(
            f"blocks must name every latent variable; got none for {', '.join(lacking)}"
        )
    spec = PathSpec(PATHS, "relationship quality", positions=_POSITIONS)
    return PathModel(spec, blocks, missing=missing, scale=scale)
