"""`Function`: what the table says of a function. `Operator`: a derivative rule that acts on a direction.

A signature is written as NumPy writes those of its generalised ufuncs: ``()->()`` acts on every entry, ``(n,n)->()``
takes the last two axes of a matrix, ``(n,n),(n,m)->(n,m)`` two matrices that meet in an axis, ``(...)->()`` all axes.
Axes in front of the core axes are batch axes, the same for all arguments.

A derivative rule is one line of index notation in the arguments ``x``, ``w`` and ``v``, the value ``y`` and other
functions of the table. It names the core indices only: first those of the value, then those of the argument. A
capital letter stands for as many indices as the argument has axes. The letters of the signature are sizes:
``lower(n)_ij``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from tensor_networks.axes import Axis
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number

Letters = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operator:
    """A derivative by one argument as a linear map, for functions whose derivative is no small product of matrices.

    ``push`` is the change of the value along a change ``t`` of the argument, ``pull`` is what the cotangent ``c`` of
    the value becomes for the argument. Both name core indices only.
    """

    push: str
    pull: str


Rule = str | Operator | None


@dataclass(frozen=True, slots=True)
class Function:
    """One entry of the table.

    ``rules`` has one derivative rule per argument; ``""`` is a derivative that is zero wherever it exists, None one
    that has no rule. ``transposes`` says what a permutation of the core axes of the argument does to the value:
    ``same`` nothing, ``along`` permutes it likewise. ``known`` are exact values at numbers; that at 0 is also that of
    every entry at zeros. ``parity`` is 1 for even
    functions and -1 for odd ones, ``odd_exchanges`` are pairs of axes of the value whose exchange turns its sign.
    ``domain`` is an interval to test on (of the entries; square matrices get twice the identity on top), ``shape`` what
    the matrices of the domain must be. ``of_tall`` is, for functions of matrices with no more rows than columns, the function
    that gives the value for others, of the transposed matrix. ``reference`` says where the rule stands, or a convention. A
    function with a ``definition`` stands for a formula of others: applying it gives that formula. ``cost`` is the number of
    additions and multiplications in the letters of the signature, ``2/3*n^3``; none is one for every entry.
    """

    name: str
    signature: str
    rules: tuple[Rule, ...]
    latex: str
    domain: tuple[float, float] = (-2.0, 2.0)
    transposes: str = ""
    known: Mapping[Number, Number] = field(default_factory=dict, hash=False)
    parity: int = 0
    odd_exchanges: tuple[tuple[int, int], ...] = ()
    reference: str = ""
    shape: str = ""
    of_tall: str = ""
    definition: Callable[..., Node] | None = None
    cost: str = ""

    @property
    def arguments(self) -> tuple[Letters | None, ...]:
        """The sizes of the core axes of each argument, as letters; None for all axes, however many."""
        return _parsed(self.signature).arguments

    @property
    def value(self) -> Letters | None:
        """The sizes of the core axes of the value."""
        return _parsed(self.signature).value

    @property
    def arity(self) -> int:
        """The number of arguments."""
        return len(self.arguments)

    @property
    def elementwise(self) -> bool:
        """Does it act on every entry by itself?"""
        return _parsed(self.signature).elementwise

    @property
    def square(self) -> bool:
        """Does it take one square matrix?"""
        return len(self.arguments) == 1 and _is_square(self.arguments[0])

    def core(self, order: int, argument: int = 0) -> tuple[int, int]:
        """The number of core axes of an argument of that order, and of the value."""
        before, after = self.arguments[argument], self.value
        return (order if before is None else len(before)), (order if after is None else len(after))

    def operations(self, axes: Sequence[tuple[Axis, ...]]) -> tuple[tuple[float, tuple[Axis, ...]], ...]:
        """The additions and multiplications for arguments of these axes: terms, a number times sizes; none if not said."""
        if not self.cost:
            return ()
        sizes: dict[str, Axis] = {}
        for letters, own in zip(self.arguments, axes, strict=True):
            sizes.update(zip(letters or (), own[len(own) - len(letters or ()) :], strict=True))
        batch = axes[0][: len(axes[0]) - len(self.arguments[0] or ())]
        return tuple([(number, (*batch, *[sizes[name] for name in names])) for number, names in _polynomial(self.cost)])

    def letters(self, order: int) -> tuple[list[Letters], Letters]:
        """The letters of the core axes of the arguments and of the value, the first argument being of that order."""
        every = tuple(f"n{axis}" for axis in range(order))
        arguments = [every if letters is None else letters for letters in self.arguments]
        return arguments, every if self.value is None else self.value


def _is_square(letters: Letters | None) -> bool:
    return letters is not None and len(letters) == 2 and letters[0] == letters[1]


class Signature(NamedTuple):
    """A signature that was read."""

    arguments: tuple[Letters | None, ...]
    value: Letters | None
    elementwise: bool


@lru_cache(maxsize=256)
def _parsed(signature: str) -> Signature:
    before, after = signature.split("->")
    arguments, value = tuple(_letters(text) for text in before.split("),(")), _letters(after)
    return Signature(arguments, value, not any(arguments) and None not in arguments and value == ())


@lru_cache(maxsize=256)
def _polynomial(text: str) -> tuple[tuple[float, Letters], ...]:
    """The terms of ``2/3*n^3 + 2*m*n``: numbers, and letters as often as they are multiplied."""
    terms = []
    for term in text.replace(" ", "").split("+") if text else ():
        number, names = 1.0, []
        for factor in term.split("*"):
            name, _, exponent = factor.partition("^")
            if name[0].isdigit():
                number *= float(Fraction(name))
            else:
                names += [name] * int(exponent or 1)
        terms.append((number, tuple(names)))
    return tuple(terms)


def _letters(text: str) -> Letters | None:
    inside = text.strip("()")
    if inside == "...":
        return None
    return tuple(inside.split(",")) if inside else ()


def defined(
    name: str, signature: str, definition: Callable[..., Node], latex: str, domain: Sequence[float] = (-2.0, 2.0)
) -> Function:
    """A function that stands for a formula of other functions."""
    low, high = domain
    rules = ("",) * len(_parsed(signature).arguments)
    return Function(name, signature, rules, latex, (low, high), definition=definition, reference="by definition")


def entry(
    name: str, signature: str, rules: tuple[Rule, ...], reference: str, cost: str, *, latex: str = "", **more: Any
) -> Function:
    """An entry of the table, in LaTeX its name upright unless it has a sign of its own; ``more`` are the other fields."""
    shown = latex or rf"\operatorname{{{name}}}"
    return Function(name, signature, rules, shown, reference=reference, cost=cost, **more)
