"""The real SDK, as a task pod has it: its own service clients at `flyteplan serve`, its task context, its controller.

What a cluster would have to do is left out: the controller notes an action in place of handing it over, and inputs of
runs are not uploaded.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import flyte._initialize
import flyte.report
import pyqwest
from connectrpc.code import Code
from connectrpc.errors import ConnectError
from connectrpc.protocol import ProtocolType
from flyte._context import internal_ctx
from flyte._internal.controllers import _ControllerState
from flyte._internal.controllers.remote import RemoteController
from flyte._internal.runtime import convert, io
from flyte.models import ActionID, RawDataPath, TaskContext
from flyteidl2.common import phase_pb2, run_pb2
from flyteidl2.dataproxy.dataproxy_service_pb2 import UploadInputsRequest, UploadInputsResponse
from flyteidl2.task.task_definition_pb2 import TaskSpec
from flyteidl2.task.task_service_connect import TaskServiceClient
from flyteidl2.trigger.trigger_service_connect import TriggerServiceClient
from flyteidl2.workflow.run_service_connect import RunServiceClient
from flyteidl2.workflow.run_service_pb2 import CreateRunRequest, CreateRunResponse
from tests.serving import serving

from flyteplan.files.snapshot import SnapshotCatalog
from flyteplan.local.fill import fill
from flyteplan.local.store import Store

EXAMPLES = Path(__file__).parents[1] / "examples"
ORG, PROJECT, DOMAIN = "acme", "flytesnacks", "development"


class Client:
    """The part of the SDK's ClientSet that is used, over gRPC, which `serve` speaks as well as a Flyte backend does."""

    def __init__(self, address: str) -> None:
        self.endpoint = f"http://{address}"
        http = pyqwest.Client(transport=pyqwest.HTTPTransport(http_version=pyqwest.HTTPVersion.HTTP2))
        options: dict[str, Any] = {"protocol": ProtocolType.GRPC, "http_client": http}
        self.task_service = TaskServiceClient(self.endpoint, **options)
        self.trigger_service = TriggerServiceClient(self.endpoint, **options)
        self.run_service = Runs(self.endpoint, **options)
        self.dataproxy_service = DataProxy()


class Runs(RunServiceClient):
    """Notes the runs that are asked for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.created: list[CreateRunRequest] = []

    async def create_run(self, request: CreateRunRequest, **options: Any) -> CreateRunResponse:
        self.created.append(request)
        return await super().create_run(request, **options)


class DataProxy:
    """Notes inputs in place of writing them into a bucket."""

    def __init__(self) -> None:
        self.uploads: list[UploadInputsRequest] = []

    async def upload_inputs(self, request: UploadInputsRequest) -> UploadInputsResponse:
        self.uploads.append(request)
        data = run_pb2.OffloadedInputData(uri="s3://bucket/inputs.pb", inputs_hash="hash")
        return UploadInputsResponse(offloaded_input_data=data)

    async def upload_trigger(self, _: Any) -> Any:
        """A backend that does not know this takes the inputs of a trigger along with it."""
        raise ConnectError(Code.UNIMPLEMENTED, "not known")


@contextmanager
def connected(database: Path) -> Iterator[Client]:
    """The SDK initialised with a served catalog, as by `flyte.init`."""
    with serving(database) as address:
        client: Any = Client(address)
        config = flyte._initialize._InitConfig(
            root_dir=EXAMPLES, org=ORG, project=PROJECT, domain=DOMAIN, client=client
        )
        with initialised(config):
            yield client


@contextmanager
def initialised(config: Any) -> Iterator[None]:
    before = flyte._initialize._init_config
    flyte._initialize._init_config = config
    try:
        yield
    finally:
        flyte._initialize._init_config = before


def example_catalog(database: Path) -> Path:
    """The catalog of the examples as a database."""
    with Store(str(database), mode="create") as store:
        fill(store, SnapshotCatalog(str(EXAMPLES / "catalog")).details())
    return database


class Recorder(RemoteController):
    """The SDK's controller without its threads. It makes an action, and notes it; the function is called right here."""

    def __init__(self, tasks: Iterable[Any]) -> None:
        self._parent_action_semaphore = defaultdict(lambda: asyncio.Semaphore(100))
        self._functions = {task.name: task for task in tasks}
        self.tasks: list[Any] = []
        self.specs: list[TaskSpec] = []

    async def submit_task_ref(self, _task: Any, *args: Any, **kwargs: Any) -> Any:
        self.tasks.append(_task)
        return await super().submit_task_ref(_task, *args, **kwargs)

    async def submit_and_wait_for_action(self, action: Any) -> Any:
        self.specs.append(action.task)
        task = self._functions[action.task.task_template.id.name]
        inputs = await convert.convert_inputs_to_native(await io.load_inputs(action.inputs_uri), task.interface)
        outputs = await convert.convert_from_native_to_outputs(await task.func(**inputs), task.interface)
        action.realized_outputs_uri = f"{action.run_output_base}/{action.name}"
        await io.upload_outputs(outputs, action.realized_outputs_uri)
        action.phase = phase_pb2.ACTION_PHASE_SUCCEEDED
        return action


@contextmanager
def running(version: str = "v3", tasks: Iterable[Any] = ()) -> Iterator[Recorder]:
    """In a task of this version, with the controller that its calls go to; *tasks* are those that it can call."""
    action = ActionID(name="a0", run_name="r1", project=PROJECT, domain=DOMAIN, org=ORG)
    context = TaskContext(
        action=action,
        version=version,
        raw_data_path=RawDataPath(path="memory://raw"),
        output_path="memory://run/a0",
        run_base_dir="memory://run",
        report=flyte.report.Report(name="a0"),
    )
    recorder = Recorder(tasks)
    before, _ControllerState.controller = _ControllerState.controller, recorder
    try:
        with internal_ctx().replace_task_context(context):
            yield recorder
    finally:
        _ControllerState.controller = before
