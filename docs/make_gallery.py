"""Make the gallery: ``python docs/make_gallery.py`` writes docs/gallery.md and a picture for each of its expressions."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import ricci as rc  # noqa: E402
from ricci.drawing import derivation, plan  # noqa: E402
from tensor_networks.drawing import Diagram  # noqa: E402


class Entry(NamedTuple):
    """A picture of the gallery: the name of its file, a caption, the code that makes it, and a function that does."""

    name: str
    caption: str
    code: str
    make: Callable[[], Diagram]


MLP = 'rc.parse("norm2(tanh(Z*W1)*W2 - Y)^2")'
RESIDUAL = 'rc.parse("norm2(Z*W - Y)^2")'
ATTENTION = 'rc.parse("(exp(Q*K\')./(exp(Q*K\')*ones(n)*ones(n)\'))*V", Q="m k", K="n k", V="n v")'
CP = 'rc.parse("sum_ijk((T_ijk - sum_r(A_ir B_jr C_kr))^2)")'
CHAIN = "A_ap B_pbq C_qcr D_rds E_ste F_tf -> abcdef"

CHAPTERS: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "Textbook",
        (
            ("trace", "A trace is a loop", 'rc.parse("tr(A)").draw()'),
            ("quadratic", "A quadratic form", 'rc.parse("x\'*A*x").draw()'),
            ("quadratic-gradient", "Its gradient", 'rc.grad(rc.parse("x\'*A*x"), "x").draw()'),
            ("quadratic-hessian", "Its Hessian", 'rc.hessian(rc.parse("x\'*A*x"), "x").draw()'),
            (
                "quadratic-symmetric",
                "The gradient for a symmetric matrix",
                'rc.grad(rc.parse("x\'*A*x", A="n n symmetric", x="n"), "x").draw()',
            ),
            ("trace-axbx", "tr(AXBX): every mark leaves the same way", 'rc.parse("tr(A*X*B*X)").draw()'),
            ("trace-axbxt", "tr(AXBX'): the last X is met the other way round", 'rc.parse("tr(A*X*B*X\')").draw()'),
            ("trace-gradient", "Its gradient", 'rc.grad(rc.parse("tr(A*X*B*X\')"), "X").draw()'),
            (
                "trace-hessian",
                "Its Hessian: an outer product is parallel wires",
                'rc.hessian(rc.parse("tr(A*X*B*X\')"), "X").draw()',
            ),
            (
                "norm4-hessian",
                "The Hessian of the fourth power of a norm",
                'rc.hessian(rc.parse("norm2(x)^4"), "x").draw()',
            ),
            ("outer", "An outer product", 'rc.parse("x*y\'", x="n", y="m").draw()'),
            ("elementwise", "An elementwise product: the dot joins three ends", 'rc.parse("a.*b").draw()'),
            ("hadamard", "The same for matrices", 'rc.parse("A.*B").draw()'),
            ("frobenius", "The inner product of matrices", 'rc.parse("sum(A.*B)").draw()'),
            ("diag", "A diagonal matrix: a leg that is split", 'rc.parse("diag(x)").draw()'),
            ("sums", "A sum of all entries: ones are open dots", 'rc.parse("sum(A*x)").draw()'),
            ("identity", "Identity plus matrix: the identity is a wire", 'rc.parse("eye(3) + A", A="3 3").draw()'),
            ("kronecker", "A Kronecker product: axes that bundle two wires", 'rc.parse("kron(A, B)").draw()'),
            ("vec", "A vectorised product", 'rc.parse("vec(A*X*B)").draw()'),
            ("logdet", "The gradient of log det: functions are pills", 'rc.grad(rc.parse("log(det(X))"), "X").draw()'),
            ("inverse", "The Jacobian of the inverse", 'rc.jacobian(rc.parse("inv(X)"), "X").draw()'),
            ("powers", "Powers are superscripts", 'rc.parse("x_i^2 A_ij y_j^3 -> ij").draw()'),
            ("order6", "A tensor of order six", 'rc.parse("T_ijklmn x_k y_l -> ijmn").draw()'),
        ),
    ),
    (
        "Learning",
        (
            ("least-squares", "Least squares", f"{RESIDUAL}.draw()"),
            ("least-squares-gradient", "Its gradient", f'rc.grad({RESIDUAL}, "W").draw()'),
            ("least-squares-hessian", "Its Hessian: a core beside a wire", f'rc.hessian({RESIDUAL}, "W").draw()'),
            (
                "kronecker-hessian",
                "The same as a matrix, in Kronecker form",
                f'rc.hessian({RESIDUAL}, "W").matrix().draw()',
            ),
            ("mlp", "A two-layer network", f"{MLP}.draw()"),
            ("mlp-gradient", "Its gradient by the first weight", f'rc.grad({MLP}, "W1").draw()'),
            ("mlp-gradient-open", "The same with the functions opened", f'rc.grad({MLP}, "W1").draw(open_functions=True)'),
            ("attention", "Attention", f"{ATTENTION}.draw(open_functions=1)"),
            ("attention-jacobian", "Its Jacobian by the values", f'rc.jacobian({ATTENTION}, "V").draw()'),
            (
                "logistic",
                "The gradient of a logistic loss",
                'rc.grad(rc.parse("sum(log(1+exp(-y.*(X*w))))"), "w").draw(open_functions=True)',
            ),
        ),
    ),
    (
        "Tensor networks",
        (
            ("mps", "A matrix product state", f'rc.parse("{CHAIN}").draw()'),
            ("mps-norm", "Its norm", "state(5).draw()"),
            ("mps-environment", "The environment of one tensor", 'rc.grad(state(5), "A3").draw()'),
            ("tree", "A tree", 'rc.parse("A_abc B_ade C_bfg x_d y_e z_f w_g v_c ->").draw()'),
            ("peps", "A grid with physical legs", 'grid(3, 4, True).draw(sides="d" * 12)'),
            ("peps-7x7", "A closed grid of 49 tensors", "grid(7, 7, False).draw()"),
            ("tucker", "A Tucker decomposition", 'rc.parse("G_abc U_ia V_jb W_kc -> ijk").draw()'),
            (
                "tucker-jacobian",
                "Its Jacobian by a factor",
                'rc.jacobian(rc.parse("G_abc U_ia V_jb W_kc -> ijk"), "U").draw()',
            ),
            ("cp", "The inner product with a CP decomposition", 'rc.parse("T_ijk A_ir B_jr C_kr ->").draw()'),
            ("cp-gradient", "Its gradient by a factor", 'rc.grad(rc.parse("T_ijk A_ir B_jr C_kr ->"), "A").draw()'),
            ("cp-loss-gradient", "The gradient of the CP loss", f'rc.grad({CP}, "A").draw()'),
            ("large", "What is too large to be drawn", "grid(12, 12, False).draw()"),
        ),
    ),
    (
        "Derivations",
        (
            ("derive-quadratic", "A quadratic form, twice", 'derivation(rc.parse("x\'*A*x"), "x", "x")'),
            ("derive-trace", "tr(AXBX'), twice", 'derivation(rc.parse("tr(A*X*B*X\')"), "X", "X")'),
            ("derive-norm", "The fourth power of a norm, twice", 'derivation(rc.parse("norm2(x)^4"), "x", "x")'),
            ("derive-residual", "Least squares", f'derivation({RESIDUAL}, "W")'),
            ("derive-tanh", "Through a function", 'derivation(rc.parse("sum(tanh(A*x))"), "x")'),
        ),
    ),
    (
        "Contraction plans",
        (
            (
                "plan-trace",
                "A value and its gradient, computed together",
                'plan(f := rc.parse("tr(A*X*B*X\')"), rc.grad(f, "X"))',
            ),
            (
                "plan-mlp",
                "The gradient of a two-layer network",
                f'plan(rc.grad({MLP}, "W1"), sizes={{"n": 512, "p": 64}})',
            ),
        ),
    ),
)


def state(sites: int) -> rc.Expr:
    """The product of two matrix product states, joined at their physical legs."""
    parts = []
    for name, bond in (("A", "abcdefgh"), ("B", "rstuvwxy")):
        for site in range(sites):
            left, right = bond[site - 1] if site else "", bond[site] if site < sites - 1 else ""
            parts.append(f"{name}{site + 1}_{left}{'ijklm'[site]}{right}")
    return rc.parse(" ".join(parts) + " ->")


def grid(rows: int, columns: int, legs: bool) -> rc.Expr:
    """A grid of tensors T<row><column>, with a leg each or closed."""
    operands: list[object] = []
    free: list[int] = []
    for row in range(rows):
        for column in range(columns):
            site = row * columns + column
            wires = [3 * site - 3 + 1] * (column > 0) + [3 * site + 1] * (column < columns - 1)
            wires += [3 * (site - columns) + 2] * (row > 0) + [3 * site + 2] * (row < rows - 1)
            if legs:
                wires.append(3 * site)
                free.append(3 * site)
            name = f"T{row + 1}{column + 1}" if max(rows, columns) < 10 else f"T{row}x{column}"
            operands += [rc.tensor(name, " ".join(["n"] * len(wires))), wires]
    return rc.einsum(*operands, free)


def entries() -> Iterator[tuple[str, list[Entry]]]:
    """The chapters of the gallery."""
    scope = {"rc": rc, "derivation": derivation, "plan": plan, "state": state, "grid": grid}
    for chapter, listed in CHAPTERS:
        yield (
            chapter,
            [Entry(n, caption, code, lambda code=code: eval(code, dict(scope))) for n, caption, code in listed],
        )  # type: ignore[misc]


HEAD = """# Gallery

