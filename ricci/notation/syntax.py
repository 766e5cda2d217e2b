"""Syntax trees of matrix and index notation, and how they are walked.

Nothing recurses on the depth of the text: the parser and every walk over a tree are generators that yield the generators
they wait for, or an answer that needs none, and `run` keeps the stack. So 10,000 nested parentheses cost memory, never a
RecursionError.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from types import GeneratorType
from typing import Any, TypeAlias, TypeVar

from ricci.notation.tokens import Token
from tensor_networks.errors import RicciError, clip
from tensor_networks.numbers import Number

T = TypeVar("T")
Walk = Generator[Any, T, T]  # a walk that yields walks, all with answers of one type
Step: TypeAlias = Generator[Any, T, T] | T  # what a walk yields: another one, or its answer

SUM, PRODUCT, POWER, POSTFIX = 1, 2, 3, 4
OTHER_PRODUCTS = ("@", "·", "⊗", "\\")  # of Python, of paper, of MATLAB


def run(walk: Generator[Any, Any, T]) -> T:
    """Run a generator that yields generators, as if each `yield g` were a call of g; any other answer stands for itself."""
    stack: list[Generator[Any, Any, Any]] = []
    answer: Any = walk
    while stack or isinstance(answer, GeneratorType):
        if isinstance(answer, GeneratorType):
            stack.append(answer)
            answer = None
        try:
            answer = stack[-1].send(answer)
        except StopIteration as done:
            stack.pop()
            answer = done.value
    return answer  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True, eq=False)
class Syntax:
    """A node of the tree: the span of the text it was read from."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Literal(Syntax):
    """A number."""

    value: Number


@dataclass(frozen=True, slots=True, eq=False)
class Array(Syntax):
    """`[1, 2; 3, 4]`: rows of numbers, all of one length."""

    rows: tuple[tuple[Number, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Name(Syntax):
    """A name, of a tensor or a size."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Call(Syntax):
    """`name(arguments)`, in index notation perhaps `sum_{bound}(...)`."""

    name: str
    arguments: tuple[Syntax, ...]
    bound: Subscript | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Chain(Syntax):
    """Operands of one level, left to right, with the operators between them (an empty one for juxtaposition)."""

    level: int
    operands: tuple[Syntax, ...]
    operators: tuple[Token, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Negate(Syntax):
    """Minus the operand."""

    operand: Syntax


@dataclass(frozen=True, slots=True, eq=False)
class Power(Syntax):
    """`base^exponent`, or with another of the operators of powers."""

    base: Syntax
    exponent: Syntax
    operator: Token


@dataclass(frozen=True, slots=True, eq=False)
class Transpose(Syntax):
    """`A'`."""

    operand: Syntax


@dataclass(frozen=True, slots=True, eq=False)
class Parenthesis(Syntax):
    """An operand in parentheses, or an exponent in braces."""

    operand: Syntax


@dataclass(frozen=True, slots=True, eq=False)
class Bars(Syntax):
    """`|a|`, or with two bars a norm, of a kind if one stands behind: `||A||_F`."""

    operand: Syntax
    double: bool
    kind: str


@dataclass(frozen=True, slots=True, eq=False)
class Subscript(Syntax):
    """Words after one `_`, `^` or arrow. A single word is not yet split into letters: that takes the order of the tensor.

    `groups` are the words by output axis, where parentheses group some.
    """

    words: tuple[Token, ...]
    upper: bool
    groups: tuple[tuple[Token, ...], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Indexed(Syntax):
    """An operand with its indices, `A_ij` or `(A + B)_ij`."""

    base: Syntax
    subscripts: tuple[Subscript, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Arrow(Syntax):
    """`body -> output`."""

    body: Syntax
    output: Subscript


def snippet(text: str, tree: Syntax, width: int = 32) -> str:
    """The text of a subtree, shortened."""
    return clip(text[tree.start : tree.end], width)


def blame(error: Callable[..., RicciError], message: str, text: str, tree: Syntax | Token, hint: str = "") -> RicciError:
    """An error located at a subtree or token."""
    return error(message, text=text, start=tree.start, end=tree.end, hint=hint)


def is_number(tree: Syntax) -> bool:
    """Is it a number, perhaps with a sign, a fraction, or in parentheses?"""
    while isinstance(tree, Negate | Parenthesis):
        tree = tree.operand
    return isinstance(tree, Literal) or (isinstance(tree, Chain) and all(isinstance(one, Literal) for one in tree.operands))


def is_size_product(tree: Chain) -> bool:
    """Is it a product of plain names and numbers, as the size `2*n`?"""
    plain = all(isinstance(operand, Name | Literal) for operand in tree.operands)
    return plain and all(operator.text == "*" for operator in tree.operators)
