"""Pictures of CRM as a whole: foundations and strategy."""

import pandas as pd

from crmlab import crm
from crmlab._result import Drawable

PARTIES = pd.DataFrame(
    {
        "orders": [40, 3, 1, 0, 0],
        "tenure": [4, 3, 0.2, None, None],
        "silent": [0.1, 1.5, 0.2, None, None],
        "value": [900, 100, 50, None, None],
        "fits": [True, True, True, True, False],
        "interested": [True, True, True, False, False],
    },
    index=["Ann", "Bo", "Cai", "Di", "Eve"],
)
SEGMENTS = pd.DataFrame(
    {"customers": [371, 108, 421, 189], "margin": [884, 1286, 738, 594]},
    index=["café", "hotel", "office", "school"],
)


def results() -> list[Drawable]:
    return [
        crm.customer_types(PARTIES),
        crm.relationship_levels(SEGMENTS, (100, 300), (500, 1000)),
        crm.value_chain("product"),
        crm.value_chain("customer"),
        crm.needed_functions(["record contacts", "predict churn"], ["customer information"]),
        crm.needed_functions(["record contacts"], ["customer information", "sales"]),
        crm.retention_gain([0.6, 0.7, 0.8, 0.9], 0.1),
        crm.retention_gain([0.1, 0.2], 0.1),
        crm.new_or_kept(
            acquisition_spend=12000, prospects=1000, won=100,
            retention_spend=20000, customers=1000, points=0.05,
        ),
    ]  # fmt: skip
