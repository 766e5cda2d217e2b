"""Parts of a tensor before it exists: diagonals, traces, per-sample pieces, by a pattern such as ``"bibj->bij"``.

The pattern becomes wires of the network, and goes on into sums and products until it meets tensors. So the diagonal of
a Hessian, its trace (the Laplacian) or the blocks of a batched Jacobian are formed as they are, never through the whole.
"""

from __future__ import annotations

import re
from collections import Counter

from ricci.calculus.simplify import settle
from tensor_networks.errors import IndexNotationError, ShapeError, clip
from tensor_networks.networks import Factor, Network, Sum, network, total
from tensor_networks.nodes import Node
from tensor_networks.rewrite import flatten, transform

MOST_ROUNDS = 64
PATTERN = re.compile(r"\s*([^\W\d_\s]*)\s*(?:->\s*([^\W\d_\s]*)\s*)?")


def selected(node: Node, pattern: str) -> Node:
    """The entries that a pattern names: a letter for each axis, and those of the result (``ii->i``, ``abab->``, ``ij->ji``).

    Letters that are not in the result are summed. Without an arrow the result has the letters that occur once, in
    alphabetical order.

    Raises:
        IndexNotationError: the pattern cannot be read, or has another number of letters than the tensor has axes.
        ShapeError: one letter stands for axes of two sizes.
    """
    letters, outputs = _read(pattern, node.order)
    sizes = dict(zip(reversed(letters), reversed(node.axes), strict=True))
    for letter, size in zip(letters, node.axes, strict=True):
        if sizes[letter] != size:
            raise ShapeError(f"{letter} of the pattern {pattern} stands for axes of different sizes")
    return inward(network([(node, letters)], outputs))


def _read(pattern: str, order: int) -> tuple[str, str]:
    """The letters of a pattern, and of its result."""
    found = PATTERN.fullmatch(pattern)
    if found is None:
        hint = "a pattern is a letter for each axis, an arrow, and the letters of the result: ii->i"
        raise IndexNotationError(f"{clip(pattern, 40)} is not a pattern", hint=hint)
    letters, outputs = found.groups()
    if len(letters) != order:
        raise IndexNotationError(f"the pattern {clip(pattern, 40)} has {len(letters)} letters for a tensor of order {order}")
    if outputs is None:
        outputs = "".join(sorted(letter for letter, count in Counter(letters).items() if count == 1))
    if not set(outputs) <= set(letters):
        missing = min(set(outputs) - set(letters))
        raise IndexNotationError(f"{missing} of the result is no axis of the pattern {clip(pattern, 40)}")
    return letters, outputs


def inward(node: Node) -> Node:
    """The node with diagonals and sums over wires that hang on one factor moved into that factor, if it is a sum."""
    for _ in range(MOST_ROUNDS):
        (new,) = flatten(*transform((node,), _step))
        if new is node:
            break
        node = new
    return settle(node)[0]


def _step(node: Node) -> Node:
    """One factor that is a sum, seen along a diagonal or summed by itself, replaced by the sum of its terms so seen."""
    if not isinstance(node, Network):
        return node
    counts = Counter(wire for factor in node.factors for group in factor.slots for wire in group)
    for place, factor in enumerate(node.factors):
        if not isinstance(factor.node, Sum) or factor.exponent != 1 or any(len(group) > 1 for group in factor.slots):
            continue
        wires = [group[0] for group in factor.slots]
        own = Counter(wires)
        kept = [wire for wire in own if wire in node.free or counts[wire] > own[wire]]
        if len(kept) < len(wires):
            return _replaced(node, place, factor.node, wires, kept)
    return node


def _replaced(node: Network, place: int, inner: Sum, wires: list[int], kept: list[int]) -> Node:
    sizes = dict(enumerate(node.sizes))
    axes = tuple(node.sizes[wire] for wire in kept)
    seen = total([(network([(term, wires)], kept), number) for term, number in inner.terms], axes)
    rest = [*node.factors[:place], *node.factors[place + 1 :]]
    factors = [*rest, Factor(seen, tuple((wire,) for wire in kept), 1)]
    gone = set(wires) - set(kept)
    return network(factors, node.outputs, {wire: size for wire, size in sizes.items() if wire not in gone})


def diagonal_pattern(split: tuple[int, ...]) -> str | None:
    """The pattern of the diagonal of a derivative whose last two parts have as many axes; None if they have not."""
    if len(split) < 2 or split[-1] != split[-2] or not split[-1]:
        return None
    letters = [chr(ord("a") + k) for k in range(sum(split) - split[-1])]
    again = letters[len(letters) - split[-1] :]
    return f"{''.join([*letters, *again])}->{''.join(letters)}"
