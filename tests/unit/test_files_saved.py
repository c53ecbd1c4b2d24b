from __future__ import annotations

import os
from pathlib import Path

import pytest

from flyteplan.errors import FlyteplanError, UsageError
from flyteplan.files.saved import read_bytes, write_atomically


def test_what_is_written_can_be_read(tmp_path: Path) -> None:
    path = str(tmp_path / "plan.json")
    write_atomically(path, b"one")
    write_atomically(path, b"two\r\n\x00")
    assert read_bytes(path) == b"two\r\n\x00"
    assert os.listdir(tmp_path) == ["plan.json"]


def test_a_new_file_has_the_usual_rights_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    write_atomically(str(tmp_path / "new"), b"")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "usual").stat().st_mode
    (tmp_path / "new").chmod(0o600)
    write_atomically(str(tmp_path / "new"), b"x")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o600


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plan.json").write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FlyteplanError, match=r"plan\.json can not be written: No space left on device") as caught:
        write_atomically(str(tmp_path / "plan.json"), b"new")
    assert not isinstance(caught.value, UsageError)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"plan.json": b"old"}


def test_a_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "plan.json").symlink_to("real/plan.json")
    write_atomically(str(tmp_path / "plan.json"), b"x")
    assert (tmp_path / "plan.json").is_symlink()
    assert (tmp_path / "real/plan.json").read_bytes() == b"x"


def test_a_device_is_written_to_and_not_replaced() -> None:
    reader, writer = os.pipe()
    write_atomically(f"/dev/fd/{writer}", b"x")
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        assert pipe.read() == b"x"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("no/plan.json", "there is no folder .*no .make it first."),
        (".", "it is a folder .name a file."),
        ("file/plan.json", "a part of the path is a file .check the path."),
    ],
)
def test_a_path_that_can_not_be_written_is_a_usage_error(tmp_path: Path, path: str, why: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=f"can not be written: .*{why}"):
        write_atomically(str(tmp_path / path), b"")


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"plan.json can not be read: there is no such file \(check the path\)"):
        read_bytes(str(tmp_path / "plan.json"))


def test_a_folder_can_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"can not be read: it is a folder \(name a file\)"):
        read_bytes(str(tmp_path))
