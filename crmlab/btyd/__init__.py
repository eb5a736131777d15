"""Probability models on a transaction log (交易记录的概率模型): buy till you die.

================  ===========================================================================
purchases         `BGNBD`, `ParetoNBD`, `NBD`: who buys how often, who has dropped out unseen
================  ===========================================================================
"""

from crmlab.btyd._bootstrap import Bootstrap
from crmlab.btyd._simulate import SimulatedCustomers
from crmlab.btyd.models import BGNBD, NBD, ParetoNBD

__all__ = [
    "BGNBD",
    "NBD",
    "Bootstrap",
    "ParetoNBD",
    "SimulatedCustomers",
]
