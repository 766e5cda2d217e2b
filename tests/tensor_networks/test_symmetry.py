"""Symmetries of axes against brute force: equal in numbers is the same object, and what vanishes in numbers is zero."""

import random
from collections.abc import Iterator, Sequence
from itertools import permutations, product
from math import factorial
from typing import Any

import numpy as np
import pytest

import ricci as rc
from tensor_networks.errors import LimitError, ParseError, RicciError, ShapeError
from tensor_networks.networks import Network, Sum, network, total
from tensor_networks.nodes import Node, Tensor, tensor
from tensor_networks.symmetry import Symmetry, equations, full_symmetry, generated, no_symmetry, spelled
from tests.dense import dense

SIZE = 4
RIEMANN = "abcd=-bacd=cdab"
LEAVES: dict[str, Tensor] = {
    leaf.name: leaf
    for leaf in (
        tensor("x", [SIZE]),
        tensor("M", [SIZE] * 2),
        tensor("A", [SIZE] * 2, ["symmetric"]),
        tensor("S", [SIZE] * 2, ["skew"]),
        tensor("T", [SIZE] * 3),
        tensor("W", [SIZE] * 3, ["skew"]),
        tensor("Z", [SIZE] * 3, ["abc=bca"]),
        tensor("P", [SIZE] * 3, ["abc=-acb"]),
        tensor("C", [SIZE] * 4, ["ijkl=jikl=klij"]),
        tensor("R", [SIZE] * 4, [RIEMANN]),
        tensor("D", [SIZE] * 4, ["ijkl=-klij"]),
        tensor("Q", [SIZE] * 4, ["ijkl=jilk"]),
    )
}


def values() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(7)
    found = {}
    for name, leaf in LEAVES.items():
        free = rng.uniform(-1, 1, [SIZE] * leaf.order)
        mean = sum(sign * free.transpose(order) for order, sign in leaf.symmetry.elements())
        found[name] = np.asarray(mean)
    return found


VALUES = values()


def matchings(slots: Sequence[int]) -> Iterator[list[tuple[int, int]]]:
    """All ways to join slots in pairs."""
    if not slots:
        yield []
        return
    for place in range(1, len(slots)):
        for rest in matchings([*slots[1:place], *slots[place + 1 :]]):
            yield [(slots[0], slots[place]), *rest]


def joined(names: str, pairs: Sequence[tuple[int, int]], outputs: int = 0) -> Node:
    """The network of some leaves whose slots, counted through, are joined in pairs; the last pairs stay open."""
    wire: dict[int, int] = {}
    for label, pair in enumerate(pairs):
        wire |= dict.fromkeys(pair, label)
    counter = iter(range(1000))
    factors = [(LEAVES[name], [wire[next(counter)] for _ in range(LEAVES[name].order)]) for name in names]
    return network(factors, [wire[next(counter)] for _ in range(outputs)])


def rounded(array: np.ndarray) -> bytes:
    return (np.round(array, 6) + 0.0).tobytes()


CONTRACTED = "SS SAS SSSS SMSM RR CC DD QQ RSS RSA CSA Cxxxx Rxxxx ZZ WW ZP PP WZ PSx WWxx ZAx TW TTxx DSA QSM RMM AAA SSA"


@pytest.mark.parametrize("names", CONTRACTED.split())
def test_scalars_are_one_object_exactly_if_their_values_agree(names: str) -> None:
    slots = sum(LEAVES[name].order for name in names)
    by_node: dict[Node, bytes] = {}
    by_value: dict[bytes, Node] = {}
    for pairs in matchings(range(slots)):
        node = joined(names, pairs)
        value = rounded(brute(names, pairs))
        assert by_node.setdefault(node, value) == value
        assert by_value.setdefault(value, node) is node
    nothing = by_value.get(rounded(np.zeros(())))
    assert nothing is None or nothing is total([], ())


def brute(names: str, pairs: Sequence[tuple[int, int]], outputs: int = 0) -> np.ndarray:
    """The value by NumPy's einsum, from the arrays as they are."""
    wire: dict[int, int] = {}
    for label, pair in enumerate(pairs):
        wire |= dict.fromkeys(pair, label)
    counter = iter(range(1000))
    operands: list[Any] = []
    for name in names:
        operands += [VALUES[name], [wire[next(counter)] for _ in range(LEAVES[name].order)]]
    return np.asarray(np.einsum(*operands, [wire[next(counter)] for _ in range(outputs)], optimize=True))


OPEN = "S-2 SS-2 SSS-2 SA-2 R-4 D-4 C-4 RA-2 RS-2 RSx-1 W-3 Zx-2 SM-4 SS-4 AS-4 xx-2 Wxx-1 Qx-3 Dxx-2 WW-2 MM-4 PP-2"


