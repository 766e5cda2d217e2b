"""`Expr`: the user's handle on a node. Operators, text, evaluation; everything else asks for its `node`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload
from weakref import WeakKeyDictionary

from ricci.constants import is_constant
from ricci.notation.declarations import parse_declaration
from ricci.notation.heights import Heights
from ricci.notation.indexed import Indexed, is_indexing
from ricci.notation.numpy_protocols import NumpyProtocols
from ricci.notation.writing import write
from ricci.simplify import settle
from tensor_networks.axes import Axis, show_shape
from tensor_networks.errors import RicciError, ShapeError, UnknownName
from tensor_networks.nodes import Node, Tensor

if TYPE_CHECKING:
    from ricci.layout_table import LayoutTable
    from ricci.views import MatrixExpr
    from tensor_networks.drawing.diagram import Diagram

_leaves: WeakKeyDictionary[Node, frozenset[Tensor]] = WeakKeyDictionary()


def leaves(root: Node) -> frozenset[Tensor]:
    """The tensors below a node, remembered for every node on the way."""
    stack = [root]
    while stack:
        node = stack[-1]
        missing = [child for child in node.children if child not in _leaves]
        if missing:
            stack.extend(missing)
            continue
        stack.pop()
        if isinstance(node, Tensor):
            _leaves[node] = frozenset((node,))
        elif node not in _leaves:
            sets = {_leaves[child] for child in node.children}
            largest = max(sets, key=len, default=frozenset())
            _leaves[node] = largest if all(other <= largest for other in sets) else largest.union(*sets)
    return _leaves[root]


class Expr(NumpyProtocols):
    """A tensor-valued expression.

    ``node`` is the expression as it was built, ``settled`` its normal form: two expressions are equal (``==``) when their
    normal forms are the same object. ``role`` is ``"row"`` for a vector that lies, as ``x'`` does, else ``""``; it only
    matters in print. ``split`` counts the axes of the parts of a derivative: those of the value, then those of each variable.
    """

    __slots__ = ("_declared", "_settled", "heights", "legend", "node", "origin", "role", "split")

    def __init__(
        self,
        node: Node,
        role: str = "",
        split: tuple[int, ...] | None = None,
        declared: Mapping[str, Tensor] | None = None,
    ) -> None:
        self.node = node
        self.role = role
        self.split = (node.order,) if split is None else split
        self.origin: tuple[Expr, tuple[Tensor, ...]] | None = None
        self.legend = ""
        self.heights: Heights | None = None
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
        """
        node = which.node if isinstance(which, Expr) else which
        if isinstance(node, Tensor):
            return node
        known = self.variables
        if not isinstance(node, str):
            raise UnknownName("differentiate by a variable: its name or the tensor itself, not by an expression")
        if node not in known:
            raise UnknownName(
                f"{node} does not occur here and was not declared", hint=f"there are: {', '.join(known) or 'none'}"
            )
        return known[node]

    def __call__(self, /, **arrays: Any) -> Any:
        """The value, given an array for every tensor. Sizes are read off the arrays and checked against each other.

        Raises:
            SizeError: two arrays disagree about a size, or nothing says it.
            UnknownName: an array is missing.
            LimitError: the result or an intermediate would not fit in memory.
        """
        from ricci.compile import evaluate

        cancelled = not leaves(self.node) <= leaves(self.settled)
        return evaluate([self.settled], arrays, declared=(self.variables if cancelled else self._declared).values())[0]

    def __getitem__(self, key: Any) -> Any:
        """Entries by constants, as NumPy selects them; a factor in index notation, ``A[i, j] * x[j]`` (see `ricci.indices`);
        or the part that a pattern names, ``H["ii->i"]`` (see `ricci.selection`).
        """
        if is_indexing(key):
            return Indexed.of(self._wrap, self.node, key)
        if isinstance(key, str):
            from ricci.selection import selected

            return Expr(selected(self.settled, key), declared=self.variables)
        return super().__getitem__(key)

    def diagonal(self, *args: Any, **options: Any) -> Expr:
        """The diagonal: of a Hessian by a matrix that of the square matrix it stands for; else as `numpy.diagonal`."""
        from ricci.selection import diagonal_pattern

        pattern = None if args or options else diagonal_pattern(self.split)
        whole: Expr = self[pattern] if pattern else super().diagonal(*args, **options)
        return whole

    def substitute(self, /, **values: Expr | float) -> Expr:
        """The expression with variables replaced, all at once.

        Raises:
            ShapeError: a replacement has other axes than the variable.
        """
        from tensor_networks.networks import constant
        from tensor_networks.rewrite import substitute

        mapping: dict[Node, Node] = {}
        for name, value in values.items():
            leaf = self.variable(name)
            node = value.node if isinstance(value, Expr) else constant(value)
            if node.axes != leaf.axes:
                raise ShapeError(f"{name} is {show_shape(leaf.axes)}, its replacement {show_shape(node.axes)}")
            mapping[leaf] = node
        return Expr(substitute(self.node, mapping), self.role, self.split)

    def matrix(self, layout: str | None = None, vec: str | None = None, *, rows: Any = None, columns: Any = None) -> MatrixExpr:
        """The expression (a derivative, usually) as a matrix in a layout; see `ricci.layout.matrix`."""
        from ricci.layout import matrix

        return matrix(self, layout, vec, rows, columns)

    def unfold(self, mode: int, order: str = "column") -> MatrixExpr:
        """The mode-n unfolding: axis ``mode`` as rows, the others as columns; see `ricci.layout.unfold`."""
        from ricci.layout import unfold

        return unfold(self, mode, order)

    def rearrange(self, pattern: str, /, **sizes: Axis) -> Expr:
        """The axes permuted, grouped and split by a pattern: ``i j k l -> (j i) (l k)``; see `ricci.layout_patterns`."""
        from ricci.layout_patterns import rearrange

        return rearrange(self, pattern, sizes)

    def layout_table(self) -> LayoutTable:
        """The derivative in all layouts, side by side."""
        from ricci.layout_table import layout_table

        return layout_table(self)

    @overload
    def draw(self, form: None = None, **options: Any) -> Diagram: ...
    @overload
    def draw(self, form: str, **options: Any) -> str: ...
    def draw(self, form: str | None = None, **options: Any) -> Diagram | str:
        """The tensor-network diagram, or its text in a form: ``"svg"``, ``"tikz"``, ``"dot"``, ``"text"`` or ``"html"``.

        The options are those of `tensor_networks.drawing.Options`.

        Raises:
            RicciError: there is no such form.
        """
        from ricci.drawing import draw

        diagram = draw(self, **options)
        if form is None:
            return diagram
        if form not in ("svg", "tikz", "dot", "text", "html"):
            raise RicciError(f"there is no form {form!r} of a diagram", hint="svg, tikz, dot, text or html")
        text: str = getattr(diagram, form)()
        return text

    def einsum(self) -> str:
        """The expression as einsum terms, one a line: ``2 * 'ab,ac->bdcd' (Z, Z)``."""
        from ricci.notation.einsum import write_einsum

        return write_einsum(self.settled)

    def ricci(self) -> str:
        """The expression in index notation."""
        from ricci.notation.index_writer import write_index

        return write_index(self.settled, self.heights)

    def latex(self, notation: str = "matrix") -> str:
        """The expression in LaTeX, in matrix notation where it has one, or in index notation."""
        from ricci.notation.latex import latex

        return latex(self.settled, notation, self.role == "row", self.heights)

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    def assumptions(self) -> list[str]:
        """What the formula, and what it is a derivative of, takes for granted: ``X invertible``, ``x positive``."""
        from ricci.assumptions import assumptions

        return assumptions(self.settled, *([] if self.origin is None else [self.origin[0].settled]))

    @property
    def transposed(self) -> Expr:
        """The expression with its axes reversed; a vector changes its role."""
        flipped = Expr._wrap(self.node) if self.order < 2 else self.T
        flipped.role = "row" if self.order == 1 and self.role != "row" else ""
        return flipped

    @property
    def order(self) -> int:
        """The number of axes."""
        return self.node.order

    def to_json(self) -> str:
        """The normal form as a document, see `ricci.documents`; `from_json` reads it. Pickles and copies go the same way."""
        from ricci.documents import text_of

        return text_of(self._document())

    def _document(self) -> dict[str, Any]:
        """The document as data."""
        from ricci.documents import document

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
        from ricci.documents import loaded, restored

        fields = restored(content, loaded(content))
        expression = cls(fields.node, fields.role, fields.split, fields.declared)
        expression.legend, expression.heights = fields.legend, fields.heights
        if fields.origin is not None:
            node, role, split, by = fields.origin
            expression.origin = Expr(node, role, split, fields.declared), by
        return expression

    @classmethod
    def _unpickled(cls, text: str) -> Expr:
        from ricci.documents import parsed

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
    """Several tensors: ``A, x = tensors(A="n n", x="n")``."""
    return iter([tensor(name, declaration) for name, declaration in declarations.items()])


def nodes_of(expressions: Iterable[Expr]) -> Sequence[Node]:
    """The jointly settled nodes of some expressions."""
    return settle(*(expression.node for expression in expressions))
