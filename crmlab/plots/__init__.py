"""A model's result in, a Matplotlib picture out: one style for the whole book.

Nothing is computed here. Results call these functions through their ``.plot()``; each function
takes an Axes to draw on, or makes a figure, and returns the Axes. Titles say what to see, axes
carry units, and the palette is safe for the colour-blind.
"""

from crmlab.plots.clv import (
    cash_flows,
    event_intervals,
    event_timeline,
    lines,
    migration_policies,
    ranks,
    recency_tree,
    slopes,
    study_groups,
    tornado,
    two_way,
    waterfall,
)
from crmlab.plots.diagram import path_diagram, path_spec
from crmlab.plots.index import (
    answer_chances,
    fuzzy_evaluation,
    fuzzy_operators,
    impact_performance,
    path_intervals,
    satisfaction_coefficients,
    scree,
    segment_index,
)
from crmlab.plots.marks import mark_distribution
from crmlab.plots.style import PALETTE, STYLE, money, percent, use_style
from crmlab.plots.weights import weights, weights_compared

__all__ = [
    "PALETTE",
    "STYLE",
    "answer_chances",
    "cash_flows",
    "event_intervals",
    "event_timeline",
    "fuzzy_evaluation",
    "fuzzy_operators",
    "impact_performance",
    "lines",
    "mark_distribution",
    "migration_policies",
    "money",
    "path_diagram",
    "path_intervals",
    "path_spec",
    "percent",
    "ranks",
    "recency_tree",
    "satisfaction_coefficients",
    "scree",
    "segment_index",
    "slopes",
    "study_groups",
    "tornado",
    "two_way",
    "use_style",
    "waterfall",
    "weights",
    "weights_compared",
]
