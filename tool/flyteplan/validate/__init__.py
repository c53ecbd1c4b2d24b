"""Documents into manifests: their shape, the rules a schema can not say, and the rules among manifests."""

from flyteplan.validate.among import between
from flyteplan.validate.documents import Checked, CheckedConfig, config, manifest
from flyteplan.validate.schema import Fault, Validator

__all__ = ["Checked", "CheckedConfig", "Fault", "Validator", "between", "config", "manifest"]
