"""Random expressions against an independent oracle. Seeds are in the messages; `python -m tests.promises.fuzzer` runs more."""

import os
import time

import numpy as np
import pytest

from ricci.functions.aliases import ALIASES
from ricci.functions.elementwise import ELEMENTWISE, OF_GAMMA
from tests.promises.fuzzer import CHECKS, case_of, failure, run, shrunk
from tests.promises.meanings import Unsuitable
from tests.promises.trees import SHAPE_OF
from tests.promises.vocabulary import ENTRYWISE

CHUNK = 50


def assert_right(start: int, count: int, vocabulary: str = "formulas") -> None:
    shown: list[str] = []
    tally = run(range(start, start + count), shown.append, vocabulary)
    wrong = [text for text in shown if "not identical" not in text]
    assert not wrong, "\n".join(wrong)
    assert tally["not identical"] <= 1 + count // 100, "\n".join(shown)
    assert tally["unsuitable"] <= tally["checks"] // (10 if vocabulary == "formulas" else 1)


@pytest.mark.parametrize("start", range(0, 300, CHUNK))
def test_the_same_cases_every_time(start: int) -> None:
    assert_right(start, CHUNK)


@pytest.mark.parametrize("start", range(0, 400, 2 * CHUNK))
def test_what_passes_look_for(start: int) -> None:
    assert_right(start, 2 * CHUNK, "passes")


def test_the_vocabulary_of_the_passes_is_the_table_of_functions() -> None:
    """Every function of one number is in it, but for later derivatives and inverses that have no complex form."""
    names = {function.name for function in ELEMENTWISE if function.arity == 1 and function.reference != OF_GAMMA}
    left_out = {"erfinv", "cardinalslope", "cardinalcurve", "cardinalthird", "cardinalfourth"}
    assert names - left_out == {ALIASES.get(name, name) for name in ENTRYWISE} - {"sqrt", "digamma"}


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
    from tests.promises import meanings

    right = meanings.apply_named
    monkeypatch.setattr(meanings, "apply_named", lambda xp, name, x: np.sin(x) if name == "tanh" else right(xp, name, x))
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
