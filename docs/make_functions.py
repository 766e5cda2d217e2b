"""Writes functions.md: the function table, one row for each function.

python docs/make_functions.py
"""

from pathlib import Path

from ricci.functions import FUNCTIONS, Function, Operator

HEAD = """# The functions

Every function of the table, by the signature of its arguments. `(n,n)` is a square matrix, `()` one entry, `(...)` all axes;
axes in front are batch axes. The derivative rule is index notation in the arguments `x`, `w`, `v` and the value `y`: first the
indices of the value, then those of the argument. A rule that acts on a direction shows what becomes of a change `t`. Every row
is checked to second order, in both sweeps, by one test. Made by `python docs/make_functions.py`.

`rc.fn.<name>(...)` calls a function on expressions; the readers know them by the same names, and `rc.trace` under those of
NumPy and SciPy.
"""
NAMES = ("x", "w", "v")


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
    return "\n".join(lines)


if __name__ == "__main__":
    (Path(__file__).parent / "functions.md").write_text(page(), encoding="utf-8")
