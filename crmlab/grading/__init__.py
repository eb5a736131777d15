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
==============  =============================================================================
"""

from crmlab.grading.accounts import period_accounts
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
from crmlab.grading.indicators import Grades, WeightSensitivity, grade_customers, normalise
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
from crmlab.grading.pyramid import Pyramid, pyramid, tier_names
from crmlab.grading.rfm import RfmScores, quantile_scores, rfm_scores, rfm_table
from crmlab.grading.segments import (
    RfmSegments,
    SegmentRule,
    rfm_rules,
    rfm_segments,
    rule_coverage,
)

__all__ = [
    "AbcClasses",
    "Agreement",
    "Concentration",
    "GradeMoves",
    "GradeStrategy",
    "GradeValue",
    "Grades",
    "Lorenz",
    "MonthlySegments",
    "Pyramid",
    "RfmScores",
    "RfmSegments",
    "SegmentRule",
    "WeightSensitivity",
    "abc",
    "adjusted_rand",
    "cluster_customers",
    "cluster_stability",
    "compare_groups",
    "concentration",
    "gini",
    "grade_customers",
    "grade_moves",
    "grade_strategy",
    "grade_value",
    "long_tail",
    "lorenz",
    "monthly_features",
    "monthly_names",
    "monthly_segments",
    "normalise",
    "period_accounts",
    "pyramid",
    "quantile_scores",
    "rfm_rules",
    "rfm_scores",
    "rfm_segments",
    "rfm_table",
    "rule_coverage",
    "tier_names",
]
