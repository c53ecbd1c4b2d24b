"""The data of the bench: the same bytes every time, as large as it says, and what flyteplan takes for valid."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from statistics import mean

import pytest
from tests.bench.data.manifests import FAULTS, Selector, amount, covering, latest, mixed, pinned, write_manifests
from tests.bench.data.templates import read_packed, template, write_packed

from flyteplan import pipeline
from flyteplan.errors import Problem
from flyteplan.files.manifests import read_layers
from flyteplan.files.schema import read_schema
from flyteplan.validate import Validator
from flyteplan.workspace import MANIFEST_SCHEMA

_COUNT = 1_000
_DIGEST = "428640c5908fa4840a6929ded528ff01dac895ccd37c9b39e41645cfea3fc518"
_DIGEST_OF_TEMPLATES = "d20433bdde483b3a771bf4a052877be741f50e84f7f4c2ba73361c41fac79fe6"


def written(folder: Path, *, faulty: bool = False, selector: Selector = mixed) -> list[Path]:
    write_manifests(folder, amount(_COUNT), selector, faulty=faulty)
    return sorted(folder.glob("*/*.yaml"))


def problems(folder: Path) -> tuple[Problem, ...]:
    layers = [[str(folder / "base")], [str(folder / "production")]]
    found = read_layers(layers, root=str(folder))
    return pipeline.validate(found, Validator(read_schema(MANIFEST_SCHEMA)), ((0, 1),)).problems


def digest(files: list[Path], folder: Path) -> str:
    whole = sha256()
    for file in files:
        whole.update(str(file.relative_to(folder)).encode() + file.read_bytes())
    return whole.hexdigest()


def test_the_manifests_are_the_same_everywhere(tmp_path: Path) -> None:
    assert digest(written(tmp_path), tmp_path) == _DIGEST


def test_the_templates_are_the_same_everywhere() -> None:
    specs = (template(number).SerializeToString(deterministic=True) for number in range(20))
    assert sha256(b"".join(specs)).hexdigest() == _DIGEST_OF_TEMPLATES


def test_they_are_as_large_as_they_are_said_to_be(tmp_path: Path) -> None:
    texts = [file.read_text("utf-8") for file in written(tmp_path)]
    assert len(texts) == _COUNT
    assert 750 <= mean(map(len, texts)) <= 790
    assert {text.count("\n") for text in texts} <= {34, 35}
    assert 1_950 <= mean(template(number).ByteSize() for number in range(100)) <= 2_050


@pytest.mark.parametrize("selector", [mixed, pinned, latest])
def test_flyteplan_takes_them_for_valid(tmp_path: Path, selector: Selector) -> None:
    written(tmp_path, selector=selector)
    assert problems(tmp_path) == ()


def test_of_the_faulty_set_one_of_twenty_is_faulty_and_no_other(tmp_path: Path) -> None:
    good, bad = written(tmp_path / "good"), written(tmp_path / "bad", faulty=True)
    changed = {one for one, other in zip(bad, good, strict=True) if one.read_bytes() != other.read_bytes()}
    found = problems(tmp_path / "bad")
    assert len(changed) == _COUNT // 20
    assert {tmp_path / "bad" / problem.position.path for problem in found} == changed
    assert len({problem.code for problem in found}) == len(FAULTS)
    assert all(problem.position.line for problem in found)


def test_tasks_are_counted_once_and_second_manifests_come_on_top() -> None:
    assert (amount(10_000).tasks, amount(10_000).manifests) == (9_500, 10_000)
    assert (covering(10_000).tasks, covering(10_000).manifests) == (10_000, 10_500)


def test_packed_messages_are_read_as_they_were_written(tmp_path: Path) -> None:
    details = [template(number) for number in range(3)]
    write_packed(tmp_path / "packed", details)
    assert [type(details[0]).FromString(data) for data in read_packed(tmp_path / "packed")] == details
