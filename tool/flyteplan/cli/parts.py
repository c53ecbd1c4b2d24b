"""`flyteplan plan --shard I/N`: a part of a plan, for a machine that does not make the others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import click

from flyteplan import __version__, pipeline
from flyteplan.cli.clock import moment
from flyteplan.cli.output import show, show_problems
from flyteplan.cli.plan import check_lines, exit_code, readable
from flyteplan.cli.planning import Asked, made_of, prepare, provenance
from flyteplan.cli.rulebook import read_rulebook
from flyteplan.cli.verdict import told
from flyteplan.errors import failure
from flyteplan.files.revision import revision
from flyteplan.files.saved import write_atomically
from flyteplan.model.part import Part, Share
from flyteplan.model.plan import Plan
from flyteplan.plan.parts import part_document
from flyteplan.record import replace
from flyteplan.render.style import Span
from flyteplan.render.text import actions, summary
from flyteplan.shard import spread
from flyteplan.workspace.current import current_version
from flyteplan.workspace.fingerprint import Fingerprint
from flyteplan.workspace.lockfile import read_lock
from flyteplan.workspace.parts import part_text
from flyteplan.workspace.planning import Stage

_SHARE = re.compile(r"([1-9]\d{0,5})/([1-9]\d{0,5})", re.ASCII)


def share(text: str) -> Share:
    """Raises UsageError for what is no I/N."""
    found = _SHARE.fullmatch(text)
    if not found or int(found[1]) > int(found[2]):
        raise click.UsageError(f"--shard {text}: it is I/N, the I-th of N parts (1/3, 2/3 and 3/3 are three machines)")
    return Share(int(found[1]), int(found[2]))


def plan_part(asked: Asked, shard: str, out: str | None, *, shown: bool, detailed: bool) -> int:
    """Saves a part in *out*, also one that says only what is wrong. Raises InputError with that."""
    mine = share(shard)
    if shown:
        raise click.UsageError("-o shows a plan, and this is a part of one: flyteplan merge-plans has -o")
    if not out:
        raise click.UsageError("--shard makes a part of a plan; say with --out FILE where to (part-1.json)")
    part = _part(asked, mine)
    if part.plan:
        check_lines(part.plan)
    write_atomically(out, part_text(part_document(part, readable)).encode())
    if part.plan is None:
        raise failure((*part.checked, *part.problems))
    show_problems((*part.checked, *part.problems))
    show([(Span(f"Part {mine}: {summary(part.plan).partition(': ')[2]}", "bold"),)])
    show([(Span(f"Saved the part to {out}; flyteplan merge-plans joins all of them", "dim"),)], err=True)
    return told(_without_guards(part.plan)) or exit_code(actions(part.plan), detailed=detailed)


def _part(asked: Asked, mine: Share) -> Part:
    prints: list[Fingerprint] = []

    def over(salt: str) -> Any:
        prints.append(Fingerprint(salt))
        return prints[0].over(spread)

    stage = prepare(asked.paths, asked.target, asked.catalog, asked.flags, lambda target: over(target.salt))
    now = moment(asked.as_of)
    rulebook = read_rulebook(stage.workspace, stage.target, asked.policy_from, now)
    made = made_of(stage, asked, share=mine)
    return Part(
        share=mine,
        made_of=tuple(_made_of(stage, asked, rulebook, str(prints[0]))),
        now=now,
        checked=stage.checked.problems,
        problems=made.problems,
        runs=made.runs,
        guards=rulebook.guards,
        plan=made.plan and pipeline.judge(made.plan, made.plan.changes, rulebook, now),
    )


def _without_guards(plan: Plan) -> Plan:
    """They are about all that one apply does."""
    return replace(plan, judgement=plan.judgement and replace(plan.judgement, breaches=()))


def _made_of(stage: Stage, asked: Asked, rulebook: pipeline.Rulebook, manifests: str) -> Iterator[tuple[str, str]]:
    """What all parts of a plan have alike: names are those of `pipeline.joining`, which tells what differs."""
    target = stage.target
    yield "flyteplan", __version__
    yield "revision", revision(stage.workspace.root)
    yield "target", json.dumps([target.name, target.org, target.project, target.domain], ensure_ascii=False)
    yield "catalog", stage.catalog.address
    yield "manifests", manifests
    yield "policies", _digest((rulebook.policies, rulebook.guards, rulebook.revision))
    yield "lock", _digest(read_lock(stage.workspace))
    yield "flags", _flags(stage, asked)


def _flags(stage: Stage, asked: Asked) -> str:
    ours = provenance(stage)
    given = {
        "--select": sorted(asked.select),
        "--exclude": sorted(asked.exclude),
        "--current-version": current_version(asked.current_version) or "",
        "--locked": asked.locked,
        "--again": asked.again,
        "--prune": ours.owner if asked.prune and ours else "",
        "--as-of": asked.as_of or "",
    }
    return json.dumps({name: value for name, value in given.items() if value}, ensure_ascii=False)


def _digest(value: object) -> str:
    """Of frozen values, which say all of themselves."""
    return f"sha256:{sha256(repr(value).encode('utf-8', 'surrogatepass')).hexdigest()}"
