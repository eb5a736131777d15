"""The customer lifecycle (客户生命周期): stages, patterns, lifetimes and profit of a relationship.

==========  =================================================================================
stages      `stage_curve`, `stage_names`, `six_stages`, `stage_tactics`
detect      `detect_stages`, `no_answers`; `LifecycleModel` says how relationships usually run
patterns    `pattern_names`, `pattern_courses`, `simulate_relationships`, `classify_patterns`,
            `confusion`
base        `churn`, `cohort_table`, `lifetimes`
survival    `kaplan_meier`, `compare_survival`
profit      `lifecycle_profit`, `profit_gain`
==========  =================================================================================
"""

from crmlab.lifecycle._paths import LifecycleModel
from crmlab.lifecycle.base import Churn, CohortTable, churn, cohort_table, lifetimes
from crmlab.lifecycle.detect import StageDetection, detect_stages, no_answers
from crmlab.lifecycle.patterns import (
    Confusion,
    PatternClassification,
    Relationships,
    classify_patterns,
    confusion,
    pattern_courses,
    pattern_names,
    simulate_relationships,
)
from crmlab.lifecycle.profit import LifecycleProfit, lifecycle_profit, profit_gain
from crmlab.lifecycle.stages import (
    StageCurve,
    six_stages,
    stage_curve,
    stage_names,
    stage_tactics,
)
from crmlab.lifecycle.survival import (
    KaplanMeier,
    SurvivalGroups,
    compare_survival,
    kaplan_meier,
)

__all__ = [
    "Churn",
    "CohortTable",
    "Confusion",
    "KaplanMeier",
    "LifecycleModel",
    "LifecycleProfit",
    "PatternClassification",
    "Relationships",
    "StageCurve",
    "StageDetection",
    "SurvivalGroups",
    "churn",
    "classify_patterns",
    "cohort_table",
    "compare_survival",
    "confusion",
    "detect_stages",
    "kaplan_meier",
    "lifecycle_profit",
    "lifetimes",
    "no_answers",
    "pattern_courses",
    "pattern_names",
    "profit_gain",
    "simulate_relationships",
    "six_stages",
    "stage_curve",
    "stage_names",
    "stage_tactics",
]
