"""Sums as steps: in place where terms lie on diagonals, few additions where terms are transposes of each other, and one
matrix product where all terms are outer products.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from tensor_networks.axes import Axis, product
from tensor_networks.evaluation.lowering import Line, entries
from tensor_networks.networks import Factor, Network, Sum
from tensor_networks.numbers import Number

TERMS_AT_ONCE = 8  # a longer sum is accumulated
MOST_STACKED = 16  # outer products in one matrix product
LEAST_STACKED = 4096  # entries of a sum of outer products for which a matrix product pays
Part = tuple[int, Number]  # a step and its coefficient
Component = Callable[[Network, Iterable[Factor], list[int], Number], int]


class Held(NamedTuple):
    """The value of a node while the line is built.

    A step whose `thin` axes still have size 1 and stand for copies; or, with a `pattern`, a core that is still to be
    placed into zeros of the axes `flat`: their index is nonzero only where axes of equal number are equal.
    """

    step: int
    thin: frozenset[int]
    axes: tuple[Axis, ...]
    pattern: tuple[int, ...] | None = None
    flat: tuple[Axis, ...] = ()


def placed(line: Line, held: Held) -> int:
    """The array of a value with a pattern, with its flat axes."""
    if held.pattern == (0, 0) and line.number(held.step) == 1:
        return line.add("eye", (), (), held.flat)
    return line.add("embed", (held.step,), held.pattern or (), held.flat)


def added(line: Line, values: Sequence[tuple[Held, Number]], axes: tuple[Axis, ...]) -> Held:
    """A linear combination of values of the same axes.

    Terms broadcast against each other; an axis stays thin if it is so in all of them. What has a pattern is written
    into the sum of the others.
    """
    lying = [(held, number) for held, number in values if held.pattern is not None]
    if lying:
        flat = lying[0][0].flat
        if any(held.flat != flat for held, _ in lying):
            dense = [(_solid(line, held), number) for held, number in values]
            return added(line, dense, axes)
        return _with_patterns(line, [v for v in values if v[0].pattern is None], lying, axes)
    thin = frozenset(range(len(axes))).intersection(*(held.thin for held, _ in values))
    constant: Number = 0
    parts: list[Part] = []
    for held, number in values:
        own = line.number(held.step)
        if own is None:
            parts.append((held.step, number))
        else:
            constant = constant + own * number
    if not parts:
        return Held(line.constant(constant), thin, axes)
    sizes = [1 if axis in thin else size for axis, size in enumerate(axes)]
    while sizes and sizes[0] == 1 and len(sizes) > max(len(line.steps[step].axes) for step, _ in parts):
        sizes.pop(0)
    return Held(_accumulated(line, parts, constant, sizes), thin, axes)


def _solid(line: Line, held: Held) -> Held:
    if held.pattern is None:
        return held
    return Held(line.reshape(placed(line, held), held.axes), frozenset(), held.axes)


def _with_patterns(
    line: Line, others: Sequence[tuple[Held, Number]], lying: list[tuple[Held, Number]], axes: tuple[Axis, ...]
) -> Held:
    """Values with patterns and others: equal patterns are added first, then each is written into the sum."""
    flat = lying[0][0].flat
    cores: dict[tuple[int, ...], list[tuple[Held, Number]]] = {}
    for held, number in lying:
        pattern = held.pattern or ()
        shape = tuple(flat[pattern.index(axis)] for axis in range(max(pattern) + 1))
        missing = len(shape) - len(line.steps[held.step].axes)
        sizes = (1,) * missing + line.steps[held.step].axes
        thin = frozenset(axis for axis, size in enumerate(shape) if sizes[axis] == 1 != size)
        cores.setdefault(pattern, []).append((Held(held.step, thin, shape), number))
    sums = {pattern: added(line, values, values[0][0].axes).step for pattern, values in cores.items()}
    if not others and len(sums) == 1:
        ((pattern, core),) = sums.items()
        return Held(core, frozenset(), axes, pattern, flat)
    rest = added(line, others, axes) if others else None
    whole = rest is not None and not rest.thin and line.number(rest.step) is None
    base = line.reshape(rest.step, flat) if rest is not None and whole else None
    for pattern, core in sums.items():
        if base is None:
            base = placed(line, Held(core, frozenset(), axes, pattern, flat))
        else:
            base = line.add("deposit", (base, core), pattern, flat)
    held = Held(line.reshape(base if base is not None else 0, axes), frozenset(), axes)
    return held if rest is None or whole else added(line, [(held, 1), (rest, 1)], axes)


def _accumulated(line: Line, parts: list[Part], constant: Number, axes: Sequence[Axis]) -> int:
    """A linear combination of steps and a constant."""
    parts = _gathered(line, parts)
    if len(parts) == 1 and not constant:
        return line.scale(*parts[0])
    if constant:
        parts = [*parts, (line.constant(1), constant)]
    parts.sort(key=lambda part: (-len(line.steps[part[0]].axes), line.steps[part[0]].op == "transpose"))
    if all(number < 0 for _, number in parts[:1]):
        parts.sort(key=lambda part: part[1] < 0)  # a - b reads better than -b + a
    total = -1
    for start in range(0, len(parts), TERMS_AT_ONCE):
        chunk = parts[start : start + TERMS_AT_ONCE]
        if total >= 0:
            chunk = [(total, 1), *chunk]
        total = line.add("add", [step for step, _ in chunk], [number for _, number in chunk], axes)
    return total


def _gathered(line: Line, parts: list[Part]) -> list[Part]:
    """Transposes of one array, all with one coefficient, as few additions: a symmetrised sum is added in stages."""
    views: dict[tuple[int, Number], set[tuple[int, ...]]] = {}
    for step, number in parts:
        op, args, params, axes = line.steps[step]
        base, order = (args[0], params) if op == "transpose" else (step, tuple(range(len(axes))))
        views.setdefault((base, number), set()).add(order)  # type: ignore[arg-type]
    if all(len(orders) < 4 for orders in views.values()):
        return parts
    found: list[Part] = []
    for (base, number), orders in views.items():
        step, left = _staged(line, base, orders)
        found += [(line.transpose(step, order), number) for order in left]
    return found


def _staged(line: Line, base: int, orders: set[tuple[int, ...]]) -> tuple[int, list[tuple[int, ...]]]:
    """A step and orders of its axes whose transposes have the same sum as the given ones of the base."""
    axes = line.steps[base].axes
    while len(orders) > 1:
        for swap in _swaps(len(axes)):
            if axes == tuple(axes[axis] for axis in swap) and all(_after(swap, order) in orders for order in orders):
                base = line.add("add", (base, line.transpose(base, swap)), (1, 1), axes)
                left: set[tuple[int, ...]] = set()
                for order in sorted(orders):
                    if _after(swap, order) not in left:
                        left.add(order)
                orders = left
                break
        else:
            break
    return base, sorted(orders)


def _swaps(count: int) -> list[tuple[int, ...]]:
    """All exchanges of two axes, the last ones first."""
    found = []
    for second in reversed(range(count)):
        for first in reversed(range(second)):
            order = list(range(count))
            order[first], order[second] = second, first
            found.append(tuple(order))
    return found


def _after(swap: tuple[int, ...], order: tuple[int, ...]) -> tuple[int, ...]:
    """The order of axes of `transpose(transpose(x, swap), order)`."""
    return tuple(swap[axis] for axis in order)


# sums of outer products


class Outer(NamedTuple):
    """Terms that are outer products: which axes of the sum belong to the left group, and each term's factors."""

    left: frozenset[int]
    terms: tuple[tuple[Network, Number, list[Factor], list[Factor]], ...]


