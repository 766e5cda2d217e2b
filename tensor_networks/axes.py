"""Sizes of axes: atoms (an integer or a symbol) and their products.

A size is an ``int``, a ``str`` (a symbol such as ``"n"``) or a tuple of at least two such atoms, their product. Products are
kept in one canonical order - the integer first, then the symbols sorted - so that equal sizes compare equal.

A symbol may be a function of other sizes: ``n*(n+1)/2``, the entries of half a symmetric matrix (`triangle`), and
``2*n-1``, the diagonals of a matrix (`diagonals`). Its text is its name, and `value` understands it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from math import isqrt, prod

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
    canonical: tuple[Atom, ...] = (*([number] if number != 1 else []), *symbols)
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
            made = derived(atom)
            if made is not None:
                kind, inner = made
                total *= FUNCTIONS[kind](value(inner, sizes))
                continue
            if atom not in sizes:
                raise SizeError(f"the size {atom} is not known: no input has an axis of that size")
            atom = sizes[atom]
        total *= atom
    return total


# sizes that are functions of others

FUNCTIONS: dict[str, Callable[[int], int]] = {"triangle": lambda n: n * (n + 1) // 2, "diagonals": lambda n: max(2 * n - 1, 0)}
_TRIANGLE = re.compile(r"([\w*]+)\*\(\1\+1\)/2")
_DIAGONALS = re.compile(r"2\*([\w*]+)-1")


def triangle(size: Axis) -> Axis:
    """The entries on and below the diagonal of a square matrix of that size: ``n*(n+1)/2``."""
    return FUNCTIONS["triangle"](size) if isinstance(size, int) else f"{show(size)}*({show(size)}+1)/2"


def diagonals(size: Axis) -> Axis:
    """The diagonals of a square matrix of that size: ``2*n-1``."""
    return FUNCTIONS["diagonals"](size) if isinstance(size, int) else f"2*{show(size)}-1"


@lru_cache(maxsize=4096)
def derived(atom: str) -> tuple[str, Axis] | None:
    """The function and the size that a symbol such as ``n*(n+1)/2`` is made of; None for a plain symbol."""
    if atom.isidentifier():
        return None
    for kind, pattern in (("triangle", _TRIANGLE), ("diagonals", _DIAGONALS)):
        found = pattern.fullmatch(atom)
        if found is not None:
            return kind, product(int(part) if part.isdecimal() else part for part in found.group(1).split("*"))
    return None


def symbols(size: Axis) -> tuple[str, ...]:
    """The plain symbols that a size depends on."""
    out: list[str] = []
    for atom in atoms(size):
        if isinstance(atom, str):
            made = derived(atom)
            out += [atom] if made is None else symbols(made[1])
    return tuple(out)


def inverted(kind: str, number: int) -> int:
    """The n whose function has that value (rounded down)."""
    return (isqrt(8 * number + 1) - 1) // 2 if kind == "triangle" else (number + 1) // 2
