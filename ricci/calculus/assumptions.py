"""What must hold for a formula to have a value and a derivative: `X invertible`, `x positive`, `S symmetric`."""

from __future__ import annotations

from fractions import Fraction

from ricci.functions import Apply
from ricci.notation.writing import write
from ricci.passes.common import is_call
from ricci.traits.table import has
from tensor_networks.networks import Network
from tensor_networks.nodes import Node, Size, Tensor, walk

NEEDS = {
    "inv": "{} invertible",
    "logdet": "{} invertible",
    "unit": "{} not 0",
    "abs": "{} without zeros",
    "sign": "{} without zeros",
    "relu": "{} without zeros",
    "log": "{} positive",
    "gammaln": "{} positive",
    "digamma": "{} positive",
    "trigamma": "{} positive",
    "power": "{} positive",
    "gamma": "{} positive",
    "erfinv": "{} between -1 and 1",
    "log1p": "{} above -1",
    "asin": "{} between -1 and 1",
    "acos": "{} between -1 and 1",
    "atanh": "{} between -1 and 1",
    "acosh": "{} above 1",
}
POSITIVE = ("exp", "sigmoid", "ndtr", "softmax", "softplus", "cosh")


def assumptions(*roots: Node) -> list[str]:
    """What the functions, the denominators and the roots in some expressions take for granted, and the traits declared."""
    found: dict[str, None] = {}
    for node in walk(*roots):
        if isinstance(node, Tensor):
            found |= {f"{node.name} {trait}": None for trait in sorted(node.traits)}
        elif isinstance(node, Apply) and node.function.name in NEEDS and not _known(node):
            found[NEEDS[node.function.name].format(_text(node.args[0]))] = None
        elif isinstance(node, Network):
            found |= dict.fromkeys(_of_powers(node))
    positive = {text.removesuffix(" positive") for text in found if text.endswith(" positive")}
    weaker = {f"{text} {word}" for text in positive for word in ("without zeros", "not 0")}
    return [text for text in found if text not in weaker]


def _of_powers(node: Network) -> list[str]:
    """What the exponents in a product ask for."""
    found = []
    for child, _, exponent in node.factors:
        if isinstance(child, Size) or _positive(child):
            continue
        if isinstance(exponent, Fraction) and exponent.denominator % 2 == 0:
            found.append(f"{_text(child)} positive")
        elif exponent < 0 and is_call(child, "norm2"):
            found.append(f"{_text(child.children[0])} not 0")
        elif exponent < 0:
            found.append(f"{_text(child)} {'without zeros' if child.order else 'not 0'}")
    return found


def _known(node: Apply) -> bool:
    """Is the argument known to be what the function needs?"""
    (arg, *_) = node.args
    return has(arg, "invertible") if node.function.name in ("inv", "logdet") else _positive(arg)


def _positive(node: Node) -> bool:
    """Is every entry known to be positive?"""
    return has(node, "positive") or is_call(node, *POSITIVE)


def _text(node: Node) -> str:
    return write(node).removesuffix(" ->")
