"""env_vars: replaced whole, with what they do to a task on a Mac."""

from __future__ import annotations

from tests.parity.bases import env
from tests.parity.quirk import SAME, Quirk, Raises, Refused
from tests.parity.templates import APPLE_ENV, OWN_CONTAINER

DEPLOYED = [("A", "1"), ("B", "2"), ("_F_SYS_PATH", "./src")]

QUIRKS: tuple[Quirk, ...] = (
    Quirk(
        line="env_vars: {} is ignored",
        sdk=lambda: {"env_vars": {}},
        does=DEPLOYED,
        manifest={"env_vars": {}},
        gives=[],
        field=env,
    ),
    Quirk(
        line="env_vars: every other variable is lost, Flyte's own _F_SYS_PATH too",
        sdk=lambda: {"env_vars": {"Z": "1", "A": "2"}},
        does=[("Z", "1"), ("A", "2")],
        manifest={"env_vars": {"Z": "1", "A": "2"}},
        gives=SAME,
        field=env,
    ),
    Quirk(
        line="env_vars: a number crashes on a container",
        sdk=lambda: {"env_vars": {"N": 1}},
        does=Raises(TypeError, "bad argument type"),
        manifest={"env_vars": {"N": 1}},
        gives=Refused("FP1103"),
    ),
    Quirk(
        line="env_vars: None is an empty text on a container",
        sdk=lambda: {"env_vars": {"N": None}},
        does=[("N", "")],
        manifest={"env_vars": {"N": None}},
        gives=Refused("FP1211"),
        field=env,
    ),
    Quirk(
        line="env_vars: a number is a number in a pod, which no Kubernetes takes",
        on="pod",
        sdk=lambda: {"env_vars": {"N": 1}},
        does=[("N", 1.0)],
        manifest={"env_vars": {"N": 1}},
        gives=Refused("FP1103"),
        field=env,
    ),
    Quirk(
        line="env_vars: None is a null in a pod",
        on="pod",
        sdk=lambda: {"env_vars": {"N": None}},
        does=[("N", None)],
        manifest={"env_vars": {"N": None}},
        gives=Refused("FP1211"),
        field=env,
    ),
    Quirk(
        line="env_vars: a pod loses its valueFrom entries",
        on="pod",
        sdk=lambda: {"env_vars": {"N": "1"}},
        does=[("N", "1")],
        manifest={"env_vars": {"N": "1"}},
        gives=SAME,
        field=env,
    ),
    Quirk(
        line="env_vars: an empty name passes",
        sdk=lambda: {"env_vars": {"": "x"}},
        does=[("", "x")],
        manifest={"env_vars": {"": "x"}},
        gives=Refused("FP1204"),
        field=env,
    ),
    Quirk(
        line="env_vars: a name with a space passes",
        sdk=lambda: {"env_vars": {"a b": "x"}},
        does=[("a b", "x")],
        manifest={"env_vars": {"a b": "x"}},
        gives=Refused("FP1204"),
        field=env,
    ),
    Quirk(
        line="env_vars: a name of Flyte's own passes",
        sdk=lambda: {"env_vars": {"_F_SYS_PATH": "x"}},
        does=[("_F_SYS_PATH", "x")],
        manifest={"env_vars": {"_F_SYS_PATH": "x"}},
        gives=Refused("FP1204"),
        field=env,
    ),
    Quirk(
        line="env_vars: the settings of a Mac are carried, whatever is set",
        on="mac",
        sdk=lambda: {"env_vars": {"N": "1"}},
        does=[("N", "1"), *APPLE_ENV],
        manifest={"env_vars": {"N": "1"}},
        gives=SAME,
        field=env,
    ),
    Quirk(
        line="env_vars: {} clears all but the settings of a Mac",
        on="mac",
        sdk=lambda: {"env_vars": {}},
        does=[*DEPLOYED, *APPLE_ENV],
        manifest={"env_vars": {}},
        gives=list(APPLE_ENV),
        field=env,
    ),
    Quirk(
        line="env_vars: a task that goes into its own container loses the settings of a Mac",
        on="mac",
        sdk=lambda: {"env_vars": dict([OWN_CONTAINER])},
        does=[OWN_CONTAINER],
        manifest={"env_vars": dict([OWN_CONTAINER])},
        gives=SAME,
        field=env,
    ),
)
