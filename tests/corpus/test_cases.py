"""Derivatives with known answers (Matrix Cookbook, Magnus & Neudecker, ML losses, ...), in both notations."""

import numpy as np
import pytest

import ricci as rc
from tests.corpus.scoring import (
    Case,
    assert_close,
    book_cases,
    book_declarations,
    book_point,
    book_post,
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


@pytest.mark.parametrize(("notation", "case"), parameters(book_cases(post=True)))
def test_case_that_computes_on(notation: str, case: Case) -> None:
    """A block of a derivative, or its product with something, at both points."""
    with time_limit():
        result = book_result(notation, case)
        for number in range(len(case["points"])):
            inputs, want = book_point(case, number)
            assert_close(book_post(case, np.asarray(result(**inputs)), inputs), want)


def test_every_case_is_judged() -> None:
    """Nothing of the corpus is passed over: vech and block layouts, free entries and blocks among it."""
    judged = {case["id"] for post in (False, True) for _, case in book_cases(post)}
    layouts = {case["layout"] for post in (False, True) for _, case in book_cases(post)}
    assert len(judged) == 488  # the other 7 of the file have no text
    assert {"vech", "block-wrt", "block-value"} <= layouts
