"""Grading customers (客户分级): who gets how much of our time, and by which rule.

==============  =============================================================================
concentration   `concentration`, `lorenz`, `gini`, `abc`, `long_tail`
portfolio       `clp`, `kaism`, `volume_share`, `wallet_potential`, `cell_sensitivity`
factors         `factor_scores`
accounts        `account_score`, `buying_steps`, `buying_plan`, `service_strategies`
campaign        `break_even_response`, `campaign_profit`, `campaign_cells`, `gains`
features        `features_at`, `value_after`, `before_campaign`
learned         `GradeTree`, `GradeNet`, `leak_check`
judged          `mistake_costs`
overview        `overview`
==============  =============================================================================
"""

from crmlab.grading.accounts import (
    AccountScores,
    BuyingPlan,
    ServiceStrategies,
    account_score,
    account_strategies,
    buying_plan,
    buying_steps,
    service_strategies,
)
from crmlab.grading.campaign import (
    CampaignCells,
    CampaignDepth,
    CampaignGains,
    break_even_response,
    campaign_cells,
    campaign_profit,
    gains,
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
from crmlab.grading.judged import GradeReport, GradeTuning, mistake_costs
from crmlab.grading.learned import GradeNet, GradeTree, leak_check
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

__all__ = [
    "AbcClasses",
    "AccountScores",
    "BuyingPlan",
    "CampaignCells",
    "CampaignDepth",
    "CampaignGains",
    "CellSensitivity",
    "Concentration",
    "FactorScores",
    "GradeNet",
    "GradeOverview",
    "GradeReport",
    "GradeTree",
    "GradeTuning",
    "Lorenz",
    "Portfolio",
    "ServiceStrategies",
    "abc",
    "account_score",
    "account_strategies",
    "before_campaign",
    "break_even_response",
    "buying_plan",
    "buying_steps",
    "campaign_cells",
    "campaign_profit",
    "cell_sensitivity",
    "clp",
    "concentration",
    "factor_scores",
    "features_at",
    "gains",
    "gini",
    "kaism",
    "leak_check",
    "long_tail",
    "lorenz",
    "mistake_costs",
    "overview",
    "service_strategies",
    "value_after",
    "volume_share",
    "wallet_potential",
]
