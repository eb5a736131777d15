"""What a customer is worth (客户终身价值): one module per way to look at it.

================  ===========================================================================
present value     `present_value`, `cash_flows`, `discount_factors`; the course's models 1 to 3:
                  `revenue_model`, `profit_model`, `contribution_model`
parts             `value_parts`, `six_parts`, `five_parts`, `stage_form`
lost for good     `retention_value`, `margin_multiple`, `continuous_retention_value`,
                  `retention_flows`
always a share    `migration_value`, `migration_matrix`, `recency_tree`, `migration_policies`,
                  `recency_probabilities`
events            `event_prediction`
share of brands   `switching_value`, `switching_forecast`, `switching_gains`, `shift_switching`,
                  `steady_state`
panel             `estimate_switching`, `repeat_buying`, `switching_tests`
customer equity   `customer_equity`, `EquityModel`
sensitivity       `tornado`, `two_way`, `break_even`
study             `yearly_accounts`, `clv_study`
================  ===========================================================================
"""

from crmlab.clv.equity import CustomerEquity, EquityReturns, customer_equity
from crmlab.clv.equity_model import EquityModel
from crmlab.clv.events import EventForecast, EventSimulation, event_prediction
from crmlab.clv.migration import (
    MigrationPolicies,
    RecencyTree,
    migration_matrix,
    migration_policies,
    migration_value,
    recency_probabilities,
    recency_tree,
)
from crmlab.clv.parts import ValueParts, five_parts, six_parts, stage_form, value_parts
from crmlab.clv.present_value import (
    CashFlows,
    cash_flows,
    contribution_model,
    discount_factors,
    present_value,
    profit_model,
    revenue_model,
)
from crmlab.clv.repeat import RepeatBuying, repeat_buying, switching_tests
from crmlab.clv.retention import (
    continuous_retention_value,
    margin_multiple,
    retention_flows,
    retention_value,
)
from crmlab.clv.sensitivity import Tornado, TwoWay, break_even, tornado, two_way
from crmlab.clv.steady import SteadyState, steady_state
from crmlab.clv.study import ClvStudy, clv_study, yearly_accounts
from crmlab.clv.switching import (
    SwitchingForecast,
    SwitchingGains,
    shift_switching,
    switching_forecast,
    switching_gains,
    switching_value,
)
from crmlab.clv.switching_panel import (
    SwitchingBootstrap,
    SwitchingEstimate,
    estimate_switching,
)

__all__ = [
    "CashFlows",
    "ClvStudy",
    "CustomerEquity",
    "EquityModel",
    "EquityReturns",
    "EventForecast",
    "EventSimulation",
    "MigrationPolicies",
    "RecencyTree",
    "RepeatBuying",
    "SteadyState",
    "SwitchingBootstrap",
    "SwitchingEstimate",
    "SwitchingForecast",
    "SwitchingGains",
    "Tornado",
    "TwoWay",
    "ValueParts",
    "break_even",
    "cash_flows",
    "clv_study",
    "continuous_retention_value",
    "contribution_model",
    "customer_equity",
    "discount_factors",
    "estimate_switching",
    "event_prediction",
    "five_parts",
    "margin_multiple",
    "migration_matrix",
    "migration_policies",
    "migration_value",
    "present_value",
    "profit_model",
    "recency_probabilities",
    "recency_tree",
    "repeat_buying",
    "retention_flows",
    "retention_value",
    "revenue_model",
    "shift_switching",
    "six_parts",
    "stage_form",
    "steady_state",
    "switching_forecast",
    "switching_gains",
    "switching_tests",
    "switching_value",
    "tornado",
    "two_way",
    "value_parts",
    "yearly_accounts",
]
