"""What a page shows, already in words: the nouns that the template draws, whatever they are made from."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flyteplan.errors import Position
from flyteplan.record import dataclass, field

# The address of a line of a manifest on the web, "" where there is none.
Link = Callable[[Position], str]


def nowhere(_: Position) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """The texts of the files that a page is made of. Style and script are written into it as they are."""

    template: str
    style: str
    script: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of a manifest as it is read; `href` leads there."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """`whole` is "" where `short` is all of it."""

    short: str
    whole: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loser:
    """A value that another beat, and where it stands."""

    place: Place
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One field. `base`: the base's value where that is not `old`; `why`: the cause of what nobody wrote."""

    path: str
    old: Value
    new: Value
    base: str = ""
    difference: str = ""
    source: Place | None = None
    losers: tuple[Loser, ...] = ()
    effects: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some words. `quoted`: they are a name or a value, and none of ours."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What can hurt."""

    code: str
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One task of a card. `anchor` is the fragment that leads to it; `spec` the text of its desired template."""

    anchor: str
    name: str
    base: str
    live: str
    becomes: str
    unchanged: int
    spec: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Tasks that change alike, mostly one. `kept`: fields that differ from the base and stay as they are live.

    `names`: those of several tasks in few words; `triggers`: what becomes of them, where that is no alert; `about`:
    (label, text) each of what else is told of it as a whole; `starts`: it is a run that will be.
    """

    action: str
    members: tuple[Member, ...]
    version: str
    names: str = ""
    state: str = ""
    strategy: str = ""
    triggers: str = ""
    about: tuple[tuple[str, str], ...] = ()
    starts: bool = False
    call: tuple[tuple[str, Value], ...] = ()
    manifests: tuple[tuple[str, Place], ...] = ()
    alerts: tuple[Alert, ...] = ()
    rows: tuple[Row, ...] = ()
    kept: tuple[Row, ...] = ()

    @property
    def effects(self) -> tuple[str, ...]:
        return tuple(sorted({effect for row in self.rows for effect in row.effects}))

    @property
    def collateral(self) -> int:
        return sum(bool(row.why) for row in self.rows)

    @property
    def places(self) -> Iterator[Place]:
        yield from (place for _, place in self.manifests)
        for row in (*self.rows, *self.kept):
            yield from (row.source,) if row.source else ()
            yield from (loser.place for loser in row.losers)

    @property
    def unchanged(self) -> int:
        return sum(member.unchanged for member in self.members)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one task adds to a total; `width` in percent of the largest."""

    anchor: str
    name: str
    difference: str
    width: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """`width` in percent of the longer of two bars."""

    label: str
    amount: str
    width: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One resource, live against desired, and the tasks that make the most of the difference."""

    name: str
    difference: str
    bars: tuple[Bar, Bar]
    largest: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """An alert, said once for all the tasks that it is about: (anchor, name) each. `source` is the line behind it."""

    alert: Alert
    tasks: tuple[tuple[str, str], ...]
    source: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a policy or a guard says; `tasks` (anchor, name) each, `name` its own, `places` the lines behind it."""

    outcome: str
    name: str
    message: str
    tasks: tuple[tuple[str, str], ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What became of a rule, an exception or a guard: `bearing` in our words, `details` what of it changed.

    `alerts`: it may let through what was held back before.
    """

    bearing: str
    alerts: bool
    what: str
    name: str
    details: tuple[str, ...] = ()
    source: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a page says of what it was drawn from: of a plan, or of two."""

    kind: str = "plan"
    command: str = "flyteplan plan -o json"
    nothing: str = "Nothing to do: everything is as desired."
    changes: str = "Changes"
    fields: str = "Fields that change"
    old: str = "Live"
    new: str = "Desired"
    counts: str = "to "
    digest: str = "Digest"
    approves: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the filters offer: (value, number of tasks or fields) each."""

    actions: tuple[tuple[str, int], ...] = ()
    fields: tuple[str, ...] = ()
    effects: tuple[tuple[str, int], ...] = ()
    collateral: int = 0
    layers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`summary` is its one sentence, `facts` (label, text) each.

    `root` and `mark` stand before and within the addresses of places: `ROOT/a.yaml`, `MARK`, `14` for `a.yaml:14`.
    """

    title: str
    summary: str
    digest: str
    facts: tuple[tuple[str, str], ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    rules: str = ""
    rulings: tuple[Ruling, ...] = ()
    policy: str = ""
    verdicts: tuple[Verdict, ...] = ()
    warned: tuple[Warned, ...] = ()
    charts: tuple[Chart, ...] = ()
    charts_note: str = ""
    worst_case: str = ""
    changed: tuple[Card, ...] = ()
    unchanged: tuple[Card, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    choices: Choices = field(default_factory=Choices)
    specs_left_out: bool = False
    wording: Wording = field(default=Wording())
    root: str = ""
    mark: str = ""

    @property
    def places(self) -> Iterator[Place]:
        yield from (one.source for one in self.rulings if one.source)
        yield from (place for one in self.verdicts for place in one.places)
        yield from (one.source for one in self.warned if one.source)
        for card in (*self.changed, *self.unchanged):
            yield from card.places

    def tells(self, place: Place) -> bool:
        """Whether its text says where it leads, so that the page need not say it twice."""
        path, colon, line = place.text.rpartition(":")
        return bool(colon) and place.href == f"{self.root}{path}{self.mark}{line}"

    @property
    def tasks(self) -> int:
        return sum(len(card.members) for card in (*self.changed, *self.unchanged))

    @property
    def rows(self) -> int:
        """How many fields change, those of tasks that change alike counted for each of them."""
        return sum(len(card.members) * len(card.rows) for card in self.changed)
