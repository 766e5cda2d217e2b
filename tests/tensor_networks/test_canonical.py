"""Isomorphic networks get one form, others get different ones; symmetric and long networks stay fast."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterable
from itertools import combinations, pairwise
from typing import Any

import networkx
import pytest

from tensor_networks import canonical
from tensor_networks.canonical import SearchLimit, canonical_form, canonical_order
from tensor_networks.limits import limits

Network = tuple[list[Any], list[Any], list[Any]]


def shuffled(network: Network, seed: int, unordered: bool = False) -> Network:
    """The same network: other names of wires, another order of factors, interchangeable slots swapped."""
    rng = random.Random(seed)
    factors, outputs, wires = network
    name = rng.sample(range(len(wires)), len(wires))

    def swap(slots: Any) -> tuple[Any, ...]:
        groups: dict[int, list[Any]] = {}
        for kind, group in slots:
            groups.setdefault(kind, []).append(tuple(name[w] for w in group))
        for same in groups.values():
            rng.shuffle(same)
        return tuple((kind, groups[kind].pop()) for kind, _ in slots)

    renamed = [""] * len(wires)
    for old, new in enumerate(name):
        renamed[new] = wires[old]
    moved = [(colour, swap(slots)) for colour, slots in factors]
    rng.shuffle(moved)
    return moved, list(swap(outputs)), renamed


def random_network(seed: int) -> Network:
    """Few colours, repeated wires, hyperedges, groups, symmetric slots, doubled and unordered outputs."""
    rng = random.Random(seed)
    wires = [rng.choice("nm") if rng.random() < 0.3 else "n" for _ in range(rng.randint(1, 7))]
    kinds: dict[bytes, list[tuple[int, int]]] = {}
    for colour in (b"a", b"b", b"c")[: rng.randint(1, 3)]:
        symmetric, width = rng.random() < 0.5, rng.choice((1, 1, 2))
        kinds[colour] = [(0 if symmetric else i, rng.randint(1, width)) for i in range(rng.randint(0, 3))]

    def pick(width: int) -> tuple[int, ...]:
        return tuple(rng.randrange(len(wires)) for _ in range(width))

    factors = []
    for _ in range(rng.randint(0, 6)):
        colour = rng.choice(list(kinds))
        factors.append((colour, tuple((kind, pick(width)) for kind, width in kinds[colour])))
    same = rng.random() < 0.3
    outputs = [(0 if same else i, pick(rng.choice((1, 1, 2)))) for i in range(rng.randint(0, 3))]
    return factors, outputs, wires


def graph_network(edges: Iterable[tuple[int, int]], colour: bytes = b"S") -> Network:
    """A plain graph: a wire for each of its vertices, a symmetric factor for each of its edges."""
    edges = list(edges)
    wires = 1 + max(max(edge) for edge in edges)
    return [(colour, ((0, (a,)), (0, (b,)))) for a, b in edges], [], ["n"] * wires


def dual_network(graph: Any) -> Network:
    """A plain graph: a symmetric factor for each of its vertices, a wire for each of its edges."""
    wire = {frozenset(edge): i for i, edge in enumerate(graph.edges)}
    factors = [(b"T", tuple((0, (wire[frozenset((v, u))],)) for u in graph[v])) for v in graph]
    return factors, [], ["n"] * len(wire)


def incidence(network: Network) -> Any:
    """The network as a coloured graph for the oracle: factors, slots, places in slots and wires."""
    factors, outputs, wires = network
    graph = networkx.Graph()
    for w, size in enumerate(wires):
        graph.add_node(("w", w), c=f"wire {size}")
    for f, (colour, slots) in enumerate([*factors, (b"outputs", outputs)]):
        graph.add_node(f, c=f"factor {colour!r}")
        for s, (kind, group) in enumerate(slots):
            graph.add_node((f, s), c=f"slot {kind}")
            graph.add_edge(f, (f, s))
            for i, w in enumerate(group):
                graph.add_node((f, s, i), c=f"place {i}")
                graph.add_edge((f, s), (f, s, i))
                graph.add_edge((f, s, i), ("w", w))
    return graph


def isomorphic(one: Network, two: Network) -> bool:
    """The oracle."""
    matcher = networkx.algorithms.isomorphism.GraphMatcher
    return bool(matcher(incidence(one), incidence(two), lambda a, b: a["c"] == b["c"]).is_isomorphic())


def form(network: Network) -> Any:
    """The canonical form alone."""
    return canonical_form(*network)[0]


@pytest.mark.parametrize("block", range(10))
def test_shuffled_networks_have_one_form(block: int) -> None:
    for seed in range(block * 80, block * 80 + 80):
        network = random_network(seed)
        expected = form(network)
        for again in range(4):
            assert form(shuffled(network, again)) == expected, seed


@pytest.mark.parametrize("block", range(5))
def test_the_search_alone_is_canonical(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canonical, "_quick", lambda *_: None)
    for seed in range(block * 80, block * 80 + 80):
        network = random_network(seed)
        assert len({form(shuffled(network, again)) for again in range(4)} | {form(network)}) == 1, seed


def test_the_orders_lead_to_the_form() -> None:
    for seed in range(200):
        network = random_network(seed)
        factors, outputs, wires = network
        shape, factor_order, wire_order, output_order = canonical_form(*network)
        assert (factor_order, wire_order) == canonical_order(*network)
        assert sorted(factor_order) == list(range(len(factors)))
        assert sorted(wire_order) == list(range(len(wires)))
        assert sorted(output_order) == list(range(len(outputs)))
        assert [colour for colour, _ in shape.factors] == sorted(colour for colour, _ in factors)
        assert shape.wires == tuple(wires[w] for w in wire_order)
        assert shape.outputs == tuple((outputs[o][0], tuple(wire_order.index(w) for w in outputs[o][1])) for o in output_order)
        assert isomorphic(network, (list(shape.factors), list(shape.outputs), list(shape.wires)))


def mutated(network: Network, rng: random.Random) -> Network:
    """A network that differs in one place: it may or may not be isomorphic."""
    factors, outputs, wires = list(network[0]), list(network[1]), list(network[2])
    spots = [(f, s) for f, (_, slots) in enumerate(factors) for s in range(len(slots))]
    if not spots or rng.random() < 0.1:
        wires[rng.randrange(len(wires))] = rng.choice("nm")
        return factors, outputs, wires
    f, s = rng.choice(spots)
    slots = [list(slot) for slot in factors[f][1]]
    group = list(slots[s][1])
    group[rng.randrange(len(group))] = rng.randrange(len(wires))
    slots[s][1] = tuple(group)
    factors[f] = (factors[f][0], tuple((kind, group) for kind, group in slots))
    return factors, outputs, wires


def test_forms_are_equal_exactly_when_the_oracle_says_isomorphic() -> None:
    verdicts = []
    for seed in range(500):
        one = random_network(seed)
        two = shuffled(mutated(one, random.Random(seed)), seed)
        verdicts.append(isomorphic(one, two))
        assert (form(one) == form(two)) == verdicts[-1], seed
    assert 50 < sum(verdicts) < 450


def test_all_small_regular_graphs_are_told_apart() -> None:
    """Graphs that colour refinement alone cannot tell apart."""
    cubic = [networkx.random_regular_graph(3, 10, seed=seed) for seed in range(60)]
    for one, two in pairwise(cubic):
        expected = networkx.is_isomorphic(one, two)
        assert (form(graph_network(one.edges)) == form(graph_network(two.edges))) == expected
        assert (form(dual_network(one)) == form(dual_network(two))) == expected


def paley(prime: int) -> Any:
    squares = {i * i % prime for i in range(1, prime)}
    return networkx.Graph([(a, b) for a, b in combinations(range(prime), 2) if (b - a) % prime in squares])


def rook(n: int) -> Any:
    return networkx.line_graph(networkx.complete_bipartite_graph(n, n))


def shrikhande() -> Any:
    steps = [(0, 1), (1, 0), (1, 1)]
    cells = [(a, b) for a in range(4) for b in range(4)]
    return networkx.Graph([((a, b), ((a + x) % 4, (b + y) % 4)) for a, b in cells for x, y in steps])


SYMMETRIC = {
    "petersen": networkx.petersen_graph(),
    "K4": networkx.complete_graph(4),
    "K8": networkx.complete_graph(8),
    "K17": networkx.complete_graph(17),
    "K6,6": networkx.complete_bipartite_graph(6, 6),
    "torus 4x4": networkx.grid_2d_graph(4, 4, periodic=True),
    "torus 5x5": networkx.grid_2d_graph(5, 5, periodic=True),
    "torus 8x8": networkx.grid_2d_graph(8, 8, periodic=True),
    "hypercube": networkx.hypercube_graph(5),
    "paley 13": paley(13),
    "paley 17": paley(17),
    "rook 4x4": rook(4),
    "shrikhande": shrikhande(),
    "dodecahedron": networkx.dodecahedral_graph(),
    "ten triangles": networkx.disjoint_union_all([networkx.cycle_graph(3)] * 10),
    "mixed cycles": networkx.disjoint_union_all([networkx.cycle_graph(3)] * 4 + [networkx.cycle_graph(6)] * 3),
    "balanced tree": networkx.balanced_tree(2, 6),
    "cycle 300": networkx.cycle_graph(300),
    "asymmetric cubic": networkx.random_regular_graph(3, 60, seed=1),
}


@pytest.mark.parametrize("name", SYMMETRIC)
def test_symmetric_graphs(name: str) -> None:
    graph = networkx.convert_node_labels_to_integers(SYMMETRIC[name])
    for network in (graph_network(graph.edges), dual_network(graph)):
        start = time.process_time()
        expected = form(network)
        assert time.process_time() - start < 2
        for seed in range(5):
            assert form(shuffled(network, seed)) == expected


def test_strongly_regular_graphs_with_equal_parameters_differ() -> None:
    one, two = (networkx.convert_node_labels_to_integers(g) for g in (rook(4), shrikhande()))
    assert form(graph_network(one.edges)) != form(graph_network(two.edges))
    assert form(dual_network(one)) != form(dual_network(two))


def test_a_bigger_cycle_is_not_two_smaller_ones() -> None:
    assert form(graph_network(networkx.cycle_graph(6).edges)) != form(
        graph_network(networkx.disjoint_union(networkx.cycle_graph(3), networkx.cycle_graph(3)).edges)
    )


def test_wires_are_numbered_as_they_appear() -> None:
    x, a = b"x", b"A"
    quadratic = [(x, ((0, (5,)),)), (a, ((0, (5,)), (1, (2,)))), (x, ((0, (2,)),))]
    wires = ["n"] * 6
    shape, factor_order, wire_order, _ = canonical_form(quadratic, [], wires)
    assert shape.factors == ((a, ((0, (0,)), (1, (1,)))), (x, ((0, (0,)),)), (x, ((0, (1,)),)))
    assert factor_order == (1, 0, 2)
    assert wire_order[:2] == (5, 2)
    assert canonical_form([], [(0, (1,)), (1, (1,)), (2, (0,))], ["n", "m"])[0].outputs == (
        (0, (0,)),
        (1, (0,)),
        (2, (1,)),
    )


def test_ordered_outputs_matter_and_unordered_ones_do_not() -> None:
    factors = [(b"A", ((0, (0,)), (1, (1,))))]
    wires = ["n", "n"]
    assert form((factors, [(0, (0,)), (1, (1,))], wires)) != form((factors, [(0, (1,)), (1, (0,))], wires))
    one = canonical_form(factors, [(0, (0,)), (0, (1,))], wires)
    two = canonical_form(factors, [(0, (1,)), (0, (0,))], wires)
    assert one[0] == two[0]
    assert (one[3], two[3]) == ((0, 1), (1, 0))


def test_grouped_interchangeable_slots_travel_together() -> None:
    def square(one: tuple[int, int], two: tuple[int, int]) -> Network:
        return [(b"S", ((0, one), (0, two)))], [(0, (0,)), (1, (1,))], ["n"] * 4

    assert form(square((0, 2), (1, 3))) == form(square((1, 2), (0, 3)))
    assert form(square((0, 2), (1, 3))) != form(square((0, 2), (3, 1)))
    assert form(square((0, 1), (2, 3))) != form(square((0, 2), (1, 3)))


def chain(length: int, symmetric: bool, ends: bool) -> Network:
    factors = [(b"S", ((0, (i,)), (0 if symmetric else 1, (i + 1,)))) for i in range(length)]
    return factors, [(0, (0,)), (1, (length,))] if ends else [], ["n"] * (length + 1)


@pytest.mark.parametrize("ends", [True, False])
@pytest.mark.parametrize("symmetric", [True, False])
def test_a_chain_of_10000_equal_factors(symmetric: bool, ends: bool) -> None:
    network = chain(10_000, symmetric, ends)
    start = time.process_time()
    expected = form(network)
    assert time.process_time() - start < 5
    assert form(shuffled(network, 1)) == expected


def test_10000_equal_factors_on_one_wire_and_on_wires_of_their_own() -> None:
    count = 10_000
    networks: list[Network] = [
        ([(b"x", ((0, (0,)),))] * count, [], ["n"]),
        ([(b"x", ((0, (i,)),)) for i in range(count)], [], ["n"] * count),
        ([(b"X", ((0, (0,)), (1, (i + 1,)))) for i in range(count)], [], ["n"] * (count + 1)),
    ]
    for network in networks:
        start = time.process_time()
        expected = form(network)
        assert time.process_time() - start < 5
        assert form(shuffled(network, 1)) == expected


def test_a_hopeless_search_says_so() -> None:
    with limits(search=100), pytest.raises(SearchLimit, match="too symmetric"):
        form(graph_network(paley(29).edges))


def test_the_order_does_not_depend_on_the_hash_seed() -> None:
    code = (
        "from tests.tensor_networks.test_canonical import random_network, shuffled;"
        "from tensor_networks.canonical import canonical_form;"
        "print([canonical_form(*shuffled(random_network(s), s)) for s in range(40)])"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
