"""The pairwise products that a line of steps holds already, so that a plan can prefer them and a builder take them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from tensor_networks.evaluation.lowering import Operand


class Taken(NamedTuple):
    """A product that was taken: two operands, the wires that are kept, the result."""

    one: Operand
    two: Operand
    kept: Collection[int]
    result: Operand


class Products:
    """Products of two operands by what they are: the two steps, how their wires meet, and which are summed."""

    def __init__(self) -> None:
        self._known: dict[frozenset[int], list[Taken]] = {}

    def __bool__(self) -> bool:
        return bool(self._known)

    def record(self, one: Operand, two: Operand, kept: Collection[int], result: Operand) -> None:
        """Remember the product of two operands over the wires that are kept."""
        self._known.setdefault(frozenset((one.step, two.step)), []).append(Taken(one, two, kept, result))

    def recall(self, one: Operand, two: Operand, kept: Collection[int]) -> Operand | None:
        """The product of two operands over the wires that are kept, if it was taken before."""
        taken = self._known.get(frozenset((one.step, two.step)))
        if taken is None:
            return None
        first, second, signature = _signed(one, two, kept)
        for before in taken:
            left, right, known = _signed(*before[:3])
            if known == signature:
                wires = dict(zip((*right.wires, *left.wires), (*second.wires, *first.wires), strict=True))
                return Operand(before.result.step, tuple([wires[wire] for wire in before.result.wires]))
        return None


def _signed(one: Operand, two: Operand, kept: Collection[int]) -> tuple[Operand, Operand, object]:
    """The two operands in an order of their own, and what tells their product from others."""
    first, second = (one.step, _met(one, two, kept)), (two.step, _met(two, one, kept))
    return (one, two, (first, second)) if first <= second else (two, one, (second, first))


def _met(operand: Operand, other: Operand, kept: Collection[int]) -> list[tuple[int, bool]]:
    """For every axis of an operand the axis of the other one that it meets, or -1, and whether it is kept."""
    wires = other.wires
    return [(wires.index(wire) if wire in wires else -1, wire in kept) for wire in operand.wires]


class Remembered:
    """The foresight (see `tensor_networks.evaluation.plan`) of a search over some operands: it finds their products here."""

    def __init__(self, products: Products, operands: Sequence[Operand]) -> None:
        self._products = products
        self._operands: list[Operand | None] = list(operands)
        self._found: dict[tuple[int, int], Operand] = {}

    def known(self, left: int, right: int, kept: Collection[int]) -> bool:
        """Is the product of two operands, by their numbers, over the wires that are kept there?"""
        one, two = self._operands[left], self._operands[right]
        found = None if one is None or two is None else self._products.recall(one, two, kept)
        if found is not None:
            self._found[left, right] = found
        return found is not None

    def merge(self, left: int, right: int) -> None:
        """The search takes that product, which it asked for before; it becomes the next operand."""
        self._operands.append(self._found.get((left, right)))
