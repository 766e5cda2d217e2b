"""The table of traits, and what several of them say together of one tensor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import combinations

from ricci.traits.choices import CHOICES
from ricci.traits.curved import CURVED
from ricci.traits.linear import EQUATIONS, LINEAR, MIRRORED
from ricci.traits.trait import Trait
from tensor_networks.axes import Axis, show_shape
from tensor_networks.errors import DerivativeError, ShapeError, clip
from tensor_networks.nodes import Node, Tensor, tensor

TRAITS: dict[str, Trait] = {row.name: row for row in (*LINEAR, *CURVED, *CHOICES)}
OF_PRODUCTS = ("gram", "exclusive", "totals", "idempotent")  # the fields of a row that passes over products read
ORDER = {name: place for place, name in enumerate(TRAITS)}


def row_of(trait: str) -> Trait | None:
    """The row of a trait, equations between orders of indices among them; None for a word that says nothing here."""
    return EQUATIONS if "=" in trait else TRAITS.get(trait)


def rows(leaf: Tensor) -> tuple[Trait, ...]:
    """The rows of the traits of a tensor, in the order in which what they say is applied."""
    return _rows(leaf.traits)


@lru_cache(maxsize=256)
def _rows(traits: frozenset[str]) -> tuple[Trait, ...]:
    triangles = traits & {"lower", "upper"}
    if len(triangles) > 1 or (triangles and traits & {*MIRRORED}):
        traits = traits | {"diagonal"}
    found = {row_of(trait): None for trait in sorted(traits, key=lambda trait: ORDER.get(trait, 0))}
    return tuple(row for row in found if row is not None)


@lru_cache(maxsize=256)
def facts(traits: frozenset[str]) -> frozenset[str]:
    """Some traits, and what their rows say of products: ``gram``, ``exclusive``, ``totals``, ``idempotent``."""
    said = [fact for fact in OF_PRODUCTS if any(getattr(row, fact) for row in _rows(traits))]
    return traits.union(said)


def has(node: Node, fact: str) -> bool:
    """Is it a tensor with a trait of that fact: ``nonnegative``, ``positive``, ``invertible``, ``idempotent``, ``rigid``?"""
    return isinstance(node, Tensor) and any(getattr(row, fact) for row in rows(node))


@lru_cache(maxsize=1024)
def axes_of(leaf: Tensor, fact: str) -> frozenset[int]:
    """The axes of a tensor along which it has a fact: ``gram``, ``exclusive`` or ``totals``."""
    found = {axis % leaf.order for row in rows(leaf) for axis in getattr(row, fact)}
    square = fact == "gram" and len(set(leaf.axes)) == 1
    return frozenset(range(leaf.order) if found and square else found)


def declared(name: str, axes: Iterable[Axis], traits: Iterable[str] = (), marks: str = "") -> Tensor:
    """The tensor of that name, axes and traits, if they fit together.

    Raises:
        ShapeError: a trait is not one of tensors of that shape, or two traits cannot be declared together.
        ParseError: equations that cannot be read.
    """
    made = tensor(name, axes, traits, marks)
    found = [row for row in map(row_of, sorted(made.traits)) if row is not None]
    for row in found:
        _check_shape(made, row)
    for one, other in combinations([row for row in found if row.name != "constant"], 2):
        if one is not other and one.name not in other.beside and other.name not in one.beside:
            what = " and ".join(sorted({one.name, other.name}))
            raise ShapeError(f"{clip(name)} cannot be declared {what}", hint="leave one of them out")
    return made


def _check_shape(leaf: Tensor, row: Trait) -> None:
    """A trait of tensors of another shape is an error."""
    least, most = row.orders
    what = f"{clip(leaf.name)} cannot be declared {row.name}"
    shape = f"its shape is {show_shape(leaf.axes)}" if leaf.order else "it is a scalar"
    if not least <= leaf.order <= most:
        kind = "matrices" if least == most == 2 else "tensors of at least one axis"
        raise ShapeError(f"{what}: that is a trait of {kind}, and {shape}")
    if row.square and len(set(leaf.axes)) > 1:
        raise ShapeError(f"{what}: {shape}, and its axes must have one size")
    numbers = [size for size in leaf.axes if isinstance(size, int)]
    if len(numbers) == leaf.order and ((row.tall and numbers[0] < numbers[1]) or (row.wide and numbers[0] > numbers[1])):
        needed = "rows as columns" if row.tall else "columns as rows"
        raise ShapeError(f"{what}: {shape}, and it needs at least as many {needed}")


def uneven(leaf: Tensor) -> Iterator[tuple[Axis, Axis]]:
    """Pairs of sizes of a tensor of which its traits say that the first is at least the second."""
    for row in rows(leaf):
        if row.tall or row.wide:
            yield (leaf.axes[0], leaf.axes[1]) if row.tall else (leaf.axes[1], leaf.axes[0])


def check_directions(variable: Tensor) -> None:
    """Check that there is something to differentiate along.

    Raises:
        DerivativeError: the variable is a constant, or one of finitely many arrays, such as a permutation.
    """
    for row in rows(variable):
        if row.rigid:
            what = f"{clip(variable.name)} is declared {row.name}: there are no directions in which it could change"
            raise DerivativeError(what, hint=f"declare it without {row.name} for the derivative by its entries")
