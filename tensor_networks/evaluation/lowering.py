"""A product of operands -> array steps: views, reductions, broadcasted multiplications, (batched) matrix products.

A `Line` is a straight line of steps in single assignment; equal steps are one step, which is what shares work between
outputs. A step knows its operation, its arguments (earlier steps), its parameters and the sizes of its axes.
Operations::

    input(name)  constant(number)  size(symbol)  scalar(number)          leaves; a constant is a bare Python number
    transpose(order)  diagonal(i, j)  reshape()  index(items)  broadcast()   views; index items are ":", None and 0
    sum(axes)  multiply  divide  matmul  vecdot  add(coefficients)  scale(number)  power(exponent)  reciprocal  root
    call(name, *parameters)  embed(pattern)  full(number)  eye  copy  stack(axis)
    deposit(pattern)  adds the second argument, placed as by embed, to the first one

An `Operand` is a step with a wire for each axis. Nothing here knows what a backend is.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import NamedTuple

from tensor_networks.axes import Axis, product, value
from tensor_networks.errors import LimitError
from tensor_networks.numbers import Number

MOST_AXES = 64  # what NumPy, JAX and torch can hold
VIEWS = frozenset({"transpose", "diagonal", "reshape", "index", "broadcast"})
SAME_MEMORY = VIEWS | {"deposit"}  # what returns the memory of its first argument


class Step(NamedTuple):
    """One operation of a straight line."""

    op: str
    args: tuple[int, ...]
    params: tuple[object, ...]
    axes: tuple[Axis, ...]


class Operand(NamedTuple):
    """A step whose axes are distinct wires."""

    step: int
    wires: tuple[int, ...]


class Line:
    """A straight line of steps under construction. Asking for an equal step again gives the same number."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._known: dict[Step, int] = {}

    def add(self, op: str, args: Iterable[int] = (), params: Iterable[object] = (), axes: Iterable[Axis] = ()) -> int:
        """The number of the step with this content.

        Raises:
            LimitError: it has more than 64 axes.
        """
        step = Step(op, tuple(args), tuple(params), tuple(axes))
        found = self._known.get(step)
        if found is not None:
            return found
        if len(step.axes) > MOST_AXES:
            raise LimitError(f"an array of order {len(step.axes)} is needed: arrays have at most 64 axes")
        self.steps.append(step)
        self._known[step] = len(self.steps) - 1
        return len(self.steps) - 1

    def number(self, step: int) -> Number | None:
        """The value of a constant step, None for any other."""
        op, _, params, _ = self.steps[step]
        return params[0] if op == "constant" else None  # type: ignore[return-value]

    def solid(self, step: int) -> int:
        """The step as an array of its own type: a constant becomes a scalar."""
        number = self.number(step)
        return step if number is None else self.add("scalar", (), (number,))

    def constant(self, number: Number) -> int:
        return self.add("constant", (), (number,))

    def transpose(self, step: int, order: Sequence[int]) -> int:
        """Axis k of the result is axis order[k] of the step."""
        op, args, params, axes = self.steps[step]
        if list(order) == list(range(len(axes))):
            return step
        if op == "transpose":
            return self.transpose(args[0], [params[axis] for axis in order])  # type: ignore[misc]
        return self.add("transpose", (step,), order, [axes[axis] for axis in order])

    def turned(self, step: int) -> int:
        """The transpose of a matrix, of a product by turning its factors."""
        op, args, params, axes = self.steps[step]
        if op == "matmul":
            return self.add("matmul", [self.transpose(arg, (1, 0)) for arg in args[::-1]], (), axes[::-1])
        if op == "scale":
            return self.add("scale", (self.turned(args[0]),), params, axes[::-1])
        return self.transpose(step, (1, 0))

    def reshape(self, step: int, axes: Iterable[Axis]) -> int:
        axes = tuple(axes)
        return step if axes == self.steps[step].axes else self.add("reshape", (step,), (), axes)

    def index(self, step: int, items: Sequence[object]) -> int:
        """Basic indexing: ":" keeps an axis, None makes one of size 1, 0 takes the first element."""
        items = list(items)
        while items and items[-1] == ":":
            items.pop()
        if not items:
            return step
        axes, old = [], iter(self.steps[step].axes)
        for item in items:
            size = 1 if item is None else next(old)
            if item != 0:
                axes.append(size)
        return self.add("index", (step,), items, (*axes, *old))

    def scale(self, step: int, number: Number) -> int:
        """The step times a number."""
        own = self.number(step)
        if own is not None:
            return self.constant(own * number)
        if number == 1:
            return step
        op, args, params, axes = self.steps[step]
        if op == "scale":
            return self.scale(args[0], params[0] * number)  # type: ignore[operator]
        if op == "add" and number == -1:
            flipped = sorted(((arg, -c) for arg, c in zip(args, params, strict=True)), key=lambda part: part[1] < 0)  # type: ignore[operator]
            return self.add("add", [arg for arg, _ in flipped], [c for _, c in flipped], axes)
        return self.add("scale", (step,), (number,), axes)

    def multiply(self, left: int, right: int) -> int:
        """The elementwise product; axes of size 1 and missing leading axes broadcast."""
        one, other = self.steps[left], self.steps[right]
        if one.op == "constant":
            return self.scale(right, one.params[0])  # type: ignore[arg-type]
        if other.op == "constant":
            return self.scale(left, other.params[0])  # type: ignore[arg-type]
        if (one.op == "reciprocal") == (other.op == "reciprocal"):
            return self.elementwise("multiply", left, right)
        left, below = (left, other) if other.op == "reciprocal" else (right, one)
        return self.elementwise("divide", left, below.args[0])

    def elementwise(self, op: str, left: int, right: int) -> int:
        """An operation of two arrays that broadcast."""
        long, short = self.steps[left].axes, self.steps[right].axes
        if len(long) < len(short):
            long, short = short, long
        short = (1,) * (len(long) - len(short)) + short
        return self.add(op, (left, right), (), [b if a == 1 else a for a, b in zip(long, short, strict=True)])

    def power(self, step: int, exponent: Number) -> int:
        """The step to a rational power, elementwise: by products, a reciprocal and a square root where they serve."""
        axes = self.steps[step].axes
        step = self.solid(step)
        if exponent == 1:
            return step
        if exponent < 0:
            return self.add("reciprocal", (self.power(step, -exponent),), (), axes)
        if isinstance(exponent, Fraction):
            if exponent.denominator != 2:
                return self.add("power", (step,), (exponent,), axes)
            root = self.add("root", (step,), (), axes)
            whole = exponent.numerator // 2
            return root if whole == 0 else self.multiply(self.power(step, whole), root)
        if exponent == 2 or exponent > MOST_AXES:
            return self.add("power", (step,), (exponent,), axes)
        half = self.power(self.power(step, 2), exponent // 2)
        return half if exponent % 2 == 0 else self.multiply(step, half)


def entries(sizes: Mapping[str, int], axes: Sequence[Axis]) -> int:
    """The number of entries of an array of these axes."""
    return prod([value(axis, sizes) for axis in axes])


def view(line: Line, step: int, slots: Iterable[Collection[int]], sizes: Sequence[Axis], exponent: Number = 1) -> Operand:
    """A factor as an operand: grouped axes split, repeated wires taken from the diagonal, raised to its exponent."""
    wires = [wire for group in slots for wire in group]
    step = line.reshape(step, [sizes[wire] for wire in wires])
    op, args, params, _ = line.steps[step]
    if op == "transpose":
        step, wires = args[0], [wires[params.index(axis)] for axis in range(len(wires))]
    while len(set(wires)) < len(wires):
        second = next(place for place, wire in enumerate(wires) if wire in wires[:place])
        first = wires.index(wires[second])
        wire = wires[first]
        wires = [w for place, w in enumerate(wires) if place not in (first, second)] + [wire]
        step = line.add("diagonal", (step,), (first, second), [sizes[w] for w in wires])
    return Operand(line.power(step, exponent) if exponent != 1 else step, tuple(wires))


def arrange(line: Line, operand: Operand, wires: Sequence[int]) -> Operand:
    """The operand with its axes in the order in which its wires stand in `wires`."""
    if len(operand.wires) < 2:
        return operand
    places = [wires.index(wire) for wire in operand.wires]
    if places == sorted(places):
        return operand
    order = sorted(range(len(places)), key=places.__getitem__)
    return Operand(line.transpose(operand.step, order), tuple(operand.wires[axis] for axis in order))


def align(line: Line, operand: Operand, wires: Sequence[int]) -> int:
    """The operand with an axis for every one of `wires`, of size 1 where it has none (leading ones are left out)."""
    step, held = arrange(line, operand, wires)
    if len(held) == len(wires):
        return step
    items: list[object] = [":" if wire in held else None for wire in wires]
    while items and items[0] is None:
        items.pop(0)
    return line.index(step, items)


def reduce(line: Line, operand: Operand, kept: Collection[int], met: Collection[int] = ()) -> Operand:
    """Sum the wires that are not kept, and not among those that another operand meets."""
    axes = tuple([axis for axis, wire in enumerate(operand.wires) if wire not in kept and wire not in met])
    if not axes:
        return operand
    sizes = line.steps[operand.step].axes
    left = [axis for axis in range(len(sizes)) if axis not in axes]
    step = line.add("sum", (operand.step,), axes, [sizes[axis] for axis in left])
    return Operand(step, tuple(operand.wires[axis] for axis in left))


def contract(line: Line, left: Operand, right: Operand, kept: Collection[int], wanted: Sequence[int] = ()) -> Operand:
    """The product of two operands, summed over the wires that are not kept.

    `wanted` is the order of wires that would suit the caller; the result need not be in it.
    """
    left = reduce(line, left, kept, right.wires)
    right = reduce(line, right, kept, left.wires)
    shared = [wire for wire in left.wires if wire in right.wires]
    summed = [wire for wire in shared if wire not in kept]
    if not summed:
        return outer(line, left, right, wanted)
    return _matrix_product(line, left, right, [wire for wire in shared if wire in kept], summed, wanted)


def outer(line: Line, left: Operand, right: Operand, wanted: Sequence[int] = ()) -> Operand:
    """The product of two operands with nothing summed: shared wires are elementwise, the others open up."""
    union = list(dict.fromkeys((*left.wires, *right.wires)))
    if set(union) <= set(wanted):
        union.sort(key=list(wanted).index)
    return Operand(line.multiply(align(line, left, union), align(line, right, union)), tuple(union))


def _matrix_product(
    line: Line, left: Operand, right: Operand, batch: list[int], summed: list[int], wanted: Sequence[int]
) -> Operand:
    """A matrix product of rows x summed and summed x columns, each a group of wires, for every element of the batch."""
    rows = [wire for wire in left.wires if wire not in batch and wire not in summed]
    columns = [wire for wire in right.wires if wire not in batch and wire not in summed]
    if rows and columns:
        prefers_right = _comes_first(columns, rows, wanted)
    else:  # a vector stands where the matrix need not be transposed
        matrix_first = not _ends_with(left, summed) if rows else _ends_with(right, summed)
        prefers_right = not batch and bool(rows or columns) and matrix_first
    if prefers_right:
        left, right, rows, columns = right, left, columns, rows
    summed = [wire for wire in max(left, right, key=lambda operand: len(operand.wires)).wires if wire in summed]
    size_of = dict(zip(left.wires, line.steps[left.step].axes, strict=True))
    size_of.update(zip(right.wires, line.steps[right.step].axes, strict=True))
    sizes = [size_of[wire] for wire in batch]
    if batch and not rows and not columns:
        ends = (*batch, *summed)
        arrays = [arrange(line, operand, ends).step for operand in (left, right)]
        if len(summed) == 1:
            return Operand(line.add("vecdot", arrays, (), sizes), tuple(batch))
    one = _matrix(line, left, batch, rows, summed, size_of)
    two = _matrix(line, right, batch, columns, summed, size_of, turned=True)
    merged = [_merged(group, size_of) for group in (rows, columns) if batch or group]
    step = line.add("matmul", (one, two), (), (*sizes, *merged))
    if batch and not (rows and columns):
        items = [":"] * len(batch) + [":" if rows else 0, ":" if columns else 0]
        step = line.index(step, items)
    wires = (*batch, *rows, *columns)
    return Operand(line.reshape(step, [size_of[wire] for wire in wires]), wires)


def _comes_first(columns: Collection[int], rows: Collection[int], wanted: Sequence[int]) -> bool:
    """Does the result of a matrix product suit the caller better with its columns before its rows?"""
    found = [wire in columns for wire in wanted if wire in rows or wire in columns]
    if len(set(found)) != 1:
        return bool(found) and found[0]
    return found[0] == (wanted[-1] not in (columns if found[0] else rows))


def _merged(group: Sequence[int], size_of: Mapping[int, Axis]) -> Axis:
    """The size of the axis that a group of wires is merged to."""
    return size_of[group[0]] if len(group) == 1 else product([size_of[wire] for wire in group])


def _ends_with(operand: Operand, summed: Collection[int]) -> bool:
    """Do the summed wires stand last in an operand, so that it serves as the left matrix?"""
    return set(operand.wires[-len(summed) :]) == set(summed)


def _matrix(
    line: Line,
    operand: Operand,
    batch: list[int],
    free: list[int],
    summed: list[int],
    size_of: Mapping[int, Axis],
    turned: bool = False,
) -> int:
    """An operand as (batch..., free, summed), or (batch..., summed, free) if `turned`, groups merged to one axis each.

    When groups must be merged, the one of the two layouts that needs no copy is merged, and then transposed. Without a
    batch an empty free group has no axis; with one it has an axis of size 1.
    """
    free_first, summed_first = (*batch, *free, *summed), (*batch, *summed, *free)
    merge = len(free) > 1 or len(summed) > 1
    natural = merge and operand.wires in (free_first, summed_first)
    use_free_first = operand.wires == free_first if natural else not turned
    step = arrange(line, operand, free_first if use_free_first else summed_first).step
    groups = [free, summed] if use_free_first else [summed, free]
    if merge:
        sizes = [_merged(group, size_of) for group in groups if group or batch]
        step = line.reshape(step, [*(size_of[wire] for wire in batch), *sizes])
    elif batch and not free:
        step = line.index(step, [":" if group else None for group in (*([wire] for wire in batch), *groups)])
    if use_free_first == turned and (free or batch):
        last = len(batch)
        step = line.transpose(step, [*range(last), last + 1, last])
    return step
