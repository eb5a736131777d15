"""Grading customers (客户分级): who gets how much of our time, and by which rule.

==============  =============================================================================
accounts        `period_accounts`: what each customer brought and cost in a period
concentration   `concentration`, `lorenz`, `gini`, `abc`, `long_tail`
pyramid         `pyramid`, `tier_names`
moves           `grade_moves`, `grade_value`, `grade_strategy`: upgrades and downgrades
indicators      `normalise`, `grade_customers`: five indicators, weights, score, grade
RFM             `rfm_table`, `rfm_scores`, `quantile_scores`, `rfm_rules`, `rule_coverage`,
                `rfm_segments`
monthly log     `monthly_features`, `monthly_segments`, `monthly_names`: seven groups
clusters        `cluster_customers`, `cluster_stability`, `compare_groups`, `adjusted_rand`
portfolio       `clp`, `kaism`, `volume_share`, `wallet_potential`, `cell_sensitivity`
factors         `factor_scores`
key_accounts    `account_score`, `buying_steps`, `buying_plan`, `service_strategies`
campaign        `break_even_response`, `campaign_profit`, `campaign_cells`, `gains`
features        `features_at`, `value_after`, `before_campaign`
learned         `GradeTree`, `GradeNet`, `leak_check`
judged          `mistake_costs`
overview        `overview`
==============  =============================================================================
"""

from crmlab.grading.accounts import period_accounts
from crmlab.grading.campaign import (
    CampaignCells,
    CampaignDepth,
    CampaignGains,
    break_even_response,
    campaign_cells,
    campaign_profit,
    gains,
)
from crmlab.grading.clusters import (
    Agreement,
    adjusted_rand,
    cluster_customers,
    cluster_stability,
    compare_groups,
)
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
from crmlab.grading.factors import FactorScores, factor_scores
from crmlab.grading.features import before_campaign, features_at, value_after
from crmlab.grading.indicators import Grades, WeightSensitivity, grade_customers, normalise
from crmlab.grading.judged import GradeReport, GradeTuning, mistake_costs
from crmlab.grading.key_accounts import (
    AccountScores,
    BuyingPlan,
    ServiceStrategies,
    account_score,
    account_strategies,
    buying_plan,
    buying_steps,
    service_strategies,
)
from crmlab.grading.learned import GradeNet, GradeTree, leak_check
from crmlab.grading.monthly import (
    MonthlySegments,
    monthly_features,
    monthly_names,
    monthly_segments,
)
from crmlab.grading.moves import (
    GradeMoves,
    GradeStrategy,
    GradeValue,
    grade_moves,
    grade_strategy,
    grade_value,
)
from crmlab.grading.overview import GradeOverview, overview
from crmlab.grading.portfolio import (
    CellSensitivity,
    Portfolio,
    cell_sensitivity,
    clp,
    kaism,
    volume_share,
    wallet_potential,
)
from crmlab.grading.pyramid import Pyramid, pyramid, tier_names
from crmlab.grading.rfm import RfmScores, quantile_scores, rfm_scores, rfm_table
from crmlab.grading.segments import RfmSegments, SegmentRule, rfm_rules, rfm_segments, rule_coverage

__all__ = [
    "AbcClasses",
    "AccountScores",
    "Agreement",
    "BuyingPlan",
    "CampaignCells",
    "CampaignDepth",
    "CampaignGains",
    "CellSensitivity",
    "Concentration",
    "FactorScores",
    "GradeMoves",
    "GradeNet",
    "GradeOverview",
    "GradeReport",
    "GradeStrategy",
    "GradeTree",
    "GradeTuning",
    "GradeValue",
    "Grades",
    "Lorenz",
    "MonthlySegments",
    "Portfolio",
    "Pyramid",
    "RfmScores",
    "RfmSegments",
    "SegmentRule",
    "ServiceStrategies",
    "WeightSensitivity",
    "abc",
    "account_score",
    "account_strategies",
    "adjusted_rand",
    "before_campaign",
    "break_even_response",
    "buying_plan",
    "buying_steps",
    "campaign_cells",
    "campaign_profit",
    "cell_sensitivity",
    "clp",
    "cluster_customers",
    "cluster_stability",
    "compare_groups",
    "concentration",
    "factor_scores",
    "features_at",
    "gains",
    "gini",
    "grade_customers",
    "grade_moves",
    "grade_strategy",
    "grade_value",
    "kaism",
    "leak_check",
    "long_tail",
    "lorenz",
    "mistake_costs",
    "monthly_features",
    "monthly_names",
    "monthly_segments",
    "normalise",
    "overview",
    "period_accounts",
    "pyramid",
    "quantile_scores",
    "rfm_rules",
    "rfm_scores",
    "rfm_segments",
    "rfm_table",
    "rule_coverage",
    "service_strategies",
    "tier_names",
    "value_after",
    "volume_share",
    "wallet_potential",
]
