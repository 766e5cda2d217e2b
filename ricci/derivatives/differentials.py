"""Differentials: ``df = tr(G'*dX)`` and ``dvec(F) = J*dvec(X)``, and the derivatives that are identified from them.

The differential of an expression is linear in the tensors ``d<name>``; the second one quadratic. The identification
table of Magnus & Neudecker (ch. 5-10) is one rule here: take the direction out of the network, and what is left is the
derivative; of a quadratic form it is half the second derivative, the Hessian.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from ricci.arguments import Directions, Expression, Variable, as_expression
from ricci.calculus import sweeps
from ricci.calculus.simplify import settle
from ricci.expr import Expr, Provenance
from ricci.layouts.layout import matrix
from ricci.traits.spaces import is_curved, left_out, projected
from tensor_networks.axes import show_shape
from tensor_networks.composites import is_zero
from tensor_networks.errors import RicciError, UnknownName, clip
from tensor_networks.networks import total, zero
from tensor_networks.nodes import Node, Tensor, leaves, tensor
from tensor_networks.rewrite import substitute

NAMES = {False: ("f", "g", "h", "y"), True: ("F", "G", "H", "Y")}


class Differential(Expr):
    """A differential: an expression in variables and in the directions ``d<name>`` that knows what it is the one of.

    ``of`` is the expression, ``directions`` has a direction for each variable, ``degree`` is 1, or 2 for the second
    differential, and so on.
    """

    __slots__ = ("degree", "directions", "of")

    def __init__(
        self,
        node: Node,
        provenance: Provenance | None = None,
        *,
        declared: Mapping[str, Tensor] | None = None,
        of: Expr | None = None,
        directions: Directions | None = None,
        degree: int = 1,
    ) -> None:
        super().__init__(node, provenance, declared=declared)
        self.of, self.directions, self.degree = of, dict(directions or {}), degree

    @property
    def wrt(self) -> tuple[Tensor, ...]:
        """The variables."""
        return tuple(self.directions)

    @property
    def label(self) -> str:
        """What stands left of the equals sign: ``df``, ``dF`` for matrices, ``d2f`` for the second differential."""
        return f"d{self.degree if self.degree > 1 else ''}{name_of(self.of)}"

    def equation(self) -> str:
        """The differential as an equation; that of a scalar as ``g'*dx`` and ``tr(G'*dX)``, ready to be identified."""
        return f"{self.label} = {self._collected() or self}"

    def _collected(self) -> str | None:
        """The right side with the directions taken out, where that is a form for it."""
        if self.order or self.of is None or not self.wrt or any(leaf.order > 2 for leaf in self.wrt):
            return None
        parts = [identify(self, leaf) for leaf in self.wrt]
        if self.degree == 1:
            present = [(part, leaf) for part, leaf in zip(parts, self.wrt, strict=True) if not is_zero(part.settled)]
            texts = [paired(part, self.directions[leaf]) for part, leaf in present]
            return None if None in texts or not texts else added([text for text in texts if text is not None])
        if self.degree == 2 and len(self.wrt) == 1 and self.wrt[0].order == 1:
            return self._quadratic(parts[0], self.directions[self.wrt[0]].name)
        return None

    def _quadratic(self, hessian: Expr, direction: str) -> str | None:
        """``dx'*H*dx``; None if the Hessian is 0 or so simple that the differential itself says it better."""
        number, text = numbered(str(hessian))
        if is_zero(hessian.settled) or not leaves(hessian.settled) or "->" in text:
            return None
        return product_text(number, f"{direction}'", text, direction)

    def vec(self) -> str:
        """The vectorised form: ``dvec(F) = kron(B', A)*dvec(X)``, ``d2f = dvec(X)'*H*dvec(X)``; columns stacked.

        Raises:
            RicciError: a tensor of more than two axes is in it, or it is a second differential of more than a scalar
                or by more than one variable.
        """
        orders = [leaf.order for leaf in self.wrt]
        if self.of is None or max(self.order, *orders) > 2:
            raise RicciError("the vec form is one of scalars, vectors and matrices")
        if self.degree > 1:
            return self._second_vec()
        terms = []
        for leaf in self.wrt:
            derivative = identify(self, leaf)
            if not is_zero(derivative.settled):
                text = str(matrix(derivative, "numerator", "column"))
                terms.append(product_text(text, self._flat(leaf)))
        left = f"dvec({name_of(self.of)})" if self.order == 2 else self.label
        return f"{left} = {added(terms) if terms else '0'}"

    def _flat(self, leaf: Tensor) -> str:
        """The direction of a variable, as a vector."""
        name = self.directions[leaf].name
        if leaf.order < 2:
            return name
        return f"dvec({leaf.name})" if name == f"d{leaf.name}" else f"vec({name})"

    def _second_vec(self) -> str:
        if self.degree > 2 or self.order or len(self.wrt) > 1:
            raise RicciError("the vec form of a second differential is one of a scalar, by one variable")
        (leaf,) = self.wrt
        hessian = identify(self, leaf)
        if is_zero(hessian.settled):
            return f"{self.label} = 0"
        direction = self._flat(leaf)
        flipped = f"{direction}'" if leaf.order else direction
        number, text = numbered(str(matrix(hessian, "numerator", "column") if leaf.order else hessian))
        return f"{self.label} = {product_text(number, flipped, text, direction)}"

    def identify(self, wrt: Variable) -> Expr:
        """The derivative by a variable; of a second differential, the Hessian. See `identify`."""
        return identify(self, wrt)

    def _repr_latex_(self) -> str:
        label = rf"\mathrm{{d}}{f'^{{{self.degree}}}' if self.degree > 1 else ''}{name_of(self.of)}"
        return f"${label} = {self.latex()}$"

    def __repr__(self) -> str:
        return f"{self.equation()}    {self.legend or show_shape(self.axes)}"

    def __reduce__(self) -> Any:
        names = {leaf.name: direction.name for leaf, direction in self.directions.items()}
        return _restored, (Expr.to_json(self), self.of, names, self.degree)


