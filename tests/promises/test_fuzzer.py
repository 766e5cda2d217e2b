"""Random expressions against an independent oracle. Seeds are in the messages; `python -m tests.promises.fuzzer` runs more."""

import os
import time

import numpy as np
import pytest

from tests.promises.fuzzer import CHECKS, case_of, failure, run, shrunk
from tests.promises.trees import SHAPE_OF, Unsuitable

CHUNK = 50


def assert_right(start: int, count: int) -> None:
    shown: list[str] = []
    tally = run(range(start, start + count), shown.append)
    wrong = [text for text in shown if "not identical" not in text]
    assert not wrong, "\n".join(wrong)
    assert tally["not identical"] <= 1 + count // 100, "\n".join(shown)
    assert tally["unsuitable"] <= tally["checks"] // 10


@pytest.mark.parametrize("start", range(0, 300, CHUNK))
def test_the_same_cases_every_time(start: int) -> None:
    assert_right(start, CHUNK)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(50))
def test_fresh_cases(part: int) -> None:
    start = int(os.environ.get("FUZZ_START", time.time_ns() % 10**9)) + 100 * part
    print(f"seeds {start} to {start + 99}")
    assert_right(start, 100)


def test_the_cases_are_what_they_should_be() -> None:
    """All notations, checks, variables and traits, and sizes 1 and above 6, occur in the normal run."""
    cases = [case_of(seed) for seed in range(300)]
    assert {case.route for case in cases} == {"matrix", "index", "operators", "einsum", "trace"}
    assert {check for case in cases for check in case.checks} == set(CHECKS)
    assert {name for case in cases for name in case.tree.names} == set(SHAPE_OF)
    assert {0, 1, 2, 3, 7, 9} <= {size for case in cases for sizes in case.sizes for size in sizes.values()}
    assert {"symmetric", "skew", "diagonal"} <= {value for case in cases for value in case.fixed.values()}


def test_a_wrong_answer_is_noticed_and_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """With tanh read as sin the first case that fails shrinks to tanh of one variable, or what tanh is applied to."""
    from tests.promises import trees

    right = trees.apply_named
    monkeypatch.setattr(trees, "apply_named", lambda xp, name, x: np.sin(x) if name == "tanh" else right(xp, name, x))
    for seed in range(1000):
        case = case_of(seed)
        if any(tree.data == "tanh" for tree in case.tree.walk()):
            try:
                message = failure(case, "value")
            except Unsuitable:
                continue
            if message is not None:
                small, _ = shrunk(case, "value", message)
                assert small.tree.size <= 3
                return
    raise AssertionError("nothing was noticed")
