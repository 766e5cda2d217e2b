"""Functions of u and -u in one sum: sigmoid(-u) = 1 - sigmoid(u) (and so of ndtr), softplus(-u) = softplus(u) - u. A choice."""

from __future__ import annotations

from collections.abc import Iterator

from ricci.functions import apply
from ricci.passes.common import is_call, negative
from ricci.passes.expanding import Part, Tidy, distributed, gathered, sums_of
from tensor_networks.filled import ones
from tensor_networks.networks import Network, Sum, primitive, total
from tensor_networks.nodes import Node, walk
from tensor_networks.rewrite import substitute


def mirrored(node: Sum, tidy: Tidy) -> Iterator[Node]:
    """The sum with the functions of -u spelled by those of u, multiplied out."""
    below = set(walk(node))
    mapping: dict[Node, Node] = {}
    for part in below:
        if is_call(part, "sigmoid", "ndtr", "softplus") and primitive(part.children[0])[1] < 0:
            inner = negative(part.children[0])
            name = part.function.name  # type: ignore[attr-defined]
            other = apply(name, inner)
            if other in below:
                one = ones(part.axes)
                mapping[part] = total([(one, 1), (other, -1)] if name != "softplus" else [(other, 1), (inner, -1)])
    if mapping:
        new = substitute(node, mapping)
        terms = new.terms if isinstance(new, Sum) else ((new, 1),)
        opened: list[Part] = []
        for term, number in terms:
            parts = distributed(term, sums_of(term)) if isinstance(term, Network) else []
            opened += [(tidy(part), c * number) for part, c in parts] or [(term, number)]
        yield total(gathered(opened), node.axes)
