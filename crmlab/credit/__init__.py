"""Customer credit (客户信用): rating, scorecards, terms, receivables, limits, collection.

==============  =============================================================================
terms           `discount_cost`, `break_even_discount`, `CreditPolicy`, `terms_change`
policies        `compare_policies`, `credit_standards`
uncertainty     `simulate_terms`
collection      `collection_stages`, `collection_plan`, `collection_sizes`
goals           `collection_goals`
dunning         `estimate_stages`
==============  =============================================================================
"""

from crmlab.credit.collection import (
    CollectionPlan,
    CollectionSizes,
    collection_plan,
    collection_sizes,
    collection_stages,
)
from crmlab.credit.dunning import StageEstimates, estimate_stages
from crmlab.credit.goals import CollectionGoals, collection_goals
from crmlab.credit.policies import (
    CreditStandards,
    PolicyComparison,
    compare_policies,
    credit_standards,
)
from crmlab.credit.terms import (
    CreditPolicy,
    TermsChange,
    break_even_discount,
    discount_cost,
    terms_change,
)
from crmlab.credit.uncertainty import TermsSimulation, simulate_terms

__all__ = [
    "CollectionGoals",
    "CollectionPlan",
    "CollectionSizes",
    "CreditPolicy",
    "CreditStandards",
    "PolicyComparison",
    "StageEstimates",
    "TermsChange",
    "TermsSimulation",
    "break_even_discount",
    "collection_goals",
    "collection_plan",
    "collection_sizes",
    "collection_stages",
    "compare_policies",
    "credit_standards",
    "discount_cost",
    "estimate_stages",
    "simulate_terms",
    "terms_change",
]
