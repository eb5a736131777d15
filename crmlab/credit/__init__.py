"""Customer credit (客户信用): rating, scorecards, terms, receivables, limits, collection.

==============  =============================================================================
rating          `credit_rating(answers, indicators)`, then `.explain(applicant)`,
                `.profile([one, other])`, `.sensitivity()`; `rating_scale()`
survey          `survey_due(customers, today, triggers={"days_late": 20})`
moves           `rating_moves(panel, grades)`, then `.cumulative_default(5)`
early warning   `early_warning(log, failures, signals)`
limits          `credit_limits(customers, by_rating, loss_chance)`; `limit_book(limits, budget)`
one order       `order_decision(amount, margin, default)`: the firm and its salesman
binning         `optimal_bins(age, bad, direction="falling")`
WOE and IV      `woe(checking, bad).iv`
logit           `logit(features, bad).table`
scale           `points_scale(600, 50, 20)`: factor and offset of the points
scorecard       `Scorecard(pdo=20).fit(X, bad)`, then `.score(X)`, `.predict_probability(X)`,
                `.points_`, `.reasons(applicant).top(4)`, `.cross_validate(X, bad)`
power           `discrimination(score, bad)`: AUC, Gini, KS; `compare_auc(one, other, bad)`
calibration     `calibration(probability, bad)`
cut-off         `cut_offs(score, bad, margin, loss)`, `break_even_bad_rate(margin, loss)`
stability       `population_stability(then, now)`, `characteristic_stability(card, X, new_X)`
the refused     `reject_inference(card, accepted, bad, rejected)`
fairness        `fairness(approved, bad, group)`,
                `leave_out(card, X, bad, ["age"], group)`
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

from crmlab.credit.binning import Bins, optimal_bins
from crmlab.credit.calibration import Calibration, calibration
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
from crmlab.credit.cutoff import CutOffs, break_even_bad_rate, cut_offs
from crmlab.credit.dunning import StageEstimates, estimate_stages
from crmlab.credit.fairness import Fairness, LeaveOut, fairness, leave_out
from crmlab.credit.goals import CollectionGoals, collection_goals
from crmlab.credit.limits import CreditLimits, LimitBook, credit_limits, limit_book
from crmlab.credit.logit import LogitFit, logit
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
from crmlab.credit.moves import EarlyWarning, RatingMoves, early_warning, rating_moves
from crmlab.credit.order_decision import PAY, OrderDecision, order_decision
from crmlab.credit.points import points_scale
from crmlab.credit.policies import (
    CreditStandards,
    PolicyComparison,
    compare_policies,
    credit_standards,
)
from crmlab.credit.power import Discrimination, compare_auc, discrimination
from crmlab.credit.rating import (
    FIVE_CS,
    UNRATED,
    CreditProfile,
    CreditRating,
    credit_rating,
    rating_scale,
)
from crmlab.credit.reasons import Reasons
from crmlab.credit.receivables import ageing, bucket_names, dso, open_items
from crmlab.credit.rejects import RejectInference, reject_inference
from crmlab.credit.rolls import Allowance, CollectionChain, allowance, collection_chain, roll_rates
from crmlab.credit.scorecard import Scorecard
from crmlab.credit.stability import (
    CharacteristicStability,
    Stability,
    characteristic_stability,
    population_stability,
)
from crmlab.credit.survey import SurveyPlan, survey_due
from crmlab.credit.terms import (
    CreditPolicy,
    TermsChange,
    break_even_discount,
    discount_cost,
    terms_change,
)
from crmlab.credit.uncertainty import TermsSimulation, simulate_terms
from crmlab.credit.validation import CrossValidation
from crmlab.credit.woe import WoeTable, woe

__all__ = [
    "FIVE_CS",
    "PAY",
    "UNRATED",
    "Allowance",
    "Bins",
    "Calibration",
    "CharacteristicStability",
    "CollectionChain",
    "CollectionGoals",
    "CollectionPlan",
    "CollectionSizes",
    "CreditLimits",
    "CreditPolicy",
    "CreditProfile",
    "CreditRating",
    "CreditStandards",
    "CrossValidation",
    "CutOffs",
    "Discrimination",
    "EarlyWarning",
    "ExpectedLoss",
    "Fairness",
    "LeaveOut",
    "LimitBook",
    "LogitFit",
    "Matching",
    "OrderControl",
    "OrderDecision",
    "OverdueList",
    "PolicyComparison",
    "RatingMoves",
    "Reasons",
    "ReceivablesHistory",
    "RejectInference",
    "Scorecard",
    "Stability",
    "StageEstimates",
    "SurveyPlan",
    "TermsChange",
    "TermsSimulation",
    "WoeTable",
    "account_status",
    "ageing",
    "allowance",
    "break_even_bad_rate",
    "break_even_discount",
    "bucket_names",
    "calibration",
    "characteristic_stability",
    "collection_chain",
    "collection_effectiveness",
    "collection_goals",
    "collection_plan",
    "collection_sizes",
    "collection_stages",
    "compare_auc",
    "compare_policies",
    "count_back",
    "credit_limits",
    "credit_rating",
    "credit_standards",
    "cut_offs",
    "discount_cost",
    "discrimination",
    "dso",
    "early_warning",
    "estimate_stages",
    "expected_loss",
    "fairness",
    "hold_or_release",
    "leave_out",
    "limit_book",
    "logit",
    "match_payments",
    "open_items",
    "optimal_bins",
    "order_decision",
    "overdue_list",
    "pattern_receivables",
    "points_scale",
    "population_stability",
    "rating_moves",
    "rating_scale",
    "receivables_history",
    "receivables_turnover",
    "reject_inference",
    "roll_rates",
    "simple_dso",
    "simulate_terms",
    "survey_due",
    "terms_change",
    "woe",
]
