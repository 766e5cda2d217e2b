"""Nodes: immutable, interned values. Equal content is the same object, so nodes are compared with ``is``.

The leaves live here (`Tensor`, `Size`); `Network` and `Sum` stand in `networks.py`; functions of nodes are made by whoever
knows functions: any subclass of `Node` with a `function` attribute is a call for the floors below.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterable, Sequence
from hashlib import blake2b
from typing import Any, ClassVar, TypeVar
from weakref import WeakValueDictionary

from tensor_networks.axes import Axis
from tensor_networks.errors import ShapeError
from tensor_networks.limits import spend_node

_interned: WeakValueDictionary[Hashable, Node] = WeakValueDictionary()
_lock = threading.RLock()

SYMMETRIC_TRAITS = frozenset({"symmetric", "spd", "diagonal"})


class Node:
    """A value with axes. `key` is a digest of the content: the same in every process, so it orders nodes."""

    __slots__ = ("__weakref__", "_orbits", "_oriented", "axes", "key")
    kind: ClassVar[str]
    key: bytes
    axes: tuple[Axis, ...]
    _orbits: tuple[int, ...] | None
    _oriented: tuple[Node, tuple[int, ...]] | None

    @property
    def order(self) -> int:
        """The number of axes."""
        return len(self.axes)

    @property
    def children(self) -> tuple[Node, ...]:
        """The nodes this one is made of, in slot order, with repetitions."""
        return ()

    def rebuild(self, children: Sequence[Node]) -> Node:
        """The same node over other children (of the same axes, in the order of `children`)."""
        return self

    def content(self) -> str:
        """What the node is, but for the nodes within it, as text: equal for equal content in every process."""
        return ""

    def find_orbits(self) -> tuple[int, ...]:
        """A class for every axis; axes of one class can be exchanged without changing the value."""
        return tuple(range(self.order))

    @property
    def orbits(self) -> tuple[int, ...]:
        """`find_orbits`, remembered."""
        if self._orbits is None:
            self._orbits = self.find_orbits()
        return self._orbits

    def __reduce__(self) -> Any:
        raise TypeError("a node is interned and cannot be pickled by itself; pickle the expression")

    def __copy__(self) -> Node:
        return self

    def __deepcopy__(self, memo: object) -> Node:
        return self


AnyNode = TypeVar("AnyNode", bound=Node)


def intern(cls: type[AnyNode], axes: tuple[Axis, ...], parts: Iterable[Node], **fields: Any) -> AnyNode:
    """The one node of this class with these fields. `parts` are the nodes within `fields`, whose keys enter the digest.

    The fields must be hashable and, nodes left out, have a `repr` that says all of their content.
    """
    identity = (cls, axes, *fields.values())
    with _lock:
        found = _interned.get(identity)
        if found is not None:
            return found  # type: ignore[return-value]
        spend_node()
        node = cls.__new__(cls)
        for name, field in fields.items():
            setattr(node, name, field)
        node.axes, node._orbits, node._oriented = axes, None, None
        digest = blake2b(cls.kind.encode(), digest_size=16)
        digest.update(node.content().encode())
        for part in parts:
            digest.update(part.key)
        node.key = digest.digest()
        _interned[identity] = node
        return node


class Tensor(Node):
    """A named leaf. Traits say what is known of its values, marks (``u``, ``l`` or ``-`` per axis) where its indices stand."""

    __slots__ = ("marks", "name", "traits")
    kind = "tensor"
    name: str
    traits: frozenset[str]
    marks: str

    def content(self) -> str:
        return repr((self.name, self.axes, sorted(self.traits), self.marks))

    def find_orbits(self) -> tuple[int, ...]:
        """All axes of a symmetric tensor are one class."""
        if self.traits & SYMMETRIC_TRAITS and len(set(self.axes)) == 1:
            return (0,) * self.order
        return tuple(range(self.order))

    def __repr__(self) -> str:
        return f"Tensor({self.name!r}, {self.axes!r})"


def tensor(name: str, axes: Iterable[Axis], traits: Iterable[str] = (), marks: str = "") -> Tensor:
    """The leaf of that name, axes and traits.

    Raises:
        ShapeError: a trait asks for axes of one size and they are not.
    """
    axes, traits = tuple(axes), frozenset(traits)
    square = traits & (SYMMETRIC_TRAITS | {"skew", "orthogonal", "lower", "upper", "toeplitz", "idempotent"})
    if square and len(set(axes)) != 1:
        raise ShapeError(f"{name} cannot be {min(square)}: its axes have the sizes {axes}, not one size")
    return intern(Tensor, axes, (), name=name, traits=traits, marks=marks)


class Size(Node):
    """The size of an axis as a scalar value."""

    __slots__ = ("size",)
    kind = "size"
    size: str

    def content(self) -> str:
        return self.size

    def __repr__(self) -> str:
        return f"Size({self.size!r})"


def size_node(symbol: str) -> Size:
    """The value of one size symbol."""
    return intern(Size, (), (), size=symbol)


def walk(*roots: Node) -> list[Node]:
    """All nodes below the roots and the roots: children first, each once."""
    order: list[Node] = []
    seen: set[Node] = set()
    done: set[Node] = set()
    stack = list(reversed(roots))
    while stack:
        node = stack[-1]
        if node not in seen:
            seen.add(node)
            stack.extend(child for child in reversed(node.children) if child not in seen)
            continue
        stack.pop()
        if node not in done:
            done.add(node)
            order.append(node)
    return order
