"""Make the page of public names: ``python docs/make_api.py`` writes docs/api.md from the docstrings."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import ricci as rc  # noqa: E402
from ricci import drawing  # noqa: E402

HEAD = """# Public names

Every public name by task, with the first sentence of its docstring; `help(rc.grad)` shows the rest: shapes, costs, errors.
In the code `rc` is `ricci`. Made by `python docs/make_api.py`.
"""
TASKS: dict[str, tuple[str, str]] = {  # title -> a link, the names
    "Formulas in": ("[Notation](notation.md)", "parse tensor tensors einsum indices Index trace fn"),
    "Derivatives": (
        "[Derivatives](derivatives.md)",
        "derivative grad value_and_grad jacobian hessian jvp vjp hvp differential Differential identify",
    ),
    "Parts, curvature, manifolds": (
        "[Curvature](curvature.md)",
        "laplacian divergence gauss_newton gauss_newton_product sum_of_squares_curvature residuals fisher kronecker_factors "
        "KroneckerFactors riemannian_gradient",
    ),
    "Checks and derivations": (
        "[Steps and checks](steps-and-checks.md)",
        "check Check equal Equality verify Verification steps Derivation Step legend",
    ),
    "Code and numbers": ("[From a formula to code](code.md)", "compile evaluate source einsum_program cost limits"),
    "Documents": ("[Documents](code.md#expressions-as-documents)", "from_json"),
}
A = rc.tensor("A", "1 1")
RESULTS: dict[str, tuple[str, Any]] = {  # title -> a sentence, such a thing
    "An expression": ("`rc.Expr` is what all of these return. It takes Python's operators and NumPy's functions.", A),
    "A matrix in a layout": ("`e.matrix(...)` gives an expression with rows and columns. Beyond those of `Expr`:", A.matrix()),
    "A compiled function": ("`rc.compile(e)` gives one.", rc.compile(A)),
    "An operator": (
        '`rc.compile(H, structure="auto")` gives a function that returns one: see [Operators](operators.md). Besides `@`:',
        rc.compile(A, structure="auto")(A=[[1.0]]),
    ),
    "A cost": ("`rc.cost(e)` gives one.", rc.cost(A)),
    "A diagram": ("`e.draw()`, `rc.steps(...).draw()` and the functions of `ricci.drawing` give one.", A.draw()),
}


def sentence(thing: Any) -> str:
    """The first sentence of a docstring, as Markdown for the cell of a table."""
    paragraph = " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())
    found = re.match(r"(.+?[.?!])(?= [A-Z`]|$)|.*", paragraph)
    text = found.group(0) if found else ""
    return re.sub(r"``(.+?)``", r"`\1`", text).replace("|", "\\|")


def signature(name: str, thing: Any) -> str:
    """The name with its arguments and their defaults."""
    if isinstance(thing, property) or not callable(thing) or inspect.isclass(thing):
        return name
    parameters = list(inspect.signature(thing).parameters.values())
    bare = [p.replace(annotation=p.empty) for p in parameters if p.name != "self"]
    if any(p.kind is p.POSITIONAL_ONLY for p in bare):
        bare = [p.replace(kind=p.POSITIONAL_OR_KEYWORD) if p.kind is p.POSITIONAL_ONLY else p for p in bare]
    return f"{name}{inspect.Signature(bare)}"


def table(rows: Iterable[tuple[str, Any]], prefix: str) -> Iterator[str]:
    """The lines of a table of names and things; of none, no lines."""
    rows = list(rows)
    if not rows:
        return
    yield "| name | what it is |"
    yield "|---|---|"
    for name, thing in rows:
        shown = signature(name, thing).replace("|", "\\|")
        yield f"| `{prefix}{shown}` | {sentence(thing)} |"
    yield ""


def members(owner: type) -> list[tuple[str, Any]]:
    """The public methods and properties that a class defines itself."""
    found = {name: getattr(thing, "__func__", thing) for name, thing in vars(owner).items() if not name.startswith("_")}
    return [(name, thing) for name, thing in found.items() if isinstance(thing, property) or inspect.isfunction(thing)]


def page() -> str:
    """The text of the page."""
    lines = [HEAD]
    left = dict.fromkeys(rc.__all__)
    for title, (link, names) in TASKS.items():
        lines += [f"## {title}", "", f"See {link}.", ""]
        lines += table([(name, getattr(rc, name)) for name in names.split()], "rc.")
        for name in names.split():
            left.pop(name)
    for title, (text, thing) in RESULTS.items():
        owner = next((owner for owner in type(thing).__mro__ if members(owner)), type(thing))
        lines += [f"## {title}", "", text, "", *table(members(owner), ".")]
        if fields := getattr(owner, "__dataclass_fields__", None):
            meaning = (inspect.getdoc(owner) or "").split("\n\n")[-1]
            lines += [f"Its fields are `{'`, `'.join(fields)}`. {meaning}", ""]
        left.pop(owner.__name__, None)
    drawn = [(name, getattr(drawing, name)) for name in ("draw", "derivation", "plan")]
    lines += ["## Drawing", "", "See [Gallery](gallery.md). In `ricci.drawing`:", "", *table(drawn, "drawing.")]
    errors = [name for name in left if inspect.isclass(thing := getattr(rc, name)) and issubclass(thing, rc.RicciError)]
    lines += ["## Errors", "", "All are kinds of `rc.RicciError`, which is a `ValueError`.", ""]
    lines += table([(name, getattr(rc, name)) for name in errors], "rc.")
    if rest := [(name, getattr(rc, name)) for name in left if name not in errors]:
        lines += ["## More", "", *table(rest, "rc.")]
    return "\n".join(lines)


if __name__ == "__main__":
    (HERE / "api.md").write_text(page(), encoding="utf-8")
