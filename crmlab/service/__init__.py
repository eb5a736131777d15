"""Service (客户服务): cases as state machines, complaints, staffing, churn and win-back.

===============  ============================================================================
machine          `state_machine`: states, allowed moves, deadlines, conditions
replay           `replay`: a log of events held to a machine
freight          `freight_machine`, `check_confirmations`, `confirmation_rules`
trees            `decision_tree`: questions that end in an advice
exceptions       `freight_exception`, `notice_deadline`
complaints       `pareto`, `answer_times`
standardise      `standardised_shares`: groups made comparable
recovery         `complaint_outcomes`, `recovery_value`
contact_centre   `erlang_b`, `erlang_c`, `erlang_a`, `staffing`, `day_plan`
churn            `churn_causes`, `trial_uplift`, `win_back_value`, `win_back_steps`
appraisal        `standards_kept`, `fair_means`, `appraise`
===============  ============================================================================
"""

from crmlab.service.appraisal import Appraisal, Standards, appraise, fair_means, standards_kept
from crmlab.service.churn import (
    ChurnCauses,
    Uplift,
    WinBack,
    churn_causes,
    trial_uplift,
    win_back_steps,
    win_back_value,
)
from crmlab.service.complaints import AnswerTimes, Pareto, answer_times, pareto
from crmlab.service.contact_centre import (
    DayPlan,
    Staffing,
    day_plan,
    erlang_a,
    erlang_b,
    erlang_c,
    staffing,
)
from crmlab.service.exceptions import freight_exception, notice_deadline
from crmlab.service.freight import (
    ConfirmationCheck,
    check_confirmations,
    confirmation_rules,
    freight_machine,
)
from crmlab.service.machine import Move, StateMachine, state_machine
from crmlab.service.recovery import (
    ComplaintOutcomes,
    RecoveryValue,
    complaint_outcomes,
    recovery_value,
)
from crmlab.service.replay import Replay, replay
from crmlab.service.standardise import StandardisedShares, standardised_shares
from crmlab.service.trees import Advice, DecisionTree, Guidance, Question, decision_tree

__all__ = [
    "Advice",
    "AnswerTimes",
    "Appraisal",
    "ChurnCauses",
    "ComplaintOutcomes",
    "ConfirmationCheck",
    "DayPlan",
    "DecisionTree",
    "Guidance",
    "Move",
    "Pareto",
    "Question",
    "RecoveryValue",
    "Replay",
    "Staffing",
    "StandardisedShares",
    "Standards",
    "StateMachine",
    "Uplift",
    "WinBack",
    "answer_times",
    "appraise",
    "check_confirmations",
    "churn_causes",
    "complaint_outcomes",
    "confirmation_rules",
    "day_plan",
    "decision_tree",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "fair_means",
    "freight_exception",
    "freight_machine",
    "notice_deadline",
    "pareto",
    "recovery_value",
    "replay",
    "staffing",
    "standardised_shares",
    "standards_kept",
    "state_machine",
    "trial_uplift",
    "win_back_steps",
    "win_back_value",
]
