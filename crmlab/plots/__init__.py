"""A model's result in, a Matplotlib picture out: one style for the whole book.

Nothing is computed here. Results call these functions through their ``.plot()``; each function
takes an Axes to draw on, or makes a figure, and returns the Axes. Titles say what to see, axes
carry units, and the palette is safe for the colour-blind.
"""

from crmlab.plots.bonds import (
    chain_estimate,
    fitted_curves,
    lock_in,
    lock_in_path,
    loyalty_zones,
    service_chain,
    trap_share,
)
from crmlab.plots.campaign import (
    campaign_cells,
    campaign_depth,
    campaign_gains,
)
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
from crmlab.plots.diagram import (
    path_diagram,
    path_spec,
)
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
from crmlab.plots.kano import (
    kano,
    kano_curves,
    kano_segments,
)
from crmlab.plots.labels import (
    label_points,
    spread,
)
from crmlab.plots.learned import (
    grade_report,
    grade_tuning,
)
from crmlab.plots.loyalty import (
    behavioural_loyalty,
    loyalty_kinds,
    loyalty_pyramid,
    loyalty_scales,
    price_response,
)
from crmlab.plots.marks import (
    mark_distribution,
)
from crmlab.plots.portfolio import (
    account_scores,
    buying_plan,
    cell_sensitivity,
    factor_scores,
    grade_overview,
    portfolio,
    service_strategies,
)
from crmlab.plots.positions import (
    growth_grid,
    refill_plan,
    value_map,
    waiting_lines,
    warranty_plan,
)
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
from crmlab.plots.style import (
    PALETTE,
    STYLE,
    money,
    percent,
    use_style,
)
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
from crmlab.plots.weights import (
    weights,
    weights_compared,
)

__all__ = [
    "PALETTE",
    "STYLE",
    "account_scores",
    "answer_chances",
    "behavioural_loyalty",
    "buying_plan",
    "campaign_cells",
    "campaign_depth",
    "campaign_gains",
    "cash_flows",
    "cell_sensitivity",
    "chain_estimate",
    "derived_importance",
    "disconfirmation",
    "event_intervals",
    "event_timeline",
    "expectation_path",
    "factor_scores",
    "fitted_curves",
    "five_gaps",
    "fuzzy_evaluation",
    "fuzzy_operators",
    "grade_overview",
    "grade_report",
    "grade_tuning",
    "growth_grid",
    "impact_performance",
    "importance_performance",
    "indicators",
    "kano",
    "kano_curves",
    "kano_segments",
    "label_points",
    "lever_gains",
    "lever_returns",
    "likert",
    "lines",
    "lock_in",
    "lock_in_path",
    "loop_map",
    "loop_policy",
    "loyalty_kinds",
    "loyalty_pyramid",
    "loyalty_scales",
    "loyalty_zones",
    "mark_distribution",
    "migration_policies",
    "money",
    "net_promoter_score",
    "offer_choice",
    "offer_comparison",
    "path_diagram",
    "path_intervals",
    "path_spec",
    "percent",
    "portfolio",
    "price_response",
    "ranks",
    "recency_tree",
    "refill_plan",
    "relationship_profile",
    "satisfaction_coefficients",
    "scree",
    "segment_index",
    "semantic_profile",
    "service_chain",
    "service_strategies",
    "servqual",
    "slopes",
    "spread",
    "study_groups",
    "survey_score",
    "tornado",
    "trap_share",
    "two_way",
    "use_style",
    "value_loop",
    "value_map",
    "waiting_lines",
    "warranty_plan",
    "waterfall",
    "weights",
    "weights_compared",
]
