"""`Expr`: the user's handle on a node. Operators, text, evaluation; everything else asks for its `node`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ricci.calculus.assumptions import assumptions
from ricci.calculus.selection import diagonal_pattern, selected
from ricci.calculus.simplify import settle
from ricci.constants import is_constant
from ricci.documents import document, loaded, parsed, restored, text_of
from ricci.evaluation.compiled import evaluate
from ricci.notation.declarations import parse_declaration
from ricci.notation.einsum import write_einsum
from ricci.notation.index.heights import Heights
from ricci.notation.index.operators import Indexed, is_indexing
from ricci.notation.index.writer import write_index
from ricci.notation.latex import latex
from ricci.notation.numpy.protocols import NumpyProtocols
from ricci.notation.numpy.shapes import operand
from ricci.notation.writing import write
from tensor_networks.axes import Axis, show_shape
from tensor_networks.errors import ShapeError, UnknownName, clip
from tensor_networks.networks import network
from tensor_networks.nodes import Node, Tensor, leaves

if TYPE_CHECKING:
    from ricci.drawing import draw as _draw
    from ricci.layouts.layout import matrix as _matrix
    from ricci.layouts.layout import unfold as _unfold
    from ricci.layouts.patterns import rearrange as _rearrange
    from ricci.layouts.table import layout_table as _layout_table
    from ricci.substitution import substitute as _substitute


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an expression comes from, and how it is to be shown. It does not matter for what the expression is.

    ``origin`` is, for a derivative, the expression that was differentiated and the variables in turn. ``split`` counts the
    axes of the parts of a derivative: those of the value, then those of each variable. ``role`` is ``"row"`` for a vector
    that lies, as ``x'`` does, else ``""``. ``heights`` are those of indices in a text that had upper ones, ``legend`` is the
    line that is printed beside the formula.
    """

    origin: tuple[Expr, tuple[Tensor, ...]] | None = None
    split: tuple[int, ...] | None = None
    role: str = ""
    heights: Heights | None = None
    legend: str = ""


UNKNOWN = Provenance()


