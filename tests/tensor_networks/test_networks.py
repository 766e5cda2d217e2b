"""The canonical form: what is equal is the same object, and stays equal to the dense value."""

import random
from fractions import Fraction

import numpy as np
import pytest

from tensor_networks import Network, Size, Sum, constant, elementwise_power, network, one, size_of, tensor, total, zero
from tensor_networks.errors import ShapeError
from tensor_networks.networks import oriented
from tests.dense import dense

x, y = tensor("x", ["n"]), tensor("y", ["n"])
a, b = tensor("a", []), tensor("b", [])
A, B = tensor("A", ["n", "n"]), tensor("B", ["n", "n"])
P, Q = tensor("P", ["n", "m"]), tensor("Q", ["m", "n"])
S = tensor("S", ["n", "n"], ["symmetric"])
T = tensor("T", ["n", "n", "n"], ["symmetric"])
AB = network([(A, "ij"), (B, "jk")], "ik")
BtAt = network([(B, "ji"), (A, "kj")], "ik")
difference, other_difference = total([(x, 1), (y, -1)]), total([(y, 1), (x, -1)])

IDENTICAL = {
    "factor order": (network([(x, "i"), (A, "ij"), (y, "j")], ""), network([(y, "p"), (A, "qp"), (x, "q")], "")),
    "view of a view": (network([(network([(A, "ij")], "ji"), "ij")], "ji"), A),
    "identity factor": (network([(network((), "ii", {"i": "n"}), "ij"), (x, "j")], "i"), x),
    "trace of identity": (network((), "", {"i": "n"}), size_of("n")),
    "symmetric leaf": (network([(S, "ij"), (x, "j")], "i"), network([(S, "ji"), (x, "j")], "i")),
    "symmetric order 3": (network([(T, "ijk"), (x, "j"), (y, "k")], "i"), network([(T, "kij"), (x, "j"), (y, "k")], "i")),
    "symmetric leaf seen transposed": (network([(S, "ij")], "ji"), S),
    "symmetric leaf in a sum": (total([(network([(S, "ij")], "ji"), 1), (A, 1), (S, 1)]), total([(S, 2), (A, 1)])),
    "symmetric order 3 seen permuted": (network([(T, "ijk")], "kij"), T),
    "product seen transposed": (network([(AB, "ij")], "ji"), BtAt),
    "orientation of a shared product": (
        network([(AB, "ij"), (x, "j"), (AB, "kj")], "ik"),
        network([(BtAt, "ji"), (x, "j"), (BtAt, "jk")], "ik"),
    ),
    "transposed sum": (
        network([(total([(A, 1), (B, 1)]), "ij")], "ji"),
        total([(network([(M, "ij")], "ji"), 1) for M in (A, B)]),
    ),
    "sign of a squared sum": (
        network([(difference, "i"), (difference, "i")], ""),
        network([(other_difference, "i"), (other_difference, "i")], ""),
    ),
    "sign of a sum": (
        network([(difference, "i"), (A, "ij")], "j"),
        total([(network([(other_difference, "i"), (A, "ij")], "j"), -1)]),
    ),
    "content of a sum": (
        network([(total([(x, 2), (y, 4)]), "i"), (a, "")], "i"),
        total([(network([(total([(x, 1), (y, 2)]), "i"), (a, "")], "i"), 2)]),
    ),
    "numbers are coefficients": (network([(constant(3), ""), (x, "i")], "i"), total([(x, 3)])),
    "powers merge": (network([(x, "i"), (x, "i", 2)], "i"), elementwise_power(x, 3)),
    "powers cancel to a size": (network([(x, "i", 2), (x, "i", -2)], ""), size_of("n")),
    "half powers": (network([(AB, "ij", Fraction(1, 2)), (AB, "ij", Fraction(1, 2))], "ij"), AB),
    "scalars fall apart": (network([(network([(a, ""), (b, "")], ""), ""), (a, "")], ""), network([(a, "", 2), (b, "")], "")),
    "closed components": (
        network([(A, "ii"), (x, "j"), (y, "j")], ""),
        network([(network([(A, "ii")], ""), ""), (network([(x, "j"), (y, "j")], ""), "")], ""),
    ),
    "like terms": (total([(x, 1), (y, 2), (x, -1)]), total([(y, 2)])),
    "nested sums": (total([(total([(x, 1), (y, 1)]), 2), (y, -2)]), total([(x, 2)])),
    "common outer factor": (
        total([(network([(x, "b"), (A, "ac")], "abc"), 1), (network([(x, "b"), (B, "ac")], "abc"), 1)]),
        network([(x, "b"), (total([(A, 1), (B, 1)]), "ac")], "abc"),
    ),
    "common delta": (
        total([(network([(x, "i")], "ii"), 1), (network([(y, "i")], "ii"), 1)]),
        network([(total([(x, 1), (y, 1)]), "i")], "ii"),
    ),
    "common ones": (
        total([(network([(v, "i")], "ij", {"j": "m"}), 1) for v in (x, y)]),
        network([(total([(x, 1), (y, 1)]), "i")], "ij", {"j": "m"}),
    ),
    "vec of a product": (
        network(
            [
                (network([(P, "ij"), (B, "kl")], [("l", "i"), ("k", "j")]), "ab"),
                (network([(tensor("X", ["m", "n"]), "jk")], [("k", "j")]), "b"),
            ],
            "a",
        ),
        network([(P, "ij"), (tensor("X", ["m", "n"]), "jk"), (B, "kl")], [("l", "i")]),
    ),
    "zero swallows": (network([(zero(["n"]), "i"), (A, "ij")], "j"), zero(["n"])),
    "one is neutral": (network([(one, ""), (x, "i")], "i"), x),
}


