"""A change as the SDK's own task object."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from functools import cached_property
from typing import Any

import flyte
import flyte.errors
from flyte.models import NativeInterface
from flyte.remote import TaskDetails

from flyteplan.files.snapshot.write import message
from flyteplan.model.nearest import did_you_mean
from flyteplan.model.plan import Change
from flyteplan.model.task import Template, Triggers


def details(change: Change, org: str, deployed_at: int) -> TaskDetails:
    """What the server says of the base, with the desired spec in place of its own.

    Where nothing is overridden `flyte.run` sends the task's id, for which the right to execute it is enough.
    """
    assert change.desired is not None
    template = Template(key=change.task, spec=change.desired, deployed_at=deployed_at)
    made = message(template, Triggers(known=change.triggers, others=change.other_triggers))
    made.task_id.org = org
    call = dict(change.call)
    size = {"max_inline_io_bytes": call["max_inline_io_bytes"]} if "max_inline_io_bytes" in call else {}
    return OverriddenTask(
        made, overriden_queue=call.get("queue"), overridden=change.desired_digest != change.base_digest, **size
    )


class OverriddenTask(TaskDetails):
    """The SDK's `TaskDetails`, which takes any keyword as long as there are not too many of them. This one does not."""

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not args and flyte.ctx() is not None:
            self._check(kwargs)
        return await super().__call__(*args, **kwargs)  # type: ignore[no-untyped-call]

    @cached_property
    def interface(self) -> NativeInterface:
        guessed = super().interface
        return _Interface(**{one.name: getattr(guessed, one.name) for one in fields(guessed)})

    def _check(self, given: Collection[str]) -> None:
        """Raises RemoteTaskUsageError. The names are the message's: not every type of it can be guessed everywhere."""
        names = [variable.key for variable in self.pb2.spec.task_template.interface.inputs.variables]
        _refuse_unknown(given, names)
        missing = [name for name in names if name not in given and name not in self.default_input_args]
        if missing:
            raise flyte.errors.RemoteTaskUsageError(f"{self.name} requires the inputs {', '.join(missing)}")


class _Interface(NativeInterface):
    """What `flyte.run` and the controller make inputs with."""

    def convert_to_kwargs(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        _refuse_unknown(kwargs, self.inputs)
        return super().convert_to_kwargs(*args, **kwargs)


def _refuse_unknown(given: Collection[str], known: Collection[str]) -> None:
    for name in given:
        if name not in known:
            hint = did_you_mean(name, known, "its inputs are")
            raise flyte.errors.RemoteTaskUsageError(f"the task has no input {name} ({hint})")
