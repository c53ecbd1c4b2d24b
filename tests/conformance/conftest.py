"""A client for every test and every backend."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.conformance import overgrpc
from tests.conformance.asking import Client
from tests.conformance.backends import Backend, Connection, backends


@pytest.fixture(scope="session", params=[*backends(), *overgrpc.backends()], ids=lambda backend: backend.name)
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Backend, Connection]]:
    backend: Backend = request.param
    with backend.connect(tmp_path_factory.mktemp(backend.name)) as connection:
        yield backend, connection


@pytest.fixture
def client(served: tuple[Backend, Connection]) -> Iterator[Client]:
    backend, connection = served
    client = Client(connection, backend)
    yield client
    client.clean_up()
