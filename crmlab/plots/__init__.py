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
from crmlab.plots.marks import mark_distribution
from crmlab.plots.positions import (
    growth_grid,
    refill_plan,
    value_map,
    waiting_lines,
    warranty_plan,
)
from crmlab.plots.style import PALETTE, STYLE, money, percent, use_style
from crmlab.plots.value import (
    lever_gains,
    lever_returns,
    loop_map,
    loop_policy,
    offer_choice,
    offer_comparison,
    relationship_profile,
    value_loop,
)

__all__ = [
    "PALETTE",
    "STYLE",
    "cash_flows",
    "event_intervals",
    "event_timeline",
    "growth_grid",
    "lever_gains",
    "lever_returns",
    "lines",
    "loop_map",
    "loop_policy",
    "mark_distribution",
    "migration_policies",
    "money",
    "offer_choice",
    "offer_comparison",
    "percent",
    "ranks",
    "recency_tree",
    "refill_plan",
    "relationship_profile",
    "slopes",
    "study_groups",
    "tornado",
    "two_way",
    "use_style",
    "value_loop",
    "value_map",
    "waiting_lines",
    "warranty_plan",
    "waterfall",
]
