"""`flyteplan serve` as a process: its one line, its end, and what it can not do."""

from __future__ import annotations

import json
import signal
import socket
from pathlib import Path

import pytest
from tests.remote.serving import EXAMPLES, flyteplan, serving


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_one_line_when_it_is_ready_and_ends_cleanly(number: signal.Signals) -> None:
    process = flyteplan("serve", "--catalog", EXAMPLES)
    assert process.stdout
    ready = json.loads(process.stdout.readline())
    host, port = ready["endpoint"].split(":")
    assert (host, ready["catalog"], ready["pid"]) == ("127.0.0.1", EXAMPLES, process.pid)
    socket.create_connection((host, int(port)), timeout=5).close()
    process.send_signal(number)
    assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0


def test_nobody_else_can_reach_it() -> None:
    with serving() as (endpoint, _), socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        # Linux routes all of 127/8 to this machine: another address of it is not the one that is listened on.
        assert other.connect_ex(("127.0.0.2", int(endpoint.split(":")[1]))) != 0


def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = flyteplan("serve", "--catalog", EXAMPLES, "--port", str(port))
        output, said = process.communicate(timeout=20)
    assert (output, process.returncode) == ("", 64)
    assert said == f"error: port {port} can not be had: something else may listen there (give another --port)\n"


@pytest.mark.parametrize(("name", "content"), [("tasks.jsonl", None), ("catalog.db", "no database" * 100)])
def test_a_catalog_that_is_none_is_said_in_one_line(tmp_path: Path, name: str, content: str | None) -> None:
    path = tmp_path / name
    if content:
        path.write_text(content, "utf-8")
    process = flyteplan("serve", "--catalog", str(path))
    output, said = process.communicate(timeout=20)
    assert (output, process.returncode) == ("", 1)
    assert said.startswith("error: ")
    assert said.count("\n") == 1
    assert name in said


def test_a_path_that_leads_nowhere_makes_no_database(tmp_path: Path) -> None:
    process = flyteplan("serve", "--catalog", str(tmp_path / "nope"))
    assert process.communicate(timeout=20)[1] == f"error: there is no catalog {tmp_path}/nope (check the path)\n"
    assert process.returncode == 1
    assert list(tmp_path.iterdir()) == []


def test_a_latency_that_is_none_is_wrong_usage() -> None:
    process = flyteplan("serve", "--latency", "soon")
    assert "--latency soon: not a duration" in process.communicate(timeout=20)[1]
    assert process.returncode == 64


def test_a_database_is_made_where_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "new" / "catalog.db"
    with serving(catalog=str(path)):
        assert path.exists()
