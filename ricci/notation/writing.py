"""`write`: a node as text. Matrix notation where it exists for the node, else index notation with an arrow."""

from __future__ import annotations

from ricci.notation.index.writer import write_index
from ricci.notation.matrix.writer import write_matrix
from tensor_networks.nodes import Node


def write(node: Node, role: str = "column") -> str:
    """The node as text that reads back as the identical node; a vector of the role `row` as a row."""
    text = write_matrix(node, row=role == "row")
    return write_index(node) if text is None else text
