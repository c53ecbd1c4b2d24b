from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flyteplan.errors import Problem
from flyteplan.files.manifests import read_layers
from flyteplan.load import MAXIMUM_BYTES


def read(root: Path, *paths: str) -> dict[str, bytes | Problem]:
    full = [str(root / path) for path in paths or (".",)]
    return {name: content for _, name, content in read_layers([full], root=str(root))}


def write(path: Path, content: bytes = b"a: 1\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def problem(content: bytes | Problem) -> Problem:
    assert isinstance(content, Problem)
    return content


def test_a_folder_is_walked_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("b.yaml", "a/z.yml", "a/b/c.json", "c.yaml"):
        write(tmp_path / name, name.encode())
    assert list(read(tmp_path).items()) == [
        (name, name.encode()) for name in ("a/b/c.json", "a/z.yml", "b.yaml", "c.yaml")
    ]


def test_other_files_and_hidden_ones_are_left_out(tmp_path: Path) -> None:
    for name in ("README.md", ".hidden.yaml", ".git/config.yaml", "a.yaml.orig", "yaml", "sub/.x/a.yaml"):
        write(tmp_path / name)
    assert read(tmp_path) == {}


def test_a_named_file_is_read_whatever_its_name_is(tmp_path: Path) -> None:
    write(tmp_path / ".manifest")
    assert read(tmp_path, ".manifest") == {".manifest": b"a: 1\n"}


def test_a_folder_without_manifests_yields_nothing(tmp_path: Path) -> None:
    assert read(tmp_path) == {}


def test_layers_are_counted_in_order(tmp_path: Path) -> None:
    base, production = write(tmp_path / "base/a.yaml"), write(tmp_path / "production/a.yaml")
    found = read_layers([[str(base.parent)], [], [str(production)]], root=str(tmp_path))
    assert [(layer, name) for layer, name, _ in found] == [(0, "base/a.yaml"), (2, "production/a.yaml")]


def test_a_file_that_two_paths_of_a_layer_lead_to_is_read_once(tmp_path: Path) -> None:
    write(tmp_path / "m/a.yaml")
    layers = [[str(tmp_path / "m"), str(tmp_path / "m/a.yaml"), str(tmp_path / "m/../m")], [str(tmp_path / "m")]]
    assert [layer for layer, _, _ in read_layers(layers, root=str(tmp_path))] == [0, 1]


def test_a_path_outside_of_the_root_is_shown_as_given(tmp_path: Path) -> None:
    path = str(write(tmp_path / "elsewhere/a.yaml").parent)
    assert [name for _, name, _ in read_layers([[path]], root=str(tmp_path / "here"))] == [f"{path}/a.yaml"]


def test_a_relative_path_is_shown_relative_to_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "team/manifests/a.yaml")
    monkeypatch.chdir(tmp_path / "team")
    assert [name for _, name, _ in read_layers([["manifests/"]], root="..")] == ["team/manifests/a.yaml"]
    assert [name for _, name, _ in read_layers([["."]])] == ["manifests/a.yaml"]


def test_standard_input_is_a_path(tmp_path: Path) -> None:
    assert list(read_layers([["-"]], stdin=io.BytesIO(b"x"))) == [(0, "<stdin>", b"x")]


def test_standard_input_of_the_process_is_read_to_its_end() -> None:
    code = "from flyteplan.files.manifests import read_layers; print(len(next(read_layers([['-']]))[2]))"
    tool = str(Path(__file__).parents[2] / "tool")
    done = subprocess.run(
        [sys.executable, "-c", code], input=b"x" * 300_000, capture_output=True, env={"PYTHONPATH": tool}, check=True
    )
    assert done.stdout.strip() == b"300000"


def test_standard_input_that_is_too_large_is_a_problem() -> None:
    ((_, _, content),) = read_layers([["-"]], stdin=io.BytesIO(bytes(MAXIMUM_BYTES + 1)))
    assert problem(content).code == "FP1011"


def test_a_missing_path_is_a_problem(tmp_path: Path) -> None:
    found = problem(read(tmp_path, "nothing.yaml")["nothing.yaml"])
    assert str(found) == "nothing.yaml: error[FP1001]: can not be read: there is no such file (check the path)"


