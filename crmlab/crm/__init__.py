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
from crmlab.crm.levels import (
    LEVELS,
    RelationshipLevels,
    kotler_grid,
    relationship_level,
    relationship_levels,
)
from crmlab.crm.load import ImportReport, company_tables, import_table, load_company
from crmlab.crm.retention import (
    NewOrKept,
    RetentionGain,
    claimed_retention,
    mean_lifetime,
    new_or_kept,
    retention_gain,
)
from crmlab.crm.schema import Field, Table, schema
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
    "CustomerTypes",
    "CustomerView",
    "Database",
    "Erasure",
    "Field",
    "ImportReport",
    "NewOrKept",
    "RelationshipLevels",
    "RetentionGain",
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
    "connect",
    "crm_functions",
    "customer_types",
    "customer_view",
    "erase_person",
    "expected_profit",
    "four_c",
    "grants",
    "import_table",
    "kotler_grid",
    "load_company",
    "mask",
    "mean_lifetime",
    "needed_functions",
    "new_or_kept",
    "plan_budget",
    "pseudonym",
    "read",
    "relationship_level",
    "relationship_levels",
    "retention_gain",
    "schema",
    "score_strategy",
    "simple_strategy",
    "simulate_year",
    "strategy_cost",
    "trial_gain",
    "true_gains",
    "value_chain",
    "view_sql",
]