Made by `python docs/make_gallery.py`. Every picture is what the code above it draws. How to read them: a circle is
a vector, a square a matrix, a wider box a tensor of higher order, a pill a function. A wire is a sum over an index,
a dot joins more than two ends, an open dot is a vector of ones, a wire between two legs an identity. The wedge in a
matrix is its first index; digits number the slots of tensors. Axes of a value leave to the left, those that
differentiating made leave to the right.

In a notebook a diagram shows itself; elsewhere `.save("a.svg")` writes it (also `.png`, `.tex`, `.dot`, `.html`, `.txt`),
and `.tikz(standalone=False)` is the picture for a LaTeX document of yours. `draw` takes `sides="ld"` (left, right, down or up
for each leg), `labels="size"` or `"none"`, `open_functions=True`, and `positions={"A": (0, 0), "B": [(1, 0), (1, 1)]}`: a
column and a row for each tensor.

```python
import ricci as rc
from ricci.drawing import derivation, plan
```
"""
HELPERS = {"Tensor networks": (state, grid)}


def page() -> str:
    """The text of the page."""
    lines = [HEAD]
    for chapter, listed in entries():
        lines += [f"## {chapter}", ""]
        if helpers := HELPERS.get(chapter):
            sources = "\n\n".join(inspect.getsource(helper) for helper in helpers)
            lines += ["Two functions build a matrix product state and a grid:", "", "```python", sources.rstrip(), "```", ""]
        for entry in listed:
            lines += [f"### {entry.caption}", "", "```python", entry.code, "```", ""]
            lines += [f"![{entry.caption}](gallery/{entry.name}.svg)", ""]
    return "\n".join(lines)


def main() -> None:
    """Write the page and its pictures."""
    folder = HERE / "gallery"
    folder.mkdir(exist_ok=True)
    for _, listed in entries():
        for entry in listed:
            entry.make().save(folder / f"{entry.name}.svg")
    (HERE / "gallery.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
