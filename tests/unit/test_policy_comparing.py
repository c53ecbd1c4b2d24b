"""What became of rules, and whether they let through more: each difference by itself."""

from __future__ import annotations

from typing import Any

import pytest

from flyteplan.errors import Position
from flyteplan.model.config import Declared, Target
from flyteplan.model.guards import Freeze, Guards, Most, Protected
from flyteplan.model.policy import Amount, Bound, Match, Naming, Policy, Rule, Waiver
from flyteplan.model.rulechange import RuleChange
from flyteplan.policy import rule_changes, target_changes

OLD, NEW = Position("main:policies/a.yaml", 4), Position("policies/a.yaml", 5)
NO_GUARDS = Guards()


def bound(least: int | None = None, most: int | None = None, field: str = "resources.cpu") -> Bound:
    amounts = [None if one is None else Amount(one, str(one)) for one in (least, most)]
    return Bound(field=field, least=amounts[0], most=amounts[1], position=OLD)


def naming(mode: str, *globs: str) -> Naming:
    return Naming(subject="images", mode=mode, globs=globs, position=OLD)


def rule(name: str = "small", **more: Any) -> Rule:
    values: dict[str, Any] = {
        "policy": "p",
        "name": name,
        "effect": "deny",
        "message": "too much",
        "match": Match(),
        "bounds": (),
        "namings": (),
        "position": OLD,
    }
    return Rule(**{**values, **more})


def waiver(**more: Any) -> Waiver:
    values: dict[str, Any] = {
        "rule": "small",
        "match": Match(tasks=("a",)),
        "reason": "OPS-1",
        "owner": "data",
        "until": "2026-12-31",
        "position": OLD,
    }
    return Waiver(**{**values, **more})


def policy(*rules: Rule, waivers: tuple[Waiver, ...] = ()) -> Policy:
    return Policy(name="p", position=OLD, rules=rules, waivers=waivers)


def changes(before: Policy, after: Policy) -> tuple[RuleChange, ...]:
    return rule_changes(([before], NO_GUARDS), ([after], NO_GUARDS))


def bearing(before: dict[str, Any], after: dict[str, Any]) -> str:
    (only,) = changes(policy(rule(**before)), policy(rule(**after)))
    assert only.state == "changed"
    return only.bearing


PAIRS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"effect": "deny"}, {"effect": "warn"}),
    ({"bounds": (bound(most=1),)}, {"bounds": (bound(most=2),)}),
    ({"bounds": (bound(most=1),)}, {"bounds": (bound(),)}),
    ({"bounds": (bound(least=2),)}, {"bounds": (bound(least=1),)}),
    ({"bounds": (bound(least=0),)}, {"bounds": ()}),
    ({"namings": (naming("forbidden", "a", "b"),)}, {"namings": (naming("forbidden", "a"),)}),
    ({"namings": (naming("required", "a"),)}, {"namings": ()}),
    ({"namings": (naming("allowed", "a"),)}, {"namings": (naming("allowed", "a", "b"),)}),
    ({"namings": (naming("allowed", "a"),)}, {"namings": ()}),
    ({"match": Match()}, {"match": Match(tasks=("a",))}),
    ({"match": Match(domains=("a", "b"))}, {"match": Match(domains=("a",))}),
    ({"match": Match()}, {"match": Match(exclude=("a",))}),
    ({"match": Match()}, {"match": Match(labels=(("team", "a"),))}),
]


@pytest.mark.parametrize(("tight", "loose"), PAIRS)
def test_what_loosens_a_rule_tightens_it_the_other_way(tight: dict[str, Any], loose: dict[str, Any]) -> None:
    assert (bearing(tight, loose), bearing(loose, tight)) == ("loosened", "tightened")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"message": "a"}, {"message": "b"}, "reworded"),
        ({"namings": (naming("allowed", "a"),)}, {"namings": (naming("allowed", "b"),)}, "changed"),
        ({"match": Match(tasks=("a",))}, {"match": Match(tasks=("b",))}, "changed"),
        (
            {"effect": "warn", "bounds": (bound(most=1),)},
            {"effect": "deny", "bounds": (bound(most=2),)},
            "loosened",
        ),
    ],
)
def test_what_lets_through_counts_more_and_what_can_not_be_told_is_called_changed(
    before: dict[str, Any], after: dict[str, Any], expected: str
) -> None:
    assert bearing(before, after) == expected


