"""What each command may import: what it does not need costs every call of it its time.

A command that needs more after a change says so here, in its row. What is watched are the libraries, the parts of
Python that take long to import, and our own edges to the world.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests import gitting

REPOSITORY = Path(__file__).parents[1]
# Writes what was imported since Python itself was up. `__main__` ends by os._exit, after which nothing is said.
PROBE = """
import atexit, os, sys
before, end = set(sys.modules), os._exit
def ended():
    with open(os.environ["LOADED"], "w") as file:
        file.write("\\n".join(set(sys.modules) - before))
os._exit = lambda code: (ended(), end(code))
atexit.register(ended)
from flyteplan.__main__ import main
main()
"""
HEAVY = """
    asyncio bz2 concurrent configparser csv ctypes decimal difflib email fractions getpass heapq html http imaplib json
    logging lzma multiprocessing optparse pathlib pdb pickle pydoc queue random secrets shutil signal smtplib socket
    sqlite3 ssl statistics string subprocess tarfile tempfile unittest urllib webbrowser xml zipfile zoneinfo
    importlib.metadata importlib.resources
"""
EDGES = "flyte local remote serve"
# Libraries bring modules of their own along, and with them parts of Python.
WITH = {
    # Python 3.10 asks for the system with `uuid`, which click needs.
    "click": "click" if sys.version_info >= (3, 11) else "click signal subprocess",
    "yaml": "yaml",
    "jsonschema_rs": "jsonschema_rs decimal email random socket string urllib",
    "protobuf": "google flyteidl2 buf pickle",
    "jinja2": "jinja2 markupsafe shutil string tempfile bz2 lzma random",
    # A command line with short options: click looks for long ones of the name first.
    "short": "difflib heapq",
    "sqlite": "sqlite3 flyteplan.local secrets random zoneinfo",
    "git": "subprocess signal",
    # Names as a part of an address, or of a key of the lock.
    "quoting": "urllib",
}
# What the shell wants to have completed.
COMPLETING = "(the shell completes) "
HELP = "click shutil bz2 lzma"
READING = "click json yaml"
PLANNING = f"{READING} protobuf"
# A library that checks schemas is in no row: all of these documents are evidently valid.
# A command, and what it may import beside flyteplan. Those below can use what those above them have made.
ALLOWED = {
    "--version": "",
    "--help": HELP,
    f"{COMPLETING}flyteplan plan --out": "click json yaml",
    f"{COMPLETING}flyteplan plan -t loc": "click json yaml short",
    "plan --help": f"{HELP} json yaml",
    "apply --help": f"{HELP} json yaml git",
    "validate --help": f"{HELP} json yaml",
    "--no-such-option": "click short",
    "schema plan": f"{HELP} importlib.resources pathlib random tempfile urllib zipfile",
    "explain resources.cpu": "click json yaml",
    "validate": READING,
    "validate -o json": f"{READING} short",
    "validate manifests/base/etl.yaml": READING,
    "policy test examples/policies": PLANNING,
    "history": READING,
    "plan -o text": f"{PLANNING} short",
    "plan -o json": f"{PLANNING} short",
    "plan --out plan.json": PLANNING,
    "plan --shard 1/2 --out part-1.json": f"{PLANNING} git",
    "plan --shard 2/2 --out part-2.json": f"{PLANNING} git",
    "merge-plans part-1.json part-2.json --out joined.json": "click json yaml",
    "plan -o markdown": f"{PLANNING} html short quoting",
    "plan -o html": f"{PLANNING} jinja2 short quoting",
    "diff": f"{PLANNING} git",
    "diff plan.json plan.json": f"{READING} git",
    "diff -t local -t production": f"{PLANNING} git short",
    "diff --base HEAD": f"{READING} git",
    "diff --base HEAD~1": f"{PLANNING} git",
    "comment plan.json": f"{READING} html quoting",
    "lock": f"{PLANNING} quoting",
    "plan --locked": f"{PLANNING} quoting",
    "status": f"{PLANNING} html quoting",
    "tasks list": PLANNING,
    "tasks show training.train_model": PLANNING,
    "import training.*": PLANNING,
    "pull --into .flyteplan/catalog.db": f"{PLANNING} sqlite pathlib",
    "plan --catalog .flyteplan/catalog.db": f"{PLANNING} sqlite quoting",
    "apply --catalog .flyteplan/catalog.db --yes": f"{PLANNING} sqlite git quoting",
    "runs list --catalog .flyteplan/catalog.db": f"{PLANNING} sqlite",
}
# Those that do not end with 0.
CODES = {"--no-such-option": 64, "validate .git/wrong.yaml": 1}


def test_no_command_imports_what_it_does_not_need(checkout: Path) -> None:
    found = {command: imported(checkout, command) - allowed(words) for command, words in ALLOWED.items()}
    assert {command: sorted(names) for command, names in found.items() if names} == {}


def test_a_library_checks_a_manifest_that_is_not_evidently_valid(checkout: Path) -> None:
    wrong = checkout / ".git" / "wrong.yaml"
    wrong.write_text("{apiVersion: flyteplan/v1, kind: TaskOverride, metadata: {name: a}, spec: {}}", "utf-8")
    found = imported(checkout, "validate .git/wrong.yaml")
    assert "jsonschema_rs" in found <= allowed(f"{READING} jsonschema_rs short")


def test_what_is_not_allowed_is_found(checkout: Path) -> None:
    assert imported(checkout, "--version") == set()
    assert {"click", "yaml"} <= imported(checkout, "validate") - allowed("json")
    assert {"flyteplan.local", "sqlite3"} & imported(checkout, "validate") == set()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The manifests of this repository with policies, in Git: the second of two revisions changes a task."""
    root = tmp_path_factory.mktemp("checkout")
    for name in ("manifests", "examples/catalog", "examples/policies"):
        shutil.copytree(REPOSITORY / name, root / name)
    config = (REPOSITORY / "flyteplan.yaml").read_text("utf-8")
    (root / "flyteplan.yaml").write_text(
        config.replace("[manifests/base]", "[manifests/base]\n    policies: [examples/policies]", 1)
    )
    gitting.commit(root)
    changed = root / "manifests" / "base" / "etl.yaml"
    changed.write_text(changed.read_text("utf-8").replace("{cpu: ", "{disk: 10Gi, cpu: ", 1))
    gitting.commit(root)
    return root


