"""Manifests as a team would write them: about 770 bytes and 35 lines each, the same ones every time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

SEED = 20261122
PROJECT, DOMAIN, VERSION = "acme", "production", "v1"
LAYERS = ("base", "production")
# Of this many manifests one is a second one, in production, of a task that base has.
_OVERLAID = 20
# Of this many manifests of the faulty set one is faulty.
_FAULTY = 20

_TEAMS = ("ranking", "vision", "search", "pricing", "fraud", "speech", "routing", "catalogue")
_VERBS = ("train", "evaluate", "embed", "extract", "join", "score", "clean", "report")
_CPU = (("1", "2"), ("2", "4"), ("500m", "2"), ("3", "6"), ("8", "16"))
_MEMORY = (("2Gi", "4Gi"), ("4Gi", "8Gi"), ("16Gi", "32Gi"), ("1536Mi", "3Gi"))
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_TIERS = ("batch", "interactive", "nightly")

_TEXT = """\
apiVersion: flyteplan/v1
kind: TaskOverride
metadata:
  name: {label}
  labels:
    team: {team}
    tier: {tier}
spec:
  task:
    name: {task}
    {selector}
  overrides:
    short_name: {short}
    resources:
      cpu: [{cpu[0]}, {cpu[1]}]
      memory: [{memory[0]}, {memory[1]}]
      disk: {disk}Gi
    retries:
      count: {retries}
      backoff: {{base: {base}s, factor: 2, cap: 5m}}
    timeout:
      max_runtime: {hours}h
      deadline: {deadline}h
    env_vars:
      LOG_LEVEL: {level}
      BATCH_SIZE: "{batch}"
      DATA_PATH: s3://acme-{team}/{short}/
      OMP_NUM_THREADS: "{threads}"
    cache:
      behavior: override
      version_override: {team}-{cache}
      ignored_inputs: [seed]
    secrets:
      - {{key: {team}-store, as_env_var: STORE_URL}}
    service_account: {team}-{tier}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """How many tasks have a manifest, and how many of them have a second one, in the layer of production."""

    tasks: int
    overlays: int

    @property
    def manifests(self) -> int:
        return self.tasks + self.overlays


def amount(manifests: int) -> Amount:
    overlays = manifests // _OVERLAID
    return Amount(tasks=manifests - overlays, overlays=overlays)


def covering(tasks: int) -> Amount:
    """As many manifests as give every one of *tasks* at least one."""
    return Amount(tasks=tasks, overlays=tasks // _OVERLAID)


Selector = Callable[[int], str]


def mixed(number: int) -> str:
    return latest(number) if number % 2 else pinned(number)


def pinned(_number: int) -> str:
    return f"version: {VERSION}"


def latest(_number: int) -> str:
    return "auto_version: latest"


def team(number: int) -> str:
    return _TEAMS[number % len(_TEAMS)]


def short_name(number: int) -> str:
    return f"{_VERBS[number // len(_TEAMS) % len(_VERBS)]}_{number:05}"


def task_name(number: int) -> str:
    return f"{team(number)}.{short_name(number)}"


def manifest(number: int, layer: str, selector: str) -> str:
    """The manifest of task *number* in *layer*; *selector* is the line that chooses the version, "" for none."""
    random = Random(f"{SEED} {layer} {number}")
    text = _TEXT.format(
        label=f"{team(number)}-{short_name(number)}".replace("_", "-"),
        team=team(number),
        tier=random.choice(_TIERS),
        task=task_name(number),
        selector=selector,
        short=short_name(number),
        cpu=random.choice(_CPU),
        memory=random.choice(_MEMORY),
        disk=random.randint(10, 99),
        retries=random.randint(1, 5),
        base=random.randint(10, 60),
        hours=random.randint(1, 4),
        deadline=random.randint(6, 9),
        level=random.choice(_LEVELS),
        batch=random.choice((32, 64, 128, 256)),
        threads=random.randint(1, 8),
        cache=random.randint(1, 9),
    )
    return text if selector else text.replace("    \n", "", 1)


def write_manifests(folder: Path, wanted: Amount, selector: Selector, *, faulty: bool = False) -> None:
    """Both layers below *folder*. Of the tasks some are in production alone, and of those of base some are in both."""
    for layer in LAYERS:
        (folder / layer).mkdir(parents=True)
    for place, (number, layer, text) in enumerate(_manifests(wanted, selector)):
        written = with_fault(text, place) if faulty else text
        (folder / layer / f"{short_name(number)}.yaml").write_text(written, "utf-8")


def _manifests(wanted: Amount, selector: Selector) -> Iterator[tuple[int, str, str]]:
    for number in range(wanted.tasks):
        layer = LAYERS[number >= wanted.tasks - wanted.overlays]
        yield number, layer, manifest(number, layer, selector(number))
    for place in range(wanted.overlays):
        # Not of a manifest that may be faulty: without it, this one would lack a version.
        number = place + place // (_FAULTY - 1) + 1
        yield number, "production", manifest(number, "production", "")


# What people get wrong, as (what is right, what they write).
FAULTS = (
    ("    service_account:", "    service_acount:"),  # an unknown key
    ("Gi\n    retries", "GiB\n    retries"),  # no such unit
    ('      BATCH_SIZE: "', '      BATCH_SIZE: 1 # "'),  # a number where a string belongs
    ("    timeout:\n", "    timeout:\n      deadline: 2h\n"),  # a key twice
    ("      max_runtime: ", "      max_runtime: about "),  # no duration
    ("factor: 2", "factor: [2"),  # not even YAML
)


def with_fault(text: str, place: int) -> str:
    """*text*, the manifest in this place of the set; one of twenty gets one fault."""
    number, other = divmod(place, _FAULTY)
    return text if other else text.replace(*FAULTS[number % len(FAULTS)], 1)
