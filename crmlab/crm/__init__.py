"""CRM as a whole (客户关系管理): foundations, a small database, evaluation, strategy.

==============  =============================================================================
customers       `customer_types`: four classifications by ordered rules
levels          `relationship_level`, `kotler_grid`, `relationship_levels`
systems         `crm_functions`, `needed_functions`, `classify_system`
chains          `value_chain`, `four_c`, `chain_direction`
retention       `mean_lifetime`, `retention_gain`, `claimed_retention`, `new_or_kept`
==============  =============================================================================
"""

from crmlab.crm.chains import ValueChain, chain_direction, four_c, value_chain
from crmlab.crm.customers import CustomerTypes, customer_types
from crmlab.crm.levels import (
    LEVELS,
    RelationshipLevels,
    kotler_grid,
    relationship_level,
    relationship_levels,
)
from crmlab.crm.retention import (
    NewOrKept,
    RetentionGain,
    claimed_retention,
    mean_lifetime,
    new_or_kept,
    retention_gain,
)
from crmlab.crm.systems import (
    SystemNeeds,
    SystemType,
    classify_system,
    crm_functions,
    needed_functions,
)

__all__ = [
    "LEVELS",
    "CustomerTypes",
    "NewOrKept",
    "RelationshipLevels",
    "RetentionGain",
    "SystemNeeds",
    "SystemType",
    "ValueChain",
    "chain_direction",
    "claimed_retention",
    "classify_system",
    "crm_functions",
    "customer_types",
    "four_c",
    "kotler_grid",
    "mean_lifetime",
    "needed_functions",
    "new_or_kept",
    "relationship_level",
    "relationship_levels",
    "retention_gain",
    "value_chain",
]
