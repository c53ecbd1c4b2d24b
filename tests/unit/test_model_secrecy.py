"""What stands in the place of what is sensitive: the same for the same, of no use for anything else."""

from __future__ import annotations

from typing import Any

import pytest

from flyteplan.errors import Position
from flyteplan.model.secrecy import Secrecy, secrecy, veil
from flyteplan.model.sensitive import HIDDEN, holds_stand_in, is_stand_in
from flyteplan.model.settings import Setting, Settings
from flyteplan.model.task import TaskName

TASK = TaskName("p", "d", "etl.load")
PLACE = Position("a.yaml", 3)


def made(*settings: tuple[tuple[str, ...], Any], salt: str = "pepper", base: str = "sha256:1") -> Secrecy:
    items = tuple(Setting(path=path, value=value, position=PLACE) for path, value in settings)
    return secrecy(TASK, Settings(items), salt=salt, base_digest=base)


def mark(name: str, sensitive: bool = True, kind: str = "env_vars") -> tuple[tuple[str, ...], bool]:
    return ("sensitive", kind, name), sensitive


@pytest.mark.parametrize(
    "path",
    [
        "env_vars.DB_PASSWORD",
        "custom.env.DB_PASSWORD",
        "config.DB_PASSWORD",
        "k8s_pod.pod_spec.containers[side].env[DB_PASSWORD].value",
        'k8s_pod.pod_spec.initContainers["a b"].env["DB_PASSWORD"].value',
        'custom.sparkConf."spark.db.password"',
        "container.(unknown)",
        "container.config.DB_PASSWORD",
    ],
)
def test_the_whole_value_of_a_hidden_name_is_told_by_its_digest_alone(path: str) -> None:
    one, other = made().value(path, "hunter2"), made().value(path, "hunter3")
    assert is_stand_in(one)
    assert one == made().value(path, "hunter2") != other
    assert "hunter" not in str(one)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("env_vars.LOG_LEVEL", "DEBUG"),
        ("env_vars.(order)", ["DB_PASSWORD", "A"]),
        ("secrets.hf-token", {"env_var": "HF_TOKEN", "mount_requirement": "ENV_VAR"}),
        ("primary_container.env[TOKEN].valueFrom.secretKeyRef.name", "hf"),
        ("k8s_pod.pod_spec.automountServiceAccountToken", True),
        ("k8s_pod.pod_spec.volumes[creds].secret.secretName", "creds"),
        ("env_vars.DB_PASSWORD", None),
        ("interface.inputs.variables.api_key", {"key": "api_key", "value": {"type": {"simple": "STRING"}}}),
    ],
)
def test_what_only_speaks_of_secrets_is_shown(path: str, value: Any) -> None:
    assert made().value(path, value) == value


@pytest.mark.parametrize(
    "value",
    [
        {"image": "a:1", "env": [{"key": "API_KEY", "value": "hunter2"}]},
        [{"name": "API_KEY", "value": "hunter2"}, {"name": "API_KEY", "value": "x"}],
        {"value": {"key": "A"}, "serialized": "hunter2"},
        {"spec": {"env": {"API_KEY": "hunter2"}}},
    ],
)
def test_what_is_hidden_inside_of_a_value_is_told_by_its_digest(value: Any) -> None:
    hidden = made().value("k8s_pod.x", value)
    assert holds_stand_in(hidden)
    assert "hunter" not in str(hidden)


def test_the_default_of_an_input_is_hidden_and_its_type_is_not() -> None:
    literal = {"scalar": {"primitive": {"string_value": "hunter2"}}}
    value = {"var": {"type": {"simple": "STRING"}}, "default": literal}
    hidden = made().value("default_inputs.api_key", value)
    assert hidden["var"] == value["var"]
    assert is_stand_in(hidden["default"])


def test_a_mark_hides_any_name_and_opens_one_that_only_looks_secret() -> None:
    marked = made(mark("DB_URL"), mark("CSRF_TOKEN", False))
    assert is_stand_in(marked.value("env_vars.DB_URL", "a"))
    assert marked.value("env_vars.CSRF_TOKEN", "a") == "a"


def test_of_two_marks_the_one_that_hides_counts() -> None:
    assert made(mark("A"), mark("A", False, "envs")).hides("A")