def imported(folder: Path, command: str) -> set[str]:
    """What is watched of all that a command imports."""
    listed = folder / ".git" / "loaded"
    listed.unlink(missing_ok=True)
    words = command.removeprefix(COMPLETING)
    completing = words != command
    call = [sys.executable, "-c", PROBE, *([] if completing else command.split())]
    environment = {
        **{name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ},
        "HOME": str(folder),
        "LOADED": str(listed),
        "PYTHONPATH": str(REPOSITORY / "tool"),
        **({"_FLYTEPLAN_COMPLETE": "bash_complete", "COMP_WORDS": words} if completing else {}),
        "COMP_CWORD": str(words.count(" ")),
    }
    done = subprocess.run(call, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == CODES.get(command, 0), f"{command}: {done.stdout}{done.stderr}"
    return set(filter(None, map(watched, listed.read_text("utf-8").split())))


def watched(module: str) -> str:
    """The name that *module* goes by in the table, "" where nobody minds."""
    top, _, rest = module.partition(".")
    if top == "flyteplan":
        edge = rest.partition(".")[0]
        return f"{top}.{edge}" if edge in EDGES.split() else ""
    if top not in sys.stdlib_module_names:
        return "" if top.startswith(("_", "cython")) else top
    return next((name for name in (module, top) if name in HEAVY.split()), "")


def allowed(words: str) -> set[str]:
    return {name for word in words.split() for name in WITH.get(word, word).split()}
