"""The commands that rows measure."""

from __future__ import annotations

from pathlib import Path

from tests.bench.kubernetes import schema_location
from tests.bench.places import CHECK_JSONSCHEMA, FLYTEPLAN, PYTHON, SCHEMA
from tests.bench.sides import Command

PASS = Command(argv=(str(PYTHON), "-c", "pass"))
_INVALID = 1


def flyteplan(*arguments: str, folder: Path, codes: tuple[int, ...] = (0,), cores: int | None = None) -> Command:
    return Command(argv=(str(FLYTEPLAN), *arguments), folder=folder, codes=codes, cores=cores)


def validate(repository: Path, *, cores: int | None = None) -> Command:
    return flyteplan("validate", folder=repository, cores=cores)


def validate_faulty(repository: Path) -> Command:
    return flyteplan("validate", folder=repository, codes=(_INVALID,))


def plan(repository: Path, *flags: str) -> Command:
    return flyteplan("plan", "-o", "text", *flags, folder=repository)


def at(endpoint: str) -> tuple[str, ...]:
    """The flags for a server of the bench."""
    return ("--endpoint", endpoint, "--insecure")


def check_jsonschema(repository: Path) -> Command:
    files = sorted(map(str, repository.glob("manifests/*/*.yaml")))
    return Command(argv=(str(CHECK_JSONSCHEMA), "--schemafile", str(SCHEMA), *files))


def kubeconform(binary: Path, repository: Path) -> Command:
    flags = ("-n", "2", "-schema-location", schema_location())
    return Command(argv=(str(binary), *flags, str(repository / "manifests")))


def reference(module: str, *arguments: object) -> Command:
    return Command(argv=(str(PYTHON), "-m", f"tests.bench.references.{module}", *map(str, arguments)))
