"""Random expressions and the traps other systems fell into: every way of stating a case has one answer."""

import pytest

from tests.corpus.scoring import Case, assert_answer, fuzz_answer, fuzz_cases, parameters, time_limit


@pytest.mark.parametrize(("route", "case"), parameters(fuzz_cases("fuzz.jsonl.gz")))
def test_random_expression(route: str, case: Case) -> None:
    with time_limit():
        assert_answer(fuzz_answer(route, case), case)


@pytest.mark.parametrize(("route", "case"), parameters(fuzz_cases("traps.jsonl.gz")))
def test_trap(route: str, case: Case) -> None:
    with time_limit():
        assert_answer(fuzz_answer(route, case), case)
