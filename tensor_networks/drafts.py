"""Products and sums that are written down first, and become nodes when it is known who uses them.

Most of the products that a sweep writes are a factor of one other product. Made into nodes one by one, each would be brought
into canonical form, only to be taken apart again by `rewrite.flatten`. As drafts they go into the product that uses them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import TypeAlias, TypeGuard

from tensor_networks.axes import Axis
from tensor_networks.networks import Network, Sum, network, total
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number
from tensor_networks.wiring import Group

Slot: TypeAlias = Hashable


@dataclass(eq=False, slots=True)
class Product:
    """What `network` makes of factors, outputs and sizes, times a number; and the node, once it was made."""

    factors: Sequence[tuple[Part, Sequence[Slot], Number]]
    outputs: Sequence[Slot]
    sizes: Mapping[Hashable, Axis] | None = None
    number: Number = 1
    node: Node | None = None


@dataclass(eq=False, slots=True)
class Combination:
    """What `total` makes of terms of some axes; and the node, once it was made."""

    terms: Sequence[tuple[Part, Number]]
    axes: tuple[Axis, ...]
    node: Node | None = None


Draft: TypeAlias = Product | Combination
Part: TypeAlias = Node | Product | Combination


def combined(terms: Sequence[tuple[Part, Number]], axes: tuple[Axis, ...]) -> Part:
    """The linear combination of parts of some axes."""
    if len(terms) != 1:
        return Combination(terms, axes)
    ((part, number),) = terms
    if number == 1:
        return part
    if not isinstance(part, Product):
        return Combination(terms, axes)
    places = range(len(axes))
    return Product([(part, places, 1)], places, None, number)


def finished(*parts: Part) -> tuple[Node, ...]:
    """The nodes of drafts: products that one other product uses go into it, all else becomes a node of its own."""
    drafts = _below(parts)
    uses = Counter([*parts, *chain.from_iterable(map(_parts, drafts))])
    factors = {row[0] for draft in drafts if isinstance(draft, Product) for row in draft.factors if row[2] == 1}
    return _made(parts, drafts, {part for part in factors if uses[part] == 1})


def separate(*parts: Part) -> tuple[Node, ...]:
    """The nodes of drafts that are to be used in other ways as well: all that they are made of become nodes of their own."""
    return _made(parts, _below(parts), set())


def _made(parts: Iterable[Part], drafts: Iterable[Draft], lone: set[Part]) -> tuple[Node, ...]:
    """The nodes of parts, given the drafts that they are made of, in order, and those that are in one product only."""
    inlined: dict[Part, Product] = {}
    for draft in drafts:
        if isinstance(draft, Product) and draft in lone and _is_plain(draft):
            inlined[draft] = draft
            continue
        if isinstance(draft, Product):
            draft.node = _node_of_product(draft, inlined)
        else:
            draft.node = total([(_node(term), number) for term, number in draft.terms], draft.axes)
        opened = _opened(draft.node) if draft in lone else None
        if opened is not None:
            inlined[draft] = opened
    return tuple(map(_node, parts))


def _node_of_product(draft: Product, inlined: Mapping[Part, Product]) -> Node:
    whole = _whole(draft, inlined)
    node = network([(_node(part), slots, exponent) for part, slots, exponent in whole.factors], whole.outputs, whole.sizes)
    return node if whole.number == 1 else total([(node, whole.number)])


def _opened(node: Node) -> Product | None:
    """A node that is a product, or one times a number, as a draft; None for another one."""
    number: Number = 1
    if isinstance(node, Sum) and len(node.terms) == 1:
        ((node, number),) = node.terms
    if not isinstance(node, Network) or not node.plain or not node.outputs:
        return None
    return Product(node.factors, node.outputs, dict(enumerate(node.sizes)), number)


def _node(part: Part) -> Node:
    node = part if isinstance(part, Node) else part.node
    assert node is not None
    return node


def _below(roots: Iterable[Part]) -> list[Draft]:
    """The drafts without a node that parts are made of, each after those that it is made of."""
    order: dict[Draft, None] = {}
    stack: list[tuple[Draft, bool]] = [(root, False) for root in roots if _is_open(root)]
    while stack:
        draft, ready = stack.pop()
        if ready:
            order[draft] = None
        elif draft not in order:
            stack.append((draft, True))
            stack += [(part, False) for part in _parts(draft) if part not in order]
    return list(order)


def _parts(draft: Draft) -> list[Draft]:
    """The drafts without a node that one is directly made of, with repetitions."""
    rows = draft.factors if isinstance(draft, Product) else draft.terms
    return [row[0] for row in rows if _is_open(row[0])]


def _is_open(part: Part) -> TypeGuard[Draft]:
    return not isinstance(part, Node) and part.node is None


def _is_plain(product: Product) -> bool:
    """Are its outputs distinct single wires that each stand on a factor?"""
    ends = [label for slot in product.outputs for label in _labels(slot)]
    held = {label for _, slots, _ in product.factors for slot in slots for label in _labels(slot)}
    return len(ends) == len(product.outputs) == len({*ends}) and held.issuperset(ends)


def _labels(slot: Slot) -> tuple[Hashable, ...]:
    return slot if type(slot) is tuple else (slot,)


def _whole(draft: Product, inlined: Mapping[Part, Product]) -> Product:
    """A product with the factors, at any depth, of the products that go into it."""
    if inlined.keys().isdisjoint([part for part, _, _ in draft.factors]):
        return draft
    fresh = count()
    number: Number = 1
    factors: list[tuple[Part, Sequence[Slot], Number]] = []
    sizes: dict[Hashable, Axis] = {}
    ends: dict[Hashable, Group] = {}
    stack = [(draft, ends)]
    while stack:
        product, wires = stack.pop()
        number *= product.number
        for part, slots, exponent in product.factors:
            groups = [_placed(slot, wires, fresh) for slot in slots]
            inner = inlined.get(part)
            if inner is None:
                factors.append((part, groups, exponent))
            else:
                stack.append((inner, dict(zip([_labels(slot)[0] for slot in inner.outputs], groups, strict=True))))
        for label, size in (product.sizes or {}).items():
            group = _placed(label, wires, fresh)
            if len(group) == 1:
                sizes.setdefault(group[0], size)
    return Product(factors, [_placed(slot, ends, fresh) for slot in draft.outputs], sizes, number)


def _placed(slot: Slot, wires: dict[Hashable, Group], fresh: Iterator[int]) -> Group:
    """The wires of a slot; labels that have none get fresh ones."""
    placed: Group = ()
    for label in _labels(slot):
        if label not in wires:
            wires[label] = (next(fresh),)
        placed += wires[label]
    return placed
