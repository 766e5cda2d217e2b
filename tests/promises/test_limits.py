"""Limits: what could grow without bound stops with one clear error, and everything stays usable."""

import gc
import itertools
import time
import weakref
from collections.abc import Callable

import numpy as np
import pytest

import ricci as rc
from ricci.calculus.rules import local_derivative
from tensor_networks.networks import network
from tensor_networks.nodes import Node, tensor
from tensor_networks.rewrite import expand


def power_of_a_sum(exponent: int) -> Node:
    return rc.parse(f"(a + b + c)^{exponent}", a="", b="", c="").settled


def symmetric_network(count: int) -> Node:
    """A graph that colour refinement cannot tell apart: points of a grid, joined where row, column or diagonal agree."""
    cells = list(itertools.product(range(count), repeat=2))
    edges = [
        (p, q)
        for p, q in itertools.combinations(cells, 2)
        if p[0] == q[0] or p[1] == q[1] or (p[0] + p[1]) % count == (q[0] + q[1]) % count
    ]
    factors: list[tuple[Node, list[object]]] = []
    for cell in cells:
        wires = [edge for edge in edges if cell in edge]
        factors.append((tensor("T", ["n"] * len(wires), ["symmetric"]), [str(edge) for edge in wires]))
    return network(factors, [])


def keep_making(function: str, count: int = 5000) -> None:
    for k in range(count):
        rc.grad(rc.parse(f"sum({function}({k}*x))", x="n"), "x")


def test_expansion_stops() -> None:
    with rc.limits(terms=100), pytest.raises(rc.LimitError, match="more than 100 terms"):
        expand(power_of_a_sum(40))
    assert len(expand(power_of_a_sum(4)).children) == 15


def test_the_number_of_nodes_is_limited() -> None:
    with rc.limits(nodes=50), pytest.raises(rc.LimitError, match="nodes"):
        keep_making("exp")


def test_inner_limits_do_not_widen_outer_ones() -> None:
    with rc.limits(nodes=50), pytest.raises(rc.LimitError, match="nodes"), rc.limits(nodes=10**6):
        keep_making("sin")


def test_time_is_limited() -> None:
    start = time.process_time()
    with rc.limits(seconds=0.2), pytest.raises(rc.LimitError, match="time"):
        keep_making("cos")
    assert time.process_time() - start < 2
    assert str(rc.grad(rc.parse("x'*x", x="n"), "x")) == "2*x"


def test_the_search_for_a_canonical_form_is_limited() -> None:
    with rc.limits(search=100), pytest.raises(rc.LimitError, match="too symmetric"):
        symmetric_network(5)
    assert symmetric_network(4).order == 0


def test_memory_is_limited_before_it_is_taken() -> None:
    e = rc.parse("A*B", A="n n", B="n n")
    with rc.limits(memory=1000), pytest.raises(rc.LimitError, match="the memory limit is"):
        e(A=np.eye(100), B=np.eye(100))
    assert e(A=np.eye(100), B=np.eye(100)).shape == (100, 100)


def test_a_limit_is_a_number() -> None:
    with pytest.raises(rc.RicciError, match="not negative"), rc.limits(seconds=-1):
        pass


def test_limits_end_with_their_block_also_in_threads() -> None:
    from concurrent.futures import ThreadPoolExecutor

    def work(nodes: int) -> str:
        try:
            with rc.limits(nodes=nodes):
                return str(rc.grad(rc.parse(f"sum(tanh({nodes + 2}*x))", x="n"), "x"))
        except rc.LimitError:
            return "limit"

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, [0, 10**6, 1, 10**6 + 1])).count("limit") == 2
    with pytest.raises(rc.LimitError), rc.limits(nodes=0):
        rc.parse("sum(asinh(17*x))", x="n")
    assert rc.parse("sum(asinh(17*x))", x="n").order == 0


@pytest.mark.parametrize(
    "made",
    [
        lambda: rc.parse("sum(exp(Passing*passed))", Passing="n n", passed="n"),
        lambda: rc.hessian(rc.parse("passed'*inv(Passing)*passed", Passing="n n", passed="n"), "passed"),
        lambda: rc.trace(lambda passed: (passed**3).sum(), passed="n d"),
    ],
    ids=["formula", "hessian", "traced"],
)
def test_tensors_go_with_the_last_expression_that_has_them(made: Callable[[], rc.Expr]) -> None:
    tensors = [weakref.ref(tensor) for tensor in made().variables.values()]
    local_derivative.cache_clear()
    gc.collect()
    assert [tensor() for tensor in tensors] == [None] * len(tensors)
