"""A node back from the SVG that shows it: the data attributes say every factor, slot, wire, exponent and coefficient."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from tensor_networks.errors import FormatError
from tensor_networks.networks import network, total
from tensor_networks.nodes import Node, size_node, walk

Caller = Callable[[str, Sequence[Node]], Node]
Element = ElementTree.Element


def network_of(text: str, leaves: Iterable[Node], call: Caller | None = None) -> Node:
    """The node that an SVG shows: the identical object, given its leaves.

    Args:
        text: what `Diagram.svg` gave.
        leaves: the tensors of the picture, and nodes that it only names because they are too many.
        call: applies a function, given its name and arguments; needed where the picture shows functions.

    Raises:
        FormatError: the text is not such a picture, or a leaf is missing.
    """
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise FormatError(f"this is not SVG: {error}") from error
    reader = _Reader(leaves, call)
    for element in root.iter():
        if element.get("data-kind") in ("network", "sum", "call", "definition") and element.get("data-key"):
            reader.known.setdefault(element.get("data-key", ""), element)
    for element in _children(root):
        if element.get("data-kind") in ("network", "sum", "single", "cut"):
            return reader.node(element)
    raise FormatError("this SVG shows no node")


def _children(element: Element) -> Iterator[Element]:
    """The groups that stand for something directly below an element, through groups that do not."""
    stack = list(reversed(element))
    while stack:
        child = stack.pop()
        if child.get("data-kind"):
            yield child
        else:
            stack.extend(reversed(child))


class _Reader:
    def __init__(self, leaves: Iterable[Node], call: Caller | None) -> None:
        self.leaves = {leaf.key.hex(): leaf for leaf in walk(*leaves)}
        self.call = call
        self.known: dict[str, Element] = {}

    def node(self, element: Element) -> Node:
        """The node of a group that shows one."""
        match element.get("data-kind"):
            case "network":
                return self.product(element)
            case "sum":
                return self.sum(element)
            case "single":
                return self.content(next(self.parts(element, "factor")))
            case "definition" | "term" | "argument" | "factor":
                return self.content(element)
            case "call":
                if self.call is None:
                    raise FormatError("the picture shows a function: say how to apply one")
                return self.call(element.get("data-function", ""), [self.node(child) for child in _children(element)])
            case kind:
                raise FormatError(f"a picture of kind {kind} leaves things out")

    def content(self, element: Element) -> Node:
        """What a group holds: the node it refers to, or the one it shows."""
        key, size = element.get("data-key"), element.get("data-size")
        if size is not None:
            return size_node(size)
        if element.get("data-kind") != "definition" and key is not None:
            if key in self.leaves:
                return self.leaves[key]
            if key in self.known:
                return self.node(self.known[key])
            raise FormatError(f"no leaf is given for {element.get('data-node') or key}")
        return self.node(next(_children(element)))

    def parts(self, element: Element, kind: str) -> Iterator[Element]:
        return (child for child in _children(element) if child.get("data-kind") == kind)

    def product(self, element: Element) -> Node:
        factors = []
        for part in self.parts(element, "factor"):
            factors.append((self.content(part), _groups(part, "data-slots"), _number(part.get("data-exponent", "1"))))
        sizes: dict[Hashable, Any] = dict(enumerate(_sizes(json.loads(element.get("data-sizes", "[]")))))
        return network(factors, _groups(element, "data-outputs"), sizes)

    def sum(self, element: Element) -> Node:
        terms = [(self.content(part), _number(part.get("data-coefficient", "1"))) for part in self.parts(element, "term")]
        return total(terms, _sizes(json.loads(element.get("data-axes", "[]"))))


def _groups(element: Element, name: str) -> list[tuple[int, ...]]:
    return [tuple(int(wire) for wire in group.split(",")) for group in element.get(name, "").split()]


def _number(text: str) -> Any:
    number = Fraction(text)
    return int(number) if number.denominator == 1 else number


def _sizes(sizes: Sequence[Any]) -> list[Any]:
    return [tuple(size) if isinstance(size, list) else size for size in sizes]
