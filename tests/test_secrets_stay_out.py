"""Sensitive values are in manifests, in templates and on their way to the controller, and nowhere else.

Each value here begins with one word. Every command is run in every format, and everything that it prints and every
file that it leaves behind is searched for that word, as text, and as bytes in the writings that protobuf knows.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from flyteidl2.core.types_pb2 import SimpleType
from flyteidl2.task.task_definition_pb2 import TaskSpec
from tests.applying import TASK, Repository, repository, spec

from flyteplan.cli import run
from flyteplan.local.catalog import LocalCatalog
from flyteplan.model.task import TaskVersion

CANARY = "canary"
# Numbers are told by their digits: they are quoted by messages, and refused as values.
DIGITS = "73310577331"
CONFIG = """
apiVersion: flyteplan/v1
kind: Config
owner: acme/overrides
salt: {canary}-of-the-repository
targets:
  local: {{catalog: catalog.db, project: flytesnacks, domain: development, manifests: [manifests]}}
  later: {{catalog: catalog.db, project: flytesnacks, domain: development, manifests: [manifests, later]}}
"""
# Where values may be: what holds them is not to be searched.
HOLDERS = ("manifests", "later", "invalid", "catalog.db", "flyteplan.yaml", "other.db")
# Field 1000: a field of a server that is newer than we are, which holds the word.
UNKNOWN = b"\xc2\x3e" + bytes([len(CANARY)]) + CANARY.encode()


def container(version: str, value: str) -> TaskSpec:
    made = spec(version)
    template = made.task_template
    template.config["vault_token"] = f"{CANARY}-config"
    template.custom.update(
        {"env": {"DB_PASSWORD": f"{CANARY}-custom-{value}"}, "list": [{"api_key": f"{CANARY}-item"}]}
    )
    for name, text in (("DB_PASSWORD", value), ("DB_URL", f"url-{value}"), ("OLD_TOKEN", "old"), ("PLAIN", "1")):
        template.container.env.add(key=name, value=f"{CANARY}-{text}" if name != "PLAIN" else text)
    template.container.env.add(key="NEW_SECRET", value=f"{CANARY}-new").MergeFromString(UNKNOWN)
    template.interface.inputs.variables.add(key="api_key").value.type.simple = SimpleType.STRING
    template.interface.inputs.variables.add(key="connection").value.type.simple = SimpleType.STRING
    default = made.default_inputs.add(name="api_key").parameter
    default.var.type.simple = SimpleType.STRING
    default.default.scalar.primitive.string_value = f"{CANARY}-default-{value}"
    return made


def pod(version: str, value: str) -> TaskSpec:
    made = spec(version)
    made.task_template.ClearField("container")
    made.task_template.config["primary_container_name"] = "main"
    made.task_template.id.name = "etl.pod"
    secret = {"name": "API_KEY", "value": f"{CANARY}-{value}"}
    containers: Any = [
        {"name": "main", "image": "a:1", "env": [secret, {"name": "DB_URL", "value": f"{CANARY}-url-{value}"}]},
        {"name": "side", "image": "a:1", "env": [secret]},
        {"name": "twice", "image": "a:1", "env": [secret, secret]},
    ]
    made.task_template.k8s_pod.pod_spec.update({"containers": containers, "initContainers": [containers[1]]})
    return made


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Two tasks whose live version is another than the base, and manifests that set secrets in every way."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FLYTEPLAN_SALT", raising=False)
    made = repository(tmp_path)
    (tmp_path / "flyteplan.yaml").write_text(CONFIG.format(canary=CANARY), "utf-8")
    for version, value in (("v1", "one"), ("v2", "two")):
        made.deploy(version, container(version, value))
        made.deploy(version, pod(version, value), name="etl.pod")
    write(tmp_path / "manifests" / "load.yaml", "load", TASK.name, first(TASK.name))
    write(tmp_path / "manifests" / "pod.yaml", "pod", "etl.pod", first("etl.pod"))
    write(tmp_path / "manifests" / "smoke.yaml", "smoke", TASK.name, {"submit": a_run()})
    write(tmp_path / "later" / "load.yaml", "load", TASK.name, later())
    return made


def first(name: str) -> dict[str, Any]:
    own = {"NEW_PASSWORD": f"{CANARY}-set"} if name == TASK.name else {"API_KEY": f"{CANARY}-set"}
    marked = {"DB_URL": {"value": f"{CANARY}-marked", "sensitive": True}}
    return {"overrides": {"env_vars": {**own, **marked, "PLAIN": "2"}, "resources": {"cpu": 2}}}


def later() -> dict[str, Any]:
    """What wins over the values of the layer before; the mark of that layer stays."""
    return {
        "overrides": {"env_vars": {"NEW_PASSWORD": f"{CANARY}-wins", "DB_URL": f"{CANARY}-wins", "OLD_TOKEN": None}}
    }


def a_run() -> dict[str, Any]:
    envs = {"WANDB_API_KEY": f"{CANARY}-run", "SERVER": {"value": f"{CANARY}-server", "sensitive": True}, "A": "1"}
    inputs = {"api_key": f"{CANARY}-input", "connection": f"{CANARY}-connection"}
    return {"as": "run", "inputs": inputs, "sensitive_inputs": ["connection"], "run": {"envs": envs}}


def write(path: Path, manifest: str, task: str, rest: dict[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    value = {
        "apiVersion": "flyteplan/v1",
        "kind": "TaskOverride",
        "metadata": {"name": manifest},
        "spec": {"task": {"name": task, "auto_version": "latest"}, **rest},
    }
    path.write_text(yaml.safe_dump(value, sort_keys=False), "utf-8")


def searched(capsys: pytest.CaptureFixture[str], *arguments: str, code: int | None = 0) -> str:
    """What a command prints, which has nothing in it that it should not have."""
    found = run(list(arguments))
    printed = capsys.readouterr()
    assert code is None or found == code, printed.err
    for text in (printed.out, printed.err):
        assert list(leaks(text)) == [], arguments
    return printed.out + printed.err


def leaks(text: str) -> Iterator[str]:
    """Of base64 what does not depend on where in it the word begins."""
    words = [CANARY, DIGITS, CANARY.encode().hex()]
    words += [base64.b64encode(b"x" * shift + CANARY.encode())[4 if shift else 0 : 8].decode() for shift in range(3)]
    yield from (word for word in words if word in text)


def search_files(folder: Path) -> None:
    for path in folder.rglob("*"):
        held = path.relative_to(folder).parts[0].startswith(HOLDERS)
        if path.is_file() and not held:
            assert list(leaks(path.read_bytes().decode("utf-8", "replace"))) == [], path


def test_no_command_lets_a_value_out(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    for flags in ((), ("-t", "later"), ("-v",), ("-o", "json"), ("-q",), ("--out", "plan.json")):
        searched(capsys, "plan", "-t", "local", *flags)
    searched(capsys, "plan", "-t", "later", "--out", "later.json", "-o", "json=shown.json", "-o", "text=shown.txt")
    for arguments in (
        ("diff",),
        ("diff", "-o", "json"),
        ("diff", "plan.json"),
        ("diff", "plan.json", "-o", "json"),
        ("diff", "plan.json", "later.json"),
        ("diff", "plan.json", "later.json", "-o", "markdown"),
        ("diff", "plan.json", "-o", "html"),
        ("diff", "-o", "markdown"),
        ("plan", "-o", "html"),
        ("plan", "-v", "-o", "html"),
        ("plan", "-o", "markdown"),
        ("plan", "-o", "github"),
        ("comment", "plan.json", "later.json"),
    ):
        named = () if "plan.json" in arguments else ("-t", "local")
        searched(capsys, *arguments, *named)
    for output in ("text", "json"):
        assert "sensitive" in searched(capsys, "diff", "-t", "local", "-t", "later", "-o", output)
    for arguments in (
        ("validate",),
        ("validate", "-o", "github"),
        ("validate", "-o", "junit"),
        ("validate", "-o", "sarif"),
        ("status", "-t", "local"),
        ("lock", "-t", "local"),
        ("explain", "env_vars"),
        ("tasks", "list", "-t", "local"),
    ):
        searched(capsys, *arguments)
    for output in ("text", "json"):
        for name in (TASK.name, "etl.pod"):
            searched(capsys, "tasks", "show", name, "-t", "local", "-o", output)
    searched(capsys, "import", "etl.*", "-t", "local")
    search_files(repo.folder)


def test_no_apply_lets_a_value_out(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    searched(capsys, "plan", "-t", "later", "--out", "later.json")
    searched(capsys, "apply", "-y", "-t", "local")
    searched(capsys, "apply", "later.json", code=4)
    searched(capsys, "plan", "-t", "later", "--out", "later.json")
    searched(capsys, "apply", "later.json", "-o", "json")
    searched(capsys, "apply", "-y", "-t", "local", "--again", "-o", "json")
    for arguments in (("runs", "list"), ("runs", "list", "-o", "json"), ("plan",), ("plan", "-o", "json"), ("diff",)):
        searched(capsys, *arguments, "-t", "local")
    for command, output in (
        *(("status", one) for one in ("text", "json", "markdown")),
        ("history", "text"),
        ("history", "json"),
    ):
        searched(capsys, command, "-t", "local", "-o", output)
    name = next(repo.catalog.newest_runs(TASK.scope)).name.name
    for output in ("text", "json"):
        searched(capsys, "runs", "show", name, "-t", "local", "-o", output)
    searched(capsys, "import", "etl.*", "-t", "local")
    search_files(repo.folder)


@pytest.mark.parametrize("gone", ["the marks", "the lines", "the manifests"])
def test_what_was_deployed_as_sensitive_stays_so(
    gone: str, repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also of a name that tells nothing, when no manifest calls it sensitive any more."""
    assert run(["apply", "-y", "-q", "-t", "local"]) == 0
    for name, task in (("load", TASK.name), ("pod", "etl.pod")):
        path = repo.folder / "manifests" / f"{name}.yaml"
        rest = first(task)
        if gone == "the manifests":
            path.unlink()
            continue
        rest["overrides"]["resources"]["cpu"] = 3
        del rest["overrides"]["env_vars"]["DB_URL"]
        if gone == "the marks":
            rest["overrides"]["env_vars"]["DB_URL"] = f"{CANARY}-marked"
        write(path, name, task, rest)
    capsys.readouterr()
    formats = [("-o", one) for one in ("json", "markdown", "html")]
    for flags in ((), ("-v",), *formats, ("--prune",), ("--prune", "-o", "json"), ("--out", "plan.json")):
        searched(capsys, "plan", "-t", "local", *flags)
    for command in (
        ("diff",),
        ("diff", "-o", "json"),
        ("status",),
        ("import", "etl.*"),
        *(("tasks", "show", name) for name in (TASK.name, "etl.pod")),
        *(("tasks", "show", TASK.name, "--version", repo.versions()[0], "-o", one) for one in ("text", "json")),
    ):
        searched(capsys, *command, "-t", "local")
    search_files(repo.folder)
    assert run(["apply", "-y", "-q", "plan.json"]) == 0


