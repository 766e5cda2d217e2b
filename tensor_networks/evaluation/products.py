"""The pairwise products that a line of steps holds already, so that a plan can prefer them and a builder take them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeAlias

from tensor_networks.evaluation.lowering import Operand

Origin: TypeAlias = tuple[tuple[int, int], ...]


class Products:
    """Products of two operands by what they are: the two steps, how their wires meet, and which are summed."""

    def __init__(self) -> None:
        self._known: dict[object, tuple[int, Origin]] = {}
        self._pairs: set[tuple[int, int]] = set()

    def __bool__(self) -> bool:
        return bool(self._known)

    def record(self, one: Operand, two: Operand, kept: Collection[int], result: Operand) -> None:
        """Remember the product of two operands over the wires that are kept."""
        first, second, signature = _signed(one, two, kept)
        places = {wire: (1, axis) for axis, wire in enumerate(second.wires)}
        places |= {wire: (0, axis) for axis, wire in enumerate(first.wires)}
        self._pairs |= {(one.step, two.step), (two.step, one.step)}
        self._known.setdefault(signature, (result.step, tuple(places[wire] for wire in result.wires)))

    def recall(self, one: Operand, two: Operand, kept: Collection[int]) -> Operand | None:
        """The product of two operands over the wires that are kept, if it was taken before."""
        if (one.step, two.step) not in self._pairs:
            return None
        first, second, signature = _signed(one, two, kept)
        found = self._known.get(signature)
        if found is None:
            return None
        step, origins = found
        return Operand(step, tuple((first, second)[which].wires[axis] for which, axis in origins))


def _signed(one: Operand, two: Operand, kept: Collection[int]) -> tuple[Operand, Operand, object]:
    """The two operands in an order of their own, and what tells their product from others."""
    described = [(operand.step, _met(operand, other, kept), operand) for operand, other in ((one, two), (two, one))]
    described.sort(key=lambda entry: entry[:2])
    return described[0][2], described[1][2], tuple(entry[:2] for entry in described)


def _met(operand: Operand, other: Operand, kept: Collection[int]) -> tuple[tuple[int, bool], ...]:
    """For every axis of an operand the axis of the other one that it meets, or -1, and whether it is kept."""
    return tuple((other.wires.index(w) if w in other.wires else -1, w in kept) for w in operand.wires)


class Remembered:
    """The foresight (see `tensor_networks.evaluation.plan`) of a search over some operands: it finds their products here."""

    def __init__(self, products: Products, operands: Sequence[Operand]) -> None:
        self._products = products
        self._operands: list[Operand | None] = list(operands)

    def known(self, left: int, right: int, kept: Collection[int]) -> bool:
        """Is the product of two operands, by their numbers, over the wires that are kept there?"""
        return self._find(left, right, kept) is not None

    def merge(self, left: int, right: int, kept: Collection[int]) -> None:
        """The search takes that product, which becomes the next operand."""
        self._operands.append(self._find(left, right, kept))

    def _find(self, left: int, right: int, kept: Collection[int]) -> Operand | None:
        one, two = self._operands[left], self._operands[right]
        return None if one is None or two is None else self._products.recall(one, two, kept)