class Expr(NumpyProtocols):
    """A tensor-valued expression.

    ``node`` is the expression as it was built, ``settled`` its normal form: two expressions are equal (``==``) when their
    normal forms are the same object. ``declared`` are tensors by name that need not occur. An expression never changes.
    """

    __slots__ = ("_declared", "_settled", "node", "provenance")

    if TYPE_CHECKING:  # the table in `ricci.methods` gives these to the class
        draw = _draw
        layout_table = _layout_table
        matrix = _matrix
        rearrange = _rearrange
        substitute = _substitute
        unfold = _unfold

    def __init__(
        self, node: Node, provenance: Provenance | None = None, *, declared: Mapping[str, Tensor] | None = None
    ) -> None:
        self.node = node
        self.provenance = provenance or UNKNOWN
        self._settled: Node | None = None
        self._declared = {name: leaf for name, leaf in (declared or {}).items() if not is_constant(leaf)}
        self._check_names()

    def _check_names(self) -> None:
        """One name must not stand for two tensors."""
        tensors = leaves(self.node)
        if len({leaf.name for leaf in tensors}) < len(tensors):
            named: dict[str, Tensor] = {}
            for leaf in sorted(tensors, key=lambda leaf: leaf.key):
                other = named.setdefault(leaf.name, leaf)
                if other is not leaf:
                    shapes = " and ".join(sorted(f"{show_shape(t.axes)}" + _traits(t) for t in (other, leaf)))
                    raise ShapeError(f"{leaf.name} stands for two tensors in one expression: {shapes}")

    @classmethod
    def _wrap(cls, node: Node) -> Expr:
        return cls(node)

    def described(self, **changes: Any) -> Expr:
        """The same expression with some fields of its `Provenance` changed."""
        return Expr(self.node, replace(self.provenance, **changes), declared=self._declared)

    @property
    def origin(self) -> tuple[Expr, tuple[Tensor, ...]] | None:
        """What it is the derivative of, and by which variables in turn; None if it is no derivative."""
        return self.provenance.origin

    @property
    def split(self) -> tuple[int, ...]:
        """The numbers of axes of the value and of each variable."""
        return (self.node.order,) if self.provenance.split is None else self.provenance.split

    @property
    def role(self) -> str:
        """``"row"`` for a vector that lies, else ``""``."""
        return self.provenance.role

    @property
    def heights(self) -> Heights | None:
        """The heights of the indices, where a text said them."""
        return self.provenance.heights

    @property
    def legend(self) -> str:
        """The line beside the formula, if there is one; `ricci.legend` gives the whole story."""
        return self.provenance.legend

    @property
    def settled(self) -> Node:
        """The normal form of the node."""
        if self._settled is None:
            self._settled = settle(self.node)[0]
        return self._settled

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The sizes of the axes: integers, symbols, or products (tuples) of them."""
        return self.node.axes

    @property
    def variables(self) -> dict[str, Tensor]:
        """The tensors by name, in alphabetical order; those that were declared only come last."""
        tensors = (leaf for leaf in leaves(self.node) if not is_constant(leaf))
        found = {leaf.name: leaf for leaf in sorted(tensors, key=lambda leaf: leaf.name)}
        return found | {name: leaf for name, leaf in self._declared.items() if name not in found}

    def variable(self, which: str | Expr | Tensor) -> Tensor:
        """A variable by name, or given as a tensor or the expression of one.

        Raises:
            UnknownName: no tensor of that name occurs or was declared.
            ShapeError: the tensor of that name in the expression is another one.
        """
        node = which.node if isinstance(which, Expr) else which
        known = self.variables
        if isinstance(node, Tensor):
            if known.get(node.name, node) is not node:
                shapes = " and ".join(show_shape(t.axes) + _traits(t) for t in (known[node.name], node))
                raise ShapeError(f"{clip(node.name)} in the expression and the variable differ: {shapes}")
            return node
        if not isinstance(node, str):
            what = "an expression" if isinstance(node, Node) else clip(type(node).__name__)
            names = f"there are: {', '.join(known) or 'none'}"
            raise UnknownName(f"differentiate by a variable: its name or the tensor itself, not by {what}", hint=names)
        if node not in known:
            raise UnknownName(
                f"{node} does not occur here and was not declared", hint=f"there are: {', '.join(known) or 'none'}"
            )
        return known[node]

    def __call__(self, /, *given: Any, **arrays: Any) -> Any:
        """The value, given an array for every tensor, by name or in alphabetical order. Sizes are read off the arrays and
        checked against each other.

        Raises:
            OperandError: an array is missing, or is not what was declared.
            SizeError: two arrays disagree about a size, or nothing says it.
            UnknownName: an array is given for a name that is no input.
            LimitError: the result or an intermediate would not fit in memory.
        """
        cancelled = not leaves(self.node) <= leaves(self.settled)
        declared = (self.variables if cancelled else self._declared).values()
        return evaluate([self.settled], arrays, declared, given=given)[0]

    def __getitem__(self, key: Any) -> Any:
        """Entries by constants, as NumPy selects them; a factor in index notation, ``A[i, j] * x[j]`` (see `ricci.indices`);
        or the part that a pattern names, ``H["ii->i"]`` (see `ricci.calculus.selection`).
        """
        if is_indexing(key):
            return Indexed.of(self._wrap, self.node, key)
        if isinstance(key, str):
            return Expr(selected(self.settled, key), declared=self.variables)
        return super().__getitem__(key)

    def diagonal(self, *args: Any, **options: Any) -> Expr:
        """The diagonal: of a Hessian by a matrix that of the square matrix it stands for; else as `numpy.diagonal`."""
        pattern = None if args or options else diagonal_pattern(self.split)
        whole: Expr = self[pattern] if pattern else super().diagonal(*args, **options)
        return whole

    def __matmul__(self, other: Any) -> Any:
        """``np.matmul``; but a derivative of more than a scalar, by a matrix, times a direction sums over all axes of that.

        So ``hessian(f, W) @ V`` with V as large as W is the Hessian times a direction, and deltas in it fuse away. A gradient
        is a matrix, and multiplied as one.
        """
        last = self.split[-1]
        if len(self.split) > 1 and self.order > last > 1 and isinstance(other, Expr | np.ndarray) and other.ndim == last:
            node = other.node if isinstance(other, Expr) else operand(other)
            if node.axes == self.axes[-last:]:
                places = range(self.order)
                product = network([(self.node, places), (node, places[-last:])], places[:-last])
                declared = self.variables | (other.variables if isinstance(other, Expr) else {})
                return Expr(product, Provenance(split=self.split[:-1]), declared=declared)
        return super().__matmul__(other)

    def einsum(self) -> str:
        """The expression as einsum terms, one a line: ``2 * 'ab,ac->bdcd' (Z, Z)``."""
        return write_einsum(self.settled)

    def ricci(self) -> str:
        """The expression in index notation."""
        return write_index(self.settled, self.heights)

    def latex(self, notation: str = "matrix") -> str:
        """The expression in LaTeX, in matrix notation where it has one, or in index notation."""
        return latex(self.settled, notation, self.role == "row", self.heights)

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    def assumptions(self) -> list[str]:
        """What the formula, and what it is a derivative of, takes for granted: ``X invertible``, ``x positive``."""
        return assumptions(self.settled, *([] if self.origin is None else [self.origin[0].settled]))

    @property
    def transposed(self) -> Expr:
        """The expression with its axes reversed; a vector changes its role."""
        flipped: Expr = Expr(self.node) if self.order < 2 else self.T
        return flipped.described(role="row") if self.order == 1 and self.role != "row" else flipped

    @property
    def order(self) -> int:
        """The number of axes."""
        return self.node.order

    def to_json(self) -> str:
        """The normal form as a document, see `ricci.documents`; `from_json` reads it. Pickles and copies go the same way."""
        return text_of(self._document())

    def _document(self) -> dict[str, Any]:
        """The document as data."""
        origin = () if self.origin is None else (self.origin[0].settled, *self.origin[1])
        content, place = document(self.settled, (*self._declared.values(), *origin))
        content |= {"role": self.role, "split": list(self.split), "legend": self.legend}
        content["declared"] = [place[leaf] for leaf in self._declared.values()]
        if self.heights is not None:
            content["heights"] = [dict(self.heights.tensors), self.heights.free]
        if self.origin is not None:
            whole, variables = self.origin
            by = [place[variable] for variable in variables]
            content["origin"] = {"root": place[whole.settled], "role": whole.role, "split": list(whole.split), "by": by}
        return content

    @classmethod
    def _restored(cls, content: dict[str, Any]) -> Expr:
        """The expression of a document, in its checked outer form."""
        fields = restored(content, loaded(content))
        origin = None
        if fields.origin is not None:
            node, role, split, by = fields.origin
            origin = Expr(node, Provenance(role=role, split=split), declared=fields.declared), by
        provenance = Provenance(origin, fields.split, fields.role, fields.heights, fields.legend)
        return cls(fields.node, provenance, declared=fields.declared)

    @classmethod
    def _unpickled(cls, text: str) -> Expr:
        return cls._restored(parsed(text))

    def __reduce__(self) -> Any:
        return type(self)._unpickled, (self.to_json(),)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Expr):
            return self.settled is other.settled
        return NotImplemented

    def __hash__(self) -> int:
        return int.from_bytes(self.settled.key[:8], "big") >> 1

    def __str__(self) -> str:
        return write(self.settled, self.role)

    def __repr__(self) -> str:
        parts = [str(self), self.legend or show_shape(self.axes)]
        return "    ".join(parts)


def _traits(leaf: Tensor) -> str:
    return "".join(f" {trait}" for trait in sorted(leaf.traits))


def tensor(name: str, declaration: str = "", /, *, symmetry: str = "") -> Expr:
    """A tensor as an expression: ``tensor("A", "n n symmetric")``, ``tensor("x", "n")``, ``tensor("c")``.

    The declaration names the sizes of the axes (symbols or integers), then traits. A symmetry of the axes is said by an
    equation between entries: ``ijkl = jikl = klij`` for elastic moduli, ``abcd = -bacd = cdab`` for a Riemann tensor.

    Raises:
        ParseError: the name or the declaration cannot be read.
    """
    return Expr(parse_declaration(name, f"{declaration} {symmetry}" if symmetry else declaration))


def tensors(**declarations: str) -> Iterator[Expr]:
    """Several tensors: ``A, x = tensors(A="n n", x="n")``.

    Raises:
        ParseError: a name, a size or a trait cannot be read.
        ShapeError: a trait is not one of tensors of that shape.
    """
    return iter([tensor(name, declaration) for name, declaration in declarations.items()])
