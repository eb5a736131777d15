"""Explorers: move a slider, see one idea move.

Each explorer joins controls, one model and one picture. :func:`explorer` builds them all; it works
with a kernel and, through pictures drawn beforehand, on a plain page without one.
"""

from crmlab.widgets.clv import (
    migration_explorer,
    present_value_explorer,
    ranking_explorer,
    retention_explorer,
    sensitivity_explorer,
)
from crmlab.widgets.explorer import Control, Explorer, explorer
from crmlab.widgets.satisfaction import (
    expectation_explorer,
    kano_explorer,
    quadrant_explorer,
    sample_explorer,
)

__all__ = [
    "Control",
    "Explorer",
    "expectation_explorer",
    "explorer",
    "kano_explorer",
    "migration_explorer",
    "present_value_explorer",
    "quadrant_explorer",
    "ranking_explorer",
    "retention_explorer",
    "sample_explorer",
    "sensitivity_explorer",
]
