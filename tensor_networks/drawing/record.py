"""What a picture says of nodes without showing them: references to leaves, and the structure of folded nodes."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from tensor_networks.composites import Network, Sum
from tensor_networks.drawing.picture import Close, Data, Item, Open
from tensor_networks.nodes import Node, Size, Tensor
from tensor_networks.wiring import Group

MOST_RECORDS = 200


def reference(node: Node) -> Data:
    """How a node is referred to: leaves by name, all by the digest of their content."""
    key = ("key", node.key.hex())
    if isinstance(node, Tensor):
        return (("node", node.name[:1000]), key)
    if isinstance(node, Size):
        return (("size", node.size), key)
    return (key,)


def leaf_name(node: Node) -> str:
    """What a node without children is called."""
    return str(getattr(node, "name", "") or getattr(node, "size", "") or node.kind)


def text_of(node: Node) -> str:
    """A node in a few characters."""
    if not node.children and not hasattr(node, "function"):
        name = leaf_name(node)
        return name if len(name) <= 200 else name[:199] + "…"
    if hasattr(node, "function"):
        return f"{node.function.name}({', '.join(text_of(arg) if not arg.children else '…' for arg in node.children)})"
    return "sum" if isinstance(node, Sum) else "product"


def slots_text(slots: Sequence[Group]) -> str:
    """Wires of slots as text: ``0 1,2`` are two slots, the second a group of two wires."""
    return " ".join(",".join(map(str, group)) for group in slots)


def records(root: Node, below: Sequence[Node], shown: Collection[Node]) -> list[Item]:
    """Groups without anything to see: the structure of every composite node that the picture leaves folded.

    Nothing for more than a bounded number of nodes: those are then known by their digests only.
    """
    composite = [
        node for node in below if node.children and node not in shown and (node is not root or hasattr(node, "function"))
    ]
    if not composite or len(below) > MOST_RECORDS:
        return []
    items: list[Item] = [Open((("kind", "records"),))]
    for node in composite:
        items += record(node)
    return [*items, Close()]


def record(node: Node) -> list[Item]:
    """The structure of one node, its children by reference."""
    key = ("key", node.key.hex())
    items: list[Item]
    if isinstance(node, Network):
        items = [Open((("kind", "network"), ("outputs", slots_text(node.outputs)), ("sizes", json.dumps(node.sizes)), key))]
        for factor in node.factors:
            data: list[tuple[str, str]] = [("kind", "factor"), ("slots", slots_text(factor.slots))]
            if factor.exponent != 1:
                data.append(("exponent", str(factor.exponent)))
            items += [Open((*data, *reference(factor.node))), Close()]
    elif isinstance(node, Sum):
        items = [Open((("kind", "sum"), ("axes", json.dumps(node.axes)), key))]
        for term, number in node.terms:
            items += [Open((("kind", "term"), ("coefficient", str(number)), *reference(term))), Close()]
    else:
        items = [Open((("kind", "call"), ("function", node.function.name), key))]  # type: ignore[attr-defined]
        for arg in node.children:
            items += [Open((("kind", "argument"), *reference(arg))), Close()]
    return [*items, Close()]
