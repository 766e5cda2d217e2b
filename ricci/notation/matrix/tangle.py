"""A network of vectors and matrices unravelled into one matrix formula, by series-parallel reduction.

Wires are vertices; a vector hangs on one, a matrix joins two. Matrices between the same two wires multiply entry by
entry; an inner wire that joins two matrices makes them a product, with the vectors on it as a diagonal matrix between;
one that ends a matrix makes it a vector on the other wire. What is left between the output wires, or of a closed
component, is spelled out in several ways and the cheapest is kept. Networks that do not reduce (treewidth above 2) have
no matrix formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ricci.functions import FUNCTIONS
from ricci.notation.arithmetic import Entry, natural, transposed
from ricci.notation.formula import Formula, call, cheapest, latex_size, power, simple_call
from ricci.notation.matrix.chains import chain, diagonal, ones, unsquared
from ricci.notation.matrix.entrywise import hadamard
from ricci.notation.matrix.turning import turned_freely
from tensor_networks.axes import Axis, show

ENTRYWISE = frozenset({"sqrt", *(name for name, function in FUNCTIONS.items() if function.elementwise)})
MOST_FACTORS = 4000
MANY = 60  # wires, from which on they are eliminated in rounds
MOST_ROTATIONS = 24

Pair = tuple[int, int]


class Tangled(Exception):
    """The network has no matrix formula."""


def eye(size: Axis) -> Formula:
    """eye(n)."""
    return Formula("eye", [f"eye({show(size)})"], [f"I_{{{latex_size(size)}}}"], order=2, degree=0, symmetric=True, detail=size)


class Tangle:
    """Vectors and matrices on wires, while they are reduced. Wires are any integers."""

    def __init__(self, sizes: dict[int, Axis], outputs: Sequence[int]) -> None:
        self.sizes = sizes
        self.outputs = tuple(outputs)
        self.vectors: dict[int, list[Entry]] = {wire: [] for wire in sizes}
        self.edges: dict[Pair, list[Entry]] = {}
        self.near: dict[int, set[int]] = {wire: set() for wire in sizes}

    # building

    def add(self, formula: Formula, wires: Sequence[int], exponent: object) -> None:
        """A vector or matrix to a power, entry by entry."""
        if len(wires) == 1:
            self.vectors[wires[0]].append((formula, exponent))  # type: ignore[arg-type]
        elif wires[0] == wires[1]:
            self.vectors[wires[0]].append((diagonal(formula), exponent))  # type: ignore[arg-type]
        else:
            self.join(wires[0], wires[1], (formula, exponent))  # type: ignore[arg-type]

    def join(self, first: int, second: int, entry: Entry) -> None:
        """A matrix from one wire to another."""
        if first > second:
            first, second = second, first
            entry = (transposed(entry[0]), entry[1])
        self.edges.setdefault((first, second), []).append(entry)
        self.near[first].add(second)
        self.near[second].add(first)

    def between(self, first: int, second: int) -> list[Entry]:
        """The matrices from one wire to another."""
        if first < second:
            return self.edges.get((first, second), [])
        return [(transposed(formula), exponent) for formula, exponent in self.edges.get((second, first), [])]

    # reducing

    def formula(self) -> list[Formula]:
        """The value: one formula, for a scalar perhaps several to be multiplied.

        Raises:
            Tangled: there is none.
        """
        self.reduce()
        if not self.outputs:
            return self.closed()
        if any(wire not in self.outputs for wire in self.sizes):
            raise Tangled
        if len(self.outputs) == 1:
            wire = self.outputs[0]
            return [self.vector(wire) or ones(self.sizes[wire])]
        return [self.doubled() if self.outputs[0] == self.outputs[1] else self.matrix()]

    def reduce(self) -> None:
        """Eliminate inner wires, leaves first, as long as there are any of at most two neighbours."""
        waiting = [wire for wire in self.sizes if wire not in self.outputs]
        if len(waiting) > MANY:
            waiting = self.thinned(waiting)
        while waiting:
            wire = next((wire for degree in (1, 2) for wire in waiting if self.removable(wire, degree)), None)
            if wire is None:
                return
            waiting.remove(wire)
            self.remove(wire)

    def thinned(self, waiting: list[int]) -> list[int]:
        """Eliminate wires between two matrices in rounds, no two neighbours in one, so that long chains grow evenly."""
        while True:
            touched: set[int] = set()
            for wire in waiting:
                near = self.near[wire]
                if len(near) == 2 and wire not in touched and not near & touched:
                    touched |= {wire, *near}
                    self.remove(wire)
            left = [wire for wire in waiting if wire in self.sizes]
            if len(left) == len(waiting) or len(left) <= MANY:
                return left
            waiting = left

    def removable(self, wire: int, degree: int) -> bool:
        """Can the wire be eliminated now? A closed component keeps its last two wires."""
        near = self.near[wire]
        if len(near) != degree:
            return False
        if not self.outputs and degree == 1:
            (other,) = near
            return len(self.near[other]) > 1
        return True

    def remove(self, wire: int) -> None:
        """Eliminate an inner wire of one or two neighbours."""
        near = sorted(self.near.pop(wire))
        matrices = [self.between(other, wire) for other in near]
        for other in near:
            self.edges.pop((min(wire, other), max(wire, other)))
            self.near[other].discard(wire)
        vector = self.vector(wire)
        size = self.sizes.pop(wire)
        if len(near) == 1:
            self.vectors[near[0]].append((rows_summed(matrices[0], vector, size), 1))
            return
        left, right = (hadamard(entries, 2) for entries in matrices)
        middle = [] if vector is None else [diagonal(vector)]
        self.join(near[0], near[1], (chain([left, *middle, transposed(right)], 2), 1))

    def vector(self, wire: int) -> Formula | None:
        """The entrywise product of the vectors on a wire."""
        entries = self.vectors[wire]
        return hadamard(entries, 1) if entries else None

    # spelling out

    def doubled(self) -> Formula:
        """A diagonal matrix."""
        wire = self.outputs[0]
        vector = self.vector(wire)
        if vector is None:
            return eye(self.sizes[wire])
        options = [diagonal(vector)]
        whole = _of_whole(vector)
        if whole is not None:
            options.append(hadamard([(whole, 1), (eye(self.sizes[wire]), 1)], 2))
        if vector.callee == "diag":
            options.append(hadamard([(vector.parts[0], 1), (eye(self.sizes[wire]), 1)], 2))
        return cheapest(options)

    def matrix(self) -> Formula:
        """What is left between two output wires."""
        rows, columns = self.outputs
        left, right = self.vector(rows), self.vector(columns)
        entries = _squared(self.between(rows, columns))
        if not entries:
            if left is None and right is None:
                return ones(self.sizes[rows], self.sizes[columns])
            return self.outer(left, right)
        core = hadamard(entries, 2)
        options = [chain([*(diagonal(v) for v in [left] if v), core, *(diagonal(v) for v in [right] if v)], 2)]
        if left is not None or right is not None:
            options.append(hadamard([*entries, *self.spread(rows, columns)], 2))
        return cheapest(options)

    def outer(self, left: Formula | None, right: Formula | None) -> Formula:
        """A column times a row."""
        rows, columns = (self.sizes[wire] for wire in self.outputs)
        return chain([left or ones(rows), transposed(right or ones(columns))], 2)

    def spread(self, rows: int, columns: int) -> list[Entry]:
        """The vectors on two wires as matrices, those below a fraction bar apart."""
        parts: list[list[Entry]] = [[(f, e) for f, e in self.vectors[wire] if e > 0] for wire in (rows, columns)]
        lows: list[list[Entry]] = [[(f, -e) for f, e in self.vectors[wire] if e < 0] for wire in (rows, columns)]
        out: list[Entry] = []
        for (left, right), exponent in ((parts, 1), (lows, -1)):
            if left or right:
                factors = [hadamard(left, 1) if left else None, hadamard(right, 1) if right else None]
                out.append((self.outer(*factors), exponent))
        return out

    def closed(self) -> list[Formula]:
        """Scalars: what is left of closed components."""
        out = []
        left = dict.fromkeys(sorted(self.sizes))
        while left:
            wire = next(iter(left))
            del left[wire]
            near = self.near[wire]
            if not near:
                out.append(cheapest(entries_summed(self.vectors[wire])))
                continue
            if len(near) > 1 or len(self.near[min(near)]) > 1:
                raise Tangled
            (other,) = near
            del left[other]
            out.append(cheapest(self.forms(wire, other)))
        return out

    def forms(self, first: int, second: int) -> list[Formula]:
        """Spellings of a closed component of two wires."""
        entries = self.between(first, second)
        left, right = self.vector(first), self.vector(second)
        options: list[Formula] = []
        if left is None and right is None:
            options += traces(entries)
        core = hadamard(entries, 2)
        for matrix, start, end in ((core, left, right), (transposed(core), right, left)):
            if start is not None and end is not None:
                options.append(chain([transposed(start), matrix, end], 0))
            elif end is not None:
                options.append(summed(chain([matrix, end], 1)))
        if left is None and right is None and not (options and min(f.cost for f in options) <= summed(core).cost + 1):
            options.append(summed(core))
        for near, far, turned in ((first, second, entries), (second, first, self.between(second, first))):
            onto = (rows_summed(turned, self.vector(far), self.sizes[far]), 1)
            if self.vectors[near]:
                options += entries_summed([*self.vectors[near], onto])
        return options


def _squared(entries: list[Entry]) -> list[Entry]:
    """A matrix product twice among the entries as one to the power 2."""
    if len(entries) == 2 and entries[0][1] == entries[1][1] == 1 and entries[0][0].text == entries[1][0].text:
        return [(entries[0][0], 2)]
    return entries


def _of_whole(vector: Formula) -> Formula | None:
    """``f(X)`` for a function, entry by entry, of the diagonal of X: ``f(diag(X))``."""
    if vector.callee not in ENTRYWISE or len(vector.parts) != 1 or vector.order != 1:
        return None
    (inner,) = vector.parts
    if inner.callee != "diag" or inner.parts[0].order != 2:
        return None
    return simple_call(vector.callee, [inner.parts[0]], 2, degree=vector.degree)


def rows_summed(entries: list[Entry], vector: Formula | None, size: Axis) -> Formula:
    """The sum over columns of an entrywise product of matrices, weighted by a vector."""
    options = [chain([hadamard(entries, 2), vector or ones(size)], 1)]
    for first, second in halves(entries):
        middle = [] if vector is None else [diagonal(vector)]
        options.append(diagonal(chain([first, *middle, transposed(second)], 2)))
    return cheapest(options)


def halves(entries: list[Entry]) -> Iterable[tuple[Formula, Formula]]:
    """An entrywise product of matrices as a product of two: each of them and the others."""
    if len(entries) == 1:
        formula, exponent = entries[0]
        if exponent == 2 and formula.kind != "chain":
            yield formula, formula
        return
    for place, entry in enumerate(entries[:MOST_ROTATIONS]):
        if entry[1] > 0:
            rest = [*entries[:place], *entries[place + 1 :]]
            if any(exponent > 0 for _, exponent in rest):
                yield hadamard([entry], 2), hadamard(rest, 2)


def summed(formula: Formula) -> Formula:
    """The sum of all entries, of a matrix or its transpose; norm1 where they are sizes."""
    formula = turned_freely(formula)
    if formula.callee == "abs" and len(formula.parts) == 1:
        (inner,) = formula.parts
        shown = simple_call("vec", [inner], 1) if inner.order == 2 else inner  # another norm of a matrix in most books
        return call("norm1", [inner], 0, (r"\left\lVert ", shown, r"\right\rVert_1"), degree=formula.degree)
    return simple_call("sum", [formula], 0, degree=formula.degree)


def traces(entries: list[Entry]) -> list[Formula]:
    """The sum of all entries of an entrywise product of matrices as traces, and as a norm."""
    options = squares(entries)
    for first, second in halves(entries):
        parts = chain([first, transposed(second)], 2)
        cycle = list(parts.parts) if parts.kind == "chain" else [parts]
        turns = range(len(cycle)) if len(cycle) <= MOST_ROTATIONS else range(1)
        for turn in turns:
            turned = chain([*cycle[turn:], *cycle[:turn]], 2)
            options += [traced(turned), traced(transposed(turned))]
    last = [formula for formula in options if _ends_in_differential(formula)]
    return last or options


def _ends_in_differential(formula: Formula) -> bool:
    """Is it the trace of a product whose last factor is a differential, dX?"""
    inner = formula.parts[0] if formula.parts else formula
    return inner.kind == "chain" and re.fullmatch(r"d[A-Z]\w*", inner.parts[-1].text) is not None


def traced(formula: Formula) -> Formula:
    """The trace."""
    return simple_call("tr", [unsquared(turned_freely(formula))], 0, degree=formula.degree)


def squares(entries: list[Entry]) -> list[Formula]:
    """The squared norm, if the entries are one formula squared."""
    if len(entries) != 1 or entries[0][1] != 2:
        return []
    return [power(norm(_unsquared(entries)[0]), 2)]


def _unsquared(entries: list[Entry]) -> Entry:
    shown = hadamard(entries, entries[0][0].order)
    return (shown.parts[0], 2) if shown.kind == "power" else entries[0]


def norm(formula: Formula) -> Formula:
    """norm2 of a vector, normF of a matrix or its transpose, whichever is shorter; sums in it have their natural signs."""
    formula = turned_freely(natural(formula)[0])
    name, mark = ("normF", "F") if formula.order == 2 else ("norm2", "2")
    return call(name, [formula], 0, (r"\left\lVert ", formula, rf"\right\rVert_{mark}"), degree=formula.degree)


def entries_summed(entries: list[Entry]) -> list[Formula]:
    """The sum of all entries of an entrywise product of vectors: spellings of it."""
    whole = hadamard(entries, 1)
    if whole.callee == "diag" and whole.parts[0].order == 2:
        return [traced(whole.parts[0])]
    options = [summed(whole), *squares(entries)]
    if len(entries) == 1 and entries[0][1] == 2 and entries[0][0].kind != "chain":
        shown = _unsquared(entries)[0]
        options.append(chain([transposed(shown), shown], 0))
    if len(entries) > 1:
        for place, entry in enumerate(entries[:MOST_ROTATIONS]):
            rest = [*entries[:place], *entries[place + 1 :]]
            if entry[1] > 0 and any(exponent > 0 for _, exponent in rest):
                first, second = hadamard([entry], 1), hadamard(rest, 1)
                options += [chain([transposed(first), second], 0), chain([transposed(second), first], 0)]
    return options
