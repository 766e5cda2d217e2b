"""Index notation with Python operators says the same as index text."""

import numpy as np
import pytest

import ricci as rc

SHAPES = {"A": "n n", "B": "n m", "x": "n", "y": "n", "b": "m", "c": ""}
A, B, x, y, b, c = (rc.tensor(name, text) for name, text in SHAPES.items())
i, j, k = rc.indices("i j k")

CASES = {
    "quadratic form": ((x[i] * A[i, j] * x[j]).expr(), "x_i A_ij x_j ->"),
    "product": ((A[i, j] * B[j, k]).expr(), "A_ij B_jk -> ik"),
    "transposed outputs": ((A[i, j] * B[j, k]).expr(k, i), "A_ij B_jk -> ki"),
    "trace": (A[i, i].expr(), "A_ii ->"),
    "elementwise with named output": ((x[i] * y[i]).expr(i), "x_i y_i -> i"),
    "hyperedge": ((x[i] * y[i] * A[i, j]).expr(j), "x_i y_i A_ij -> j"),
    "sum of products": ((A[i, j] * x[j] - 2 * y[i]).expr(), "A_ij x_j - 2 y_i -> i"),
    "sum of transposes": ((A[i, j] + A[j, i]).expr(i, j), "A_ij + A_ji -> ij"),
    "function": ((np.tanh(A[i, j] * x[j] + y[i]) * y[i]).expr(), "tanh(A_ij x_j + y_i) y_i ->"),
    "table function": ((x[i] * y[i]).apply("sigmoid").expr(), "sigmoid(x_i y_i) ->"),
    "power and quotient": ((x[i] ** 2 / y[i]).expr(i), "x_i^2 / y_i -> i"),
    "scalar": ((c * x[i] / 3).expr(), "c x_i / 3 -> i"),
    "numbers": ((1 - x[i] * y[i]).expr(), "1 - x_i y_i ->"),
}


@pytest.mark.parametrize("case", CASES)
def test_says_the_same_as_text(case: str) -> None:
    built, text = CASES[case]
    assert built == rc.parse(text, notation="index", **SHAPES)


WRONG = {
    "three times": lambda: (x[i] * y[i] * A[i, j]).expr(),
    "number of indices": lambda: A[i],
    "different free indices": lambda: x[i] + y[j],
    "unknown output": lambda: x[i].expr(j),
    "mixed": lambda: A[i, 0],
    "no such function": lambda: x[i].apply("det"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_meant_is_an_error(case: str) -> None:
    with pytest.raises(rc.IndexNotationError):
        WRONG[case]()


def test_derivatives_of_what_was_built() -> None:
    assert rc.grad((x[i] * A[i, j] * x[j]).expr(), x) == rc.parse("A*x + A'*x", **SHAPES)
