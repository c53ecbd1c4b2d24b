"""The page in a browser: what a reviewer clicks works, at 3 and at 3,000 changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from tests.htmlpages import BASE, LINK, PRODUCTION, change, drawn, drawn_two, few, many, plan, two
from tests.htmlpages import field as changed

from flyteplan.errors import Position
from flyteplan.model.comparison import REVISIONS, Names
from flyteplan.model.plan import Note, Source
from flyteplan.model.rulechange import RuleChange
from flyteplan.plan.comparison import comparison

WIDE, NARROW = {"width": 1400, "height": 900}, {"width": 400, "height": 800}
NASTY = '"><script>document.title="broken"</script><img src=x onerror="document.title=1"></details></table>'
PLANS = {
    "3": few(),
    "3000": many(3000),
    "alike": plan([*(change(f"etl.t{n}", changed("retries.count", 1, 3)) for n in range(40)), change("etl.same")]),
    "none": plan([]),
    "here": plan(
        [
            change("written", changed("retries.count", 1, 3, "here.yaml:4"), manifests=()),
            change("follows", changed("custom.version", "1", "2", "", collateral=True), manifests=()),
            change(
                "far", changed("retries.count", 1, 3), manifests=(Source(name="m", position=Position("a.yaml", 1)),)
            ),
        ]
    ),
    "nasty": plan(
        [
            change(
                NASTY,
                changed(f"env_vars.{NASTY}", NASTY, None, f"{NASTY}/a.yaml:1"),
                changed("image", "x" * 400, "y" * 400, f"{'long/' * 60}a.yaml:1"),
                notes=(Note(code=NASTY, message=NASTY, attention=True),),
            )
        ]
    ),
}
NAMES = Names(added=(NASTY,), removed=("x" * 300,), renamed=((NASTY, NASTY),))
RULE = RuleChange(
    what="rule", name=NASTY, state="removed", bearing="loosened", was_at=Position(NASTY, 3), details=(NASTY,)
)
COMPARISONS = {
    "two": two(),
    "two-3000": comparison(plan([]), many(3000)),
    "two-same": comparison(few(), few()),
    "two-nasty": comparison(
        PLANS["nasty"], plan([*PLANS["3"].changes]), kind=REVISIONS, base=NASTY, label=NASTY, names=NAMES, rules=(RULE,)
    ),
}
# How much slower this machine is just now than one that has nothing else to do.
LOOP = """(() => {
    const start = performance.now();
    for (let i = 0, x = 0; i < 1e8; i++) x += i % 7;
    return performance.now() - start;
})()"""


@dataclass(slots=True)
class Opener:
    """Draws plans and opens them; `said` is what the pages had to complain of, `asked` the addresses they loaded."""

    browser: Browser
    folder: Path
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    def __call__(self, name: str, anchor: str = "", viewport: dict[str, int] = WIDE, scheme: str = "light") -> Page:
        path = self.folder / f"{name}.html"
        if not path.exists():
            text = drawn(PLANS[name], link=LINK) if name in PLANS else drawn_two(COMPARISONS[name], link=LINK)
            path.write_text(text, "utf-8")
        page = self.browser.new_page(viewport=viewport, color_scheme=scheme)
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto(path.as_uri() + anchor)
        self.pages.append(page)
        return page


@pytest.fixture
def opened(browser: Browser, folder: Path) -> Iterator[Opener]:
    """Opens pages, and sees to it that they neither complain nor ask for anything but themselves."""
    opener = Opener(browser, folder)
    yield opener
    for page in opener.pages:
        page.close()
    assert opener.said == []
    assert [url for url in opener.asked if not url.startswith(("file:", "data:,"))] == []


def visible(page: Page) -> list[str]:
    """The names of the cards that are shown."""
    return [name.strip() for name in page.locator("details.change:visible h3").all_inner_texts()]


def is_open(page: Page, anchor: str) -> bool:
    return bool(page.evaluate("(id) => document.getElementById(id).closest('details.change').open", anchor))


def test_filter_by_task(opened: Opener) -> None:
    page = opened("3")
    page.get_by_label("Task").fill("ETL extract")
    expect(page.get_by_role("status")).to_have_text("1 of 3 tasks, 2 of 5 fields")
    assert visible(page) == ["etl.extract_orders"]
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_role("status")).to_have_text("3 of 3 tasks, 5 of 5 fields")
    assert len(visible(page)) == 3


def test_filter_by_field_hides_the_other_fields(opened: Opener) -> None:
    page = opened("3")
    page.get_by_label("Field").fill("requests")
    expect(page.get_by_role("status")).to_have_text("2 of 3 tasks, 3 of 5 fields")
    shown = page.locator(".fields:not(.kept *) tbody tr:visible th").all_inner_texts()
    assert [name.split()[0] for name in shown] == [f"resources.requests.{name}" for name in ("memory", "cpu", "gpu")]


@pytest.mark.parametrize(
    ("label", "choice", "tasks"),
    [
        ("Effect", "recompute (1)", ["training.train_model"]),
        ("Effect", "collateral (1)", ["features.build_matrix"]),
        ("Effect", "needs attention", ["etl.extract_orders", "features.build_matrix", "training.train_model"]),
        ("Layer", PRODUCTION, ["etl.extract_orders", "features.build_matrix"]),
        ("Layer", BASE, ["etl.extract_orders", "training.train_model"]),
        ("Action", "run (1)", ["training.train_model"]),
    ],
)
def test_filter_by_choice(opened: Opener, label: str, choice: str, tasks: list[str]) -> None:
    page = opened("3")
    page.get_by_label(label).select_option(label=choice)
    expect(page.get_by_role("status")).to_contain_text(f"{len(tasks)} of 3 tasks")
    assert visible(page) == tasks


def test_files_beside_the_configuration_are_a_layer_too(opened: Opener) -> None:
    page = opened("here")
    page.get_by_label("Layer").select_option(".")
    expect(page.get_by_role("status")).to_have_text("1 of 3 tasks, 1 of 3 fields")
    assert visible(page) == ["written"]


def test_filters_hold_together_and_say_when_nothing_is_left(opened: Opener) -> None:
    page = opened("3")
    page.get_by_label("Task").fill("etl")
    page.get_by_label("Effect").select_option("effect recompute")
    expect(page.get_by_text("No change matches the filter.")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("0 of 3 tasks, 0 of 5 fields")
    assert visible(page) == []


def test_unchanged_fields_are_there_when_they_are_asked_for(opened: Opener) -> None:
    page = opened("3")
    kept = page.locator("[id='task-etl.extract_orders'] .kept")
    expect(kept.get_by_role("rowheader", name="timeout.max_runtime")).to_be_hidden()
    kept.locator("summary").click()
    expect(kept.get_by_role("rowheader", name="timeout.max_runtime")).to_be_visible()


@pytest.mark.parametrize(("name", "task"), [("3", "features.build_matrix"), ("3000", "features.transform_2500")])
def test_an_address_opens_its_change_and_brings_it_into_sight(opened: Opener, name: str, task: str) -> None:
    page = opened(name, f"#task-{task}")
    summary = page.locator(f"[id='task-{task}'] > summary")
    expect(summary).to_be_in_viewport()
    expect(summary).to_be_focused()
    assert is_open(page, f"task-{task}")


def test_an_address_beats_the_filter(opened: Opener) -> None:
    page = opened("3")
    page.get_by_label("Task").fill("etl")
    expect(page.get_by_role("status")).to_contain_text("1 of 3 tasks")
    page.get_by_role("link", name="Show features.build_matrix").click()
    expect(page.locator("[id='task-features.build_matrix'] > summary")).to_be_focused()
    expect(page.get_by_role("status")).to_contain_text("3 of 3 tasks")


def test_a_task_that_changes_like_others_has_an_address_too(opened: Opener) -> None:
    page = opened("alike", "#task-etl.t33")
    expect(page.get_by_role("link", name="etl.t33")).to_be_focused()
    page.get_by_label("Task").fill("t33")
    expect(page.get_by_role("status")).to_have_text("1 of 41 tasks, 1 of 40 fields")
    expect(page.locator(".members tbody tr:visible")).to_have_count(1)


def test_the_keyboard_reaches_and_opens_everything(opened: Opener) -> None:
    page = opened("3")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the changes")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("[id='task-etl.extract_orders'] > summary")).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert not is_open(page, "task-etl.extract_orders")
    page.keyboard.press("Space")
    assert is_open(page, "task-etl.extract_orders")


def test_places_lead_to_their_lines(opened: Opener) -> None:
    page = opened("3000", "#task-etl.transform_0300")
    link = page.locator("[id='task-etl.transform_0300'] .fields a").first
    assert link.get_attribute("href") == f"https://forge.example/acme/ml/blob/51ef0b7/{BASE}/etl.yaml#L315"


def test_the_theme_follows_the_system_until_it_is_chosen(opened: Opener) -> None:
    page = opened("3", scheme="dark")
    button = page.get_by_role("button", name="Dark theme")
    expect(button).to_have_attribute("aria-pressed", "true")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark
    page.reload()
    expect(button).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["400", "1400"])
@pytest.mark.parametrize("name", [*PLANS, *COMPARISONS])
def test_nothing_is_wider_than_the_window(opened: Opener, name: str, viewport: dict[str, int]) -> None:
    page = opened(name, viewport=viewport)
    if not name.endswith("3000"):
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.get_by_role("button", name="Expand all").click()
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    page.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]


def test_3000_changes_are_filtered_opened_and_closed(opened: Opener) -> None:
    page = opened("3000")
    status = page.get_by_role("status")
    expect(status).to_have_text("3,000 tasks, 15,000 fields")
    page.get_by_label("Task").fill("form_0123")
    expect(status).to_have_text("1 of 3,000 tasks, 5 of 15,000 fields")
    page.get_by_label("Task").fill("")
    page.get_by_label("Layer").select_option(PRODUCTION)
    expect(status).to_have_text("3,000 of 3,000 tasks, 6,000 of 15,000 fields")
    page.get_by_label("Effect").select_option("collateral")
    page.get_by_label("Layer").select_option("")
    expect(status).to_have_text("30 of 3,000 tasks, 30 of 15,000 fields")
    page.get_by_role("button", name="Expand all").click()
    assert page.evaluate("document.querySelectorAll('details.change[open]').length") == 30
    page.get_by_role("button", name="Collapse all").click()
    assert page.evaluate("document.querySelectorAll('details.change[open]').length") == 0


def test_3000_changes_can_be_worked_with_within_two_seconds(opened: Opener) -> None:
    """Of a machine that does nothing else: the browser's processor time counts, and a loop tells how fast it is."""
    page = opened("3000")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.reload()
    told = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    assert told["TaskDuration"] < 2 * max(1, page.evaluate(LOOP) / 150)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["400", "1400"])
