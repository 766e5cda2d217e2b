"""The functions: one entry each, in one table; and `Apply`, a function applied to nodes.

A signature is written as NumPy writes those of its generalised ufuncs: ``()->()`` acts on every entry, ``(n,n)->()`` takes the
last two axes of a matrix, ``(...)->()`` all axes. Axes in front of the core axes are batch axes.

A derivative rule is one line of index notation in the argument ``x`` (``x`` and ``w`` for two), the value ``y`` and other
functions of the table. It names the core indices only: first those of the value, then those of the argument. A capital letter
stands for as many indices as the argument has axes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations

from tensor_networks.axes import Axis, show_shape
from tensor_networks.errors import ShapeError, UnknownName
from tensor_networks.networks import Network, Sum, constant, network, oriented
from tensor_networks.nodes import Node, intern
from tensor_networks.numbers import Number


@dataclass(frozen=True, slots=True)
class Function:
    """One entry of the table.

    ``rules`` has one derivative rule per argument; ``""`` is a derivative that is zero wherever it exists. ``transposes`` says
    what a permutation of the core axes of the argument does to the value: ``same`` nothing, ``along`` permutes it likewise.
    ``known`` are exact values at numbers, ``parity`` is 1 for even functions and -1 for odd ones. ``domain`` is an interval to test on. ``reference`` says where the rule stands.
    """

    name: str
    signature: str
    rules: tuple[str, ...]
    latex: str
    domain: tuple[float, float] = (-2.0, 2.0)
    transposes: str = ""
    known: Mapping[Number, Number] = field(default_factory=dict, hash=False)
    parity: int = 0
    reference: str = ""

    @property
    def arity(self) -> int:
        """The number of arguments."""
        return len(self.rules)

    @property
    def elementwise(self) -> bool:
        """Does it act on every entry by itself?"""
        return self.signature in ("()->()", "(),()->()", "(),(),()->()")

    def core(self, order: int) -> tuple[int, int]:
        """The number of core axes of an argument of that order, and of the value."""
        before, after = self.signature.split("->")
        return (order if "..." in before else _axes(before.split("),")[0])), (order if "..." in after else _axes(after))


def _axes(text: str) -> int:
    inside = text.strip("()")
    return len(inside.split(",")) if inside else 0


class Apply(Node):
    """A function of the table applied to nodes. Elementwise functions take arguments of equal axes."""

    __slots__ = ("args", "function")
    kind = "apply"
    function: Function
    args: tuple[Node, ...]

    def content(self) -> str:
        return self.function.name

    @property
    def children(self) -> tuple[Node, ...]:
        return self.args

    @property
    def batch(self) -> int:
        """The number of leading axes the function does not touch."""
        return self.args[0].order - self.function.core(self.args[0].order)[0]

    def rebuild(self, children: Sequence[Node]) -> Node:
        return apply(self.function.name, *children)

    def find_orbits(self) -> tuple[int, ...]:
        """Axes that the argument lets be exchanged, where the function follows."""
        if len(self.args) == 1 and (self.function.elementwise or self.function.transposes == "along"):
            return self.args[0].orbits
        return tuple(range(self.order))

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
    axes = _value_axes(function, args)
    folded = _folded(function, args)
    if folded is not None:
        return folded
    if function.elementwise:
        return _elementwise(function, args)
    if function.transposes:
        return _turned(function, args[0], axes)
    return intern(Apply, axes, args, function=function, args=args)


def _value_axes(function: Function, args: Sequence[Node]) -> tuple[Axis, ...]:
    """The axes of the value; checks those of the arguments."""
    first = args[0]
    if any(arg.axes != first.axes for arg in args):
        shapes = " and ".join(show_shape(arg.axes) for arg in args)
        raise ShapeError(f"{function.name} needs arguments of one shape, not {shapes}")
    before, after = function.core(first.order)
    if first.order < before:
        what = {1: "a vector", 2: "a matrix"}[before]
        raise ShapeError(f"{function.name} needs {what}, not a tensor of shape {show_shape(first.axes)}")
    batch, core = first.axes[: first.order - before], first.axes[first.order - before :]
    if "(n,n)" in function.signature and len(set(core)) > 1:
        raise ShapeError(f"{function.name} needs a square matrix, not one of shape {show_shape(core)}")
    return (*batch, *core[:after])


def _folded(function: Function, args: Sequence[Node]) -> Node | None:
    """The exact value at a number, where the table knows it."""
    if len(args) != 1 or args[0].order:
        return None
    arg = args[0]
    for number, value in function.known.items():
        if arg is constant(number):
            return constant(value)
    return None


def _elementwise(function: Function, args: Sequence[Node]) -> Node:
    """Groupings, broadcast axes and the order of axes go outside: ``exp(x*ones')`` is ``exp(x)*ones'``."""
    if len(args) == 1 and type(args[0]) is Network:
        outside = _outside(args[0])
        if outside is not None:
            core, held, outputs, sizes = outside
            return network([(apply(function.name, core), held)], outputs, sizes)
    permutation = _common_orientation(args)
    turned = tuple(_permuted(arg, permutation) for arg in args)
    axes = turned[0].axes
    value = intern(Apply, axes, turned, function=function, args=turned)
    return network([(value, permutation)], range(len(axes)))


def _outside(node: Network) -> tuple[Node, tuple[int, ...], tuple[tuple[int, ...], ...], dict[int, Axis]] | None:
    """A network with groups or broadcast outputs as (core, its wires, outputs, sizes); None if there are none or deltas."""
    if node.plain:
        return None
    wires = [wire for group in node.outputs for wire in group]
    if len(set(wires)) < len(wires):
        return None
    inside = {wire for factor in node.factors for group in factor.slots for wire in group}
    held = tuple(wire for wire in wires if wire in inside)
    sizes = dict(enumerate(node.sizes))
    return network(node.factors, held), held, node.outputs, sizes


def _common_orientation(args: Sequence[Node]) -> tuple[int, ...]:
    """The order of axes in which the arguments are stored: axis k of the stored ones is axis [k] of the given ones."""
    identity = tuple(range(args[0].order))
    if len(args) == 1:
        return oriented(args[0])[1]
    if len(identity) < 2 or len(identity) > 3:
        return identity
    return min(
        permutations(identity),
        key=lambda order: (sum(_is_view(_permuted(arg, order)) for arg in args), [_permuted(arg, order).key for arg in args]),
    )


def _is_view(node: Node) -> bool:
    return isinstance(node, Network) and len(node.factors) == 1


def _permuted(node: Node, order: tuple[int, ...]) -> Node:
    return network([(node, range(node.order))], order)


def _turned(function: Function, arg: Node, axes: tuple[Axis, ...]) -> Node:
    """A function that follows, or does not see, a permutation of the core axes of its argument."""
    core = function.core(arg.order)[0]
    batch = tuple(range(arg.order - core))
    orders = [(*batch, *order) for order in permutations(range(arg.order - core, arg.order))] if core <= 3 else [(*batch, *range(len(batch), arg.order))]
    best = min(orders, key=lambda order: (_is_view(_permuted(arg, order)), _permuted(arg, order).key))
    turned = _permuted(arg, best)
    if function.transposes == "same":
        return intern(Apply, axes, (turned,), function=function, args=(turned,))
    value = intern(Apply, turned.axes, (turned,), function=function, args=(turned,))
    return network([(value, best)], range(arg.order))


def is_number(node: Node) -> Number | None:
    """The number a node stands for, or None."""
    if isinstance(node, Sum) and not node.order:
        if not node.terms:
            return 0
        if len(node.terms) == 1 and node.terms[0][0] is constant(1):
            return node.terms[0][1]
    return 1 if node is constant(1) else None


_HALF_PLANE = (0.3, 2.5)
_TABLE = (
    # elementwise, one argument
    Function("exp", "()->()", ("y",), r"\exp", known={0: 1}),
    Function("log", "()->()", ("1 / x",), r"\log", _HALF_PLANE, known={1: 0}),
    Function("sin", "()->()", ("cos(x)",), r"\sin", known={0: 0}, parity=-1),
    Function("cos", "()->()", ("-sin(x)",), r"\cos", known={0: 1}, parity=1),
    Function("tan", "()->()", ("1 + y^2",), r"\tan", (-1.0, 1.0), known={0: 0}, parity=-1),
    Function("asin", "()->()", ("(1 - x^2)^(-1/2)",), r"\arcsin", (-0.8, 0.8), known={0: 0}, parity=-1),
    Function("acos", "()->()", ("-(1 - x^2)^(-1/2)",), r"\arccos", (-0.8, 0.8), known={1: 0}),
    Function("atan", "()->()", ("1 / (1 + x^2)",), r"\arctan", known={0: 0}, parity=-1),
    Function("sinh", "()->()", ("cosh(x)",), r"\sinh", known={0: 0}, parity=-1),
    Function("cosh", "()->()", ("sinh(x)",), r"\cosh", known={0: 1}, parity=1),
    Function("tanh", "()->()", ("1 - y^2",), r"\tanh", known={0: 0}, parity=-1),
    Function("asinh", "()->()", ("(1 + x^2)^(-1/2)",), r"\operatorname{arsinh}", known={0: 0}, parity=-1),
    Function("acosh", "()->()", ("(x^2 - 1)^(-1/2)",), r"\operatorname{arcosh}", (1.3, 3.0), known={1: 0}),
    Function("atanh", "()->()", ("1 / (1 - x^2)",), r"\operatorname{artanh}", (-0.8, 0.8), known={0: 0}, parity=-1),
    Function("log1p", "()->()", ("1 / (1 + x)",), r"\operatorname{log1p}", (-0.5, 2.0), known={0: 0}),
    Function("expm1", "()->()", ("exp(x)",), r"\operatorname{expm1}", known={0: 0}),
    Function("abs", "()->()", ("sign(x)",), r"\operatorname{abs}", known={0: 0}, reference="0 at 0 by convention", parity=1),
    Function("sign", "()->()", ("",), r"\operatorname{sign}", known={0: 0, 1: 1}, parity=-1),
    Function("relu", "()->()", ("sign(y)",), r"\operatorname{relu}", known={0: 0, 1: 1}, reference="0 at 0 by convention"),
    Function("sigmoid", "()->()", ("y (1 - y)",), r"\sigma"),
    Function("softplus", "()->()", ("sigmoid(x)",), r"\operatorname{softplus}"),
    Function("erf", "()->()", ("1.1283791670955126 exp(-x^2)",), r"\operatorname{erf}", known={0: 0}, reference="DLMF 7.2.1", parity=-1),
    Function("erfc", "()->()", ("-1.1283791670955126 exp(-x^2)",), r"\operatorname{erfc}", known={0: 1}, reference="DLMF 7.2.2"),
    Function("gammaln", "()->()", ("digamma(x)",), r"\ln\Gamma", _HALF_PLANE, known={1: 0, 2: 0}, reference="DLMF 5.2.2"),
    Function("digamma", "()->()", ("trigamma(x)",), r"\psi", _HALF_PLANE, reference="DLMF 5.15"),
    Function("trigamma", "()->()", ("tetragamma(x)",), r"\psi_1", _HALF_PLANE, reference="DLMF 5.15"),
    Function("tetragamma", "()->()", ("pentagamma(x)",), r"\psi_2", _HALF_PLANE, reference="DLMF 5.15"),
    Function("pentagamma", "()->()", (None,), r"\psi_3", _HALF_PLANE, reference="DLMF 5.15"),  # type: ignore[arg-type]
    # elementwise, two arguments
    Function("power", "(),()->()", ("w power(x, w - 1)", "y log(x)"), r"\operatorname{power}", _HALF_PLANE),
    Function("arctan2", "(),()->()", ("w / (x^2 + w^2)", "-x / (x^2 + w^2)"), r"\operatorname{arctan2}", _HALF_PLANE),
    Function("hypot", "(),()->()", ("x / y", "w / y"), r"\operatorname{hypot}", _HALF_PLANE),
    Function("maximum", "(),()->()", ("(1 + sign(x - w)) / 2", "(1 + sign(w - x)) / 2"), r"\max", reference="ties split evenly"),
    Function("minimum", "(),()->()", ("(1 - sign(x - w)) / 2", "(1 - sign(w - x)) / 2"), r"\min", reference="ties split evenly"),
    # vectors
    Function("softmax", "(n)->(n)", ("y_i delta_ij - y_i y_j -> ij",), r"\operatorname{softmax}"),
    Function("logsumexp", "(n)->()", ("softmax(x)_i -> i",), r"\operatorname{logsumexp}"),
    Function("amax", "(n)->()", ("peak(x)_i -> i",), r"\max", reference="shared by equal largest entries, by convention"),
    Function("peak", "(n)->(n)", ("",), r"\operatorname{peak}", reference="1 at the largest entry, 0 elsewhere"),
    Function("norm2", "(...)->()", ("unit(x)_K -> K",), r"\operatorname{norm}", transposes="same", reference="0 at 0 by convention", parity=1),
    Function("unit", "(...)->(...)", ("(delta_IK - y_I y_K) / norm2(x) -> IK",), r"\operatorname{unit}", transposes="along", parity=-1),
    # matrices
    Function("inv", "(n,n)->(n,n)", ("-y_ik y_lj -> ijkl",), r"\operatorname{inv}", transposes="along", reference="Matrix Cookbook (60)"),
    Function("det", "(n,n)->()", ("adj(x)_ji -> ij",), r"\det", transposes="same", reference="Magnus & Neudecker 8.3"),
    Function("logdet", "(n,n)->()", ("inv(x)_ji -> ij",), r"\log\left|\det\right|", transposes="same", reference="Matrix Cookbook (57)"),
    Function(
        "adj",
        "(n,n)->(n,n)",
        ("det(x) (inv(x)_ij inv(x)_lk - inv(x)_ik inv(x)_lj) -> ijkl",),
        r"\operatorname{adj}",
        transposes="along",
        reference="Magnus & Neudecker 8.6",
    ),
)

FUNCTIONS: dict[str, Function] = {function.name: function for function in _TABLE}