def test_the_same_value_has_another_digest_under_another_name_task_salt_and_base() -> None:
    def digest(name: str = "A_TOKEN", task: TaskName = TASK, salt: str = "", base_digest: str = "sha256:1") -> Any:
        return secrecy(task, Settings(), salt=salt, base_digest=base_digest).value(f"env_vars.{name}", "hunter2")[
            "sensitive"
        ]

    others = [
        digest("B_TOKEN"),
        digest(task=TaskName("p", "d", "other")),
        digest(salt="pepper"),
        digest(salt="salt"),
        digest(base_digest="sha256:2"),
    ]
    assert len({digest(), *others}) == 6
    assert digest(salt="pepper", base_digest="sha256:2") == digest(salt="pepper")


@pytest.mark.parametrize(
    ("path", "value", "hidden"),
    [
        (("overrides", "env_vars", "A_TOKEN"), "x", True),
        (("submit", "run", "envs", "A_TOKEN"), "x", True),
        (("submit", "inputs", "api_key"), {"a": 1}, True),
        (("submit", "inputs", "config"), {"a": 1, "db": {"password": "x"}}, True),
        (("submit", "inputs", "secret"), "x", True),
        (("overrides", "env_vars", "A"), "x", False),
        (("overrides", "env_vars", "A_TOKEN"), None, False),
        (("overrides", "labels", "token"), "x", False),
        (("overrides", "secrets", "hf-token"), "x", False),
        (("selector",), "x", False),
    ],
)
def test_which_settings_are_hidden(path: tuple[str, ...], value: Any, hidden: bool) -> None:
    setting = Setting(path=path, value=value, position=PLACE)
    assert holds_stand_in(made().setting(setting).value) == hidden
    assert (made().setting(setting) == setting) == (not hidden)


def test_a_spec_for_readers_stays_a_spec() -> None:
    literal = {"scalar": {"primitive": {"string_value": "hunter2"}}}
    spec = {
        "task_template": {
            "container": {"env": [{"key": "API_KEY", "value": "hunter2"}, {"key": "A", "value": "1"}]},
            "security_context": {"secrets": [{"key": "hf-token", "env_var": "HF_TOKEN"}]},
        },
        "default_inputs": [{"name": "token", "parameter": {"default": literal}}],
    }
    shown = made().spec(spec)
    assert "hunter2" not in str(shown)
    assert shown["task_template"]["container"]["env"] == [
        {"key": "API_KEY", "value": HIDDEN},
        {"key": "A", "value": "1"},
    ]
    assert shown["task_template"]["security_context"] == spec["task_template"]["security_context"]  # type: ignore[index]
    assert shown["default_inputs"][0]["parameter"]["default"]["scalar"]["primitive"]["string_value"] == HIDDEN


@pytest.mark.parametrize(
    "value",
    [
        {"TOKEN": ["hunter2"]},
        {"env": [{"name": "API_TOKEN", "value": ["hunter2"]}]},
    ],
)
def test_a_list_of_texts_is_hidden_as_a_text_is(value: Any) -> None:
    assert "hunter2" not in str(made().value("custom.settings", value))
    assert "hunter2" not in str(made().value("custom.TOKEN", ["hunter2"]))


@pytest.mark.parametrize(
    "path", ["image", "env_vars.LEVEL", "env_vars.OWN_TOKEN", "env_vars.(unknown)", "custom.OWN_TOKEN"]
)
@pytest.mark.parametrize("value", ["text", 3, None, ["text"], {"OWN_TOKEN": "text", "other": "text"}])
@pytest.mark.parametrize("other", [None, "other", {"OWN_TOKEN": "other"}])
def test_of_three_sides_each_is_what_its_value_is(path: str, value: Any, other: Any) -> None:
    for sides in ((other, other, value), (value, other, value), (value, value, other), (other, value, "text")):
        assert made().sides(path, *sides) == tuple(made().value(path, side) for side in sides)


def test_what_thousands_of_runs_mark_alike_is_kept_once() -> None:
    marks = [[Setting(*mark("DB", one % 2 == 0), position=PLACE)] for one in range(100)]
    over = veil("pepper", ((TASK, settings) for settings in marks))
    assert len(over.marks[TASK]) == 2
    assert over.of(TASK, "").marked == {"DB"}
