"""Parts of a plan that several machines make are joined to the very plan that one makes of all."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from tests import gitting

from flyteplan.cli import clock, run
from flyteplan.model.part import Share
from flyteplan.model.task import TaskName

REPOSITORY = Path(__file__).parents[1]
NAMES = ("plan-part", "plan")
EXAMPLES = str(REPOSITORY / "examples" / "catalog")
FORMATS = ("text", "json", "markdown", "html", "github")
CONFIG = """
apiVersion: flyteplan/v1
kind: Config
owner: github.com/acme/ml-overrides
default_target: both
targets:
  both:
    catalog: catalog.db
    project: flytesnacks
    domain: production
    manifests: [manifests/base, manifests/production]
    policies: [examples/policies]
    guards:
      max_changed: 3
      max_changed_percent: 30
      protected: ["training.*", "features.*"]
      freeze:
        - {name: december, from: 2026-12-01, until: 2026-12-31, reason: "nobody is there", tasks: ["etl.*"]}
  plain: {catalog: catalog.db, project: flytesnacks, domain: development, manifests: [manifests/base]}
"""
SENSITIVE = """
apiVersion: flyteplan/v1
kind: TaskOverride
metadata: {name: secretive, labels: {team: data}}
spec:
  select: {name: "*", exclude: ["reporting.*"]}
  priority: -1
  overrides:
    env_vars: {DB_PASSWORD: hunter2, DSN: {value: "x://y", sensitive: true}, REGION: eu}
"""
RUN = """
apiVersion: flyteplan/v1
kind: TaskOverride
metadata: {{name: {manifest}}}
spec:
  task: {{name: {task}, auto_version: latest}}
  submit: {{as: run, inputs: {inputs}, run: {{name: {name}}}}}
"""
RUNS = "---".join(
    RUN.format(manifest=f"run-{number}", task=task, inputs=inputs, name=name)
    for number, (task, inputs, name) in enumerate(
        [
            ("training.evaluate_model", "{weights: {a: 1.5}}", "one"),
            ("etl.pipeline", '{day: "2026-01-01"}', "one"),
            ("training.evaluate_model", "{weights: {a: 2.5}}", "two"),
            ("features.normalize", "{vector: [1.5]}", "one"),
        ]
    )
)
GONE = """
apiVersion: flyteplan/v1
kind: TaskOverride
metadata: {name: gone}
spec: {select: {name: "s*"}, overrides: {env_vars: {A: b}}}
"""
WRONG = """
apiVersion: flyteplan/v1
kind: TaskOverride
metadata: {name: too-much}
spec: {select: {name: "*"}, overrides: {resources: {memory: [900Gi, 800Gi]}}}
"""
IMPOSSIBLE = """
apiVersion: flyteplan/v1
kind: TaskOverride
metadata: {name: impossible}
spec: {select: {name: "*"}, overrides: {cache: {ignored_inputs: [nothing]}}}
---
apiVersion: flyteplan/v1
kind: TaskOverride
metadata: {name: unknown}
spec: {task: {name: etl.extract_order, auto_version: latest}}
"""

EXCEPTIONS = """
apiVersion: flyteplan/v1
kind: OverridePolicy
metadata: {name: eve}
spec:
  rules:
    - {name: labelled, fields: {required: [labels.nobody]}, deny: say whose it is}
    - {name: named, fields: {required: [labels.name]}, warn: say what it is}
    - {name: annotated, fields: {required: [annotations.why]}, deny: say why}
  exceptions:
    - {rule: labelled, match: {tasks: ["*"]}, reason: it moves, owner: team-data, until: 2026-12-01}
    - {rule: named, match: {tasks: ["*"]}, reason: it moves, owner: team-data, until: 2026-12-01}
    - {rule: annotated, match: {tasks: ["*"]}, reason: it stays, owner: team-data, until: 2026-12-02}
