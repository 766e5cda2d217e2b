"""Drafts: what becomes part of what, and that the value is that of making every step a node."""

import random

import numpy as np
import pytest

from tensor_networks import Network, flatten, network, tensor, total, walk
from tensor_networks.drafts import Combination, Part, Product, combined, finished, separate
from tensor_networks.nodes import Node
from tests.dense import dense

x, y = (tensor(name, ["n"]) for name in "xy")
A, B = tensor("A", ["n", "n"]), tensor("B", ["n", "n"])
SIZES = {"n": 3}


def times(matrix: Node, part: Part) -> Product:
    return Product([(matrix, "ij", 1), (part, "j", 1)], "i")


def test_a_product_that_one_product_uses_goes_into_it() -> None:
    (node,) = finished(times(A, times(B, x)))
    assert node is network([(A, "ij"), (B, "jk"), (x, "k")], "i")


def test_what_two_use_is_a_node_of_its_own_and_so_is_a_result() -> None:
    shared = times(A, x)
    (node,) = finished(Product([(shared, "i", 1), (B, "ij", 1), (shared, "j", 1)], ""))
    assert network([(A, "ij"), (x, "j")], "i") in node.children
    shared = times(A, x)
    inner, outer = finished(shared, times(B, shared))
    assert inner in outer.children


def test_separate_drafts_are_nodes_each() -> None:
    (node,) = separate(times(A, times(B, x)))
    assert network([(B, "ij"), (x, "j")], "i") in node.children


def test_what_was_finished_before_is_used_again() -> None:
    first = times(A, x)
    (before,) = separate(first)
    (node,) = finished(times(B, first))
    assert before in node.children


def test_numbers_of_products_are_multiplied() -> None:
    inner = combined([(times(A, x), -2)], ("n",))
    assert isinstance(inner, Product)
    (node,) = finished(combined([(times(B, inner), 3)], ("n",)))
    assert node is total([(network([(B, "ij"), (A, "jk"), (x, "k")], "i"), -6)])


def test_a_sum_that_turns_out_as_a_product_goes_into_the_product_that_uses_it() -> None:
    same = Combination([(times(A, x), 1), (times(A, y), 1)], ("n",))
    (node,) = finished(times(B, same))
    inner = total([(network([(A, "ij"), (v, "j")], "i"), 1) for v in (x, y)])
    assert node is flatten(network([(B, "ij"), (inner, "j")], "i"))[0]


def test_powers_deltas_and_groups() -> None:
    square = Product([(times(A, x), "i", 2)], "i")
    delta = Product([], "ii", {"i": "n"})
    T = tensor("T", [("n", "n")])
    (node,) = finished(Product([(square, "i", 1), (delta, "ij", 1), (T, [("j", "k")], 1), (y, "k", 1)], "i"))
    steps = network([(network([(A, "ij"), (x, "j")], "i"), "i", 2), (T, [("i", "k")]), (y, "k")], "i")
    assert node is steps


def test_a_group_of_wires_goes_through_a_product() -> None:
    T, U = tensor("T", [("n", "n"), "n"]), tensor("U", ["n", "n"])
    inner = Product([(T, "ab", 1), (x, "b", 1)], "a")
    (node,) = finished(Product([(inner, [("i", "j")], 1), (U, "ij", 1)], ""))
    assert node is network([(T, [("i", "j"), "b"]), (x, "b"), (U, "ij")], "")


def test_a_wire_without_a_factor_counts() -> None:
    (node,) = finished(Product([(Product([(x, "i", 1)], "i", {"k": "n"}), "i", 1), (y, "i", 1)], ""))
    assert node is network([(x, "i"), (y, "i")], "", {"k": "n"})


@pytest.mark.parametrize("seed", range(60))
def test_random_drafts_have_the_value_of_their_steps(seed: int) -> None:
    rng = random.Random(seed)
    parts: list[tuple[Part, Node]] = [(x, x), (y, y)]
    for _ in range(rng.randint(2, 9)):
        (one, same), (other, equal) = rng.choice(parts[-3:]), rng.choice(parts[-3:])
        kind = rng.randrange(4)
        if kind == 0:
            matrix = rng.choice([A, B])
            parts.append((times(matrix, one), network([(matrix, "ij"), (same, "j")], "i")))
        elif kind == 1:
            power = rng.choice([1, 1, 2])
            product = Product([(one, "i", 1), (other, "i", power)], "i")
            parts.append((product, network([(same, "i"), (equal, "i", power)], "i")))
        elif kind == 2:
            product = Product([(A, "ij", 1), (one, "i", 1), (other, "j", 1), (y, "i", 1)], "i")
            parts.append((product, network([(A, "ij"), (same, "i"), (equal, "j"), (y, "i")], "i")))
        else:
            terms = [(one, 2), (other, rng.choice([1, -3]))][: rng.randint(1, 2)]
            nodes = [(same, terms[0][1]), *([(equal, terms[1][1])] if len(terms) > 1 else [])]
            parts.append((combined(terms, ("n",)), total(nodes)))
    made = finished(*[part for part, _ in parts[-2:]])
    arrays = {
        name: np.random.default_rng(seed).normal(size=[3] * order) for name, order in (("A", 2), ("B", 2), ("x", 1), ("y", 1))
    }
    for node, (_, expected) in zip(made, parts[-2:], strict=True):
        np.testing.assert_allclose(dense(node, arrays, SIZES), dense(expected, arrays, SIZES), rtol=1e-9, atol=1e-9)


def test_a_long_chain_is_one_product() -> None:
    part: Part = x
    for _ in range(2_000):
        part = Product([(A, "ij", 1), (part, "j", 1), (y, "i", 1)], "i")
    (node,) = finished(part)
    assert isinstance(node, Network) and len(walk(node)) == 4
