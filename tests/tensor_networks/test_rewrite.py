"""flatten, expand, substitute: the value stays, sharing stays."""

import random

import numpy as np
import pytest

from tensor_networks import Network, expand, flatten, network, substitute, tensor, total, walk
from tensor_networks.errors import LimitError
from tests.dense import dense

x, y, z = (tensor(name, ["n"]) for name in "xyz")
A, B = tensor("A", ["n", "n"]), tensor("B", ["n", "n"])
Ax = network([(A, "ij"), (x, "j")], "i")


def test_what_is_used_once_is_unfolded() -> None:
    nested = network([(y, "i"), (Ax, "i"), (z, "i")], "i")
    assert Ax in nested.children
    (flat,) = flatten(nested)
    assert flat is network([(y, "i"), (A, "ij"), (x, "j"), (z, "i")], "i")


def test_what_is_used_twice_stays_unless_it_is_small() -> None:
    both = network([(Ax, "i"), (B, "ij"), (Ax, "j")], "")
    assert flatten(both)[0] is network([(x, "a"), (A, "ia"), (B, "ij"), (A, "jb"), (x, "b")], "")
    large = network([(A, [k, k + 1]) for k in range(6)] + [(x, [6])], [0])
    twice = network([(large, "i"), (B, "ij"), (large, "j")], "")
    assert flatten(twice)[0] is twice
    one, other = network([(large, "i"), (B, "ij")], "j"), network([(large, "i"), (y, "i")], "i")
    assert all(large in node.children for node in flatten(one, other))  # counted over all roots
    assert all(large not in node.children for node in (*flatten(one), *flatten(other)))


def test_flatten_is_linear_in_a_chain() -> None:
    node = x
    for _ in range(2_000):
        node = network([(A, "ij"), (node, "j"), (y, "i")], "i")
    (flat,) = flatten(node)
    assert isinstance(flat, Network) and sum(f.node is A for f in flat.factors) == 2_000


def test_expand_proves_identities() -> None:
    plus, minus = total([(x, 1), (y, 1)]), total([(x, 1), (y, -1)])
    square = network([(plus, "i"), (minus, "i")], "")
    assert expand(square) is expand(total([(network([(x, "i", 2)], ""), 1), (network([(y, "i", 2)], ""), -1)]))
    cube = expand(network([(plus, "i", 3)], "i"))
    assert len(cube.children) == 4


def test_expand_is_bounded() -> None:
    plus = total([(x, 1), (y, 1), (z, 1)])
    with pytest.raises(LimitError):
        expand(network([(plus, [k]) for k in range(12)], range(12)), most_terms=1000)


def test_substitution_is_simultaneous() -> None:
    node = network([(x, "i"), (y, "i")], "")
    assert substitute(node, {x: y, y: x}) is node
    assert substitute(node, {x: total([(x, 2)])}) is total([(node, 2)])


@pytest.mark.parametrize("seed", range(40))
def test_rewrites_keep_the_value(seed: int) -> None:
    rng = random.Random(seed)
    pool = [x, y, z, Ax]
    for _ in range(6):
        one, other = rng.choice(pool), rng.choice(pool)
        pool.append(
            rng.choice(
                [
                    lambda one=one, other=other: network([(one, "i"), (other, "i")], "i"),
                    lambda one=one, other=other: network([(A, "ij"), (one, "j"), (other, "j")], "i"),
                    lambda one=one, other=other: total([(one, 2), (other, -3)]),
                    lambda one=one, other=other: network([(one, "i"), (other, "j"), (B, "ji")], "j"),
                ]
            )()
        )
    values = np.random.default_rng(seed)
    arrays = {name: values.standard_normal((3,) * order) for name, order in (("x", 1), ("y", 1), ("z", 1), ("A", 2), ("B", 2))}
    want = dense(pool[-1], arrays, {"n": 3})
    for node in (flatten(pool[-1])[0], expand(pool[-1]), substitute(pool[-1], {})):
        np.testing.assert_allclose(dense(node, arrays, {"n": 3}), want, rtol=1e-9)
    assert flatten(*flatten(pool[-1])) == flatten(pool[-1])
    assert len(walk(pool[-1])) <= 40


def test_a_contraction_under_a_power_is_not_unfolded() -> None:
    quotient = network([(Ax, "i"), (y, "i", -1)], "i")
    square = network([(quotient, "i", 2), (z, "i")], "i")
    arrays = {
        "x": np.array([1.0, 2.0]),
        "y": np.array([2.0, 4.0]),
        "z": np.array([1.0, 3.0]),
        "A": np.array([[1.0, 2.0], [3.0, 4.0]]),
    }
    want = (arrays["A"] @ arrays["x"] / arrays["y"]) ** 2 * arrays["z"]
    np.testing.assert_allclose(dense(flatten(square)[0], arrays, {"n": 2}), want)


def test_the_power_of_a_small_product_keeps_the_sums_within_it() -> None:
    """The square is used twice, the sum within it once: (sum_k T_ijk)^2 is not the sum of squares."""
    rng = np.random.default_rng(0)
    T, v, d, e = tensor("T", ["p", "n", "m"]), tensor("v", ["n"]), tensor("d", ["q"]), tensor("e", ["q"])
    weighted = network([(network([(T, "ijk")], "ij"), "ij"), (v, "j")], "ij")
    twice = network([(weighted, "ij", 2), (d, "a")], "aij"), network([(weighted, "ij", 4), (e, "a")], "aij")
    node = total([(twice[0], 1), (twice[1], 1)])
    sizes = {"p": 2, "n": 3, "m": 4, "q": 2}
    arrays = {leaf.name: rng.normal(size=[sizes[axis] for axis in leaf.axes]) for leaf in (T, v, d, e)}
    np.testing.assert_allclose(dense(flatten(node)[0], arrays, sizes), dense(node, arrays, sizes))
