from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.markdown_page import by_commonmark, by_github
from tests.unit.test_render_text import REALISTIC, change, field, plan

from flyteplan.errors import Position, UsageError
from flyteplan.model.plan import Change, Note, Plan
from flyteplan.model.task import TaskName, TaskVersion, Trigger
from flyteplan.plan.comparison import comparison
from flyteplan.render.attention import alerts
from flyteplan.render.markdown import DIALECTS, Page, comment
from flyteplan.render.markdown import comparison as compared
from flyteplan.render.markdown.escape import code, fenced, prose
from flyteplan.render.markdown.section import STEPS
from flyteplan.render.repository import Repository
from flyteplan.render.style import text_of

DIGEST = "sha256:" + "7c1e94d0b2aa5566" * 4
LINKED = Repository(url="https://github.com/acme/ml/blob/51ef0b7")


def shown(made: Plan, **page: Any) -> str:
    return comment([(made, DIGEST)], Page(**page))


def many(count: int, *, alike: bool = False) -> Plan:
    """Tasks that lose a GPU each, and keep two triggers; not two of them alike."""
    return plan(
        *(
            change(
                f"team{number % 7}.task_{number:05}",
                field("resources.requests.gpu", "2", None, collateral=True),
                field("retries.count", 1, 3 if alike else number, f"manifests/file{number}.yaml:9"),
                strategy="replace",
                triggers=(Trigger(name=f"nightly-{number}", active=True),),
            )
            for number in range(2, count + 2)
        )
    )


def test_a_change_is_one_row_with_before_after_difference_and_where_it_is_set() -> None:
    task = "etl.extract_orders @ v3 (pinned)"
    rows = by_github(shown(REALISTIC, repository=LINKED)).rows
    assert rows[0] == ["", "Task", "Field", "Before", "After", "Change", "Set in"]
    assert rows[1:3] == [
        [
            "~",
            task,
            "resources.requests.memory",
            "4Gi",
            "8Gi",
            "+4Gi (x2)",
            "base/etl.yaml:14",
        ],
        ["", "", "retries.count", "1", "3", "+2 (x3)", "base/etl.yaml:9"],
    ]


def test_tasks_that_change_alike_are_one_row_and_their_names_can_be_unfolded() -> None:
    text = shown(REALISTIC)
    (row,) = [cells for cells in by_github(text).rows if "37 tasks" in cells[1]]
    assert row[1:5] == ["37 tasks: etl.* 21, features.* 12, train.* 4 @ latest -> v3", "retries.count", "1", "3"]
    assert "`train.task_03`" in text.split("Tasks that change alike")[1]
    expanded = shown(REALISTIC, expand=True)
    assert "Tasks that change alike" not in expanded
    assert len(by_github(expanded).rows) == len(by_github(text).rows) + 36


def test_what_can_hurt_stands_first_with_the_line_that_causes_it() -> None:
    warned = shown(REALISTIC, repository=LINKED).split("> [!WARNING]\n")[1].split("\n\n")[0]
    assert warned.splitlines()[0] == (
        "> - **`features.build_matrix`**: loses its GPU: `resources.requests.gpu` was `1`; strategy: replace takes the "
        "whole of resources [`production/features.yaml:21`]"
        "(https://github.com/acme/ml/blob/51ef0b7/manifests/production/features.yaml#L21)"
    )
    assert "2 kept on the old version (nightly, inactive weekly)" in warned
    assert "base `v3` is older than `v4`" in warned


def test_a_gpu_that_is_lost_on_purpose_is_told_too_and_one_that_never_was_is_not() -> None:
    lost, none = field("resources.requests.gpu", "1", "0"), field("resources.requests.gpu", None, "0")
    assert [text_of(one.message) for one in alerts(change("a", lost))] == [
        "loses its GPU: resources.requests.gpu was 1"
    ]
    assert [*alerts(change("a", none))] == []


def test_a_plan_without_changes_says_so() -> None:
    text = shown(plan(change("a")))
    assert "**Plan: 0 to update, 1 unchanged.**" in text
    assert (by_github(text).rows, text.count(DIGEST)) == ([], 2)


def test_the_first_line_finds_the_comment_of_a_target_again() -> None:
    first = shown(replace(REALISTIC, target="prod --> x")).splitlines()[0]
    assert len(first) < 300
    assert first.count("-->") == 1
    assert shown(REALISTIC).startswith("<!-- flyteplan:v1 key=local digest=sha256:")
    assert shown(REALISTIC, dialect=DIALECTS["bitbucket"]).startswith("[//]: # (flyteplan:v1 key=local digest=sha256:")


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
@pytest.mark.parametrize("count", [3, 1500])
def test_any_number_of_changes_fits_with_alerts_counts_and_digest(dialect: str, count: int) -> None:
    text, whole = (shown(many(count), dialect=DIALECTS[dialect], limit=limit) for limit in (None, 10**9))
    assert len(text) <= DIALECTS[dialect].limit
    assert f"Plan: {count} to update" in text
    assert text.count(DIGEST) == 2
    assert "GPU" in text or "`gpu-lost`" in text or "alerts" in text
    assert ("Left out to fit" in text) == (text != whole) == (len(whole) > DIALECTS[dialect].limit)


