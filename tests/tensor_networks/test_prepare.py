"""Nodes in the form that they are evaluated in: what is taken apart, what is left alone, and that the value stays."""

from __future__ import annotations

import numpy as np
import pytest

from tensor_networks.evaluation.prepare import distributed, prepared
from tensor_networks.networks import Network, Sum, network, primitive, total
from tensor_networks.nodes import Node, tensor
from tests.tensor_networks.dense import dense

x, y, z = tensor("x", "n"), tensor("y", "n"), tensor("z", "n")
A, B = tensor("A", "nn"), tensor("B", "nn")
SIZES = {"n": 4}
DELTA = total([(network([(x, "i")], "ii"), 1), (network([(x, "i"), (y, "j")], "ij"), -1)])  # diag(x) - x*y'
SPLIT = total([(network([(x, "i"), (y, "j")], "ij"), 1), (network([(y, "i"), (z, "j")], "ij"), 2)])  # x*y' + 2*y*z'
NESTED = total([(network([(DELTA, "ij"), (z, "j")], "ij"), 1), (network([(y, "i")], "ii"), 3)])
CASES: dict[str, Node] = {
    "a delta times a vector": network([(DELTA, "ij"), (z, "j")], "i"),
    "a delta between matrices": network([(A, "ai"), (DELTA, "ij"), (A, "bj")], "ab"),
    "a factor beside it": network([(z, "k"), (A, "ai"), (DELTA, "ij"), (A, "bj")], "akb"),
    "factors on its outputs": network([(z, "i"), (A, "jk"), (DELTA, "ij")], "ijk"),
    "a number beside it": network([(network([(y, "k")], ""), ""), (A, "ai"), (DELTA, "ij"), (z, "k")], "akj"),
    "two of them": network([(DELTA, "ij"), (A, "jk"), (DELTA, "kl"), (z, "m")], "ilm"),
    "outer products that are contracted": network([(SPLIT, "ij"), (A, "jk"), (z, "l")], "ikl"),
    "outputs that are doubled": network([(z, "k"), (A, "ai"), (DELTA, "ij")], "akkaj"),
    "outputs that are copied": network([(z, "k"), (A, "ai"), (DELTA, "ij")], "akbj", {"b": "n"}),
    "a sum in a sum": network([(NESTED, "ij"), (A, "jk"), (z, "l")], "kli"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_value_stays(name: str) -> None:
    node = CASES[name]
    rng = np.random.default_rng(3)
    arrays = {leaf.name: rng.normal(size=[4] * leaf.order) for leaf in (x, y, z, A, B)}
    want = dense(node, arrays, SIZES)
    for found in (distributed(node), *prepared([node], SIZES)):
        np.testing.assert_allclose(dense(found, arrays, SIZES), want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", [name for name in CASES if name != "factors on its outputs"])
def test_sums_with_a_delta_are_taken_apart(name: str) -> None:
    node = CASES[name]
    sums = {DELTA, SPLIT, NESTED}
    assert isinstance(node, Network)
    assert not sums.isdisjoint(node.children)
    assert sums.isdisjoint(distributed(node).children)


def test_what_lies_beside_a_sum_is_not_taken_into_its_terms() -> None:
    found, _ = primitive(distributed(CASES["a factor beside it"]))
    assert isinstance(found, Network)
    assert z in found.children
    (core,) = [child for child in found.children if child is not z]
    assert isinstance(core, Sum)
    assert len(core.terms) == 2


def test_a_sum_that_nothing_is_taken_into_is_left_alone() -> None:
    node = network([(z, "k"), (z, "l"), (DELTA, "ij")], "ikjl")
    assert distributed(node) is node
