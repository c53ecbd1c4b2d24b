"""Documents into manifests: their shape, the rules a schema can not say, and the rules among manifests."""

from flyteplan.validate.documents import Checked, CheckedConfig, config, is_policy, is_policy_test, manifest
from flyteplan.validate.schema import Fault, Validator

__all__ = [
    "Checked",
    "CheckedConfig",
    "Fault",
    "Validator",
    "config",
    "is_policy",
    "is_policy_test",
    "manifest",
]
