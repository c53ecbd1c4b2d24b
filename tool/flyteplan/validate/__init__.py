"""Documents into manifests: their shape, the rules a schema can not say, and the rules among manifests."""

from flyteplan.validate.among import between
from flyteplan.validate.documents import Checked, CheckedConfig, config, is_policy, is_policy_test, manifest
from flyteplan.validate.outlines import doubtful, file_digest, outline
from flyteplan.validate.policies import CheckedPolicy, policy
from flyteplan.validate.policytests import cases
from flyteplan.validate.schema import Fault, Validator

__all__ = [
    "Checked",
    "CheckedConfig",
    "CheckedPolicy",
    "Fault",
    "Validator",
    "between",
    "cases",
    "config",
    "doubtful",
    "file_digest",
    "is_policy",
    "is_policy_test",
    "manifest",
    "outline",
    "policy",
]
