"""Layouts: a derivative is one index-labelled tensor, and every convention of writing it as a matrix is a view of it.

A view is the same network with its axes in groups: numerator layout has the axes of the value as rows and those of the last
variable as columns, denominator layout is its transpose, blocks put an axis of each into rows and columns. A group of several
axes is flattened column-major (``vec="column"``, as vec is in Magnus & Neudecker) or row-major. Nothing is computed and nothing
is lost: `MatrixExpr.tensor` is the derivative again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ricci.expr import Expr
from ricci.layouts.views import LETTERS, Half, MatrixExpr, Parts, flat, view
from ricci.traits.linear import MIRRORED
from tensor_networks.errors import RicciError, choice, clip

ORDERS = ("column", "row")
SYMMETRIC = frozenset(MIRRORED)
Axes = str | int | Iterable[int | str]


def matrix(
    expression: Expr,
    layout: str | None = None,
    vec: str | None = None,
    *,
    rows: Axes | None = None,
    columns: Axes | None = None,
) -> MatrixExpr:
    """A derivative as a matrix.

    ``numerator``: the rows are the value's axes (all but those of the last variable), the columns the last variable's.
    ``denominator``: its transpose. The derivative of a scalar is a row in numerator and a column in denominator layout; by a
    matrix it has the variable's shape in denominator layout, and in numerator layout the transposed one - or, if ``vec`` is
    named, it is the row of the flattened variable. Without ``vec`` groups are flattened column-major.
    ``mixed``: scalars as in denominator layout (a gradient has the variable's shape), all else as in numerator layout.
    ``block-wrt``: block (i,j) is dF/dx_ij; ``block-value``: block (k,l) is df_kl/dX. Vectors are columns.
    ``stacked``: Magnus & Neudecker's Hessian, the Hessians of the entries of the value on top of each other.
    ``vech``: numerator layout by the free entries of a symmetric variable, ``vec(G)'*duplication(n)``; in a second derivative
    of both, ``duplication(n)'*H*duplication(n)``. ``vech-value``: by the vech of a symmetric value, ``elimination(n)*J``;
    ``vech-both``: of both, ``elimination(n)*J*duplication(n)``.
    ``heights``: upper indices are rows, lower ones columns, as the index text said.

    ``rows`` and ``columns`` say it axis by axis instead, in the order of row-major flattening: axis numbers, or the letters of
    the axes (the k-th axis is the k-th of ``i j k l m n ...``); what is not named goes to the other side, in order.

    Raises:
        RicciError: there is no such layout or order of flattening, or it does not fit the derivative.
    """
    if rows is not None or columns is not None:
        if layout is not None or vec is not None:
            raise RicciError("rows and columns say the layout: layout and vec are not needed beside them")
        return _chosen(expression, rows, columns)
    layout = "numerator" if layout is None else choice(layout, (*LAYOUTS, "magnus-neudecker"), "layout")
    layout = "stacked" if layout == "magnus-neudecker" else layout
    if vec is not None:
        choice(vec, ORDERS, "order of flattening")
    return LAYOUTS[layout](expression, layout, vec)


def _numerator(expression: Expr, layout: str, vec: str | None) -> MatrixExpr:
    """Numerator layout, or its transpose."""
    value, between, last = Parts.of(expression)
    value += between
    order = vec or "column"
    flipped = layout == "denominator"
    if not value and len(last) == 2 and (flipped or vec is None):
        return view(expression, last[:1] if flipped else last[1:], last[1:] if flipped else last[:1], layout)
    if not last and len(value) == 2 and vec is None:
        return view(expression, value[1:] if flipped else value[:1], value[:1] if flipped else value[1:], layout)
    above, beside = flat(value, order), flat(last, order)
    named = order if max(len(above), len(beside)) > 1 else ""
    return view(expression, *((beside, above) if flipped else (above, beside)), layout, named)


def _mixed(expression: Expr, layout: str, vec: str | None) -> MatrixExpr:
    """Denominator layout for the gradient of a scalar, numerator layout for all else."""
    gradient = len(expression.split) == 2 and expression.split[0] == 0
    result = _numerator(expression, "denominator" if gradient else "numerator", vec)
    return result.described(legend=layout + result.legend[result.legend.index(";") :])


def _blocks(expression: Expr, layout: str, _: str | None) -> MatrixExpr:
    """Kronecker-style blocks: one axis of the value and one of the variable in the rows, the others in the columns."""
    value, between, last = Parts.of(expression)
    if between or max(len(value), len(last)) > 2:
        raise RicciError(f"{layout} needs a first derivative of a matrix by a matrix", hint="use rows=... and columns=...")
    outer, inner = (last, value) if layout == "block-wrt" else (value, last)
    return view(expression, outer[:1] + inner[:1], outer[1:] + inner[1:], layout)


def _stacked(expression: Expr, layout: str, vec: str | None) -> MatrixExpr:
    """The Hessians of the entries on top of each other."""
    order = vec or "column"
    value, between, last = Parts.of(expression)
    if len(expression.split) != 3:
        raise RicciError("stacked is a layout of second derivatives", hint="use rc.hessian(f, x).matrix('stacked')")
    return view(expression, flat(value, order) + flat(between, order), flat(last, order), layout, order)


def _halved(expression: Expr, layout: str, vec: str | None) -> MatrixExpr:
    """Numerator layout with symmetric matrices by their vech: the variables, the value, or both."""
    order, parts = vec or "column", Parts.of(expression)
    halves: list[Half] = []
    if layout != "vech":
        if len(parts.value) != 2 or expression.settled.orbits[0] != expression.settled.orbits[1]:
            hint = "the derivative of vech(F) has the entries on and below the diagonal of any F"
            raise RicciError(f"{layout} needs a value that is known to be a symmetric matrix", hint=hint)
        halves.append(Half(0, "elimination"))
    if layout != "vech-value":
        last = parts.last
        if len(last) != 2 or expression.axes[last[0]] != expression.axes[last[1]]:
            raise RicciError(f"{layout} is a layout of derivatives by a square matrix")
        halves += [Half(start, "duplication") for start in _variables(expression, parts)]
    gone = {half.axis + 1 for half in halves}
    above = tuple(axis for axis in parts.value + parts.between if axis not in gone)
    beside = tuple(axis for axis in parts.last if axis not in gone)
    named = order if max(len(above), len(beside)) > 1 else ""
    return view(expression, flat(above, order), flat(beside, order), layout, named, halves)


def _variables(expression: Expr, parts: Parts) -> list[int]:
    """The first axes of the variables to be halved: the last one, and those before it that are symmetric matrices too."""
    found = [parts.last[0]]
    start = len(parts.value)
    variables = () if expression.origin is None else expression.origin[1][:-1]
    for variable in variables:
        if variable.order == 2 and (variable.traits & SYMMETRIC or variable is expression.origin[1][-1]):  # type: ignore[index]
            found.append(start)
        start += variable.order
    return found


def _by_heights(expression: Expr, layout: str, vec: str | None) -> MatrixExpr:
    """Upper indices as rows, lower ones as columns."""
    order = vec or "column"
    marks = expression.heights.free if expression.heights is not None else ""
    if len(marks) != expression.order or "-" in marks:
        raise RicciError("the heights of the indices are not known", hint="write upper and lower indices, as in A^i_j x^j")
    rows, columns = (tuple(axis for axis, mark in enumerate(marks) if mark == side) for side in "ul")
    named = order if max(len(rows), len(columns)) > 1 else ""
    return view(expression, flat(rows, order), flat(columns, order), layout, named)


LAYOUTS: dict[str, Callable[[Expr, str, str | None], MatrixExpr]] = {
    "numerator": _numerator,
    "denominator": _numerator,
    "mixed": _mixed,
    "block-wrt": _blocks,
    "block-value": _blocks,
    "stacked": _stacked,
    "vech": _halved,
    "vech-value": _halved,
    "vech-both": _halved,
    "heights": _by_heights,
}


def _chosen(expression: Expr, rows: Axes | None, columns: Axes | None) -> MatrixExpr:
    """Rows and columns as they are said."""
    named = [None if side is None else _places(expression, side) for side in (rows, columns)]
    taken = [axis for side in named for axis in side or ()]
    rest = tuple(axis for axis in range(expression.order) if axis not in taken)
    above, beside = (rest if side is None else side for side in named)
    if sorted(above + beside) != list(range(expression.order)):
        letters = " ".join(LETTERS[: expression.order])
        raise RicciError(
            "rows and columns must have every axis once", hint=f"the axes are {letters}, or 0 to {expression.order - 1}"
        )
    return view(expression, above, beside, "rows and columns as chosen", "row" if max(len(above), len(beside)) > 1 else "")


def _places(expression: Expr, side: Axes) -> tuple[int, ...]:
    """Axis numbers of a side given by letters or numbers."""
    words: list[Any]
    if isinstance(side, str):
        words = list(side.split()) if len(side.split()) > 1 else list(side.strip())
    else:
        words = list(side) if isinstance(side, Iterable) else [side]
    known = {letter: axis for axis, letter in enumerate(LETTERS[: expression.order])}
    return tuple(known.get(word, -1) if isinstance(word, str) else word for word in words)


def unfold(expression: Expr, mode: int, vec: str = "column", *, order: str | None = None) -> MatrixExpr:
    """The mode-n unfolding: axis ``mode`` as rows, all others as columns. ``order`` is another spelling of ``vec``.

    ``vec="column"``: the first of the others varies fastest (Kolda & Bader, MATLAB); ``"row"``: the last one (NumPy,
    TensorLy); ``"cyclic"``: those after the mode come first, the last varying fastest (De Lathauwer).

    Raises:
        RicciError: there is no such axis, or no such order.
    """
    if not isinstance(mode, int) or not 0 <= mode < expression.order:
        raise RicciError(f"there is no axis {clip(mode)}: the axes are 0 to {expression.order - 1}")
    order = choice(vec if order is None else order, (*ORDERS, "cyclic"), "order of flattening")
    others = [axis for axis in range(expression.order) if axis != mode]
    if order == "cyclic":
        others = others[mode:] + others[:mode]
    places = flat(others, "column") if order == "column" else tuple(others)
    return view(expression, (mode,), places, f"mode-{mode} unfolding", {"cyclic": "row"}.get(order, order))
