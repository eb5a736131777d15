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
from crmlab.plots.kano import kano, kano_curves, kano_segments
from crmlab.plots.labels import label_points, spread
from crmlab.plots.marks import mark_distribution
from crmlab.plots.satisfaction import (
    derived_importance,
    disconfirmation,
    expectation_path,
    five_gaps,
    importance_performance,
    indicators,
    likert,
    net_promoter_score,
    semantic_profile,
    servqual,
    survey_score,
)
from crmlab.plots.style import PALETTE, STYLE, money, percent, use_style

__all__ = [
    "PALETTE",
    "STYLE",
    "cash_flows",
    "derived_importance",
    "disconfirmation",
    "event_intervals",
    "event_timeline",
    "expectation_path",
    "five_gaps",
    "importance_performance",
    "indicators",
    "kano",
    "kano_curves",
    "kano_segments",
    "label_points",
    "likert",
    "lines",
    "mark_distribution",
    "migration_policies",
    "money",
    "net_promoter_score",
    "percent",
    "ranks",
    "recency_tree",
    "semantic_profile",
    "servqual",
    "slopes",
    "spread",
    "study_groups",
    "survey_score",
    "tornado",
    "two_way",
    "use_style",
    "waterfall",
]
