"""A record does what a frozen, slotted dataclass of the standard library does: each law is held on both."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flyteplan import record


class Plain:
    __slots__ = ()

    def shown(self) -> str:
        return f"<{self!r}>"


def _classes(library: Any, name: str) -> SimpleNamespace:
    """The same definitions with either library."""
    record_of, field = library.dataclass, library.field

    @record_of(frozen=True, slots=True, kw_only=True)
    class Value(Plain):
        """What most of ours look like."""

        a: int
        b: str = "b"
        c: tuple[int, ...] = field(default=(), compare=False)
        d: dict[str, int] = field(default_factory=dict, repr=False)

        @property
        def double(self) -> int:
            return self.a * 2

        def __str__(self) -> str:
            return self.b

    @record_of(frozen=True, slots=True, kw_only=True)
    class More(Value):
        e: int
        b: str = "more"

    @record_of(frozen=True, slots=True, order=True)
    class Place:
        path: str
        line: int = 0

    @record_of(frozen=True, slots=True)
    class Found:
        items: tuple[int, ...] = ()
        _by: dict[int, int] = field(init=False, repr=False, compare=False)
        _kept: int | None = field(init=False, default=None, repr=False, compare=False)
        _made: list[int] = field(init=False, default_factory=list, repr=False, compare=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "_by", {item: item for item in self.items})

    @record_of(frozen=True, slots=True, init=False)
    class Own:
        text: str

        def __init__(self, text: str) -> None:
            object.__setattr__(self, "text", text.upper())

    @record_of(frozen=True, slots=True, kw_only=True)
    class Quick:
        a: int

        def __reduce__(self) -> Any:
            return _quick, (name, self.a)

    @record_of(frozen=True, slots=True)
    class Nothing:
        pass

    made = SimpleNamespace(**{kind.__name__: kind for kind in (Value, More, Place, Found, Own, Quick, Nothing)})
    for kind in vars(made).values():
        kind.__qualname__ = f"{name}.{kind.__name__}"  # where pickle finds it
    return made


def _quick(name: str, a: int) -> Any:
    return globals()[name].Quick(a=a)


OURS, THEIRS = _classes(record, "OURS"), _classes(dataclasses, "THEIRS")
Make = Callable[[SimpleNamespace], Any]
MADE: tuple[Make, ...] = (
    lambda of: of.Value(a=1),
    lambda of: of.Value(a=1, b="x", c=(1,), d={"k": 1}),
    lambda of: of.Value(b="x", a=1),
    lambda of: of.Value(a=2),
    lambda of: of.More(a=1, e=2),
    lambda of: of.More(a=1, e=2, b="b"),
    lambda of: of.Place("p"),
    lambda of: of.Place("p", 3),
    lambda of: of.Place(line=3, path="p"),
    lambda of: of.Found((1, 2)),
    lambda of: of.Found(),
    lambda of: of.Own("t"),
    lambda of: of.Quick(a=1),
    lambda of: of.Nothing(),
)
WRONG: tuple[Make, ...] = (
    lambda of: of.Value(),
    lambda of: of.Value(1),
    lambda of: of.Value(a=1, z=2),
    lambda of: of.More(a=1),
    lambda of: of.Place(),
    lambda of: of.Place("p", 1, 2),
    lambda of: of.Place("p", path="q"),
    lambda of: of.Found((), {}),
    lambda of: of.Found(_by={}),
    lambda of: of.Nothing(1),
    lambda of: of.Place("p") < of.Place(1),
    lambda of: of.Place("p") < ("p", 0),
    lambda of: of.Value(a=1) < of.Value(a=2),
    lambda of: hash(of.Value(a=1)),
    lambda of: setattr(of.Value(a=1), "a", 2),
    lambda of: setattr(of.Found(), "_by", {}),
    lambda of: delattr(of.Place("p"), "line"),
    lambda of: of.Value(a=1).z,
    lambda of: of.Value(a=1).__dict__,
    lambda of: dataclasses.replace(of.Value(a=1), z=1),
)


def _said(of: SimpleNamespace, make: Make) -> str:
    """The exception, or the text of a value: what both libraries have to say alike."""
    try:
        said = repr(make(of))
    except Exception as error:  # noqa: BLE001 (it is what is compared)
        said = f"{type(error)}: {error}"
    return said.replace("THEIRS.", "OURS.").replace("_classes.<locals>.", "OURS.")


@pytest.mark.parametrize("make", [*MADE, *WRONG])
def test_what_is_made_or_refused_is_said_alike(make: Make) -> None:
    assert _said(OURS, make) == _said(THEIRS, make)


@pytest.mark.parametrize("make", WRONG)
def test_what_is_wrong_is_refused(make: Make) -> None:
    with pytest.raises((TypeError, AttributeError)):
        make(OURS)


@pytest.mark.parametrize("make", MADE)
@pytest.mark.parametrize(
    "look",
    [
        # Python 3.10 has those of a parent a second time.
        lambda value: sorted({name for base in type(value).__mro__ for name in getattr(base, "__slots__", ())}),
        lambda value: value.__match_args__,
        lambda value: value.__doc__ if "What" in (value.__doc__ or "") else "",
        lambda value: type(value).__module__,
        lambda value: [base.__name__ for base in type(value).__mro__],
        lambda value: (str(value), f"{value}"),
        lambda value: getattr(value, "double", None),
        lambda value: value.shown() if isinstance(value, Plain) else "",
        lambda value: getattr(value, "_made", None),
        lambda value: getattr(value, "_by", None),
        lambda value: hash(value) if not hasattr(value, "d") else "",
        lambda value: hasattr(value, "__dict__"),
        dataclasses.is_dataclass,
        dataclasses.asdict,
        dataclasses.astuple,
        lambda value: [
            (one.name, one.type, one.init, one.repr, one.compare, one.kw_only) for one in dataclasses.fields(value)
        ],
        lambda value: [str(one.default) for one in dataclasses.fields(value)],
        lambda value: value.__reduce_ex__(4)[2:],
        lambda value: value == value.__class__,
    ],
)
def test_a_value_looks_alike(make: Make, look: Callable[[Any], Any]) -> None:
    assert _said(OURS, lambda of: look(make(of))) == _said(THEIRS, lambda of: look(make(of)))


@pytest.mark.parametrize("one", MADE)
def test_values_compare_alike(one: Make) -> None:
    for other in MADE:
        alike = [one(of) == other(of) for of in (OURS, THEIRS)]
        assert alike[0] == alike[1] != (one(OURS) != other(OURS))


@pytest.mark.parametrize("library", [OURS, THEIRS])
@pytest.mark.parametrize("make", MADE)
def test_copies_are_equal(library: SimpleNamespace, make: Make) -> None:
    value = make(library)
    assert pickle.loads(pickle.dumps(value)) == value
    assert copy.copy(value) == copy.deepcopy(value) == value


@pytest.mark.parametrize("library", [OURS, THEIRS])
def test_a_value_replaced_is_made_anew(library: SimpleNamespace) -> None:
    for replace in (record.replace, dataclasses.replace):
        if replace is record.replace and library is THEIRS:
            continue
        value = library.Value(a=1, c=(2,), d={"k": 3})
        assert replace(value, b="z") == library.Value(a=1, b="z", c=(2,), d={"k": 3})
        assert replace(value).d is value.d
        assert replace(library.Found((1,)), items=(2,))._by == {2: 2}


def test_a_class_has_slots_for_what_it_adds() -> None:
    assert OURS.Value.__slots__ == ("a", "b", "c", "d") == record.field_names(OURS.Value)
    assert OURS.More.__slots__ == ("e",)
    assert record.field_names(OURS.More) == ("a", "b", "c", "d", "e")


def test_nothing_is_added_to_a_value() -> None:
    value: Any = OURS.Value(a=1)
    with pytest.raises(dataclasses.FrozenInstanceError, match="assign to field 'z'"):
        value.z = 1
    with pytest.raises(dataclasses.FrozenInstanceError, match="delete field 'z'"):
        del value.z


def test_a_default_of_its_own_is_made_for_each() -> None:
    assert OURS.Value(a=1).d is not OURS.Value(a=1).d
    assert OURS.Found()._made is not OURS.Found()._made


def test_what_can_be_changed_is_no_default() -> None:
    for library in (record, dataclasses):
        with pytest.raises(ValueError, match=r"mutable default .* use default_factory"):

            @library.dataclass(frozen=True, slots=True)
            class Wrong:
                a: list[int] = []  # noqa: RUF012 (that is what is wrong)


@pytest.mark.parametrize("flags", [{"frozen": False, "slots": True}, {"frozen": True, "slots": False}])
def test_it_is_frozen_and_has_slots(flags: dict[str, bool]) -> None:
    with pytest.raises(TypeError, match="frozen and has slots"):
        record.dataclass(**flags)


def test_a_value_that_holds_itself_is_shown() -> None:
    values = [of.Value(a=1, b=[]) for of in (OURS, THEIRS)]
    for value in values:
        value.b.append(value)
    assert repr(values[0]) == repr(values[1]).replace("THEIRS", "OURS")


def test_a_class_without_a_decorator_inherits_all() -> None:
    class Under(OURS.Place):  # type: ignore[name-defined,misc]
        __slots__ = ()

        def __init__(self, path: str) -> None:
            super().__init__(path, 7)

    assert (Under("p").line, Under("p") == Under("p"), Under("p") == OURS.Place("p", 7)) == (7, True, False)
    assert (min([Under("q"), Under("p")]).path, len({Under("p"), Under("p")})) == ("p", 1)


def test_methods_are_compiled_when_they_are_called() -> None:
    fresh = _classes(record, "OURS").Place
    waiting = vars(fresh)["__eq__"]
    first, second = fresh("p"), fresh("p")
    assert vars(fresh)["__eq__"] is waiting
    assert first == second
    assert vars(fresh)["__eq__"] is not waiting
    # Another thread may have found the method that was waiting, and calls it now.
    assert waiting(first, second) is True


places = st.tuples(st.text("ab", max_size=2), st.integers(-1, 1))


@given(st.lists(places), places, places)
def test_places_are_ordered_alike(rows: list[tuple[str, int]], one: tuple[str, int], other: tuple[str, int]) -> None:
    ours, theirs = ([of.Place(*row) for row in rows] for of in (OURS, THEIRS))
    assert repr(sorted(ours)) == repr(sorted(theirs)).replace("THEIRS", "OURS")
    assert len(set(ours)) == len(set(theirs))
    a, b, c, d = OURS.Place(*one), OURS.Place(*other), THEIRS.Place(*one), THEIRS.Place(*other)
    assert (a < b, a <= b, a > b, a >= b, a == b) == (c < d, c <= d, c > d, c >= d, c == d)
