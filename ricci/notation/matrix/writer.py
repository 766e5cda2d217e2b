"""Nodes to matrix notation: bottom up over the graph, each node to the cheapest formula that reads back as it.

`matrix_formula` gives the formula of a scalar, vector or matrix, or None where matrix notation has none.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence

from ricci.constants import rows_of
from ricci.functions import Apply
from ricci.functions.minors import is_minors
from ricci.notation.arithmetic import Entry, Term, as_term, natural, plus, product, scaled, transposed
from ricci.notation.formula import (
    ATOM,
    POWER,
    Formula,
    Pieces,
    TooLong,
    array,
    call,
    is_single,
    latex_size,
    named,
    number,
    simple_call,
    wrapped_latex,
)
from ricci.notation.matrix.chains import ones, sandwiched
from ricci.notation.matrix.outer import distributed, is_outer
from ricci.notation.matrix.sums import HALVES, factored
from ricci.notation.matrix.tangle import MOST_FACTORS, Tangle, Tangled, norm
from ricci.notation.matrix.terminals import bundled
from ricci.notation.matrix.turning import turned_freely, turnings
from tensor_networks.axes import show, show_shape
from tensor_networks.composites import is_zero
from tensor_networks.networks import Factor, Network, Sum, one
from tensor_networks.nodes import Node, Size, Tensor, walk
from tensor_networks.patterns import Pattern


def write_matrix(node: Node, row: bool = False) -> str | None:
    """The node in matrix notation, as a row if asked; None where there is no such form."""
    try:
        formula = matrix_formula(node, row)
    except TooLong:
        return bounded(node)
    return None if formula is None else formula.text


def bounded(node: Node) -> str:
    """What is shown of an expression that is too long to be read."""
    return f"<expression of {len(walk(node))} nodes, {show_shape(node.axes)}>"


def matrix_formula(node: Node, row: bool = False) -> Formula | None:
    """The formula of a node, None where there is none.

    Raises:
        TooLong: it has more than `LONGEST` characters.
    """
    if node.order > 2:
        return zeros(node) if is_zero(node) else None
    formula = MatrixWriter(node).write()
    return transposed(formula) if row and formula is not None and node.order == 1 else formula


def zeros(node: Node) -> Formula:
    """zeros(n, m), and 0 for a scalar."""
    if not node.order:
        return number(0)
    shown, latex = ", ".join(map(show, node.axes)), r" \times ".join(map(latex_size, node.axes))
    return Formula("zeros", [f"zeros({shown})"], [rf"\mathbf 0_{{{latex}}}"], order=min(node.order, 2), degree=0)


def leaf(node: Tensor, order: int) -> Formula:
    """A name, or the numbers of a small constant."""
    rows = rows_of(node)
    symmetric = order == 2 and len(set(node.orbits)) == 1
    return named(node.name, order, symmetric) if rows is None else array(rows, order)


class MatrixWriter:
    """The formulas of the nodes below a root."""

    def __init__(self, root: Node, known: MutableMapping[Node, Formula | None] | None = None) -> None:
        """With `known`, the formulas of nodes that were written before, and of those that will be."""
        self.root = root
        self.order = walk(root)
        self.forms: MutableMapping[Node, Formula | None] = {} if known is None else known
        self.names = {node.name for node in self.order if isinstance(node, Tensor)}

    def write(self) -> Formula | None:
        """The formula of the root."""
        for node in self.order:
            if node in self.forms:
                continue
            try:
                self.forms[node] = self.form(node)
            except Tangled:
                self.forms[node] = None
        return self.forms[self.root]

    def get(self, node: Node) -> Formula:
        """The formula of a node below.

        Raises:
            Tangled: it has none.
        """
        found = self.forms[node]
        if found is None:
            raise Tangled
        return found

    def form(self, node: Node) -> Formula | None:
        """The formula of a node whose children have theirs."""
        if isinstance(node, Tensor):
            return leaf(node, node.order) if node.order <= 2 else None
        if isinstance(node, Size):
            return self.size(node.size)
        if isinstance(node, Pattern):
            return pattern_formula(node)
        if isinstance(node, Network):
            formula = self.network(node)
        elif isinstance(node, Sum):
            formula = self.sum(node)
        elif isinstance(node, Apply):
            formula = self.apply(node)
        else:
            raise Tangled
        if node.order == 2 and len(set(node.orbits)) == 1 and not formula.symmetric:
            formula.symmetric = True
        return formula

    def size(self, symbol: str) -> Formula:
        """A size as a scalar; spelled as a sum of ones where a tensor has its name."""
        if symbol in self.names:
            return simple_call("sum", [ones(symbol)], 0, degree=0)
        return named(symbol, 0, degree=0)

    # products

    def network(self, node: Network) -> Formula:
        """A product: scalars, and the vectors and matrices unravelled."""
        if len(node.factors) > MOST_FACTORS:
            raise TooLong
        if node is one:
            return number(1)
        if node.order > 2:
            raise Tangled
        if any(map(is_outer, node.factors)):
            return self.distributed(node)
        options = [self.multiplied(node, *turned) for turned in turnings(node.factors)]
        return options[0] if len(options) == 1 else min(options, key=lambda option: (option.cost, option.text.count("'")))

    def multiplied(self, node: Network, factors: Sequence[Factor], sign: int) -> Formula:
        """The formula of a product, a matrix of which may be the transpose of the one that is meant, for a sign."""
        scalars: list[Entry] = []
        tensors: list[tuple[Formula, Factor]] = []
        norms = sum(isinstance(f.node, Apply) and f.node.function.name in ("unit", "norm2") for f in factors)
        for factor in factors:
            formula, more = self.factor(factor, norms == 1)
            scalars += more
            if formula is not None:
                tensors.append((formula, factor))
        if is_plain(node):
            outputs = [wire for (wire,) in node.outputs]
            tangle = Tangle({w: s for w, s in enumerate(node.sizes) if self.used(node, w)}, outputs)
            for formula, factor in tensors:
                tangle.add(formula, [wire for (wire,) in factor.slots], factor.exponent)
            found = tangle.formula() if node.order or tensors else []
        else:
            found = bundled(node, tensors)
        if node.order:
            term = sandwiched(self.merged(scalars, found[0]))
            return product(term._replace(number=sign * term.number))
        return product(Term(sign, (*scalars, *((f, 1) for f in found)), None))

    def distributed(self, node: Network) -> Formula:
        """A product with factors of more than two axes; of minors at several places one sum would be read."""
        minors = [factor.node for factor in node.factors if is_minors(factor)]
        if any(child in minors for below in self.order for child in below.children if below is not node):
            raise Tangled
        entries = [entry for factor in node.factors if not factor.slots for entry in self.factor(factor, False)[1]]
        return distributed(node, entries, matrix_formula)

    def used(self, node: Network, wire: int) -> bool:
        """Does the wire occur in the network?"""
        return wire in node.free or any(wire in group for factor in node.factors for group in factor.slots)

    def factor(self, factor: Factor, alone: bool) -> tuple[Formula | None, list[Entry]]:
        """The formula of a factor that has axes, and the scalars that come with it.

        unit(x) is x/norm2(x), unless there is more of it (`alone` is False then): with several norms the reader finds
        other units.
        """
        node, _, exponent = factor
        if isinstance(node, Apply) and node.function.name == "unit" and node.order:
            inner = self.get(node.args[0])
            if alone and exponent == 1 and is_single(inner) and not isinstance(node.args[0], Network):
                return inner, [(norm(inner), -1)]
            return unit(inner), []
        formula = self.get(node)
        if not node.order:
            return None, [(formula, exponent)]
        if formula.kind == "product" and exponent == 1 and formula.detail.number > 0:
            value, scalars, body = formula.detail
            if value == 1:
                return body, list(scalars)
        return formula, []

    @staticmethod
    def merged(scalars: list[Entry], body: Formula) -> Term:
        """Scalars times a formula, which may be a product itself."""
        term = as_term(body)
        return term._replace(scalars=(*scalars, *term.scalars))

    # sums

    def sum(self, node: Sum) -> Formula:
        """Terms with their coefficients; what fills a shape with a scalar is written as the scalar."""
        if not node.terms:
            return zeros(node)
        if len(node.terms) == 1:
            term, coefficient = node.terms[0]
            return scaled(coefficient, self.get(term))
        filled = {term: self.filled(term) for term, _ in node.terms} if node.order else {}
        terms = [term for term, _ in node.terms]
        if all(filled.get(term) is not None for term in terms) or any(map(doubled, terms)):
            filled = {}
        if node.order == 2 and node.axes[0] == node.axes[1] and any(map(self.is_product, terms)):
            filled = {term: formula for term, formula in filled.items() if not term.children}
        parts = []
        for term, coefficient in node.terms:
            formula = filled.get(term) or self.get(term)
            parts.append(scaled(coefficient, formula, free=False))
        return factored(parts, HALVES) if node.order else plus([(1, part) for part in parts])

    def is_product(self, node: Node) -> bool:
        """Is it a matrix product or a matrix? A scalar beside it would be taken for a multiple of the identity."""
        body = as_term(self.get(node)).body
        return body is not None and body.kind in ("chain", "name", "transpose")

    def filled(self, term: Node) -> Formula | None:
        """The scalar that stands in every entry, if that is what a term is and it may be added as such."""
        if not isinstance(term, Network) or any(factor.slots for factor in term.factors):
            return None
        wires = [wire for group in term.outputs for wire in group]
        if len(set(wires)) < len(wires) or any(len(group) > 1 for group in term.outputs):
            return None
        entries: list[Entry] = []
        for factor in term.factors:
            entries.append((self.get(factor.node), factor.exponent))
        formula = product(Term(1, tuple(entries), None)) if entries else number(1)
        return None if formula.inner or any(part.inner for part in formula.parts) else formula

    # functions

    def apply(self, node: Apply) -> Formula:
        """A function: its own spelling, or name(arguments)."""
        name = node.function.name
        rows = node.batch == 1 and node.function.core(1) == (1, 1) and len(node.args) == 1  # row by row: softmax(X)
        if node.order > 2 or (node.batch and not node.function.elementwise and not rows):
            raise Tangled
        spelling = SPELLINGS.get(name)
        if spelling is not None:
            return spelling(self, node)
        args = [self.get(arg) for arg in node.args]
        if len(args) > 1 and node.function.elementwise:
            args = [self.argument(arg, node) for arg in node.args]
        if node.function.parity > 0:
            args = [natural(arg)[0] for arg in args]
        if node.function.transposes == "same":
            args = [turned_freely(arg) for arg in args]
        vectors = node.order == 1 and all(arg.order == 1 for arg in node.args)
        along = node.function.elementwise or (node.function.transposes == "along" and not rows) or vectors
        return simple_call(name, args, node.order, node.function.latex, along=along)

    def argument(self, arg: Node, node: Apply) -> Formula:
        """One of several arguments; a scalar that fills a shape is written as the scalar, if another one is not."""
        others = [other for other in node.args if other is not arg]
        if not arg.order or not others or all(self.constant(other) is not None for other in others):
            return self.get(arg)
        return self.constant(arg) or self.get(arg)

    def constant(self, arg: Node) -> Formula | None:
        """The scalar in every entry of a node, if there is one."""
        if is_zero(arg):
            return number(0)
        if isinstance(arg, Sum) and len(arg.terms) == 1:
            inner = self.filled(arg.terms[0][0])
            return None if inner is None else scaled(arg.terms[0][1], inner)
        return self.filled(arg)


def is_plain(node: Network) -> bool:
    """Are all axes single wires, and all factors vectors and matrices?"""
    groups = [*node.outputs, *(group for factor in node.factors for group in factor.slots)]
    return all(len(group) == 1 for group in groups) and all(factor.node.order <= 2 for factor in node.factors)


def doubled(node: Node) -> bool:
    """Is it a diagonal matrix? Next to it a scalar would be taken for a multiple of the identity."""
    return isinstance(node, Network) and node.order == 2 and node.outputs[0] == node.outputs[1]


def _power(writer: MatrixWriter, node: Apply) -> Formula:
    base, exponent = (writer.argument(arg, node) for arg in node.args)
    operator = ".^" if node.order else "^"
    pieces: list[str | Formula] = []
    for place, part in enumerate((base, exponent)):
        pieces += [operator] if place else []
        pieces += [part] if part.level >= ATOM else ["(", part, ")"]
    tight: Pieces = wrapped_latex(base, ATOM)
    latex = [*tight, "^{" + (r"\odot " if node.order else ""), exponent, "}"]
    return Formula("variable power", pieces, latex, order=node.order, level=3, degree=base.degree)


def _matrix_power(writer: MatrixWriter, node: Apply) -> Formula:
    base, exponent = (writer.get(arg) for arg in node.args)
    alone = exponent.level >= ATOM or exponent.text.isdigit()
    pieces = [*([base] if base.level >= ATOM else ["(", base, ")"]), "^", *([exponent] if alone else ["(", exponent, ")"])]
    plain = base.kind == "name" or base.level < ATOM
    latex = wrapped_latex(base, ATOM) if plain else (r"\left(", base, r"\right)")
    shown = [*latex, "^{", exponent, "}"]
    return Formula("matrix power", pieces, shown, order=2, level=3, degree=base.degree, symmetric=base.symmetric)


def _inverse(writer: MatrixWriter, node: Apply) -> Formula:
    return inverse(writer.get(node.args[0]))


def inverse(inner: Formula) -> Formula:
    """The inverse of a matrix."""
    again = lambda parts, _: inverse(*parts)  # noqa: E731  (its parentheses may go)
    return call("inv", [inner], 2, (*wrapped_latex(inner, ATOM), "^{-1}"), along=True, degree=1, remake=again)


def _norm(writer: MatrixWriter, node: Apply) -> Formula:
    inner = writer.get(node.args[0])
    if not inner.order:
        return simple_call("abs", [natural(inner)[0]], 0)
    return norm(inner)


def _unit(writer: MatrixWriter, node: Apply) -> Formula:
    inner = writer.get(node.args[0])
    if not inner.order or not is_single(inner):
        return unit(inner)
    return product(Term(1, ((norm(inner), -1),), inner))


def pattern_formula(node: Pattern) -> Formula | None:
    """The matrix tril(ones(n, n)), and those that make vech of vec and back; None for other patterns."""
    size, latex = show(node.size), latex_size(node.size)
    if node.name == "lower":
        inner = ones(node.size, node.size)
        return simple_call("tril", [inner], 2, degree=0)
    for kind, letter in HALVES.items():
        if node.name == kind:
            return Formula(kind, [f"{kind}({size})"], [f"{letter}_{{{latex}}}"], order=2, degree=0)
    return None


def unit(inner: Formula) -> Formula:
    """unit(x), which is x/norm2(x)."""
    return simple_call("unit", [inner], inner.order, along=True)


def _logdet(writer: MatrixWriter, node: Apply) -> Formula:
    inner = turned_freely(writer.get(node.args[0]))
    return call("logdet", [inner], 0, (r"\log\left|\det\left(", inner, r"\right)\right|"), latex_level=POWER)


SPELLINGS: dict[str, Callable[[MatrixWriter, Apply], Formula]] = {
    "power": _power,
    "powm": _matrix_power,
    "inv": _inverse,
    "norm2": _norm,
    "unit": _unit,
    "logdet": _logdet,
}
