"""Resolutions -> changes: override, diff and plan, task by task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from flyteplan.errors import Problem, is_valid
from flyteplan.inputs import check
from flyteplan.model.config import Target
from flyteplan.model.plan import Change
from flyteplan.model.resolution import Desired, Resolution
from flyteplan.override import override
from flyteplan.pipeline.breaks import breaks
from flyteplan.plan import change, takes_a_name
from flyteplan.ports import Catalog


def changes(resolutions: Sequence[Resolution], target: Target, catalog: Catalog) -> tuple[list[Change], list[Problem]]:
    """What becomes of every task, and what can not take effect.

    The catalog is asked for the versions of all tasks at once whose new version may have the name of an older one.
    """
    pairs = [(resolution, _desired(resolution)) for resolution in resolutions]
    problems = [problem for _, desired in pairs if desired for problem in desired.problems]
    problems += [problem for resolution in resolutions for problem in _wrong_inputs(resolution)]
    good = [(resolution, desired) for resolution, desired in pairs if desired is None or is_valid(desired.problems)]
    taken = catalog.versions({one.intent.task for one, desired in good if desired and takes_a_name(one, desired)})
    made = [change(target.org, one, desired, taken.get(one.intent.task, ())) for one, desired in good]
    return made, [*problems, *_same_runs(made)]


def _desired(resolution: Resolution) -> Desired | None:
    if resolution.base is None:
        return None
    return override(resolution.base, resolution.intent.settings, resolution.intent.strategy)


def _wrong_inputs(resolution: Resolution) -> tuple[Problem, ...]:
    if resolution.base is None or resolution.intent.kind != "run":
        return ()
    return check(resolution.base, resolution.intent.settings, breaks)


def _same_runs(made: Iterable[Change]) -> Iterator[Problem]:
    """A run's name is one run's: of two with one name the second would be taken for the first."""
    runs = [one for one in made if one.submit.kind == "run"]
    names = Counter(one.submit.name for one in runs)
    first: dict[str, Change] = {}
    for one in runs:
        other = first.setdefault(one.submit.name, one)
        if names[one.submit.name] > 1 and other is not one:
            yield Problem(
                code="FP1307",
                position=one.manifests[0].position,
                message=f"this run has the name of another one, {one.submit.name}: only one of them would start",
                hint=f"the other is {other.manifests[0].position}; remove one, or give both a submit.run.name",
            )
