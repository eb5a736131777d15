"""Customer credit (客户信用): rating, scorecards, terms, receivables, limits, collection.

==========================  ===================================================================
:func:`rating_scale`        ten usual grades, AAA to D
:func:`credit_rating`       weighted indicators of a survey to a score and a grade, by the five Cs
:func:`survey_due`          who is to be surveyed again, and why
:func:`rating_moves`        moves between ratings over the years, and cumulative default
:func:`early_warning`       signals before a failure: hit rate, false alarms, lead time
:func:`credit_limits`       limits by rating, by capacity, by expected loss; the smallest binds
:func:`limit_book`          all limits together against a budget of losses
:func:`order_decision`      take an order on credit or not: the firm and its salesman
==========================  ===================================================================
"""

from crmlab.credit.limits import CreditLimits, LimitBook, credit_limits, limit_book
from crmlab.credit.moves import EarlyWarning, RatingMoves, early_warning, rating_moves
from crmlab.credit.order_decision import PAY, OrderDecision, order_decision
from crmlab.credit.rating import (
    FIVE_CS,
    UNRATED,
    CreditProfile,
    CreditRating,
    credit_rating,
    rating_scale,
)
from crmlab.credit.survey import SurveyPlan, survey_due

__all__ = [
    "FIVE_CS",
    "PAY",
    "UNRATED",
    "CreditLimits",
    "CreditProfile",
    "CreditRating",
    "EarlyWarning",
    "LimitBook",
    "OrderDecision",
    "RatingMoves",
    "SurveyPlan",
    "credit_limits",
    "credit_rating",
    "early_warning",
    "limit_book",
    "order_decision",
    "rating_moves",
    "rating_scale",
    "survey_due",
]