@pytest.mark.parametrize("case", OPEN.split())
def test_tensors_are_one_object_exactly_if_their_values_agree_and_know_their_symmetry(case: str) -> None:
    names, outputs = case[:-2], int(case[-1])
    slots = sum(LEAVES[name].order for name in names)
    by_node: dict[Node, bytes] = {}
    by_value: dict[bytes, Node] = {}
    for pairs in matchings(range(slots + outputs)):
        if any(first >= slots for first, _ in pairs):
            continue  # a delta among the outputs: its value agrees with others only by accident of rounding
        array = brute(names, pairs, outputs)
        node = joined(names, pairs, outputs)
        value = rounded(array)
        assert by_node.setdefault(node, value) == value
        assert by_value.setdefault(value, node) is node
        agrees(node, array)


def agrees(node: Node, array: np.ndarray) -> None:
    """The symmetry of a node is that of its value."""
    if not np.any(np.round(array, 6)):
        assert isinstance(node, Sum) and not node.terms
        return
    inside = node.terms[0][0] if isinstance(node, Sum) and len(node.terms) == 1 else node
    known = dict(inside.symmetry.elements())
    for order in permutations(range(node.order)):
        turned = array.transpose(order)
        sign = 1 if np.allclose(turned, array) else -1 if np.allclose(turned, -array) else 0
        assert known.get(order, 0) == sign


SUMS = [
    "M_ij - M_ji -> ij",
    "M_ij + M_ji -> ij",
    "x_i M_jk - x_j M_ik -> ijk",
    "T_ijk + T_jki + T_kij -> ijk",
    "T_ijk - T_jik -> ijk",
    "M_ij M_kl - M_kl M_ij + C_ijkl -> ijkl",
    "R_ijkl + R_kjil -> ijkl",
    "S_ij S_kl - S_kl S_ij + R_ijkl + S_ij S_kl -> ijkl",
    "S_ij x_k + S_jk x_i + S_ki x_j -> ijk",
    "M_ij M_kl - M_ji M_kl - M_ij M_lk + M_ji M_lk -> ijkl",
    "2 M_ik S_kj + 2 S_ik M_jk -> ij",
]


@pytest.mark.parametrize("text", SUMS)
def test_sums_know_their_symmetry(text: str) -> None:
    node = rc.parse(text, **LEAVES).node
    array, order = dense(node, VALUES), node.order
    agrees(node, array)
    for axes in permutations(range(order)):
        outputs = [*range(1, order), 9]
        product_ = network([(node, axes), (LEAVES["M"], [0, 9])], outputs)
        assert rounded(dense(product_, VALUES)) == rounded(np.einsum(array, axes, VALUES["M"], [0, 9], outputs))


@pytest.mark.parametrize("seed", range(20))
def test_sums_of_many_axes_have_one_orientation(seed: int) -> None:
    """Too many axes of one size for all orders to be tried: whichever way a sum is turned, its product with a matrix is one."""
    pick, C, M = random.Random(seed), LEAVES["C"] if seed % 2 else tensor("E", [SIZE] * 4), LEAVES["M"]
    terms = [(network([(C, "aecf"), (M, "ie"), (M, "jf")], "aciklj" if seed % 3 else "acijkk", {"k": SIZE, "l": SIZE}), 1)]
    terms += [(network([(terms[0][0], "abcdef")], pick.sample("abcdef", 6)), k + 2) for k in range(2)]
    letters = "".join(pick.sample("abcdef", 6))
    turned = total([(network([(term, "abcdef")], letters), c) for term, c in terms])
    one = network([(total(terms), "abcdef"), (M, "ag")], "gbcdef")
    other = network([(turned, letters), (M, "ag")], "gbcdef")
    assert one is other


def test_zeros_of_many_axes_have_an_orientation() -> None:
    zeros = total([], [SIZE] * 8)
    assert network([(zeros, range(8))], range(7, -1, -1)) is zeros


def test_a_difference_of_transposes_has_one_orientation() -> None:
    M, S, x = LEAVES["M"], LEAVES["S"], LEAVES["x"]
    K = total([(M, 1), (network([(M, "ij")], "ji"), -1)])
    one = network([(K, "ij"), (S, "jk"), (K, "kl"), (x, "l")], "i")
    two = network([(K, "ji"), (S, "jk"), (K, "lk"), (x, "l")], "i")
    assert one is two
    assert network([(K, "ij"), (x, "i"), (x, "j")], "") is total([], ())
    assert isinstance(network([(K, "ij", 2), (x, "i"), (x, "j")], ""), Network)
    assert network([(K, "ij", 2)], "ij") is network([(K, "ji", 2)], "ij")
    assert network([(S, "ij", 3)], "ij") is total([(network([(S, "ji", 3)], "ij"), -1)])


