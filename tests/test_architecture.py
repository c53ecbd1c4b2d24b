"""How the package is built, and what holds it so. Read this first: it is the map.

A module imports from the lines below its own; modules of one line do not know each other.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median

import pytest

LAYERS = """
    __main__
    cli | serve | flyte
    workspace
    pipeline | files | remote | local | shard
    load | validate | resolve | override | plan | render | apply | status | policy | inputs | lock
    diff
    ports
    model
    errors
    record
"""
EDGES = "files remote local shard workspace serve flyte cli"
# Who may import what: the first line that fits decides; a library that is not here is free to all.
LIBRARIES = {
    "yaml": "load",
    "jsonschema jsonschema_rs": "validate",
    "google.protobuf flyteidl2": f"override diff inputs {EDGES}",
    "msgpack": "inputs",
    "grpc": "remote serve",
    "sqlite3": "local",
    "flyte connectrpc": "flyte",
    "rich": "render cli",
    "jinja2 markupsafe": "render",
    "click": "cli serve",
    "sys": "shard workspace cli __main__",
    "os": f"{EDGES} __main__",
    "pathlib glob shutil tempfile subprocess socket importlib.resources": EDGES,
    "datetime.timedelta": f"override pipeline {EDGES}",
    "time datetime logging random uuid": f"pipeline {EDGES}",
}
BUILTINS = {
    "open": EDGES,
    "print input": "cli",
    "exit quit": "cli __main__",
    "eval compile __import__": "",
    "exec": "record",
}
NAMES_THAT_SAY_NOTHING = {"utils", "util", "common", "base", "manager", "helpers", "helper", "misc", "core"}

PACKAGE = Path(__file__).parents[1] / "tool" / "flyteplan"
MODULES = {path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
RANK = {module: rank for rank, line in enumerate(LAYERS.split("\n")) for module in line.replace("|", " ").split()}


def test_every_module_stands_in_the_layers() -> None:
    assert {layer_of(path) for path in MODULES} - {"__init__"} <= set(RANK)


@pytest.mark.parametrize("path", MODULES)
def test_imports_lead_downwards_and_libraries_stay_where_they_belong(path: str) -> None:
    assert list(complaints(path, MODULES[path])) == []


def test_no_file_is_longer_than_300_lines() -> None:
    assert [path for path, text in MODULES.items() if text.count("\n") > 300] == []


def test_no_function_is_longer_than_50_lines_and_half_of_them_have_at_most_8() -> None:
    lengths = {f"{path}:{node.lineno} {node.name}": length(node) for path, node in functions()}
    assert {name: lines for name, lines in lengths.items() if lines > 50} == {}
    assert median(lengths.values()) <= 8


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert {part for path in MODULES for part in Path(path).with_suffix("").parts} & NAMES_THAT_SAY_NOTHING == set()


def test_the_nouns_are_values() -> None:
    nouns = [path for path in MODULES if layer_of(path) in ("model", "errors")]
    assert [complaint for path in nouns for complaint in mutable_dataclasses(MODULES[path])] == []


@pytest.mark.parametrize(
    ("path", "source", "expected"),
    [
        ("plan.py", "import grpc", "plan.py:1: grpc"),
        ("plan.py", "def f():\n    import yaml.nodes", "plan.py:2: yaml.nodes"),
        ("plan/build.py", "from flyteplan.render import text", "plan/build.py:1: flyteplan.render"),
        ("plan/build.py", "from ..render import text", "plan/build.py:1: flyteplan.render"),
        ("plan.py", "from . import render", "plan.py:1: flyteplan.render"),
        ("model/task.py", "from flyteplan import pipeline", "model/task.py:1: flyteplan.pipeline"),
        ("resolve.py", "if TYPE_CHECKING:\n    from flyteplan.plan import Plan", "resolve.py:2: flyteplan.plan"),
        ("resolve.py", "from google.protobuf import json_format", "resolve.py:1: google.protobuf"),
        ("render.py", "from importlib import resources", "render.py:1: importlib.resources"),
        ("plan.py", "from datetime import datetime", "plan.py:1: datetime.datetime"),
        ("pipeline.py", "print(1)", "pipeline.py:1: print"),
        ("load/source.py", "data = open('x')", "load/source.py:1: open"),
    ],
)
def test_what_does_not_belong_is_found(path: str, source: str, expected: str) -> None:
    assert list(complaints(path, source)) == [expected]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("pipeline.py", "from flyteplan import plan, render"),
        ("plan/build.py", "from flyteplan.plan.order import ordered"),
        ("plan/build.py", "from .order import ordered"),
        ("model/task.py", "if TYPE_CHECKING:\n    from flyteidl2.task import TaskSpec"),
        ("override/pool.py", "from datetime import timedelta"),
        ("cli/output.py", "import sys\nprint(open('x'))"),
        ("load.py", "import flyteplan, re"),
    ],
)
def test_what_belongs_is_left_alone(path: str, source: str) -> None:
    assert list(complaints(path, source)) == []


def test_a_dataclass_that_can_be_changed_is_found() -> None:
    assert mutable_dataclasses("@dataclass(frozen=True)\nclass A:\n    x: int") == ["A: slots"]
    assert mutable_dataclasses("@dataclass\nclass A:\n    x: int") == ["A: frozen", "A: slots"]
    fields = "".join(f"\n    {name}: int" for name in "abcd")
    assert mutable_dataclasses(f"@dataclass(frozen=True, slots=True)\nclass A:{fields}") == ["A: kw_only"]
    given = fields.replace("d: int", "d: int = field(init=False)")
    assert mutable_dataclasses(f"@dataclass(frozen=True, slots=True)\nclass A:{given}") == []


def complaints(path: str, source: str) -> Iterator[str]:
    """Everything that the module at `path` may not use, as `path:line: name`."""
    tree = ast.parse(source)
    typing_only = {id(node) for block in ast.walk(tree) if is_type_checking(block) for node in ast.walk(block)}
    for node in ast.walk(tree):
        for name in names_used(path, node):
            if name.split(".")[0] == "flyteplan":
                fine = may_import(path, name)
            else:
                fine = id(node) in typing_only or may_use(path, name)
            if not fine:
                yield f"{path}:{getattr(node, 'lineno', 0)}: {name}"


def names_used(path: str, node: ast.AST) -> Iterable[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return imported_from(path, node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return [node.func.id] if any(node.func.id in names.split() for names in BUILTINS) else []
    return []


def imported_from(path: str, node: ast.ImportFrom) -> list[str]:
    """The modules that a `from` statement reaches: the one it names, or those it takes out of a namespace."""
    above = ["flyteplan", *Path(path).parts][: -node.level or None] if node.level else []
    module = ".".join([*above, *filter(None, [node.module])])
    if module in ("flyteplan", "google", "importlib", "datetime"):
        return [f"{module}.{alias.name}" for alias in node.names]
    return [module]


def may_import(path: str, name: str) -> bool:
    if name.count(".") == 0 or name == "flyteplan.__version__":
        return True
    target, own = name.split(".")[1], layer_of(path)
    return target == own or RANK.get(target, -1) > RANK.get(own, len(RANK))


def may_use(path: str, name: str) -> bool:
    for names, users in (LIBRARIES | BUILTINS).items():
        if any(name == known or name.startswith(f"{known}.") for known in names.split()):
            return layer_of(path) in users.split()
    return True


def layer_of(path: str) -> str:
    return Path(path).parts[0].removesuffix(".py")


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path, text in MODULES.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def mutable_dataclasses(source: str) -> list[str]:
    """What the dataclasses lack of frozen and slots, and of kw_only where there are too many fields to tell apart."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and (options := dataclass_options(node)) is not None:
            fields = sum(isinstance(item, ast.AnnAssign) and not is_made_inside(item) for item in node.body)
            wanted = ["frozen", "slots"] + ["kw_only"] * (fields > 3)
            found += [f"{node.name}: {option}" for option in wanted if option not in options]
    return found


def is_made_inside(item: ast.AnnAssign) -> bool:
    """A field that no caller gives."""
    keywords = item.value.keywords if isinstance(item.value, ast.Call) else []
    return any(one.arg == "init" and ast.unparse(one.value) == "False" for one in keywords)


def dataclass_options(node: ast.ClassDef) -> set[str | None] | None:
    for decorator in node.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        name = call.func if call else decorator
        if isinstance(name, ast.Name) and name.id == "dataclass":
            return {keyword.arg for keyword in call.keywords} if call else set()
    return None
