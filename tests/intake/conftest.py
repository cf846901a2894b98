"""How long the fuzzing runs: short and the same each time here, long and anew with `make fuzz`."""

from hypothesis import HealthCheck, settings

_COMMON = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
settings.register_profile("short", derandomize=True, max_examples=10, **_COMMON)
settings.register_profile("fuzz", derandomize=False, max_examples=600, print_blob=True, **_COMMON)
settings.load_profile("short")
