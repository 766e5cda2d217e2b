"""Derivatives of expressions: the names and the argument order of JAX, for any shapes and any order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

from ricci import calculus
from ricci.differentials import Differential, described
from ricci.expr import Expr
from ricci.free import CURVED, by_free_entries
from ricci.notation.declarations import check_name
from ricci.selection import selected
from ricci.simplify import settle
from tensor_networks.axes import show_shape
from tensor_networks.errors import DerivativeError, ShapeError
from tensor_networks.nodes import Node, Tensor, tensor

Variable = str | Expr | Tensor


def derivative(expression: Expr, *wrt: Variable, structure: str = "projected") -> Expr:
    """The derivative by each variable in turn.

    Axes: those of the expression, then those of ``wrt[0]``, ``wrt[1]``, ... A variable that does not occur gives the zero of
    that shape. The derivative by a variable with a linear structure (symmetric, skew, diagonal, lower, upper, toeplitz)
    is the Frechet one, projected onto that structure. With ``structure="free"`` it is the derivative by the free entries of
    the variable (Matrix Cookbook, section 2.8: ``G + G' - diag(diag(G))`` for a symmetric one); such a result is not what
    `verify` checks.

    Raises:
        UnknownName: a variable neither occurs nor was declared.
        DerivativeError: a function has no derivative rule, or the structure has no free entries.
    """
    if structure not in ("projected", "free"):
        raise DerivativeError("structure is projected or free", hint=f"got {structure!r}")
    variables = [expression.variable(which) for which in wrt]
    if structure == "projected":
        return _derived(calculus.derivative(varied(expression, variables), variables), expression, variables)
    node = varied(expression, variables)
    for variable in variables:
        order = node.order
        node = calculus.plain_derivative(node, variable)
        node = by_free_entries(node, variable, range(order, node.order))
    result = _derived(node, expression, variables)
    result.origin = None  # difference quotients would not agree: this counts free entries
    return result


def varied(expression: Expr, variables: Sequence[Tensor]) -> Node:
    """What is differentiated: the normal form, but as it was written where a variable has a trait that holds on a surface
    only (orthogonal, idempotent): there the normal form has no neighbourhood."""
    return expression.node if any(variable.traits & CURVED for variable in variables) else expression.settled


def _derived(node: Node, expression: Expr, variables: Sequence[Tensor]) -> Expr:
    split = (expression.order, *(variable.order for variable in variables))
    declared = expression.variables | {variable.name: variable for variable in variables}
    result = Expr(node, split=split, declared=declared)
    result.origin = (expression, tuple(variables))
    if expression.heights is not None:
        result.heights = expression.heights.derived(variables)
    return result


def jacobian(expression: Expr, wrt: Variable) -> Expr:
    """The derivative of a tensor by one variable: axes of the expression, then those of the variable."""
    return derivative(expression, wrt)


def hessian(expression: Expr, wrt: Variable, other: Variable | None = None) -> Expr:
    """The second derivative, by one variable twice or (mixed) by two."""
    return derivative(expression, wrt, wrt if other is None else other)


def laplacian(expression: Expr, wrt: Variable) -> Expr:
    """The sum of the second derivatives by each entry of the variable; it has the axes of the expression.

    The Hessian itself is never formed.
    """
    second = hessian(expression, wrt)
    letters = _letters(second.order - second.split[-1])
    own = letters[expression.order :]
    return Expr(selected(second.settled, f"{letters}{own}->{letters[: expression.order]}"), declared=expression.variables)


def divergence(expression: Expr, wrt: Variable) -> Expr:
    """The trace of the derivative of a tensor by a variable of the same shape.

    Raises:
        ShapeError: the shapes differ.
    """
    variable = expression.variable(wrt)
    if expression.axes != variable.axes:
        shapes = f"{show_shape(expression.axes)} by {variable.name} of shape {show_shape(variable.axes)}"
        raise ShapeError(f"a divergence is that of a field by its own coordinates, not of {shapes}")
    letters = _letters(expression.order)
    jacobian_ = jacobian(expression, variable)
    return Expr(selected(jacobian_.settled, f"{letters}{letters}->"), declared=expression.variables)


def _letters(count: int) -> str:
    return "".join(chr(ord("a") + place) for place in range(count))


@overload
def grad(expression: Expr, wrt: Variable) -> Expr: ...


@overload
def grad(expression: Expr, wrt: list[Any] | tuple[Any, ...]) -> tuple[Expr, ...]: ...


@overload
def grad(expression: Expr, wrt: Variable | Sequence[Variable]) -> Expr | tuple[Expr, ...]: ...


def grad(expression: Expr, wrt: Variable | Sequence[Variable]) -> Expr | tuple[Expr, ...]:
    """The gradient of a scalar: it has the axes of the variable. Several variables share one reverse sweep and give a tuple.

    Of a tensor it is the derivative (see `jacobian`), so that the gradient of a gradient is the Hessian.
    """
    several = isinstance(wrt, (list, tuple))
    variables = _variables(expression, wrt)
    if expression.order:
        nodes = settle(*(calculus.derivative(varied(expression, variables), [variable]) for variable in variables))
    else:
        nodes = settle(*calculus.gradients(varied(expression, variables), variables))
    found = tuple(_derived(node, expression, [variable]) for node, variable in zip(nodes, variables, strict=True))
    return found if several else found[0]


def _variables(expression: Expr, wrt: Variable | Sequence[Variable]) -> list[Tensor]:
    """The variables of one or several."""
    if isinstance(wrt, (str, Expr, Tensor)):
        return [expression.variable(wrt)]
    return [expression.variable(which) for which in wrt]


def value_and_grad(expression: Expr, wrt: Variable | Sequence[Variable]) -> tuple[Expr, Expr | tuple[Expr, ...]]:
    """The expression and its gradient."""
    return expression, grad(expression, wrt)


def jvp(expression: Expr, *wrt: Variable) -> Expr:
    """The derivative along directions: tensors named ``d<name>``, one for each variable. Axes: those of the expression."""
    variables = [expression.variable(which) for which in wrt]
    return _in_directions(calculus.directional(varied(expression, variables), variables), expression, variables)


def vjp(expression: Expr, *wrt: Variable, cotangent: str = "u") -> tuple[Expr, ...]:
    """A tensor named by ``cotangent``, of the expression's axes, times the Jacobian; one expression for each variable.

    Raises:
        ShapeError: the name of the cotangent is taken by a tensor of other axes.
        ParseError: it is no name.
    """
    variables = [expression.variable(which) for which in wrt]
    taken = expression.variables.get(cotangent)
    if taken is not None and taken.axes != expression.axes:
        raise ShapeError(f"{cotangent} is a tensor of shape {show_shape(taken.axes)} here; name the cotangent otherwise")
    seed = tensor(check_name(cotangent), expression.axes)
    nodes = calculus.pull(varied(expression, variables), seed, variables)
    pairs = zip(nodes, variables, strict=True)
    settled = settle(*(calculus.projected(node, variable, range(variable.order)) for node, variable in pairs))
    declared = expression.variables | {cotangent: seed}
    return tuple(Expr(node, declared=declared) for node in settled)


def hvp(expression: Expr, wrt: Variable) -> Expr:
    """The Hessian of a scalar times a direction ``d<name>``, of the variable's axes; the Hessian itself is never formed."""
    variable = expression.variable(wrt)
    gradient = calculus.gradients(varied(expression, [variable]), [variable])[0]
    return _in_directions(calculus.directional(gradient, [variable]), expression, [variable])


def differential(expression: Expr, *wrt: Variable, order: int = 1) -> Differential:
    """The differential: linear (of the given degree) in the tensors ``d<name>``; by all variables if none is named."""
    variables = [expression.variable(which) for which in wrt]
    if not wrt:
        variables = sorted(calculus.tensors_of(expression.settled), key=lambda tensor: tensor.name)
    node = settle(calculus.directional(varied(expression, variables), variables, order))[0]
    declared = expression.variables | {direction.name: direction for direction in map(calculus.tangent, variables)}
    return described(Differential(node, expression.role, declared=declared), expression, variables, order)


def _in_directions(node: Node, expression: Expr, variables: Sequence[Tensor]) -> Expr:
    directions = {direction.name: direction for direction in map(calculus.tangent, variables)}
    return Expr(settle(node)[0], expression.role, declared=expression.variables | directions)