"""
EVE, DAY = "2026-12-01T23:59Z", "2026-12-02T00:00Z"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """The example data as one target of two layers, with an apply behind it whose manifest has gone since."""
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "FLYTEPLAN_SALT"):
        monkeypatch.delenv(name, raising=False)
    for name in ("manifests", "examples/policies"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    (tmp_path / "flyteplan.yaml").write_text(CONFIG.partition("    policies")[0])
    assert run(["pull", "--catalog", EXAMPLES, "--into", "catalog.db"]) == 0
    gone = tmp_path / "gone.yaml"
    gone.write_text(GONE)
    assert run(["apply", "--yes", str(gone)]) == 0
    gone.unlink()
    (tmp_path / "flyteplan.yaml").write_text(CONFIG)
    assert run(["pull", "-t", "plain", "--catalog", EXAMPLES, "--into", "catalog.db"]) == 0
    gitting.commit(tmp_path)
    capsys.readouterr()
    return tmp_path


Said = tuple[int, str, str]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """The exit code, the output, and what else is said but for where something was saved."""

    def call(*arguments: str) -> Said:
        code = run(list(arguments))
        printed = capsys.readouterr()
        return code, printed.out, re.sub(r"(?m)^Saved the pla.*\n", "", printed.err)

    return call


def nothing(_: Path) -> None:
    pass


def writing(name: str, content: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / "manifests" / "base" / name).write_text(content)

    return write


def locked(folder: Path) -> None:
    """Of half of the tasks, and one stanza that does not hold."""
    with redirect_stdout(StringIO()):
        assert run(["lock"]) == 0
    path = folder / "flyteplan.lock"
    text = path.read_text("utf-8")
    for name in ("etl.extract_customers", "etl.extract_orders"):
        text = re.sub(rf"(?ms)^.*\b{re.escape(name)}\b.*?(?=^\S|\Z)", "", text)
    path.write_text(text, "utf-8")


SCENES: dict[str, tuple[Callable[[Path], None], int, tuple[str, ...]]] = {
    "as it is": (nothing, 3, ()),
    "without policies": (nothing, 0, ("-t", "plain")),
    "pruned": (nothing, 3, ("--prune",)),
    "chosen": (nothing, 3, ("--select", "etl.*", "--select", "trainin.*", "--exclude", "*_orders")),
    "chosen and pruned": (nothing, 3, ("--prune", "--select", "s*", "--select", "zz*")),
    "frozen": (nothing, 3, ("--as-of", "2026-12-24")),
    "after an exception": (nothing, 3, ("--as-of", "2027-02-01")),
    "sensitive": (writing("sensitive.yaml", SENSITIVE), 3, ()),
    "runs with one name": (writing("runs.yaml", RUNS), 1, ("--detailed-exitcode",)),
    "wrong in itself": (writing("wrong.yaml", WRONG), 1, ()),
    "impossible": (writing("impossible.yaml", IMPOSSIBLE + "---" + RUNS), 1, ()),
    "paths": (
        nothing,
        2,
        ("manifests/base/training.yaml", "manifests/production", "--detailed-exitcode", "-t", "plain"),
    ),
    "locked": (nothing, 4, ("--locked",)),
}


@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize("scene", SCENES)
def test_parts_are_joined_to_what_one_run_makes(here: Path, said: Callable[..., Said], scene: str, count: int) -> None:
    prepare, code, flags = SCENES[scene]
    prepare(here)
    whole = said("plan", "--out", "whole.json", *flags)
    parts = [said("plan", "--shard", f"{n}/{count}", "--out", f"part-{n}.json", *flags) for n in range(1, count + 1)]
    if not (here / "part-1.json").exists():
        assert parts == count * [whole]
        assert whole[0] == code
        return
    files = [f"part-{n}.json" for n in range(count, 0, -1)]
    detailed = [flag for flag in flags if flag == "--detailed-exitcode"]
    assert said("merge-plans", *files, "--out", "merged.json", *detailed) == whole
    assert (here / "whole.json").exists() == (here / "merged.json").exists()
    if (here / "whole.json").exists():
        assert (here / "whole.json").read_bytes() == (here / "merged.json").read_bytes()
    assert whole[0] == code, whole
    assert {part[0] for part in parts} <= {0, 1, 2, 3, code}


@pytest.mark.parametrize("late", [{1}, {2}, {3}, {1, 2, 3}])
def test_what_was_excused_in_a_part_is_judged_at_the_minute_of_the_last_one(
    here: Path, said: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, late: set[int]
) -> None:
    """An exception ends between the parts: one run at the end would not know of it."""

    def at(minute: str) -> None:
        stopped = SimpleNamespace(gmtime=lambda: time.strptime(minute, "%Y-%m-%dT%H:%MZ"), strftime=time.strftime)
        monkeypatch.setattr(clock, "time", stopped)

    (here / "examples" / "policies" / "eve.yaml").write_text(EXCEPTIONS)
    gitting.commit(here)
    at(DAY)
    whole = said("plan", "--out", "whole.json")
    for number in (1, 2, 3):
        at(DAY if number in late else EVE)
        said("plan", "--shard", f"{number}/3", "--out", f"part-{number}.json")
    assert said("merge-plans", *(f"part-{n}.json" for n in (1, 2, 3)), "--out", "merged.json") == whole
    assert (here / "whole.json").read_bytes() == (here / "merged.json").read_bytes()
    found = json.loads((here / "merged.json").read_text("utf-8"))["policy"]["decisions"]
    rules = {"labelled": "deny", "named": "warn", "annotated": "excused"}
    assert {one["rule"]: one["effect"] for one in found if one["policy"] == "eve"} == rules


def test_that_two_runs_have_one_name_is_said_of_the_whole(here: Path, said: Callable[..., Said]) -> None:
    """Their tasks are in three parts, none of which knows of the others."""
    writing("runs.yaml", RUNS)(here)
    parts = [said("plan", "-t", "plain", "--shard", f"{n}/5", "--out", f"part-{n}.json") for n in range(1, 6)]
    assert [code for code, *_ in parts] == [0] * 5
    code, out, err = said("merge-plans", *(f"part-{n}.json" for n in range(1, 6)))
    assert (code, out, err.count("error[FP1307]: this run has the name of another one, one")) == (1, "", 2)


@pytest.mark.parametrize("stale", [(), ("--locked",)])
@pytest.mark.parametrize("count", [2, 5])
def test_what_a_selector_lacks_in_the_lock_is_said_once(
    here: Path, said: Callable[..., Said], count: int, stale: tuple[str, ...]
) -> None:
    locked(here)
    whole = said("plan", *stale)
    for number in range(1, count + 1):
        said("plan", "--shard", f"{number}/{count}", "--out", f"part-{number}.json", *stale)
    assert said("merge-plans", *(f"part-{number}.json" for number in range(1, count + 1))) == whole
    assert whole[0] == (4 if stale else 3)
    assert re.search(r"etl\.extract_customers, etl\.extract_orders have no stanza", whole[2])


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("scene", ["as it is", "pruned", "sensitive", "chosen", "frozen"])
def test_so_are_all_formats(here: Path, said: Callable[..., Said], scene: str, form: str) -> None:
    prepare, _, flags = SCENES[scene]
    prepare(here)
    whole = said("plan", "-o", form, "-v", *flags)
    for number in (1, 2, 3):
        said("plan", "--shard", f"{number}/3", "--out", f"part-{number}.json", *flags)
    assert said("merge-plans", "part-2.json", "part-1.json", "part-3.json", "-o", form, "-v") == whole


def test_a_joined_plan_is_applied_as_one_that_was_saved(here: Path, said: Callable[..., Said]) -> None:
    writing("sensitive.yaml", SENSITIVE)(here)
    for number in (1, 2):
        said("plan", "-t", "plain", "--shard", f"{number}/2", "--out", f"part-{number}.json")
    assert said("merge-plans", "part-1.json", "part-2.json", "-q", "--out", "plan.json")[0] == 0
    code, out, _ = said("apply", "plan.json")
    assert (code, " 0 failed, 0 not tried." in out) == (0, True)
    assert "hunter2" not in "".join(path.read_text("utf-8") for path in here.glob("p*.json"))


def test_what_ci_reads_is_filled_by_the_whole_alone(
    here: Path, said: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", "outputs")
    said("plan")
    whole = (here / "outputs").read_text("utf-8")
    (here / "outputs").unlink()
    for number in (1, 2):
        said("plan", "--shard", f"{number}/2", "--out", f"part-{number}.json")
    assert not (here / "outputs").exists()
    said("merge-plans", "part-1.json", "part-2.json")
    assert (here / "outputs").read_text("utf-8") == whole


def test_a_part_says_what_it_is_and_how_its_own_tasks_stand(here: Path, said: Callable[..., Said]) -> None:
    code, out, _ = said("plan", "-t", "plain", "--shard", "1/2", "--out", "part-1.json", "--detailed-exitcode")
    assert code == 2
    assert re.fullmatch(r"Part 1 of 2: \d to update(, 1 to \w+)?, 0 unchanged\.\n", out)
    code, _, err = said("plan", "-t", "plain", "--out", "x.json", "--shard", "1/1", "--select", "no*")
    assert (code, "FP2003" in err) == (0, True)


@pytest.mark.parametrize("scene", ["frozen", "sensitive", "runs with one name", "impossible"])
def test_parts_hold_to_their_schema(here: Path, said: Callable[..., Said], scene: str) -> None:
    schemas = [json.loads((REPOSITORY / "schema" / f"{name}.v1.schema.json").read_text("utf-8")) for name in NAMES]
    registry: Registry[Any] = Registry().with_resources((one["$id"], Resource.from_contents(one)) for one in schemas)
    prepare, _, flags = SCENES[scene]
    prepare(here)
    said("plan", "--shard", "1/2", "--out", "part.json", *flags)
    part = json.loads((here / "part.json").read_text("utf-8"))
    Draft202012Validator(schemas[0], registry=registry).validate(part)


@pytest.fixture
def parts(here: Path, said: Callable[..., Said]) -> Path:
    for number in (1, 2, 3):
        assert said("plan", "-t", "plain", "--shard", f"{number}/3", "--out", f"part-{number}.json")[0] == 0
    return here


def altered(path: Path, **changes: Any) -> None:
    """As somebody would do it who does not know of the digest."""
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes, indent=2, ensure_ascii=False) + "\n")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["1"], "parts 2 and 3 of 3 are missing (give its file too"),
        (
            ["1", "3"],
            "part 2 of 3 is missing (give its file too, or make it with flyteplan plan --shard 2/3 --out",
        ),
        (["1", "2", "3", "copy"], "part-copy.json: error[FP2304]: this is part 2 of 3, and so is part-2.json (leave"),
        (["copy", "2"], "parts 1 and 3 of 3 are missing"),
        (["1", "2", "other"], "part-other.json: error[FP2304]: this is part 3 of 4, and part-1.json is part 1 of 3"),
        (["1", "2", "chosen"], "a part of another plan than part-1.json: the flags differ ({"),
        (["1", "2", "target"], "the target and manifests (or the salt) and policies and guards differ"),
        (["1", "2", "manifests"], "the revision of the checkout and manifests (or the salt) differ ("),
        (["1", "2", "revision"], "a part of another plan than part-1.json: the revision of"),
        (["1", "2", "catalog"], "the catalog differ"),
        (["1", "2", "policies"], "the target and catalog"),
        (["1", "2", "edited"], "part-edited.json: error[FP2304]: the part does not have the digest that it says"),
        (["1", "2", "plan"], "part-plan.json: error[FP2304]: this is no part of a plan (parts are what"),
        (["1", "2", "absent"], "part-absent.json can not be read: there is no such file"),
    ],
)
def test_parts_that_do_not_go_together_are_refused(
    parts: Path, said: Callable[..., Said], given: list[str], words: str
) -> None:
    third = ("plan", "-t", "plain", "--shard", "3/3", "--out")
    shutil.copy(parts / "part-2.json", parts / "part-copy.json")
    shutil.copy(parts / "part-3.json", parts / "part-edited.json")
    altered(parts / "part-edited.json", left_out=7)
    said("plan", "-t", "plain", "--shard", "3/4", "--out", "part-other.json")
    said("plan", "-t", "plain", "--out", "part-plan.json")
    said(*third, "part-chosen.json", "--select", "etl.*")
    said("plan", "-t", "both", "--shard", "3/3", "--out", "part-target.json")
    shutil.copy(parts / "catalog.db", parts / "other.db")
    said(*third, "part-catalog.json", "--catalog", "other.db")
    said(*third, "part-policies.json", "--catalog", "other.db", "-t", "both")
    file = parts / "manifests" / "base" / "etl.yaml"
    file.write_text(file.read_text("utf-8") + "# a remark\n")
    said(*third, "part-manifests.json")
    gitting.commit(parts)
    said(*third, "part-revision.json")
    code, out, err = said("merge-plans", *(f"part-{name}.json" for name in given), "--out", "merged.json")
    assert (code, out) == (64 if "absent" in given else 1, "")
    assert words in err
    assert not (parts / "merged.json").exists()


@pytest.mark.parametrize(
    ("command", "code"), [(["apply"], 1), (["diff"], 1), (["comment"], 1), (["diff", "part-2.json"], 1)]
)
def test_a_part_is_no_plan(parts: Path, said: Callable[..., Said], command: list[str], code: int) -> None:
    told = said(*command, "part-1.json")
    assert told[0] == code
    assert "error[FP2304]: this is a part of a plan (join all of its parts: flyteplan merge-plans PART" in told[2]
    altered(parts / "part-1.json")
    assert "error[FP2304]: this is a part of a plan" in said("comment", "part-1.json")[2]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--shard", "0/3", "--out", "x"], "--shard 0/3: it is I/N"),
        (["--shard", "4/3", "--out", "x"], "--shard 4/3: it is I/N"),
        (["--shard", "1", "--out", "x"], "--shard 1: it is I/N"),
        (["--shard", "1/3"], "say with --out FILE where to"),
        (["--shard", "1/3", "--out", "x", "-o", "json"], "-o shows a plan, and this is a part of one"),
    ],
)
def test_a_wrong_share_is_wrong_usage(here: Path, said: Callable[..., Said], arguments: list[str], words: str) -> None:
    code, _, err = said("plan", *arguments)
    assert (code, words in err, (here / "x").exists()) == (64, True, False)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 64])
def test_every_task_is_in_one_share_and_shares_are_about_as_large(count: int) -> None:
    tasks = [TaskName("p", "d", f"etl.task_{number}") for number in range(64 * 100)]
    sizes = [sum(Share(number, count).has(task) for task in tasks) for number in range(1, count + 1)]
    assert sum(sizes) == len(tasks)
    assert min(sizes) > 0.6 * len(tasks) / count
