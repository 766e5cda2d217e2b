"""What the line of steps looks like where it could be slow: deltas, symmetrised sums, outer products, inverses."""

from __future__ import annotations

from collections import Counter

from ricci.functions import apply
from tensor_networks.evaluation.prepare import prepared
from tensor_networks.evaluation.program import build
from tensor_networks.networks import network, total
from tensor_networks.nodes import Node, tensor

Y = tensor("Y", "nn")
x, y, d = tensor("x", "n"), tensor("y", "n"), tensor("d", "m")
A, B, X, T = tensor("A", "nn"), tensor("B", "nn"), tensor("X", "mn"), tensor("T", "nnn")
SIZES = {"n": 100, "m": 200}


def operations(*roots: Node) -> Counter[str]:
    return Counter(step.op for step in build(roots, SIZES).steps if step.op != "input")


def test_a_diagonal_is_added_in_place() -> None:
    outer = network([(x, "i"), (y, "j")], "ij")
    steps = operations(total([(network([(x, "i")], "ii"), 1), (outer, -1)]))
    assert steps["deposit"] == 1
    assert not steps["embed"]
    assert not steps["copy"]


def test_an_input_is_copied_before_it_is_written_into() -> None:
    steps = operations(total([(A, 1), (network([], "ii", {"i": "n"}), 3)]))
    assert steps["deposit"] == steps["copy"] == 1


def test_what_is_read_elsewhere_is_copied_before_it_is_written_into() -> None:
    outer = network([(x, "i"), (y, "j")], "ij")
    steps = operations(total([(network([(x, "i")], "ii"), 1), (outer, 1)]), outer)
    assert steps["copy"] == 1


def test_a_symmetrised_sum_is_added_in_stages() -> None:
    orders = ["ijk", "ikj", "jik", "jki", "kij", "kji"]
    program = build([total([(network([(T, "ijk")], order), 1) for order in orders])], SIZES)
    assert sum(len(step.args) - 1 for step in program.steps if step.op == "add") == 3


def test_outer_products_of_the_same_axes_are_one_matrix_product() -> None:
    terms = [(network([(A, "ik"), (B, "lj")], "ijkl"), 1), (network([(A, "ki"), (B, "jl")], "ijkl"), 1)]
    steps = operations(total(terms))
    assert steps["matmul"] == 1
    assert steps["stack"] == 2
    assert not steps["add"]


def test_a_sum_with_deltas_is_taken_apart_before_it_is_built() -> None:
    eye = network([], "ii", {"i": "n"})
    pairs = total([(network([(eye, "ik"), (eye, "jl")], "ijkl"), 1), (network([(eye, "il"), (eye, "jk")], "ijkl"), 1)])
    node = network([(pairs, "ijkl"), (A, "kl")], "ij")
    expected = total([(A, 1), (network([(A, "ij")], "ji"), 1)])
    assert prepared([node], SIZES)[0] is expected


def test_an_inverse_is_solved_with_unless_it_is_needed_itself() -> None:
    node = apply("inv", A)
    product = network([(node, "ij"), (x, "j")], "i")
    assert _calls(product) == ["solve"]
    assert _calls(network([(x, "i"), (node, "ij")], "j")) == ["solve"]
    assert _calls(product, node) == ["inv"]


def _calls(*roots: Node) -> list[object]:
    return [step.params[0] for step in build(roots, SIZES).steps if step.op == "call"]


def test_weights_between_a_matrix_and_itself_make_a_gram_product() -> None:
    assert _calls(network([(X, "ai"), (d, "a"), (X, "aj")], "ij")) == ["gram"]
    assert _calls(network([(X, "ai"), (d, "a"), (T, "ijk")], "ajk")) == []


def test_value_and_gradient_share_their_products() -> None:
    gradient = total([
        (network([(A, "ij"), (Y, "jk"), (B, "kl")], "il"), 1),
        (network([(A, "ji"), (Y, "jk"), (B, "lk")], "il"), 1),
    ])  # fmt: skip
    form = network([(Y, "il"), (A, "ij"), (Y, "jk"), (B, "kl")], "")
    assert operations(form, gradient)["matmul"] == 5
