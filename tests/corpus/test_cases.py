"""Derivatives with known answers (Matrix Cookbook, Magnus & Neudecker, ML losses, ...), in both notations."""

import pytest

import ricci as rc
from tests.corpus.scoring import (
    Case,
    assert_close,
    book_cases,
    book_declarations,
    book_point,
    book_result,
    parameters,
    time_limit,
)


@pytest.mark.parametrize(("notation", "case"), parameters(book_cases()))
def test_case(notation: str, case: Case) -> None:
    """Right at both points (two sizes, one derivative); the printed form parses back to the same numbers."""
    with time_limit():
        result = book_result(notation, case)
        for number in range(len(case["points"])):
            inputs, want = book_point(case, number)
            assert_close(result(**inputs), want)
        if case["kind"] != "differential":
            again = rc.parse(str(result), **book_declarations(case))
            inputs, want = book_point(case, 1)
            assert_close(again(**inputs), want)
