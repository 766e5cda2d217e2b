"""Layouts: a derivative is one index-labelled tensor, and every convention of writing it as a matrix is a view of it.

A view is the same network with its axes in groups: numerator layout has the axes of the value as rows and those of the last
variable as columns, denominator layout is its transpose, blocks put an axis of each into rows and columns. A group of several
axes is flattened column-major (``vec="column"``, as vec is in Magnus & Neudecker) or row-major. Nothing is computed and nothing
is lost: `MatrixExpr.tensor` is the derivative again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ricci.documents import viewed_parts
from ricci.expr import Expr
from tensor_networks.axes import show, show_shape
from tensor_networks.errors import RicciError, ShapeError
from tensor_networks.networks import network
from tensor_networks.patterns import pattern

LAYOUTS = ("numerator", "denominator", "mixed", "block-wrt", "block-value", "stacked", "vech", "heights")
ORDERS = ("column", "row")
LETTERS = "ijklmnpqrstuvwabcdefgh"
Axes = str | int | Iterable[int | str]


class Parts(NamedTuple):
    """The axes of a derivative by their owners: the value's, those of the earlier variables, those of the last one."""

    value: tuple[int, ...]
    between: tuple[int, ...]
    last: tuple[int, ...]

    @classmethod
    def of(cls, expression: Expr) -> Parts:
        """Without variables, the second half of the axes counts as the variable's."""
        places = tuple(range(expression.order))
        if len(expression.split) < 2:
            middle = expression.order - expression.order // 2
            return cls(places[:middle], (), places[middle:])
        value, last = expression.split[0], expression.order - expression.split[-1]
        return cls(places[:value], places[value:last], places[last:])


