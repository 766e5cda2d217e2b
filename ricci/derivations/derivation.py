"""`Step` and `Derivation`: the equations of a derivation and the rules that lead to them, as text, LaTeX and HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple, overload

from ricci.calculus.simplify import settle
from ricci.calculus.sweeps import directional
from ricci.drawing import DerivationDiagram, derivation
from ricci.expr import Expr
from ricci.notation.formula import Formula, TooLong, escaped, latex_name, spelled
from ricci.notation.index.writer import Unwritable, index_formula
from ricci.notation.matrix.writer import bounded, matrix_formula
from ricci.proofs.equality import Equality, equal
from tensor_networks.errors import RicciError
from tensor_networks.nodes import Node, Tensor
from tensor_networks.rewrite import substitute


class Side(NamedTuple):
    """What stands left of an equals sign, as text and in LaTeX."""

    text: str
    latex: str


class Open(NamedTuple):
    """A differential that is not worked out yet: of which node, by which variables, and a letter for the node."""

    node: Node
    variables: tuple[Tensor, ...]
    letter: str


@dataclass(frozen=True)
class Equation:
    """A value and its name. ``open`` are the tensors in it that stand for differentials still to be worked out.

    ``form`` is another way to write the value in matrix notation, as text and in LaTeX.
    """

    left: Side
    node: Node
    open: Mapping[Tensor, Open] = field(default_factory=dict)
    form: Side | None = None

    def text(self, notation: str = "matrix") -> str:
        """The equation in a notation: ``"matrix"`` (where it has such a form), ``"index"`` or ``"latex"``."""
        if notation == "latex":
            return self.latex()
        return f"{self.left.text} = {self.right(notation)}"

    def right(self, notation: str = "matrix") -> str:
        """The right side."""
        if self.form is not None and notation == "matrix":
            return self.form.text
        found = self._spelled(notation, latex=False)
        if found is None:
            return bounded(self.node)
        text, notes = found
        text = text.removesuffix(" ->")
        return f"{text}    where {', '.join(notes)}" if notes else text

    def latex(self, notation: str = "matrix") -> str:
        """The equation in LaTeX, with ``&`` before the equals sign."""
        return f"{self.left.latex} &= {self.right_latex(notation)}"

    def right_latex(self, notation: str = "matrix") -> str:
        """The right side in LaTeX."""
        if self.form is not None and notation == "matrix":
            return self.form.latex
        found = self._spelled(notation, latex=True)
        if found is None:
            return rf"\text{{{escaped(bounded(self.node))}}}"
        text, notes = found
        return rf"{text} \quad \text{{where }} {', '.join(notes)}" if notes else text

    def _spelled(self, notation: str, latex: bool) -> tuple[str, list[str]] | None:
        """The right side with differentials in the places of what stands for them, and what their letters mean.

        In matrix notation a differential shows what it is one of, ``d(A*x)``; in index notation, where the indices would be
        lost, it has a letter, and a note says what that is. None if the formula is too long to be read.
        """
        try:
            whole = matrix_formula(self.node) if notation == "matrix" else None
            inline = whole is not None
            whole = index_formula(self.node, latex) if whole is None else whole
            names, notes = {}, []
            for leaf, (node, _, letter) in self.open.items():
                inner = (matrix_formula(node) if inline else None) or index_formula(node, latex)
                names[leaf.name] = _in_place(inner) if inline else _lettered(letter)
                if not inline:
                    notes.append(_note(letter, inner, latex))
        except (TooLong, Unwritable):
            return None
        return spelled(whole, latex, names), notes

    def closed(self) -> Expr:
        """The value with all differentials in it worked out."""
        done: dict[Node, Node] = {leaf: directional(node, variables) for leaf, (node, variables, _) in self.open.items()}
        return Expr(settle(substitute(self.node, done))[0])


def _in_place(inner: Formula) -> Formula:
    """``d(...)``."""
    return Formula("call", ["d(", inner, ")"], [r"\mathrm{d}\left(", inner, r"\right)"], order=inner.order)


def _lettered(letter: str) -> Formula:
    """``du``, which is given indices."""
    return Formula("name", [f"d{letter}"], [rf"\mathrm{{d}}{latex_name(letter)}"], order=0)


def _note(letter: str, inner: Formula, latex: bool) -> str:
    """What a letter stands for: ``u_i = A_ij x_j``."""
    body, _, indices = inner.text.partition(" ->")
    indices = indices.strip()
    simple = indices.isalpha()
    if not latex:
        return f"{letter}_{indices} = {body}" if simple else f"{letter} = {inner.text.strip(' ->')}"
    return (f"{latex_name(letter)}_{{{' '.join(indices)}}}" if simple else latex_name(letter)) + f" = {inner.latex}"


@dataclass(frozen=True)
class Step:
    """One rule, applied: its name, its reason in a sentence, the equations before and after, the node it acted on.

    ``equivalent`` is the value that must be equal to the one before: that after, or, where a derivative is identified
    from a differential, the derivative times the direction. ``tangents`` says what a direction is that must be tangent.
    """

    rule: str
    reason: str
    before: Equation
    after: Equation
    node: Node
    equivalent: Equation | None = None
    tangents: Mapping[Node, Node] = field(default_factory=dict)

    def check(self) -> Equality:
        """Are both sides of the step equal? As `rc.equal` finds it."""
        return equal(*(self._seen(equation.closed()) for equation in (self.before, self.equivalent or self.after)))

    def _seen(self, value: Expr) -> Expr:
        return Expr(substitute(value.node, self.tangents), declared=value.variables) if self.tangents else value

    def text(self, notation: str = "matrix") -> str:
        """The equation that the rule leads to, and the rule."""
        return f"{self.after.text(notation)}    {self.rule}: {self.reason}"

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__


class Derivation(Sequence[Step]):
    """The steps from an expression to its derivative, in order; `result` is the derivative."""

    def __init__(self, start: Equation, steps: Sequence[Step], result: Expr, notation: str = "matrix") -> None:
        self.start, self.steps, self.result, self.notation = start, tuple(steps), result, notation

    @overload
    def __getitem__(self, place: int) -> Step: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Step]: ...
    def __getitem__(self, place: int | slice) -> Step | Sequence[Step]:
        return self.steps[place]

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def draw(self) -> DerivationDiagram:
        """The same derivation in pictures: the node outlined, the hole, the new legs, for each order of derivative."""
        if self.result.origin is None:
            raise RicciError("only the derivation of a derivative can be drawn")
        root, variables = self.result.origin
        return derivation(root, *variables)

    def _rows(self) -> list[tuple[str, str, str]]:
        """Left sides (empty where repeated), right sides and remarks."""
        rows = [(self.start.left.text, self.start.right(self.notation), "")]
        last = self.start.left
        for step in self.steps:
            left = step.after.left
            remark = f"{step.rule}: {step.reason}" if step.reason else step.rule
            rows.append(("" if left == last else left.text, step.after.right(self.notation), remark))
            last = left
        return rows

    def __str__(self) -> str:
        rows = self._rows()
        wide = max(len(left) for left, _, _ in rows)
        most = min(max(len(right) for _, right, _ in rows), 60)
        return "\n".join(f"{left:<{wide}} = {right:<{most}}    {remark}".rstrip() for left, right, remark in rows)

    __repr__ = __str__

    def latex(self) -> str:
        """An ``aligned`` block, the rules beside the equations."""
        lines, last = [self.start.latex(self.notation)], self.start.left
        for step in self.steps:
            line = step.after.latex(self.notation)
            if step.after.left == last:
                line = line[line.index("&=") :]
            lines.append(rf"{line} && \text{{{_plain(step.rule)}}}")
            last = step.after.left
        return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"

    def _repr_latex_(self) -> str:
        return f"$$\n{self.latex()}\n$$"

    def html(self) -> str:
        """A table; it needs nothing from elsewhere. Every row carries its LaTeX in ``data-latex``."""
        latexes = [self.start.latex(self.notation), *(step.after.latex(self.notation) for step in self.steps)]
        cells = []
        for (left, right, remark), code in zip(self._rows(), latexes, strict=True):
            cells.append(
                f'<tr data-latex="{escape(code)}"><td style="text-align:right"><code>{escape(left)}</code></td>'
                f'<td style="text-align:left"><code>= {escape(right)}</code></td>'
                f'<td style="text-align:left">{escape(remark)}</td></tr>'
            )
        return '<table class="ricci-steps">\n' + "\n".join(cells) + "\n</table>"

    _repr_html_ = html


def _plain(text: str) -> str:
    """A text without what LaTeX reads as a command."""
    return re.sub(r"[\\{}$&#%_^~]", lambda found: rf"\{found[0]}" if found[0] in "{}$&#%_" else " ", text)
