"""Make the page "Matrix Cookbook, derived": ``python docs/make_cookbook.py`` writes docs/cookbook.md."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from cookbook_equations import CHAPTERS, ERRATA, LEFT_OUT, Equation  # noqa: E402

import ricci as rc  # noqa: E402
from ricci.expr import Expr  # noqa: E402

HOW = {"identical": "identical", "expanded": "identical, expanded", "exact": "exact arithmetic", "numeric": "numbers"}
HEAD = """# Matrix Cookbook, derived

Every real equation of chapter 2 of [The Matrix Cookbook](https://www2.imm.dtu.dk/pubdb/pubs/3274-full.html) (K. B.
Petersen, M. S. Pedersen, version of November 15, 2012) that is a derivative: derived, printed, and compared with the book's
form. This page is made by `python docs/make_cookbook.py`, which fails if one of them does not agree.

The last column says how `rc.check` knows that both are equal: their normal forms are identical (or are when products are
distributed), or they agree in exact arithmetic modulo a prime, or in floating point, at random points of two sizes. Every
derivative is compared with finite differences besides.
"""


def derived(equation: Equation) -> tuple[Expr, rc.Equality]:
    """What we get, and how it compares with the book's form."""
    declared: dict[str, Any] = dict(equation.declared)
    f = rc.parse(equation.function, **declared)
    names = equation.wrt.split()
    if equation.kind == "differential":
        ours: Expr = rc.differential(f, *names)
    else:
        ours = rc.derivative(f, *names, structure="free" if equation.kind == "free" else "projected")
        if equation.kind != "free" and not rc.verify(ours):
            raise AssertionError(f"({equation.number}) is refuted by finite differences")
    known: dict[str, Any] = {name: Expr(leaf) for name, leaf in f.variables.items()}
    known |= {f"d{name}": rc.Expr(leaf) for name, leaf in _directions(names, f).items()}
    if equation.kind == "product":
        ours = ours @ known["X"].T
    return ours, rc.equal(ours, rc.parse(equation.form, **known))


def _directions(names: list[str], f: Expr) -> dict[str, Any]:
    return {name: rc.differential(f, name).variables[f"d{name}"] for name in names}


def rows(equations: list[Equation], counts: Counter[str]) -> Iterator[str]:
    """The lines of a table."""
    yield "| eq. | of | by | derived here | in the book | equal by |"
    yield "|---|---|---|---|---|---|"
    for equation in equations:
        ours, same = derived(equation)
        if not same:
            raise AssertionError(f"({equation.number}) {ours} is not {equation.form}: {same}")
        counts[HOW[same.how]] += 1
        number = f"({equation.number})" + (f" {equation.note}" if equation.note else "")
        by = equation.wrt.replace(" ", ", ")
        shown = ours.equation().partition(" = ")[2] if isinstance(ours, rc.Differential) else str(ours)
        cells = [number, f"`{equation.function}`", by, f"`{shown}`", f"`{equation.form}`", HOW[same.how]]
        yield f"| {' | '.join(cells)} |"


def errata() -> Iterator[str]:
    """The equations that are wrong in print, and what is wrong with them."""
    for equation in ERRATA:
        declared: dict[str, Any] = dict(equation.declared)
        f = rc.parse(equation.function, **declared)
        if equation.wrt:
            answer = rc.check(equation.form, f, equation.wrt)
            verdict, right = answer.detail, str(answer.derivative)
        else:
            answer = rc.equal(f, rc.parse(equation.form, **declared))  # type: ignore[assignment]
            verdict, right = str(answer), equation.form.replace("kron(B,", "kron(B',")
            if not rc.equal(f, rc.parse(right, **declared)):
                raise AssertionError(f"({equation.number}) is not right yet")
        if answer:
            raise AssertionError(f"({equation.number}) is right")
        yield f"**({equation.number})** {equation.note}. Of `{equation.function}`" + (
            f" by {equation.wrt}, printed:" if equation.wrt else ", printed:"
        )
        yield (
            f"```text\n{equation.form}\n```\n`rc.check`: {verdict}.\n"
            if equation.wrt
            else (f"```text\n{equation.form}\n```\n`rc.equal`: {verdict}.\n")
        )
        yield f"Right is\n```text\n{right}\n```\n"
    yield toeplitz()


def toeplitz() -> str:
    """(143) and (144): by the free entries of a Toeplitz matrix."""
    lines = [
        "**(143)** the entry two places off the diagonal deletes the wrong row and column. Of `tr(A*T)` by a Toeplitz T, the",
        "entry (i, j) is the sum of A_(k, k+i-j) over k; for a symmetric T (144) that and the sum of A_(k, k-i+j), the",
        "diagonal once. Both are compared with these sums, by numbers:\n",
    ]

    def sums(A: Any, T: Any) -> Any:
        count = len(A)
        return np.array([[np.trace(A, i - j) for j in range(count)] for i in range(count)])

    def both(A: Any, T: Any) -> Any:
        return sums(A, T) + sums(A, T).T - np.eye(len(A)) * np.trace(A)

    for number, traits, function in (("143", "toeplitz", sums), ("144", "toeplitz symmetric", both)):
        answer = rc.check(function, "tr(A*T)", "T", structure="free", A="n n", T=f"n n {traits}")
        if not answer:
            raise AssertionError(f"({number}): {answer}")
        lines.append(f"- ({number}), T {traits}: `{answer.derivative}`; {answer}")
    return "\n".join(lines)


def page() -> str:
    """The whole page."""
    counts: Counter[str] = Counter()
    parts = [HEAD]
    for title, equations in CHAPTERS.items():
        parts.append(f"## {title}\n")
        parts.append("\n".join(rows(equations, counts)) + "\n")
    total = ", ".join(f"{count} by {how}" for how, count in counts.most_common())
    parts.append(f"{sum(counts.values())} equations: {total}.\n")
    parts.append("## Errata\n\nWrong in print, and what the check says about them.\n")
    parts.append("\n".join(errata()) + "\n")
    parts.append("## Not here\n")
    parts.append("\n".join(f"- ({numbers}): {reason}" for numbers, reason in LEFT_OUT.items()))
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    (HERE / "cookbook.md").write_text(page(), encoding="utf-8")