def _restored(text: str, of: Expr | None, names: Mapping[str, str], degree: int) -> Differential:
    made = Expr._unpickled(text)
    known = made.variables if of is None else of.variables | made.variables
    directions = {known[name]: known[direction] for name, direction in names.items()}
    return Differential(made.node, made.provenance, declared=made.variables, of=of, directions=directions, degree=degree)


def identify(differential: Expression, wrt: Variable) -> Expr:
    """The derivative that a differential tells: axes of the expression, then those of the variable.

    ``df = tr(G'*dX)`` gives G, ``dvec(F) = J*dvec(X)`` the tensor whose matrix in numerator layout is J, and a second
    differential ``dx'*H*dx`` gives H, which comes out symmetric. Any expression in ``d<name>`` will do.

    Raises:
        UnknownName: there is no variable of that name.
        RicciError: the expression is neither linear nor quadratic in the direction.
    """
    differential = as_expression(differential)
    name = wrt if isinstance(wrt, str) else differential.variable(wrt).name
    found = {leaf.name: leaf for leaf in leaves(differential.settled)}
    known = differential.variables
    if isinstance(differential, Differential) and differential.directions:
        named = {leaf.name: direction for leaf, direction in differential.directions.items()}
    else:
        named = {leaf[1:]: direction for leaf, direction in known.items() if leaf[:1] == "d" and leaf[1:] in (*known, name)}
    direction = named.get(name)
    if direction is None:
        raise UnknownName(f"there is no direction d{clip(name)} in this differential")
    variable = known.get(name) or tensor(name, direction.axes, direction.traits, direction.marks)
    others = [leaf for leaf in named.values() if leaf in found.values() and leaf is not direction]
    resting: dict[Node, Node] = {leaf: zero(leaf.axes) for leaf in others}
    node = settle(substitute(differential.settled, resting))[0] if resting else differential.settled
    first = settle(sweeps.derivative(node, [direction]))[0]
    degree = _degree(node, first, direction)
    if is_zero(node) and isinstance(differential, Differential):
        degree = min(differential.degree, 2)
    if degree == 2:
        first = settle(sweeps.derivative(node, [direction, direction]))[0]
        first = settle(total([(first, Fraction(1, 2))], first.axes))[0]
    split = (differential.order, *[variable.order] * degree)
    if left_out(variable) and not (degree == 2 and is_curved(variable)):
        for place in range(degree):
            start = differential.order + place * variable.order
            first = settle(projected(first, variable, range(start, start + variable.order)))[0]
    origin = None
    if isinstance(differential, Differential) and differential.of is not None:
        origin = differential.of, (variable,) * degree
    return Expr(first, Provenance(origin, split), declared=known)


