"""Make the page of matrixcalculus.org's inputs: ``python docs/make_matrixcalculus.py`` writes docs/matrixcalculus.md."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import ricci as rc  # noqa: E402
from tensor_networks.axes import show_shape  # noqa: E402

HEAD = """# The examples of matrixcalculus.org

The example inputs of [matrixcalculus.org](https://www.matrixcalculus.org), each variable in turn: what is printed, how long
that is beside a textbook's form of the same derivative, and how `rc.check` finds that both are equal. Gradients have the
shape of the variable. Every derivative is compared with finite differences (`rc.verify`), too. This page is made by
`python docs/make_matrixcalculus.py`, which fails where one of them does not agree.
"""


class Example(NamedTuple):
    """An input, the declarations of its variables, and a textbook's form of the derivative by each."""

    text: str
    declared: dict[str, str]
    forms: dict[str, str]


EXAMPLES = [
    Example("0.5*x'*A*x", {"A": "n n", "x": "n"}, {"x": "0.5*(A*x + A'*x)", "A": "0.5*x*x'"}),
    Example("A*exp(x)", {"A": "m n", "x": "n"}, {"x": "A*diag(exp(x))", "A": "exp(x)_k eye(m)_ij -> ijk"}),
    Example("sin(x)'*y", {"x": "n", "y": "n"}, {"x": "cos(x).*y", "y": "sin(x)"}),
    Example("(y.*v)'*x", {"x": "n", "y": "n", "v": "n"}, {"x": "y.*v", "y": "v.*x", "v": "y.*x"}),
    Example("a^b", {"a": "", "b": ""}, {"a": "b*a^(b - 1)", "b": "a^b*log(a)"}),
    Example(
        "norm1(A*x-y)",
        {"A": "m n", "x": "n", "y": "m"},
        {"A": "sign(A*x - y)*x'", "x": "A'*sign(A*x - y)", "y": "-sign(A*x - y)"},
    ),
    Example(
        "norm2(A*x-y)^2",
        {"A": "m n", "x": "n", "y": "m"},
        {"A": "2*(A*x - y)*x'", "x": "2*A'*(A*x - y)", "y": "-2*(A*x - y)"},
    ),
    Example(
        "sum(log(exp(-y.*(X*w)) + ones(m)))",
        {"X": "m n", "w": "n", "y": "m"},
        {
            "w": "-X'*(y.*sigmoid(-y.*(X*w)))",
            "X": "-(y.*sigmoid(-y.*(X*w)))*w'",
            "y": "-(X*w).*sigmoid(-y.*(X*w))",
        },
    ),
    Example(
        "tr(A*X'*B*X*C)",
        {"A": "p n", "X": "m n", "B": "m m", "C": "n p"},
        {"A": "(X'*B*X*C)'", "X": "B*X*C*A + B'*X*A'*C'", "B": "X*A'*C'*X'", "C": "(A*X'*B*X)'"},
    ),
    Example("log(det(inv(X)))", {"X": "n n"}, {"X": "-inv(X)'"}),
]


def letters(text: str) -> int:
    """The length of a formula without spaces."""
    return len(text.replace(" ", ""))


def rows() -> Iterator[str]:
    """The lines of the table."""
    yield "| input | by | derivative | shape | a textbook's form | length | equal |"
    yield "|---|---|---|---|---|---|---|"
    for text, declared, forms in EXAMPLES:
        given: dict[str, Any] = dict(declared)
        f = rc.parse(text, **given)
        for variable, form in forms.items():
            ours = rc.derivative(f, variable)
            answer = rc.check(form, f, variable)
            if not answer or not rc.verify(ours):
                raise AssertionError(f"{text} by {variable}: {answer}; {rc.verify(ours)}")
            ratio = f"{letters(str(ours)) / letters(form):.2f}"
            how = answer.detail.removeprefix("equal, proven: ")
            cells = [f"`{text}`", variable, f"`{ours}`", show_shape(ours.axes), f"`{form}`", ratio, how]
            yield f"| {' | '.join(cells)} |"


def page() -> str:
    """The whole page."""
    return HEAD + "\n" + "\n".join(rows()) + "\n"


if __name__ == "__main__":
    (HERE / "matrixcalculus.md").write_text(page(), encoding="utf-8")
