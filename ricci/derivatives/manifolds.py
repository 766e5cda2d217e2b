"""Gradients on manifolds of matrices: the derivative of a scalar, projected onto the directions that stay on the manifold.

With G the gradient in the space of all matrices:

- Stiefel, X'X = I: ``G - X*(X'*G + G'*X)/2`` in the embedding, ``G - X*G'*X`` in the canonical metric (Edelman, Arias and
  Smith 1998, 2.4.1);
- Grassmann, the column space of X with X'X = I: ``G - X*X'*G`` (ibid., 2.5.3);
- sphere, of all entries: ``G - x*<x, G>``;
- the cone of symmetric positive definite matrices: ``X*(G + G')*X/2`` in the affine invariant metric (Pennec 2006);
- simplex, entries positive and summing to one: ``x.*(G - <x, G>)`` in the metric of Fisher and Rao.

That the variable lies on the manifold is the caller's word, or that of its trait (orthonormal, spd, simplex).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from ricci.arguments import Expression, Wrt, as_expression, one_variable
from ricci.calculus import sweeps
from ricci.calculus.simplify import settle
from ricci.expr import Expr
from ricci.traits.table import check_directions
from tensor_networks.axes import show_shape
from tensor_networks.errors import DerivativeError, ShapeError, choice
from tensor_networks.networks import network, total
from tensor_networks.nodes import Node, Tensor

HALF = Fraction(1, 2)


def _stiefel(x: Node, g: Node) -> Node:
    inner = network([(x, "ki"), (g, "kj")], "ij")
    both = total([(inner, HALF), (network([(inner, "ij")], "ji"), HALF)])
    return total([(g, 1), (network([(x, "ij"), (both, "jk")], "ik"), -1)])


def _stiefel_canonical(x: Node, g: Node) -> Node:
    return total([(g, 1), (network([(x, "ij"), (g, "kj"), (x, "kl")], "il"), -1)])


def _grassmann(x: Node, g: Node) -> Node:
    return total([(g, 1), (network([(x, "ij"), (x, "kj"), (g, "kl")], "il"), -1)])


def _spd(x: Node, g: Node) -> Node:
    both = total([(g, HALF), (network([(g, "ij")], "ji"), HALF)])
    return network([(x, "ij"), (both, "jk"), (x, "kl")], "il")


def _sphere(x: Node, g: Node) -> Node:
    wires = range(x.order)
    along = network([(x, wires), (g, wires)], ())
    return total([(g, 1), (network([(along, ()), (x, wires)], wires), -1)])


def _simplex(x: Node, g: Node) -> Node:
    mean = network([(x, "i"), (g, "i")], "")
    return total([(network([(x, "i"), (g, "i")], "i"), 1), (network([(x, "i"), (mean, "")], "i"), -1)])


MANIFOLDS: dict[str, tuple[int | None, Callable[[Node, Node], Node]]] = {
    "stiefel": (2, _stiefel),
    "stiefel canonical": (2, _stiefel_canonical),
    "grassmann": (2, _grassmann),
    "spd": (2, _spd),
    "sphere": (None, _sphere),
    "simplex": (1, _simplex),
}


def riemannian_gradient(expression: Expression, wrt: Wrt, manifold: str) -> Expr:
    """The gradient of a scalar by a variable that lies on a manifold: of the variable's axes, tangent at the variable.

    ``manifold`` is one of ``stiefel``, ``stiefel canonical``, ``grassmann``, ``spd``, ``sphere`` and ``simplex``.

    Raises:
        DerivativeError: there is no such manifold, or no directions in which the variable could change.
        ShapeError: the expression is no scalar, or the variable has another number of axes than those of the manifold.
    """
    choice(manifold, MANIFOLDS, "manifold", DerivativeError)
    order, projection = MANIFOLDS[manifold]
    expression = as_expression(expression)
    variable = one_variable(expression, wrt)
    _check(variable, manifold, order)
    check_directions(variable)
    if expression.order:
        raise ShapeError(f"a gradient is that of a scalar, not of a tensor of shape {show_shape(expression.axes)}")
    gradient = sweeps.plain_derivative(expression.settled, variable)
    return Expr(settle(projection(variable, gradient))[0], declared=expression.variables)


def _check(variable: Tensor, manifold: str, order: int | None) -> None:
    shape = show_shape(variable.axes)
    if order is not None and variable.order != order:
        what = {1: "vectors", 2: "matrices"}[order]
        raise ShapeError(f"{manifold} is a manifold of {what}; {variable.name} is of shape {shape}")
    if manifold == "spd" and len(set(variable.axes)) > 1:
        raise ShapeError(f"spd is a manifold of square matrices; {variable.name} is of shape {shape}")