@pytest.mark.parametrize("name", ["3", "alike", "nasty", "two", "two-nasty"])
def test_axe_finds_nothing_against_it(opened: Opener, name: str, viewport: dict[str, int], scheme: str) -> None:
    page = opened(name, viewport=viewport, scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_nothing_of_a_plan_runs(opened: Opener) -> None:
    page = opened("nasty")
    assert page.title() == "Plan for local"
    assert page.evaluate("[document.scripts.length, document.images.length]") == [1, 0]
    assert visible(page) == [NASTY]


def test_two_plans_are_filtered_by_what_became_of_their_tasks(opened: Opener) -> None:
    page = opened("two")
    expect(page.get_by_role("status")).to_have_text("4 tasks, 6 fields")
    page.get_by_label("Action").select_option(label="removed (1)")
    expect(page.get_by_role("status")).to_contain_text("1 of 4 tasks")
    assert visible(page) == ["etl.gone"]
    page.get_by_role("button", name="Clear").click()
    page.get_by_label("Effect").select_option(label="recompute (1)")
    expect(page.get_by_role("status")).to_contain_text("1 of 4 tasks")
    assert visible(page) == ["training.train_model"]


def test_what_is_gone_has_an_address_of_its_own(opened: Opener) -> None:
    page = opened("two", "#removed-task-etl.gone")
    expect(page.locator("[id='removed-task-etl.gone'] > summary")).to_be_focused()
    expect(page.get_by_text("main:manifests/base/etl.yaml:14")).to_be_visible()


def test_lines_of_the_newer_side_lead_to_their_pages_and_those_of_the_base_do_not(opened: Opener) -> None:
    page = opened("two")
    links = page.locator("[id='task-etl.extract_orders'] .fields a")
    assert links.first.get_attribute("href") == f"https://forge.example/acme/ml/blob/51ef0b7/{PRODUCTION}/etl.yaml#L14"
    assert page.locator("[id='removed-task-etl.gone'] .fields a").count() == 0
    rule = page.locator(".rules a").first
    assert rule.get_attribute("href") == "https://forge.example/acme/ml/blob/51ef0b7/policies/limits.yaml#L9"


def test_nothing_of_two_plans_runs(opened: Opener) -> None:
    page = opened("two-nasty")
    assert page.evaluate("[document.scripts.length, document.images.length]") == [1, 0]
    assert "broken" not in page.title()[:6]
