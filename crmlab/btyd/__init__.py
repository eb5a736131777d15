"""Probability models on a transaction log (交易记录的概率模型): buy till you die.

================  ===========================================================================
purchases         `BGNBD`, `ParetoNBD`, `NBD`: who buys how often, who has dropped out unseen
value             `GammaGamma`: what a purchase is worth; `spend_independence` behind it
checks            `calibration`, `holdout`, `tracking`: does a model fit, does it forecast
what is left      `residual_value`: purchases still to come × their value, discounted
================  ===========================================================================
"""

from crmlab.btyd._bootstrap import Bootstrap
from crmlab.btyd._simulate import SimulatedCustomers
from crmlab.btyd.gamma import GammaGamma, SpendIndependence, spend_independence
from crmlab.btyd.models import BGNBD, NBD, ParetoNBD
from crmlab.btyd.residual import ResidualValue, residual_value
from crmlab.btyd.validation import (
    Calibration,
    Holdout,
    Tracking,
    calibration,
    holdout,
    tracking,
)

__all__ = [
    "BGNBD",
    "NBD",
    "Bootstrap",
    "Calibration",
    "GammaGamma",
    "Holdout",
    "ParetoNBD",
    "ResidualValue",
    "SimulatedCustomers",
    "SpendIndependence",
    "Tracking",
    "calibration",
    "holdout",
    "residual_value",
    "spend_independence",
    "tracking",
]
