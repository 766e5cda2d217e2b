"""A node as a Graphviz graph: tensors, wires of three and more ends as points, legs. Text stands in quoted strings only."""

from __future__ import annotations

from tensor_networks.axes import show
from tensor_networks.composites import Factor, Network, Sum
from tensor_networks.drawing.record import text_of
from tensor_networks.nodes import Node

MOST_NODES = 2000
_ENTITIES = {
    "&": "&amp;",
    '"': "&quot;",
    "<": "&lt;",
    ">": "&gt;",
    "\\": "&#92;",
    "{": "&#123;",
    "}": "&#125;",
    "|": "&#124;",
}


def quoted(text: str) -> str:
    """A quoted string. What DOT gives a meaning to is written as an entity, so that the text cannot end the string."""
    safe = "".join(
        _ENTITIES.get(character) or (character if character.isprintable() else f"&#{ord(character)};") for character in text
    )
    return f'"{safe}"'


def dot(node: Node) -> str:
    """The DOT text of a node: one cluster for each term of a sum."""
    lines = [
        "graph {",
        '  graph [rankdir="LR"];',
        '  node [fontname="Times-Italic", shape="box", height="0.3", width="0.3"];',
    ]
    terms = node.terms if isinstance(node, Sum) else ((node, 1),)
    budget = MOST_NODES
    for place, (term, number) in enumerate(terms):
        if isinstance(node, Sum):
            lines += [f"  subgraph cluster_{place} {{", f"    label={quoted(str(number))};"]
        count, body = _product(term, f"t{place}_", budget)
        lines += body
        budget -= count
        if isinstance(node, Sum):
            lines.append("  }")
        if budget < 0:
            lines.append(f"  more [label={quoted(f'{len(terms) - place - 1} more terms')}, shape={quoted('plaintext')}];")
            break
    return "\n".join([*lines, "}", ""])


def _product(node: Node, prefix: str, budget: int) -> tuple[int, list[str]]:
    """How many factors a product has, and its lines; those beyond the budget share one."""
    if isinstance(node, Network):
        factors, outputs, sizes = node.factors, node.outputs, node.sizes
    else:
        outputs = tuple((axis,) for axis in range(node.order))
        factors, sizes = (Factor(node, outputs, 1),), node.axes
    lines: list[str] = []
    ends: list[list[tuple[str, str]]] = [[] for _ in sizes]
    for place, (child, slots, exponent) in enumerate(factors[: max(0, budget)]):
        own = f"{prefix}f{place}"
        label = text_of(child) + (f"^{exponent}" if exponent != 1 else "")
        shape = "circle" if child.order == 1 else "plaintext" if not child.order else "box"
        lines.append(f"    {own} [label={quoted(label)}, shape={quoted(shape)}];")
        for slot, group in enumerate(slots):
            for wire in group:
                ends[wire].append((own, str(slot + 1)))
    for axis, group in enumerate(outputs):
        own = f"{prefix}o{axis}"
        lines.append(f"    {own} [label={quoted(str(axis))}, shape={quoted('plaintext')}];")
        for wire in group:
            ends[wire].append((own, ""))
    for wire, found in enumerate(ends):
        label = quoted(show(sizes[wire]))
        if len(found) == 2:
            (one, tail), (two, head) = found
            lines.append(f"    {one} -- {two} [label={label}, taillabel={quoted(tail)}, headlabel={quoted(head)}];")
        elif found:
            lines.append(f"    {prefix}w{wire} [shape={quoted('point')}, xlabel={label}];")
            lines += [f"    {prefix}w{wire} -- {end} [headlabel={quoted(slot)}];" for end, slot in found]
    if len(factors) > budget:
        lines.append(f"    {prefix}more [label={quoted(f'{len(factors) - max(0, budget)} more factors')}];")
    return len(factors), lines
