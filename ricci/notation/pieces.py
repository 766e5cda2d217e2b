"""Products of indexed factors while an index text is read: which index is which wire, and how large it is."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from tensor_networks.axes import Axis, show
from tensor_networks.errors import ShapeError
from tensor_networks.networks import network, total
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number

OPEN = "#"  # "#0", "#1", ... label the axes that have no index yet
Slot = int | tuple[int, ...]  # a wire, or a group of them: an axis that is read as their flattening


@dataclass(slots=True)
class Piece:
    """A product: factors over wires, and for each free index its wire and how often it occurs.

    `heights` says for an index whether its occurrences are up (True) or down. `default` are the indices that open axes
    get if the text gives none. `inner` are the indices that were summed in it unsaid. A node is None on the first, sizing
    pass.
    """

    coefficient: Number = 1
    factors: list[tuple[Node | None, tuple[Slot, ...], Number]] = field(default_factory=list)
    free: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    bare: list[int] = field(default_factory=list)
    heights: dict[str, tuple[bool, ...]] = field(default_factory=dict)
    default: tuple[str, ...] = ()
    inner: frozenset[str] = frozenset()

    @property
    def number(self) -> Number | None:
        """The number this is, if it is one."""
        return None if self.factors or self.bare or self.free else self.coefficient

    @property
    def open(self) -> list[str]:
        """The labels of the axes that have no index."""
        return [label for label in self.free if label[0] == OPEN]


class Wires:
    """Wires of two equalities: joined (the same index) and of one size."""

    def __init__(self, building: bool) -> None:
        self.building = building
        self._joined: list[int] = []
        self._alike: list[int] = []
        self._sizes: list[Axis | None] = []

    def new(self, size: Axis | None = None, like: int | None = None) -> int:
        """A wire of a size, or of the size of another."""
        wire = len(self._joined)
        self._joined.append(wire)
        self._alike.append(wire if like is None else self._root(self._alike, like))
        self._sizes.append(size)
        return wire

    @staticmethod
    def _root(parent: list[int], wire: int) -> int:
        while parent[wire] != wire:
            parent[wire] = parent[parent[wire]]
            wire = parent[wire]
        return wire

    def find(self, wire: int) -> int:
        return self._root(self._joined, wire)

    def kind(self, wire: int) -> int:
        """The class of wires that have the size of this one."""
        return self._root(self._alike, wire)

    def size(self, wire: int) -> Axis | None:
        return self._sizes[self.kind(wire)]

    def set_size(self, wire: int, size: Axis) -> None:
        self._sizes[self.kind(wire)] = size

    def alike(self, one: int, other: int, label: str) -> None:
        """Two wires have one size.

        Raises:
            ShapeError: they have two, naming the index.
        """
        first, second = self.kind(one), self.kind(other)
        if first == second:
            return
        sizes = self._sizes[first], self._sizes[second]
        if None not in sizes and sizes[0] != sizes[1]:
            index = f"index {label}" if label[0] != OPEN else "an axis"
            raise ShapeError(f"{index} has the size {show(sizes[0])} and the size {show(sizes[1])}")  # type: ignore[arg-type]
        self._alike[second] = first
        if sizes[0] is None:
            self._sizes[first] = sizes[1]

    def join(self, one: int, other: int, label: str) -> None:
        """Two wires are the same index."""
        self.alike(one, other, label)
        first, second = self.find(one), self.find(other)
        if first != second:
            self._joined[second] = first

    # pieces

    def node(self, piece: Piece, labels: Iterable[str]) -> Node | None:
        """The node of a piece with axes in the order of `labels`; a label it lacks becomes a broadcast axis."""
        if not self.building:
            return None
        outputs = [self.find(piece.free[label]) for label in labels]
        factors = [(node, tuple(map(self.slot, slots)), e) for node, slots, e in piece.factors if node is not None]
        sizes: dict[Hashable, Axis] = {}
        parts = [wire for _, slots, _ in piece.factors for slot in slots if isinstance(slot, tuple) for wire in slot]
        for wire in (*piece.bare, *parts):
            size = self.size(wire)
            if size is None and wire in parts:
                known = next((f" {label}" for label, other in piece.free.items() if self.find(other) == self.find(wire)), "")
                raise ShapeError(f"the size of an index{known} in parentheses is not known", hint="say it: ones(n)_i")
            if size is not None:
                sizes[self.find(wire)] = size
        node = network(factors, outputs, sizes)
        return node if piece.coefficient == 1 else total([(node, piece.coefficient)], node.axes)

    def slot(self, slot: Slot) -> Slot:
        """A slot by the wires that its own have been joined to."""
        return tuple(map(self.find, slot)) if isinstance(slot, tuple) else self.find(slot)

    def parted(self, piece: Piece, counts: Sequence[int]) -> Piece:
        """The piece with its open axes in so many parts, each of them an open axis of a size that others say."""
        wires = [wire for _, slots, _ in piece.factors for wire in slots]
        if len(piece.factors) != 1 or piece.bare or piece.coefficient != 1 or len(set(wires)) < len(wires):
            piece = self.fresh(self.node(piece, piece.free), piece.free)
        [(node, slots, exponent)] = piece.factors
        free: dict[str, int] = {}
        groups: dict[Slot, Slot] = {}
        for label, wire in piece.free.items():
            count = counts[piece.open.index(label)] if label[0] == OPEN else 1
            parts = (wire,) if count == 1 else tuple(self.new() for _ in range(count))
            free |= {label if count == 1 else f"{label}.{k}": part for k, part in enumerate(parts)}
            groups[wire] = wire if count == 1 else parts
        return Piece(1, [(node, tuple(groups[slot] for slot in slots), exponent)], free, dict.fromkeys(free, 1))

    def fresh(self, node: Node | None, like: dict[str, int], exponent: Number = 1) -> Piece:
        """A node as a piece, its axes the labels of `like` and of their sizes."""
        free = {label: self.new(like=wire) for label, wire in like.items()}
        return Piece(1, [(node, tuple(free.values()), exponent)], free, dict.fromkeys(free, 1))

    def widened(self, piece: Piece, like: dict[str, int]) -> Piece:
        """The piece with a broadcast axis for every label of `like` that it lacks."""
        extra = {label: self.new(like=wire) for label, wire in like.items() if label not in piece.free}
        bare = [*piece.bare, *extra.values()]
        heights = dict(piece.heights)
        return Piece(piece.coefficient, piece.factors, piece.free | extra, piece.counts, bare, heights, inner=piece.inner)

    def merged(self, pieces: Sequence[tuple[Piece, int, int]], text: str) -> Piece:
        """The product of pieces (each with its span): equal indices joined, occurrences counted, nothing summed."""
        out = Piece()
        for piece, start, end in pieces:
            out.coefficient *= piece.coefficient
            out.factors += piece.factors
            out.bare += piece.bare
            out.inner |= piece.inner
            for label, wire in piece.free.items():
                known = out.free.setdefault(label, wire)
                if known != wire:
                    try:
                        self.join(known, wire, label)
                    except ShapeError as error:
                        error.locate(text, start, end)
                        raise
                out.counts[label] = out.counts.get(label, 0) + piece.counts[label]
                out.heights[label] = out.heights.get(label, ()) + piece.heights.get(label, ())
        return out


def renamed(piece: Piece, names: dict[str, str]) -> Piece:
    """The piece with open axes given indices; an index given twice counts twice."""
    free: dict[str, int] = {}
    counts: dict[str, int] = {}
    for label, wire in piece.free.items():
        name = names.get(label, label)
        free.setdefault(name, wire)
        counts[name] = counts.get(name, 0) + piece.counts[label]
    return Piece(piece.coefficient, piece.factors, free, counts, piece.bare, inner=piece.inner)


def settled(piece: Piece) -> Piece:
    """The piece with its open axes given their default indices, if it has such."""
    if piece.default and piece.open:
        return renamed(piece, dict(zip(piece.open, piece.default, strict=True)))
    return piece
