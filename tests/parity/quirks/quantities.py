"""resources, on a container: quantities, accelerators, shared memory, and what they replace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flyte import GPU, TPU, Device, Resources
from flyte._resources import AMD_GPU, APPLE_SILICON, HABANA_GAUDI, Neuron
from flyte.errors import RemoteTaskUsageError
from tests.parity.bases import accelerator, asks, env, gpu, resources, shm
from tests.parity.quirk import SAME, Quirk, Raises, Refused
from tests.parity.quirks.environment import DEPLOYED as DEPLOYED_ENV
from tests.parity.templates import APPLE_ENV, OWN_CONTAINER

NOT_ONE = "must be one of typing.Literal"
NO_RESOURCES = Raises(TypeError, "must be instance of same class")
DEPLOYED = (
    ({"cpu": "1", "memory": "2Gi", "gpu": "2"}, {"memory": "4Gi"}),
    ("nvidia-tesla-a100", 0, "1g.5gb"),
    "1Gi",
)


def _requests(**quantities: str) -> tuple[dict[str, str], dict[str, str]]:
    return quantities, {}


def _asks(**quantities: Any) -> Mapping[str, Any]:
    return {"resources": Resources(**quantities)}


def _text(text: str) -> Mapping[str, Any]:
    return _asks(gpu=text)


def _made(make: Callable[[], Device]) -> Mapping[str, Any]:
    return _asks(gpu=make())


def _device(written: Any, name: str, kind: int, partition: str | None = None) -> Any:
    return str(written.get("quantity", 1)), (name, kind, partition)


QUIRKS: tuple[Quirk, ...] = (
    # Replaced whole.
    Quirk(
        line="resources: None is ignored",
        sdk=lambda: {"resources": None},
        does=DEPLOYED,
        manifest={"resources": None},
        gives=Refused("FP1211"),
        field=asks,
    ),
    Quirk(
        line="resources: cpu alone loses memory, limits, GPU and shared memory",
        sdk=lambda: {"resources": Resources(cpu=2)},
        does=(_requests(cpu="2"), None, None),
        manifest={"resources": {"cpu": 2}},
        gives=SAME,
        field=asks,
    ),
    Quirk(
        line="resources: empty crashes on a container",
        sdk=lambda: {"resources": Resources()},
        does=NO_RESOURCES,
        manifest={"resources": {}},
        gives=(_requests(), None, None),
        field=asks,
    ),
    Quirk(
        line="resources: shm alone crashes on a container",
        sdk=lambda: {"resources": Resources(shm="2Gi")},
        does=NO_RESOURCES,
        manifest={"resources": {"shm": "2Gi"}},
        gives=(_requests(), None, "2Gi"),
        field=asks,
    ),
    Quirk(
        line="resources: gpu 0 alone crashes on a container",
        sdk=lambda: {"resources": Resources(gpu=0)},
        does=NO_RESOURCES,
        manifest={"resources": {"gpu": 0}},
        gives=(_requests(), None, None),
        field=asks,
    ),
    # cpu
    *(
        Quirk(
            line=f"cpu: {cpu!r} is written as Python writes it",
            sdk=partial(_asks, cpu=cpu),
            does=_requests(cpu=text),
            manifest={"resources": {"cpu": cpu}},
            gives=SAME,
            field=resources,
        )
        for cpu, text in ((2, "2"), (0.5, "0.5"), (1.0, "1.0"), ("500m", "500m"), (1e-07, "1e-07"), (0, "0"))
    ),
    Quirk(
        line="cpu: a pair is request and limit",
        sdk=lambda: {"resources": Resources(cpu=(1, "2"))},
        does=({"cpu": "1"}, {"cpu": "2"}),
        manifest={"resources": {"cpu": [1, "2"]}},
        gives=SAME,
        field=resources,
    ),
    Quirk(
        line="cpu: a list, which a manifest has for a pair",
        sdk=lambda: {"resources": Resources(cpu=[1, 2])},  # type: ignore[arg-type]
        does=Raises(ValueError, "cpu must be a core count"),
        manifest={"resources": {"cpu": [1, 2]}},
        gives=({"cpu": "1"}, {"cpu": "2"}),
        field=resources,
    ),
    Quirk(
        line="cpu: three of them",
        sdk=lambda: {"resources": Resources(cpu=(1, 2, 3))},  # type: ignore[arg-type]
        does=Raises(ValueError, "exactly two elements"),
        manifest={"resources": {"cpu": [1, 2, 3]}},
        gives=Refused("FP1103"),
    ),
    Quirk(
        line="cpu: half a pair",
        sdk=lambda: {"resources": Resources(cpu=(1, None))},  # type: ignore[arg-type]
        does=Raises(ValueError, "must both be set"),
        manifest={"resources": {"cpu": [1, None]}},
        gives=Refused("FP1211"),
    ),
    Quirk(
        line="cpu: below zero",
        sdk=lambda: {"resources": Resources(cpu=-1)},
        does=Raises(ValueError, "greater than or equal to 0"),
        manifest={"resources": {"cpu": -1}},
        gives=Refused("FP1104"),
    ),
    *(
        Quirk(
            line=f"cpu: {cpu!r} passes",
            sdk=partial(_asks, cpu=cpu),
            does=_requests(cpu=str(cpu)),
            manifest={"resources": {"cpu": cpu}},
            gives=Refused(code),
            field=resources,
        )
        for cpu, code in (
            *(("abc", "FP1201"), ("", "FP1201"), ("-1", "FP1201"), ("nan", "FP1201")),
            *((True, "FP1103"), (float("nan"), "FP1103")),
        )
    ),
    Quirk(
        line="cpu: a request above its limit passes",
        sdk=lambda: {"resources": Resources(cpu=(4, 1))},
        does=({"cpu": "4"}, {"cpu": "1"}),
        manifest={"resources": {"cpu": [4, 1]}},
        gives=Refused("FP1203"),
        field=resources,
    ),
    # memory, disk, shm
    Quirk(
        line="memory: a pair is request and limit",
        sdk=lambda: {"resources": Resources(memory=("1Gi", "2Gi"))},
        does=({"memory": "1Gi"}, {"memory": "2Gi"}),
        manifest={"resources": {"memory": ["1Gi", "2Gi"]}},
        gives=SAME,
        field=resources,
    ),
    Quirk(
        line="memory: a number",
        sdk=lambda: {"resources": Resources(memory=1024)},  # type: ignore[arg-type]
        does=Raises(ValueError, "memory must be a Kubernetes quantity string"),
        manifest={"resources": {"memory": 1024}},
        gives=Refused("FP1202"),
    ),
    Quirk(
        line="memory: half a pair",
        sdk=lambda: {"resources": Resources(memory=("1Gi", None))},  # type: ignore[arg-type]
        does=Raises(ValueError, "must both be set"),
        manifest={"resources": {"memory": ["1Gi", None]}},
        gives=Refused("FP1211"),
    ),
    *(
        Quirk(
            line=f"memory: {memory!r} passes",
            sdk=partial(_asks, memory=memory),
            does=_requests(memory=memory),
            manifest={"resources": {"memory": memory}},
            gives=Refused(code),
            field=resources,
        )
        for memory, code in (("lots", "FP1201"), ("", "FP1201"), ("1024", "FP1202"))
    ),
    Quirk(
        line="memory: a request above its limit passes",
        sdk=lambda: {"resources": Resources(memory=("8Gi", "4Gi"))},
        does=({"memory": "8Gi"}, {"memory": "4Gi"}),
        manifest={"resources": {"memory": ["8Gi", "4Gi"]}},
        gives=Refused("FP1203"),
        field=resources,
    ),
    Quirk(
        line="disk: a request without a limit",
        sdk=lambda: {"resources": Resources(disk="20Gi")},
        does=_requests(disk="20Gi"),
        manifest={"resources": {"disk": "20Gi"}},
        gives=SAME,
        field=resources,
    ),
    Quirk(
        line="disk: a pair",
        sdk=lambda: {"resources": Resources(disk=("1Gi", "2Gi"))},  # type: ignore[arg-type]
        does=Raises(ValueError, "disk must be a Kubernetes quantity string"),
        manifest={"resources": {"disk": ["1Gi", "2Gi"]}},
        gives=Refused("FP1103"),
    ),
    Quirk(
        line="shm: a size",
        sdk=lambda: {"resources": Resources(cpu=1, shm="8Gi")},
        does=("/dev/shm", "flyte-shm", "8Gi"),
        manifest={"resources": {"cpu": 1, "shm": "8Gi"}},
        gives=SAME,
        field=shm,
    ),
    Quirk(
        line="shm: auto is a message without a size",
        sdk=lambda: {"resources": Resources(cpu=1, shm="auto")},
        does=("/dev/shm", "flyte-shm", ""),
        manifest={"resources": {"cpu": 1, "shm": "auto"}},
        gives=SAME,
        field=shm,
    ),
    Quirk(
        line="resources: in the order cpu, memory, gpu, disk, however they are written",
        sdk=lambda: {"resources": Resources(disk="1Gi", gpu=1, memory="1Gi", cpu=1)},
        does=["1", "1Gi", "1", "1Gi"],
        manifest={"resources": {"disk": "1Gi", "gpu": 1, "memory": "1Gi", "cpu": 1}},
        gives=SAME,
        field=lambda result: [entry.value for entry in result.spec.task_template.container.resources.requests],
    ),
    # gpu
    Quirk(
        line="gpu: a count loses the device",
        sdk=lambda: {"resources": Resources(gpu=4)},
        does=("4", None),
        manifest={"resources": {"gpu": 4}},
        gives=SAME,
        field=gpu,
    ),
    Quirk(
        line="gpu: 0 beside others is no GPU",
        sdk=lambda: {"resources": Resources(cpu=1, gpu=0)},
        does=(None, None),
        manifest={"resources": {"cpu": 1, "gpu": 0}},
        gives=SAME,
        field=gpu,
    ),
    Quirk(
        line="gpu: below zero",
        sdk=lambda: {"resources": Resources(gpu=-1)},
        does=Raises(ValueError, "greater than or equal to 0"),
        manifest={"resources": {"gpu": -1}},
        gives=Refused("FP1104"),
    ),
    Quirk(
        line="gpu: True is written as a text",
        sdk=lambda: {"resources": Resources(gpu=True)},
        does=("True", None),
        manifest={"resources": {"gpu": True}},
        gives=Refused("FP1103"),
        field=gpu,
    ),
    Quirk(
        line="gpu: a pair of device and count",
        sdk=lambda: {"resources": Resources(gpu=("T4", 1))},  # type: ignore[arg-type]
        does=Raises(ValueError, "gpu must be an accelerator string"),
        manifest={"resources": {"gpu": ["T4", 1]}},
        gives=Refused("FP1103"),
    ),
    *(
        Quirk(
            line=f'gpu: "{text}" is not in the list',
            sdk=partial(_text, text),
            does=Raises(ValueError, NOT_ONE),
            manifest={"resources": {"gpu": text}},
            gives=Refused("FP1205"),
        )
        for text in ("T4", "A100:9", "a100:1", "L40S:1", "1", "V5E:1", "A2:2", "MI300X:2", "T4 shared:2")
    ),
    *(
        Quirk(
            line=f'gpu: "{text}"',
            sdk=partial(_text, text),
            does=(count, (name, kind, None)),
            manifest={"resources": {"gpu": text}},
            gives=SAME,
            field=gpu,
        )
        for text, count, name, kind in (
            *(
                ("A100:2", "2", "nvidia-tesla-a100", 0),
                ("H200:8", "8", "H200", 0),
                ("T4 shared:1", "1", "T4 shared", 0),
            ),
            *(("Trn1:16", "16", "Trn1", 2), ("Inf2:12", "12", "Inf2", 2), ("MI300X:1", "1", "MI300X", 3)),
            *(("Gaudi1:1", "1", "Gaudi1", 4), ("L40s:1", "1", "nvidia-l40s", 0), ("GB10:1", "1", "GB10", 0)),
            # The old spellings are taken with a warning.
            *(("A100 80G:1", "1", "nvidia-a100-80gb", 0), ("RTX PRO 6000:2", "2", "nvidia-rtx-pro-6000", 0)),
        )
    ),
    *(
        Quirk(
            line=f"device: {shown}",
            sdk=partial(_made, make),
            does=_device(written, *found),
            manifest={"resources": {"gpu": written}},
            gives=SAME,
            field=gpu,
        )
        for shown, make, written, found in (
            ("GPU", lambda: GPU("H100", 2), {"device": "H100", "quantity": 2}, ("nvidia-tesla-h100", 0)),
            ("GPU above 8", lambda: GPU("T4", 16), {"device": "T4", "quantity": 16}, ("nvidia-tesla-t4", 0)),  # type: ignore[arg-type]
            (
                "a partition of an A100",
                lambda: GPU("A100", 1, "1g.5gb"),
                {"device": "A100", "partition": "1g.5gb"},
                ("nvidia-tesla-a100", 0, "1g.5gb"),
            ),
            (
                "any partition of a device without a list of them",
                lambda: GPU("L4", 1, "half"),  # type: ignore[arg-type]
                {"device": "L4", "partition": "half"},
                ("nvidia-l4", 0, "half"),
            ),
            (
                "TPU",
                lambda: TPU("V5P", "2x2x1"),
                {"device": "V5P", "partition": "2x2x1"},
                ("tpu-v5p-slice", 1, "2x2x1"),
            ),
            ("Neuron", lambda: Neuron("Trn2u"), {"device": "Trn2u"}, ("Trn2u", 2)),
            ("AMD_GPU", lambda: AMD_GPU("MI250X"), {"device": "MI250X"}, ("MI250X", 3)),
            ("HABANA_GAUDI", lambda: HABANA_GAUDI("Gaudi1"), {"device": "Gaudi1"}, ("Gaudi1", 4)),
            (
                "one that the SDK does not know",
                lambda: Device(3, "NEURON", "acme-x1", "half"),
                {"device": "acme-x1", "device_class": "NEURON", "quantity": 3, "partition": "half"},
                ("acme-x1", 2, "half"),
            ),
            ("one of the map only", lambda: Device(1, "GPU", "K80"), {"device": "K80"}, ("nvidia-tesla-k80", 0)),
        )
    ),
    *(
        Quirk(
            line=f"device: {shown}",
            sdk=partial(_made, make),
            does=Raises(error, match),
            manifest={"resources": {"gpu": written}},
            gives=Refused(code),
        )
        for shown, make, error, match, written, code in (
            (
                "none of it",
                lambda: GPU("T4", 0),  # type: ignore[arg-type]
                ValueError,
                "at least 1",
                {"device": "T4", "quantity": 0},
                "FP1104",
            ),
            (
                "a GPU that the SDK does not know",
                lambda: GPU("acme-x1", 1),  # type: ignore[arg-type]
                ValueError,
                "Invalid GPU type",
                {"device": "acme-x1"},
                "FP1205",
            ),
            (
                "another device's partition",
                lambda: GPU("A100", 1, "1g.10gb"),
                ValueError,
                "Invalid partition for A100",
                {"device": "A100", "partition": "1g.10gb"},
                "FP1205",
            ),
            (
                "a partition of a share",
                lambda: GPU("T4 shared", 1, "1g.5gb"),
                ValueError,
                "takes no partition",
                {"device": "T4 shared", "partition": "1g.5gb"},
                "FP1205",
            ),
            (
                "another TPU's slice",
                lambda: TPU("V5E", "2x2x1"),
                ValueError,
                "Invalid partition for V5E",
                {"device": "V5E", "partition": "2x2x1"},
                "FP1205",
            ),
            (
                "no device",
                lambda: Device(1, "GPU"),
                RuntimeError,
                "Device type must be specified",
                {"quantity": 1},
                "FP1102",
            ),
            (
                "another name for a Mac",
                lambda: Device(1, "APPLE_SILICON", "M3"),
                ValueError,
                "Apple Silicon device is",
                {"device": "M3", "device_class": "APPLE_SILICON"},
                "FP1205",
            ),
            (
                "two of a Mac's GPU",
                lambda: Device(2, "APPLE_SILICON", "AppleSilicon"),
                ValueError,
                "quantity must be 1",
                {"device": "AppleSilicon", "quantity": 2},
                "FP1205",
            ),
        )
    ),
    Quirk(
        line="device: an unknown class is NVIDIA's, without a word",
        sdk=lambda: {"resources": Resources(gpu=Device(1, "FPGA", "acme-x1"))},  # type: ignore[arg-type]
        does=("acme-x1", 0, None),
        manifest={"resources": {"gpu": {"device": "acme-x1", "device_class": "FPGA"}}},
        gives=Refused("FP1104"),
        field=accelerator,
    ),
    # What only a pod can ask for.
    Quirk(
        line="resources: a name of Kubernetes",
        sdk=lambda: _asks(**{"smarter-devices/fuse": 1}),
        does=Raises(TypeError, "unexpected keyword argument"),
        manifest={"resources": {"smarter-devices/fuse": 1}},
        gives=Refused("FP2006"),
    ),
    # A Mac
    Quirk(
        line="AppleSilicon: a deployed task can not be moved onto it",
        sdk=lambda: _text("AppleSilicon"),
        does=Raises(RemoteTaskUsageError, "can't be moved onto gpu='AppleSilicon'"),
        manifest={"resources": {"gpu": "AppleSilicon"}},
        gives=Refused("FP2006"),
    ),
    Quirk(
        line="AppleSilicon: but into its own container on it",
        sdk=lambda: {**_text("AppleSilicon:1"), "env_vars": dict([OWN_CONTAINER])},
        does=("1", ("AppleSilicon", 5, None)),
        manifest={"resources": {"gpu": "AppleSilicon:1"}, "env_vars": dict([OWN_CONTAINER])},
        gives=SAME,
        field=gpu,
    ),
    Quirk(
        line="AppleSilicon: the variable that permits it must be set anew",
        on="mac in a container",
        sdk=lambda: _text("AppleSilicon"),
        does=Raises(RemoteTaskUsageError, "can't be moved onto"),
        manifest={"resources": {"gpu": "AppleSilicon"}},
        gives=("1", ("AppleSilicon", 5, None)),
        field=gpu,
    ),
    Quirk(
        line="AppleSilicon: a task that stays keeps its settings",
        on="mac",
        sdk=lambda: {"resources": Resources(cpu=1, gpu=APPLE_SILICON())},
        does=[*DEPLOYED_ENV, *APPLE_ENV],
        manifest={"resources": {"cpu": 1, "gpu": {"device": "AppleSilicon"}}},
        gives=SAME,
        field=env,
    ),
    Quirk(
        line="AppleSilicon: a task that moves off loses its settings",
        on="mac",
        sdk=lambda: {"resources": Resources(cpu=1)},
        does=DEPLOYED_ENV,
        manifest={"resources": {"cpu": 1}},
        gives=SAME,
        field=env,
    ),
)