def _degree(node: Node, first: Node, direction: Tensor) -> int:
    """1 or 2, as the node is linear or quadratic in the direction."""
    nothing: dict[Node, Node] = {direction: zero(direction.axes)}
    if is_zero(settle(substitute(node, nothing))[0]):
        if direction not in leaves(first):
            return 1
        second = settle(sweeps.derivative(first, [direction]))[0]
        if direction not in leaves(second) and is_zero(settle(substitute(first, nothing))[0]):
            return 2
    raise RicciError(f"this is neither linear nor quadratic in {direction.name}, so it is no differential")


def name_of(expression: Expr | None) -> str:
    """A name for the value of an expression that is none of its variables: f, or F for matrices."""
    taken = set() if expression is None else set(expression.variables)
    names = NAMES[expression is not None and expression.order > 1]
    return next((name for name in names if not taken & {name, f"d{name}"}), names[0])


# texts


def paired(derivative: Expr, direction: Tensor) -> str | None:
    """``g'*dx``, ``tr(G'*dX)`` or ``g*da`` as text; None if the derivative has no matrix form."""
    number, other = numbered(str(derivative))
    if direction.order == 0:
        return None if "->" in other else product_text(number, other, direction.name)
    number, text = numbered(str(derivative.transposed))
    if "->" in text:
        return None
    if loose(text, "/.") and other.endswith("'"):
        text = f"({text})"
    elif loose(text, "/."):
        text = f"({other})'" if loose(other, "/.") else f"{other}'"
    pair = product_text(text, direction.name)
    return product_text(number, pair if direction.order == 1 else f"tr({pair})")


def numbered(text: str) -> tuple[str, str]:
    """The sign and the number in front of a product, and the rest."""
    sign = "-" if text.startswith("-") else ""
    rest = text.removeprefix("-")
    found = re.match(r"([\d.]+)\*(?=[^*])", rest)
    if loose(rest):
        return "1", text
    return (sign + found[1], rest[found.end() :]) if found else (f"{sign}1", rest)


def product_text(*texts: str) -> str:
    """The product of some texts, sums among them in parentheses, a minus sign in front."""
    sign, parts = "", []
    for text in texts:
        if text.startswith("-") and not loose(text[1:]):
            sign, text = ("" if sign else "-"), text[1:]
        parts.append(f"({text})" if loose(text) else text)
    kept = [part for part in parts if part != "1"] or ["1"]
    if len(kept) == 1 and kept[0] == f"({texts[-1]})":
        return sign + (kept[0] if sign else texts[-1])
    return sign + "*".join(kept)


def added(texts: Sequence[str]) -> str:
    """The sum of some texts."""
    return texts[0] + "".join(f" - {text[1:]}" if text.startswith("-") else f" + {text}" for text in texts[1:])


def loose(text: str, more: str = "") -> bool:
    """Does an operator that binds less than a product (or one of ``more``) stand outside all parentheses?"""
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if depth == 0 and (letter in more or (letter in "+-" and text[place - 1 : place] != "^")):
            return True
    return False
