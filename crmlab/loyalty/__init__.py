"""Loyalty (客户忠诚): how it shows, why it is there, and when satisfaction is not enough.

================  ===========================================================================
behaviour         `behavioural_loyalty`, `settling_time`, `price_response`
attitude          `loyalty_scales`, `loyalty_pyramid`
kinds             `loyalty_kinds`, `dick_basu`
curves            `loyalty_curve`, `loyalty_gain`, `fit_loyalty_curves`, `loyalty_zones`,
                  `standing`
traps             `threshold_loyalty`, `two_factor_loyalty`, `relative_loyalty`, `trap_share`
relationship      `relationship_quality`
switching cost    `switching_cost`, `stay_probability`, `lock_in`, `lock_in_path`
profit chain      `service_chain`, `estimate_chain`
================  ===========================================================================
"""

from crmlab.loyalty.chain import ChainEstimate, ServiceChain, estimate_chain, service_chain
from crmlab.loyalty.curves import (
    FittedCurves,
    LoyaltyZones,
    fit_loyalty_curves,
    loyalty_curve,
    loyalty_gain,
    loyalty_zones,
    standing,
)
from crmlab.loyalty.kinds import LoyaltyKinds, dick_basu, loyalty_kinds
from crmlab.loyalty.measures import (
    BehaviouralLoyalty,
    PriceResponse,
    SettlingTime,
    behavioural_loyalty,
    price_response,
    settling_time,
)
from crmlab.loyalty.relationship import relationship_quality
from crmlab.loyalty.scales import LoyaltyPyramid, LoyaltyScales, loyalty_pyramid, loyalty_scales
from crmlab.loyalty.switching import (
    LockIn,
    LockInPath,
    SwitchingCost,
    lock_in,
    lock_in_path,
    stay_probability,
    switching_cost,
)
from crmlab.loyalty.traps import (
    TrapShare,
    relative_loyalty,
    threshold_loyalty,
    trap_share,
    two_factor_loyalty,
)

__all__ = [
    "BehaviouralLoyalty",
    "ChainEstimate",
    "FittedCurves",
    "LockIn",
    "LockInPath",
    "LoyaltyKinds",
    "LoyaltyPyramid",
    "LoyaltyScales",
    "LoyaltyZones",
    "PriceResponse",
    "ServiceChain",
    "SettlingTime",
    "SwitchingCost",
    "TrapShare",
    "behavioural_loyalty",
    "dick_basu",
    "estimate_chain",
    "fit_loyalty_curves",
    "lock_in",
    "lock_in_path",
    "loyalty_curve",
    "loyalty_gain",
    "loyalty_kinds",
    "loyalty_pyramid",
    "loyalty_scales",
    "loyalty_zones",
    "price_response",
    "relationship_quality",
    "relative_loyalty",
    "service_chain",
    "settling_time",
    "standing",
    "stay_probability",
    "switching_cost",
    "threshold_loyalty",
    "trap_share",
    "two_factor_loyalty",
]
