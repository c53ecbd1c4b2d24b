"""The schemas and the parts of a page are in whatever is installed, however it is installed."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "tool" / "flyteplan" / "render" / "html"
SCHEMAS = sorted(path.name for path in (ROOT / "schema").glob("*.json"))
READ = """
import sys
from importlib.resources import files
from flyteplan.files.packaged import packaged
from flyteplan.files.schema import read_schema, schema_names
print(files("flyteplan").joinpath("py.typed").is_file())
for name in schema_names():
    print(name, len(read_schema(name)))
for name in ("page.css", "page.html", "page.js"):
    print(name, len(packaged("render", "html", name)))
"""


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and the wheel that was built from it, as for a release."""
    folder = tmp_path_factory.mktemp("dist")
    python(
        "-m", "build", "--no-isolation", "--outdir", str(folder), str(source_copy(tmp_path_factory.mktemp("source")))
    )
    return folder


def source_copy(folder: Path) -> Path:
    """What Git would hand out, links as links: a build leaves nothing behind in the checkout."""
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        source, target = ROOT / name, folder / name
        if source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(source.readlink()) if source.is_symlink() else target.write_bytes(source.read_bytes())
    return folder


def test_the_wheel_has_the_schemas_and_is_typed(dist: Path) -> None:
    with zipfile.ZipFile(only(dist, "*.whl")) as wheel:
        names = set(wheel.namelist())
    assert {"flyteplan/py.typed", "flyteplan/__init__.py"} | {f"flyteplan/schema/{name}" for name in SCHEMAS} <= names
    assert {name.split("/")[0] for name in names if "dist-info" not in name} == {"flyteplan"}


def test_the_sdist_has_the_schemas_as_files(dist: Path) -> None:
    with tarfile.open(only(dist, "*.tar.gz")) as sdist:
        kinds = {name.partition("/")[2]: sdist.getmember(name).isfile() for name in sdist.getnames()}
    expected = ["LICENSE", "tool/flyteplan/py.typed", *(f"tool/flyteplan/schema/{name}" for name in SCHEMAS)]
    assert {name: kinds.get(name) for name in expected} == dict.fromkeys(expected, True)


def test_an_installed_wheel_reads_its_schemas(dist: Path, tmp_path: Path) -> None:
    wheel = str(only(dist, "*.whl"))
    python("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(tmp_path), wheel)
    assert read_from(tmp_path) == expected_reading()


def test_a_checkout_reads_its_schemas() -> None:
    assert read_from(ROOT / "tool") == expected_reading()


def test_an_editable_installation_reads_its_schemas(tmp_path: Path) -> None:
    source = source_copy(tmp_path / "source")
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    python(*install, "--target", str(tmp_path / "site"), "--editable", str(source))
    (link,) = (tmp_path / "site").glob("*flyteplan*.pth")
    assert read_from(Path(link.read_text("utf-8").strip())) == expected_reading()


def test_there_are_schemas() -> None:
    assert {"task-override.v1.schema.json", "config.v1.schema.json", "plan.v1.schema.json"} <= set(SCHEMAS)


def expected_reading() -> str:
    sizes = (f"{name} {len((ROOT / 'schema' / name).read_text('utf-8'))}" for name in SCHEMAS)
    parts = (f"{name} {len((PAGES / name).read_text('utf-8'))}" for name in ("page.css", "page.html", "page.js"))
    return "\n".join(["True", *sizes, *parts, ""])


def read_from(folder: Path) -> str:
    return run(sys.executable, "-c", READ, cwd=folder, PYTHONPATH=str(folder))


def python(*arguments: str) -> str:
    return run(sys.executable, *arguments, cwd=ROOT)


def run(*command: str, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def only(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found
