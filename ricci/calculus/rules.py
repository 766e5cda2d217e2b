"""The derivative rules of the function table, read from their text and applied to actual nodes."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import lru_cache

from ricci.functions import Apply, Function, Operator
from ricci.notation import read
from tensor_networks.axes import Axis, atoms, product
from tensor_networks.drafts import Part, Product, finished, separate
from tensor_networks.errors import DerivativeError
from tensor_networks.networks import Network, Sum, network, size_of, total
from tensor_networks.nodes import Node, Size, Tensor, walk
from tensor_networks.patterns import Pattern, pattern

ARGUMENTS = ("x", "w", "v", "u")
LETTERS = {"I": "abcdefgh", "K": "ijklmnop"}


def pushed(node: Apply, place: int, tangent: Part, extra: Sequence[Axis]) -> Part | None:
    """The change of a function when one of its arguments changes: axes of the value, then the extra ones of the change.

    None stands for a derivative that is zero wherever it exists.

    Raises:
        DerivativeError: the table has no rule.
    """
    rule = node.function.rules[place]
    batch, value, inner = _local_wires(node, place)
    new = [f"e{axis}" for axis in range(len(extra))]
    if isinstance(rule, Operator):
        (along,) = separate(tangent)
        direction = network([(along, (*batch, *inner, *new))], (*batch, *new, *inner))
        wide = {name: _repeated(arg, node.batch, extra) for name, arg in _actual(node).items()}
        change = _instance(node, rule.push, place, wide | {"t": direction}, (*node.axes[: node.batch], *extra))
        return network([(change, (*batch, *new, *value))], (*batch, *value, *new))
    local = local_derivative(node, place)
    if local is None:
        return None
    factors = [(local, (*batch, *value, *inner), 1), (tangent, (*batch, *inner, *new), 1)]
    return _product(factors, (*batch, *value, *new), entrywise=not inner)


def pulled(node: Apply, place: int, adjoint: Part) -> Part | None:
    """The cotangent of an argument, given that of the value.

    None stands for a derivative that is zero wherever it exists.

    Raises:
        DerivativeError: the table has no rule.
    """
    rule = node.function.rules[place]
    if isinstance(rule, Operator):
        (cotangent,) = separate(adjoint)
        return _instance(node, rule.pull, place, _actual(node) | {"c": cotangent}, node.axes[: node.batch])
    local = local_derivative(node, place)
    batch, value, inner = _local_wires(node, place)
    if local is None:
        return None
    factors = [(local, (*batch, *value, *inner), 1), (adjoint, (*batch, *value), 1)]
    return _product(factors, (*batch, *inner), entrywise=not inner)


def _product(factors: Sequence[tuple[Part, Sequence[str], int]], outputs: Sequence[str], entrywise: bool) -> Part:
    """A draft; but a node, if the function is not entrywise: its terms are simplified before it becomes part of others."""
    product = Product(factors, outputs)
    return product if entrywise else separate(product)[0]


@lru_cache(maxsize=512)  # a sweep back is often followed by one forth, over the same functions
def local_derivative(node: Apply, place: int) -> Node | None:
    """The derivative of a function by one of its arguments, as a node of axes batch + value's core + argument's core.

    None stands for a derivative that is zero wherever it exists. Of a rule that acts on directions it is what becomes
    of deltas.

    Raises:
        DerivativeError: the table has no rule.
    """
    rule = node.function.rules[place]
    if rule is None:
        why = f": {node.function.reference}" if node.function.arity > 1 else ""
        raise DerivativeError(f"there is no derivative rule for {node.function.name}{why}")
    if not rule:
        return None
    if isinstance(rule, Operator):
        arg = node.args[place]
        batch, _, inner = _local_wires(node, place)
        core = arg.axes[node.batch :]
        sizes: dict[Hashable, Axis] = dict(zip((*batch, *inner), arg.axes, strict=True))
        deltas = network((), (*batch, *inner, *inner), sizes)
        change = pushed(node, place, deltas, core)
        return None if change is None else finished(change)[0]
    return _instance(node, rule, place, _actual(node), node.axes[: node.batch])


def _actual(node: Apply) -> dict[str, Node]:
    """What the names of a rule stand for."""
    return dict(zip(ARGUMENTS, node.args, strict=False)) | {"y": node}


def _local_wires(node: Apply, place: int) -> tuple[list[str], list[str], list[str]]:
    """Labels for the batch axes, the value's core axes and the argument's core axes."""
    batch = node.batch
    return (
        [f"b{axis}" for axis in range(batch)],
        [f"v{axis}" for axis in range(node.order - batch)],
        [f"a{axis}" for axis in range(node.args[place].order - batch)],
    )


def _repeated(node: Node, batch: int, extra: Sequence[Axis]) -> Node:
    """A node with copies along new axes behind its batch axes."""
    new = [f"e{axis}" for axis in range(len(extra))]
    wires = list(range(node.order))
    return network([(node, wires)], (*wires[:batch], *new, *wires[batch:]), dict(zip(new, extra, strict=True)))


def _instance(node: Apply, rule: str, place: int, actual: Mapping[str, Node], batch: Sequence[Axis]) -> Node:
    """A rule with actual nodes for its names."""
    function = node.function
    order = function.core(node.args[0].order)[0]
    letters, _ = function.letters(order)
    sizes: dict[str, Axis] = {}
    for arg, names in zip(node.args, letters, strict=True):
        sizes.update(zip(names, arg.axes[node.batch :], strict=True))
    return _lifted(_template(function, rule, order, place), actual, tuple(batch), sizes)


@lru_cache(maxsize=512)
def _template(function: Function, rule: str, order: int, place: int) -> Node:
    """The rule read as a node over stand-ins for the value and the arguments, the first of that many core axes."""
    letters, value = function.letters(order)
    for capital, names in LETTERS.items():
        rule = re.sub(rf"delta_{capital}K", _pairs(order), rule) if capital == "I" else rule
        rule = re.sub(rf"_{capital}\b", "_{" + names[:order] + "}" if order else "", rule)
    head, arrow, outputs = rule.rpartition("->") if "->" in rule else (rule, "->", "")
    for capital, names in LETTERS.items():
        outputs = outputs.replace(capital, names[:order])
    stand_ins = dict(zip(ARGUMENTS, letters, strict=False)) | {"y": value, "t": letters[place], "c": value}
    declarations = {name: " ".join(sizes) for name, sizes in stand_ins.items()}
    return read(head + arrow + outputs, declarations, notation="index").node


def _pairs(core: int) -> str:
    return " ".join(f"delta_{a}{b}" for a, b in zip(LETTERS["I"][:core], LETTERS["K"][:core], strict=True)) or "1"


def _lifted(template: Node, actual: Mapping[str, Node], batch: tuple[Axis, ...], core: Mapping[str, Axis]) -> Node:
    """The template with actual nodes for its stand-ins, entry by entry along the batch axes."""
    lead = [f"b{axis}" for axis in range(len(batch))]
    sizes: dict[Hashable, Axis] = dict(zip(lead, batch, strict=True))
    new: dict[Node, Node] = {}
    for node in walk(template):
        if isinstance(node, Tensor):
            new[node] = actual[node.name]
        elif isinstance(node, Sum):
            new[node] = total(((new[term], number) for term, number in node.terms), (*batch, *_sized(node.axes, core)))
        elif isinstance(node, Network):
            factors = [(new[f.node], (*lead, *f.slots), f.exponent) for f in node.factors]
            inner: dict[Hashable, Axis] = dict(enumerate(_sized(node.sizes, core)))
            new[node] = network(factors, (*lead, *node.outputs), sizes | inner)
        elif isinstance(node, Pattern):
            new[node] = _repeated(pattern(node.name, *_sized([node.size], core)), 0, batch)
        elif isinstance(node, Size):
            new[node] = _repeated(size_of(*_sized([node.size], core)), 0, batch)
        else:
            new[node] = node.rebuild([new[child] for child in node.children])
    return new[template]


def _sized(sizes: Iterable[Axis], core: Mapping[str, Axis]) -> tuple[Axis, ...]:
    """The sizes of a template as actual ones."""
    return tuple(product(core.get(str(atom), atom) for atom in atoms(size)) for size in sizes)
