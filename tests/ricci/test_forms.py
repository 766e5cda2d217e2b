"""Derivatives that people look up: right by finite differences, read back as the same object, no longer than in books."""

from functools import cache
from pathlib import Path

import pytest

import ricci as rc
from ricci.notation.formula import count_tokens

DATA = Path(__file__).parents[1] / "data" / "forms.txt"
ROWS = [line.split(" | ") for line in DATA.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
IDS = [f"{formula} by {by}" for formula, by, _, _ in ROWS]
ACCURACY = 1e-4


def declared(sizes: str) -> dict[str, str]:
    return {name.strip(): axes.strip() for name, _, axes in (part.partition(":") for part in sizes.split(","))}


@cache
def derived(formula: str, by: str, sizes: str) -> rc.Expr:
    return rc.derivative(rc.parse(formula, **declared(sizes)), *by.split())


@pytest.mark.parametrize(("formula", "by", "sizes", "form"), ROWS, ids=IDS)
def test_right(formula: str, by: str, sizes: str, form: str) -> None:
    assert rc.verify(derived(formula, by, sizes), tolerance=ACCURACY)


@pytest.mark.parametrize(("formula", "by", "sizes", "form"), ROWS, ids=IDS)
def test_no_longer_than_in_books(formula: str, by: str, sizes: str, form: str) -> None:
    result = derived(formula, by, sizes)
    assert rc.equal(result, rc.parse(form, **declared(sizes)))
    assert count_tokens(str(result)) <= count_tokens(form)


@pytest.mark.parametrize(("formula", "by", "sizes", "form"), ROWS, ids=IDS)
def test_read_back(formula: str, by: str, sizes: str, form: str) -> None:
    result = derived(formula, by, sizes)
    assert rc.parse(str(result), **declared(sizes)).settled is result.settled