def test_a_manifest_that_is_wrong_marks_all_the_same(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    for name, task in (("load", TASK.name), ("pod", "etl.pod")):
        rest = first(task)
        rest["overrides"]["resources"] = {"cpu": "much", "nothing": 1}
        write(repo.folder / "manifests" / f"{name}.yaml", name, task, rest)
    searched(capsys, "validate", code=1)
    for output in ("text", "json"):
        for name in (TASK.name, "etl.pod"):
            searched(capsys, "tasks", "show", name, "-t", "local", "-o", output)
    searched(capsys, "import", "etl.*", "-t", "local")


def test_a_manifest_may_take_the_mark_back(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["apply", "-y", "-q", "-t", "local"]) == 0
    rest = {"overrides": {"env_vars": {"DB_URL": {"value": "plain", "sensitive": False}}}}
    write(repo.folder / "manifests" / "load.yaml", "load", TASK.name, rest)
    found = field(plan_json(capsys), "env_vars.DB_URL")
    assert (found["live"], found["desired"]) == (f"{CANARY}-marked", "plain")


def test_what_is_deployed_and_what_is_run_has_the_values(repo: Repository) -> None:
    assert run(["plan", "-q", "-t", "later", "--out", "later.json"]) == 0
    assert run(["apply", "-q", "later.json"]) == 0
    env = {pair.key: pair.value for pair in repo.live().task_template.container.env}
    assert env["NEW_PASSWORD"] == f"{CANARY}-wins"
    assert env["DB_URL"] == f"{CANARY}-wins"
    assert "OLD_TOKEN" not in env
    with repo.store() as store, store.reading() as connection:
        (row,) = connection.execute("SELECT run_spec FROM runs").fetchall()
    assert f"{CANARY}-run".encode() in row[0]
    assert f"{CANARY}-server".encode() in row[0]


INVALID = {
    "leading-zero": f"env_vars: {{A_TOKEN: 0{DIGITS}}}",
    "number": f"env_vars: {{A_TOKEN: {DIGITS}}}",
    "number-that-is-marked": f"env_vars: {{A: {{value: {DIGITS}, sensitive: true}}}}",
    "leading-zero-that-is-marked": f"env_vars: {{A: {{value: 0{DIGITS}, sensitive: true}}}}",
    "endless": f"env_vars: {{A_TOKEN: {DIGITS}e999}}",
    "tag": f"env_vars: {{A_TOKEN: !{CANARY} x}}",
    "tag-of-yaml": f"env_vars: {{A_TOKEN: !!int {CANARY}}}",
    "alias": f"env_vars: {{A_TOKEN: *{CANARY}}}",
    "braces": f"env_vars: {{A_TOKEN: {{{CANARY}}}}}",
    "braces-of-a-number": f"env_vars: {{A_TOKEN: {{{DIGITS}: x}}}}",
    "braces-twice": f"env_vars: {{A_TOKEN: {{{CANARY}: 1, {CANARY}: 2}}}}",
    "list": f"env_vars: {{A_TOKEN: [{CANARY}, 0{DIGITS}]}}",
    "nul": f'env_vars: {{A_TOKEN: "{CANARY}\\0"}}',
    "reserved": f"env_vars: {{A_TOKEN: @{CANARY}}}",
    "colon": f"env_vars:\n      A_TOKEN: {CANARY}: x",
    "not-closed": f'env_vars: {{A_TOKEN: "{CANARY}',
    "escape": f'env_vars: {{A_TOKEN: "\\{CANARY}"}}',
    "twice": f"env_vars: {{A_TOKEN: {CANARY}, A_TOKEN: {CANARY}2}}",
    "mark": f"env_vars: {{A: {{value: {CANARY}, sensitive: {CANARY}}}}}",
    "by-an-alias": f"env_vars: {{A_TOKEN: &a [0{DIGITS}], B_TOKEN: *a}}",
    "replaced": f"env_vars: {{A_TOKEN: {{value: {CANARY}, sensitive: null}}}}",
}


@pytest.mark.parametrize("written", INVALID.values(), ids=INVALID)
def test_no_problem_quotes_a_value(written: str, repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    folder = repo.folder / "invalid"
    folder.mkdir()
    head = "apiVersion: flyteplan/v1\nkind: TaskOverride\nmetadata: {name: a}\nspec:\n  task: {name: a, version: v1}\n"
    (folder / "a.yaml").write_text(f"{head}  overrides:\n    {written}\n", "utf-8")
    for output in ("text", "json"):
        searched(capsys, "validate", "invalid", "-o", output, code=1)


@pytest.mark.parametrize(
    ("submit", "place"),
    [
        ({"inputs": {"api_key": [CANARY], "connection": "x"}}, "api_key"),
        ({"inputs": {"connection": {"password": CANARY}}}, "connection"),
        ({"inputs": {"connection": [CANARY]}, "sensitive_inputs": ["connection"]}, "connection"),
    ],
)
def test_no_problem_quotes_an_input(
    submit: dict[str, Any], place: str, repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    write(repo.folder / "manifests" / "smoke.yaml", "smoke", TASK.name, {"submit": {"as": "run", **submit}})
    printed = searched(capsys, "plan", "-t", "local", code=1)
    assert f"{place} does not fit its type, str" in printed


def test_manifests_that_disagree_do_not_quote_what_they_say(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    rest = {"overrides": {"env_vars": {"DB_URL": f"{CANARY}-other", "NEW_PASSWORD": f"{CANARY}-other"}}}
    write(repo.folder / "manifests" / "other.yaml", "other", TASK.name, rest)
    printed = searched(capsys, "validate", code=1)
    assert "env_vars.DB_URL is set to (sensitive) here and to (sensitive) at" in printed
    assert "env_vars.NEW_PASSWORD is set to (sensitive) here" in printed


def plan_json(capsys: pytest.CaptureFixture[str], target: str = "local") -> dict[str, Any]:
    capsys.readouterr()
    assert run(["plan", "-t", target, "-o", "json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def field(plan: dict[str, Any], path: str, kind: str = "version") -> dict[str, Any]:
    fields = [one for change in plan["changes"] if change["submit"]["as"] == kind for one in change["fields"]]
    return next(one for one in fields if one["path"] == path)


def test_a_plan_tells_what_is_hidden_and_whether_it_changes(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    before = plan_json(capsys)
    assert field(before, "env_vars.NEW_PASSWORD")["desired"].keys() == {"sensitive"}
    text = searched(capsys, "plan", "-t", "local")
    assert "env_vars.DB_URL         (sensitive) -> (sensitive, changed)" in text
    write(repo.folder / "manifests" / "load.yaml", "load", TASK.name, {**first(TASK.name), **later()})
    after = plan_json(capsys)
    assert after["digest"] != before["digest"]
    assert field(after, "env_vars.NEW_PASSWORD") != field(before, "env_vars.NEW_PASSWORD")


def test_the_same_plan_is_the_same_bytes_and_no_salt_changes_its_digest(
    repo: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = plan_json(capsys)
    assert plan_json(capsys) == before
    monkeypatch.setenv("FLYTEPLAN_SALT", "another")
    salted = plan_json(capsys)
    assert salted["digest"] == before["digest"]
    assert field(salted, "env_vars.NEW_PASSWORD") != field(before, "env_vars.NEW_PASSWORD")


def test_the_value_of_a_run_is_part_of_the_plans_digest(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    before = plan_json(capsys)
    submit = a_run()
    submit["run"]["envs"]["WANDB_API_KEY"] += "-other"
    write(repo.folder / "manifests" / "smoke.yaml", "smoke", TASK.name, {"submit": submit})
    assert plan_json(capsys)["digest"] != before["digest"]


@pytest.mark.parametrize("change", ["value", "gone", "moved", "salt"])
def test_a_saved_plan_reads_its_values_again_in_the_lines_that_set_them(
    change: str, repo: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["plan", "-q", "-t", "local", "--out", "plan.json"]) == 0
    path = repo.folder / "manifests" / "load.yaml"
    text = path.read_text("utf-8")
    line = next(number for number, one in enumerate(text.splitlines(), start=1) if "NEW_PASSWORD" in one)
    changed = {"value": text.replace("canary-set", "canary-other"), "moved": f"# one more line\n{text}", "gone": None}
    if change == "salt":
        monkeypatch.setenv("FLYTEPLAN_SALT", "another")
    elif changed[change] is None:
        path.unlink()
    else:
        path.write_text(str(changed[change]), "utf-8")
    printed = searched(capsys, "apply", "plan.json", code=0 if change == "moved" else 4)
    if change != "moved":
        assert f"manifests/load.yaml:{line}: error[FP2301]" in printed
        assert "env_vars.NEW_PASSWORD is not set here to what it was when this was planned" in printed
        assert repo.versions() == ["v2", "v1"]


def test_a_plan_of_standard_input_can_not_be_saved_with_what_is_hidden(
    repo: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = (repo.folder / "manifests" / "load.yaml").read_bytes()
    (repo.folder / "piped.yaml").write_bytes(manifest)
    with (repo.folder / "piped.yaml").open("rb") as piped:
        import os

        saved = os.dup(0)
        os.dup2(piped.fileno(), 0)
        try:
            printed = searched(capsys, "plan", "-t", "local", "-", "--out", "plan.json", code=64)
        finally:
            os.dup2(saved, 0)
            os.close(saved)
    (repo.folder / "piped.yaml").unlink()
    assert "a saved plan has no way back to a line of standard input" in printed
    assert not (repo.folder / "plan.json").exists()


def test_a_snapshot_holds_templates_as_they_are_deployed(repo: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    """It is a copy of the catalog, and what is planned on it is what is planned on the catalog."""
    before = plan_json(capsys)
    assert run(["pull", "-t", "local", "--into", "other.db"]) == 0
    catalog = LocalCatalog("other.db")
    pulled = catalog.templates([TaskVersion(TASK, "v2")])[TaskVersion(TASK, "v2")]
    assert f"{CANARY}-two" in {pair.value for pair in pulled.spec.task_template.container.env}
    assert plan_json(capsys)["digest"] == before["digest"]
