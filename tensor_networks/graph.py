"""A network as a networkx graph - tensors, wires, open legs - and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tensor_networks.composites import Factor, Network
from tensor_networks.errors import FormatError
from tensor_networks.networks import network
from tensor_networks.nodes import Node

if TYPE_CHECKING:
    import networkx


def to_networkx(node: Node) -> networkx.MultiGraph:
    """The bipartite multigraph of a network; any other node is seen as the network with that one factor.

    Vertices: ``("tensor", k)`` with ``node`` and ``exponent``; ``("wire", k)`` with ``size``; ``("leg", k)`` for the k-th
    output axis. An edge joins a tensor or a leg with a wire and carries ``slot`` (the axis) and ``place`` (0, or the position
    within a group of wires that share the axis). A wire of degree 2 is a plain contraction or leg, one of higher degree a
    hyperedge.
    """
    import networkx

    if isinstance(node, Network):
        factors, outputs, sizes = node.factors, node.outputs, node.sizes
    else:
        outputs = tuple((axis,) for axis in range(node.order))
        factors, sizes = (Factor(node, outputs, 1),), node.axes
    graph = networkx.MultiGraph()
    for wire, size in enumerate(sizes):
        graph.add_node(("wire", wire), kind="wire", size=size)
    for index, factor in enumerate(factors):
        graph.add_node(("tensor", index), kind="tensor", node=factor.node, exponent=factor.exponent)
        for slot, group in enumerate(factor.slots):
            for place, wire in enumerate(group):
                graph.add_edge(("tensor", index), ("wire", wire), slot=slot, place=place)
    for axis, group in enumerate(outputs):
        graph.add_node(("leg", axis), kind="leg")
        for place, wire in enumerate(group):
            graph.add_edge(("leg", axis), ("wire", wire), slot=0, place=place)
    return graph


def from_networkx(graph: networkx.MultiGraph) -> Node:
    """The network of a graph as `to_networkx` makes them; vertex names and insertion order do not matter, legs' numbers do.

    Raises:
        FormatError: the graph is not of that kind.
    """
    factors: list[tuple[Node, list[tuple[Any, ...]], Any]] = []
    legs: dict[int, tuple[Any, ...]] = {}
    sizes: dict[Any, Any] = {}
    for vertex, data in graph.nodes(data=True):
        match data.get("kind"):
            case "wire":
                sizes[_label(vertex)] = data["size"]
            case "tensor":
                slots = _slots(graph, vertex)
                factors.append((data["node"], [slots[axis] for axis in range(data["node"].order)], data["exponent"]))
            case "leg":
                legs[vertex[1]] = _slots(graph, vertex).get(0, ())
            case kind:
                raise FormatError(f"vertex {vertex!r} is of no known kind: {kind!r}")
    if sorted(legs) != list(range(len(legs))):
        raise FormatError("the legs are not numbered from 0")
    return network(factors, [legs[axis] for axis in range(len(legs))], sizes)


def _label(vertex: Any) -> str:
    return repr(vertex)


def _slots(graph: networkx.MultiGraph, vertex: Any) -> dict[int, tuple[Any, ...]]:
    """Slot -> its wires in order."""
    places: dict[int, dict[int, Any]] = {}
    for _, wire, data in graph.edges(vertex, data=True):
        places.setdefault(data["slot"], {})[data["place"]] = _label(wire)
    return {slot: tuple(group[place] for place in sorted(group)) for slot, group in places.items()}


def components(node: Node) -> list[set[Any]]:
    """The connected components of the graph, each a set of vertices; isolated wires and scalars count."""
    import networkx

    return [set(component) for component in networkx.connected_components(to_networkx(node))]