@pytest.mark.parametrize("case", IDENTICAL)
def test_equal_is_identical(case: str) -> None:
    left, right = IDENTICAL[case]
    assert left is right


DIFFERENT = {
    "transpose": (AB, network([(AB, "ij")], "ji")),
    "skew is not symmetric": (network([(A, "ij"), (x, "j")], "i"), network([(A, "ji"), (x, "j")], "i")),
    "sign under a root": (elementwise_power(difference, Fraction(1, 2)), elementwise_power(other_difference, Fraction(1, 2))),
    "root of a square": (elementwise_power(elementwise_power(x, 2), Fraction(1, 2)), x),
    "trace order": (network([(A, "ij"), (B, "jk"), (A, "ki")], ""), network([(A, "ij"), (B, "kj"), (A, "ki")], "")),
    "outer and elementwise": (network([(x, "i"), (y, "j")], "ij"), network([(x, "i"), (y, "i")], "ii")),
}


@pytest.mark.parametrize("case", DIFFERENT)
def test_different_is_different(case: str) -> None:
    left, right = DIFFERENT[case]
    assert left is not right


def test_identity_has_no_factors() -> None:
    identity = network((), "ii", {"i": "n"})
    assert isinstance(identity, Network) and identity.factors == () and identity.outputs == ((0,), (0,))


def test_size_is_a_scalar_node() -> None:
    assert isinstance(size_of("n"), Size)
    assert size_of(3) is constant(3)


@pytest.mark.parametrize(
    "bad", [lambda: network([(A, "ij"), (Q, "jk")], "ik"), lambda: total([(x, 1), (A, 1)]), lambda: network((), "i")]
)
def test_shapes_are_checked(bad) -> None:
    with pytest.raises(ShapeError):
        bad()


def random_factors(rng: random.Random):
    """A random product over up to six wires of one size: repeated, summed, doubled, bare and hyper wires all occur."""
    leaves = [tensor(name, ["n"] * order) for name, order in (("s", 0), ("u", 1), ("v", 1), ("M", 2), ("N", 2), ("R", 3))]
    leaves += [tensor("Y", ["n", "n"], ["symmetric"])]
    wires = range(rng.randint(1, 5))
    factors = [
        (leaf, tuple(rng.choice(wires) for _ in leaf.axes), rng.choice([1, 1, 1, 2]))
        for leaf in rng.choices(leaves, k=rng.randint(1, 5))
    ]
    return factors, tuple(rng.choice(wires) for _ in range(rng.randint(0, 3))), dict.fromkeys(wires, "n")


@pytest.mark.parametrize("seed", range(120))
def test_shuffled_networks_are_one_object_with_the_right_value(seed: int) -> None:
    rng = random.Random(seed)
    factors, outputs, sizes = random_factors(rng)
    node = network(factors, outputs, sizes)
    renamed = list(sizes)
    rng.shuffle(renamed)
    name = dict(zip(sizes, renamed, strict=True))
    shuffled = [(leaf, tuple(name[w] for w in slots), e) for leaf, slots, e in rng.sample(factors, len(factors))]
    assert network(shuffled, tuple(name[w] for w in outputs), dict.fromkeys(renamed, "n")) is node
    values = np.random.default_rng(seed)
    arrays = {leaf.name: values.standard_normal((3,) * leaf.order) for leaf, _, _ in factors}
    if "Y" in arrays:
        arrays["Y"] = arrays["Y"] + arrays["Y"].T
    letters = "abcdef"
    spec = ",".join("".join(letters[w] for w in slots) for _, slots, _ in factors)
    ones = "".join(letters[w] for w in sizes)
    full = np.einsum(f"{spec},{ones}->{ones}", *(arrays[leaf.name] ** e for leaf, _, e in factors), np.ones((3,) * len(sizes)))
    want = np.zeros((3,) * len(outputs))
    for index in np.ndindex(full.shape):
        want[tuple(index[w] for w in outputs)] += full[index]
    np.testing.assert_allclose(dense(node, arrays, {"n": 3}), want, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("seed", range(40))
def test_sums_do_not_depend_on_the_order_or_the_view(seed: int) -> None:
    rng = random.Random(seed)
    terms = [(network([(A, "ij"), (x, rng.choice("ij"))], "ij"), 2), (AB, -1), (network([(x, "i"), (y, "j")], "ij"), 3), (B, 1)]
    chosen = rng.sample(terms, rng.randint(2, 4))
    whole = total(chosen)
    assert total(rng.sample(chosen, len(chosen))) is whole
    turned = total((network([(term, "ij")], "ji"), number) for term, number in chosen)
    assert network([(whole, "ij")], "ji") is turned
    assert network([(whole, "ij"), (x, "j")], "i") is network([(turned, "ji"), (x, "j")], "i")


def test_orientation_is_stable() -> None:
    node, order, _ = oriented(AB)
    assert oriented(node) == (node, (0, 1), 1)
    assert network([(node, "ij")], [("ij")[order.index(k)] for k in range(2)]) is AB


def test_long_chains_neither_recurse_nor_slow_down() -> None:
    node = x
    for _ in range(20_000):
        node = total([(x, 1), (network([(node, "i"), (a, "")], "i"), 1)])
    assert isinstance(node, Network | Sum)
    chain = network([(A, [k, k + 1]) for k in range(5_000)] + [(x, [5_000])], [0])
    assert len(chain.children) == 5_001
