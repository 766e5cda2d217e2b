"""No wire under a foreign node or on another one, no text on anything, nothing cut off."""

import pytest

from ricci.drawing import draw
from tensor_networks.drawing import Options, diagram
from tests.drawing.geometry import faults
from tests.drawing.pictures import NETWORKS, corpus, gallery, named_network, random_network

ENTRIES = [entry for _, entries in gallery().entries() for entry in entries]


def test_the_gallery_is_large() -> None:
    assert len(ENTRIES) >= 30
    assert len({entry.name for entry in ENTRIES}) == len(ENTRIES)


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.name for entry in ENTRIES])
def test_gallery(entry: object) -> None:
    assert faults(entry.make().picture) == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_that_are_hard_to_lay_out(name: str) -> None:
    node = named_network(NETWORKS[name])
    for sides in ("", "l" * node.order, "r" * node.order, "d" * node.order, "u" * node.order, "lrdu"[: node.order]):
        assert faults(diagram(node, Options(sides=sides)).picture) == [], sides


def test_networks_at_random() -> None:
    for seed in range(400):
        node, sides = random_network(seed)
        assert faults(diagram(node, Options(sides=sides)).picture) == [], (seed, sides)


def test_corpus() -> None:
    found = {name: faults(draw(expression).picture) for name, expression in corpus()}
    assert len(found) > 500
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_corpus_with_functions_opened() -> None:
    found = {name: faults(draw(expression, open_functions=True).picture) for name, expression in corpus()[::3]}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
