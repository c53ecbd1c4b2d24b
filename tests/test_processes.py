"""The same bytes come out of one process and of several, whatever the hash seed and the order of the files."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from flyteidl2.task.task_definition_pb2 import TaskDetails
from google.protobuf.json_format import MessageToDict
from tests.serving import serving

ROOT = Path(__file__).parents[1]
UNFORKED = "tests.unforked"
# As Ctrl-C on a terminal, which all processes hear of, at a moment when a process is not one of ours yet.
INTERRUPTED = """
import os, signal, sys
if "flyteplan.shard.spawned" in "".join(sys.orig_argv):
    os.killpg(os.getpgrp(), signal.SIGINT)
"""
# More than one process reads alone.
COUNT = 450
CONFIG = """
apiVersion: flyteplan/v1
kind: Config
targets:
  local: {catalog: catalog.jsonl, project: p, domain: d, manifests: [base, some, production]}
"""


def details(number: int) -> str:
    made = TaskDetails()
    made.task_id.project, made.task_id.domain, made.task_id.version = "p", "d", "v1"
    made.task_id.name = f"etl.task_{number}"
    made.metadata.deployed_at.FromSeconds(1_700_000_000 + number)
    template = made.spec.task_template
    template.id.name, template.type, template.container.image = made.task_id.name, "python", "registry.example.com/a:1"
    template.container.env.add(key="LOG", value="INFO")
    return json.dumps(MessageToDict(made, preserving_proto_field_name=True))


def manifest(number: int, layer: str) -> str:
    cpu = "1" if layer == "base" else "2"
    selector = ", auto_version: latest" if layer == "base" else ""
    overrides = f"{{resources: {{cpu: {cpu}, memory: 1Gi}}, env_vars: {{LOG: DEBUG, TOKEN_{number % 3}: x}}}}"
    return f"""
apiVersion: flyteplan/v1
kind: TaskOverride
metadata: {{name: task-{number}, labels: {{team: a}}}}
spec: {{task: {{name: etl.task_{number}{selector}}}, overrides: {overrides}}}
"""


# What makes changes of many tasks alike, whatever process they are planned by.
SELECTION = """
apiVersion: flyteplan/v1
kind: TaskOverride
metadata: {name: some, labels: {team: b}}
spec: {select: {name: "etl.task_4?", auto_version: latest}, overrides: {retries: {count: 4}}}
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    (root / "flyteplan.yaml").write_text(CONFIG)
    (root / "catalog.jsonl").write_text("".join(f"{details(number)}\n" for number in range(COUNT)))
    for layer, step in (("base", 1), ("production", 3)):
        for number in range(0, COUNT, step):
            path = root / layer / str(number % 5) / f"{number}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(manifest(number, layer))
    (root / "some").mkdir()
    (root / "some" / "some.yaml").write_text(SELECTION)
    return root


def output(folder: Path, *arguments: str, jobs: int, seed: int, module: str = "flyteplan") -> tuple[int, bytes, bytes]:
    path = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(ROOT)]))
    environment = {**os.environ, "FLYTEPLAN_JOBS": str(jobs), "PYTHONHASHSEED": str(seed), "PYTHONPATH": path}
    command = [sys.executable, "-m", module, *arguments]
    # A group of its own: what interrupts all of its processes interrupts no other one.
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, check=False, start_new_session=True
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "arguments", [("plan", "-o", "json"), ("plan",), ("plan", "--quiet"), ("plan", "-v"), ("validate", "-o", "json")]
)
def test_one_process_and_several_give_the_same_bytes(repository: Path, arguments: tuple[str, ...]) -> None:
    code, first, told = output(repository, *arguments, jobs=1, seed=0)
    assert (code, told) == (0, b"")
    assert any(word in first for word in (b'"manifests": 601', b"Plan: 450 to update, 0 unchanged", b"TOKEN_2"))
    assert [output(repository, *arguments, jobs=jobs, seed=jobs) for jobs in (2, 5)] == 2 * [(0, first, b"")]


