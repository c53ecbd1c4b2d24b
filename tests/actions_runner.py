"""What GitHub Actions does with the shell steps of a workflow, as far as the example workflows need it.

Steps that use other people's actions are not run; one that uses flyteplan's own runs the steps of `action.yml`.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
ACTION = ROOT / "action.yml"
_NAME = re.compile(r"'[^']*'|[A-Za-z_][\w.-]*(?:\(\))?")


def parsed(path: Path) -> dict[str, Any]:
    """With every scalar as a string: `on` is a key, not true."""
    loaded: dict[str, Any] = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)
    return loaded


@dataclass(kw_only=True)
class Runner:
    """One job at a time, in *folder*, with what the runner would set in the environment."""

    folder: Path
    temporary: Path
    path: str
    environment: Mapping[str, str]
    event: Mapping[str, str]  # by the name in expressions: github.event.pull_request.number
    ran: list[str] = field(default_factory=list)
    output: str = ""

    @property
    def summary(self) -> Path:
        return self.temporary / "summary"

    def job(self, workflow: Path, name: str) -> int:
        """The exit code of the first step that failed; -1 where the job is not to run."""
        job = parsed(workflow)["jobs"][name]
        if not _true(job.get("if", ""), dict(self.event), failed=False):
            return -1
        (step,) = (step for step in job["steps"] if step["uses"].endswith("/flyteplan@v1"))
        return self.action({name: evaluated(value, self.event) for name, value in step["with"].items()})

    def action(self, given: Mapping[str, str]) -> int:
        action = parsed(ACTION)
        values = {"github.token": "token", "steps.python.outputs.python-path": "python-of-the-action", **self.event}
        inputs = {name: evaluated(one.get("default", ""), values) for name, one in action["inputs"].items()}
        assert given.keys() <= inputs.keys()
        values.update({f"inputs.{name}": value for name, value in {**inputs, **given}.items()})
        code = 0
        for step in action["runs"]["steps"]:
            if "run" in step and _true(step.get("if", ""), values, failed=code != 0):
                done = self._step(step, values)
                code = code or done
        return code

    def _step(self, step: Mapping[str, Any], values: dict[str, str]) -> int:
        assert step["shell"] == "bash"
        self.ran.append(step["name"])
        told = self.temporary / "told"
        told.write_text("")
        environment = {name: evaluated(value, values) for name, value in step.get("env", {}).items()}
        done = self.bash(step["run"], {**environment, "GITHUB_OUTPUT": str(told)})
        for name, _, value in (line.partition("=") for line in told.read_text().splitlines()):
            values[f"steps.{step.get('id')}.outputs.{name}"] = value
        return done

    def bash(self, script: str, variables: Mapping[str, str]) -> int:
        kept = {name: os.environ[name] for name in ("HOME", "LANG", "PYTHONPATH") if name in os.environ}
        known = {
            "PATH": f"{self.path}{os.pathsep}{os.environ['PATH']}",
            "RUNNER_TEMP": str(self.temporary),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_PATH": str(self.temporary / "path"),
            "GITHUB_ACTION_PATH": str(ROOT),
        }
        call = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        environment = {**kept, **known, **self.environment, **variables}
        done = subprocess.run(
            call,
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.output += done.stdout
        return done.returncode


def evaluated(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\${{ ?(.*?) ?}}", lambda found: str(_value(found[1], values)), text)


def _true(condition: str, values: Mapping[str, str], *, failed: bool) -> bool:
    """Without a word about it, a step that comes after a failure is not run."""
    if failed and "cancelled()" not in condition:
        return False
    return not condition or bool(_value(condition.removeprefix("${{").removesuffix("}}"), values))


def _value(expression: str, values: Mapping[str, str]) -> Any:
    """A name without a value is empty, as there."""

    def literal(found: re.Match[str]) -> str:
        name = found[0]
        return name if name.startswith("'") else "False" if name == "cancelled()" else repr(values.get(name, ""))

    python = _NAME.sub(literal, expression).replace("&&", " and ").replace("||", " or ").replace("!False", "True")
    return eval(python.strip(), {"__builtins__": {}})
