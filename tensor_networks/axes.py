"""Sizes of axes: atoms (an integer or a symbol) and their products.

A size is an ``int``, a ``str`` (a symbol such as ``"n"``) or a tuple of at least two such atoms, their product. Products are
kept in one canonical order - the integer first, then the symbols sorted - so that equal sizes compare equal.
"""

from collections.abc import Iterable, Mapping
from math import prod

from tensor_networks.errors import SizeError

Atom = int | str
Axis = int | str | tuple[Atom, ...]


def atoms(size: Axis) -> tuple[Atom, ...]:
    """The atoms whose product the size is: ``(2, "n")`` gives ``(2, "n")``, ``"n"`` gives ``("n",)``."""
    return size if isinstance(size, tuple) else (size,)


def product(sizes: Iterable[Axis]) -> Axis:
    """The product of sizes as one size: integers multiplied, symbols sorted, a factor 1 dropped."""
    parts = [atom for size in sizes for atom in atoms(size)]
    number = prod(atom for atom in parts if isinstance(atom, int))
    symbols = sorted(atom for atom in parts if isinstance(atom, str))
    if not symbols:
        return number
    canonical = (*([number] if number != 1 else []), *symbols)
    return canonical[0] if len(canonical) == 1 else canonical


def show(size: Axis) -> str:
    """The size as a person writes it: ``n``, ``3``, ``2*n``."""
    return "*".join(str(atom) for atom in atoms(size))


def show_shape(axes: Iterable[Axis]) -> str:
    """A shape as a person writes it: ``n x m``; ``scalar`` for no axes."""
    return " x ".join(show(size) for size in axes) or "scalar"


def value(size: Axis, sizes: Mapping[str, int]) -> int:
    """The number a size stands for, given the numbers of its symbols.

    Raises:
        SizeError: a symbol of the size has no number.
    """
    total = 1
    for atom in atoms(size):
        if isinstance(atom, str):
            if atom not in sizes:
                raise SizeError(f"the size {atom} is not known: no input has an axis of that size")
            atom = sizes[atom]
        total *= atom
    return total
