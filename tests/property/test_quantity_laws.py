"""Laws of quantities and durations, against exact fractions."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from flyteplan.model import duration, quantity

SUFFIXES = {
    "": Fraction(1),
    **{suffix: Fraction(1000) ** power for power, suffix in enumerate("kMGTPE", 1)},
    **{f"{letter}i": Fraction(1024) ** power for power, letter in enumerate("KMGTPE", 1)},
    **{suffix: Fraction(1, 1000**power) for power, suffix in enumerate("mun", 1)},
}
digits = st.text("0123456789", max_size=12)
numbers = st.tuples(st.sampled_from(("", "+", "-")), digits, st.sampled_from(("", ".")), digits).filter(
    lambda n: n[1] or (n[3] and n[2])
)
exponents = st.tuples(st.sampled_from("eE"), st.integers(-30, 30)).map(lambda pair: f"{pair[0]}{pair[1]}")
amounts = st.integers(-(10**25), 10**25)
texts = st.sampled_from(
    ("1", "1000m", "1e0", "1Gi", "1024Mi", "1073741824", "0", "-0", "0.5", "500m", "0.1n", "1n", "x", "y", "")
)


@given(numbers, st.sampled_from(sorted(SUFFIXES)))
def test_a_quantity_is_its_number_times_its_suffix_rounded_up(number: tuple[str, str, str, str], suffix: str) -> None:
    text = "".join(number)
    assert quantity.nano(text + suffix) == ceil(_fraction(number) * SUFFIXES[suffix] * 10**9)


@given(numbers, exponents)
def test_an_exponent_is_a_power_of_ten(number: tuple[str, str, str, str], exponent: str) -> None:
    text = "".join(number)
    assert quantity.nano(text + exponent) == ceil(_fraction(number) * Fraction(10) ** int(exponent[1:]) * 10**9)


def _fraction(number: tuple[str, str, str, str]) -> Fraction:
    sign, whole, _, rest = number
    value = Fraction(int(whole + rest), 10 ** len(rest)) if number[2] else Fraction(int(whole + rest))
    return -value if sign == "-" else value


@given(st.text("0123456789.+-eEKMGTPkmnui ", max_size=8))
def test_what_is_no_quantity_is_none_and_what_is_one_is_exact_again(text: str) -> None:
    """But for amounts beyond all that is read as one: their exact text is too long."""
    amount = quantity.nano(text)
    if amount is not None and abs(amount) < 10**90:
        assert quantity.nano(quantity.exact(amount, binary=False)) == amount


@given(amounts, st.booleans())
def test_exact_reads_back_as_the_same_amount(amount: int, binary: bool) -> None:
    assert quantity.nano(quantity.exact(amount, binary=binary)) == amount


@given(texts, texts, texts)
def test_same_is_an_equivalence(left: str, middle: str, right: str) -> None:
    assert quantity.same(left, left)
    assert quantity.same(left, right) == quantity.same(right, left)
    if quantity.same(left, middle) and quantity.same(middle, right):
        assert quantity.same(left, right)


@given(st.integers(0, duration.MAXIMUM))
def test_a_duration_reads_back_from_its_text(nanoseconds: int) -> None:
    assert duration.parse(duration.show(nanoseconds)) == nanoseconds


@given(
    st.lists(
        st.tuples(st.integers(0, 999), st.sampled_from(("d", "h", "m", "s", "ms", "us", "ns"))), min_size=1, max_size=5
    )
)
def test_a_duration_is_the_sum_of_its_parts(parts: list[tuple[int, str]]) -> None:
    seconds: dict[str, int | Fraction] = {
        "d": 86400,
        "h": 3600,
        "m": 60,
        "s": 1,
        "ms": Fraction(1, 10**3),
        "us": Fraction(1, 10**6),
        "ns": Fraction(1, 10**9),
    }
    total = sum((count * Fraction(seconds[unit]) for count, unit in parts), Fraction(0))
    assert duration.parse("".join(f"{count}{unit}" for count, unit in parts)) == total * 10**9