def test_a_broken_link_is_a_problem_that_names_its_target(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("gone.yaml")
    found = problem(read(tmp_path)["a.yaml"])
    assert found.message == "can not be read: it is a link to gone.yaml, which is not there"
    assert found.hint == "mend the link, or remove it"


def test_a_link_to_itself_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("a.yaml")
    assert "circle" in problem(read(tmp_path)["a.yaml"]).message


def test_a_link_to_a_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to(write(tmp_path / ".data/real"))
    assert read(tmp_path) == {"a.yaml": b"a: 1\n"}


def test_a_link_to_a_folder_is_followed_but_not_in_circles(tmp_path: Path) -> None:
    write(tmp_path / "a/x.yaml")
    write(tmp_path / "b/y.yaml")
    (tmp_path / "a/to-b").symlink_to("../b")
    (tmp_path / "b/to-a").symlink_to("../a")
    assert sorted(read(tmp_path)) == ["a/to-b/y.yaml", "a/x.yaml", "b/to-a/x.yaml", "b/y.yaml"]


def test_a_folder_that_looks_like_a_file_is_walked(tmp_path: Path) -> None:
    write(tmp_path / "all.yaml/a.yaml")
    assert list(read(tmp_path)) == ["all.yaml/a.yaml"]


def test_a_pipe_in_a_folder_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.yaml")
    assert read(tmp_path) == {}


def test_a_file_of_the_largest_size_is_read_and_one_byte_more_is_a_problem(tmp_path: Path) -> None:
    for name, size in (("a.yaml", MAXIMUM_BYTES), ("b.yaml", MAXIMUM_BYTES + 1)):
        with (tmp_path / name).open("wb") as file:
            file.truncate(size)
    found = read(tmp_path)
    assert found["a.yaml"] == bytes(MAXIMUM_BYTES)
    assert problem(found["b.yaml"]).code == "FP1011"


def test_of_a_file_that_is_too_large_there_is_no_more_read_than_a_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "a.yaml").open("wb") as file:
        file.truncate(MAXIMUM_BYTES + 1)
    asked, real = list[int](), os.read

    def counted(descriptor: int, size: int) -> bytes:
        asked.append(size)
        return real(descriptor, size)

    monkeypatch.setattr(os, "read", counted)
    assert problem(read(tmp_path)["a.yaml"]).code == "FP1011"
    assert sum(asked) <= 2**16


def test_a_file_that_may_not_be_read_hides_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, str(write(tmp_path / "a.yaml")))
    write(tmp_path / "b.yaml")
    found = read(tmp_path)
    assert problem(found["a.yaml"]).message == "can not be read: permission denied"
    assert found["b.yaml"] == b"a: 1\n"


def refuse(monkeypatch: pytest.MonkeyPatch, refused: str) -> None:
    """Tests may run as root, who may read everything."""
    real = os.open

    def guarded(path: str, flags: int, mode: int = 0o777) -> int:
        if path == refused:
            raise PermissionError(13, "Permission denied", path)
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", guarded)


def test_a_folder_that_may_not_be_read_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a/x.yaml")
    real = os.scandir

    def guarded(path: str) -> object:
        if path.endswith("a"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", guarded)
    assert problem(read(tmp_path)["a"]).code == "FP1001"


def test_a_name_that_is_not_utf8_can_be_shown(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.yaml"
    with open(path, "wb") as file:
        file.write(b"x")
    assert read(tmp_path) == {"caf\N{REPLACEMENT CHARACTER}.yaml": b"x"}


@pytest.mark.parametrize("layer", [["."], [".", "b.yaml"], ["b.yaml", "."]], ids=" ".join)
def test_names_that_are_shown_alike_hide_no_file(tmp_path: Path, layer: list[str]) -> None:
    write(tmp_path / "b.yaml")
    for name in (b"caf\xe8.yaml", b"caf\xe9.yaml"):
        with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:
            file.write(name)
    found = read_layers([[str(tmp_path / path) for path in layer]], root=str(tmp_path))
    assert sorted(content for _, _, content in found if isinstance(content, bytes)) == [
        b"a: 1\n",
        b"caf\xe8.yaml",
        b"caf\xe9.yaml",
    ]


def test_a_file_outside_the_root_that_two_paths_lead_to_is_read_once(tmp_path: Path) -> None:
    write(tmp_path / "x/a.yaml")
    (tmp_path / "root").mkdir()
    paths = [str(tmp_path / "x"), str(tmp_path / "root/../x/a.yaml")]
    found = read_layers([paths], root=str(tmp_path / "root"))
    assert [name for _, name, _ in found] == [str(tmp_path / "x/a.yaml")]
