"""What does not fit into memory, or is spread over workers, is computed in slices: equal results, or figures."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ricci as rc

RNG = np.random.default_rng(7)
ARRAYS = {"A": RNG.normal(size=(30, 40)), "B": RNG.normal(size=(40, 30)), "x": RNG.normal(size=30), "w": RNG.normal(size=40)}


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("tr(A*B)", 2000),
        ("sum(exp(A)*w)", 3000),
        ("2*A*diag(exp(w))*B", 12_000),
        ("tanh(A)", 12_000),
        ("A*w + x.^2", 700),
        ("norm2(A*B)^2", 6000),
        ("sum(exp(A*B))", 700),
        ("sum(exp(x*w'))", 200),
        ("A.*(x*w') + tanh(A)", 10_500),
    ],
)
def test_slices_give_the_same(text: str, limit: int) -> None:
    e = rc.parse(text, A="n m", B="m n", x="n", w="m")
    arrays = {name: ARRAYS[name] for name in e.variables}
    expected = rc.evaluate(e, **arrays)
    seen: list[tuple[int, int]] = []
    got = rc.compile(e, memory_limit=limit, executor=None, progress=lambda *now: seen.append(now))(**arrays)
    np.testing.assert_allclose(got, expected, rtol=1e-10)
    parallel = rc.compile(e, executor=ThreadPoolExecutor(2), slices=5, progress=lambda *now: seen.append(now))
    np.testing.assert_allclose(parallel(**arrays), expected, rtol=1e-10)
    assert seen[-1][0] == seen[-1][1] >= 5


def test_what_cannot_be_sliced_is_refused_with_figures() -> None:
    e = rc.parse("A*B", A="n m", B="m n")
    with pytest.raises(rc.LimitError, match=r"bytes"):
        rc.compile(e, memory_limit=100)(A=ARRAYS["A"], B=ARRAYS["B"])
    f = rc.parse("logdet(M)", M="n n")
    with pytest.raises(rc.LimitError):
        rc.compile(f, memory_limit=1)(M=np.eye(4))


class Dying:
    """An executor whose workers die on their first tasks."""

    def __init__(self, deaths: int) -> None:
        self.deaths, self.tasks = deaths, 0

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.tasks += 1
        if self.tasks <= self.deaths:
            future.set_exception(RuntimeError("worker died"))
        else:
            future.set_result(function(*args))
        return future


def test_a_slice_whose_worker_dies_is_computed_again() -> None:
    e = rc.parse("tr(A*B)", A="n m", B="m n")
    arrays = {name: ARRAYS[name] for name in "AB"}
    pool = Dying(2)
    assert rc.compile(e, executor=pool, slices=6)(**arrays) == pytest.approx(rc.evaluate(e, **arrays))
    assert pool.tasks > 6
    with pytest.raises(RuntimeError, match="worker died"):
        rc.compile(e, executor=Dying(1000), slices=6)(**arrays)


@pytest.mark.slow
def test_processes_compute_slices_of_files(tmp_path: Path) -> None:
    e = rc.parse("tr(A*B)", A="n m", B="m n")
    stored = {}
    for name in "AB":
        stored[name] = np.memmap(tmp_path / name, float, "w+", shape=ARRAYS[name].shape)
        stored[name][...] = ARRAYS[name]
    with ProcessPoolExecutor(2) as pool:
        got = rc.compile(e, executor=pool, slices=4)(**stored)
    assert got == pytest.approx(np.trace(ARRAYS["A"] @ ARRAYS["B"]))


def test_a_scalar_is_the_same_kind_with_a_limit_as_without() -> None:
    e = rc.parse("sum(tanh(A*x))", A="n n", x="n")
    kinds = {type(rc.compile(e, memory_limit=limit)(np.eye(3), np.ones(3))) for limit in (None, 300, 10**6)}
    assert kinds == {np.float64}


@pytest.mark.parametrize("limit", [None, 10**6])
def test_too_many_arrays_or_one_given_twice_are_refused(limit: int | None) -> None:
    function = rc.compile(rc.parse("A*x", A="n n", x="n"), memory_limit=limit)
    with pytest.raises(rc.OperandError, match="2 inputs, not 3"):
        function(np.eye(3), np.ones(3), np.ones(3))
