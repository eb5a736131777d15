"""Customer credit (客户信用): rating, scorecards, terms, receivables, limits, collection.

===========  =============================================================================
matching     `match_payments`: payments and credit notes applied to invoices, to the cent
receivables  `open_items`, `ageing`, `dso`, `bucket_names`, in the engine of the ledger
measures     `simple_dso`, `count_back`, `collection_effectiveness`, `receivables_turnover`,
             `pattern_receivables`, `receivables_history`
rolls        `roll_rates`, `collection_chain`, `allowance`: what will not come
loss         `expected_loss`: PD × LGD × EAD
control      `account_status`, `hold_or_release`, `overdue_list`
===========  =============================================================================
"""

from crmlab.credit.control import (
    OrderControl,
    OverdueList,
    account_status,
    hold_or_release,
    overdue_list,
)
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
from crmlab.credit.receivables import ageing, bucket_names, dso, open_items
from crmlab.credit.rolls import (
    Allowance,
    CollectionChain,
    allowance,
    collection_chain,
    roll_rates,
)

__all__ = [
    "Allowance",
    "CollectionChain",
    "ExpectedLoss",
    "Matching",
    "OrderControl",
    "OverdueList",
    "ReceivablesHistory",
    "account_status",
    "ageing",
    "allowance",
    "bucket_names",
    "collection_chain",
    "collection_effectiveness",
    "count_back",
    "dso",
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
]
