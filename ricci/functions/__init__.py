"""The functions: one entry each, in one table; and `Apply`, a function applied to nodes."""

from ricci.functions.applying import FUNCTIONS, Apply, apply, number_of
from ricci.functions.definitions import DEFINED
from ricci.functions.function import Function, Operator

FUNCTIONS.update({function.name: function for function in DEFINED})

__all__ = ["FUNCTIONS", "Apply", "Function", "Operator", "apply", "number_of"]
