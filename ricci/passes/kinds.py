"""What a node looks like at a glance, in words: with them the list of passes says which nodes a pass has to look at.

Of a product the words tell its factors, of a sum its terms and their factors, of a function itself and its arguments.

* the name of a function: one of them is a call of it;
* a trait, or ``gram``, ``exclusive``, ``totals``, ``idempotent``: one is a tensor with it, or with a trait of which the table
  of traits says that;
* ``sum``, ``product``, ``pattern``: one is such a node, ``closed``: one has no axes, ``high``: one has more than two;
* ``^``: one is to a power other than 1, ``1/``: to one below 0, ``root``: to one that is no whole number;
* ``copies``: one node is several factors, ``twice``: one that is made of others has a wire at several axes;
* ``grouped``: an axis is a group of wires, ``inner``: a product sums over a wire.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from ricci.functions import Apply
from ricci.traits.table import facts
from tensor_networks.networks import Network, Sum
from tensor_networks.nodes import Node, Tensor
from tensor_networks.patterns import Pattern

Pass = Callable[[Node], Node]
MOST_REMEMBERED = 4096
CLASSES = {Sum: "sum", Network: "product", Pattern: "pattern"}


class Table:
    """Passes in their order, each with what it needs: words that are all said of a node, or those behind a comma."""

    def __init__(self, needs: Mapping[Pass, str]) -> None:
        self.needs = {step: [frozenset(words.split()) for words in text.split(",")] for step, text in needs.items()}
        self.words = frozenset([word for ways in self.needs.values() for words in ways for word in words])
        self._of = lru_cache(MOST_REMEMBERED)(self._of_words)

    def __iter__(self) -> Iterator[Pass]:
        return iter(self.needs)

    def selected(self, node: Node) -> tuple[Pass, ...]:
        """The passes that may change a node, in their order."""
        return self._of(self.words.intersection(words_of(node)))

    def _of_words(self, said: frozenset[str]) -> tuple[Pass, ...]:
        return tuple([step for step, ways in self.needs.items() if any(words <= said for words in ways)])


def words_of(node: Node) -> set[str]:
    """The words that are said of a node."""
    found: set[str] = set()
    if type(node) is Network:
        _tell_product(node, found)
    elif isinstance(node, Apply):
        found.add(node.function.name)
    _tell(node.children, found)
    if type(node) is Sum:
        for term in node.children:
            if type(term) is Network:
                _tell(term.children, found)
                _tell_groups(term.outputs, found)
    return found


def _tell(parts: Iterable[Node], found: set[str]) -> None:
    """What is said of nodes that another one is made of, by themselves."""
    for node in parts:
        if isinstance(node, Apply):
            found.add(node.function.name)
        elif type(node) is Tensor:
            if node.traits:
                found |= facts(node.traits)
        elif type(node) in CLASSES:
            found.add(CLASSES[type(node)])


def _tell_groups(groups: Iterable[tuple[int, ...]], found: set[str]) -> None:
    if not {1}.issuperset(map(len, groups)):
        found.add("grouped")


def _tell_product(node: Network, found: set[str]) -> None:
    """What is said of the way in which a product is made."""
    _tell_groups(node.outputs, found)
    for child, slots, exponent in node.factors:
        _tell_groups(slots, found)
        if exponent != 1:
            found.add("^")
            if exponent < 0:
                found.add("1/")
            if not isinstance(exponent, int):
                found.add("root")
        if not slots:
            found.add("closed")
        elif len(slots) > 1:
            if len(slots) > 2:
                found.add("high")
            if child.children and len({*slots}) < len(slots):
                found.add("twice")
    if len({*node.children}) < len(node.children):
        found.add("copies")
    if len(node.free) < len(node.sizes):
        found.add("inner")
