"""Versions deployed over the connection: none doubled, whatever happens to a call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.applying import TASK, Repository, repository, spec
from tests.serving import QUICK, deploying, serving

from flyteplan.model.deployment import Deployment
from flyteplan.model.task import TaskVersion
from flyteplan.remote.controller import RemoteController
from flyteplan.serve.trouble import Wishes

SENT = Deployment(key=TaskVersion(TASK, "v1.x.flyteplan"), spec=spec("v1.x.flyteplan", cpu="2"))


@contextmanager
def controller(folder: Path, wishes: Wishes) -> Iterator[RemoteController]:
    with serving(folder / "catalog.db", wishes) as endpoint, deploying(endpoint) as found:
        yield found


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return repository(tmp_path)


@pytest.mark.parametrize("wishes", [Wishes(), Wishes(unavailable_every=2), Wishes(reset_every=2)])
def test_a_version_is_deployed_whatever_passes(repo: Repository, wishes: Wishes) -> None:
    with controller(repo.folder, wishes) as deploying:
        assert [deploying.deploy([SENT]), deploying.deploy([SENT])] == [{}, {}]
        assert deploying.now().templates([SENT.key])[SENT.key].spec == SENT.spec
    assert repo.versions() == ["v1.x.flyteplan", "v1"]


def test_a_call_that_arrived_is_not_made_again(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    with controller(repo.folder, Wishes(unavailable_every=1)) as deploying:
        monkeypatch.setattr(type(deploying), "now", lambda self: repo.catalog)
        repo.deploy(SENT.key.version, SENT.spec)
        assert deploying.deploy([SENT]) == {}
        assert deploying._writes.calls == {"DeployTask": 1}


def test_a_call_that_never_arrives_is_given_up(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    with controller(repo.folder, Wishes(unavailable_every=1)) as deploying:
        monkeypatch.setattr(type(deploying), "now", lambda self: repo.catalog)
        troubles = deploying.deploy([SENT])
        assert "DeployTask of flytesnacks/development/etl.load v1.x.flyteplan" in troubles[SENT.key]
        assert deploying._writes.calls == {"DeployTask": QUICK.attempts}
    assert repo.versions() == ["v1"]


def test_what_the_server_refuses_is_not_tried_again(repo: Repository) -> None:
    nowhere = TaskVersion(type(TASK)("nobody", "nowhere", "x"), "v1.x.flyteplan")
    with controller(repo.folder, Wishes()) as deploying:
        troubles = deploying.deploy([Deployment(key=nowhere, spec=SENT.spec)])
        assert "NOT_FOUND" in troubles[nowhere]
        assert deploying._writes.calls == {"DeployTask": 1}
