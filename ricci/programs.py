"""Expressions as programs: callables, standalone source, einsum rows, values. Several expressions share their work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ricci import compile as nodes_level
from ricci.compile import Compiled
from ricci.expr import Expr, nodes_of
from ricci.slicing import Sliced
from ricci.structure import Structured
from ricci.views import MatrixExpr
from tensor_networks.costs import Cost
from tensor_networks.einsum_program import Row, einsum_steps, rows_of
from tensor_networks.errors import OperandError, clip
from tensor_networks.nodes import Node, Tensor

Expressions = Expr | Iterable[Expr]


def compile(
    expressions: Expressions,
    backend: str | None = None,
    *,
    optimize: Any = None,
    memory_limit: float | None = None,
    structure: str | None = None,
    executor: Any = None,
    progress: Callable[[int, int], None] | None = None,
    slices: int = 2,
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
        structure: ``"auto"`` for a function that returns the derivative (one, of order 2 at least) as an `Operator`,
            made of its cores: see `ricci.structure`. The last group of its axes, that of the last variable, is columns;
            a matrix in a layout has its own rows and columns, and flat vectors are in its order.
        executor: what slices are handed out to: anything with ``submit``, or a function that makes one. What does not
            fit into a given `memory_limit` is computed in slices in any case: see `ricci.slicing`.
        progress: called with the number of slices that are done, and of all.
        slices: how many there are at least, if there are any.

    Raises:
        UnknownName: there is no such backend.
        OperandError: two different tensors of the expressions have one name.
    """
    nodes, single, declared = _settled(expressions)
    if structure is not None:
        if structure != "auto" or backend not in (None, "numpy") or not isinstance(expressions, Expr):
            raise OperandError('structure="auto" is for one expression and NumPy')
        if isinstance(expressions, MatrixExpr) and expressions.viewed is not None:
            return Structured(*expressions.viewed.opened(), declared)
        split = expressions.split
        rows = sum(split[:-1]) if len(split) > 1 else expressions.order // 2
        return Structured(nodes[0], rows, declared)
    compiled = nodes_level.compile(nodes, backend, declared, memory_limit, optimize, single)
    if (executor is None and memory_limit is None) or backend not in (None, "numpy"):
        return compiled
    return Sliced(compiled, executor, progress, slices)


def evaluate(expressions: Expressions, /, **arrays: Any) -> Any:
    """The value of an expression, or the list of those of several, which share their intermediate results.

    Raises:
        SizeError: two arrays disagree about a size, or nothing says it.
        OperandError: an array is missing, or is not what was declared.
        LimitError: the memory does not suffice.
    """
    nodes, single, declared = _settled(expressions)
    values = nodes_level.evaluate(nodes, arrays, declared)
    return values[0] if single else values


def source(
    expressions: Expressions,
    backend: str = "numpy",
    *,
    style: str = "fast",
    sizes: Mapping[str, int] | None = None,
    optimize: Any = None,
) -> str:
    """Standalone source of a function ``program`` of the tensors that imports nothing of ours.

    It returns an array for one expression, a tuple for several. Formula, shapes and sizes stand in a comment.

    Args:
        expressions: an expression, or several that share their intermediate results.
        backend: ``"numpy"``, ``"jax"`` or ``"torch"``.
        style: ``"fast"``, or ``"einsum"``: every product is one einsum string, all else elementwise.
        sizes: the sizes that the order of contraction is chosen for, 100 for those not given; any sizes can be run.
        optimize: see `compile`.

    Raises:
        UnknownName: there is no such backend.
        OperandError: the backend lacks a function.
    """
    expressions = [expressions] if isinstance(expressions, Expr) else list(expressions)
    nodes, _, declared = _settled(expressions)
    title = "\n".join(map(str, expressions))
    return nodes_level.source(nodes, backend, title, declared, sizes, optimize, style)


def cost(expressions: Expressions, /, **sizes: int) -> Cost:
    """What computing the expressions together costs, for sizes given by symbol (100 for those not given).

    Operations, memory and traffic, how they grow, and the order of contraction; printed, it is a report.

    Raises:
        UnknownName: there is no such size.
    """
    nodes, single, declared = _settled(expressions)
    return nodes_level.compile(nodes, "numpy", declared, single=single).cost(**sizes)


def einsum_program(expressions: Expressions) -> list[Row]:
    """The expressions as rows (spec, names of operands, name of the result) of einsum and elementwise operations.

    Where there are several expressions, the last rows name their results in turn.

    Raises:
        LimitError: a product has more than 52 indices.
    """
    nodes, _, _ = _settled(expressions)
    return rows_of(einsum_steps(nodes))


def _settled(expressions: Expressions) -> tuple[list[Node], bool, list[Tensor]]:
    """The nodes of the expressions, jointly settled; whether it was a single one; and all tensors that were declared."""
    single = isinstance(expressions, Expr)
    several = [expressions] if isinstance(expressions, Expr) else list(expressions)
    named: dict[str, Tensor] = {}
    for expression in several:
        if not isinstance(expression, Expr):
            raise OperandError(f"an expression is needed, not {clip(type(expression).__name__)}")
        for name, leaf in expression.variables.items():
            if named.setdefault(name, leaf) is not leaf:
                raise OperandError(f"{clip(name)} stands for two tensors: {named[name]!r} and {leaf!r}")
    nodes = [several[0].settled] if single else list(nodes_of(several))
    return nodes, single, list(named.values())
