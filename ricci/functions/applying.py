"""`Apply`: a function applied to nodes, and its canonical form."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import permutations

from ricci.functions.elementwise import ELEMENTWISE
from ricci.functions.function import Function
from ricci.functions.matrices import MATRICES
from ricci.functions.vectors import VECTORS
from tensor_networks.axes import Axis, show, show_shape
from tensor_networks.composites import is_zero, oriented, permuted
from tensor_networks.errors import ShapeError, UnknownName
from tensor_networks.networks import Network, Sum, constant, network, one, total
from tensor_networks.nodes import Node, intern
from tensor_networks.numbers import Number
from tensor_networks.symmetry import Symmetry, exchange, generated, no_symmetry

FUNCTIONS: dict[str, Function] = {function.name: function for function in (*ELEMENTWISE, *VECTORS, *MATRICES)}

MOST_ORDERED = 4  # batch axes of which every order is tried


class Apply(Node):
    """A function of the table applied to nodes. Elementwise functions take arguments of equal axes."""

    __slots__ = ("args", "function")
    kind = "apply"
    function: Function
    args: tuple[Node, ...]

    def content(self) -> str:
        return self.function.name

    @property
    def batch(self) -> int:
        """The number of leading axes the function does not touch."""
        return self.args[0].order - self.function.core(self.args[0].order)[0]

    def rebuild(self, children: Sequence[Node]) -> Node:
        return apply(self.function.name, *children)

    def find_symmetry(self) -> Symmetry:
        """What the argument has, where the function follows: entry by entry, or along the axes."""
        if self.function.odd_exchanges and not self.batch:
            return generated(self.order, ((exchange(*pair, self.order), -1) for pair in self.function.odd_exchanges))
        along = self.function.elementwise or (self.function.transposes == "along" and not self.batch)
        if len(self.args) > 1 or not along:
            return no_symmetry(self.order)
        inside = self.args[0].symmetry
        if self.function.parity == -1 or not inside.signed:
            return inside
        return inside.unsigned if self.function.parity == 1 else inside.even

    def __repr__(self) -> str:
        return f"Apply({self.function.name}, {show_shape(self.axes)})"


def apply(name: str, *args: Node) -> Node:
    """The function of that name, applied. The result is in canonical form: a view of an `Apply` where one serves more.

    Raises:
        UnknownName: the table has no such function.
        ShapeError: wrong number of arguments, or axes the function does not take.
    """
    function = FUNCTIONS.get(name)
    if function is None:
        raise UnknownName(f"there is no function {name}")
    if len(args) != function.arity:
        raise ShapeError(f"{name} takes {function.arity} argument(s), not {len(args)}")
    if function.of_tall and _is_tall(args[0]):
        return _mirrored(apply(function.of_tall, _mirrored(args[0], 2)), len(function.value or ()))
    axes = _value_axes(function, args)
    if function.definition is not None:
        return function.definition(*args)
    folded = _folded(function, args, axes)
    if folded is not None:
        return folded
    bare = _bare_batch(function, args)
    if bare is not None:
        return _broadcast(function, args, bare, axes)
    if function.elementwise:
        return _elementwise(function, args)
    order = _batch_order(function, args)
    if order is not None:
        turned = (permuted(arg, (*order, *range(len(order), arg.order))) for arg in args)
        return network([(apply(name, *turned), (*order, *range(len(order), len(axes))))], range(len(axes)))
    if function.transposes:
        return _turned(function, args[0])
    return intern(Apply, axes, args, function=function, args=args)


def _is_tall(node: Node) -> bool:
    """Has a matrix more rows than columns, as far as they are numbers?"""
    rows, columns = node.axes[-2:] if node.order > 1 else (0, 0)
    return isinstance(rows, int) and isinstance(columns, int) and rows > columns


def _mirrored(node: Node, count: int) -> Node:
    """The node with its last axes, so many, reversed."""
    before = node.order - count
    return permuted(node, (*range(before), *reversed(range(before, node.order))))


def _value_axes(function: Function, args: Sequence[Node]) -> tuple[Axis, ...]:
    """The axes of the value; checks those of the arguments."""
    first = args[0]
    if function.elementwise:
        if any(arg.axes != first.axes for arg in args):
            shapes = " and ".join(show_shape(arg.axes) for arg in args)
            raise ShapeError(f"{function.name} needs arguments of one shape, not {shapes}")
        return first.axes
    letters, value = function.letters(first.order)
    sizes: dict[str, Axis] = {}
    batch = first.axes[: max(first.order - len(letters[0]), 0)]
    for arg, names in zip(args, letters, strict=True):
        if arg.order < len(names):
            what = {1: "a vector", 2: "a matrix"}[len(names)]
            raise ShapeError(f"{function.name} needs {what}, not a tensor of shape {show_shape(arg.axes)}")
        if arg.axes[: arg.order - len(names)] != batch:
            shapes = " and ".join(show_shape(other.axes) for other in args)
            raise ShapeError(f"the leading axes of the arguments of {function.name} differ: {shapes}")
        core = arg.axes[arg.order - len(names) :]
        for letter, size in zip(names, core, strict=True):
            if sizes.setdefault(letter, size) != size:
                raise _clash(function, core, letter, sizes[letter], size)
    return (*batch, *(sizes[letter] for letter in value))


def _clash(function: Function, core: Sequence[Axis], letter: str, known: Axis, size: Axis) -> ShapeError:
    """The error for two sizes where the signature has one letter."""
    if function.square or (len(core) == 2 and f"({letter},{letter})" in function.signature and core[0] != core[1]):
        return ShapeError(f"{function.name} needs a square matrix, not one of shape {show_shape(core)}")
    return ShapeError(f"the arguments of {function.name} do not fit: a size is {show(known)} and {show(size)}")


def _folded(function: Function, args: Sequence[Node], axes: tuple[Axis, ...]) -> Node | None:
    """The exact value at a number, or at zeros, where the table knows it."""
    if len(args) != 1:
        return None
    if is_zero(args[0]) and 0 in function.known:
        filled = network((), range(len(axes)), dict(enumerate(axes)))
        return total([(filled, function.known[0])], axes)
    known = function.known if not args[0].order else {}
    return next((constant(value) for number, value in known.items() if args[0] is constant(number)), None)


def _bare_batch(function: Function, args: Sequence[Node]) -> tuple[int, ...] | None:
    """The batch axes along which all arguments are copies; None if there are none."""
    batch = args[0].order - function.core(args[0].order)[0]
    axes = tuple(axis for axis in range(batch) if all(is_bare(arg, axis) for arg in args))
    return axes or None


def _batch_order(function: Function, args: Sequence[Node]) -> tuple[int, ...] | None:
    """The order in which the batch axes are stored; None if it is the one that they have."""
    batch = args[0].order - function.core(args[0].order)[0]
    if not 1 < batch <= MOST_ORDERED:
        return None

    def rank(order: tuple[int, ...]) -> tuple[int, list[bytes]]:
        turned = [permuted(arg, (*order, *range(batch, arg.order))) for arg in args]
        return sum(map(_is_view, turned)), [arg.key for arg in turned]

    given = tuple(range(batch))
    best = min(permutations(given), key=rank)
    return None if rank(best) == rank(given) else best


def is_bare(node: Node, axis: int) -> bool:
    """Is a node the same along one axis?"""
    if isinstance(node, Sum):
        return bool(node.terms) and all(is_bare(term, axis) for term, _ in node.terms)
    if not isinstance(node, Network) or node.plain or len(node.outputs[axis]) != 1:
        return False
    (wire,) = node.outputs[axis]
    held = any(wire in group for factor in node.factors for group in factor.slots)
    return not held and sum(wire in group for group in node.outputs) == 1


def _broadcast(function: Function, args: Sequence[Node], bare: Sequence[int], axes: tuple[Axis, ...]) -> Node:
    """The function of one copy, repeated along the axes."""
    value = apply(function.name, *(without_axes(arg, bare) for arg in args))
    kept = [axis for axis in range(len(axes)) if axis not in bare]
    sizes: dict[Hashable, Axis] = {axis: axes[axis] for axis in bare}
    return network([(value, kept)], range(len(axes)), sizes)


def without_axes(node: Node, bare: Sequence[int]) -> Node:
    """A node without axes along which it is the same."""
    if isinstance(node, Sum):
        kept = tuple(size for axis, size in enumerate(node.axes) if axis not in bare)
        return total([(without_axes(term, bare), number) for term, number in node.terms], kept)
    if not isinstance(node, Network):
        return node
    outputs = [group for axis, group in enumerate(node.outputs) if axis not in bare]
    gone = {node.outputs[axis][0] for axis in bare}
    sizes: dict[Hashable, Axis] = {wire: size for wire, size in enumerate(node.sizes) if wire not in gone}
    return network(node.factors, outputs, sizes)


def _elementwise(function: Function, args: Sequence[Node]) -> Node:
    """Groupings, broadcast axes and the order of axes go outside: ``exp(x*ones')`` is ``exp(x)*ones'``."""
    if len(args) == 1 and type(args[0]) is Network:
        outside = _outside(args[0])
        if outside is not None:
            core, held, outputs, sizes = outside
            return network([(apply(function.name, core), held)], outputs, sizes)
    permutation = _common_orientation(args)
    turned = tuple(permuted(arg, permutation) for arg in args)
    axes = turned[0].axes
    value = intern(Apply, axes, turned, function=function, args=turned)
    stored = tuple(range(len(axes)))
    return value if permutation == stored else network([(value, permutation)], stored)


def _outside(node: Network) -> tuple[Node, tuple[int, ...], tuple[tuple[int, ...], ...], dict[Hashable, Axis]] | None:
    """A network with groups or broadcast outputs as core, its wires, outputs, sizes; None if it has none, or deltas."""
    if node.plain:
        return None
    wires = [wire for group in node.outputs for wire in group]
    if len(set(wires)) < len(wires):
        return None
    inside = {wire for factor in node.factors for group in factor.slots for wire in group}
    held = tuple(wire for wire in wires if wire in inside)
    sizes: dict[Hashable, Axis] = {wire: node.sizes[wire] for wire in wires}
    return network(node.factors, held), held, node.outputs, sizes


def _common_orientation(args: Sequence[Node]) -> tuple[int, ...]:
    """The order of axes in which the arguments are stored: axis k of the stored ones is axis [k] of the given ones."""
    identity = tuple(range(args[0].order))
    if len(args) == 1:
        return oriented(args[0])[1]
    if len(identity) < 2 or len(identity) > 3:
        return identity

    def rank(order: tuple[int, ...]) -> tuple[int, list[bytes]]:
        turned = [permuted(arg, order) for arg in args]
        return sum(map(_is_view, turned)), [arg.key for arg in turned]

    return min(permutations(identity), key=rank)


def _is_view(node: Node) -> bool:
    return isinstance(node, Network) and len(node.factors) == 1


def _turned(function: Function, arg: Node) -> Node:
    """A function that follows, or does not see, a permutation of the core axes of its argument."""
    core = function.core(arg.order)[0]
    batch = tuple(range(arg.order - core))
    places = range(arg.order - core, arg.order)
    orders = [(*batch, *order) for order in permutations(places)] if core <= 3 else [(*batch, *places)]

    def rank(order: tuple[int, ...]) -> tuple[bool, bool, int, bytes]:
        turned = permuted(arg, order)
        signs = [number < 0 for _, number in turned.terms] if isinstance(turned, Sum) else []
        return len(signs) == 1, _is_view(turned), sum(signs), turned.key

    best = min(orders, key=rank)
    turned = permuted(arg, best)
    stored = _value_axes(function, (turned,))
    value = intern(Apply, stored, (turned,), function=function, args=(turned,))
    return value if function.transposes == "same" else network([(value, best)], range(arg.order))


def number_of(node: Node) -> Number | None:
    """The number a node stands for, or None."""
    if isinstance(node, Sum) and not node.order:
        if not node.terms:
            return 0
        if len(node.terms) == 1 and node.terms[0][0] is one:
            return node.terms[0][1]
    return 1 if node is one else None