def matrix(
    expression: Expr,
    layout: str | None = None,
    vec: str | None = None,
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
    ``vech``: numerator layout by the free entries of a symmetric last variable, ``vec(G)'*duplication(n)``.
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
    layout = {"magnus-neudecker": "stacked", None: "numerator"}.get(layout, layout)
    if layout not in LAYOUTS or vec not in (None, *ORDERS):
        known = f"layout is one of {', '.join(LAYOUTS)} and vec one of {', '.join(ORDERS)}"
        raise RicciError(known, hint=f"got {layout!r}, {vec!r}")
    if layout == "mixed":
        scalar = len(expression.split) > 1 and expression.split[0] == 0
        return _renamed(
            matrix(expression, "denominator" if scalar and len(expression.split) == 2 else "numerator", vec), layout
        )
    if layout in ("block-wrt", "block-value"):
        return _blocks(expression, layout)
    if layout == "stacked":
        return _stacked(expression, vec or "column")
    if layout == "vech":
        return _half(expression, vec or "column")
    if layout == "heights":
        return _by_heights(expression, vec or "column")
    return _numerator(expression, layout, vec)


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


def _blocks(expression: Expr, layout: str) -> MatrixExpr:
    """Kronecker-style blocks: one axis of the value and one of the variable in the rows, the others in the columns."""
    value, between, last = Parts.of(expression)
    if between or max(len(value), len(last)) > 2:
        raise RicciError(f"{layout} needs a first derivative of a matrix by a matrix", hint="use rows=... and columns=...")
    outer, inner = (last, value) if layout == "block-wrt" else (value, last)
    return view(expression, outer[:1] + inner[:1], outer[1:] + inner[1:], layout)


def _stacked(expression: Expr, order: str) -> MatrixExpr:
    """The Hessians of the entries on top of each other."""
    value, between, last = Parts.of(expression)
    if len(expression.split) != 3:
        raise RicciError("stacked is a layout of second derivatives", hint="use rc.hessian(f, x).matrix('stacked')")
    return view(expression, flat(value, order) + flat(between, order), flat(last, order), "stacked", order)


def _half(expression: Expr, order: str) -> MatrixExpr:
    """Numerator layout by the entries on and below the diagonal of the last variable, each with its mirror image."""
    value, between, last = Parts.of(expression)
    if len(last) != 2 or expression.axes[last[0]] != expression.axes[last[1]]:
        raise RicciError("vech is a layout of derivatives by a square matrix")
    size = expression.axes[last[0]]
    value = flat(value + between, order)
    half = network(
        [(expression.node, range(expression.order)), (pattern("duplication", size), (*last, "half"))],
        [*([value] if value else []), "half"],
    )
    result = MatrixExpr(half, "" if value else "row", declared=expression.variables)
    labels = Labels.of(expression)
    result.legend = f"vech; {labels.side('rows', value)}, columns vech of {labels.names[last[0]]}" + (
        f", {order}-major" if len(value) > 1 else ""
    )
    return result


def _by_heights(expression: Expr, order: str) -> MatrixExpr:
    """Upper indices as rows, lower ones as columns."""
    marks = expression.heights.free if expression.heights is not None else ""
    if len(marks) != expression.order or "-" in marks:
        raise RicciError("the heights of the indices are not known", hint="write upper and lower indices, as in A^i_j x^j")
    rows, columns = (tuple(axis for axis, mark in enumerate(marks) if mark == side) for side in "ul")
    named = order if max(len(rows), len(columns)) > 1 else ""
    return view(expression, flat(rows, order), flat(columns, order), "heights", named)


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
    words: list[int | str]
    if isinstance(side, str):
        words = list(side.split()) if len(side.split()) > 1 else list(side.strip())
    else:
        words = [side] if isinstance(side, int) else list(side)
    known = {letter: axis for axis, letter in enumerate(LETTERS[: expression.order])}
    return tuple(known.get(word, -1) if isinstance(word, str) else word for word in words)


def unfold(expression: Expr, mode: int, order: str = "column") -> MatrixExpr:
    """The mode-n unfolding: axis ``mode`` as rows, all others as columns.

    ``order="column"``: the first of the others varies fastest (Kolda & Bader, MATLAB); ``"row"``: the last one (NumPy,
    TensorLy); ``"cyclic"``: those after the mode come first, the last varying fastest (De Lathauwer).

    Raises:
        RicciError: there is no such axis, or no such order.
    """
    if not 0 <= mode < expression.order:
        raise RicciError(f"there is no axis {mode}: the axes are 0 to {expression.order - 1}")
    if order not in (*ORDERS, "cyclic"):
        raise RicciError("the order of an unfolding is column, row or cyclic", hint=f"got {order!r}")
    others = [axis for axis in range(expression.order) if axis != mode]
    if order == "cyclic":
        others = others[mode:] + others[:mode]
    places = flat(others, "column") if order == "column" else tuple(others)
    return view(expression, (mode,), places, f"mode-{mode} unfolding", {"cyclic": "row"}.get(order, order))


def flat(axes: Sequence[int], order: str) -> tuple[int, ...]:
    """The axes in the order in which row-major flattening of them gives the flattening asked for."""
    return tuple(axes) if order == "row" else tuple(reversed(axes))


def view(expression: Expr, rows: tuple[int, ...], columns: tuple[int, ...], layout: str, order: str = "") -> MatrixExpr:
    """The matrix with some axes as rows and the others as columns, each side flattened row-major in the order given."""
    groups = tuple(side for side in (rows, columns) if side)
    node = network([(expression.node, range(expression.order))], groups)
    result = MatrixExpr(node, "row" if columns and not rows else "", declared=expression.variables)
    result.viewed = Viewed(groups, expression)
    labels = Labels.of(expression)
    result.legend = f"{layout}; {labels.side('rows', rows)}, {labels.side('columns', columns)}" + (
        f", {order}-major" if order else ""
    )
    return result


def _renamed(result: MatrixExpr, layout: str) -> MatrixExpr:
    result.legend = layout + result.legend[result.legend.index(";") :]
    return result


class Labels(NamedTuple):
    """A letter for every axis, and the name of what it is an axis of."""

    letters: Sequence[str]
    names: Sequence[str]

    @classmethod
    def of(cls, expression: Expr) -> Labels:
        """The labels of a derivative; the value is called f, y or Y as it has 0, 1 or more axes."""
        count = expression.order
        letters = LETTERS if count <= len(LETTERS) else [f"i{k}" for k in range(count)]
        if expression.origin is None:
            return cls(letters, [""] * count)
        root, variables = expression.origin
        taken = {*root.variables, *(variable.name for variable in variables)}
        value = root.node.name if hasattr(root.node, "name") else ""
        wanted = ("y", "f", "g", "z") if root.order == 1 else ("Y", "F", "G", "Z")
        value = value or next((name for name in wanted if name not in taken), "the value")
        names = [value] * root.order
        for variable in variables:
            names += [variable.name] * variable.order
        return cls(letters, names)

    def side(self, what: str, axes: Sequence[int]) -> str:
        """``rows (j,i) of Y``; one row, if there are no axes."""
        if not axes:
            return f"1 {what[:-1]}"
        runs: list[tuple[str, list[str]]] = []
        for axis in axes:
            name = self.names[axis]
            if runs and runs[-1][0] == name:
                runs[-1][1].append(self.letters[axis])
            else:
                runs.append((name, [self.letters[axis]]))
        shown = [
            (f"({','.join(letters)})" if len(letters) > 1 else letters[0]) + (f" of {name}" if name else "")
            for name, letters in runs
        ]
        return f"{what} {', '.join(shown)}"


class Viewed(NamedTuple):
    """What a matrix is a view of: the axes in its rows and columns, and the expression."""

    groups: tuple[tuple[int, ...], ...]
    expression: Expr


class MatrixExpr(Expr):
    """An expression that stands for a matrix: vectors evaluate to arrays of one row or one column. The legend says how."""

    __slots__ = ("viewed",)
    viewed: Viewed | None

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.viewed = None

    def _document(self) -> dict[str, Any]:
        viewed = None
        if self.viewed is not None:
            groups, source = self.viewed
            viewed = {"groups": [list(group) for group in groups], "source": source._document()}
        return super()._document() | {"viewed": viewed}

    @classmethod
    def _restored(cls, content: dict[str, Any]) -> Expr:
        view = super()._restored(content)
        viewed = content["viewed"]
        if isinstance(view, MatrixExpr) and viewed is not None:
            groups, source = viewed_parts(viewed)
            view.viewed = Viewed(tuple(groups), Expr._restored(source))
        return view

    @property
    def tensor(self) -> Expr:
        """The tensor that this is a view of, its axes taken out of rows and columns again.

        Raises:
            ShapeError: it is no view, but a matrix over the free entries of a variable.
        """
        if self.viewed is None:
            raise ShapeError("this matrix is over the free entries of a variable: the tensor is not in it")
        groups, source = self.viewed
        sizes = dict(enumerate(source.axes))
        node = network([(self.node, groups)], range(source.order), sizes)
        tensor = Expr(node, source.role, source.split, source.variables)
        tensor.origin = source.origin
        return tensor

    @property
    def shape_text(self) -> str:
        """The shape as text, a vector with its 1."""
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

    def __repr__(self) -> str:
        return f"{self}    {self.shape_text}    {self.legend}"
