"""The effective overrides of a saved plan come back as they were."""

from __future__ import annotations

from typing import Any

import pytest

from flyteplan.errors import Position
from flyteplan.model.device import Accelerator
from flyteplan.model.settings import Path, Secret, Selector, Setting
from flyteplan.plan.saved import _setting, saved_setting


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("selector",), Selector(version="v1")),
        (("overrides", "cache", "ignored_inputs"), ("seed",)),
        (("overrides", "env_vars", "ignored_inputs"), "seed"),
        (("overrides", "labels", "ignored_inputs"), "seed"),
        (("submit", "inputs", "ignored_inputs"), "seed"),
        (("overrides", "resources", "gpu", "device"), Accelerator("nvidia-l4", "GPU")),
        (("overrides", "env_vars", "device"), "cuda"),
        (("overrides", "secrets", "token"), Secret(key="token", env_var="TOKEN")),
        (("overrides", "env_vars"), None),
    ],
)
def test_a_setting_comes_back_as_it_was(path: Path, value: Any) -> None:
    setting = Setting(path=path, value=value, position=Position("a.yaml", 3))
    assert _setting(saved_setting(setting)) == setting
