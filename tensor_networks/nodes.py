"""Nodes: immutable, interned values. Equal content is the same object, so nodes are compared with ``is``.

The leaves live here (`Tensor`, `Size`); `Network` and `Sum` stand in `composites.py`; functions of nodes are made by whoever
knows functions: any subclass of `Node` with a `function` attribute is a call for the floors below.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from hashlib import blake2b
from typing import Any, ClassVar, TypeVar
from weakref import WeakValueDictionary

from tensor_networks.axes import Axis, show, show_shape
from tensor_networks.errors import ShapeError
from tensor_networks.limits import spend_node
from tensor_networks.symmetry import Symmetry, equations, full_symmetry, generated, no_symmetry, spelled

_interned: WeakValueDictionary[Hashable, Node] = WeakValueDictionary()
_lock = threading.RLock()

SYMMETRIC_TRAITS = frozenset({"symmetric", "spd", "psd", "diagonal"})
SKEW_TRAITS = frozenset({"skew", "levicivita"})


class Node:
    """A value with axes. `key` is a digest of the content: the same in every process, so it orders nodes.

    `children` are the nodes it is made of, in slot order, with repetitions.
    """

    __slots__ = ("__weakref__", "_leaves", "_oriented", "_symmetry", "axes", "children", "key")
    kind: ClassVar[str]
    key: bytes
    axes: tuple[Axis, ...]
    children: tuple[Node, ...]
    _leaves: frozenset[Tensor] | None
    _symmetry: Symmetry | None
    _oriented: tuple[Node, tuple[int, ...], int] | None

    @property
    def order(self) -> int:
        """The number of axes."""
        return len(self.axes)

    def rebuild(self, children: Sequence[Node]) -> Node:
        """The same node over other children (of the same axes, in the order of `children`)."""
        return self

    def content(self) -> str:
        """What the node is, but for the nodes within it, as text: equal for equal content in every process."""
        return ""

    def find_symmetry(self) -> Symmetry:
        """The permutations of the axes that keep the value, or change its sign."""
        return no_symmetry(self.order)

    @property
    def symmetry(self) -> Symmetry:
        """`find_symmetry`, remembered."""
        if self._symmetry is None:
            self._symmetry = self.find_symmetry() if self.order > 1 else no_symmetry(self.order)
        return self._symmetry

    @property
    def orbits(self) -> tuple[int, ...]:
        """A class for every axis; axes of one class can be exchanged without changing the value."""
        return self.symmetry.exchangeable

    def __reduce__(self) -> Any:
        raise TypeError("a node is interned and cannot be pickled by itself; pickle the expression")

    def __copy__(self) -> Node:
        return self

    def __deepcopy__(self, memo: object) -> Node:
        return self


AnyNode = TypeVar("AnyNode", bound=Node)


def intern(cls: type[AnyNode], axes: tuple[Axis, ...], children: Iterable[Node], **fields: Any) -> AnyNode:
    """The one node of this class with these fields. `children` are the nodes within `fields`; their keys enter the digest.

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
        node.axes, node.children, node._leaves, node._symmetry, node._oriented = axes, tuple(children), None, None, None
        digest = blake2b(cls.kind.encode(), digest_size=16)
        digest.update(node.content().encode())
        for child in node.children:
            digest.update(child.key)
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

    def find_symmetry(self) -> Symmetry:
        """That of the traits."""
        if self.traits & SYMMETRIC_TRAITS:
            return full_symmetry(self.order)
        if self.traits & SKEW_TRAITS:
            return full_symmetry(self.order, -1)
        said = [equations(trait) for trait in self.traits if "=" in trait]
        return said[0] if said else no_symmetry(self.order)

    def __repr__(self) -> str:
        return f"Tensor({self.name!r}, {self.axes!r})"


def tensor(name: str, axes: Iterable[Axis], traits: Iterable[str] = (), marks: str = "") -> Tensor:
    """The leaf of that name, axes and traits. Equations among the traits, ``ijkl=jikl=klij``, say symmetries of its axes.

    Raises:
        ShapeError: a trait asks for axes of one size and they are not, or for what only a tensor of zeros has.
        ParseError: equations that cannot be read.
    """
    axes, traits = tuple(axes), frozenset(traits)
    square = traits & (SYMMETRIC_TRAITS | {"skew"})
    if square and len(set(axes)) != 1:
        raise ShapeError(f"{name} cannot be {min(square)}: its axes have the sizes {', '.join(map(show, axes))}, not one size")
    if len(axes) > 1 and traits & SYMMETRIC_TRAITS and traits & SKEW_TRAITS:
        both = f"{min(traits & SYMMETRIC_TRAITS)} and {min(traits & SKEW_TRAITS)}"
        raise ShapeError(f"{name} cannot be {both}: only a tensor of zeros is")
    said = [trait for trait in traits if "=" in trait]
    return intern(Tensor, axes, (), name=str(name), traits=_equated(name, axes, traits, said) if said else traits, marks=marks)


def _equated(name: str, axes: tuple[Axis, ...], traits: frozenset[str], said: list[str]) -> frozenset[str]:
    """Traits with their equations in the one spelling of what they say together."""
    generators = list(full_symmetry(len(axes)).generators()) if traits & SYMMETRIC_TRAITS else []
    generators += full_symmetry(len(axes), -1).generators() if traits & SKEW_TRAITS else []
    for text in said:
        symmetry = equations(text)
        if symmetry.order != len(axes):
            raise ShapeError(f"{name} has {len(axes)} axes, its symmetry {text} is one of {symmetry.order}")
        generators += symmetry.generators()
    for permutation, _ in generators:
        for axis, place in enumerate(permutation):
            if axes[axis] != axes[place]:
                sizes = f"{show_shape(axes)}, and an axis of size {show(axes[axis])} with one of size {show(axes[place])}"
                raise ShapeError(f"{name} cannot have the symmetry {min(said)}: its shape is {sizes} would be exchanged")
    whole = generated(len(axes), generators)
    return (traits - frozenset(said)) | ({spelled(whole)} if not whole.trivial else frozenset())


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


def walk(*roots: Node, order: Callable[[Node], Sequence[Node]] | None = None) -> list[Node]:
    """All nodes below the roots and the roots: children first, each once; those of one node in the order that is asked for."""
    found: list[Node] = []
    seen: set[Node] = set()
    opened: list[Node] = []  # nodes whose children come first
    stack: list[Node | None] = list(reversed(roots))
    while stack:
        node = stack.pop()
        if node is None:
            found.append(opened.pop())
        elif node not in seen:
            seen.add(node)
            if node.children:
                opened.append(node)
                stack.append(None)
                stack += (node.children if order is None else order(node))[::-1]
            else:
                found.append(node)
    return found


def leaves(root: Node) -> frozenset[Tensor]:
    """The tensors below a node, remembered for every node that is made of others."""
    stack = [root]
    while stack:
        node = stack[-1]
        missing = [child for child in node.children if child.children and child._leaves is None]
        if missing:
            stack += missing
            continue
        stack.pop()
        if node._leaves is None and node.children:
            sets = {_leaves_of(child) for child in node.children}
            largest = max(sets, key=len)
            node._leaves = largest if all(other <= largest for other in sets) else largest.union(*sets)
    return _leaves_of(root)


def _leaves_of(node: Node) -> frozenset[Tensor]:
    return node._leaves or frozenset((node,) if isinstance(node, Tensor) else ())
