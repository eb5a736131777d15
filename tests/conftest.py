"""Let the tests import ``tools``, which is no part of the package; settle how tests are drawn."""

import os
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

# A busy machine is no fault of what is tested. A build service draws the same examples each time,
# so that no change is refused for what another one did; at home new ones are tried.
settings.register_profile(
    "crmlab",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
settings.load_profile("crmlab")