VANISHING = ["x'*S*x", "tr(S)", "tr(S*A)", "tr(S^3)", "S + S'", "diag(S)", "x'*(M - M')*x", "tr(A*(M - M'))", "x'*inv(S)*x",
             "x'*sinh(S)*x", "tr(S*A*S*A*S*A)", "x'*tanh(S)*x", "x'*(S.^3)*x"]  # fmt: skip
STAYING = ["x'*S^2*x", "tr(S*M)", "tr(S^2)", "x'*(S.^2)*x", "x'*abs(S)*x", "x'*exp(S)*x", "x'*S*y", "x'*(M + M')*x"]


@pytest.mark.parametrize("text", VANISHING)
def test_what_vanishes_by_symmetry_is_zero(text: str) -> None:
    f = rc.parse(text, x="n", S="n n skew", A="n n symmetric", M="n n")
    assert rc.equal(f, rc.parse(f"0*({text})", x="n", S="n n skew", A="n n symmetric", M="n n"))
    assert isinstance(f.node, Sum) and not f.node.terms


@pytest.mark.parametrize("text", STAYING)
def test_what_does_not_vanish_stays(text: str) -> None:
    f = rc.parse(text, x="n", y="n", S="n n skew", M="n n")
    assert not isinstance(f.node, Sum) or f.node.terms


INDEXED = {"eps_ijk a_j a_k": "0 a_i", "eps_ijk A_jk": "0 a_i", "eps_ijk a_i b_j + eps_ijk b_i a_j": "0 a_k",
           "eps_ijk b_i a_j + 2 eps_jik b_j a_i -> k": "3 eps_kij b_i a_j -> k"}  # fmt: skip


@pytest.mark.parametrize("text", INDEXED)
def test_levi_civita_symbols_are_antisymmetric(text: str) -> None:
    sizes: dict[str, Any] = {"a": "3", "b": "3", "A": "3 3 symmetric"}
    assert rc.parse(text, **sizes).settled is rc.parse(INDEXED[text], **sizes).settled


GROUPS = [
    ("abcd=-bacd=cdab", 8),
    ("ijkl=jikl=klij", 8),
    ("ijkl=klij", 2),
    ("abc=bca", 3),
    ("abc=bac=acb", 6),
    ("ab=-ba", 2),
    ("abcdef=badcfe=cdefab", 6),
    ("abcdef=bcdefa=bacdef", 720),
    ("abcd=bcda", 4),
    ("abcd=bcda=dcba", 8),
    ("abc=abc", 1),
]


@pytest.mark.parametrize(("text", "size"), GROUPS)
def test_equations_generate_groups(text: str, size: int) -> None:
    group = equations(text)
    elements = dict(group.elements())
    assert len(group) == len(elements) == size
    for (first, sign), (second, other) in product(elements.items(), elements.items()) if size < 100 else ():
        assert elements[tuple(first[place] for place in second)] == sign * other
    again = generated(group.order, list(group.elements()))
    assert (again.classes, again.odd, again.frames) == (group.classes, group.odd, group.frames)
    items = "dbeacf"[: group.order]
    for permutation, sign in list(elements.items())[:50]:
        placed, found = group.arranged([items[place] for place in permutation])
        assert (placed, found * sign) == group.arranged(items)
    if "=" in spelled(group):
        assert spelled(equations(spelled(group))) == spelled(group)


def test_the_same_symmetry_is_the_same_tensor() -> None:
    assert tensor("R", ["n"] * 4, [RIEMANN]) is tensor("R", ["n"] * 4, ["ijkl=klij", "ijkl=-ijlk"])
    assert tensor("A", ["n"] * 2, ["ij=ji"]) is tensor("A", ["n"] * 2, ["symmetric"])
    assert tensor("A", ["n"] * 2, ["ij=ij"]) is tensor("A", ["n"] * 2)
    assert rc.tensor("R", "n n n n", symmetry="abcd = -bacd = cdab").node is rc.tensor("R", f"n n n n {RIEMANN}").node
    e = rc.parse("R_abcd x_a", R=f"n n n n {RIEMANN}", x="n")
    assert rc.from_json(e.to_json()).settled is e.settled


ERRORS: list[tuple[str, type[RicciError], str]] = [
    ("n n n n ijkl=jik", ParseError, "is not readable"),
    ("n n ij=ik", ParseError, "is not readable"),
    ("n n i1=1i", ParseError, "is not readable"),
    ("n n =ij", ParseError, "is not readable"),
    ("n m ij=ji", ShapeError, "an axis of size n with one of size m"),
    ("n n n ij=ji", ShapeError, "has 3 axes, its symmetry ij=ji is one of 2"),
    ("n n skew ij=ji", ShapeError, "only a tensor of zeros"),
    ("n n skew symmetric", ShapeError, "cannot be symmetric and skew"),
    ("n n n abc=bac=-acb", ShapeError, "only a tensor of zeros"),
    ("n n n n n n n n abcdefgh=bcdefgha=cabdefgh", LimitError, "more than 1000 arrangements"),
]


