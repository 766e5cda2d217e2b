"""The rules of a derivation: which one the differential of a node needs, in words, and the differential one rule further."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count
from typing import cast

from ricci.calculus import sweeps
from ricci.calculus.simplify import settle
from ricci.calculus.sweeps import depends_on
from ricci.derivations.derivation import Open
from ricci.derivatives.differentials import Differential
from ricci.expr import Expr
from ricci.functions import Apply, Function, apply
from ricci.notation.writing import write
from ricci.traits.spaces import tangent
from tensor_networks.networks import Network, Sum, total
from tensor_networks.nodes import Node, Tensor, leaves, tensor, walk
from tensor_networks.numbers import Number


class Work:
    """The differentials that are still to be worked out, each under a name of its own."""

    def __init__(self, root: Node, variable: Tensor, names: set[str], text: str) -> None:
        self.variable, self.inside, self.text = variable, depends_on(root, [variable]), text
        self.names, self.numbers = names, count()
        taken = {name.lower() for name in names}
        self.letters = iter([c for c in "uvwrstpqhk" if c not in taken] + [f"u{k}" for k in range(99)])
        self.open: dict[Tensor, Open] = {}
        self.known: dict[Node, Node] = {variable: tangent(variable)}
        self.whole = self._opened(root)

    def _opened(self, node: Node) -> Node:
        """What stands for the differential of a node: a tensor with a name of its own, perhaps with a minus sign."""
        if node in self.known:
            return self.known[node]
        shown, sign = node, 1
        if isinstance(node, Sum):
            opposite = total([(node, -1)])
            if write(opposite) in self.text and write(node) not in self.text:
                shown, sign = opposite, -1
                self.inside |= depends_on(opposite, [self.variable])
        number, letter = next(self.numbers), next(self.letters)
        leaf = tensor(f"zz{number}#", node.axes)  # a name that no text has
        self.open[leaf] = Open(shown, (self.variable,), letter.upper() if node.order > 1 else letter)
        self.known[node] = total([(leaf, sign)])
        return self.known[node]

    def left_open(self, node: Node) -> Mapping[Tensor, Open]:
        """What is still open in an expression."""
        return {leaf: self.open[leaf] for leaf in sorted(leaves(node), key=lambda leaf: leaf.name) if leaf in self.open}

    def pending(self, node: Node) -> list[Tensor]:
        """What is open and not inside of something else that is: the outermost come first."""
        found = list(self.left_open(node))
        below = [set(walk(self.open[leaf].node)) for leaf in found]
        return [
            leaf
            for k, leaf in enumerate(found)
            if not any(self.open[leaf].node in below[j] for j in range(len(found)) if j != k)
        ]

    def alike(self, pending: list[Tensor], all_open: Iterable[Tensor]) -> list[Tensor]:
        """Those that the same kind of rule works out: all that is linear at once, or all the outermost of one kind."""
        kinds = {leaf: self.rule(self.open[leaf].node)[0].partition(",")[0] for leaf in all_open}
        kind = kinds[pending[0]]
        return [leaf for leaf in (all_open if kind == "linearity" else pending) if kinds[leaf] == kind]

    def common_rule(self, together: Iterable[Tensor]) -> tuple[str, str]:
        """The rule and the reason for several differentials that are worked out at once."""
        rules = dict.fromkeys(self.rule(self.open[leaf].node) for leaf in together)
        kinds = dict.fromkeys(rule.partition(", ")[0] for rule, _ in rules)
        names = dict.fromkeys(rule.partition(", ")[2] for rule, _ in rules if ", " in rule)
        title = " and ".join(kinds) + (f", {' and '.join(names)}" if names else "")
        return title, "; ".join(dict.fromkeys(reason for _, reason in rules))

    def _dependent(self, node: Network) -> list[int]:
        return [place for place, factor in enumerate(node.factors) if factor.node in self.inside]

    def _linear(self, node: Node) -> bool:
        if isinstance(node, Network):
            places = self._dependent(node)
            return len(places) == 1 and node.factors[places[0]].exponent == 1
        return isinstance(node, Sum) or node is self.variable

    def rule(self, node: Node) -> tuple[str, str]:
        """The rule that the differential of a node needs, and a sentence."""
        name = self.variable.name
        if self._linear(node):
            return "linearity", "d passes through sums and constant factors"
        if isinstance(node, Network):
            places = self._dependent(node)
            if len(places) == 1:
                exponent = node.factors[places[0]].exponent
                return "power rule", f"d(u^{_shown(exponent)}) = {_power_rule(exponent)}"
            plain = all(node.factors[place].node is self.variable for place in places)
            return (
                "product rule",
                f"each {name} in turn becomes d{name}" if plain else "each factor in turn becomes its differential",
            )
        if isinstance(node, Apply):
            return f"chain rule, {node.function.name}", _line(node.function)
        return "differential", ""

    def grown(self, node: Node) -> Node:
        """The differential of a node, one rule further."""
        seeds: dict[Node, Node] = {}
        stack = [node]
        while stack:
            for child in stack.pop().children:
                if child not in self.inside or child in seeds:
                    continue
                if self._linear(node) and self._linear(child) and child is not self.variable:
                    stack.append(child)
                else:
                    seeds[child] = self._opened(child)
        return sweeps.push(node, cast("Mapping[Tensor, Node]", seeds))


def _shown(exponent: Number) -> str:
    return str(exponent) if isinstance(exponent, int) and exponent >= 0 else f"({exponent})"


def _power_rule(exponent: Number) -> str:
    less = exponent - 1
    power = "" if less == 0 else "*u" if less == 1 else f"*u^{_shown(less)}"
    return f"{exponent}{power}*du"


def _line(function: Function) -> str:
    """The line of the table for a function, as a differential: ``d tanh(u) = (1 - tanh(u)^2)*du``."""
    before = function.core(1)[0] if "..." in function.signature else function.core(0)[0]
    letters = ("u", "v", "w")[: function.arity]
    args = [tensor(letter.upper() if before > 1 else letter, ("n",) * before) for letter in letters]
    try:
        value = Expr(apply(function.name, *args))
        made = Differential(
            settle(sweeps.directional(value.settled, args))[0], of=value, directions={leaf: tangent(leaf) for leaf in args}
        )
        right = made.equation().partition(" = ")[2]
        return f"d {value} = {right}"
    except ValueError:
        return f"the derivative of {function.name}"