def parts_of(node: Sum, sizes: Mapping[str, int]) -> Outer | None:
    """A sum as outer products of the same two groups of axes; None if it is not, or if that would not pay."""
    if not 2 <= len(node.terms) <= MOST_STACKED or node.order < 3:
        return None
    if entries(sizes, node.axes) < LEAST_STACKED:
        return None
    found = []
    left: frozenset[int] | None = None
    for term, number in node.terms:
        split = _split(term) if isinstance(term, Network) and term.plain else None
        if split is None or (left is not None and split[0] != left):
            return None
        left = split[0]
        found.append((term, number, split[1], split[2]))
    rows = entries(sizes, [axis for k, axis in enumerate(node.axes) if k in (left or ())])
    columns = entries(sizes, [axis for k, axis in enumerate(node.axes) if k not in (left or ())])
    return Outer(left or frozenset(), tuple(found)) if min(rows, columns) > 2 * len(found) else None  # type: ignore[arg-type]


def _split(term: Network) -> tuple[frozenset[int], list[Factor], list[Factor]] | None:
    """The axes of a term that hang together with its first axis, and the factors on either side; scalars go left."""
    axis_of = {group[0]: axis for axis, group in enumerate(term.outputs)}
    if len({wire for f in term.factors for g in f.slots for wire in g}) < len(term.sizes):
        return None
    reached = {term.outputs[0][0]}
    pending = [f for f in term.factors if f.slots]
    inside = [f for f in term.factors if not f.slots]
    grown = True
    while grown:
        grown = False
        for factor in list(pending):
            wires = {wire for group in factor.slots for wire in group}
            if wires & reached:
                reached |= wires
                inside.append(factor)
                pending.remove(factor)
                grown = True
    if not pending or not all(_connected(pending)):
        return None
    return frozenset(axis_of[w] for w in reached if w in axis_of), inside, pending


