"""Sums put together as products before they are evaluated: the same values, fewer steps."""

from __future__ import annotations

import re

import numpy as np
import pytest

import ricci as rc
from ricci.evaluation.compiled import evaluate
from tensor_networks.evaluation.factoring import SMALL, factored
from tensor_networks.evaluation.program import build
from tensor_networks.networks import Network, Sum, network, total
from tensor_networks.nodes import tensor

SIZES = {"n": 5, "m": 4, "d": 3}
SHAPES = {"a": "n d", "b": "n d", "u": "n", "v": "m", "w": "n", "z": "m", "x": "n"}
CASES = {  # text: the terms that are left
    "u_i v_j + u_i z_j + w_i v_j + w_i z_j -> ij": 1,
    "u_i^2 one_j - 2 u_i v_j + v_j^2 one_i -> ij": 1,
    "u_i^2 - 2 u_i w_i + w_i^2 -> i": 1,
    "4 u_i^2 one_j + 4 u_i v_j + v_j^2 one_i -> ij": 1,
    "2 u_i v_j - u_i^2 one_j - v_j^2 one_i + x_i one_j -> ij": 2,
    "u_i^2 one_j + v_j^2 one_i + x_i^2 one_j + 2 u_i v_j - 2 u_i x_i one_j - 2 v_j x_i -> ij": 1,
    "u_i^2 one_j + u_i v_j + v_j^2 one_i -> ij": 3,
    "u_i^2 one_j + 2 u_i v_j + 3 v_j^2 one_i -> ij": 3,
    "sum_d(a_id^2 one_j) + sum_d(a_jd^2 one_i) - 2 a_id a_jd -> ij": 1,
    "(u_i v_j + u_i z_j + w_i v_j + w_i z_j) delta_ik + x_i x_k one_j -> ijk": 2,
}


@pytest.mark.parametrize("text", CASES)
def test_terms_are_put_together_and_the_value_stays(text: str) -> None:
    node = rc.parse(text, **{name: shape for name, shape in SHAPES.items() if re.search(rf"\b{name}_", text)}).node
    assert isinstance(node, Sum | Network)
    found = factored(node, SIZES)
    assert (len(found.terms) if isinstance(found, Sum) else 1) == CASES[text]
    rng = np.random.default_rng(1)
    arrays = {name: rng.normal(size=[SIZES[s] for s in shape.split()]) for name, shape in SHAPES.items()}
    arrays = {name: array for name, array in arrays.items() if re.search(rf"\b{name}_", text)}
    want, got = (evaluate([one], arrays)[0] for one in (node, found))
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", range(30))
def test_squares_and_products_of_random_sums_are_put_together(seed: int) -> None:
    rng = np.random.default_rng(seed)
    atoms = [(tensor(name, ["n", "d"]), axes) for name in rng.permutation(["a", "b", "cc"])[:2] for axes in ("ip", "jp", "pp")]
    atoms = [atoms[k] for k in rng.permutation(6) if atoms[k][1] != "pp"]
    numbers = [[int(number) for number in rng.choice([-3, -2, -1, 1, 2, 3], len(atoms))] for _ in range(2)]
    cut = len(atoms) // 2
    if seed % 2:
        left = right = list(zip(atoms, numbers[0], strict=True))
    else:
        left = list(zip(atoms[:cut], numbers[0], strict=False))
        right = list(zip(atoms[cut:], numbers[1], strict=False))
    sign = int(rng.choice([-2, 2]))
    terms = [(network([one, two], "ij", {"i": "n", "j": "n"}), sign * c * d) for one, c in left for two, d in right]
    node = total(terms)
    found = factored(node, SIZES)
    assert (len(found.terms) if isinstance(found, Sum) else 1) == 1
    arrays = {name: rng.normal(size=(5, 3)) for name in {one.name for (one, _), _ in (*left, *right)}}
    want, got = (evaluate([each], arrays)[0] for each in (node, found))
    np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize(("last", "left"), [(1, 1), (2, 4)])
@pytest.mark.parametrize("names", ["aa", "ab"])
def test_terms_that_are_sums_over_one_wire_are_put_together(names: str, last: int, left: int) -> None:
    one, two = (tensor(name, ["n", "d"]) for name in names)
    size = (network([], (), {"p": "n"}), "")
    terms = [([(one, "ij"), (two, "ik"), size], 1), ([(one, "ij"), (two, "pk")], -1), ([(one, "pj"), (two, "ik")], -1)]
    terms.append(([(one, "pj"), (two, "pk")], last))
    node = total([(network(factors, "ijk", {"i": "n"}), number) for factors, number in terms])
    found = factored(node, SIZES)
    assert (len(found.terms) if isinstance(found, Sum) else 1) == left
    rng = np.random.default_rng(1)
    arrays = {name: rng.normal(size=(5, 3)) for name in names}
    want, got = (evaluate([each], arrays)[0] for each in (node, found))
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)


def test_large_sums_over_a_wire_stay_as_they_are() -> None:
    node = rc.parse("sum_d(a_id^2 one_j) + sum_d(a_jd^2 one_i) - 2 a_id a_jd -> ij", a="n d").node
    assert factored(node, {"n": SMALL, "d": 3}) is node
    small, large = (build([node], {"n": n, "d": 3}) for n in (5, SMALL))
    assert [step.op for step in small.steps].count("vecdot") == 1
    assert any(step.op == "matmul" for step in large.steps)
