"""Grading customers (客户分级): who gets how much of our time, and by which rule.

==============  =============================================================================
concentration   `concentration`, `lorenz`, `gini`, `abc`, `long_tail`
==============  =============================================================================
"""

from crmlab.grading.concentration import (
    AbcClasses,
    Concentration,
    Lorenz,
    abc,
    concentration,
    gini,
    long_tail,
    lorenz,
)

__all__ = [
    "AbcClasses",
    "Concentration",
    "Lorenz",
    "abc",
    "concentration",
    "gini",
    "long_tail",
    "lorenz",
]
