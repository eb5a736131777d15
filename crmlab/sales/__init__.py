"""Selling (销售管理): funnel, forecast, pipeline, priorities and pay.

================================  ================================================================
Funnel (销售漏斗)
:func:`funnel`                    conversion by stage with intervals, value, weighted forecast
:func:`required_inflow`           what has to enter to reach a target
:func:`sales_velocity`            what a funnel signs per day, and when that holds
:func:`weighted_forecast`         expectation and spread of open deals
:func:`snapshot`                  the funnel as it stood on a day
:func:`lead_funnel`               conversion where some leads are still open
Forecast (销售预测)
:func:`rule_forecast`             fixed chances per stage
:func:`signing_rates`             chance to be signed within a horizon, by stage and days in it
:func:`sales_forecast`            forecast with a date and an interval
:func:`lead_values`               chance and expected value of each open lead
:func:`backtest`                  forecasts of past days against what happened
Pipeline (销售过程)
:func:`pipeline`                  five customer stages as an absorbing Markov chain
:func:`stationary_stock`          the stock at a steady inflow
:func:`customer_stages`           when a lead became a long-term customer or was lost
:func:`estimate_pipeline`         the chain from leads and orders, with intervals
Priorities (行动管理)
:func:`open_tasks`                the tasks open on a day
:func:`task_stakes`               what each task has at stake
:func:`priority_grid`             urgent × important, one list of actions
:func:`work_through`              what comes of the same tasks in different orders
Pay (绩效)
:class:`Territory`                what effort does to customers
:func:`efforts`                   ways to divide the time
:func:`choose_effort`             what a representative does under a pay scheme
:func:`pay_scheme`                where a pay scheme leads
:func:`pay_weights`               weights of satisfaction compared
:func:`simulate_team`             a team with chance, under two ways to pay
:func:`rep_accounts`              what was signed against what was ordered
================================  ================================================================
"""

from crmlab.sales.backtest import Backtest, backtest
from crmlab.sales.forecast import (
    SalesForecast,
    SigningRates,
    lead_values,
    rule_forecast,
    sales_forecast,
    signing_rates,
)
from crmlab.sales.funnel import (
    Funnel,
    RequiredInflow,
    funnel,
    required_inflow,
    sales_velocity,
    weighted_forecast,
)
from crmlab.sales.leads import LeadFunnel, lead_funnel, snapshot
from crmlab.sales.pay import (
    PayScheme,
    PayWeights,
    Territory,
    choose_effort,
    efforts,
    pay_scheme,
    pay_weights,
)
from crmlab.sales.pipeline import Pipeline, pipeline, stationary_stock
from crmlab.sales.priorities import (
    PriorityGrid,
    WorkOrders,
    open_tasks,
    priority_grid,
    task_stakes,
    work_through,
)
from crmlab.sales.stages import PipelineEstimate, customer_stages, estimate_pipeline
from crmlab.sales.team import RepAccounts, TeamPay, rep_accounts, simulate_team

__all__ = [
    "Backtest",
    "Funnel",
    "LeadFunnel",
    "PayScheme",
    "PayWeights",
    "Pipeline",
    "PipelineEstimate",
    "PriorityGrid",
    "RepAccounts",
    "RequiredInflow",
    "SalesForecast",
    "SigningRates",
    "TeamPay",
    "Territory",
    "WorkOrders",
    "backtest",
    "choose_effort",
    "customer_stages",
    "efforts",
    "estimate_pipeline",
    "funnel",
    "lead_funnel",
    "lead_values",
    "open_tasks",
    "pay_scheme",
    "pay_weights",
    "pipeline",
    "priority_grid",
    "rep_accounts",
    "required_inflow",
    "rule_forecast",
    "sales_forecast",
    "sales_velocity",
    "signing_rates",
    "simulate_team",
    "snapshot",
    "stationary_stock",
    "task_stakes",
    "weighted_forecast",
    "work_through",
]
