"""The sensitive values of a saved plan, read again in the manifests that it names for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from flyteplan.errors import FlyteplanError, Problem, StaleError
from flyteplan.model.plan import Change, Plan
from flyteplan.model.secrecy import Secrecy, Veil, veil
from flyteplan.model.sensitive import holds_stand_in, is_stand_in
from flyteplan.model.settings import Setting
from flyteplan.pipeline.reading import validate
from flyteplan.record import replace
from flyteplan.validate import Validator

# The bytes of a manifest file by its path in a plan; raises FlyteplanError.
Read = Callable[[str], bytes]


def recalled(plan: Plan, salt: str, read: Read, validator: Validator) -> Plan:
    """*plan* with all values in its settings. A line that has moved within its file is found there.

    *salt* is the one that the plan was made with. Raises StaleError, which names each line that does not say any more
    what it said when the plan was made.
    """
    over = veil(salt, ((change.task.task, change.settings) for change in plan.changes))
    manifests = cache(lambda path: _settings(path, read, validator))
    wrong: list[Problem] = []
    changes = tuple(_recalled(change, over, manifests, wrong) for change in plan.changes)
    if wrong:
        raise StaleError(wrong)
    return replace(plan, changes=changes)


def _settings(path: str, read: Read, validator: Validator) -> tuple[Setting, ...]:
    """All that the manifests of a file set; nothing where it can not be read any more."""
    try:
        content = read(path)
    except FlyteplanError:
        return ()
    checked = validate([(0, path, content)], validator, ())
    return tuple(setting for manifest in checked.manifests for setting in manifest.settings)


def _recalled(
    change: Change, over: Veil, manifests: Callable[[str], tuple[Setting, ...]], wrong: list[Problem]
) -> Change:
    stood_in = frozenset(one.path[-1] for one in change.settings if is_stand_in(one.value))
    hidden = over.of(change.task.task, change.base_digest, stood_in)
    settings = []
    for saved in change.settings:
        found = next(_same(saved, manifests, hidden), None) if holds_stand_in(saved.value) else saved
        if found is None:
            wrong.append(_changed(saved, change))
        settings.append(saved if found is None else found)
    return replace(change, settings=tuple(settings), secrecy=hidden)


def _same(saved: Setting, manifests: Callable[[str], tuple[Setting, ...]], hidden: Secrecy) -> Iterator[Setting]:
    """*saved* with the values that its file has at the same path, where those are the ones that were planned."""
    for one in manifests(saved.position.path):
        if one.path == saved.path and hidden.setting(one).value == saved.value:
            yield saved._replace(value=one.value)


def _changed(saved: Setting, change: Change) -> Problem:
    """Without either value."""
    return Problem(
        code="FP2301",
        position=saved.position,
        message=f"{change.task.task}: {'.'.join(saved.path[1:])} is not set here to what it was when this was planned",
        hint="plan again, and review what is different; or give the FLYTEPLAN_SALT that the plan was made with",
    )
