"""The methods of `Expr` that lead to rooms above it: pictures, layouts, substitution of what is read.

Imports only go down, so `Expr` cannot name these functions; here, above all of them, the class is given them. Each is an
ordinary function whose first argument is the expression.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ricci.drawing import draw
from ricci.expr import Expr
from ricci.layouts.layout import matrix, unfold
from ricci.layouts.patterns import rearrange
from ricci.layouts.table import layout_table
from ricci.substitution import substitute

METHODS: dict[str, Callable[..., Any]] = {
    "draw": draw,
    "layout_table": layout_table,
    "matrix": matrix,
    "rearrange": rearrange,
    "substitute": substitute,
    "unfold": unfold,
}

for _name, _function in METHODS.items():
    setattr(Expr, _name, _function)
