"""What people bring along from Python, MATLAB, LaTeX and paper: every error shows the place and says what to write."""

from typing import Any

import numpy as np
import pytest

import ricci as rc

DECLARED: dict[str, Any] = {"A": "m n", "B": "n m", "X": "n n", "x": "n", "y": "n", "b": "m", "a": ""}
HINTS = [  # the text, the place, words of the hint
    ("x**2", 2, "write .^"),
    ("X**2", 2, "^ for powers of scalars"),
    ("A@x", 1, "write *"),
    ("A.T*b", 1, "A' is the transpose"),
    ("np.sum(x)", 2, "called by name"),
    ("x.sum()", 1, "called by name"),
    ("x^T*y", 4, "A' is the transpose"),
    ("X^T", 0, "A' is the transpose"),
    ("X^{T}", 0, "A' is the transpose"),
    ("X^{-1}", 2, "X^(-1)"),
    (r"A^\top b", 2, "A' is the transpose"),
    (r"\frac{1}{2} x", 0, "LaTeX is not read"),
    (r"\|x\|^2", 0, "LaTeX is not read"),
    (r"A\b", 1, "inv(A)*b"),
    ("||A*x - b||^2", 0, "norm2(x)"),
    ("|x|", 0, "abs(x)"),
    ("‖x‖", 0, "norm2(x)"),
    ("x²", 0, "write ^2"),
    ("norm2(x)²", 8, "write ^2"),
    ("xᵀ*x", 1, "write '"),
    ("½*x", 0, "0.5*"),
    ("A·x", 1, "write *"),
    ("A×x", 1, "write *"),
    ("A*x − b", 4, "minus of the keyboard"),
    ("x⊙y", 1, ".*"),
    ("x⊗y", 1, "kron(A, B)"),
    ("∑x", 0, "sum(x)"),
    ("∇a", 0, "rc.grad"),
    ("x→y", 1, "write ->"),
    ("a = x'*x", 2, "without ="),
    ("x, y", 1, "one formula"),
    ("x; y", 1, "one formula"),
    ("A[0, 1]", 1, "A_ij"),
    ("A(1, 2)", 1, "A_ij"),
    ("x > 0", 2, "where(c, x, y)"),
    ("x # the mean", 2, "comment"),
    ("2x", 1, "write * for a product"),
    ("A x", 0, "write * for a product"),
    ("tr X*X", 0, "write tr( ... )"),
    ("exp x", 0, "write exp( ... )"),
    ("eye*x", 3, "write eye( ... )"),
    ("Tr(X)", 0, "'tr'"),
    ("transpose(A)", 0, "A' is the transpose"),
    ("average(x)", 0, "mean(x)"),
    ("inner(x, y)", 0, "x'*y"),
    ("outer(x, y)", 0, "x*y'"),
    ("σ(x)", 0, "sigmoid"),
    ("sigmod(x)", 0, "'sigmoid'"),
    ("Ax", 0, "A*x"),
    ("I*x", 0, "eye(n)"),
    ("alpha*x", 0, 'alpha="n"'),
    ("x.*A", 1, "diag(x)*A"),
    ("A + x", 2, "in every row"),
    ("A + B", 2, "transpose one"),
    ("A*x - b'", 4, "transpose one"),
    ("A*b", 1, "the left one would fit transposed"),
    ("x*y", 1, "outer product"),
    ("x^2", 1, ".^"),
    ("1/x", 1, "./"),
    ("A_ij*x_j'", 8, "is A_ji"),
    ("A_i x_i", 0, "declared as m x n"),
    ("A_ij + x_i", 7, "one_j broadcasts"),
    ("sum_i x_i", 6, "write sum_i( ... )"),
    ("(A*x", 4, "position 0 is not closed"),
    ("", 0, "x'*A*x"),
]


@pytest.mark.parametrize(("text", "place", "words"), HINTS)
def test_hint(text: str, place: int, words: str) -> None:
    with pytest.raises(rc.RicciError) as raised:
        rc.parse(text, **DECLARED)
    error = raised.value
    assert error.position == place
    assert words in error.hint
    assert text in str(error) and "^" in str(error)


def test_what_can_be_read_is_no_error() -> None:
    for text in ("x''", "X^-1", "trace(X)", "x + 1", "A^ij x_j"):
        rc.parse(text, **DECLARED)


def test_python_objects() -> None:
    A, x = rc.tensor("A", "m n"), rc.tensor("x", "n")
    with pytest.raises(rc.ShapeError, match="A is m x n and A is m x n"):
        A @ A
    with pytest.raises(rc.ShapeError, match="x is n and A is m x n"):
        x @ A
    with pytest.raises(rc.ShapeError, match="z is 4 and x is 3"):
        rc.tensor("z", "4") + rc.tensor("x", "3")
    with pytest.raises(rc.RicciError):
        rc.grad(rc.parse("x'*x"), None)  # type: ignore[call-overload]
    for declaration in (3, np.ones(3)):
        with pytest.raises(rc.OperandError, match="declared by its sizes"):
            rc.parse("x'*x", x=declaration)
