"""Fixtures every test may ask for, and how far the property tests search."""

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ("tests.kit.clock", "tests.kit.databases", "tests.kit.factories", "tests.kit.receptions")

SLOW_MACHINE = [HealthCheck.too_slow]
# The same examples in every run, so that red means a change; `HYPOTHESIS_PROFILE=search` looks for new ones.
settings.register_profile("steady", derandomize=True, deadline=None, suppress_health_check=SLOW_MACHINE)
settings.register_profile("search", deadline=None, suppress_health_check=SLOW_MACHINE, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
