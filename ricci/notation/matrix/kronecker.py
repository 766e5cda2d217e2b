"""Networks with grouped axes in matrix notation: vec, kron and commutation.

An axis that is a group of wires is read as their row-major flattening: ``vec(M)`` is ``M_ij -> ((j,i),)`` and
``kron(A,B)`` is ``A_ac B_bd -> ((a,b),(c,d))``. Groups fall into pieces, connected by factors or shared wires; pieces
that stand in the same order in both groups are the arguments of kron; commutation matrices bring them into one order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import chain as linked
from typing import NamedTuple

from ricci.notation.arithmetic import pushed, transposed
from ricci.notation.formula import Formula, call, cheapest, simple_call, wrapped_latex
from ricci.notation.matrix.chains import chain, diagonal
from ricci.notation.matrix.tangle import Tangle, Tangled, eye, latex_size
from tensor_networks.axes import Axis, product, show
from tensor_networks.numbers import Number
from tensor_networks.wiring import Group, components

MOST_SWAPS = 3


class Held(NamedTuple):
    """A factor that has axes: its formula, its wires and its exponent."""

    formula: Formula
    slots: tuple[Group, ...]
    exponent: Number

    @property
    def wires(self) -> Group:
        """All its wires."""
        return tuple(linked.from_iterable(self.slots))


class Groups:
    """Factors over single wires, and what they are between groups of wires."""

    def __init__(self, factors: Sequence[Held], sizes: Sequence[Axis]) -> None:
        self.factors, self.sizes = factors, sizes
        self.root = components([factor.wires for factor in factors], len(sizes))

    def spelled(self, rows: Group, columns: Group | None) -> Formula:
        """The vector over one group, or the matrix over two, in its cheapest form."""
        options = self.options(rows, columns, MOST_SWAPS)
        joined = self.doubled(rows, columns or ())
        if joined is not None:
            options += joined.options(rows, columns, MOST_SWAPS)
        if not options:
            raise Tangled
        return cheapest(options)

    def doubled(self, *groups: Group) -> Groups | None:
        """The same with wires that stand twice in a row in a group, ``(i,j,i,j)``, as one component; None without such."""
        pairs = [
            group[start : start + half]
            for group in groups
            for half in range(2, len(group) // 2 + 1)
            for start in range(len(group) - 2 * half + 1)
            if group[start : start + half] == group[start + half : start + 2 * half]
        ]
        if not pairs:
            return None
        joined = Groups(self.factors, self.sizes)
        joined.root = components([*(factor.wires for factor in self.factors), *pairs], len(self.sizes))
        return joined

    def options(self, rows: Group, columns: Group | None, swaps: int) -> list[Formula]:
        """All forms that are found."""
        if columns is None:
            found = self.pieces(rows, ())
            if found is None:
                return self.swapped(rows, None, swaps - 1) if swaps else []
            return [found]
        out = []
        if rows == columns and len(rows) > 1:
            out += [diagonal(vector) for vector in self.options(rows, None, swaps)]
        if not self.shared(rows, columns):
            sides = [self.options(group, None, 0) for group in (rows, columns)]
            if all(sides):
                out.append(chain([sides[0][0], transposed(sides[1][0])], 2))
            out += self.outer(rows, columns)
        straight = self.pieces(rows, columns)
        if straight is not None:
            out.append(straight)
        else:
            out += self.masked(rows, columns)
            out += self.swapped(rows, columns, swaps - 1) if swaps and not out else []
        return out

    def outer(self, rows: Group, columns: Group) -> list[Formula]:
        """kron(a*c', b*d') for kron(a, b)*kron(c, d)', where rows and columns do not hang together."""
        left, right = self.runs(rows), self.runs(columns)
        if not 1 < len(left) == len(right) == len(dict(left)) == len(dict(right)):
            return []
        pairs = [(self.piece(row, ()), self.piece((), column)) for (_, row), (_, column) in zip(left, right, strict=True)]
        parts = [chain([row, column], 2) for row, column in pairs if row is not None and column is not None]
        return [kronecker_product(parts)] if len(parts) == len(pairs) else []

    def masked(self, rows: Group, columns: Group) -> list[Formula]:
        """diag(vec(D))*M and M*diag(vec(D)), where factors hang on the wires of one group only and join several."""
        out: list[Formula] = []
        for group, is_row in ((rows, True), (columns, False)):
            inside = [factor for factor in self.factors if len(set(factor.wires)) > 1 and set(factor.wires) <= set(group)]
            if not inside or (len(inside) == len(self.factors) and not set(rows) & set(columns)):
                continue
            mask = Groups(inside, self.sizes).options(group, None, 0)
            rest = [factor for factor in self.factors if factor not in inside]
            core = Groups(rest, self.sizes).options(rows, columns, 1)
            if mask and core:
                parts = [diagonal(cheapest(mask)), cheapest(core)]
                out.append(chain(parts if is_row else parts[::-1], 2))
        return out

    def shared(self, rows: Group, columns: Group) -> bool:
        """Do the groups hang together?"""
        return bool({self.root[wire] for wire in rows} & {self.root[wire] for wire in columns})

    def pieces(self, rows: Group, columns: Group) -> Formula | None:
        """The Kronecker product of the pieces, if they stand in one order in both groups."""
        left, right = self.runs(rows), self.runs(columns)
        if len({where for where, _ in left}) < len(left) or len({where for where, _ in right}) < len(right):
            return None
        ordered: list[tuple[Group, Group]] = []
        both = {where for where, _ in left} & {where for where, _ in right}
        while left or right:
            if left and left[0][0] not in both:
                ordered.append((left.pop(0)[1], ()))
            elif right and right[0][0] not in both:
                ordered.append(((), right.pop(0)[1]))
            elif left and right and left[0][0] == right[0][0]:
                ordered.append((left.pop(0)[1], right.pop(0)[1]))
            else:
                return None
        formulas = [self.piece(*ends) for ends in ordered]
        if not formulas or any(formula is None for formula in formulas):
            return None
        joint: list[Formula] = []
        for place, formula in enumerate(formulas):
            outer = place and not ordered[place - 1][1] and not ordered[place][0]
            if outer and ordered[place - 1][0]:  # kron(x, y') is x*y'
                joint[-1] = chain([joint[-1], formula], 2)  # type: ignore[list-item]
            else:
                joint.append(formula)  # type: ignore[arg-type]
        return kronecker_product(joint)

    def runs(self, group: Group) -> list[tuple[int, Group]]:
        """The group cut where the component changes."""
        out: list[tuple[int, Group]] = []
        for wire in group:
            if out and out[-1][0] == self.root[wire]:
                out[-1] = (out[-1][0], (*out[-1][1], wire))
            else:
                out.append((self.root[wire], (wire,)))
        return out

    def piece(self, rows: Group, columns: Group) -> Formula | None:
        """One component between some rows and columns."""
        if len(rows) <= 1 and len(columns) <= 1:
            formula = self.unravelled((*rows, *columns))
            return transposed(formula) if not rows else formula
        for near, far in ((rows, columns), (columns, rows)):
            if len(near) == 2 and not far and near[0] != near[1]:
                formula = vectorised(self.unravelled((near[1], near[0])))
                return transposed(formula) if near is columns else formula
            half = len(near) // 2
            if half > 1 and not far and near == near[:half] * 2:
                matrix = Groups(self.factors, self.sizes).spelled(near[:half], near[:half])
                return transposed(vectorised(matrix)) if near is columns else vectorised(matrix)
            if len(near) == 2 and not far:
                formula = vectorised(self.on_diagonal(near[0]))
                return transposed(formula) if near is columns else formula
        if rows == columns:
            vector = self.piece(rows, ())
            return None if vector is None else diagonal(vector)
        for group, is_row in ((rows, True), (columns, False)):
            if len(group) > 1 and len(set(group)) == 1 and len({*rows, *columns}) > 1:
                inner = self.piece(group[:1], columns) if is_row else self.piece(rows, group[:1])
                copies = reduce(khatri_rao, [eye(self.sizes[group[0]])] * len(group))
                parts = [] if inner is None else [copies, inner] if is_row else [inner, transposed(copies)]
                return chain(parts, 2) if parts else None
        if len(columns) == 1:
            return self.khatri_rao(rows, columns[0])
        if len(rows) == 1:
            product = self.khatri_rao(columns, rows[0])
            return None if product is None else _turned(product)
        return None

    def on_diagonal(self, wire: int) -> Formula:
        """The diagonal matrix of what hangs on one wire, the identity if nothing does."""
        if not any(self.root[factor.wires[0]] == self.root[wire] for factor in self.factors):
            return eye(self.sizes[wire])
        return diagonal(self.unravelled((wire,)))

    def khatri_rao(self, rows: Group, column: int) -> Formula | None:
        """kr(A, B): the Kronecker products of columns, where the rows hang together by the column only."""
        factors = [factor for factor in self.factors if self.root[factor.wires[0]] == self.root[column]]
        own = components([[w for w in factor.wires if w != column] for factor in factors], len(self.sizes))
        others = [wire for wire in rows if wire != column]
        if len({own[wire] for wire in others}) < len(others):
            return None
        whole: Formula | None = None
        for row in rows:
            inside = [f for f in factors if row != column and any(own[w] == own[row] for w in f.wires if w != column)]
            part = eye(self.sizes[row]) if row == column else None
            if row != column and inside:
                part = Groups(inside, self.sizes).unravelled((row, column))
            if part is None:
                return None
            whole = part if whole is None else khatri_rao(whole, part)
        known = {own[wire] for wire in others}
        loose = [factor for factor in factors if known.isdisjoint(own[wire] for wire in factor.wires if wire != column)]
        if whole is None or not loose:
            return whole
        return chain([whole, diagonal(Groups(loose, self.sizes).unravelled((column,)))], 2)

    def unravelled(self, outputs: Group) -> Formula:
        """The component of some output wires as a vector or matrix over them."""
        where = {self.root[wire] for wire in outputs}
        factors = [factor for factor in self.factors if self.root[factor.wires[0]] in where]
        inside = dict.fromkeys([*outputs, *(wire for factor in factors for wire in factor.wires)])
        tangle = Tangle({wire: self.sizes[wire] for wire in inside}, outputs)
        for factor in factors:
            tangle.add(factor.formula, factor.wires, factor.exponent)
        return tangle.formula()[0]

    def swapped(self, rows: Group, columns: Group | None, swaps: int) -> list[Formula]:
        """Forms with two neighbouring rows or columns exchanged by a commutation matrix."""
        out: list[Formula] = []
        for group, is_row in ((columns or (), False), (rows, True)):
            for place in range(len(group) - 1):
                if self.root[group[place]] == self.root[group[place + 1]]:
                    continue
                turned = (*group[:place], group[place + 1], group[place], *group[place + 2 :])
                inner = self.options(turned, columns, swaps) if is_row else self.options(rows, turned, swaps)
                if inner:
                    before, after = (group, place) if is_row else (turned, place)
                    matrix = self.exchange(before, after)
                    parts = [matrix, cheapest(inner)] if is_row else [cheapest(inner), matrix]
                    kept = [part for part in parts if part.kind != "eye"] or parts[:1]
                    out.append(chain(kept, 1 if columns is None else 2))
        return out

    def exchange(self, group: Group, place: int) -> Formula:
        """The matrix whose rows are a group and whose columns are it with two neighbours exchanged."""
        matrix = commutation(self.sizes[group[place]], self.sizes[group[place + 1]])
        for wire in reversed(group[:place]):
            matrix = kronecker(eye(self.sizes[wire]), matrix)
        for wire in group[place + 2 :]:
            matrix = kronecker(matrix, eye(self.sizes[wire]))
        return matrix


