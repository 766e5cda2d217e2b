"""The long legend of an expression: what its axes are, in which layout, and what is assumed."""

from __future__ import annotations

from ricci.arguments import Expression, as_expression
from ricci.expr import Expr
from ricci.layouts.views import Labels, MatrixExpr
from tensor_networks.axes import show, show_shape


def legend(expression: Expression) -> str:
    """What a person needs to use a printed formula.

    One line each: the shapes of the variables, the axes of a derivative with the letters and sizes they have and whose they
    are, the layout, and the assumptions.
    """
    expression = as_expression(expression)
    lines = [str(expression)]
    shapes = ", ".join(f"{name}: {show_shape(leaf.axes)}" for name, leaf in expression.variables.items())
    lines += [f"    variables    {shapes}"] if shapes else []
    lines.append(f"    axes         {_axes(expression)}")
    lines.append(f"    layout       {_layout(expression)}")
    found = expression.assumptions()
    lines += [f"    assuming     {', '.join(found)}"] if found else []
    return "\n".join(lines)


def _axes(expression: Expr) -> str:
    if not expression.order:
        return "none: a scalar"
    if isinstance(expression, MatrixExpr):
        return expression.shape_text
    labels = Labels.of(expression)
    parts = []
    for letter, name, size in zip(labels.letters, labels.names, expression.axes, strict=False):
        parts.append(f"{letter} = 1..{show(size)}" + (f" of {name}" if name else ""))
    return ", ".join(parts)


def _layout(expression: Expr) -> str:
    if isinstance(expression, MatrixExpr):
        return expression.legend
    if expression.origin is None or len(expression.split) < 2:
        return "a row" if expression.role == "row" else "as it is written"
    variables = [variable.name for variable in expression.origin[1]]
    if expression.split[0] == 0 and len(variables) == 1:
        return f"a gradient has the axes of {variables[0]} (denominator layout)"
    if expression.split == (1, 1):
        return f"row: entry of the value, column: entry of {variables[0]} (numerator layout)"
    value = "the axes of the value, then " if expression.split[0] else ""
    return f"{value}those of {', then those of '.join(variables)}"
