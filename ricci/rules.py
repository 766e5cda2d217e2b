"""The derivative rules of the function table, read from their text and applied to actual nodes."""

from __future__ import annotations

import re
from functools import lru_cache

from ricci.functions import Apply, Function
from ricci.notation import read
from tensor_networks.axes import Axis
from tensor_networks.errors import DerivativeError
from tensor_networks.networks import Network, Sum, network, total
from tensor_networks.nodes import Node, Tensor, walk

ARGUMENTS = ("x", "w", "v")
LETTERS = {"I": "abcdefgh", "K": "ijklmnop"}


def local_derivative(node: Apply, argument: int) -> Node | None:
    """The derivative of a function by one of its arguments, as a node of axes batch + value's core + argument's core.

    None stands for a derivative that is zero wherever it exists.

    Raises:
        DerivativeError: the table has no rule.
    """
    function = node.function
    rule = function.rules[argument]
    if rule is None:
        raise DerivativeError(f"there is no derivative rule for {function.name}")
    if not rule:
        return None
    arg = node.args[argument]
    core, _ = function.core(arg.order)
    template = _template(function, rule, core)
    actual = dict(zip(ARGUMENTS, node.args, strict=False)) | {"y": node}
    return _lifted(template, actual, node.axes[: node.batch], dict(zip(_symbols(function, core), arg.axes[node.batch :], strict=False)))


def _symbols(function: Function, core: int) -> list[str]:
    """The size symbols a template uses for the core axes of an argument."""
    return ["n"] * core if "n,n" in function.signature else [f"n{axis}" for axis in range(core)]


@lru_cache(maxsize=512)
def _template(function: Function, rule: str, core: int) -> Node:
    """The rule read as a node over stand-ins for the arguments and the value."""
    sizes = _symbols(function, core)
    _, value = function.core(core)
    for capital, letters in LETTERS.items():
        rule = re.sub(rf"delta_{capital}K", _pairs(core), rule) if capital == "I" else rule
        rule = re.sub(rf"_{capital}\b", "_{" + letters[:core] + "}" if core else "", rule)
    head, arrow, outputs = rule.partition("->")
    for capital, letters in LETTERS.items():
        outputs = outputs.replace(capital, letters[:core])
    declarations = dict.fromkeys(ARGUMENTS[: function.arity], " ".join(sizes)) | {"y": " ".join(sizes[:value])}
    return read(head + (arrow or "->") + outputs, declarations, notation="index").node


def _pairs(core: int) -> str:
    return " ".join(f"delta_{a}{b}" for a, b in zip(LETTERS["I"][:core], LETTERS["K"][:core], strict=True)) or "1"


def _lifted(template: Node, actual: dict[str, Node], batch: tuple[Axis, ...], core: dict[str, Axis]) -> Node:
    """The template with actual nodes for its stand-ins, entry by entry along the batch axes."""
    lead = [f"b{axis}" for axis in range(len(batch))]
    sizes = dict(zip(lead, batch, strict=True))
    new: dict[Node, Node] = {}
    for node in walk(template):
        if isinstance(node, Tensor):
            new[node] = actual[node.name]
        elif isinstance(node, Sum):
            axes = (*batch, *(core.get(str(size), size) for size in node.axes))
            new[node] = total(((new[term], number) for term, number in node.terms), axes)
        elif isinstance(node, Network):
            factors = [(new[f.node], (*lead, *f.slots), f.exponent) for f in node.factors]
            inner = {wire: core.get(str(size), size) for wire, size in enumerate(node.sizes)}
            new[node] = network(factors, (*lead, *node.outputs), sizes | inner)
        else:
            new[node] = node.rebuild([new[child] for child in node.children])
    return new[template]


