"""Probability models on a transaction log (交易记录的概率模型): buy till you die.

================  ===========================================================================
the log           `rfm_summary`, `holdout_summary`: frequency, recency, T, on any engine
large logs        `merge_counts` to fit on, `score` to give every customer the result
purchases         `BGNBD`, `ParetoNBD`, `NBD`: who buys how often, who has dropped out unseen
what they say     `alive_map`, `alive_history`, `heterogeneity`
value             `GammaGamma`: what a purchase is worth; `spend_independence` behind it
checks            `calibration`, `holdout`, `tracking`: does a model fit, does it forecast
what is left      `residual_value`: purchases still to come × their value, discounted
a customer        `log_value`: historical, current and potential value
================  ===========================================================================
"""

from crmlab.btyd._bootstrap import Bootstrap
from crmlab.btyd._simulate import SimulatedCustomers
from crmlab.btyd.alive import (
    AliveHistory,
    AliveMap,
    Heterogeneity,
    alive_history,
    alive_map,
    heterogeneity,
)
from crmlab.btyd.counts import merge_counts, score
from crmlab.btyd.gamma import GammaGamma, SpendIndependence, spend_independence
from crmlab.btyd.models import BGNBD, NBD, ParetoNBD
from crmlab.btyd.residual import ResidualValue, residual_value
from crmlab.btyd.summary import holdout_summary, rfm_summary
from crmlab.btyd.validation import (
    Calibration,
    Holdout,
    Tracking,
    calibration,
    holdout,
    tracking,
)
from crmlab.btyd.value import LogValue, log_value

__all__ = [
    "BGNBD",
    "NBD",
    "AliveHistory",
    "AliveMap",
    "Bootstrap",
    "Calibration",
    "GammaGamma",
    "Heterogeneity",
    "Holdout",
    "LogValue",
    "ParetoNBD",
    "ResidualValue",
    "SimulatedCustomers",
    "SpendIndependence",
    "Tracking",
    "alive_history",
    "alive_map",
    "calibration",
    "heterogeneity",
    "holdout",
    "holdout_summary",
    "log_value",
    "merge_counts",
    "residual_value",
    "rfm_summary",
    "score",
    "spend_independence",
    "tracking",
]
