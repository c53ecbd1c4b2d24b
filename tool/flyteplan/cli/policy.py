"""`flyteplan policy test`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import click

from flyteplan import pipeline
from flyteplan.cli import options
from flyteplan.cli.output import show
from flyteplan.errors import Exit, InputError, Position, Problem, UsageError, ordered
from flyteplan.files.manifests import read_layers
from flyteplan.files.schema import read_schema
from flyteplan.files.snapshot import SnapshotCatalog
from flyteplan.load import load
from flyteplan.model.document import Document
from flyteplan.model.policy import Policy
from flyteplan.model.policytest import Case, Result
from flyteplan.model.task import TaskVersion, Template
from flyteplan.record import dataclass, field
from flyteplan.render.policytests import results, tested
from flyteplan.validate import Validator, is_policy_test
from flyteplan.validate.policytests import cases
from flyteplan.workspace import MANIFEST_SCHEMA, UNCONFIGURED, Workspace, open_workspace
from flyteplan.workspace.policyfiles import files_at, policies_in

TEST_SCHEMA = "policy-test.v1.schema.json"


@click.group("policy")
def command() -> None:
    """What overrides may do."""


@command.command("test")
@options.paths
@options.quiet
def test(paths: tuple[str, ...], quiet: bool) -> int:
    """Run the cases of policy tests (kind: PolicyTest), and fail with 1 unless all policies say what is expected.

    PATHS are folders and files. Without any, the policies of all targets.
    """
    workspace = open_workspace()
    tester = _Tester(workspace)
    found = [tester.result(case) for case in _cases(workspace, paths)]
    shown = [one for one in found if not (quiet and one.passed)]
    show([*results(shown), tested(found)])
    return Exit.DONE if all(one.passed for one in found) else Exit.FAILED


def _cases(workspace: Workspace, paths: Sequence[str]) -> list[Case]:
    """Raises InputError for tests that are wrong, and UsageError for none at all: no test is not one that holds."""
    own = dict.fromkeys(path for target in workspace.config.targets for path in target.policies)
    places = list(paths) or [os.path.join(workspace.root, path) for path in own]
    validator = Validator(read_schema(TEST_SCHEMA))
    found: list[Case] = []
    problems: list[Problem] = []
    for item in _documents(workspace, places):
        if isinstance(item, Problem):
            problems.append(item)
        elif is_policy_test(item):
            read, wrong = cases(item, validator)
            found += read
            problems += wrong
    if problems:
        raise InputError(ordered(problems))
    if not found:
        if not places and not workspace.config.targets:
            raise UsageError(f"no policy test: {UNCONFIGURED} (go to the repository that has it, or name the files)")
        raise UsageError(f"no policy test in {', '.join(places) or 'flyteplan.yaml'} (write one with kind: PolicyTest)")
    return found


def _documents(workspace: Workspace, places: Sequence[str]) -> Iterator[Document | Problem]:
    for name, content in files_at(workspace, places):
        if isinstance(content, Problem):
            yield content
        else:
            yield from load(content, name)


@dataclass(frozen=True, slots=True)
class _Tester:
    """Reads what cases name, each once."""

    workspace: Workspace
    validator: Validator = field(default_factory=lambda: Validator(read_schema(MANIFEST_SCHEMA)))
    known: dict[tuple[str, ...], tuple[Policy, ...]] = field(default_factory=dict)

    def result(self, case: Case) -> Result:
        policies = self._policies(case)
        if not case.catalog:
            return pipeline.try_case(case, _bare(case), policies, self.validator)
        files = read_layers([self._places(case, (path,)) for path in case.manifests], root=self.workspace.root)
        checked = pipeline.validate(files, self.validator, (tuple(range(len(case.manifests))),))
        if not checked.valid:
            return Result(case=case, problems=checked.problems)
        (place,) = self._places(case, (case.catalog,))
        catalog = SnapshotCatalog(place, root=self.workspace.root)
        return pipeline.try_manifests(case, checked.manifests, catalog, policies)

    def _policies(self, case: Case) -> tuple[Policy, ...]:
        places = self._places(case, case.policies)
        if places not in self.known:
            self.known[places] = self._read(case, places)
        return self.known[places]

    def _read(self, case: Case, places: tuple[str, ...]) -> tuple[Policy, ...]:
        files = read_layers([places], root=self.workspace.root)
        policies = policies_in((name, content) for _, name, content in files).policies
        if policies:
            return policies
        message = f"there is no policy to test in {', '.join(case.policies)}"
        position, hint = Position(case.position.path), "name the folders and files that have them in spec.policies"
        raise InputError([Problem(code="FP1001", position=position, message=message, hint=hint)])

    def _places(self, case: Case, paths: Sequence[str]) -> tuple[str, ...]:
        folder = os.path.join(self.workspace.root, os.path.dirname(case.position.path))
        return tuple(os.path.normpath(os.path.join(folder, path)) for path in paths)


def _bare(case: Case) -> Template:
    """A task in a container that has nothing yet."""
    from flyteidl2.task.task_definition_pb2 import TaskSpec

    spec = TaskSpec()
    spec.task_template.container.SetInParent()
    return Template(key=TaskVersion(case.task, "v1"), spec=spec, deployed_at=0)
