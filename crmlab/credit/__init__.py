"""Customer credit (客户信用): rating, scorecards, terms, receivables, limits, collection.

==============  =============================================================================
matching        `match_payments`: payments and credit notes applied to invoices, to the cent
receivables     `open_items`, `ageing`, `dso`, `bucket_names`, in the engine of the ledger
measures        `simple_dso`, `count_back`, `collection_effectiveness`, `receivables_turnover`,
                `pattern_receivables`, `receivables_history`
rolls           `roll_rates`, `collection_chain`, `allowance`: what will not come
loss            `expected_loss`: PD × LGD × EAD
control         `account_status`, `hold_or_release`, `overdue_list`
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
from crmlab.credit.control import (
    OrderControl,
    OverdueList,
    account_status,
    hold_or_release,
    overdue_list,
)
from crmlab.credit.dunning import StageEstimates, estimate_stages
from crmlab.credit.goals import CollectionGoals, collection_goals
from crmlab.credit.loss import ExpectedLoss, expected_loss
from crmlab.credit.matching import Matching, match_payments
from crmlab.credit.measures import (
    ReceivablesHistory,
    collection_effectiveness,
    count_back,
    pattern_receivables,
    receivables_history,
    receivables_turnover,
    simple_dso,
)
from crmlab.credit.policies import (
    CreditStandards,
    PolicyComparison,
    compare_policies,
    credit_standards,
)
from crmlab.credit.receivables import ageing, bucket_names, dso, open_items
from crmlab.credit.rolls import (
    Allowance,
    CollectionChain,
    allowance,
    collection_chain,
    roll_rates,
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
    "Allowance",
    "CollectionChain",
    "CollectionGoals",
    "CollectionPlan",
    "CollectionSizes",
    "CreditPolicy",
    "CreditStandards",
    "ExpectedLoss",
    "Matching",
    "OrderControl",
    "OverdueList",
    "PolicyComparison",
    "ReceivablesHistory",
    "StageEstimates",
    "TermsChange",
    "TermsSimulation",
    "account_status",
    "ageing",
    "allowance",
    "break_even_discount",
    "bucket_names",
    "collection_chain",
    "collection_effectiveness",
    "collection_goals",
    "collection_plan",
    "collection_sizes",
    "collection_stages",
    "compare_policies",
    "count_back",
    "credit_standards",
    "discount_cost",
    "dso",
    "estimate_stages",
    "expected_loss",
    "hold_or_release",
    "match_payments",
    "open_items",
    "overdue_list",
    "pattern_receivables",
    "receivables_history",
    "receivables_turnover",
    "roll_rates",
    "simple_dso",
    "simulate_terms",
    "terms_change",
]
