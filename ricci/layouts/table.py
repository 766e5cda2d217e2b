"""One derivative in all conventions, side by side."""

from __future__ import annotations

from dataclasses import dataclass

from ricci.expr import Expr
from ricci.layouts.layout import SYMMETRIC, matrix, unfold
from ricci.layouts.views import MatrixExpr, Parts
from tensor_networks.axes import show_shape
from tensor_networks.errors import RicciError

CONVENTIONS: tuple[tuple[str, dict[str, str]], ...] = (
    ("numerator", {"layout": "numerator"}),
    ("numerator, vec column", {"layout": "numerator", "vec": "column"}),
    ("numerator, vec row", {"layout": "numerator", "vec": "row"}),
    ("denominator", {"layout": "denominator"}),
    ("denominator, vec column", {"layout": "denominator", "vec": "column"}),
    ("denominator, vec row", {"layout": "denominator", "vec": "row"}),
    ("mixed", {"layout": "mixed"}),
    ("block-wrt", {"layout": "block-wrt"}),
    ("block-value", {"layout": "block-value"}),
    ("stacked", {"layout": "stacked"}),
    ("vech", {"layout": "vech"}),
    ("vech-value", {"layout": "vech-value"}),
    ("vech-both", {"layout": "vech-both"}),
)
WIDEST = 60


@dataclass(frozen=True)
class LayoutTable:
    """The derivative as a tensor, and its matrices by the names of their conventions; equal ones stand in one line in print."""

    tensor: Expr
    matrices: dict[str, MatrixExpr]

    def __getitem__(self, name: str) -> MatrixExpr:
        return self.matrices[name]

    def __str__(self) -> str:
        merged: dict[tuple[object, str], list[str]] = {}
        for name, view in self.matrices.items():
            merged.setdefault((view.settled, view.shape_text), []).append(name)
        rows = [("tensor", show_shape(self.tensor.axes), str(self.tensor))]
        rows += [(" = ".join(_short(names)), shape, str(self.matrices[names[0]])) for (_, shape), names in merged.items()]
        widths = [max(len(row[place]) for row in rows) for place in (0, 1)]
        return "\n".join(f"{name:<{widths[0]}}  {shape:<{widths[1]}}  {text}" for name, shape, text in rows)

    __repr__ = __str__


def _short(names: list[str]) -> list[str]:
    """The names without those that add nothing: a convention for which the order of flattening does not matter."""
    return [name for name in names if ", vec " not in name or name.split(",")[0] not in names]


def layout_table(expression: Expr) -> LayoutTable:
    """The derivative in every layout that there is for it."""
    parts = Parts.of(expression)
    found: dict[str, MatrixExpr] = {}
    for name, options in CONVENTIONS:
        layout = options["layout"]
        if layout in ("vech", "vech-both") and not _is_symmetric(expression):
            continue
        if layout.startswith("block") and len(parts.value) + len(parts.last) < 3:
            continue
        try:
            found[name] = matrix(expression, **options)
        except RicciError:
            continue
    if expression.order > 2:
        for mode in range(expression.order):
            found[f"mode-{mode} unfolding"] = unfold(expression, mode)
    return LayoutTable(expression, found)


def _is_symmetric(expression: Expr) -> bool:
    """Is the last variable a symmetric matrix?"""
    return expression.origin is not None and bool(expression.origin[1][-1].traits & SYMMETRIC)
