"""Layouts: a derivative is one index-labelled tensor, and every convention of writing it as a matrix is a view of it.

Numerator layout: rows are the axes of the value, columns those of the last variable; denominator layout is its transpose. A
group of several axes is flattened column-major (``vec="column"``, as vec is in Magnus & Neudecker) or row-major.
"""

from __future__ import annotations

from collections.abc import Sequence

from ricci.expr import Expr
from tensor_networks.errors import RicciError
from tensor_networks.networks import network
from tensor_networks.nodes import Node

LAYOUTS = ("numerator", "denominator")
ORDERS = ("column", "row")


def matrix(expression: Expr, layout: str = "numerator", vec: str | None = None) -> Expr:
    """A derivative as a matrix.

    The rows of the numerator layout are the value's axes (all but those of the last variable), its columns the last variable's.
    The derivative of a scalar is a row in numerator and a column in denominator layout; by a matrix it has the variable's shape
    in denominator layout, and in numerator layout the transposed one - or, if ``vec`` is named, it is the row of the flattened
    variable. Without ``vec`` groups are flattened column-major.

    Raises:
        RicciError: there is no such layout or order of flattening.
    """
    if layout not in LAYOUTS or vec not in (None, *ORDERS):
        raise RicciError(f"layout is one of {', '.join(LAYOUTS)} and vec one of {', '.join(ORDERS)}", hint=f"got {layout!r}, {vec!r}")
    columns = expression.split[-1] if len(expression.split) > 1 else expression.order // 2
    rows = expression.order - columns
    if rows == 0:
        return _scalar_by(expression, columns, layout, vec)
    if columns == 0 and (rows < 2 or (rows == 2 and vec is None)):
        flipped = layout == "denominator"
        return _view(expression, expression.transposed.node if flipped else expression.node, "row" if flipped and rows == 1 else "", layout)
    order = vec or "column"
    above, beside = flat(range(rows), order), flat(range(rows, expression.order), order)
    groups = [group for group in (above, beside) if group]
    if layout == "denominator":
        groups.reverse()
    role = "row" if len(groups) == 1 and layout == "denominator" else ""
    return _view(expression, _grouped(expression.node, groups), role, layout, order)


def _scalar_by(expression: Expr, columns: int, layout: str, vec: str | None) -> Expr:
    """The derivative of a scalar."""
    places = tuple(range(columns))
    if layout == "denominator" and columns <= 2:
        return _view(expression, expression.node, "", layout)
    if columns == 2 and vec is None:
        return _view(expression, _grouped(expression.node, [(1,), (0,)]), "", layout)
    if columns == 0:
        return _view(expression, expression.node, "", layout)
    order = vec or "column"
    return _view(expression, _grouped(expression.node, [flat(places, order)]), "row" if layout == "numerator" else "", layout, order)


def flat(axes: Sequence[int], order: str) -> tuple[int, ...]:
    """The axes in the order in which row-major flattening of them gives the flattening asked for."""
    return tuple(axes) if order == "row" else tuple(reversed(axes))


def _grouped(node: Node, groups: Sequence[tuple[int, ...]]) -> Node:
    return network([(node, range(node.order))], groups)


def _view(expression: Expr, node: Node, role: str, layout: str, vec: str = "") -> Expr:
    view = MatrixExpr(node, role, declared=expression.variables)
    view.legend = f"{view.shape_text}, {layout} layout" + (f", {vec}-major" if vec else "")
    return view


class MatrixExpr(Expr):
    """An expression that stands for a matrix: vectors evaluate to arrays of one row or one column."""

    __slots__ = ()
    view = "matrix"

    @property
    def shape_text(self) -> str:
        """The shape as text, a vector with its 1."""
        from tensor_networks.axes import show, show_shape

        if self.order != 1:
            return show_shape(self.axes)
        size = show(self.axes[0])
        return f"1 x {size}" if self.role == "row" else f"{size} x 1"

    def __call__(self, /, **arrays: object) -> object:
        """The value as a matrix: two axes, also for rows and columns."""
        value = super().__call__(**arrays)
        if self.order == 1:
            return value.reshape((1, -1) if self.role == "row" else (-1, 1))
        return value