def _turned(formula: Formula) -> Formula:
    """The transpose, kr(A, B)' as rkr(A', B')."""
    if formula.callee == "kr":
        parts = [_turned(part) for part in formula.parts]
        return simple_call("rkr", parts, 2, degree=formula.degree)
    return transposed(formula)


def kronecker_product(formulas: Iterable[Formula]) -> Formula:
    """The Kronecker product of some formulas; identities that are neighbours are one."""
    kept: list[Formula] = []
    for formula in formulas:
        joined = kept and kept[-1].kind == formula.kind == "eye"
        kept = [*kept[:-1], kronecker(kept[-1], formula)] if joined else [*kept, formula]
    return reduce(kronecker, kept)


def kronecker(left: Formula, right: Formula) -> Formula:
    """The Kronecker product; that of identities is one."""
    if left.kind == right.kind == "eye":
        return eye(product((left.detail, right.detail)))
    latex = (*wrapped_latex(left, 3), r" \otimes ", *wrapped_latex(right, 3))
    order, degree = max(left.order, right.order), left.degree + right.degree
    return call("kron", [left, right], order, latex, latex_level=2, degree=degree, remake=lambda parts, _: kronecker(*parts))


def khatri_rao(left: Formula, right: Formula) -> Formula:
    """The Kronecker products of columns."""
    return simple_call("kr", [left, right], 2, degree=left.degree + right.degree)


def vectorised(formula: Formula) -> Formula:
    """vec of a matrix; a transpose in it goes into the parts where that is shorter, since there are no parentheses to save."""
    if formula.kind == "transpose":
        formula = min([formula, *pushed(formula.parts[0])], key=lambda option: option.cost)
    return simple_call("vec", [formula], 1, degree=formula.degree)


def commutation(first: Axis, second: Axis) -> Formula:
    """The commutation matrix with ``K*vec(X) = vec(X')`` for X of these sizes."""
    text = f"commutation({show(first)}, {show(second)})"
    latex = f"K_{{{latex_size(first)},{latex_size(second)}}}"
    return Formula(
        "commutation",
        [text],
        [latex],
        order=2,
        degree=0,
        symmetric=first == second,
        detail=(first, second),
        remake=lambda sizes, _: commutation(*sizes),
    )
