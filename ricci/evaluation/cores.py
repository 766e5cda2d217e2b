"""The terms of a derivative as products of cores: what a structured result and its solver share."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tensor_networks.axes import Axis
from tensor_networks.networks import Factor, Network, network
from tensor_networks.nodes import Node, Tensor
from tensor_networks.numbers import Number
from tensor_networks.wiring import connected


@dataclass(frozen=True)
class Term:
    """A product of cores: leaves with their wires, the wires of the axes of the whole, the sizes of all wires."""

    factors: tuple[tuple[Tensor, tuple[int, ...]], ...]
    outputs: tuple[int, ...]
    sizes: dict[Hashable, Axis]
    number: Number

    def product(self, outputs: Sequence[Any], *more: tuple[Node, Sequence[Any]]) -> Node:
        """The product, times other factors, with other outputs."""
        return network([*self.factors, *more], outputs, self.sizes)

    def joined(self, pairs: Sequence[tuple[int, int]]) -> Term:
        """The term with pairs of its axes set equal: their wires become one."""
        onto: dict[int, int] = {}
        for first, second in pairs:
            one, two = _end(onto, self.outputs[first]), _end(onto, self.outputs[second])
            if one != two:
                onto[two] = one
        factors = tuple((leaf, tuple(_end(onto, wire) for wire in wires)) for leaf, wires in self.factors)
        sizes = {wire: size for wire, size in self.sizes.items() if wire not in onto}
        return Term(factors, tuple(_end(onto, wire) for wire in self.outputs), sizes, self.number)


def _end(onto: Mapping[int, int], wire: int) -> int:
    while wire in onto:
        wire = onto[wire]
    return wire


def components(term: Network) -> list[list[Factor]]:
    """The factors in groups that share no wire."""
    wires = [[wire for group in factor.slots for wire in group] for factor in term.factors]
    return [[term.factors[place] for place in places] for places in connected(wires, len(term.sizes))]
