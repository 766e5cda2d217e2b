"""Sizes of axes: atoms (an integer or a symbol) and their products.

A size is an ``int``, a ``str`` (a symbol such as ``"n"``) or a tuple of at least two such atoms, their product. Products are
kept in one canonical order - the integer first, then the symbols sorted - so that equal sizes compare equal.

A symbol may be a function of other sizes: ``n*(n+1)/2``, the entries of half a symmetric matrix (`triangle`), and
``2*n-1``, the diagonals of a matrix (`diagonals`). Its text is its name, and `value` understands it.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
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


def quotient(size: Axis, by: object) -> Axis | None:
    """size / by, where that is a size; None otherwise."""
    if not isinstance(by, int | str | tuple):
        return None
    number = product(atom for atom in atoms(size) if isinstance(atom, int))
    divisor = product(atom for atom in atoms(by) if isinstance(atom, int))
    symbols = [atom for atom in atoms(size) if isinstance(atom, str)]
    for atom in atoms(by):
        if isinstance(atom, str):
            if atom not in symbols:
                return None
            symbols.remove(atom)
    if not isinstance(number, int) or not isinstance(divisor, int) or divisor < 1 or number % divisor:
        return None
    return product((number // divisor, *symbols))


def refined(first: Sequence[Axis], second: Sequence[Axis]) -> tuple[Axis, ...] | None:
    """The sizes that split an axis as both of two ways to split it do; None where they do not divide each other in turn."""
    left, right = [[size for size in reversed(sizes) if size != 1] for sizes in (first, second)]
    found: list[Axis] = []
    while left and right:
        one, other = left.pop(), right.pop()
        smaller = one if quotient(other, one) is not None else other
        for size, waiting in ((one, left), (other, right)):
            rest = quotient(size, smaller)
            if rest is None:
                return None
            waiting += [rest] if rest != 1 else []
        found.append(smaller)
    return None if left or right else tuple(found)


def show(size: Axis) -> str:
    """The size as a person writes it: ``n``, ``3``, ``2*n``; `read_size` reads it."""
    parts = [str(atom) for atom in atoms(size)]
    if len(parts) > 1:
        parts = [f"({part})" if part.endswith("-1") else part for part in parts]
    return "*".join(parts)


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
_INSIDE = re.compile(r"(?:^|(?<=\*))(?:([\w*]+)\*\(\1\+1\)/2|\(2\*([\w*]+)-1\))(?=\*|$)")
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


def read_size(text: str) -> Axis | None:
    """The size that `show` writes so: a product of symbols, integers, powers like `n^2` and functions of sizes; else None."""
    text = re.sub(r" *([-+*/()]) *", r"\1", text)
    text = f"({text})" if _DIAGONALS.fullmatch(text) else text
    parts: list[Axis] = []
    for found in _INSIDE.finditer(text):
        inner = read_size(found[1] or found[2])
        if inner is None:
            return None
        parts.append(triangle(inner) if found[1] else diagonals(inner))
    rest = _INSIDE.sub("1", text)
    for factor in rest.split("*"):
        part, caret, power = factor.partition("^")
        if not (part.isidentifier() or re.fullmatch("[0-9]{1,18}", part)) or (caret and not re.fullmatch("[1-9]", power)):
            return None
        parts += [int(part) if part.isdecimal() else part] * int(power or 1)
    return product(parts)


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
