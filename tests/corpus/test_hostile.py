"""Malformed text, unknown names, clashing shapes, code in the text: our own clear error, nothing executed."""

from pathlib import Path

import numpy as np
import pytest

from tests.corpus.scoring import (
    HOSTILE_CALLS,
    Case,
    assert_check,
    assert_clear_error,
    hostile_cases,
    hostile_run,
    parameters,
    time_limit,
)

CATEGORIES = (
    "malformed matrix text",
    "malformed index text",
    "unknown names",
    "static shape errors",
    "index thrice",
    "code in the text",
    "einsum strings",
    "sizes",
)


@pytest.mark.parametrize(("route", "case"), parameters(hostile_cases(CATEGORIES, HOSTILE_CALLS)))
def test_hostile(route: str, case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`error`: must raise; `ok`: must not; `ok_or_error`: either, but an error must be ours."""
    monkeypatch.chdir(tmp_path)  # where injected code would leave a file
    expect = case["expect"]
    result, error = None, None
    try:
        with time_limit(int(case["limits"]["seconds"])):
            result = hostile_run(case)
    except Exception as raised:
        error = raised
    if error is not None:
        assert expect["outcome"] != "ok", error
        assert_clear_error(error, expect)
    else:
        assert expect["outcome"] != "error", f"no error, but {result!r}"
        if expect["value"] is not None:
            assert float(np.asarray(result)) == pytest.approx(expect["value"])
        for check in expect["checks"]:
            assert_check(check, result)
    assert list(tmp_path.iterdir()) == []
