"""Explorers: move a slider, see one idea move.

Each explorer joins controls, one model and one picture. :func:`explorer` builds them all; it works
with a kernel and, through pictures drawn beforehand, on a plain page without one.
"""

from crmlab.widgets.btyd import (
    alive_explorer,
    heterogeneity_explorer,
    residual_value_explorer,
    shrinkage_explorer,
)
from crmlab.widgets.capstone import budget_explorer
from crmlab.widgets.clv import (
    migration_explorer,
    present_value_explorer,
    ranking_explorer,
    retention_explorer,
    sensitivity_explorer,
)
from crmlab.widgets.credit_rating import (
    credit_limit_explorer,
    credit_weights_explorer,
    order_risk_explorer,
)
from crmlab.widgets.credit_score import (
    score_cutoff_explorer,
    score_fairness_explorer,
    score_points_explorer,
    score_shift_explorer,
    woe_bins_explorer,
)
from crmlab.widgets.credit_terms import collection_explorer, discount_explorer, terms_explorer
from crmlab.widgets.crm import kotler_explorer, retention_gain_explorer
from crmlab.widgets.crm_process import process_explorer, programme_explorer
from crmlab.widgets.crm_strategy import (
    evaluation_explorer,
    goal_explorer,
    maturity_explorer,
    radar_explorer,
)
from crmlab.widgets.crm_system import customer_explorer, silence_explorer
from crmlab.widgets.explorer import Control, Explorer, explorer
from crmlab.widgets.grading import (
    abc_explorer,
    grade_weights_explorer,
    rfm_explorer,
    upgrade_explorer,
)
from crmlab.widgets.index import (
    ahp_explorer,
    attenuation_explorer,
    fuzzy_explorer,
    improvement_explorer,
    index_weights_explorer,
)
from crmlab.widgets.lifecycle import (
    break_even_explorer,
    pattern_explorer,
    stage_curve_explorer,
    stage_explorer,
    survival_explorer,
)
from crmlab.widgets.loyalty import (
    competition_trap_explorer,
    loyalty_curve_explorer,
    switching_cost_explorer,
    threshold_trap_explorer,
    two_factor_trap_explorer,
)
from crmlab.widgets.portfolio import campaign_explorer, clp_explorer, kaism_explorer, tree_explorer
from crmlab.widgets.receivables import (
    ageing_explorer,
    allowance_explorer,
    dso_explorer,
    hold_explorer,
)
from crmlab.widgets.sales import (
    deals_explorer,
    funnel_explorer,
    pay_explorer,
    pipeline_explorer,
    priority_explorer,
)
from crmlab.widgets.satisfaction import (
    expectation_explorer,
    kano_explorer,
    quadrant_explorer,
    sample_explorer,
)
from crmlab.widgets.service import (
    case_explorer,
    pareto_explorer,
    recovery_explorer,
    staffing_explorer,
    win_back_explorer,
)
from crmlab.widgets.switching import (
    convergence_explorer,
    equity_explorer,
    retention_or_rival_explorer,
    switching_explorer,
)
from crmlab.widgets.value import (
    delivered_value_explorer,
    loop_explorer,
    value_map_explorer,
    waiting_line_explorer,
    warranty_explorer,
)

__all__ = [
    "Control",
    "Explorer",
    "abc_explorer",
    "ageing_explorer",
    "ahp_explorer",
    "alive_explorer",
    "allowance_explorer",
    "attenuation_explorer",
    "break_even_explorer",
    "budget_explorer",
    "campaign_explorer",
    "case_explorer",
    "clp_explorer",
    "collection_explorer",
    "competition_trap_explorer",
    "convergence_explorer",
    "credit_limit_explorer",
    "credit_weights_explorer",
    "customer_explorer",
    "deals_explorer",
    "delivered_value_explorer",
    "discount_explorer",
    "dso_explorer",
    "equity_explorer",
    "evaluation_explorer",
    "expectation_explorer",
    "explorer",
    "funnel_explorer",
    "fuzzy_explorer",
    "goal_explorer",
    "grade_weights_explorer",
    "heterogeneity_explorer",
    "hold_explorer",
    "improvement_explorer",
    "index_weights_explorer",
    "kaism_explorer",
    "kano_explorer",
    "kotler_explorer",
    "loop_explorer",
    "loyalty_curve_explorer",
    "maturity_explorer",
    "migration_explorer",
    "order_risk_explorer",
    "pareto_explorer",
    "pattern_explorer",
    "pay_explorer",
    "pipeline_explorer",
    "present_value_explorer",
    "priority_explorer",
    "process_explorer",
    "programme_explorer",
    "quadrant_explorer",
    "radar_explorer",
    "ranking_explorer",
    "recovery_explorer",
    "residual_value_explorer",
    "retention_explorer",
    "retention_gain_explorer",
    "retention_or_rival_explorer",
    "rfm_explorer",
    "sample_explorer",
    "score_cutoff_explorer",
    "score_fairness_explorer",
    "score_points_explorer",
    "score_shift_explorer",
    "sensitivity_explorer",
    "shrinkage_explorer",
    "silence_explorer",
    "staffing_explorer",
    "stage_curve_explorer",
    "stage_explorer",
    "survival_explorer",
    "switching_cost_explorer",
    "switching_explorer",
    "terms_explorer",
    "threshold_trap_explorer",
    "tree_explorer",
    "two_factor_trap_explorer",
    "upgrade_explorer",
    "value_map_explorer",
    "waiting_line_explorer",
    "warranty_explorer",
    "win_back_explorer",
    "woe_bins_explorer",
]
