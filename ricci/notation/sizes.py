"""Sizes as arguments in a text: `eye(n)`, `ones(2*n, 3)`; names of numbers."""

from __future__ import annotations

import math

from ricci.notation.declarations import Scope, unknown
from ricci.notation.syntax import Chain, Literal, Name, Parenthesis, Power, Syntax, blame, is_size_product
from tensor_networks.axes import Axis, product, read_size, show, symbols
from tensor_networks.errors import ParseError, clip
from tensor_networks.numbers import Number, exact

NUMBERS: dict[str, Number] = dict.fromkeys(["pi", "π"], exact(math.pi))  # unless they are declared


def size_argument(tree: Syntax, text: str, scope: Scope, guessing: bool = False) -> Axis:
    """A symbol, an integer or a product of those. While `guessing`, any name is a symbol.

    Raises:
        UnknownName: no declaration has the symbol.
        ParseError: it is no size.
    """
    if isinstance(tree, Parenthesis):
        tree = tree.operand
    if isinstance(tree, Literal) and isinstance(tree.value, int) and tree.value >= 0:
        return tree.value
    if isinstance(tree, Name):
        if guessing or tree.name in scope.sizes:
            return tree.name
        declared = scope.nodes.get(tree.name)
        error = unknown(tree.name, scope.sizes, "sizes are the symbols of the declarations")
        error.message = f"{clip(tree.name)} is not a size of any declaration"
        if declared is not None and declared.order:
            sizes = " and ".join(dict.fromkeys(map(show, declared.axes)))
            error.message = f"{clip(tree.name)} is a tensor, but this argument must be a size"
            error.hint = f"it has the size{'s' * (' and ' in sizes)} {sizes}"
            error.hint += f"; diag({tree.name}) is the diagonal matrix" * (declared.order == 1)
        error.locate(text, tree.start, tree.end)
        raise error
    made = read_size(text[tree.start : tree.end]) if isinstance(tree, Chain | Power) else None
    if made is not None and scope.sizes.issuperset(symbols(made)):
        return made
    if isinstance(tree, Chain) and is_size_product(tree):
        return product(size_argument(operand, text, scope, guessing) for operand in tree.operands)
    raise blame(ParseError, "this argument must be a size", text, tree, "a size is a symbol or an integer")
