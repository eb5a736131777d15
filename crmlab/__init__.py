"""The models of a university course on customer relationship management (客户关系管理).

Every module holds the models of one part of the course. They load when first used, so
``import crmlab`` stays cheap:

>>> from crmlab import clv
>>> round(clv.revenue_model(first_purchase=2000, revenue=500, rate=0.09, periods=5))
3945

================  ===============================================================
``crm``           CRM as a whole: kinds of customers and relationships, what retention
                  earns, a small database, evaluation, strategy
``lifecycle``     the stages of a relationship, patterns, lifetimes, profit by year
``satisfaction``  Kano, four quadrants, service quality, indicators, scales,
                  expectation
``index``         satisfaction as a number: path models, fuzzy evaluation,
                  principal components, regression
``weights``       weights for an index: AHP, entropy, combined
``loyalty``       measures and kinds of loyalty, curves, traps, switching cost,
                  the service–profit chain
``value``         what customers get and what the firm gets back: rival offers,
                  relationship value, value map, growth
``clv``           what a customer is worth: present values, retention, migration,
                  events, sensitivity, the five steps of a study; switching between
                  brands, customer equity
``btyd``          probability models on a transaction log: who buys how often, who has
                  dropped out unseen, what is left to come
``grading``       grading customers: concentration, pyramid, indicators, RFM, segments,
                  portfolios, key accounts, learned rules
``credit``        who gets credit and on what terms: rating, scorecards, receivables,
                  limits, collection
``sales``         the funnel, forecasts, the chain of customer stages, priorities, pay
``service``       cases as state machines, complaints, staffing, churn and win-back
``datasets``      the real and the simulated data that the book uses
``plots``         a model's result in, a picture out, in one style
``widgets``       explorers: controls, one model, one picture
``course``        labs that answer at once, quizzes, grading, the command line
================  ===============================================================
"""

import importlib
from types import ModuleType

__version__ = "0.1.0"
__all__ = [
    "btyd",
    "clv",
    "course",
    "credit",
    "crm",
    "datasets",
    "grading",
    "index",
    "lifecycle",
    "loyalty",
    "plots",
    "sales",
    "satisfaction",
    "service",
    "value",
    "weights",
    "widgets",
]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return importlib.import_module(f"crmlab.{name}")
    raise AttributeError(f"module 'crmlab' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
