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
==============  =============================================================================
"""

from crmlab.credit.binning import Bins, optimal_bins
from crmlab.credit.calibration import Calibration, calibration
from crmlab.credit.cutoff import CutOffs, break_even_bad_rate, cut_offs
from crmlab.credit.fairness import Fairness, LeaveOut, fairness, leave_out
from crmlab.credit.limits import CreditLimits, LimitBook, credit_limits, limit_book
from crmlab.credit.logit import LogitFit, logit
from crmlab.credit.moves import EarlyWarning, RatingMoves, early_warning, rating_moves
from crmlab.credit.order_decision import PAY, OrderDecision, order_decision
from crmlab.credit.points import points_scale
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
from crmlab.credit.rejects import RejectInference, reject_inference
from crmlab.credit.scorecard import Scorecard
from crmlab.credit.stability import (
    CharacteristicStability,
    Stability,
    characteristic_stability,
    population_stability,
)
from crmlab.credit.survey import SurveyPlan, survey_due
from crmlab.credit.validation import CrossValidation
from crmlab.credit.woe import WoeTable, woe

__all__ = [
    "FIVE_CS",
    "PAY",
    "UNRATED",
    "Bins",
    "Calibration",
    "CharacteristicStability",
    "CreditLimits",
    "CreditProfile",
    "CreditRating",
    "CrossValidation",
    "CutOffs",
    "Discrimination",
    "EarlyWarning",
    "Fairness",
    "LeaveOut",
    "LimitBook",
    "LogitFit",
    "OrderDecision",
    "RatingMoves",
    "Reasons",
    "RejectInference",
    "Scorecard",
    "Stability",
    "SurveyPlan",
    "WoeTable",
    "break_even_bad_rate",
    "calibration",
    "characteristic_stability",
    "compare_auc",
    "credit_limits",
    "credit_rating",
    "cut_offs",
    "discrimination",
    "early_warning",
    "fairness",
    "leave_out",
    "limit_book",
    "logit",
    "optimal_bins",
    "order_decision",
    "points_scale",
    "population_stability",
    "rating_moves",
    "rating_scale",
    "reject_inference",
    "survey_due",
    "woe",
]
