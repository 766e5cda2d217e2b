"""`trace`: an ordinary function written with NumPy becomes an expression, by calling it with expressions."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator, Mapping
from inspect import Parameter, signature
from itertools import islice
from types import CodeType, FrameType, TracebackType
from typing import Any

import numpy as np

from ricci.expr import Expr
from ricci.notation.declarations import parse_declaration
from ricci.notation.numpy.shapes import SizeClash, operand
from ricci.notation.numpy.stand_ins import Untraceable
from ricci.notation.places import is_users
from ricci.stand_ins import with_stand_ins
from ricci.traced import Traced
from ricci.traits.table import declared
from tensor_networks.axes import Axis, atoms, product
from tensor_networks.errors import OperandError, RicciError, TraceError, UnknownName, clip, suggestion
from tensor_networks.nodes import Node, Tensor


def trace(function: Callable[..., Any], /, **declarations: Any) -> Expr:
    """The expression that a function written with NumPy computes.

    The function is called with an expression for every declared parameter: ``trace(f, x="n", A="n n symmetric")``. A
    declaration may also be a number or an array, which is then a constant, or an expression to stand for the parameter.
    Where the function puts a symbol and a number together (``A + np.eye(3)`` with A of n x n), the symbol is that
    number, and the function is called anew with the axis so declared. Random numbers that it draws become constants.

    Raises:
        TraceError: the function does what has no formula: a branch on a value, writing in place, a function without a
            derivative rule. The error says where.
        ShapeError: shapes do not fit.
        UnknownName: a declaration has no parameter, or a parameter no declaration.
    """
    if not callable(function):
        hint = "rc.parse reads text" if isinstance(function, str) else ""
        raise OperandError(f"a function is traced, not {clip(type(function).__name__)}", hint=hint)
    function = with_stand_ins(function)
    sizes: dict[str, int] = {}
    while True:
        arguments = {name: _argument(name, given, sizes) for name, given in declarations.items()}
        declared = [argument.node for argument in arguments.values() if isinstance(argument, Expr)]
        positional, named = _bound(function, arguments)
        try:
            node = _result(function(*positional, **named))
        except SizeClash as clash:
            if clash.binding is None or clash.binding[0] in sizes:
                _locate(clash, clash.__traceback__)
                raise
            sizes.update([clash.binding])
        except (TypeError, ValueError) as error:
            _reraise(error)
            raise
        else:
            return Expr(node, declared={leaf.name: leaf for leaf in declared if isinstance(leaf, Tensor)})


def _argument(name: str, given: Any, sizes: Mapping[str, int]) -> Any:
    """What a parameter is called with: the expression of a declaration, or a constant as it is."""
    if isinstance(given, Expr):
        return Traced(given.node)
    if isinstance(given, int | float | np.ndarray | np.generic):
        return given
    leaf = given if isinstance(given, Node) else parse_declaration(name, given)
    if isinstance(leaf, Tensor) and sizes:
        leaf = declared(leaf.name, (_numbered(size, sizes) for size in leaf.axes), leaf.traits, leaf.marks)
    return Traced(leaf)


def _numbered(size: Axis, sizes: Mapping[str, int]) -> Axis:
    """A size with its symbols replaced by their numbers, where they have one."""
    return product(sizes.get(atom, atom) if isinstance(atom, str) else atom for atom in atoms(size))


def _bound(function: Callable[..., Any], arguments: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """The arguments by place and by name, as the function's parameters want them.

    Raises:
        UnknownName: an argument has no parameter, or a parameter without default no argument.
    """
    positional: list[Any] = []
    named = dict(arguments)
    parameters = signature(function).parameters
    for name, parameter in parameters.items():
        if parameter.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
            continue
        if name not in named:
            if parameter.default is Parameter.empty:
                hint = f'declare its sizes, such as {name}="n"'
                raise UnknownName(f"the parameter {name} is not declared", hint=hint)
        elif parameter.kind is Parameter.POSITIONAL_ONLY:
            positional.append(named.pop(name))
    spare = [name for name in named if name not in parameters]
    if spare and all(parameter.kind is not Parameter.VAR_KEYWORD for parameter in parameters.values()):
        raise UnknownName(f"the function has no parameter {spare[0]}", hint=suggestion(spare[0], parameters))
    return positional, named


def _result(result: Any) -> Node:
    """The node of what a function returned: an expression, a number or an array of numbers.

    Raises:
        TraceError: it is something else.
    """
    if isinstance(result, Expr):
        return result.node
    if isinstance(result, Untraceable):
        result.refuse()
    if result is None:
        raise TraceError("the function returns nothing", hint="it must return the expression it computes")
    if isinstance(result, tuple | list | dict):
        raise TraceError(
            f"the function returns a {type(result).__name__} of {len(result)} results: one expression can be traced",
            hint="trace a function for each, or np.stack them",
        )
    try:
        return operand(result)
    except OperandError as error:
        raise TraceError(f"the function returns what is no expression: {error.message}") from None


# where it happened


def _reraise(error: Exception) -> None:
    """Raise the error of ours that an error is, or that NumPy made it of, with its place."""
    ours = error if isinstance(error, RicciError) else error.__cause__
    if isinstance(ours, RicciError):
        _locate(ours, error.__traceback__)
        raise ours from None


def _locate(error: RicciError, trace_back: TracebackType | None) -> None:
    """Give an error, not yet located, the user's line that it comes from."""
    place = _users_frame(trace_back)
    if place is None:
        return
    frame, instruction = place
    line, start, end = _span(frame.f_code, instruction)
    text = linecache.getline(frame.f_code.co_filename, line, frame.f_globals)
    bare = text.strip()
    if bare:
        indent = len(text) - len(text.lstrip())
        error.locate(bare, max(start - indent, 0), min(end - indent, len(bare)) if end else None)


def _users_frame(trace_back: TracebackType | None) -> tuple[FrameType, int] | None:
    """The innermost frame that is not of this library or of NumPy, and its instruction."""
    found = None
    while trace_back is not None:
        frame = trace_back.tb_frame
        if is_users(frame):
            found = frame, trace_back.tb_lasti
        trace_back = trace_back.tb_next
    return found


def _span(code: CodeType, instruction: int) -> tuple[int, int, int]:
    """The line of an instruction, and the first and last column of its text."""
    positions: Iterator[tuple[int | None, ...]] = islice(code.co_positions(), instruction // 2, None)
    first, last, start, end = next(positions, (None,) * 4)
    return first or code.co_firstlineno, start or 0, (end or 0) if last == first else 0
