"""Views: a derivative with its axes in rows and columns. `MatrixExpr` is such a matrix; its legend says which are which.

A view is the same network with its axes in groups, so nothing is computed and nothing is lost: `MatrixExpr.tensor` is the
derivative again. Two axes of a symmetric matrix may count as one, its vech: for a variable the entries on and below the
diagonal, each with its mirror image (duplication), for the value just these entries (elimination).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from ricci.calculus.simplify import settle
from ricci.documents import viewed_parts
from ricci.evaluation.structure import Operator, Structured
from ricci.expr import Expr, Provenance
from tensor_networks.axes import show, show_shape
from tensor_networks.errors import FormatError, ShapeError
from tensor_networks.networks import network
from tensor_networks.nodes import Node, Tensor
from tensor_networks.patterns import pattern

LETTERS = "ijklmnpqrstuvwabcdefgh"
PATTERNS = {"duplication": "ijh", "elimination": "hij"}


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


class Half(NamedTuple):
    """The axis and the one after it are counted as one, by the pattern of that name."""

    axis: int
    name: str


def flat(axes: Sequence[int], order: str) -> tuple[int, ...]:
    """The axes in the order in which row-major flattening of them gives the flattening asked for."""
    return tuple(axes) if order == "row" else tuple(reversed(axes))


def view(
    expression: Expr,
    rows: tuple[int, ...],
    columns: tuple[int, ...],
    layout: str,
    order: str = "",
    halves: Sequence[Half] = (),
) -> MatrixExpr:
    """The matrix with some axes as rows and the others as columns, each side flattened row-major in the order given.

    The first axis of every half stands for both of its axes.
    """
    groups = tuple(side for side in (rows, columns) if side)
    viewed = Viewed(groups, expression, tuple(halves))
    node = network([(expression.node, range(expression.order)), *viewed.patterns], viewed.slots)
    labels = Labels.of(expression)
    halved = frozenset(half.axis for half in halves)
    sides = f"{labels.side('rows', rows, halved)}, {labels.side('columns', columns, halved)}"
    told = f"{layout}; {sides}" + (f", {order}-major" if order else "")
    provenance = Provenance(role="row" if columns and not rows else "", legend=told)
    return MatrixExpr(node, provenance, declared=expression.variables, viewed=viewed)


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

    def side(self, what: str, axes: Sequence[int], halved: frozenset[int] = frozenset()) -> str:
        """``rows (j,i) of Y``, ``rows vech of Y``; one row, if there are no axes."""
        if not axes:
            return f"1 {what[:-1]}"
        runs: list[tuple[str, list[str]]] = []
        for axis in axes:
            name = self.names[axis]
            if axis in halved:
                runs.append((name, ["vech"]))
            elif runs and runs[-1][0] == name and runs[-1][1] != ["vech"]:
                runs[-1][1].append(self.letters[axis])
            else:
                runs.append((name, [self.letters[axis]]))
        shown = [
            (f"({','.join(letters)})" if len(letters) > 1 else letters[0]) + (f" of {name}" if name else "")
            for name, letters in runs
        ]
        return f"{what} {', '.join(shown)}"


class Viewed(NamedTuple):
    """What a matrix is a view of: the axes in its rows and columns, the expression, and which of its axes are halved."""

    groups: tuple[tuple[int, ...], ...]
    expression: Expr
    halves: tuple[Half, ...] = ()

    @property
    def slots(self) -> list[tuple[int | str, ...]]:
        """The groups with a label for every half."""
        halved = {half.axis: f"half {half.axis}" for half in self.halves}
        return [tuple(halved.get(axis, axis) for axis in group) for group in self.groups]

    def opened(self) -> tuple[Node, int]:
        """The tensor with the axes of the rows first, then those of the columns, and how many are rows: nothing is flattened.

        Raises:
            ShapeError: there is no row or no column, or halves are counted.
        """
        if len(self.groups) != 2 or self.halves:
            raise ShapeError("only a matrix of the tensor's own axes is a linear operator", hint="multiply by duplication(n)")
        rows, columns = self.groups
        source = self.expression
        return settle(network([(source.settled, range(source.order))], rows + columns))[0], len(rows)

    @property
    def patterns(self) -> list[tuple[Node, tuple[int | str, ...]]]:
        """The patterns that take pairs of axes to halves."""
        found: list[tuple[Node, tuple[int | str, ...]]] = []
        for axis, name in self.halves:
            labels: dict[str, int | str] = {"i": axis, "j": axis + 1, "h": f"half {axis}"}
            found.append((pattern(name, self.expression.axes[axis]), tuple(labels[letter] for letter in PATTERNS[name])))
        return found


class MatrixExpr(Expr):
    """An expression that stands for a matrix: vectors evaluate to arrays of one row or one column. The legend says how."""

    __slots__ = ("viewed",)

    def __init__(
        self,
        node: Node,
        provenance: Provenance | None = None,
        *,
        declared: Mapping[str, Tensor] | None = None,
        viewed: Viewed | None = None,
    ) -> None:
        super().__init__(node, provenance, declared=declared)
        self.viewed = viewed

    def described(self, **changes: Any) -> MatrixExpr:
        """The same matrix with some fields of its `Provenance` changed."""
        return MatrixExpr(self.node, replace(self.provenance, **changes), declared=self._declared, viewed=self.viewed)

    def _document(self) -> dict[str, Any]:
        viewed = None
        if self.viewed is not None:
            groups, source, halves = self.viewed
            viewed = {"groups": [list(group) for group in groups], "source": source._document()}
            viewed |= {"halves": [list(half) for half in halves]} if halves else {}
        return super()._document() | {"viewed": viewed}

    @classmethod
    def _restored(cls, content: dict[str, Any]) -> Expr:
        plain, viewed = super()._restored(content), None
        if content["viewed"] is not None:
            groups, halves, content = viewed_parts(content["viewed"])
            source = Expr._restored(content)
            if any(axis + 2 > source.order or source.axes[axis] != source.axes[axis + 1] for axis, _ in halves):
                raise FormatError('"halves" does not fit the expression')
            viewed = Viewed(tuple(groups), source, tuple(Half(*half) for half in halves))
        return MatrixExpr(plain.node, plain.provenance, declared=plain._declared, viewed=viewed)

    @property
    def tensor(self) -> Expr:
        """The tensor that this is a view of, its axes taken out of rows and columns again.

        Raises:
            ShapeError: it is no view, or one over the free entries of a variable in which the tensor is not symmetric.
        """
        if self.viewed is None:
            raise ShapeError("this matrix is not the view of a tensor")
        groups, source, halves = self.viewed
        orbits = source.settled.orbits
        if any(orbits[axis] != orbits[axis + 1] for axis, _ in halves):
            raise ShapeError("this matrix is over the free entries of a variable: the tensor is not in it")
        if halves:
            return source  # what is symmetric can be told from its half, but not by wires alone
        node = network([(self.node, groups)], range(source.order), dict(enumerate(source.axes)))
        return Expr(node, Provenance(source.origin, source.split, source.role), declared=source.variables)

    @property
    def shape_text(self) -> str:
        """The shape as text, a vector with its 1."""
        if self.order != 1:
            return show_shape(self.axes)
        size = show(self.axes[0])
        return f"1 x {size}" if self.role == "row" else f"{size} x 1"

    def operator(self, /, **arrays: Any) -> Operator:
        """The matrix at some arrays as a linear map that is never formed: products, solutions, the diagonal, the trace.

        Flat vectors are in the order of its columns, or rows; `Operator.report` says what forming it would take.

        Raises:
            ShapeError: it is a row, a column or a matrix over the free entries of a variable.
        """
        if self.viewed is None:
            raise ShapeError("this matrix is not the view of a tensor")
        made: Operator = Structured(*self.viewed.opened(), tuple(self.variables.values()))(**arrays)
        return made

    def __call__(self, /, **arrays: object) -> object:
        """The value as a matrix: two axes, also for rows and columns."""
        value = super().__call__(**arrays)
        if self.order == 1:
            return value.reshape((1, -1) if self.role == "row" else (-1, 1))
        return value

    def __repr__(self) -> str:
        return f"{self}    {self.shape_text}    {self.legend}"