def test_the_same_amount_in_other_words_and_another_line_are_no_change() -> None:
    other = Bound(field="resources.cpu", least=None, most=Amount(10**9, "1000m"), position=NEW)
    one = Bound(field="resources.cpu", least=None, most=Amount(10**9, "1"), position=OLD)
    assert changes(policy(rule(bounds=(one,))), policy(rule(bounds=(other,), position=NEW))) == ()


def test_rules_that_come_and_go_are_named_with_their_lines_and_what_alerts_comes_first() -> None:
    found = changes(policy(rule("gone"), rule("kept")), policy(rule("came", position=NEW), rule("kept")))
    assert [(one.name, one.state, one.bearing, one.was_at, one.at) for one in found] == [
        ("gone", "removed", "loosened", OLD, None),
        ("came", "added", "tightened", None, NEW),
    ]
    assert [one.alerts for one in found] == [True, False]
    assert found[0].details == ("deny: too much",)


def test_an_exception_that_comes_loosens_and_one_that_goes_tightens() -> None:
    (came,) = changes(policy(rule()), policy(rule(), waivers=(waiver(position=NEW),)))
    assert (came.what, came.name, came.state, came.bearing) == ("exception", "small", "added", "loosened")
    assert came.details == ("until 2026-12-31: OPS-1 (data)", "tasks: a")
    (gone,) = changes(policy(rule(), waivers=(waiver(),)), policy(rule()))
    assert (gone.state, gone.bearing, gone.alerts) == ("removed", "tightened", False)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"until": "2027-01-31"}, "loosened"),
        ({"until": "2026-11-30"}, "tightened"),
        ({"match": Match(tasks=("a", "b"))}, "loosened"),
        ({"match": Match(tasks=("a",), exclude=("a.b",))}, "tightened"),
        ({"reason": "OPS-2"}, "reworded"),
    ],
)
def test_an_exception_that_changes(more: dict[str, Any], expected: str) -> None:
    (only,) = changes(policy(rule(), waivers=(waiver(),)), policy(rule(), waivers=(waiver(**more),)))
    assert (only.state, only.bearing) == ("changed", expected)


def test_of_two_exceptions_of_one_rule_the_one_that_changed_is_told() -> None:
    other = waiver(match=Match(tasks=("b",)))
    before = policy(rule(), waivers=(waiver(), other))
    (only,) = changes(before, policy(rule(), waivers=(other, waiver(until="2027-06-30"))))
    assert only.details == ("until 2026-12-31 -> 2027-06-30",)


def freeze(**more: Any) -> Freeze:
    values: dict[str, Any] = {
        "name": "year-end",
        "start": "2026-12-20",
        "end": "2026-12-31",
        "reason": "r",
        "position": OLD,
    }
    return Freeze(**{**values, **more})


