"""`rearrange`: permuting, grouping and splitting axes by a pattern, as einops does, but with symbolic sizes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ricci.expr import Expr, Provenance
from ricci.layouts.views import MatrixExpr, view
from tensor_networks.axes import Axis, product, quotient, show, show_shape
from tensor_networks.errors import OperandError, ParseError, ShapeError, clip
from tensor_networks.networks import network

Side = list[tuple[str, ...]]


def rearrange(expression: Expr, text: str, /, **sizes: Axis) -> Expr:
    """The expression with its axes named on the left of ``->``, and put together on the right.

    Names in parentheses are one axis, flattened row-major: ``i j k l -> (j i) (l k)``. On the left they split an axis; all
    but one of their sizes are given (``rearrange("(a b) c -> a (b c)", a="n")``), unless the axis is a product that says them.

    Raises:
        ParseError: the pattern is not one, or its sides differ; shows the place.
        ShapeError: it does not fit the axes.
    """
    before, after = _sides(text)
    if len(before) != expression.order:
        message = f"the pattern has {len(before)} axes, the expression {expression.order} ({show_shape(expression.axes)})"
        raise ShapeError(message, text=text, start=0, end=text.index("->"))
    found: dict[str, Axis] = {}
    for group, size in zip(before, expression.axes, strict=True):
        found |= _measured(group, size, sizes, text)
    unknown = [name for name in sizes if name not in found]
    if unknown:
        raise ShapeError(f"a size is given for {unknown[0]}, which is not in the pattern", text=text, start=0, end=len(text))
    if all(len(group) == 1 for group in before) and len(after) <= 2 and any(len(group) != 1 for group in after):
        places = {group[0]: axis for axis, group in enumerate(before)}
        rows, columns = (tuple(places[name] for name in group) for group in [*after, ()][:2])
        return view(expression, rows, columns, text)
    node = network([(expression.node, before)], after, dict(found))
    if len(after) == 2:
        return MatrixExpr(node, Provenance(legend=text), declared=expression.variables)
    return Expr(node, Provenance(legend=f"{show_shape(node.axes)}    {text}"), declared=expression.variables)


def _sides(text: str) -> tuple[Side, Side]:
    """The two sides of a pattern."""
    if not isinstance(text, str):
        raise OperandError(f"a pattern is text, not {clip(type(text).__name__)}", hint="such as 'i j k l -> (j i) (l k)'")
    if text.count("->") != 1:
        raise ParseError("a pattern has one ->, such as 'i j k l -> (j i) (l k)'", text=text, start=0, end=len(text))
    left, right = text.split("->")
    before, after = _groups(left, text, 0), _groups(right, text, len(left) + 2)
    for names, others, start in ((after, before, len(left) + 2), (before, after, 0)):
        flat = [name for group in names for name in group]
        missing = {name for group in others for name in group}
        for place, name in enumerate(flat):
            where = text.index(name, start)
            if name in flat[:place]:
                raise ParseError(f"{name} occurs twice on one side", text=text, start=where, end=where + len(name))
            if name not in missing:
                raise ParseError(
                    f"{name} is on one side only",
                    text=text,
                    start=where,
                    end=where + len(name),
                    hint="a rearrangement keeps all axes",
                )
    return before, after


def _groups(side: str, text: str, offset: int) -> Side:
    """The axes of one side."""
    out: Side = []
    for found in re.finditer(r"\(([^()]*)\)|([^\W\d]\w*)|(\S)", side):
        if found.group(3):
            raise ParseError(
                f"{found.group(3)!r} has no meaning in a pattern",
                text=text,
                start=offset + found.start(),
                end=offset + found.end(),
            )
        out.append(tuple(found.group(1).split()) if found.group(1) is not None else (found.group(2),))
    return out


def _measured(group: tuple[str, ...], size: Axis, known: Mapping[str, Axis], text: str) -> dict[str, Axis]:
    """The sizes of the names of one axis."""
    open_ = [name for name in group if name not in known]
    given = product(known[name] for name in group if name in known)
    found = {name: known[name] for name in group if name in known}
    if len(open_) > 1:
        raise ShapeError(
            f"say the size of {open_[0]} or of {open_[1]}", text=text, start=text.index(open_[0]), end=text.index(open_[0]) + 1
        )
    rest = quotient(size, given)
    if rest is None or (not open_ and rest != 1):
        raise ShapeError(
            f"an axis of size {show(size)} cannot be split by {show(given)}", text=text, start=0, end=text.index("->")
        )
    return found | dict.fromkeys(open_, rest)
