"""CRM as a whole (客户关系管理): foundations, a small database, evaluation, strategy.

==============  =============================================================================
customers       `customer_types`: four classifications by ordered rules
levels          `relationship_level`, `kotler_grid`, `relationship_levels`
systems         `crm_functions`, `needed_functions`, `classify_system`
chains          `value_chain`, `four_c`, `chain_direction`
retention       `mean_lifetime`, `retention_gain`, `claimed_retention`, `new_or_kept`
database        `connect`, `Database`, `schema`, `view_sql`
load            `import_table`, `load_company`, `company_tables`
access          `read`, `access_rules`, `mask`, `pseudonym`, `erase_person`, `grants`
customer_view   `customer_view`: one customer from all sides
evaluation      `evaluate_customers`, `radar_area`, `weight_sensitivity`: five measures
maturity        `maturity_questions`, `maturity_score`: ten lessons and four factors
goals           `Goal`, `goal_tree`, `goal_progress`
smart           `smart_check`: five letters
process         `process_theory`: stations in a row, by queueing theory
process_run     `simulate_process`: the same, case by case
redesign        `redesign_steps`, `redesign`, `compare_processes`: before and after
programme       `programme`: critical path, cost and benefit, chance to finish
capstone        `capstone_actions`, `check_strategy`, `simple_strategy`, `plan_budget`
trial           `trial_gain`: effects in a trial by lot
capstone_score  `score_strategy`, `true_gains`, `simulate_year`: for who knows the truth
==============  =============================================================================
"""

from crmlab.crm.access import Erasure, access_rules, erase_person, grants, mask, pseudonym, read
from crmlab.crm.capstone import (
    BudgetPlan,
    capstone_actions,
    check_strategy,
    plan_budget,
    simple_strategy,
    strategy_cost,
)
from crmlab.crm.capstone_score import (
    StrategyScore,
    expected_profit,
    score_strategy,
    simulate_year,
    true_gains,
)
from crmlab.crm.chains import ValueChain, chain_direction, four_c, value_chain
from crmlab.crm.customer_view import CustomerView, customer_view
from crmlab.crm.customers import CustomerTypes, customer_types
from crmlab.crm.database import Database, connect
from crmlab.crm.evaluation import (
    CustomerEvaluation,
    EvaluationSensitivity,
    evaluate_customers,
    radar_area,
    weight_sensitivity,
)
from crmlab.crm.goals import (
    Goal,
    GoalProgress,
    GoalTree,
    goal_progress,
    goal_tree,
)
from crmlab.crm.levels import (
    LEVELS,
    RelationshipLevels,
    kotler_grid,
    relationship_level,
    relationship_levels,
)
from crmlab.crm.load import ImportReport, company_tables, import_table, load_company
from crmlab.crm.maturity import MaturityScore, maturity_questions, maturity_score
from crmlab.crm.process import ProcessTheory, process_theory
from crmlab.crm.process_run import ProcessRun, simulate_process
from crmlab.crm.programme import FinishChance, Programme, programme
from crmlab.crm.redesign import (
    ProcessComparison,
    Redesign,
    compare_processes,
    redesign,
    redesign_steps,
)
from crmlab.crm.retention import (
    NewOrKept,
    RetentionGain,
    claimed_retention,
    mean_lifetime,
    new_or_kept,
    retention_gain,
)
from crmlab.crm.schema import Field, Table, schema
from crmlab.crm.smart import SmartCheck, smart_check
from crmlab.crm.systems import (
    SystemNeeds,
    SystemType,
    classify_system,
    crm_functions,
    needed_functions,
)
from crmlab.crm.trial import TrialGain, trial_gain
from crmlab.crm.views import view_sql

__all__ = [
    "LEVELS",
    "BudgetPlan",
    "CustomerEvaluation",
    "CustomerTypes",
    "CustomerView",
    "Database",
    "Erasure",
    "EvaluationSensitivity",
    "Field",
    "FinishChance",
    "Goal",
    "GoalProgress",
    "GoalTree",
    "ImportReport",
    "MaturityScore",
    "NewOrKept",
    "ProcessComparison",
    "ProcessRun",
    "ProcessTheory",
    "Programme",
    "Redesign",
    "RelationshipLevels",
    "RetentionGain",
    "SmartCheck",
    "StrategyScore",
    "SystemNeeds",
    "SystemType",
    "Table",
    "TrialGain",
    "ValueChain",
    "access_rules",
    "capstone_actions",
    "chain_direction",
    "check_strategy",
    "claimed_retention",
    "classify_system",
    "company_tables",
    "compare_processes",
    "connect",
    "crm_functions",
    "customer_types",
    "customer_view",
    "erase_person",
    "evaluate_customers",
    "expected_profit",
    "four_c",
    "goal_progress",
    "goal_tree",
    "grants",
    "import_table",
    "kotler_grid",
    "load_company",
    "mask",
    "maturity_questions",
    "maturity_score",
    "mean_lifetime",
    "needed_functions",
    "new_or_kept",
    "plan_budget",
    "process_theory",
    "programme",
    "pseudonym",
    "radar_area",
    "read",
    "redesign",
    "redesign_steps",
    "relationship_level",
    "relationship_levels",
    "retention_gain",
    "schema",
    "score_strategy",
    "simple_strategy",
    "simulate_process",
    "simulate_year",
    "smart_check",
    "strategy_cost",
    "trial_gain",
    "true_gains",
    "value_chain",
    "view_sql",
    "weight_sensitivity",
]