@pytest.mark.parametrize("arguments", [("plan", "-o", "json"), ("plan",), ("validate", "-o", "json")])
def test_so_do_processes_that_are_no_copies(repository: Path, arguments: tuple[str, ...]) -> None:
    first = output(repository, *arguments, jobs=1, seed=0)
    assert [output(repository, *arguments, jobs=jobs, seed=jobs, module=UNFORKED) for jobs in (2, 3)] == 2 * [first]


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="no signals can be held back")
def test_one_that_is_interrupted_while_it_starts_says_nothing(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(INTERRUPTED)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    code, _, told = output(repository, "validate", jobs=2, seed=0, module=UNFORKED)
    assert (code, told) == (130, b"interrupted\n")


def test_so_it_is_with_files(repository: Path, tmp_path: Path) -> None:
    """Beside the text: the plan as JSON, and saved, by as many processes as there are."""
    seen = []
    for jobs in (1, 2, 3):
        json_file, out = tmp_path / f"{jobs}.json", tmp_path / f"saved-{jobs}"
        formats = ("-o", "text", "-o", f"json={json_file}", "--out", str(out))
        code, text, _ = output(repository, "plan", *formats, jobs=jobs, seed=jobs)
        assert code == 0
        seen.append((text, json_file.read_bytes(), out.read_bytes()))
    assert seen[1:] == seen[:1] * 2
    assert len(json.loads(seen[0][1])["changes"]) == COUNT
    assert output(repository, "diff", str(tmp_path / "saved-1"), str(tmp_path / "saved-3"), jobs=1, seed=0)[0] == 0


POLICY = """
apiVersion: flyteplan/v1
kind: OverridePolicy
metadata: {name: platform}
spec:
  rules:
    - {name: one-core, limits: {resources.cpu: {max: 1}}, warn: one core is enough}
    - {name: tokens, env_vars: {forbidden: ["TOKEN_2"]}, deny: tokens are secrets}
  exceptions:
    - {rule: tokens, match: {tasks: [etl.task_11]}, until: 2026-12-31, reason: it moves, owner: team-data}
"""
GUARDS = "policies: [policies], guards: {max_changed: 400, max_changed_percent: 50, protected: [etl.task_17]}"


def test_so_it_is_with_policies_and_guards(repository: Path, tmp_path: Path) -> None:
    """Rules look at one change at a time, wherever it is planned; guards at all of them together."""
    root = tmp_path / "copy"
    shutil.copytree(repository, root)
    (root / "policies").mkdir()
    (root / "policies" / "platform.yaml").write_text(POLICY)
    (root / "flyteplan.yaml").write_text(CONFIG.replace("production]}", f"production], {GUARDS}}}"))
    seen = []
    for jobs in (1, 2, 5):
        files = [tmp_path / f"{jobs}.json", tmp_path / f"saved-{jobs}"]
        formats = ("-o", "text", "-o", f"json={files[0]}", "--out", str(files[1]), "--as-of", "2026-11-20")
        code, text, _ = output(root, "plan", *formats, jobs=jobs, seed=jobs)
        assert code == 3
        seen.append([text, *(file.read_bytes() for file in files)])
    assert seen[1:] == seen[:1] * 2
    policy = json.loads(seen[0][1])["policy"]
    assert {one["effect"] for one in policy["decisions"]} == {"warn", "deny", "excused"}
    assert [one["guard"] for one in policy["guards"]] == ["max_changed", "max_changed_percent", "protected:etl.task_17"]
    assert "450 of 450 tasks would change" in policy["guards"][1]["message"]


def test_so_it_is_with_an_endpoint(repository: Path, tmp_path: Path) -> None:
    """Which one process asks, whoever plans: no selections, for which it is asked before there are others."""
    database = tmp_path / "catalog.db"
    assert output(repository, "pull", "--catalog", "catalog.jsonl", "--into", str(database), jobs=1, seed=0)[0] == 0
    with serving(database) as endpoint:
        flags = ("base", "production", "--endpoint", endpoint, "--insecure")
        code, first, told = output(repository, "plan", *flags, "-o", "json", jobs=1, seed=0)
        assert (code, told) == (0, b"")
        assert len(json.loads(first)["changes"]) == COUNT
        assert [output(repository, "plan", *flags, "-o", "json", jobs=jobs, seed=jobs) for jobs in (2, 5)] == 2 * [
            (0, first, b"")
        ]


def test_so_do_problems(repository: Path, tmp_path: Path) -> None:
    """Of single files, and of two that break a rule together."""
    shutil.copytree(repository, tmp_path / "copy")
    for number in range(0, COUNT, 10):
        (tmp_path / "copy" / "base" / str(number % 5) / f"{number}.yaml").write_text(
            manifest(number + 1, "base") + "x: 1"
        )
    runs = [output(tmp_path / "copy", "validate", "-o", "json", jobs=jobs, seed=jobs) for jobs in (1, 2, 5)]
    assert len({(code, told) for code, _, told in runs}) == 1
    assert runs[0][1] == runs[1][1] == runs[2][1]
    found = json.loads(runs[0][1])
    assert {problem["code"] for problem in found["problems"]} >= {"FP1101", "FP1305"}


def test_so_does_what_a_wrong_catalog_does_not_have(repository: Path, tmp_path: Path) -> None:
    """What each task, and one selector, may have meant is found among the same names by all processes."""
    other = "".join(f"{details(number).replace('etl.task', 'etl.job')}\n" for number in reversed(range(COUNT)))
    (tmp_path / "other.jsonl").write_text(other)
    flags = ("--catalog", str(tmp_path / "other.jsonl"))
    runs = [output(repository, "plan", *flags, jobs=jobs, seed=jobs) for jobs in (1, 2, 5)]
    assert runs[1:] == runs[:1] * 2
    code, _, told = runs[0]
    assert (code, told.count(b"did you mean etl.job_")) == (1, COUNT + 1)


def test_no_process_loads_a_library_that_checks_schemas_for_what_is_evidently_valid(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for library in ("jsonschema_rs", "jsonschema"):
        (tmp_path / f"{library}.py").write_text("import os\nos._exit(77)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    for command in ("validate", "plan"):
        assert [output(repository, command, jobs=jobs, seed=0)[0] for jobs in (1, 2)] == [0, 0]
    (tmp_path / "wrong.yaml").write_text(manifest(1, "base") + "x: 1")
    assert output(repository, "validate", str(tmp_path / "wrong.yaml"), jobs=1, seed=0)[0] == 77


def test_the_order_of_the_files_does_not_matter(repository: Path, tmp_path: Path) -> None:
    """Manifests in one file, in another order: the same changes, at other places."""
    shutil.copytree(repository, tmp_path / "copy", ignore=shutil.ignore_patterns("base"))
    (tmp_path / "copy" / "base").mkdir()
    documents = [manifest(number, "base") for number in range(COUNT)]
    (tmp_path / "copy" / "base" / "all.yaml").write_text("---".join(reversed(documents)))
    plans = [
        json.loads(output(folder, "plan", "-o", "json", jobs=2, seed=1)[1])
        for folder in (repository, tmp_path / "copy")
    ]
    desired = [[(one["task"], one["desired_digest"], one["submit"]) for one in plan["changes"]] for plan in plans]
    assert desired[0] == desired[1]


def test_standard_input_is_read_by_the_process_that_was_given_it(repository: Path) -> None:
    command = [sys.executable, "-m", "flyteplan", "validate", "base", "-"]
    piped = manifest(1, "base").replace("task-1", "piped").replace("etl.task_1,", "etl.piped,").encode()
    for content, code in ((piped, 0), (piped + b"x: 1", 1)):
        told = set()
        for jobs in ("1", "2", "5"):
            environment = {**os.environ, "FLYTEPLAN_JOBS": jobs}
            done = subprocess.run(
                command, cwd=repository, env=environment, input=content, capture_output=True, check=False
            )
            told.add(done.stdout)
        assert len(told) == 1
        assert (b"Valid: 451 manifests" in told.pop()) == (code == 0)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names")
def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    """Two manifests of one name: to be sure, a file would be read a second time."""
    (tmp_path / "manifests").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    command = [sys.executable, "-m", "flyteplan", "validate", "pipe.yaml"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        (tmp_path / "pipe.yaml").write_text(f"{manifest(1, 'base')}---{manifest(1, 'base')}")
        told, _ = process.communicate(timeout=30)
    assert b"FP1301" in told
