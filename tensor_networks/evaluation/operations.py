"""How many additions and multiplications a step of a program takes: terms, each a number times sizes.

A function of the table says it in its own entry, and the builder keeps what it said for the axes it met; the functions that
only programs know are counted here; any other counts one for every entry of the largest of its arguments and its value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tensor_networks.axes import Axis
from tensor_networks.evaluation.lowering import SAME_MEMORY, Step, entries

Axes = tuple[Axis, ...]
Terms = tuple[tuple[float, Axes], ...]
Said = Mapping[tuple[str, tuple[Axes, ...]], Terms]  # by the name of a function and the axes of its arguments
FREE = SAME_MEMORY | {"input", "constant", "size", "scalar"}

OF_PROGRAMS: dict[str, Callable[[Sequence[Axes]], Terms]] = {
    "solve": lambda axes: ((2 / 3, (*axes[0], axes[0][-1])), (2, (axes[0][-1], *axes[1]))),
    "logdet_definite": lambda axes: ((1 / 3, (*axes[0], axes[0][-1])),),
    "gram": lambda axes: ((1, (*axes[0], axes[0][-1])), (2, axes[0])),
}


def terms_of(steps: Sequence[Step], step: Step, said: Said) -> Terms:
    """The operations of a step; no terms for what moves nothing."""
    op, _, params, axes = step
    given = tuple([steps[arg].axes for arg in step.args])
    if op in FREE:
        return ((1, given[1]),) if op == "deposit" else ()
    if op == "matmul":
        return ((2, (*given[0], *(given[1][-1:] if len(given[1]) > 1 else ()))),)
    if op in ("sum", "vecdot"):
        return ((1 if op == "sum" else 2, given[0]),)
    if op == "call":
        name = str(params[0])
        if name in OF_PROGRAMS:
            return OF_PROGRAMS[name](given)
        return said.get((name, given)) or ((1, max((*given, axes), key=len)),)
    return ((max(1, len(step.args) - 1), axes),)


def counted(terms: Terms, sizes: Mapping[str, int]) -> float:
    """The number of operations for some sizes."""
    return sum([number * entries(sizes, axes) for number, axes in terms])
