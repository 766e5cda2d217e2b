"""Expressions as programs: callables, standalone source, einsum rows, values. Several expressions share their work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ricci.arguments import Expression, as_expression, size_numbers_of
from ricci.calculus.simplify import simplify
from ricci.evaluation import compiled as nodes_level
from ricci.evaluation.compiled import BACKENDS, Compiled
from ricci.evaluation.slicing import Sliced
from ricci.evaluation.structure import Structured
from ricci.expr import Expr
from ricci.layouts.views import MatrixExpr
from tensor_networks.errors import OperandError, choice, clip
from tensor_networks.evaluation.costs import Cost
from tensor_networks.evaluation.einsum_program import Row, einsum_steps, rows_of
from tensor_networks.nodes import Node, Tensor

Expressions = Expression | Iterable[Expression]


def compile(
    expressions: Expressions,
    backend: str | None = None,
    *,
    optimize: Any = None,
    memory_limit: float | None = None,
    operator: bool = False,
    executor: Any = None,
    progress: Callable[[int, int], None] | None = None,
    slices: int = 2,
    structure: str | None = None,
) -> Compiled | Structured | Sliced:
    """A function of arrays, by name or in alphabetical order, that computes the expressions together.

    It returns an array for an expression, a list for a list. Sizes are read off the arrays; what shapes and dtypes it
    has met it remembers, so that a later call costs little more than its arithmetic. ``f.source`` is standalone code.

    Args:
        expressions: an expression, or several that share their intermediate results.
        backend: ``"numpy"``, ``"jax"`` or ``"torch"``: whose arrays are taken and returned. None: those it is called with.
        optimize: how contraction orders are chosen: None, the name of an opt_einsum path function, a path, or an object
            of opt_einsum's protocol such as ``cotengra.HyperOptimizer()``.
        memory_limit: bytes that results and intermediates may take; 80 % of the physical memory by default.
        operator: return the derivative (one, with axes for rows and columns) as an `Operator`, made of its cores: see
            `ricci.evaluation.structure`. The last group of its axes, that of the last variable, is columns; a matrix in a
            layout has its own rows and columns, and flat vectors are in its order. For NumPy.
        executor: what slices are handed out to: anything with ``submit``, or a function that makes one. What does not
            fit into a given `memory_limit` is computed in slices in any case: see `ricci.evaluation.slicing`.
        progress: called with the number of slices that are done, and of all.
        slices: how many there are at least, if there are any.
        structure: ``"auto"`` is another spelling of ``operator=True``.

    Raises:
        UnknownName: there is no such backend.
        OperandError: two different tensors of the expressions have one name, or an option has no effect here: what
            concerns memory and slices is for NumPy, and not for an operator.
    """
    given, single = _expressions(expressions)
    nodes, _, declared = _simplified(given if not single else given[0])
    if structure is not None:
        choice(structure, ("auto",), "structure")
    whole = operator or structure is not None
    here = backend is None or choice(backend, BACKENDS, "backend") == "numpy"
    place = "for an operator" if whole else "" if here else f"with the backend {clip(backend)}"
    _check_slicing(place, memory_limit=memory_limit, executor=executor, progress=progress)
    if whole:
        if not here or not single:
            raise OperandError("an operator is made of one expression, with NumPy")
        return _structured(given[0], declared)
    compiled = nodes_level.compile(nodes, backend, declared, memory_limit, optimize, single)
    return compiled if executor is None and memory_limit is None else Sliced(compiled, executor, progress, slices)


def _check_slicing(place: str, **options: Any) -> None:
    """Check that the options about slices have an effect; they have none at some place, if one is named."""
    given = [name for name, value in options.items() if value is not None]
    if given and place:
        raise OperandError(f"{given[0]} has no effect {place}", hint="slices are computed with NumPy")
    if given == ["progress"]:
        raise OperandError("progress has no effect without slices", hint="give a memory_limit or an executor")


def _structured(one: Expr, declared: Sequence[Tensor]) -> Structured:
    """The function that returns an operator: the last group of axes is columns, or those of a matrix are."""
    if isinstance(one, MatrixExpr) and one.viewed is not None:
        return Structured(*one.viewed.opened(), declared)
    return Structured(one.settled, sum(one.split[:-1]) if len(one.split) > 1 else one.order // 2, declared)


def evaluate(expressions: Expressions, /, **arrays: Any) -> Any:
    """The value of an expression, or the list of those of several, which share their intermediate results.

    Raises:
        SizeError: two arrays disagree about a size, or nothing says it.
        OperandError: an array is missing, or is not what was declared.
        LimitError: the memory does not suffice.
    """
    nodes, single, declared = _simplified(expressions)
    values = nodes_level.evaluate(nodes, arrays, declared)
    return values[0] if single else values


def source(
    expressions: Expressions,
    backend: str = "numpy",
    *,
    style: str = "fast",
    sizes: Mapping[str, int] | None = None,
    optimize: Any = None,
    name: str = "program",
) -> str:
    """Standalone source of a function of the tensors that imports nothing of ours.

    It returns an array for one expression, a tuple for several. Formula, shapes and sizes stand in a comment.

    Args:
        expressions: an expression, or several that share their intermediate results.
        backend: ``"numpy"``, ``"jax"`` or ``"torch"``.
        style: ``"fast"``, or ``"einsum"``: every product is one einsum string, all else elementwise.
        sizes: the sizes that the order of contraction is chosen for, 100 for those not given; any sizes can be run.
        optimize: see `compile`.
        name: that of the function.

    Raises:
        UnknownName: there is no such backend.
        OperandError: the backend lacks a function, or the function cannot have that name.
    """
    given, _ = _expressions(expressions)
    nodes, _, declared = _simplified(given)
    title = "\n".join(map(str, given))
    return nodes_level.source(nodes, backend, title, declared, size_numbers_of(sizes), optimize, style, name)


def cost(expressions: Expressions, /, sizes: Mapping[str, int] | None = None, **symbols: int) -> Cost:
    """What computing the expressions together costs, for sizes given by symbol (100 for those not given).

    ``cost(e, n=10)`` and ``cost(e, sizes={"n": 10})`` say the same.

    Operations, memory and traffic, how they grow, and the order of contraction; printed, it is a report.

    Raises:
        UnknownName: there is no such size.
    """
    nodes, single, declared = _simplified(expressions)
    return nodes_level.compile(nodes, "numpy", declared, single=single).cost(
        **size_numbers_of(sizes), **size_numbers_of(symbols)
    )


def einsum_program(expressions: Expressions) -> list[Row]:
    """The expressions as rows (spec, names of operands, name of the result) of einsum and elementwise operations.

    Where there are several expressions, the last rows name their results in turn.

    Raises:
        LimitError: a product has more than 52 indices.
    """
    nodes, _, _ = _simplified(expressions)
    return rows_of(einsum_steps(nodes))


def _expressions(given: Expressions) -> tuple[list[Expr], bool]:
    """The expressions, text being read, and whether it was a single one and no collection."""
    if isinstance(given, Mapping):
        raise OperandError("expressions by name are not taken", hint="a list of them is: list(formulas.values())")
    if isinstance(given, Expr | str) or not isinstance(given, Iterable):
        return [as_expression(given)], True
    return [as_expression(one) for one in given], False


def _simplified(expressions: Expressions) -> tuple[list[Node], bool, list[Tensor]]:
    """The nodes of the expressions, jointly simplified; whether it was a single one; and all tensors that were declared."""
    several, single = _expressions(expressions)
    named: dict[str, Tensor] = {}
    for expression in several:
        for name, leaf in expression.variables.items():
            if named.setdefault(name, leaf) is not leaf:
                raise OperandError(f"{clip(name)} stands for two tensors: {named[name]!r} and {leaf!r}")
    nodes = list(simplify(*(expression.node for expression in several)))
    return nodes, single, list(named.values())
