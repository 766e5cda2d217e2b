"""Pictures of expressions: `draw` one, the `derivation` of a derivative by removing nodes, the contraction `plan`."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import fields
from typing import Any, overload

import numpy as np

from ricci.calculus import sweeps
from ricci.calculus.simplify import settle
from ricci.evaluation.compiled import compile
from ricci.expr import Expr
from ricci.functions import apply
from ricci.notation.writing import write
from ricci.traits.spaces import is_structured
from tensor_networks.composites import Factor, Network, Sum
from tensor_networks.drawing.diagrams import Diagram
from tensor_networks.drawing.glyphs import default_sides
from tensor_networks.drawing.html import page, table
from tensor_networks.drawing.mesh import Part
from tensor_networks.drawing.picture import Picture
from tensor_networks.drawing.plans import plan_picture, short
from tensor_networks.drawing.reading import network_of
from tensor_networks.drawing.scene import Options, Scene
from tensor_networks.drawing.strips import Piece, coefficient, column, operator, row, sentence
from tensor_networks.drawing.style import NAME, OPERATOR, Run, named
from tensor_networks.drawing.svg import svg
from tensor_networks.errors import OperandError, UnknownName, choice, clip
from tensor_networks.evaluation.program import build
from tensor_networks.networks import network
from tensor_networks.nodes import Node, Tensor, leaves
from tensor_networks.numbers import Number

FORMS = ("svg", "tikz", "dot", "text", "html")
MOST_PANELS = 24
MOST_TEXT = 300


@overload
def draw(expression: Expr, form: None = None, **options: Any) -> Diagram: ...
@overload
def draw(expression: Expr, form: str, **options: Any) -> str: ...
def draw(expression: Expr, form: str | None = None, **options: Any) -> Diagram | str:
    """The diagram of an expression: axes of a value to the left, those a derivative added to the right.

    Args:
        expression: what to draw.
        form: None, or what the text of the diagram is wanted in: ``"svg"``, ``"tikz"``, ``"dot"``, ``"text"`` or ``"html"``.
        options: fields of `tensor_networks.drawing.Options`: ``sides`` (one of l, r, d, u for each leg),
            ``open_functions`` (the depth down to which functions are opened, or True), ``labels`` (index, size or none),
            ``positions`` (a column and a row for each tensor, by name; a list of them for one that occurs more than once),
            and the others that are explained there. One side stands for all legs.

    Raises:
        UnknownName: there is no such form, no such option, or no tensor of that name.
        OperandError: the sides are not one for each leg, or a position is no pair of numbers.
    """
    for name in options:
        choice(name, [field.name for field in fields(Options)], "option of a drawing")
    diagram = _diagram(expression, options)
    if form in ("png", "tex", "pdf"):
        hint = (
            'e.draw().save("a.tex"), for LaTeX' if form != "png" else 'e.draw().save("a.png"), or e.draw().png() for the bytes'
        )
        raise UnknownName(f"{form} is no text", hint=hint)
    text: str | None = None if form is None else getattr(diagram, choice(form, FORMS, "form of a diagram"))()
    return diagram if text is None else text


def _diagram(expression: Expr, options: dict[str, Any]) -> Diagram:
    node = expression.settled
    options.setdefault("write", formula)
    options.setdefault("sides", sides_of(expression.split, node.order))
    if "positions" in options:
        options["positions"] = _positions(options["positions"], {leaf.name for leaf in leaves(node)})
    options["sides"] = _sides(options["sides"], node.order)
    choice(options.get("labels", "index"), ("index", "size", "none"), "labels")
    chosen = Options(**options)
    text = _clipped(expression)
    return Diagram(node, lambda: Scene(node, chosen).picture(), text, text)


def _sides(sides: Any, order: int) -> str:
    """A side for each leg; one letter stands for all, nothing for the usual ones."""
    if not isinstance(sides, str) or set(sides) - set("lrdu") or len(sides) not in (0, 1, order):
        raise OperandError(f"sides names one of l, r, d, u for each of the {order} legs, not {clip(repr(sides))}")
    return sides * order if len(sides) == 1 else sides


def _positions(positions: Any, known: set[str]) -> dict[str, list[tuple[float, float]]]:
    """A list of columns and rows for each name; a single pair is a list of one."""
    if not isinstance(positions, Mapping):
        raise OperandError("positions are given by name", hint='positions={"A": (0, 0), "B": [(1, 0), (1, 1)]}')
    found = {}
    for name, places in positions.items():
        choice(name, sorted(known), "tensor")
        try:
            pairs = np.array(places, dtype=float).reshape(-1, 2)
        except (TypeError, ValueError):
            message = f"a position is a column and a row, not {clip(repr(places))}"
            raise OperandError(message, hint=f'positions={{"{clip(name)}": (0, 0)}}') from None
        found[name] = [(float(x), float(y)) for x, y in pairs]
    return found


def formula(node: Node) -> str:
    """A node in matrix notation, or in index notation where that is needed."""
    return write(node, "")


def _clipped(expression: Expr) -> str:
    if len(leaves(expression.settled)) > 60:
        return "a large expression"
    text = str(expression)
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1] + "…"


def sides_of(split: Sequence[int], order: int) -> str:
    """The sides of the legs of a derivative; empty for whatever is no derivative."""
    if len(split) < 2 or sum(split) != order:
        return ""
    if not split[0] and len(split) == 2:
        return default_sides(order)
    first = split[0] or split[1]
    return "l" * first + "r" * (order - first)


def read(text: str, leaves: Mapping[str, Tensor]) -> Expr:
    """The expression that an SVG of ours shows, given its tensors by name.

    Raises:
        FormatError: the text is not such a picture.
    """
    return Expr(network_of(text, leaves.values(), lambda name, args: apply(name, *args)))


class DerivationDiagram(Diagram):
    """The derivation of a derivative in pictures: for each variable in turn the holes, the new legs, the merged sum."""

    def __init__(self, expression: Expr, rows: Sequence[tuple[str, Picture]]) -> None:
        super().__init__(expression.settled, lambda: column([picture for _, picture in rows], 34.0), _clipped(expression))
        self.rows = tuple(rows)

    def html(self) -> str:
        """A page with a line for every step: the formula, and the picture beside it."""
        return page(self.title, table((text, svg(picture, text)) for text, picture in self.rows))


def derivation(expression: Expr, *wrt: Any) -> DerivationDiagram:
    """The derivative by each variable in turn, by removing nodes.

    First every occurrence of the variable is outlined. Then, for each of them, a panel in which it is a hole; then the panels
    with the wires of the hole as legs; then the sum, simplified, equal panels merged.

    Raises:
        UnknownName: a variable neither occurs nor was declared.
        DerivativeError: a function has no derivative rule.
    """
    variables = [expression.variable(which) for which in wrt]
    rows: list[tuple[str, Picture]] = []
    node = expression.settled
    for place, variable in enumerate(variables):
        split = (expression.order, *(done.order for done in variables[: place + 1]))
        rows += _Stage(node, variable, sides_of(split[:-1], node.order), split).rows()
        node = settle(sweeps.derivative(node, [variable]))[0]
    return DerivationDiagram(expression, rows)


class _Stage:
    """One differentiation: `node` by `variable`."""

    def __init__(self, node: Node, variable: Tensor, sides: str, split: Sequence[int]) -> None:
        self.node, self.variable, self.sides = node, variable, sides
        self.new_sides = sides_of(split, node.order + variable.order)
        self.result = settle(sweeps.derivative(node, [variable]))[0]
        self.terms = node.terms if isinstance(node, Sum) else ((node, 1),)

    def rows(self) -> list[tuple[str, Picture]]:
        """The stages of a derivative, with their formulas: a hole for every copy of the variable, the terms, the result."""
        holes, panels = self.holes()
        head = [
            Piece((Run(f"∂/∂{self.variable.name[:20]}"),), size=OPERATOR, italic=True),
            *_bracketed(self.scene(self.node, True).draw(self.node, self.sides, 0), isinstance(self.node, Sum)),
        ]
        first = row([*head, operator("=", True), *(_joined(holes) or [sentence("0")])])
        found = [(f"∂/∂{self.variable.name[:20]} ({_shown(self.node)})", first)]
        if not holes:
            return found
        drawn = [(number, self.scene(node).draw(node, self.new_sides, 0)) for number, node in panels[:MOST_PANELS]]
        text = _signed([(number, _shown(node)) for number, node in panels])
        found.append((f"= {text}", row([operator("="), *_joined(drawn)])))
        terms = self.result.terms if isinstance(self.result, Sum) else ((self.result, 1),)
        if sorted((node.key, number) for number, node in panels) != sorted((node.key, number) for node, number in terms):
            word = "=" if not is_structured(self.variable) else "projected onto its structure:"
            picture = self.scene(self.result).draw(self.result, self.new_sides, 0)
            piece = operator("=") if word == "=" else sentence(word, NAME, True)
            found.append((f"{word} {_shown(self.result)}", row([piece, Piece(picture)])))
        return found

    def scene(self, root: Node, marked: bool = False) -> Scene:
        """A scene for a panel; functions of the variable are outlined with it."""
        outlined = (
            frozenset(node for node in Scene(root).below if node is self.variable or self.hides(node))
            if marked
            else frozenset()
        )
        return Scene(root, Options(write=formula, marked=outlined))

    def hides(self, node: Node) -> bool:
        """Is it a function of the variable?"""
        return hasattr(node, "function") and self.variable in leaves(node)

    def holes(self) -> tuple[list[tuple[Number, Picture]], list[tuple[Number, Node]]]:
        """For each occurrence its panel with a hole, and the product in which the wires of the hole are legs."""
        holes: list[tuple[Number, Picture]] = []
        panels: list[tuple[Number, Node]] = []
        for term, number in self.terms:
            factors, outputs, sizes = _as_product(term)
            for place, factor in enumerate(factors):
                if self.variable not in leaves(factor.node):
                    continue
                rest = [other for other in factors if other is not factor]
                if factor.exponent != 1:
                    rest.append(factor._replace(exponent=factor.exponent - 1))
                if len(holes) < MOST_PANELS:
                    holes.append((number * factor.exponent, self.hole(term, factors, place)))
                panels += self.opened(factor, rest, outputs, sizes, number * factor.exponent)
        return holes, panels

    def hole(self, term: Node, factors: Sequence[Factor], place: int) -> Picture:
        """The panel of a product whose factor at a place is a hole."""
        parts = []
        for other, (node, slots, exponent) in enumerate(factors):
            if other == place:
                parts.append(Part(node, slots, 1, "hole"))
                exponent -= 1
            if exponent:
                parts.append(Part(node, slots, exponent))
        _, outputs, sizes = _as_product(term)
        sides = self.sides or default_sides(term.order)
        return self.scene(term).product(parts, outputs, sizes, sides, 0, (("kind", "hole"),))

    def opened(
        self, factor: Factor, rest: Sequence[Factor], outputs: Sequence[Any], sizes: Sequence[Any], number: Number
    ) -> list[tuple[Number, Node]]:
        """The product without a factor, the wires of its slots among the outputs; a composite one is differentiated further."""
        known: dict[Hashable, Any] = dict(enumerate(sizes))
        if factor.node is self.variable:
            found = network(rest, [*outputs, *factor.slots], known)
        else:
            new = [f"new{axis}" for axis in range(self.variable.order)]
            inner = sweeps.derivative(factor.node, [self.variable])
            found = network([*rest, (inner, (*factor.slots, *new))], [*outputs, *new], known)
        found = settle(found)[0]
        terms = found.terms if isinstance(found, Sum) else ((found, 1),)
        return [(number * inside, node) for node, inside in terms]


def _as_product(node: Node) -> tuple[Sequence[Factor], Sequence[Any], Sequence[Any]]:
    if isinstance(node, Network):
        return node.factors, node.outputs, node.sizes
    slots = tuple((axis,) for axis in range(node.order))
    return [Factor(node, slots, 1)], slots, node.axes


def _joined(panels: Sequence[tuple[Number, Picture]]) -> list[Piece]:
    pieces: list[Piece] = []
    for place, (number, picture) in enumerate(panels[:MOST_PANELS]):
        pieces += coefficient(number, place == 0)
        pieces.append(Piece(picture, space=10.0))
    return pieces


def _bracketed(picture: Picture, needed: bool) -> list[Piece]:
    piece = Piece(picture, space=10.0)
    return [sentence("("), piece, sentence(")")] if needed else [piece]


def _shown(node: Node) -> str:
    text = write(node, "")
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1] + "…"


def _signed(terms: Sequence[tuple[Number, str]]) -> str:
    parts = []
    for place, (number, text) in enumerate(terms):
        sign = "-" if number < 0 else "+" if place else ""
        size = "" if abs(number) == 1 else f"{abs(number)}*"
        parts.append(f"{sign} {size}{text}" if place else f"{sign}{size}{text}")
    return " ".join(parts)


def plan(*expressions: Expr, sizes: Mapping[str, int] | None = None, size: int = 100, optimize: Any = None) -> Diagram:
    """The contraction plan of expressions, compiled together: each step with its shape and operations.

    Args:
        expressions: what is computed.
        sizes: the number for each size symbol; `size` for those not given.
        optimize: how contraction orders are chosen, see `tensor_networks.evaluation.plan.order`.

    Raises:
        UnknownName: there is no such size.
    """
    nodes = settle(*(expression.node for expression in expressions))
    known = dict.fromkeys(sorted(compile(nodes).symbols), size)
    known |= {choice(name, known, "size"): number for name, number in (sizes or {}).items()}
    program = build(nodes, known, optimize)
    largest, _, peak = program.elements(known)
    summary = (
        f"{short(program.flops(known))} flop, largest array {short(largest)} elements, at most {short(peak)} at one time, "
        f"for {', '.join(f'{name} = {number}' for name, number in known.items()) or 'these sizes'}"
    )

    def picture() -> Picture:
        return column(
            [
                row([Piece(named(""), size=1.0), sentence(summary, NAME, True)]),
                plan_picture(program, known),
            ]
        )

    return Diagram(nodes[0], picture, "contraction plan: " + summary, summary)
