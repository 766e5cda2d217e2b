"""Pictures of tensor networks: `diagram` draws a node, `Diagram` renders it, `network_of` reads an SVG back."""

from tensor_networks.drawing.diagrams import Diagram
from tensor_networks.drawing.reading import network_of
from tensor_networks.drawing.scene import Options, Scene
from tensor_networks.nodes import Node

__all__ = ["Diagram", "Options", "diagram", "network_of"]


def diagram(node: Node, options: Options | None = None, title: str = "", formula: str = "") -> Diagram:
    """The diagram of a node."""
    return Diagram(node, lambda: Scene(node, options).picture(), title, formula)
