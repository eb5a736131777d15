"""Pictures of processes and programmes."""

import pandas as pd

from crmlab import crm
from crmlab._result import Drawable

#: Four stations of an invented firm; days.
STATIONS = pd.DataFrame(
    {
        "time": [0.3, 1.2, 0.8, 0.2],
        "people": [1, 3, 2, 1],
        "rework": [0, 0.1, 0.2, 0],
        "back_to": [None, None, "design", None],
        "stop": [0, 0, 0.1, 0],
        "handover": [0.5, 0.5, 1.0, 0],
        "cost": [200.0, 300, 300, 200],
    },
    index=["enter", "design", "price", "send"],
)
#: Three tasks of an invented programme; weeks.
TASKS = pd.DataFrame(
    {
        "after": ["", "", "data, staff"],
        "low": [2, 1, 3],
        "likely": [4, 2, 3],
        "high": [6, 5, 6],
        "cost": [100.0, 50, 20],
        "benefit": [0.0, 0, 60],
        "owner": ["Wu", "Li", ""],
    },
    index=["data", "staff", "start"],
)


def results() -> list[Drawable]:
    """Return one result of each class."""
    plan = crm.programme(TASKS)
    return [
        crm.process_theory(STATIONS, 1.0),
        crm.simulate_process(STATIONS, 1.0, cases=200, seed=1),
        crm.compare_processes(STATIONS, STATIONS.assign(rework=0.0), 1.0, cases=200, seed=1),
        plan,
        plan.finish_chance(200, seed=1),
    ]
