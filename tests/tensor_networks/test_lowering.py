"""Pairs of operands become the array operation that serves them, and no other."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tensor_networks.errors import LimitError
from tensor_networks.evaluation.lowering import Line, Operand, contract, view


def pair(left: str, right: str, kept: str) -> list[str]:
    """The operations of one contraction, without the inputs."""
    line = Line()
    operands = [
        Operand(line.add("input", (), (k,), tuple(word)), tuple(map(ord, word))) for k, word in enumerate((left, right))
    ]
    contract(line, operands[0], operands[1], [ord(wire) for wire in kept], [ord(wire) for wire in kept])
    return [step.op for step in line.steps[2:]]


@pytest.mark.parametrize(
    ("left", "right", "kept", "operations"),
    [
        ("i", "i", "", ["matmul"]),
        ("ij", "j", "i", ["matmul"]),
        ("ij", "i", "j", ["matmul"]),
        ("ij", "jk", "ik", ["matmul"]),
        ("ij", "jk", "ki", ["transpose", "transpose", "matmul"]),
        ("ji", "jk", "ik", ["transpose", "matmul"]),
        ("bij", "bjk", "bik", ["matmul"]),
        ("bi", "bi", "b", ["vecdot"]),
        ("i", "j", "ij", ["index", "multiply"]),
        ("ij", "j", "ij", ["multiply"]),
        ("ij", "i", "ij", ["index", "multiply"]),
        ("ijk", "kl", "il", ["sum", "matmul"]),
        ("ijk", "jkl", "il", ["reshape", "reshape", "matmul"]),
        ("ij", "ij", "", ["reshape", "reshape", "matmul"]),
    ],
)
def test_a_pair(left: str, right: str, kept: str, operations: list[str]) -> None:
    assert pair(left, right, kept) == operations


def test_equal_steps_are_one_step() -> None:
    line = Line()
    x = line.add("input", (), ("x",), ("n",))
    assert line.power(x, 2) == line.power(x, 2)
    assert line.power(x, 1) == x


@pytest.mark.parametrize(
    ("exponent", "operations"),
    [
        (2, ["power"]),
        (3, ["power", "multiply"]),
        (-1, ["reciprocal"]),
        (-2, ["power", "reciprocal"]),
        (Fraction(1, 2), ["root"]),
        (Fraction(3, 2), ["root", "multiply"]),
        (Fraction(1, 3), ["power"]),
    ],
)
def test_powers(exponent: int | Fraction, operations: list[str]) -> None:
    line = Line()
    line.power(line.add("input", (), ("x",), ("n",)), exponent)
    assert [step.op for step in line.steps[1:]] == operations


def test_a_repeated_wire_is_a_diagonal_and_a_group_a_reshape() -> None:
    line = Line()
    step = line.add("input", (), ("T",), (("m", "n"), "n"))
    operand = view(line, step, ((0, 1), (1,)), ("m", "n"))
    assert operand.wires == (0, 1)
    assert [step.op for step in line.steps[1:]] == ["reshape", "diagonal"]


def test_more_than_64_axes_are_refused() -> None:
    with pytest.raises(LimitError, match="64"):
        Line().add("input", (), ("x",), (2,) * 65)
