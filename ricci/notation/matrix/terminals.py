"""Networks with grouped axes, factor by factor: every group of wires is one end, and what lies between two ends is one matrix.

A factor whose axis is a group, such as a duplication matrix, meets the others at that group as a whole; the factors over single
wires between two groups are Kronecker products (`kronecker.Groups`). Ends and matrices are unravelled like wires and matrices.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product as cartesian

from ricci.notation.arithmetic import transposed
from ricci.notation.formula import Formula, cheapest
from ricci.notation.matrix.chains import chain
from ricci.notation.matrix.kronecker import Groups, Held, commutation
from ricci.notation.matrix.tangle import Tangle, Tangled, eye, latex_size
from tensor_networks.axes import Axis, product, show
from tensor_networks.networks import Factor, Network, network
from tensor_networks.patterns import Pattern
from tensor_networks.wiring import Group, components

MOST_TURNED = 2


def bundled(node: Network, tensors: Iterable[tuple[Formula, Factor]]) -> list[Formula]:
    """The value of a network with grouped axes: one formula, for a scalar perhaps several to be multiplied.

    Raises:
        Tangled: there is none.
    """
    tensors = list(tensors)
    found: list[list[Formula]] = []
    doubled = [k for k, (_, factor) in enumerate(tensors) if _is_duplication(factor)][:MOST_TURNED]
    for flips in cartesian((False, True), repeat=len(doubled)):
        turned = {place for place, flip in zip(doubled, flips, strict=True) if flip}
        try:
            found.append(_bundled(node, tensors, turned))
        except Tangled:
            continue
    if not found:
        whole = _reshaped(node, tensors)
        if whole is None:
            raise Tangled
        return [whole]
    best = cheapest([formulas[0] for formulas in found if len(formulas) == 1] or found[0])
    return next((formulas for formulas in found if formulas[0] is best), found[0])


def _reshaped(node: Network, tensors: list[tuple[Formula, Factor]]) -> Formula | None:
    """The matrix of a vector over a group whose two wires are the axes; None if there is no such group."""
    if node.order != 2 or any(len(group) != 1 for group in node.outputs) or node.outputs[0] == node.outputs[1]:
        return None
    (row,), (column,) = node.outputs
    wide = {group for _, factor in tensors for group in factor.slots if len(group) == 2}
    for group in ((column, row), (row, column)):
        if group in wide:
            vector = network(node.factors, [group], dict(enumerate(node.sizes)))
            places = {factor.node: formula for formula, factor in tensors}
            if not isinstance(vector, Network) or any(factor.node not in places for factor in vector.factors):
                return None
            (found,) = bundled(vector, [(places[factor.node], factor) for factor in vector.factors])
            made = reshaped(found, vector.sizes[vector.outputs[0][1]], vector.sizes[vector.outputs[0][0]])
            return made if group == (column, row) else transposed(made)
    return None


def reshaped(vector: Formula, rows: Axis, columns: Axis) -> Formula:
    """reshape(x, m, n)."""
    latex = rf", {latex_size(rows)}, {latex_size(columns)}\right)"
    shown: list[str | Formula] = [r"\operatorname{reshape}\left(", vector, latex]
    pieces: list[str | Formula] = ["reshape(", vector, f", {show(rows)}, {show(columns)})"]
    return Formula("call", pieces, shown, order=2, degree=vector.degree, detail=("reshape", False, shown))


def _bundled(node: Network, tensors: list[tuple[Formula, Factor]], turned: set[int]) -> list[Formula]:
    """The same, with the pairs of some duplication matrices turned round."""
    held = []
    for place, (formula, factor) in enumerate(tensors):
        others = [slot for k, (_, other) in enumerate(tensors) if k != place for slot in other.slots]
        held.append(_grouped(formula, factor, {*others, *node.outputs}, place in turned, node.sizes))
    if all(len(group) == 1 for factor in held for group in factor.slots):
        if not node.order:
            tangle = Tangle({wire: node.sizes[wire] for factor in held for wire in factor.wires}, ())
            for part in held:
                tangle.add(part.formula, part.wires, part.exponent)
            return tangle.formula()
        rows, *columns = node.outputs
        return [Groups(held, node.sizes).spelled(rows, columns[0] if columns else None)]
    return _over_terminals(node, held)


def _is_duplication(factor: Factor) -> bool:
    return isinstance(factor.node, Pattern) and factor.node.name == "duplication"


def _grouped(formula: Formula, factor: Factor, known: set[Group], turned: bool, sizes: Sequence[Axis]) -> Held:
    """A factor; a duplication or elimination matrix reads two of its axes as one, a vector that is split is reshaped."""
    slots = factor.slots
    if isinstance(factor.node, Pattern) and factor.node.order == 3:
        duplicates = factor.node.name == "duplication"
        half, first, second = (slots[2], *slots[:2]) if duplicates else slots
        pair = first + second if duplicates and turned else second + first
        if not duplicates and first + second in known and pair not in known:
            formula = chain([formula, commutation(factor.node.size, factor.node.size)], 2)
            pair = first + second
        slots = (pair, half) if duplicates else (half, pair)
    elif len(slots) == 1 and len(slots[0]) == 2 and slots[0] not in known:
        column, row = slots[0]
        return Held(reshaped(formula, sizes[row], sizes[column]), ((row,), (column,)), factor.exponent)
    return Held(formula, slots, factor.exponent)


def _over_terminals(node: Network, held: list[Held]) -> list[Formula]:
    """Factors with grouped axes: each group becomes one wire, what lies between groups a Kronecker product."""
    held, outputs, sizes = _apart(node, held)
    wide = [factor for factor in held if any(len(group) > 1 for group in factor.slots)]
    terminals = sorted({group for factor in wide for group in factor.slots} | set(outputs))
    lengths = {k: product(sizes[wire] for wire in group) for k, group in enumerate(terminals)}
    tangle = Tangle(lengths, [terminals.index(group) for group in outputs])
    loose = [factor for factor in held if any(len(group) == 1 and group not in terminals for group in factor.slots)]
    if any(len(group) > 1 for factor in loose for group in factor.slots):
        raise Tangled
    between: dict[tuple[int, ...], list[Held]] = {}
    for ends, factors in _joint(loose, terminals, len(sizes)):
        between.setdefault(ends, []).extend(factors)
    for ends, factors in between.items():
        if not 1 <= len(ends) <= 2:
            raise Tangled
        sides = [terminals[k] for k in ends]
        formula = Groups(factors, sizes).spelled(sides[0], sides[1] if len(sides) > 1 else None)
        tangle.add(formula, ends, 1)
    for factor in held:
        if factor not in loose:
            tangle.add(factor.formula, [terminals.index(group) for group in factor.slots], factor.exponent)
    return tangle.formula()


def _apart(node: Network, held: list[Held]) -> tuple[list[Held], list[Group], list[Axis]]:
    """A wire that is in several groups becomes several, with identities between them."""
    sizes = list(node.sizes)
    wide = [factor for factor in held if any(len(group) > 1 for group in factor.slots)]
    taken: set[int] = set()
    renamed: dict[Group, Group] = {}
    identities: list[Held] = []
    for group in dict.fromkeys([*(slot for factor in wide for slot in factor.slots), *node.outputs]):
        fresh: list[int] = []
        for wire in group:
            if wire in taken:
                sizes.append(sizes[wire])
                identities.append(Held(eye(sizes[wire]), ((wire,), (len(sizes) - 1,)), 1))
                wire = len(sizes) - 1
            taken.add(wire)
            fresh.append(wire)
        renamed[group] = tuple(fresh)
    split = [f._replace(slots=tuple(renamed[group] for group in f.slots)) if f in wide else f for f in held]
    return [*split, *identities], [renamed[group] for group in node.outputs], sizes


def _joint(factors: Sequence[Held], terminals: Sequence[Group], count: int) -> list[tuple[tuple[int, ...], list[Held]]]:
    """The factors that hang together, and the terminals they touch; those that fill a terminal together count as one.

    Two that lead to different terminals from the parts of one are a Kronecker product: ``x_i A_jk`` from ``(i,j)`` to ``(k)``.
    """
    place = {wire: k for k, group in enumerate(terminals) for wire in group}
    root = components([factor.wires for factor in factors], count)
    parts: dict[int, list[Held]] = {}
    for factor in factors:
        parts.setdefault(root[factor.wires[0]], []).append(factor)
    wires = {key: {w for factor in part for w in factor.wires if w in place} for key, part in parts.items()}
    ends = {key: {place[w] for w in own} for key, own in wires.items()}
    whole = [key for key, own in wires.items() if len(ends[key]) == 1 and own == {*terminals[min(ends[key])]}]
    partial = [key for key in parts if key not in whole]
    joined = components([sorted(ends[key]) for key in partial], len(terminals))
    together: dict[int, list[int]] = {}
    for key in partial:
        together.setdefault(joined[min(ends[key])] if ends[key] else -1, []).append(key)
    found: list[tuple[tuple[int, ...], list[Held]]] = []
    for keys in [*([key] for key in whole), *together.values()]:
        touched = tuple(sorted({end for key in keys for end in ends[key]}))
        found.append((touched, [factor for key in keys for factor in parts[key]]))
    return found
