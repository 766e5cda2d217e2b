"""Writes traits.md: the table of traits, with what follows from each of them, derived anew.

python docs/make_traits.py
"""

from pathlib import Path

import ricci as rc
from ricci.traits.table import TRAITS
from ricci.traits.trait import Trait
from tensor_networks.errors import DerivativeError

HEAD = """# Traits

A declaration is a string of sizes, then traits: `A="n n symmetric"`. A trait is one row of one table in `ricci/traits/`;
everything on this page follows from the rows. Made by `python docs/make_traits.py`.

Arrays are checked: one that has not the traits of its tensor is refused by name, before anything is computed. `rc.verify`,
`rc.equal` and `rc.check` draw points that have them, also in exact arithmetic. Which traits go together is in the table too;
two that only a tensor of zeros has, or finitely many arrays, are refused.

| trait | it says | so |
|---|---|---|
"""
FOLLOWS: dict[str, list[str]] = {
    "positive": ["abs(X)"],
    "nonnegative": ["relu(X)"],
    "diagonal": ["tr(A*X) - tr(A'*X)"],
    "toeplitz": [],
    "lower": [],
    "upper": [],
    "symmetric": ["X' + X", "x'*X*y - y'*X*x"],
    "skew": ["x'*X*x"],
    "psd": ["x'*X*y - y'*X*x"],
    "spd": ["x'*X*y - y'*X*x"],
    "orthogonal": ["X'*X", "inv(X)", "norm2(X*x)", "logdet(X)"],
    "orthonormal": ["X'*X", "pinv(X)", "norm2(X*y)", "tr(X*X')"],
    "idempotent": ["X*X*x"],
    "simplex": ["sum(X)", "x*sum(X)"],
    "one-hot": ["sum(X)", "X.*X", "X*X'", "X.*(1 - X)", "norm2(X)", "-X'*log(softmax(x))"],
    "selection": ["X*X'", "X*ones(n)", "(X*x).*(X*y)", "pinv(X)"],
    "permutation": ["X*X'", "exp(X*x)", "sum(X*x)", "X*ones(n)", "X.*X", "softmax(X*x)"],
    "constant": [],
}
SIZES = {"orthonormal": "n k", "selection": "m n", "simplex": "n", "one-hot": "n", "constant": "n n"}
TAIL = """A tensor with other symmetries of its axes says them as an equation between its entries, `C="n n n n ijkl=jikl=klij"`.

Simplex and one-hot are meant along the last axis, as softmax is: of `Y="b n one-hot"` every row has one 1, `P="m n simplex"`
is row-stochastic. The simplex is closed: entries may be 0, and `log(p)` still assumes that none is. A selection stays where
it is written, `log(S*x)` is not `S*log(x)`: that would take the logarithm of entries that S leaves out.

## The derivative by such a variable

It is the Frechet derivative: along the directions in which the structure lasts, so that of a free variable projected onto the
tangent space of the structure, orthogonally in the Euclidean sense (for `idempotent` along `P*Z*(I - P) + (I - P)*Z*P`). So
equal formulas have equal derivatives, whatever they would be off the structure: that of `tr(Q'*Q)` by an orthogonal `Q` is 0.
With `structure="free"` it is the derivative by the free entries (Matrix Cookbook, section 2.8; on the simplex the last entry
is 1 minus the others), and with `structure="ambient"` that of the formula as it is written, by a variable without structure.
By what is one of finitely many arrays, or constant, there is no derivative; `rc.differential` of everything leaves them out.

A second derivative is the derivative of the first, entry by entry, along the structure; its part that is tangent in both
variables is the Riemannian Hessian. The directions `d<name>` of differentials and products are tangent: that is your word,
except where a trait of the direction says it (`dS` is symmetric).

| trait | of | derivative | by free entries |
|---|---|---|---|
"""


def declarations(row: Trait) -> dict[str, str]:
    sizes = SIZES.get(row.name, "n n")
    return {"X": f"{sizes} {row.name}", "x": "n", "y": "k" if sizes == "n k" else "n", "A": "n n", "a": "n"}


def follows(row: Trait) -> str:
    made = [f"`{text}` is `{rc.parse(text, **declarations(row))}`" for text in FOLLOWS[row.name]]
    return "; ".join(made)


def derived(row: Trait) -> list[str]:
    """A formula, its derivative, and that by the free entries."""
    shapes = declarations(row)
    vector = SIZES.get(row.name) == "n"
    text = "a'*X" if vector else "x'*X*y" if SIZES.get(row.name) == "n k" else "tr(A*X)"
    f = rc.parse(text, **shapes)
    found = [text]
    for structure in ("projected", "free"):
        try:
            found.append(str(rc.derivative(f, "X", structure=structure)))
        except DerivativeError:
            found.append("")
    return found


def page() -> str:
    """The text of the page."""
    rows = [row for row in TRAITS.values() if row.name != "levicivita"]
    lines = [f"| `{row.name}` | {row.says} | {follows(row)} |" for row in rows]
    lines += ["", TAIL.rstrip()]
    for row in rows:
        if row.project is not None and row.name != "toeplitz":
            cells = [f"`{cell}`" if cell else "" for cell in derived(row)]
            lines.append(f"| `{row.name}` | {' | '.join(cells)} |")
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    (Path(__file__).parent / "traits.md").write_text(page(), encoding="utf-8")
