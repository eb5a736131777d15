"""Let the tests import ``tools``, which is no part of the package; drawn tests are not timed."""

import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

# A busy machine is no fault of what is tested.
settings.register_profile("crmlab", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("crmlab")
