"""Writes functions.md: the function table, one row for each function.

python docs/make_functions.py
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ricci.functions import FUNCTIONS, Function, Operator
from ricci.functions.aliases import OTHER_NAMES
from ricci.notation.numpy.creation import CREATION
from ricci.notation.numpy.reader import ARRAY_FUNCTIONS, UFUNCS
from ricci.notation.numpy.scipy_linalg import LINALG
from ricci.notation.numpy.scipy_special import SPECIAL

SCIPY_UFUNCS = [name for name in UFUNCS if not hasattr(np, name)]

HEAD = """# The functions

Every function of the table, by the signature of its arguments. `(n,n)` is a square matrix, `()` one entry, `(...)` all axes;
axes in front are batch axes. The derivative rule is index notation in the arguments `x`, `w`, `v`, `u` and the value `y`: first
the indices of the value, then those of the argument. A rule that acts on a direction shows what becomes of a change `t`. Every
row is checked to second order, in both sweeps, by one test. Made by `python docs/make_functions.py`.

`rc.fn.<name>(...)` calls a function on expressions; the readers know them by the same names, and `rc.trace` under those of
NumPy and SciPy.
"""
NAMES = ("x", "w", "v", "u")


def rules(function: Function) -> str:
    """The rules, one for each argument."""
    if function.definition is not None:
        return "by definition"
    shown = []
    for name, rule in zip(NAMES, function.rules, strict=False):
        text = rule.push if isinstance(rule, Operator) else "none" if rule is None else rule or "0"
        shown.append(f"`{text}`" if function.arity == 1 else f"by {name}: `{text}`")
    return "<br>".join(shown)


def reference(function: Function) -> str:
    return "" if function.definition is not None else function.reference


def page() -> str:
    """The text of the page."""
    groups: dict[str, list[Function]] = {"Of every entry": [], "Of vectors and all entries": [], "Of matrices": []}
    for function in FUNCTIONS.values():
        matrices = any(len(letters or ()) == 2 for letters in function.arguments)
        group = "Of every entry" if function.elementwise else "Of matrices" if matrices else "Of vectors and all entries"
        groups[group].append(function)
    lines = [HEAD]
    for title, functions in groups.items():
        lines += [f"## {title}\n", "| function | signature | derivative | |", "|---|---|---|---|"]
        for function in functions:
            cells = [f"`{function.name}`", f"`{function.signature}`", rules(function), reference(function)]
            lines.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
        lines.append("")
    return "\n".join([*lines, *other_names(), *traced()])


def other_names() -> list[str]:
    """The section of aliases."""
    rows = [f"| `{name}` | {code(aliases.split())} |" for name, aliases in OTHER_NAMES.items()]
    return [
        "## Other names\n",
        "The readers know them too; what is written has the name of the table.\n",
        "| | |",
        "|---|---|",
        *rows,
        "",
    ]


def traced() -> list[str]:
    """The section of what a traced function may call."""
    return [
        "## In a function that is traced\n",
        "`rc.trace` knows operators, comparisons (in `np.where`, in arithmetic, with `&`, `|`, `~`), indexing by constants,",
        "methods, `len`, `max` and `min`, the functions of `math`, and, of NumPy:\n",
        f"{code(sorted({*UFUNCS} - {*SCIPY_UFUNCS}))}\n",
        f"{code(sorted({*ARRAY_FUNCTIONS, *CREATION}))}\n",
        f"of `scipy.special` {code(sorted({*SPECIAL, *SCIPY_UFUNCS}))}\n",
        f"and of `scipy.linalg` {code(sorted(LINALG))} beside those of `numpy.linalg`.\n",
        "It knows the methods `reduce`, `accumulate`, `reduceat` and `outer` of the universal functions, `np.r_`, `np.c_`,",
        "`np.vectorize`, `np.apply_along_axis`, `np.apply_over_axes` and `np.piecewise`. Helper functions of the caller may",
        "use them as well. What has no formula - a branch on a value, writing in place, sorting, rounding - raises",
        "`TraceError` with the place. `x += y` makes a new x; where NumPy would have changed the array under another name,",
        "or in a view, that is read afterwards, the function is refused.",
        "",
    ]


def code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    (Path(__file__).parent / "functions.md").write_text(page(), encoding="utf-8")
