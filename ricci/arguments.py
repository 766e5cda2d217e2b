"""What users hand to functions: whatever stands for an expression, names of variables, names of directions.

The conventions of the public functions, in one place. An expression may be given as text, without declarations. ``wrt`` is
a variable - its name, the tensor, or the expression of it - or a sequence of variables. A direction is a tensor that the
result is linear in; it is called ``d<name>``, or what ``direction=`` says, and never a tensor that is there already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral
from typing import Any

from ricci.expr import Expr
from ricci.notation.declarations import check_name
from ricci.notation.index.operators import Indexed
from ricci.reading import parse
from ricci.traits.spaces import tangent
from tensor_networks.axes import Axis
from tensor_networks.errors import DerivativeError, OperandError, UnknownName, clip
from tensor_networks.networks import constant
from tensor_networks.nodes import Node, Tensor, leaves, tensor

Variable = str | Expr | Tensor
Variables = list[str] | list[Expr] | list[Tensor] | tuple[Variable, ...]
Wrt = Variable | Variables
Names = str | Sequence[str]
Expression = Expr | str
Directions = Mapping[Tensor, Tensor]


def as_expression(value: Any, beside: Expr | None = None) -> Expr:
    """An expression as it is; text read as `parse` reads it; a node, or a product with Python indices, wrapped.

    In a text the names of the expression that it stands ``beside`` mean what they mean there.

    Raises:
        OperandError: it is nothing of that kind.
        RicciError: the text cannot be read, see `parse`.
    """
    if isinstance(value, Expr):
        return value
    if isinstance(value, str):
        known: dict[str, Any] = {} if beside is None else dict(beside.variables)
        return parse(value, **known)
    if isinstance(value, Node):
        return Expr(value)
    if isinstance(value, Indexed):
        whole: Expr = value.expr()
        return whole
    hint = 'rc.trace(function, x="n") makes an expression of it' if callable(value) else "rc.parse makes one of text"
    raise OperandError(f"an expression is needed, not {clip(type(value).__name__)}", hint=hint)


def as_both(one: Any, other: Any) -> tuple[Expr, Expr]:
    """Two expressions or numbers to be compared: in a text the names of the other, if it is no text, mean what they mean there.

    Raises:
        OperandError, RicciError: see `as_expression`.
    """
    one, other = (Expr(constant(value)) if type(value) in (int, float) else value for value in (one, other))
    first = None if isinstance(one, str) else as_expression(one)
    second = as_expression(other, first)
    return as_expression(one, None if isinstance(other, str) else second) if first is None else first, second


def size_numbers_of(sizes: Any) -> dict[str, int]:
    """Numbers given for sizes by symbol.

    Raises:
        OperandError: it is no mapping of names to whole numbers that are not negative.
    """
    if not isinstance(sizes, Mapping | None):
        raise OperandError(f"sizes are given by symbol, not as {clip(type(sizes).__name__)}", hint='sizes={"n": 10}')
    for symbol, number in (sizes or {}).items():
        if isinstance(number, bool) or not isinstance(number, Integral) or number < 0:
            raise OperandError(f"the size {clip(symbol)} is a whole number, not {clip(repr(number))}")
    return {str(symbol): int(number) for symbol, number in (sizes or {}).items()}


def is_one(wrt: Any) -> bool:
    """Is it one variable, and no sequence of them?"""
    return isinstance(wrt, str | Expr | Tensor) or not isinstance(wrt, Iterable)


def variables_of(expression: Expr, *wrt: Wrt) -> list[Tensor]:
    """The variables that are meant, in order: each may be a variable or a sequence of them.

    Raises:
        UnknownName: one neither occurs nor was declared.
    """
    flat: list[Any] = []
    given: Any
    for given in wrt:
        flat += [given] if is_one(given) else list(given)
    return [expression.variable(which) for which in flat]


def one_variable(expression: Expr, wrt: Wrt) -> Tensor:
    """The one variable that is meant.

    Raises:
        UnknownName: it neither occurs nor was declared, or there are several.
    """
    found = variables_of(expression, wrt)
    if len(found) != 1:
        raise UnknownName(f"one variable is needed here, not {len(found)}")
    return found[0]


def directions_of(
    expression: Expr, variables: Iterable[Tensor], names: Names | None = None, known: Directions | None = None
) -> dict[Tensor, Tensor]:
    """A direction for each variable: a tensor of its axes and linear structure, called ``d<name>`` or as ``names`` say.

    Raises:
        DerivativeError: there is a tensor of that name already, or there are more variables than names.
    """
    variables = list(dict.fromkeys(variables))
    if names is None:
        chosen = [(known or {}).get(variable) or tangent(variable) for variable in variables]
    else:
        words = [names] if isinstance(names, str) or not isinstance(names, Iterable) else list(names)
        if not all(isinstance(word, str) for word in words):
            hint = 'it is a tensor of the result: rc.compile(rc.hvp(f, "x"))(dx=array, ...)'
            raise DerivativeError(f"a direction is given by its name, not by {clip(type(names).__name__)}", hint=hint)
        if len(words) != len(variables):
            raise DerivativeError(f"there are {len(variables)} variables and {len(words)} names of directions")
        usual = [tangent(variable) for variable in variables]
        chosen = [tensor(check_name(word), t.axes, t.traits, t.marks) for word, t in zip(words, usual, strict=True)]
    own = set((known or {}).values())
    for direction in chosen:
        if direction not in own:
            check_fresh(expression, direction, "direction")
    if len({direction.name for direction in chosen}) < len(chosen):
        raise DerivativeError("two directions have one name")
    return dict(zip(variables, chosen, strict=True))


def new_tensor(expression: Expr, name: str, axes: Iterable[Axis], keyword: str) -> Tensor:
    """A tensor that a result has besides those of an expression, named by a keyword of the function.

    Raises:
        DerivativeError: there is a tensor of that name already.
        ParseError: it is no name.
    """
    made = tensor(check_name(name), axes)
    check_fresh(expression, made, keyword)
    return made


def check_fresh(expression: Expr, new: Tensor, keyword: str, hint: str = "") -> None:
    """Check that a name has no meaning yet: a tensor of the expression would silently be taken for the new one.

    Raises:
        DerivativeError: it has.
    """
    declared = expression.variables.get(new.name, new)
    if declared is not new or any(leaf.name == new.name for leaf in leaves(expression.node)):
        message = f"{clip(new.name)} is a tensor of the expression already, so it cannot name the {keyword}"
        raise DerivativeError(message, hint=hint or f'give another name: {keyword}="{free_name(expression)}"')


def free_name(expression: Expr) -> str:
    """A short name that no tensor of the expression has."""
    taken = set(expression.variables)
    names: list[str] = [*"vwpqhst", *(f"v{place}" for place in range(len(taken) + 1))]
    return next(name for name in names if name not in taken)
