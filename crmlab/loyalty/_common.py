"""Small steps that several of the measures of loyalty share."""

from typing import TYPE_CHECKING, Any

from crmlab._statistics import wilson

if TYPE_CHECKING:
    import pandas as pd


def same_length(**values: Any) -> None:
    """Raise unless all arrays are as long as each other.

    >>> import numpy as np
    >>> same_length(attitude=np.ones(2), repeat=np.ones(3))
    Traceback (most recent call last):
    ...
    ValueError: attitude and repeat must be as long as each other; got 2 and 3
    """
    sizes = [value.size for value in values.values()]
    if len(set(sizes)) > 1:
        *names, last = values
        *counts, end = map(str, sizes)
        raise ValueError(
            f"{', '.join(names)} and {last} must be as long as each other; got "
            f"{', '.join(counts)} and {end}"
        )


def labels(value: Any) -> Any:
    """Return the index of a Series, to be carried into the result; None of anything else."""
    import pandas as pd

    return value.index if isinstance(value, pd.Series) else None


def counted(kind: Any, kinds: tuple[str, ...], index: Any, name: str) -> tuple[Any, Any]:
    """Return the kind of each customer as an ordered column, and how many are of each kind."""
    import pandas as pd

    column = pd.Series(pd.Categorical(kind, categories=kinds, ordered=True), index=index, name=name)
    return column, column.value_counts(sort=False).rename_axis(name).rename("customers")


def share_table(counts: "pd.Series", level: float) -> "pd.DataFrame":
    """Return counts with their shares and Wilson's intervals."""
    import pandas as pd

    total = int(counts.sum())
    low, high = wilson(counts.to_numpy(), total, level)
    share = counts / max(total, 1)
    return pd.DataFrame({"customers": counts, "share": share, "low": low, "high": high})
