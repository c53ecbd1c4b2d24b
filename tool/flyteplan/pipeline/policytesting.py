"""A case -> its plan -> what policies say of it, and whether that was expected."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from flyteplan.errors import Problem, is_valid
from flyteplan.model.config import Target
from flyteplan.model.decision import OUTCOMES, Decision
from flyteplan.model.manifest import Manifest
from flyteplan.model.policy import Policy
from flyteplan.model.policytest import Case, Result, Said
from flyteplan.model.run import Run, RunName
from flyteplan.model.settings import Settings
from flyteplan.model.task import Listing, Newest, Scope, TaskName, TaskVersion, Template, Triggers
from flyteplan.override import override
from flyteplan.pipeline.choice import Choice
from flyteplan.pipeline.judging import Rulebook, judge
from flyteplan.pipeline.planning import plan
from flyteplan.ports import Catalog
from flyteplan.record import dataclass, replace
from flyteplan.validate import Validator, manifest


def try_case(case: Case, bare: Template, policies: Sequence[Policy], validator: Validator) -> Result:
    """A case that is told in itself; *bare* is the template of its task before anything is set on it."""
    deployed, wanted = (manifest(document, 0, validator) for document in (case.deployed, case.manifest))
    problems = (*deployed.problems, *wanted.problems)
    if deployed.manifest is None or wanted.manifest is None:
        return Result(case=case, problems=problems)
    base = override(bare, Settings(tuple(deployed.manifest.settings)), "merge")
    if not is_valid(base.problems):
        return Result(case=case, problems=base.problems)
    catalog = OneTask(replace(bare, spec=base.spec))
    return try_manifests(case, [wanted.manifest], catalog, policies)


def try_manifests(case: Case, manifests: Sequence[Manifest], catalog: Catalog, policies: Sequence[Policy]) -> Result:
    """What *policies* say of the plan of *manifests*, and problems where there is no plan."""
    target = Target(name=case.target, project=case.task.project, domain=case.task.domain)
    made = plan(manifests, target, catalog, current=None, choice=Choice())
    if made.plan is None:
        return Result(case=case, problems=made.problems)
    judged = judge(made.plan, made.plan.changes, Rulebook(policies=tuple(policies)), case.now).judgement
    decisions = judged.decisions if judged else ()
    return Result(case=case, said=_said(decisions), decisions=decisions)


def _said(decisions: Sequence[Decision]) -> Said:
    return tuple(
        (effect, tuple(sorted({one.rule for one in decisions if one.effect == effect}))) for effect in OUTCOMES
    )


@dataclass(frozen=True, slots=True)
class OneTask:
    """A catalog of one version of one task."""

    template: Template

    @property
    def address(self) -> str:
        return "case"

    def listing(self, scope: Scope) -> Sequence[Listing]:
        listed = Listing(task=self._task, environment="", live=self.template.key.version)
        return [listed] if self._task.scope == scope else []

    def newest(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Newest]:
        version = self.template.key.version
        return {self._task: Newest(live=version, base=version)} if self._task in tasks else {}

    def live(self, tasks: Collection[TaskName]) -> Mapping[TaskName, str]:
        return {task: found.live for task, found in self.newest(tasks).items()}

    def versions(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Sequence[str]]:
        return {self._task: [self.template.key.version]} if self._task in tasks else {}

    def templates(self, keys: Collection[TaskVersion]) -> Mapping[TaskVersion, Template]:
        return {self.template.key: self.template} if self.template.key in keys else {}

    def triggers(self, tasks: Collection[TaskName]) -> Mapping[TaskName, Triggers]:
        return dict.fromkeys(tasks, Triggers())

    def runs(self, names: Collection[RunName]) -> Mapping[RunName, Run]:  # noqa: ARG002 (the port's signature)
        return {}

    def newest_runs(self, scope: Scope) -> Iterator[Run]:  # noqa: ARG002
        return iter(())

    def problems(self) -> Sequence[Problem]:
        return ()

    @property
    def _task(self) -> TaskName:
        return self.template.key.task