def _connected(factors: list[Factor]) -> Iterable[bool]:
    """Whether each factor hangs together with the first one."""
    wires = [{wire for group in f.slots for wire in group} for f in factors]
    reached = set(wires[0])
    for _ in factors:
        for own in wires:
            if own & reached:
                reached |= own
    return [bool(own & reached) for own in wires]


def outer_products(line: Line, component: Component, node: Sum, outer: Outer) -> int:
    """The sum as a matrix product whose inner dimension counts the terms, in the layout of the result."""
    order = node.order
    left = sorted(outer.left)
    right = [axis for axis in range(order) if axis not in outer.left]
    flip = order - 1 in outer.left  # the last axis must be a column
    rows, columns = (right, left) if flip else (left, right)
    last_run = _run(columns, order)
    row_run = _run(rows, order - len(last_run))
    batch = range(order - len(last_run) - len(row_run))
    stacks = []
    for own, run, matrix in ((rows, row_run, 0), (columns, last_run, 1)):
        arrays = []
        for term, number, ours, others in outer.terms:
            mine = others if own is right else ours
            wires = [term.outputs[axis][0] for axis in own]
            arrays.append(component(term, mine, wires, number if matrix == 0 else 1))
        stacks.append(_stacked(line, arrays, own, run, batch, node.axes, matrix))
    sizes = [product(node.axes[axis] for axis in run) for run in (row_run, last_run)]
    step = line.add("matmul", stacks, (), [*(node.axes[axis] for axis in batch), *sizes])
    return line.reshape(step, node.axes)


def _run(group: Sequence[int], end: int) -> list[int]:
    """The longest run of axes of the group that ends before `end`."""
    run: list[int] = []
    while end - 1 - len(run) in group:
        run.insert(0, end - 1 - len(run))
    return run


def _stacked(
    line: Line,
    arrays: Sequence[int],
    own: Sequence[int],
    run: Sequence[int],
    batch: Iterable[int],
    axes: Sequence[Axis],
    place: int,
) -> int:
    """Arrays with the axes `own`, stacked along a new axis and laid out as (batch, run, new) or (batch, new, run)."""
    mine = [axis for axis in batch if axis in own]
    sizes = [axes[axis] for axis in mine]
    at = len(mine) + (1 if place == 0 else 0)
    merged = [line.reshape(step, [*sizes, product(axes[axis] for axis in run)]) for step in arrays]
    shape = [*sizes, product(axes[axis] for axis in run)]
    shape.insert(at, len(arrays))
    step = line.add("stack", merged, (at,), shape)
    items: list[object] = [":" if axis in own else None for axis in batch]
    return line.index(step, [*items, ":", ":"])