@pytest.mark.parametrize(("declaration", "error", "message"), ERRORS)
def test_symmetries_that_cannot_be(declaration: str, error: type[RicciError], message: str) -> None:
    with pytest.raises(error, match=message):
        rc.tensor("T", declaration)


DERIVED = [
    ("C_ijkl E_ij F_kl ->", "C"),
    ("R_abcd x_a y_b x_c y_d ->", "R"),
    ("Z_abc x_a y_b E_cd y_d ->", "Z"),
    ("D_ijkl E_ij F_kl ->", "D"),
    ("exp(W_ijk x_j y_k) -> i", "W"),
    ("C_ijkl C_klmn E_mn F_ij ->", "C"),
    ("S_ij S_jk E_ki ->", "S"),
]


@pytest.mark.parametrize(("text", "variable"), DERIVED)
def test_derivatives_are_projected_onto_the_symmetry(text: str, variable: str) -> None:
    sizes = {name: " ".join(["n"] * leaf.order + sorted(leaf.traits)) for name, leaf in LEAVES.items()}
    f = rc.parse(text, **sizes | {"E": "n n", "F": "n n", "y": "n"})
    result = rc.derivative(f, variable)
    assert rc.verify(result)
    axes = range(f.order, result.order)
    node = result.settled
    for permutation, sign in LEAVES[variable].symmetry.elements():
        outputs = [*range(f.order), *(axes[place] for place in permutation)]
        assert rc.equal(rc.Expr(network([(node, range(node.order))], outputs)), sign * result)
    assert rc.verify(rc.derivative(f, variable, variable))


def test_arrays_that_lack_the_symmetry_are_refused() -> None:
    f = rc.parse("R_abcd x_a x_c -> bd", R=f"n n n n {RIEMANN}", x="n")
    x = np.ones(SIZE)
    assert rc.evaluate(f, R=VALUES["R"], x=x).shape == (SIZE, SIZE)
    with pytest.raises(rc.OperandError, match="R was declared abcd=-bacd"):
        rc.evaluate(f, R=np.ones([SIZE] * 4), x=x)


def test_large_classes_are_not_enumerated() -> None:
    T = tensor("T", ["n"] * 14, ["symmetric"])
    assert len(T.symmetry) == factorial(14)
    x = tensor("x", ["n"])
    one = network([(T, range(14)), *((x, (k,)) for k in range(13))], (13,))
    two = network([(T, range(13, -1, -1)), *((x, (k,)) for k in range(1, 14))], (0,))
    assert one is two
    outer = network([(x, (k,)) for k in range(10)], range(10))
    assert len(outer.symmetry) == factorial(10)
    assert isinstance(no_symmetry(3), Symmetry) and full_symmetry(3, -1).signed


@pytest.mark.parametrize("block", range(8))
def test_random_networks_are_one_object_however_they_are_written(block: int) -> None:
    """With hyperedges, powers, deltas, broadcast axes; factors shuffled, wires renamed, slots arranged as symmetry allows."""
    names = sorted(LEAVES)
    for seed in range(40 * block, 40 * block + 40):
        rng = random.Random(seed)
        wires = rng.randint(1, 5)
        factors = []
        for _ in range(rng.randint(1, 5)):
            leaf = LEAVES[rng.choice(names)]
            factors.append((leaf, [rng.randrange(wires) for _ in range(leaf.order)], rng.choice((1, 1, 1, 1, 2, 3))))
        outputs = [rng.randrange(wires) for _ in range(rng.randint(0, 3))]
        sizes: dict[Any, Any] = dict.fromkeys(range(wires), SIZE)
        node = network(factors, outputs, sizes)
        value = dense(node, VALUES)
        operands: list[Any] = [np.ones([SIZE] * wires), range(wires)]
        for leaf, slots, exponent in factors:
            operands += [VALUES[leaf.name] ** exponent, slots]
        for axis, wire in enumerate(outputs):
            operands += [np.eye(SIZE), [wire, wires + axis]]
        want = np.einsum(*operands, range(wires, wires + len(outputs)), optimize=True)
        np.testing.assert_allclose(value, want, rtol=1e-9, atol=1e-9)
        names_of = rng.sample(range(wires), wires)
        sign, turned = 1, []
        for leaf, slots, exponent in factors:
            order, change = rng.choice(list(leaf.symmetry.elements()))
            sign *= change**exponent
            turned.append((leaf, [names_of[slots[place]] for place in order], exponent))
        rng.shuffle(turned)
        other = network(turned, [names_of[wire] for wire in outputs], sizes)
        assert other is (node if sign > 0 else total([(node, -1)]))