def test_what_does_not_fit_goes_step_by_step_and_is_named() -> None:
    made, cuts = many(300), []
    for limit in (200_000, 120_000, 80_000, 60_000, 40_000, 20_000, 10_000, 5_000):
        text = shown(made, limit=limit)
        assert len(text.encode()) <= limit
        said = text.partition("*Left out to fit ")[2].partition(".")[0]
        cuts += [step for step in STEPS if step in said and step not in cuts]
        assert [step for step in STEPS if step in cuts] == cuts
    assert {
        "the diff",
        "the fields of each task and the notes",
        "which tasks and lines alerts and policies are about",
    } <= {*cuts}


def test_a_small_plan_is_whole_beside_a_large_one() -> None:
    page = Page(limit=30_000, job="https://ci.example/1")
    text = comment([(REALISTIC, DIGEST), (many(500), DIGEST.replace("7", "8"))], page)
    assert text.count("Left out to fit") == 1
    assert "[The job](https://ci.example/1) has them" in text
    assert [row[0] for row in by_github(text).rows[1:3]] == ["local", "local"]


def test_too_many_plans_for_a_page_are_refused() -> None:
    with pytest.raises(UsageError, match=r"12 plans do not fit into 4,000 bytes \(give a larger --limit\)"):
        comment([(REALISTIC, DIGEST)] * 12, Page(limit=4000))


def test_what_two_plans_want_goes_without_its_diff_first_and_keeps_its_counts() -> None:
    of = comparison(many(2), many(2000, alike=True))
    text = compared(of, (DIGEST, DIGEST), Page(limit=5000))
    assert len(text.encode()) <= 5000
    assert "*Left out to fit 5,000 bytes: the diff" in text
    assert "**Differs: 1999 tasks.**" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", "`a`"),
        ("", '`""`'),
        ("`", "`` ` ``"),
        ("a`b``", "``` a`b`` ```"),
        (" a ", "`  a  `"),
        ("\x1b[1m", r"`\x1b[1m`"),
        ("##[error]x", r"`#\x23[error]x`"),
        ("##vso[x]", r"`#\x23vso[x]`"),
        ("## x", "`## x`"),
    ],
)
def test_code(text: str, expected: str) -> None:
    assert code(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see submit.triggers: retarget", "see `submit.triggers`: retarget"),
        ("2 triggers go on (custom: key_a, @b)", "2 triggers go on (custom: `key_a`, `@b`)"),
        ("fixes #12 and GH-4 in deadbeef", "fixes `#12` and `GH-4` in `deadbeef`"),
        ("<b>, ](x) **y**", "`<b>`, `](x`) `**y**`"),
        ("1. a", "`1`. a"),
    ],
)
def test_prose(text: str, expected: str) -> None:
    assert prose(text) == expected


def test_a_block_of_code_ends_where_it_should() -> None:
    assert fenced("a\n```\nb", "diff") == "````diff\na\n```\nb\n````"
    assert by_commonmark(fenced("~~~\n`````\n# b", "diff")).code == ["~~~\n`````\n# b\n"]


@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("base/a.yaml", "https://x/over/base/a.yaml#L3"),
        ("base/a) b|.yaml", "https://x/over/base/a%29%20b%7C.yaml#L3"),
        ("<stdin>", ""),
        ("/etc/passwd", ""),
        ("../a.yaml", ""),
    ],
)
def test_links_lead_to_files_of_the_repository(path: str, link: str) -> None:
    assert Repository(folder="over", url="https://x").link(Position(path, 3)) == link
    assert Repository(folder="over").link(Position(path, 3)) == ""


def test_a_task_of_another_scope_is_named_with_it() -> None:
    other = TaskVersion(TaskName("vision", "production", "a"), "v1")
    made = plan(change("a", field("retries.count", 1, 2), task=other, live_version="v1"))
    assert by_github(shown(made)).rows[1][1] == "vision/production/a @ latest -> v1"


def test_notes_are_told_once_with_the_number_of_their_tasks() -> None:
    note = Note(code="x", message="mind the gap")
    made: list[Change] = [change(name, field("retries.count", 1, 2), notes=(note,)) for name in "ab"]
    assert "**Notes**\n- mind the gap (2 tasks)\n" in shown(plan(*made))
