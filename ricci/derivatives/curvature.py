"""Curvature that people build by hand: Gauss-Newton and Fisher matrices, Kronecker factors, sums of squares.

With z the outputs of a model, l the loss of them, J the Jacobian of the outputs by the parameters and H the Hessian of the
loss by the outputs, the Gauss-Newton matrix is ``J' H J`` (Schraudolph 2002). It is the Hessian of the loss but for the
curvature of the model, positive semidefinite where the loss is convex in the outputs, and the Fisher matrix where the loss
is the negative log-likelihood of an exponential family in its natural parameters (Martens 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ricci.arguments import (
    Expression,
    Names,
    Variable,
    Wrt,
    as_expression,
    directions_of,
    one_variable,
)
from ricci.calculus import sweeps
from ricci.calculus.simplify import settle
from ricci.expr import Expr, Provenance
from ricci.traits.spaces import projected
from tensor_networks.axes import show_shape
from tensor_networks.errors import DerivativeError, ShapeError, UnknownName, clip
from tensor_networks.networks import Factor, Network, Sum, network, size_of, total
from tensor_networks.nodes import Node, Tensor, leaves
from tensor_networks.numbers import Number
from tensor_networks.rewrite import substitute

OUTPUT = "z"


def gauss_newton(
    loss: Expression, outputs: Expression, wrt: Wrt, other: Variable | None = None, *, stand_in: str = OUTPUT
) -> Expr:
    """The Gauss-Newton matrix of ``loss(outputs(wrt))``: axes of the variable twice, or of two variables (a block).

    The loss is a scalar expression in which one tensor, named by ``stand_in``, stands for the outputs and has their shape.

    Raises:
        ShapeError: the loss is no scalar, or the stand-in has another shape than the outputs.
        UnknownName: there is no stand-in in the loss.
        DerivativeError: the outputs have a tensor of that name.
    """
    loss, outputs = as_expression(loss), as_expression(outputs)
    first = one_variable(outputs, wrt)
    second = first if other is None else outputs.variable(other)
    curvature, place = _output_hessian(loss, outputs, stand_in)
    left, right = _jacobian(outputs, first), _jacobian(outputs, second)
    z, again = _labels("z", place), _labels("y", place)
    a, b = _labels("a", first), _labels("b", second)
    factors = [(curvature, (*z, *again)), (left, (*z, *a)), (right, (*again, *b))]
    return _block(network(factors, (*a, *b)), outputs, loss, (0, first.order, second.order))


def gauss_newton_product(
    loss: Expression, outputs: Expression, wrt: Wrt, *, stand_in: str = OUTPUT, direction: Names | None = None
) -> Expr:
    """The Gauss-Newton matrix times a direction ``d<name>``, of the variable's axes; the matrix is never formed.

    Raises:
        DerivativeError: the name of the direction is taken.
        ShapeError, UnknownName: see `gauss_newton`.
    """
    loss, outputs = as_expression(loss), as_expression(outputs)
    variable = one_variable(outputs, wrt)
    curvature, place = _output_hessian(loss, outputs, stand_in)
    directions = directions_of(outputs, [variable], direction)
    directions_of(loss, [variable], directions[variable].name)
    forward = sweeps.push(outputs.settled, directions)
    z, again = _labels("z", place), _labels("y", place)
    cotangent = network([(curvature, (*z, *again)), (forward, again)], z)
    (node,) = sweeps.pull(outputs.settled, cotangent, [variable])
    node = projected(node, variable, range(variable.order))
    named = {leaf.name: leaf for leaf in directions.values()}
    return Expr(settle(node)[0], declared={**outputs.variables, **loss.variables, **named})


def fisher(log_likelihood: Expression, wrt: Wrt, other: Variable | None = None) -> Expr:
    """The empirical Fisher matrix: the mean over samples of the outer product of the score of each with itself.

    ``log_likelihood`` has one axis, that of the samples; the result has the axes of the variable twice, or of both. It
    estimates the Fisher information where the model is right (Kunstner, Balles and Hennig 2019 on where it is not).

    Raises:
        ShapeError: it has other axes.
    """
    log_likelihood = as_expression(log_likelihood)
    if log_likelihood.order != 1:
        shape = show_shape(log_likelihood.axes)
        raise ShapeError(f"a log-likelihood has one axis, that of the samples, not the shape {shape}")
    first = one_variable(log_likelihood, wrt)
    second = first if other is None else log_likelihood.variable(other)
    left, right = _jacobian(log_likelihood, first), _jacobian(log_likelihood, second)
    a, b = _labels("a", first), _labels("b", second)
    count = size_of(log_likelihood.axes[0])
    node = network([(left, ("s", *a), 1), (right, ("s", *b), 1), (count, (), -1)], (*a, *b))
    return _block(node, log_likelihood, log_likelihood, (0, first.order, second.order))


class KroneckerFactors(NamedTuple):
    """The two factors of a Kronecker approximation: second moments of the inputs and of the output gradients of a layer."""

    inputs: Expr
    gradients: Expr


def kronecker_factors(loss: Expression, inputs: Expression, outputs: Expression, *, stand_in: str = OUTPUT) -> KroneckerFactors:
    """The factors of KFAC for a layer ``outputs = inputs*W``, rows being samples (Martens and Grosse 2015).

    The curvature by W is about ``kron(inputs, gradients)``: the mean over samples of ``a a'`` and of ``g g'``, where g is
    the gradient of the loss of a sample by its outputs. The loss is a sum over samples in which a tensor, named by
    ``stand_in``, stands for the outputs.

    Raises:
        ShapeError: inputs and outputs are no matrices of as many rows.
    """
    loss, inputs, outputs = as_expression(loss), as_expression(inputs), as_expression(outputs)
    if inputs.order != 2 or outputs.order != 2 or inputs.axes[0] != outputs.axes[0]:
        shapes = f"{show_shape(inputs.axes)} and {show_shape(outputs.axes)}"
        raise ShapeError(f"the inputs and outputs of a layer are matrices of as many rows, not {shapes}")
    place = _stand_in(loss, outputs, stand_in)
    gradient = substitute(sweeps.gradients(loss.settled, [place])[0], {place: outputs.settled})
    count = size_of(inputs.axes[0])
    parts = [network([(node, "si", 1), (node, "sj", 1), (count, "", -1)], "ij") for node in (inputs.settled, gradient)]
    declared = {**outputs.variables, **inputs.variables, **loss.variables}
    return KroneckerFactors(*(Expr(node, declared=declared) for node in settle(*parts)))


def residuals(loss: Expression) -> list[tuple[Expr, Number]]:
    """The parts r of a loss that is a sum of squares, ``sum_k c_k*norm2(r_k)^2``, each with its number c.

    Raises:
        ShapeError: the loss is no such sum.
    """
    loss = as_expression(loss)
    node = loss.settled
    terms: Sequence[tuple[Node, Number]] = node.terms if isinstance(node, Sum) else [(node, 1)]
    found: list[tuple[Expr, Number]] = []
    for term, number in terms:
        square = _square(term)
        if square is None:
            raise ShapeError(f"{Expr(term)} is not a sum of squares")
        found.append((Expr(square, declared=loss.variables), number))
    return found


def sum_of_squares_curvature(loss: Expression, wrt: Wrt) -> Expr:
    """The Gauss-Newton matrix of a loss that is a sum of squares: ``sum_k 2 c_k J_k' J_k``.

    Raises:
        ShapeError: the loss is no sum of squares.
    """
    loss = as_expression(loss)
    variable = one_variable(loss, wrt)
    a, b = _labels("a", variable), _labels("b", variable)
    terms = []
    for residual, number in residuals(loss):
        jacobian = _jacobian(residual, variable)
        inner = [f"r{axis}" for axis in range(residual.order)]
        terms.append((network([(jacobian, (*inner, *a)), (jacobian, (*inner, *b))], (*a, *b)), 2 * number))
    node = total(terms, variable.axes * 2)
    return _block(node, loss, loss, (0, variable.order, variable.order))


def _square(node: Node) -> Node | None:
    """r, if the node is the sum of the squares of all entries of r."""
    if not isinstance(node, Network) or node.outputs or not node.factors:
        return None
    if any(not isinstance(factor.exponent, int) or factor.exponent % 2 for factor in node.factors):
        return None
    halves = [Factor(factor.node, factor.slots, factor.exponent // 2) for factor in node.factors]
    wires = dict.fromkeys(wire for factor in halves for group in factor.slots for wire in group)
    if len(wires) < len(node.sizes):
        return None
    return network(halves, wires, {wire: node.sizes[wire] for wire in wires})


def _output_hessian(loss: Expr, outputs: Expr, name: str) -> tuple[Node, Tensor]:
    """The Hessian of the loss by its outputs, at the outputs, and the tensor that stood for them."""
    place = _stand_in(loss, outputs, name)
    hessian = sweeps.derivative(loss.settled, [place, place])
    return substitute(hessian, {place: outputs.settled}), place


def _stand_in(loss: Expr, outputs: Expr, name: str) -> Tensor:
    """The tensor that stands for the outputs in the loss, checked."""
    if loss.order:
        raise ShapeError(f"a loss is a scalar, not a tensor of shape {show_shape(loss.axes)}")
    found = loss.variables.get(name)
    if found is None:
        raise UnknownName(
            f"no tensor {clip(name)} stands for the outputs in the loss", hint='such as norm2(z - y)^2; stand_in="..." names it'
        )
    if any(leaf.name == name for leaf in leaves(outputs.node)):
        raise DerivativeError(f"{clip(name)} stands for the outputs and is a tensor in them", hint='or say stand_in="..."')
    if found.axes != outputs.axes:
        shapes = f"{show_shape(found.axes)} in the loss and {show_shape(outputs.axes)}"
        raise ShapeError(f"the outputs {clip(name)} have the shape {shapes}")
    return found


def _jacobian(expression: Expr, variable: Tensor) -> Node:
    return sweeps.push(expression.settled, {variable: sweeps.identity(variable)}, variable.axes)


def _labels(letter: str, variable: Tensor) -> list[str]:
    return [f"{letter}{axis}" for axis in range(variable.order)]


def _block(node: Node, outputs: Expr, loss: Expr, split: tuple[int, ...]) -> Expr:
    declared = {**outputs.variables, **loss.variables}
    return Expr(settle(node)[0], Provenance(split=split), declared=declared)
