"""The last steps of a derivation: the direction taken out of a differential, and the derivative read off.

``df = g'*dx`` for a scalar by a vector, ``tr(G'*dX)`` by a matrix, ``J*dx`` for a vector, ``dvec(F) = J*dvec(X)`` for a matrix.
"""

from __future__ import annotations

from ricci.derivations.derivation import Equation, Side, Step
from ricci.derivatives.differentials import Differential, identify, numbered, paired, product_text
from ricci.expr import Expr
from ricci.layouts.layout import matrix
from ricci.notation.latex import latex
from ricci.traits.spaces import left_out, part_that_counts, tangent
from tensor_networks.nodes import Tensor

MOST_LETTERS = 90  # of the matrix of a vec form


def is_collected(text: str, form: str, direction: str) -> bool:
    """Is the direction taken out in the text already?"""
    return text == form or (text.count(direction) == 1 and text.endswith(f"*{direction})") and text.count("tr(") == 1)


def reading(value: Expr, variable: Tensor) -> str:
    """How the derivative is read off the differential."""
    counts = f"; {part_that_counts(variable)}" if left_out(variable) else ""
    if value.order or variable.order > 2:
        return "what the direction is multiplied with is the derivative" + counts
    forms = {0: "df = g*d{0}, so g is the derivative", 1: "df = g'*d{0}, so g is the gradient"}
    return forms.get(variable.order, "df = tr(G'*d{0}), so G is the derivative").format(variable.name) + counts


def collected(value: Expr, variable: Tensor, current: Equation) -> Side | None:
    """The differential with the direction taken out: ``g'*dx``, ``tr(G'*dX)``, ``J*dx``; None if it has no such form."""
    direction = tangent(variable)
    if variable.order > 2 or value.order > 1 or (value.order == 1 and variable.order != 1):
        return None
    found = _identify(value, variable, current)
    if value.order:
        number, text = numbered(str(found))
        code = rf"\left({found.latex()}\right)\,{latex(direction)}"
        return None if "->" in text else Side(product_text(number, text, direction.name), code)
    pair = paired(found, direction)
    code = found.latex() if variable.order == 0 else rf"\left({found.latex()}\right)^{{\mathsf T}}"
    code = rf"{code}\,{latex(direction)}"
    code = code if variable.order < 2 else rf"\operatorname{{tr}}\left({code}\right)"
    return None if pair is None else Side(pair, code)


def _identify(value: Expr, variable: Tensor, current: Equation) -> Expr:
    """What the direction is multiplied with."""
    direction = tangent(variable)
    known = {**value.variables, direction.name: direction}
    return identify(Differential(current.node, declared=known, directions={variable: direction}), variable)


def why(value: Expr, variable: Tensor) -> str:
    """Why the direction can be collected."""
    if value.order or (variable.order < 2 and not part_that_counts(variable)):
        return f"d{variable.name} is taken out of every term"
    return part_that_counts(variable) or "the trace is cyclic, and tr(M) = tr(M')"


def vectorised(value: Expr, variable: Tensor, current: Equation, made: list[Step]) -> Equation:
    """The differential of a matrix, or by a matrix, as ``dvec(F) = J*dvec(X)``, if that is short."""
    direction = tangent(variable)
    if not value.order or max(value.order, variable.order) != 2 or not variable.order:
        return current
    found = _identify(value, variable, current).described(split=(value.order, variable.order))
    jacobian = matrix(found, "numerator", "column")
    text, code = str(jacobian), rf"\left({jacobian.latex()}\right)"
    if "->" in text or len(text) > MOST_LETTERS:
        return current
    moved = Side(f"dvec({variable.name})", rf"\mathrm{{d}}\operatorname{{vec}}\left({latex(variable)}\right)")
    if variable.order == 1:
        moved = Side(direction.name, latex(direction))
    left = current.left
    if value.order == 2:
        inside, code_ = left.text[1:].strip("()"), left.latex.removeprefix(r"\mathrm{d}")
        left = Side(f"dvec({inside})", rf"\mathrm{{d}}\operatorname{{vec}}\left({code_}\right)")
    form = Side(product_text(*numbered(text), moved.text), rf"{code}\,{moved.latex}")
    after = Equation(left, current.node, form=form)
    made.append(Step("vec", "vec(A*X*B) = kron(B', A)*vec(X)", current, after, current.node))
    return after