@pytest.mark.parametrize(
    ("before", "after", "name", "expected"),
    [
        (Guards(max_changed=Most(3, OLD)), Guards(max_changed=Most(9, NEW)), "max_changed", "loosened"),
        (Guards(max_changed_percent=Most(30, OLD)), Guards(), "max_changed_percent", "loosened"),
        (Guards(), Guards(protected=(Protected(glob="a", position=NEW),)), "protected:a", "tightened"),
        (Guards(freezes=(freeze(),)), Guards(), "freeze:year-end", "loosened"),
        (Guards(freezes=(freeze(),)), Guards(freezes=(freeze(start="2026-12-22"),)), "freeze:year-end", "loosened"),
        (
            Guards(freezes=(freeze(),)),
            Guards(freezes=(freeze(end="2026-12-31T12:00Z"),)),
            "freeze:year-end",
            "loosened",
        ),
        (Guards(freezes=(freeze(),)), Guards(freezes=(freeze(exclude=("a",)),)), "freeze:year-end", "loosened"),
        (Guards(freezes=(freeze(),)), Guards(freezes=(freeze(reason="s"),)), "freeze:year-end", "reworded"),
    ],
)
def test_guards(before: Guards, after: Guards, name: str, expected: str) -> None:
    (only,) = rule_changes(([], before), ([], after))
    assert (only.what, only.name, only.bearing) == ("guard", name, expected)
    if expected != "reworded":
        (back,) = rule_changes(([], after), ([], before))
        assert {only.bearing, back.bearing} == {"loosened", "tightened"}


@pytest.mark.parametrize(
    ("old", "new", "bearing"),
    [
        ({"start": "2026-12-20"}, {"start": "2026-12-20T00:00Z"}, None),
        ({"start": "2026-12-20"}, {"start": "2026-12-20T00:01Z"}, "loosened"),
        ({"start": "2026-12-20"}, {"start": "2026-12-19T23:59Z"}, "tightened"),
        ({"end": "2026-12-31"}, {"end": "2026-12-31T23:59Z"}, None),
        ({"end": "2026-12-31"}, {"end": "2026-12-31T00:00Z"}, "loosened"),
        ({"end": "2026-12-31"}, {"end": "2027-01-01T00:00Z"}, "tightened"),
    ],
)
def test_one_moment_of_a_freeze_may_be_written_as_a_day_and_as_a_minute(
    old: dict[str, str], new: dict[str, str], bearing: str | None
) -> None:
    before, after = (Guards(freezes=(freeze(**ends),)) for ends in (old, new))
    opposite = {"loosened": "tightened", "tightened": "loosened"}
    assert [one.bearing for one in rule_changes(([], before), ([], after))] == ([bearing] if bearing else [])
    back = [one.bearing for one in rule_changes(([], after), ([], before))]
    assert back == ([opposite[bearing]] if bearing else [])


def declared(owner: str = "", outside: tuple[str, ...] = (), **target: Any) -> Declared:
    return Declared(target=Target(name="local", **target), owner=owner, outside=outside)


@pytest.mark.parametrize(
    ("before", "after", "bearing", "details"),
    [
        (declared(outside=("../out",)), declared(), "loosened", ["policies: ../out no longer named"]),
        (declared(), declared(outside=("../out",)), "tightened", ["policies: ../out now named"]),
        (declared(owner="x"), declared(owner="zzz"), "changed", ["owner: x -> zzz"]),
        (declared(endpoint="dns:///a"), declared(), "changed", ["endpoint: dns:///a -> (none)"]),
        (declared(), declared(connection=(("insecure", True),)), "changed", ["insecure: (none) -> true"]),
        (
            declared(connection=(("insecure", False), ("scopes", ("a",)))),
            declared(connection=(("insecure", True), ("scopes", ("a", "b")))),
            "changed",
            ["insecure: false -> true", "scopes: a -> a, b"],
        ),
        (
            declared(org="a", project="b", domain="c", outside=("/x",)),
            declared(org="d", project="e", domain="f"),
            "loosened",
            ["policies: /x no longer named", "org: a -> d", "project: b -> e", "domain: c -> f"],
        ),
    ],
)
def test_what_became_of_a_target(before: Declared, after: Declared, bearing: str, details: list[str]) -> None:
    (found,) = target_changes(before, after)
    assert (found.what, found.name, found.state, found.bearing) == ("target", "local", "changed", bearing)
    assert list(found.details) == details


def test_a_target_that_stays_or_that_one_side_lacks_is_not_told() -> None:
    one, other = declared("x", ("../out",), catalog="a.db"), declared("x", ("../out",), catalog="b.db")
    assert [list(target_changes(*pair)) for pair in ((one, other), (one, None), (None, one))] == [[], [], []]
