"""The names of accelerators: whichever of them is written, the others are known."""

from __future__ import annotations

import pytest

from flyteplan.model.device import COUNTS, PROTO_NAMES, can_name, sdk_name, spellings


@pytest.mark.parametrize("name", ["A100 80G", "A100_80G", "nvidia-a100-80gb"])
def test_a_device_has_its_old_spelling_that_of_the_sdk_and_that_of_templates(name: str) -> None:
    assert spellings(name) == {"A100 80G", "A100_80G", "nvidia-a100-80gb"}


@pytest.mark.parametrize("name", sorted({*COUNTS, *PROTO_NAMES, *PROTO_NAMES.values()}))
def test_every_spelling_leads_to_the_same_ones(name: str) -> None:
    assert name in spellings(name)
    assert {spellings(one) for one in spellings(name)} == {spellings(name)}
    assert {sdk_name(one) for one in spellings(name)} == {sdk_name(name)}


def test_a_device_that_the_sdk_does_not_know_has_one_name() -> None:
    assert spellings("fpga-9000") == {"fpga-9000"}
    assert sdk_name("fpga-9000") == "fpga-9000"


@pytest.mark.parametrize("glob", ["A100 80G", "A100*", "nvidia-*", "V5?", "T4 shared", "MI300X", "RTX PRO 6000", "*"])
def test_a_glob_of_devices(glob: str) -> None:
    assert can_name(glob)


@pytest.mark.parametrize("glob", ["*-9000", "[f]pga-9000"])
def test_a_glob_that_begins_with_a_wildcard_may_mean_a_device_that_the_sdk_does_not_know(glob: str) -> None:
    assert can_name(glob)


@pytest.mark.parametrize("glob", ["A1000", "a100", "nvidia-tesla-A100", "fpga-*", ""])
def test_a_glob_of_none(glob: str) -> None:
    assert not can_name(glob)
