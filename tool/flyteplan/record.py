"""Frozen values with named fields: what `dataclasses` makes, in a thirtieth of the time.

`dataclass(frozen=True, slots=True)` of the standard library compiles six methods of every class when the class is
defined: a quarter of all the time that a plan of one task took. Here a method is compiled when it is called first, and
most classes that a command imports make no value, or none that is compared. To a type checker, and to whoever reads a
class, they are the dataclasses that they look like; the functions of `dataclasses` take them, and
`tests/unit/test_record.py` holds all that they do to those of the library.
"""

from __future__ import annotations

from reprlib import recursive_repr

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from dataclasses import dataclass, field, replace
    from typing import Any

__all__ = ["dataclass", "field", "field_names", "replace"]

_MISSING: Any = object()
_COMPARISONS = {"__eq__": "==", "__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}


def field_names(kind: type) -> tuple[str, ...]:
    return tuple(kind.__record__)  # type: ignore[attr-defined]


class _Field:
    """What is said of one field."""

    __slots__ = ("compare", "default", "factory", "init", "keyword", "name", "repr", "type")

    def __init__(self, default: Any, factory: Any, init: bool, repr: bool, compare: bool) -> None:  # noqa: A002
        self.name, self.type, self.keyword = "", "", False
        self.default, self.factory = default, factory
        self.init, self.repr, self.compare = init, repr, compare


if not TYPE_CHECKING:

    def field(
        *,
        default: Any = _MISSING,
        default_factory: Any = _MISSING,
        init: bool = True,
        repr: bool = True,  # noqa: A002 (what it is called in dataclasses)
        compare: bool = True,
    ) -> _Field:
        return _Field(default, default_factory, init, repr, compare)

    def dataclass(
        *, frozen: bool, slots: bool, kw_only: bool = False, order: bool = False, init: bool = True
    ) -> Callable[[type], type]:
        """Those that can be changed, or have no slots, are for `dataclasses`."""
        if not (frozen and slots):
            raise TypeError("a record is frozen and has slots")
        return lambda kind: _made(kind, kw_only, init, order)

    def replace(value: Any, /, **changes: Any) -> Any:
        kind = type(value)
        return kind(**{name: getattr(value, name) for name in kind.__given__} | changes)


def _made(kind: type, kw_only: bool, init: bool, order: bool) -> type:
    """*kind* once more, as slots can only be said of a class that is not there yet."""
    own = _own(kind, kw_only)
    inherited = getattr(kind, "__record__", {})
    every = {**inherited, **own}
    namespace = {
        **_SHARED,
        **(_ORDERED if order else {}),
        **({"__init__": _INIT} if init else {}),
        **{name: value for name, value in vars(kind).items() if name not in own},
        "__qualname__": kind.__qualname__,
        "__slots__": tuple(name for name in own if name not in inherited),
        "__record__": every,
        "__given__": tuple(name for name, each in every.items() if each.init),
        "__match_args__": tuple(name for name, each in every.items() if each.init and not each.keyword),
    }
    namespace.pop("__dict__", None)
    namespace.pop("__weakref__", None)
    return type(kind)(kind.__name__, kind.__bases__, namespace)


def _own(kind: type, kw_only: bool) -> dict[str, _Field]:
    """The fields that the class itself defines, in their order."""
    own = {}
    for name, annotation in kind.__annotations__.items():
        said = vars(kind).get(name, _MISSING)
        each = said if isinstance(said, _Field) else _Field(said, _MISSING, True, True, True)
        if each.default.__class__.__hash__ is None:
            raise ValueError(f"mutable default for {kind.__name__}.{name}: use default_factory")
        each.name, each.type, each.keyword = name, annotation, kw_only
        own[name] = each
    return own


def _first(name: str) -> Any:
    """A method until it is called: then it makes way for the one that it compiles."""

    def first(self: Any, /, *values: Any, **named: Any) -> Any:
        kind: Any = next(one for one in type(self).__mro__ if "__record__" in vars(one))
        setattr(kind, name, _compiled(kind, name))
        return getattr(kind, name)(self, *values, **named)

    return first


def _compiled(kind: Any, name: str) -> Any:
    scope: dict[str, Any] = {"missing_": _MISSING}
    parameters, body = _constructor(kind, scope) if name == "__init__" else _comparison(kind, name)
    exec("\n ".join([f"def {name}({', '.join(parameters)}):", *body]), scope)  # noqa: S102 (as dataclasses do)
    made = scope[name]
    made.__qualname__ = f"{kind.__qualname__}.{name}"
    return made


def _comparison(kind: Any, name: str) -> tuple[list[str], list[str]]:
    mine, other = (_values(kind, one) for one in ("self", "other"))
    if name == "__hash__":
        return ["self"], [f"return hash({mine})"]
    same = f"if other.__class__ is self.__class__: return {mine} {_COMPARISONS[name]} {other}"
    return ["self", "other"], [same, "return NotImplemented"]


def _values(kind: Any, of: str) -> str:
    """What is compared of a value, as the source of a tuple."""
    return f"({''.join(f'{of}.{name}, ' for name, each in kind.__record__.items() if each.compare)})"


def _constructor(kind: Any, scope: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Sets each slot by itself, which takes less time than by its name, as `object.__setattr__` does."""
    fields = kind.__record__.values()
    for each in fields:
        scope[f"put_{each.name}_"] = getattr(kind, each.name).__set__
        scope[f"default_{each.name}_"], scope[f"make_{each.name}_"] = each.default, each.factory
    positional, keywords = (
        [_parameter(each) for each in fields if each.init and each.keyword is of] for of in (False, True)
    )
    star = ["*"] if keywords else []
    end = ["self.__post_init__()"] if hasattr(kind, "__post_init__") else ["pass"]
    return ["self", *positional, *star, *keywords], [*_puts(fields), *end]


def _parameter(each: _Field) -> str:
    if each.factory is not _MISSING:
        return f"{each.name}=missing_"
    return each.name if each.default is _MISSING else f"{each.name}=default_{each.name}_"


def _puts(fields: Iterable[_Field]) -> Iterator[str]:
    for each in fields:
        name, made, default = each.name, f"make_{each.name}_()", f"default_{each.name}_"
        if each.factory is not _MISSING:
            yield f"put_{name}_(self, {f'{made} if {name} is missing_ else {name}' if each.init else made})"
        elif each.init or each.default is not _MISSING:
            yield f"put_{name}_(self, {name if each.init else default})"


@recursive_repr()
def _repr(self: Any) -> str:
    shown = [f"{name}={getattr(self, name)!r}" for name, each in self.__record__.items() if each.repr]
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _set(_: Any, name: str, __: Any) -> None:
    raise _frozen(f"cannot assign to field {name!r}")


def _delete(_: Any, name: str) -> None:
    raise _frozen(f"cannot delete field {name!r}")


def _frozen(message: str) -> AttributeError:
    from dataclasses import FrozenInstanceError

    return FrozenInstanceError(message)


def _state(self: Any) -> list[Any]:
    return [getattr(self, name) for name in self.__record__]


def _restore(self: Any, state: list[Any]) -> None:
    for name, value in zip(self.__record__, state, strict=True):
        object.__setattr__(self, name, value)


class _Standard:
    """The fields as `dataclasses` has them, for its functions: made when one of them asks."""

    def __get__(self, _: Any, kind: Any) -> Any:
        from dataclasses import field as standard
        from dataclasses import make_dataclass

        def told(each: _Field) -> Any:
            default: Any = {} if each.default is _MISSING else {"default": each.default}
            factory: Any = {} if each.factory is _MISSING else {"default_factory": each.factory}
            flags: Any = {"init": each.init, "repr": each.repr, "compare": each.compare, "kw_only": each.keyword}
            return standard(**default, **factory, **flags)

        fields = [(each.name, each.type, told(each)) for each in kind.__record__.values()]
        twin: Any = make_dataclass(kind.__name__, fields)
        kind.__dataclass_fields__ = twin.__dataclass_fields__
        return kind.__dataclass_fields__


_SHARED: dict[str, Any] = {
    "__eq__": _first("__eq__"),
    "__hash__": _first("__hash__"),
    "__repr__": _repr,
    "__setattr__": _set,
    "__delattr__": _delete,
    "__getstate__": _state,
    "__setstate__": _restore,
    "__dataclass_fields__": _Standard(),
}
_ORDERED = {name: _first(name) for name in ("__lt__", "__le__", "__gt__", "__ge__")}
_INIT = _first("__init__")
