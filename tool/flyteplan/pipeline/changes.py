"""Resolutions -> changes: override, diff and plan, task by task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flyteplan.errors import Problem, is_valid
from flyteplan.model.config import Target
from flyteplan.model.plan import Change
from flyteplan.model.resolution import Desired, Resolution
from flyteplan.model.secrecy import veil
from flyteplan.model.settings import Settings
from flyteplan.model.task import Template
from flyteplan.override import override
from flyteplan.plan import Sides, change, sides, takes_a_name
from flyteplan.ports import Catalog, Watch, unwatched
from flyteplan.record import dataclass

if TYPE_CHECKING:
    from flyteplan.inputs import Given
    from flyteplan.model.run import Naming


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What a resolution comes to: its desired spec, and the inputs of a run; None where there are none.

    `compared`: the desired spec beside base and live, None where it is not worth planning.
    """

    resolution: Resolution
    desired: Desired | None
    given: Given | None
    compared: Sides | None

    @property
    def problems(self) -> tuple[Problem, ...]:
        return (*(self.desired.problems if self.desired else ()), *(self.given.problems if self.given else ()))


def changes(
    resolutions: Sequence[Resolution], target: Target, catalog: Catalog, *, again: bool, watch: Watch = unwatched
) -> tuple[list[Change], list[Problem]]:
    """What becomes of every task, and what can not take effect.

    The catalog is asked once for the versions of all tasks whose new version may have the name of an older one, and
    once for all runs. *again*: a run that is there already is started once more, under another name.
    """
    made = [_made(resolution) for resolution in resolutions]
    good = [one for one in made if is_valid(one.problems)]
    pairs = [(one.resolution, one.desired) for one in good if one.desired]
    taken = catalog.versions(
        {one.resolution.intent.task for one in good if one.compared and takes_a_name(one.resolution, one.compared)}
    )
    runs = [(one, desired) for one, desired in pairs if one.intent.kind == "run"]
    over = veil(target.salt, ((one.intent.task, one.intent.settings) for one in resolutions))
    namings = iter(_named(runs, catalog, again=again))
    planned = [
        change(
            target.org,
            one.resolution,
            one.desired,
            taken=taken.get(one.resolution.intent.task, ()),
            naming=next(namings) if one.given else None,
            inputs=one.given.message if one.given else None,
            veil=over,
            compared=one.compared,
        )
        for one in watch("Planning", good)
    ]
    return planned, [problem for one in made for problem in one.problems]


def _made(resolution: Resolution) -> _Made:
    base, intent = resolution.base, resolution.intent
    if base is None:
        return _Made(resolution=resolution, desired=None, given=None, compared=None)
    given = _given(base, intent.settings) if intent.kind == "run" else None
    desired = override(base, intent.settings, intent.strategy)
    compared = sides(resolution, desired) if is_valid(desired.problems) else None
    return _Made(resolution=resolution, desired=desired, given=given, compared=compared)


def _given(base: Template, settings: Settings) -> Given:
    from flyteplan.inputs import literals
    from flyteplan.pipeline.breaks import breaks

    return literals(base, settings, breaks)


def _named(runs: Sequence[tuple[Resolution, Desired]], catalog: Catalog, *, again: bool) -> list[Naming]:
    if not runs:
        return []
    from flyteplan.pipeline.naming import named

    return named(runs, catalog, again=again)
