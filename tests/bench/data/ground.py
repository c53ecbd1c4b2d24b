"""The files that are measured on: made once, and kept in a folder for the next time."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tests.bench.data.manifests import Amount, Selector, amount, covering, latest, mixed, pinned, write_manifests
from tests.bench.data.templates import template, write_packed, write_snapshot
from tests.bench.places import FLYTEPLAN, ROOT, clean_environment

_CONFIG = """\
apiVersion: flyteplan/v1
kind: Config
owner: github.com/acme/overrides
targets:
  production:
    catalog: ../catalog.db
    project: acme
    domain: production
    manifests: [manifests/base, manifests/production]
"""
_GIT = ("git", "-c", "user.name=bench", "-c", "user.email=bench@example.com", "-c", "init.defaultBranch=main")
_CHANGED = 10
_LOG_LEVEL = "      LOG_LEVEL: "


@dataclass(frozen=True, slots=True)
class Ground:
    """`root` has one folder for every set of data; each is made when it is asked for the first time."""

    root: Path

    def valid(self, manifests: int) -> Path:
        return self._repository(f"valid-{manifests}", amount(manifests), mixed, templates=manifests)

    def faulty(self, manifests: int) -> Path:
        return self._repository(f"faulty-{manifests}", amount(manifests), mixed, templates=manifests, faulty=True)

    def pinned(self, tasks: int) -> Path:
        return self._repository(f"pinned-{tasks}", covering(tasks), pinned, templates=tasks)

    def latest(self, tasks: int) -> Path:
        return self._repository(f"latest-{tasks}", covering(tasks), latest, templates=tasks)

    def single(self, tasks: int) -> Path:
        """One manifest, in a repository whose catalog has the templates of *tasks*."""
        return self._repository(f"single-{tasks}", Amount(tasks=1, overlays=0), pinned, templates=tasks)

    def changed(self, manifests: int) -> Path:
        """A Git repository whose work tree differs from its HEAD in ten manifests."""

        def fill(folder: Path) -> None:
            shutil.copytree(self.valid(manifests).parent, folder, dirs_exist_ok=True)
            repository = folder / "repository"
            for command in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "--message", "manifests")):
                subprocess.run([*_GIT, *command], cwd=repository, check=True, env=clean_environment())
            files = sorted(repository.glob("manifests/*/*.yaml"))
            for file in files[:: len(files) // _CHANGED][:_CHANGED]:
                file.write_text(file.read_text("utf-8").replace(_LOG_LEVEL, f"{_LOG_LEVEL}NEW-"), "utf-8")

        return self._made(f"changed-{manifests}", fill) / "repository"

    def applied(self, tasks: int) -> Path:
        """The catalog of `latest` after an apply of it: every live version differs from its base."""
        repository = self.latest(tasks)

        def fill(folder: Path) -> None:
            copy = folder / "catalog.db"
            shutil.copyfile(repository.parent / "catalog.db", copy)
            _flyteplan("apply", "--quiet", "--yes", "--catalog", str(copy), cwd=repository)

        return self._made(f"applied-{tasks}", fill) / "catalog.db"

    def _repository(
        self, name: str, wanted: Amount, selector: Selector, *, templates: int, faulty: bool = False
    ) -> Path:
        def fill(folder: Path) -> None:
            repository = folder / "repository"
            repository.mkdir()
            (repository / "flyteplan.yaml").write_text(_CONFIG, "utf-8")
            write_manifests(repository / "manifests", wanted, selector, faulty=faulty)
            source = self._catalog(templates)
            for file in ("catalog.db", "templates.packed"):
                os.link(source / file, folder / file)

        return self._made(name, fill) / "repository"

    def _catalog(self, tasks: int) -> Path:
        def fill(folder: Path) -> None:
            snapshot = folder / "templates.jsonl"
            write_snapshot(snapshot, map(template, range(tasks)))
            write_packed(folder / "templates.packed", map(template, range(tasks)))
            _flyteplan("pull", "--catalog", str(snapshot), "--into", "catalog.db", *_SCOPE, cwd=folder)

        return self._made(f"catalog-{tasks}", fill)

    def _made(self, name: str, fill: Callable[[Path], None]) -> Path:
        """The folder *name*: whole, or not there."""
        folder, draft = self.root / name, self.root / f"{name}.draft"
        if not folder.exists():
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(parents=True)
            fill(draft)
            draft.rename(folder)
        return folder


_SCOPE = ("--project", "acme", "--domain", "production")


def _flyteplan(*arguments: str, cwd: Path) -> None:
    command = [str(FLYTEPLAN), *arguments]
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL, env=clean_environment())


def ground(folder: Path) -> Ground:
    """In a subfolder of *folder* that is named after what the data depends on; that of other generators goes.

    A catalog database is as good as the code that wrote it.
    """
    sources = sorted([*Path(__file__).parent.glob("*.py"), *(ROOT / "tool" / "flyteplan" / "local").rglob("*.py")])
    key = sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]
    for old in folder.glob("*") if folder.exists() else ():
        if old.name != key:
            shutil.rmtree(old)
    return Ground(folder / key)
