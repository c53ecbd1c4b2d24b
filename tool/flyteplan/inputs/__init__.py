"""The inputs of a run: from what the manifest says to the literals that the task gets, or what is wrong with it.

A problem stands at the key of the input in the manifest; one about an input that is not there, at `submit.as`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flyteplan.errors import Problem, ordered
from flyteplan.model.nearest import did_you_mean
from flyteplan.model.secrecy import secrecy
from flyteplan.model.settings import Setting, Settings
from flyteplan.model.task import Template
from flyteplan.record import dataclass

if TYPE_CHECKING:
    from flyteidl2.core.interface_pb2 import VariableEntry
    from flyteidl2.core.literals_pb2 import Literal
    from flyteidl2.task.common_pb2 import Inputs

    from flyteplan.inputs.literal import Converter
    from flyteplan.inputs.record import Breaks

_AT = ("submit", "inputs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The inputs of one run in the order of the interface; None when there are problems."""

    message: Inputs | None
    problems: tuple[Problem, ...]


def check(template: Template, settings: Settings, breaks: Breaks) -> tuple[Problem, ...]:
    """All that is wrong with the inputs that the settings of a run give."""
    return literals(template, settings, breaks).problems


def literals(template: Template, settings: Settings, breaks: Breaks) -> Given:
    """The literals of a run: those that its settings give, and the template's defaults, as they were deployed.

    *breaks* tells what in a value its JSON Schema refuses: (place, keyword, argument of the keyword).
    """
    from flyteidl2.task.common_pb2 import Inputs, NamedLiteral

    from flyteplan.inputs.literal import Converter

    task = _Task(template, settings, Converter(breaks))
    made = [(entry.key, task.literal(entry)) for entry in task.entries]
    problems = ordered([*task.problems, *task.unknown()])
    if problems:
        return Given(message=None, problems=problems)
    named = [NamedLiteral(name=name, value=value) for name, value in made]
    return Given(message=Inputs(literals=named), problems=())


def _unquoted(entry: VariableEntry) -> tuple[str, str]:
    """What is wrong with a value that has something sensitive in it, without the value."""
    from flyteplan.model.typename import type_name

    return f"{entry.key} does not fit its type, {type_name(entry.value.type)}", "its value is sensitive, and not shown"


class _Task:
    """One template, what is given for it, and what came up."""

    def __init__(self, template: Template, settings: Settings, converter: Converter) -> None:
        spec = template.spec
        self._name, self._settings, self._converter = template.key.task.name, settings, converter
        self._secrecy = secrecy(template.key.task, settings, salt="", base_digest="")
        self._given = {item.path[2]: item for item in settings.under(*_AT) if len(item.path) > 2}
        self._defaults = {
            item.name: item.parameter.default for item in spec.default_inputs if item.parameter.HasField("default")
        }
        self.entries = list(spec.task_template.interface.inputs.variables)
        self.problems: list[Problem] = []

    def literal(self, entry: VariableEntry) -> Literal | None:
        setting = self._given.get(entry.key)
        if setting is not None:
            return self._converted(entry, setting)
        if entry.key in self._defaults:
            return self._defaults[entry.key]
        self._missing(entry)
        return None

    def _converted(self, entry: VariableEntry, setting: Setting) -> Literal | None:
        from flyteplan.inputs.mismatch import MismatchError

        try:
            return self._converter.literal(entry.value.type, setting.value, entry.key)
        except MismatchError as wrong:
            if self._secrecy.setting(setting) != setting:
                self._problem(wrong.code, setting, *_unquoted(entry))
            else:
                self._problem(wrong.code, setting, str(wrong), wrong.hint)
            return None

    def _missing(self, entry: VariableEntry) -> None:
        from flyteplan.model.typename import type_name

        message = f"the required input {entry.key}: {type_name(entry.value.type)} is missing"
        where = self._settings.get("submit", "as") or next(iter(self._given.values()), None)
        assert where, "a run says that it is one"
        self._problem("FP2202", where, message, f"give it in submit.inputs.{entry.key}")

    def unknown(self) -> Iterator[Problem]:
        known = [entry.key for entry in self.entries]
        for name, setting in self._given.items():
            if name not in known:
                message = f"{self._name}: it has no input {name}"
                hint = did_you_mean(name, known, "its inputs are")
                yield Problem(code="FP2201", position=setting.position, message=message, hint=hint)

    def _problem(self, code: str, setting: Setting, message: str, hint: str) -> None:
        text = f"{self._name}: {message}"
        self.problems.append(Problem(code=code, position=setting.position, message=text, hint=hint))
