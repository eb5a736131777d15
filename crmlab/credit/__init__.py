"""Customer credit (客户信用): rating, scorecards, terms, receivables, limits, collection.

==============  =============================================================================
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
from crmlab.credit.logit import LogitFit, logit
from crmlab.credit.points import points_scale
from crmlab.credit.power import Discrimination, compare_auc, discrimination
from crmlab.credit.reasons import Reasons
from crmlab.credit.rejects import RejectInference, reject_inference
from crmlab.credit.scorecard import Scorecard
from crmlab.credit.stability import (
    CharacteristicStability,
    Stability,
    characteristic_stability,
    population_stability,
)
from crmlab.credit.validation import CrossValidation
from crmlab.credit.woe import WoeTable, woe

__all__ = [
    "Bins",
    "Calibration",
    "CharacteristicStability",
    "CrossValidation",
    "CutOffs",
    "Discrimination",
    "Fairness",
    "LeaveOut",
    "LogitFit",
    "Reasons",
    "RejectInference",
    "Scorecard",
    "Stability",
    "WoeTable",
    "break_even_bad_rate",
    "calibration",
    "characteristic_stability",
    "compare_auc",
    "cut_offs",
    "discrimination",
    "fairness",
    "leave_out",
    "logit",
    "optimal_bins",
    "points_scale",
    "population_stability",
    "reject_inference",
    "woe",
]
