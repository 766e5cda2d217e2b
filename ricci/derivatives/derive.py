"""Derivatives of expressions, for any shapes and to any order.

``wrt`` is a variable or a sequence of variables. In `derivative` several are taken in turn; in `jvp`, `vjp`, `hvp` and
`differential` together; `grad`, `jacobian` and `hessian` then give a tuple, an entry for each. What is linear in
a direction has a tensor ``d<name>`` in it, or one with the name that ``direction=`` gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from ricci.arguments import (
    Directions,
    Expression,
    Names,
    Variable,
    Variables,
    Wrt,
    as_expression,
    directions_of,
    is_one,
    new_tensor,
    one_variable,
    variables_of,
)
from ricci.calculus import sweeps
from ricci.calculus.selection import selected
from ricci.calculus.simplify import settle
from ricci.derivatives.differentials import Differential
from ricci.expr import Expr, Provenance
from ricci.traits.spaces import by_free_entries, is_curved, projected
from ricci.traits.table import has
from tensor_networks.axes import show_shape
from tensor_networks.errors import DerivativeError, ShapeError, UnknownName, choice, clip
from tensor_networks.networks import total
from tensor_networks.nodes import Node, Tensor, leaves

__all__ = [
    "Variable",
    "derivative",
    "differential",
    "divergence",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "laplacian",
    "value_and_grad",
    "vjp",
]


def derivative(expression: Expression, *wrt: Wrt, structure: str = "projected") -> Expr:
    """The derivative by each variable in turn.

    Axes: those of the expression, then those of ``wrt[0]``, ``wrt[1]``, ... A variable that does not occur gives the zero of
    that shape. The derivative by a structured variable (symmetric, diagonal, orthogonal, simplex, ...) is the Frechet one,
    projected onto the tangent space of that structure. With ``structure="free"`` it is the derivative by the free entries
    of the variable (Matrix Cookbook, section 2.8: ``G + G' - diag(diag(G))`` for a symmetric one). With
    ``structure="ambient"`` it is that of the formula as it is written, by a variable without structure. Neither of these is
    what `verify` checks.

    Raises:
        UnknownName: a variable neither occurs nor was declared.
        DerivativeError: a function has no derivative rule, the structure has no free entries, or there are no directions
            in which the variable could change (it is a permutation, one-hot, constant).
    """
    choice(structure, ("projected", "free", "ambient"), "structure", DerivativeError)
    expression = as_expression(expression)
    variables = variables_of(expression, *wrt)
    if structure == "projected":
        return _derived(sweeps.derivative(expression.settled, variables), expression, variables)
    node = expression.settled if structure == "free" else expression.node
    for variable in variables:
        order = node.order
        node = sweeps.plain_derivative(node, variable)
        node = by_free_entries(node, variable, range(order, node.order)) if structure == "free" else node
    return _derived(node, expression, variables).described(origin=None)  # not what difference quotients on the structure tell


def _derived(node: Node, expression: Expr, variables: Sequence[Tensor]) -> Expr:
    split = (expression.order, *(variable.order for variable in variables))
    declared = expression.variables | {variable.name: variable for variable in variables}
    heights = None if expression.heights is None else expression.heights.derived(variables)
    return Expr(node, Provenance((expression, tuple(variables)), split, heights=heights), declared=declared)


@overload
def jacobian(expression: Expression, wrt: Variable) -> Expr: ...
@overload
def jacobian(expression: Expression, wrt: Variables) -> tuple[Expr, ...]: ...
def jacobian(expression: Expression, wrt: Wrt) -> Expr | tuple[Expr, ...]:
    """The derivative of a tensor by a variable: axes of the expression, then those of the variable. A tuple for several.

    A forward sweep through the structure; a scalar takes a reverse one.

    Raises:
        UnknownName: a variable neither occurs nor was declared.
        DerivativeError: a function has no derivative rule.
    """
    expression = as_expression(expression)
    found = tuple(derivative(expression, variable) for variable in variables_of(expression, wrt))
    return found[0] if is_one(wrt) else found


@overload
def hessian(expression: Expression, wrt: Variable, other: Variable | None = None) -> Expr: ...
@overload
def hessian(expression: Expression, wrt: Variables, other: None = None) -> tuple[tuple[Expr, ...], ...]: ...
def hessian(expression: Expression, wrt: Wrt, other: Variable | None = None) -> Expr | tuple[tuple[Expr, ...], ...]:
    """The second derivative, by one variable twice or (mixed) by two.

    Axes: those of the expression, then those of ``wrt``, then those of ``wrt`` again or of ``other``. By a sequence of
    variables it is the tuple of its rows of blocks. ``hessian(f, W) @ V`` is its product with a direction.

    Raises:
        UnknownName: a variable neither occurs nor was declared.
        DerivativeError: a function has no derivative rule.
    """
    expression = as_expression(expression)
    variables = variables_of(expression, wrt)
    if is_one(wrt):
        return _second(expression, variables[0], other)
    if other is not None:
        raise UnknownName("a sequence of variables gives all blocks: the second variable is not needed beside it")
    return tuple(tuple(derivative(expression, one, two) for two in variables) for one in variables)


def _second(expression: Expr, wrt: Variable, other: Variable | None = None) -> Expr:
    return derivative(expression, wrt, wrt if other is None else other)


def laplacian(expression: Expression, wrt: Wrt) -> Expr:
    """The sum of the second derivatives by each entry of a variable, or of several; it has the axes of the expression.

    The Hessian itself is never formed.

    Raises:
        UnknownName: a variable neither occurs nor was declared.
        DerivativeError: a function has no derivative rule.
    """
    expression = as_expression(expression)
    terms = []
    for variable in variables_of(expression, wrt):
        second = _second(expression, variable)
        letters = _letters(second.order - second.split[-1])
        own = letters[expression.order :]
        terms.append((selected(second.settled, f"{letters}{own}->{letters[: expression.order]}"), 1))
    (node,) = settle(total(terms, expression.axes))
    return Expr(node, declared=expression.variables)


def divergence(expression: Expression, wrt: Wrt) -> Expr:
    """The trace of the derivative of a tensor by a variable of the same shape, a scalar; the Jacobian is never formed.

    Raises:
        ShapeError: the shapes differ.
        UnknownName: the variable neither occurs nor was declared.
    """
    expression = as_expression(expression)
    variable = one_variable(expression, wrt)
    if expression.axes != variable.axes:
        shapes = f"{show_shape(expression.axes)} by {variable.name} of shape {show_shape(variable.axes)}"
        raise ShapeError(f"a divergence is that of a field by its own coordinates, not of {shapes}")
    letters = _letters(expression.order)
    whole = derivative(expression, variable)
    return Expr(selected(whole.settled, f"{letters}{letters}->"), declared=expression.variables)


def _letters(count: int) -> str:
    return "".join(chr(ord("a") + place) for place in range(count))


@overload
def grad(expression: Expression, wrt: Variable) -> Expr: ...
@overload
def grad(expression: Expression, wrt: Variables) -> tuple[Expr, ...]: ...
def grad(expression: Expression, wrt: Wrt) -> Expr | tuple[Expr, ...]:
    """The gradient of a scalar: it has the axes of the variable. Several variables share one reverse sweep and give a tuple.

    Of a tensor it is the derivative (see `jacobian`), so that the gradient of a gradient is the Hessian.

    Raises:
        UnknownName: a variable neither occurs nor was declared.
        DerivativeError: a function has no derivative rule.
    """
    expression = as_expression(expression)
    variables = variables_of(expression, wrt)
    if expression.order:
        nodes = [sweeps.derivative(expression.settled, [variable]) for variable in variables]
    else:
        nodes = sweeps.gradients(expression.settled, variables)
    found = tuple(_derived(node, expression, [variable]) for node, variable in zip(nodes, variables, strict=True))
    return found[0] if is_one(wrt) else found


@overload
def value_and_grad(expression: Expression, wrt: Variable) -> tuple[Expr, Expr]: ...
@overload
def value_and_grad(expression: Expression, wrt: Variables) -> tuple[Expr, tuple[Expr, ...]]: ...
def value_and_grad(expression: Expression, wrt: Wrt) -> tuple[Expr, Expr | tuple[Expr, ...]]:
    """The expression and its gradient, to be compiled together: `compile` computes once what the two share."""
    expression = as_expression(expression)
    return expression, grad(expression, wrt)


def jvp(expression: Expression, *wrt: Wrt, direction: Names | None = None) -> Expr:
    """The Jacobian times directions: tensors named ``d<name>``, one for each variable. Axes: those of the expression.

    One forward sweep; the Jacobian is never formed. ``direction`` gives other names, one for each variable.

    Raises:
        DerivativeError: the name of a direction is taken, or a function has no derivative rule.
        UnknownName: a variable neither occurs nor was declared.
    """
    expression = as_expression(expression)
    directions = directions_of(expression, variables_of(expression, *wrt), direction, _own(expression))
    return _in_directions(sweeps.push(expression.settled, directions), expression, directions)


def vjp(expression: Expression, *wrt: Wrt, cotangent: str = "u") -> tuple[Expr, ...]:
    """A tensor named by ``cotangent``, of the expression's axes, times the Jacobian; one expression for each variable.

    One reverse sweep for all variables; the Jacobian is never formed.

    Raises:
        DerivativeError: the name of the cotangent is taken, or a function has no derivative rule.
        ParseError: it is no name.
    """
    expression = as_expression(expression)
    variables = variables_of(expression, *wrt)
    seed = new_tensor(expression, cotangent, expression.axes, "cotangent")
    nodes = sweeps.pull(expression.settled, seed, variables)
    pairs = zip(nodes, variables, strict=True)
    declared = expression.variables | {cotangent: seed}
    return tuple(Expr(projected(node, variable, range(variable.order)), declared=declared) for node, variable in pairs)


@overload
def hvp(expression: Expression, wrt: Variable, direction: Names | None = None) -> Expr: ...
@overload
def hvp(expression: Expression, wrt: Variables, direction: Names | None = None) -> tuple[Expr, ...]: ...
def hvp(expression: Expression, wrt: Wrt, direction: Names | None = None) -> Expr | tuple[Expr, ...]:
    """The Hessian of a scalar times a direction ``d<name>``, of the variable's axes; the Hessian itself is never formed.

    For several variables it is the Hessian by all of them times their directions together, a tuple. A forward sweep of a
    reverse one: about four times the cost of the value.

    Raises:
        DerivativeError: the name of a direction is taken, or a function has no derivative rule.
        ShapeError: the expression is no scalar.
    """
    expression = as_expression(expression)
    variables = variables_of(expression, wrt)
    directions = directions_of(expression, variables, direction, _own(expression))
    gradients = sweeps.gradients(expression.settled, variables, last=False)
    found = tuple(_in_directions(sweeps.push(node, directions), expression, directions) for node in gradients)
    return found[0] if is_one(wrt) else found


def differential(expression: Expression, *wrt: Wrt, order: int = 1, direction: Names | None = None) -> Differential:
    """The differential: linear (of the given degree) in the tensors ``d<name>``; by all variables if none is named.

    It has the axes of the expression. ``direction`` gives other names, one for each variable. Directions are tangent to the
    structure of their variable; a higher differential by an orthogonal (orthonormal, idempotent) one is that along the
    projections of ``d<name>``, so that it is the second derivative along a geodesic.

    Raises:
        DerivativeError: the name of a direction is taken, or a function has no derivative rule.
        UnknownName: a variable neither occurs nor was declared.
    """
    expression = as_expression(expression)
    if not isinstance(order, int) or order < 1:
        raise DerivativeError(f"the order of a differential is 1, 2, ..., not {clip(order)}")
    variables = variables_of(expression, *wrt)
    if not wrt:
        own = set(_own(expression).values())
        occurring = leaves(expression.settled) - own
        variables = [leaf for leaf in expression.variables.values() if leaf in occurring and not has(leaf, "rigid")]
    directions = directions_of(expression, variables, direction, _own(expression))
    node = expression.settled
    seeds: dict[Tensor, Node] = {
        leaf: sweeps.along(leaf, direction) if order > 1 and is_curved(leaf) else direction
        for leaf, direction in directions.items()
    }
    for done in range(order):
        node = sweeps.push(node, seeds, last=done == order - 1)
    declared = _declared(expression, directions)
    told = Provenance(role=expression.role)
    return Differential(node, told, declared=declared, of=expression, directions=directions, degree=order)


def _own(expression: Expr) -> Directions:
    """The directions that an expression has already, if it is a differential."""
    return expression.directions if isinstance(expression, Differential) else {}


def _in_directions(node: Node, expression: Expr, directions: Directions) -> Expr:
    return Expr(node, Provenance(role=expression.role), declared=_declared(expression, directions))


def _declared(expression: Expr, directions: Directions) -> dict[str, Tensor]:
    return expression.variables | {direction.name: direction for direction in directions.values()}
