"""A network as a networkx graph, and back to the identical network."""

import random

import networkx
import pytest

from tensor_networks import network, size_of, tensor
from tensor_networks.errors import FormatError
from tensor_networks.graph import components, from_networkx, to_networkx
from tests.tensor_networks.test_networks import random_factors

A, x = tensor("A", ["n", "n"]), tensor("x", ["n"])

NODES = {
    "leaf": A,
    "scalar leaf": tensor("a", []),
    "size": size_of("n"),
    "identity": network((), "ii", {"i": "n"}),
    "ones": network((), "ij", {"i": "n", "j": "m"}),
    "transpose": network([(A, "ij")], "ji"),
    "trace": network([(A, "ii")], ""),
    "hyperedge": network([(x, "i"), (A, "ij"), (A, "ik")], "ijk"),
    "kron": network([(A, "ab"), (A, "cd")], [("a", "c"), ("b", "d")]),
}


@pytest.mark.parametrize("name", NODES)
def test_there_and_back(name: str) -> None:
    assert from_networkx(to_networkx(NODES[name])) is NODES[name]


@pytest.mark.parametrize("seed", range(40))
def test_random_networks_there_and_back_in_any_order(seed: int) -> None:
    rng = random.Random(seed)
    node = network(*random_factors(rng))
    graph = to_networkx(node)
    vertices = list(graph.nodes(data=True))
    rng.shuffle(vertices)
    shuffled = networkx.MultiGraph()
    shuffled.add_nodes_from(vertices)
    shuffled.add_edges_from(graph.edges(data=True))
    assert from_networkx(shuffled) is node


def test_components_and_bad_graphs() -> None:
    outer = network([(x, "i"), (x, "j")], "ij")
    assert len(components(outer)) == 2
    with pytest.raises(FormatError):
        from_networkx(networkx.path_graph(3, create_using=networkx.MultiGraph))
