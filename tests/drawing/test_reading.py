"""A picture is faithful: reading it back gives the identical node, and different nodes look different."""

import re

import pytest

import ricci as rc
from ricci.drawing import draw, read
from ricci.expr import Expr
from ricci.functions import apply
from tensor_networks.drawing import Options, diagram, network_of
from tensor_networks.errors import FormatError
from tensor_networks.networks import network
from tensor_networks.nodes import Node, tensor, walk
from tests.drawing.pictures import NETWORKS, corpus, named_network, random_network


def read_back(svg: str, node: Node) -> Node:
    leaves = [leaf for leaf in walk(node) if not leaf.children]
    return network_of(svg, leaves, lambda name, args: apply(name, *args))


def test_corpus() -> None:
    """The normal form comes back as the same object."""
    for name, expression in corpus():
        node = expression.settled
        assert read_back(draw(expression).svg(), node) is node, name


def test_corpus_with_functions_opened() -> None:
    for name, expression in corpus()[::3]:
        assert read_back(draw(expression, open_functions=True).svg(), expression.settled) is expression.settled, name


@pytest.mark.parametrize("name", NETWORKS)
def test_networks(name: str) -> None:
    node = named_network(NETWORKS[name])
    assert read_back(diagram(node).svg(), node) is node


def test_networks_at_random() -> None:
    for seed in range(400):
        node, sides = random_network(seed)
        assert read_back(diagram(node, Options(sides=sides)).svg(), node) is node, seed


def test_by_name() -> None:
    f = rc.parse("tr(A*X*B*X')")
    assert read(f.draw().svg(), f.variables) == f


def visible(svg: str) -> str:
    """What is left of an SVG without data attributes, titles and style."""
    return re.sub(r' data-[a-z]+="[^"]*"|<title>.*?</title>|<style>.*?</style>', "", svg)


def shape_blind(node: Node) -> str:
    """The content of a node without sizes, traits and marks, which a picture shows in its attributes only."""
    known: dict[Node, str] = {}
    for part in walk(node):
        name = getattr(part, "name", "") or getattr(part, "size", "") or getattr(getattr(part, "function", None), "name", "")
        inner = [known[child] for child in part.children]
        how = [factor[1:] for factor in getattr(part, "factors", ())] + [number for _, number in getattr(part, "terms", ())]
        known[part] = (
            f"{part.kind}{name}{part.order}{sorted(zip(inner, map(str, how), strict=False))}{inner if not how else ''}"
        )
        known[part] += str(getattr(part, "outputs", "")) + str(part.orbits)
    return known[node]


def test_different_nodes_look_different() -> None:
    """What is folded into a name that is defined below counts as seen; so only complete pictures are compared."""
    seen: dict[str, tuple[str, str]] = {}
    for name, expression in corpus():
        svg = draw(expression).svg()
        look = visible(svg)
        own = shape_blind(expression.settled)
        other_name, other = seen.setdefault(look, (name, own))
        assert other == own, f"{name} looks like {other_name}"


def test_transposing_shows() -> None:
    assert visible(rc.parse("tr(A*X*B*X)", A="n n", B="n n", X="n n").draw().svg()) != visible(
        rc.parse("tr(A*X*B*X')", A="n n", B="n n", X="n n").draw().svg()
    )
    third = tensor("T", ["n"] * 3)
    pictures = {visible(diagram(network([(third, "ijk")], out)).svg()) for out in ("ijk", "ikj", "jik", "jki", "kij", "kji")}
    assert len(pictures) == 6


def test_a_leaf_that_is_missing_is_named() -> None:
    f = rc.parse("x'*A*x")
    with pytest.raises(FormatError, match="A"):
        network_of(f.draw().svg(), [f.variables["x"]])


@pytest.mark.parametrize("text", ["", "<svg", "<svg xmlns='http://www.w3.org/2000/svg'/>", "x'*A*x"])
def test_what_is_no_picture_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        network_of(text, [])


def test_options_keep_the_meaning() -> None:
    f = rc.grad(rc.parse("norm2(Z*W - Y)^2"), "W")
    assert isinstance(f, Expr)
    for options in ({"labels": "size"}, {"labels": "none"}, {"sides": "rl"}, {"sides": "dd"}, {"open_functions": True}):
        assert read_back(f.draw(**options).svg(), f.settled) is f.settled
