"""Functions of the table called on expressions: `fn.expm(A)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ricci.expr import Expr
from ricci.functions import FUNCTIONS, apply
from ricci.functions.aliases import ALIASES
from ricci.notation.numpy.shapes import broadcast, operand
from tensor_networks.errors import UnknownName, clip, suggestion


class MissingFunction(UnknownName, AttributeError):
    """There is no function of that name in the table."""


class Functions:
    """Every function of the table, as an attribute: ``fn.softplus(x)``, ``fn.sylvester(A, B, Q)``.

    Arguments are expressions, numbers and arrays. Functions of entries stretch their arguments as NumPy does.
    """

    def __getattr__(self, name: str) -> Callable[..., Expr]:
        name = ALIASES.get(name, name)
        if name not in FUNCTIONS:
            hint = suggestion(name, FUNCTIONS)
            raise MissingFunction(f"there is no function {clip(name)}", hint=hint)

        def call(*args: Any) -> Expr:
            nodes = [operand(_node(arg)) for arg in args]
            if FUNCTIONS[name].elementwise and len(nodes) == FUNCTIONS[name].arity:
                nodes = list(broadcast(name, *nodes))
            return Expr(apply(name, *nodes))

        call.__name__ = name
        call.__doc__ = f"The function {name} of the table, of {FUNCTIONS[name].arity} argument(s)."
        return call

    def __repr__(self) -> str:
        return f"<the {len(FUNCTIONS)} functions of the table: {', '.join(sorted(FUNCTIONS)[:5])}, ...>"

    def __dir__(self) -> list[str]:
        return sorted(FUNCTIONS)


fn = Functions()


def _node(value: Any) -> Any:
    return value.node if isinstance(value, Expr) else value
