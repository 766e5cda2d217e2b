"""Half-vectorisation computed by indexing: patterns in products become calls, so that none of them is ever an array.

``L_hij Y_ij`` is the half of Y, ``D_ijh Y_ij`` the half of Y folded onto it, ``D_ijh y_h`` the symmetric and
``L_hij y_h`` the lower triangular matrix of a half-vector; ``T_dij`` sums along diagonals or spreads over them, and with a
vector, ``T_dij v_i``, it is a band of shifted copies. What is left - a pattern that is a result itself - is an array of
zeros and ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tensor_networks.axes import Axis
from tensor_networks.networks import Factor, Network, network
from tensor_networks.nodes import Node, intern
from tensor_networks.patterns import Pattern
from tensor_networks.wiring import Group

MOST_PATTERNS = 40
CALLS = {  # pattern -> what it makes of its pair, and what of its place
    "elimination": ("half", "lowered"),
    "duplication": ("folded", "mirrored"),
    "toeplitz": ("along_diagonals", "from_diagonals"),
}


BANDS = ("banded_rows", "banded_columns")  # what a diagonal pattern makes of its row or its column index alone


class Name(NamedTuple):
    """The function of a call, as evaluation reads it."""

    name: str


class Call(Node):
    """A function of the backends, applied to the last axes of a node."""

    __slots__ = ("arg", "function")
    kind = "gather"
    arg: Node
    function: Name

    def content(self) -> str:
        return self.function.name

    def rebuild(self, children: Sequence[Node]) -> Node:
        return called(self.function.name, children[0], self.axes)


def called(name: str, arg: Node, axes: Sequence[Axis]) -> Node:
    """The call of that name, with a value of those axes."""
    return intern(Call, tuple(axes), (arg,), function=Name(name), arg=arg)


def gathered(node: Node) -> Node:
    """A product with its patterns made calls, as far as they meet anything."""
    while isinstance(node, Network) and sum(isinstance(f.node, Pattern) for f in node.factors) <= MOST_PATTERNS:
        places = range(len(node.factors))
        tried = (make(node, place) for make in (_gathered, _banded) for place in places)
        new = next((made for made in tried if made is not None), None)
        if new is None:
            return node
        node = new
    return node


def _banded(node: Network, place: int) -> Node | None:
    """The product with a diagonal pattern made a band, if one of its pair meets vectors that meet neither of its other axes."""
    child, slots, exponent = node.factors[place]
    wires = [wire for group in slots for wire in group]
    if not isinstance(child, Pattern) or child.name != "toeplitz" or exponent != 1 or len({*wires}) < 3 or len(wires) > 3:
        return None
    rest = [factor for other, factor in enumerate(node.factors) if other != place]
    for axis in (1, 2):
        gone, others = wires[axis], [wires[0], wires[3 - axis]]
        near, far = _around(rest, {gone}, node.free | {*others})
        used = {wire for factor in near for group in factor.slots for wire in group}
        if gone in node.free or not near or used & {*others}:
            continue
        needed = node.free | {wire for factor in far for group in factor.slots for wire in group} | {*others}
        kept = sorted(used & needed)
        inside = gathered(network(near, [*kept, gone], {wire: node.sizes[wire] for wire in used}))
        made = called(BANDS[axis - 1], inside, [node.sizes[wire] for wire in (*kept, *others)])
        alive = {wire: node.sizes[wire] for wire in needed | {*kept}}
        return network([*far, (made, [*kept, *others], 1)], node.outputs, alive)
    return None


def _gathered(node: Network, place: int) -> Node | None:
    """The product with one factor made a call, if it is a pattern that meets others in its pair or its place."""
    child, slots, exponent = node.factors[place]
    if not isinstance(child, Pattern) or child.name not in CALLS or exponent != 1:
        return None
    h, pair = (slots[2], slots[:2]) if child.name == "duplication" else (slots[0], slots[1:])
    if any(len(group) != 1 for group in slots) or len({*h, *pair[0], *pair[1]}) < 3:
        return None
    rest = [factor for other, factor in enumerate(node.factors) if other != place]
    held = {wire for factor in rest for group in factor.slots for wire in group}
    gone: tuple[Group, ...]
    new: tuple[Group, ...]
    outside = node.free
    sizes = dict(enumerate(node.sizes))
    first, second = pair[0][0], pair[1][0]
    if {first, second} <= held and not {first, second} & outside:
        name, gone, new = CALLS[child.name][0], pair, (h,)
    elif h[0] in held and h[0] not in outside and not {first, second} & held:
        name, gone, new = CALLS[child.name][1], (h,), pair
    else:
        return None
    near, far = _around(rest, {wire for group in gone for wire in group}, outside | {*h, first, second})
    if _met(near, gone):
        return None  # a pattern that is to be contracted with another one: that one goes first, or neither
    used = {wire for factor in near for group in factor.slots for wire in group}
    needed = outside | {wire for factor in far for group in factor.slots for wire in group}
    kept = [(wire,) for wire in sorted(used & needed - {wire for group in gone for wire in group} - {*new[0]})]
    inside = gathered(network(near, [*kept, *gone], {wire: sizes[wire] for wire in used}))
    axes = [sizes[wire] for (wire,) in (*kept, *new)]
    made = Factor(called(name, inside, axes), (*kept, *new), 1)
    alive = {wire: sizes[wire] for wire in needed | {wire for group in made.slots for wire in group}}
    return network([*far, made], node.outputs, alive)


def _met(factors: list[Factor], gone: tuple[Group, ...]) -> bool:
    """Does a pattern among some factors hold a wire that is to go?"""
    wires = {wire for group in gone for wire in group}
    return any(isinstance(factor.node, Pattern) and any(wires & {*group} for group in factor.slots) for factor in factors)


def _around(factors: list[Factor], start: set[int], ends: frozenset[int] | set[int]) -> tuple[list[Factor], list[Factor]]:
    """The factors connected to some wires through wires that are not ends, and the others."""
    near: list[Factor] = []
    reached, far = set(start), list(factors)
    while True:
        more = [factor for factor in far if any(reached & {*group} for group in factor.slots)]
        if not more:
            return near, far
        near += more
        far = [factor for factor in far if factor not in more]
        reached |= {wire for factor in more for group in factor.slots for wire in group if wire not in ends}
