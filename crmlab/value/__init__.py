"""What customers get and what the firm gets back (顾客价值与关系价值): one module per idea.

====================  =======================================================================
delivered value       `delivered_value`, `compare_offers`, `lever_gains`
choice                `choose_offers`, `choice_scale`, `lever_returns`: customers who weigh the
                      components in an own way each
relationship value    `relationship_profile`
the loop              `value_loop`, `loop_policy`
value map             `value_map`
growth grid           `growth_grid`
three cases           `warranty_plan`, `waiting_time`, `waiting_lines`, `refill_plan`
====================  =======================================================================
"""

from crmlab.value.choice import (
    LeverReturns,
    OfferChoice,
    choice_scale,
    choose_offers,
    lever_returns,
)
from crmlab.value.delivered import (
    BENEFITS,
    SACRIFICES,
    LeverGains,
    OfferComparison,
    compare_offers,
    delivered_value,
    lever_gains,
)
from crmlab.value.growth import GrowthGrid, growth_grid
from crmlab.value.loop import LoopPolicy, ValueLoop, loop_policy, value_loop
from crmlab.value.position import ValueMap, value_map
from crmlab.value.refill import RefillPlan, refill_plan
from crmlab.value.relationship import DIMENSIONS, RelationshipProfile, relationship_profile
from crmlab.value.waiting import WaitingLines, waiting_lines, waiting_time
from crmlab.value.warranty import WarrantyPlan, warranty_plan

__all__ = [
    "BENEFITS",
    "DIMENSIONS",
    "SACRIFICES",
    "GrowthGrid",
    "LeverGains",
    "LeverReturns",
    "LoopPolicy",
    "OfferChoice",
    "OfferComparison",
    "RefillPlan",
    "RelationshipProfile",
    "ValueLoop",
    "ValueMap",
    "WaitingLines",
    "WarrantyPlan",
    "choice_scale",
    "choose_offers",
    "compare_offers",
    "delivered_value",
    "growth_grid",
    "lever_gains",
    "lever_returns",
    "loop_policy",
    "refill_plan",
    "relationship_profile",
    "value_loop",
    "value_map",
    "waiting_lines",
    "waiting_time",
    "warranty_plan",
]
