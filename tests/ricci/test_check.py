"""`rc.check` finds right formulas right, and says what is wrong with wrong ones."""

from typing import Any

import numpy as np
import pytest

import ricci as rc

LEAST = "norm2(A*x - b)^2"
OF_LEAST: dict[str, Any] = {"A": "m n", "x": "n", "b": "m"}
QUADRATIC: dict[str, Any] = {"A": "n n", "x": "n"}
RIGHT: list[tuple[str, str, Any, dict[str, Any]]] = [
    ("A*x + A'*x", "x'*A*x", "x", QUADRATIC),
    ("x'*(A + A')", "x'*A*x", "x", QUADRATIC),
    ("A_ij x_j + A_ji x_j -> i", "x'*A*x", "x", QUADRATIC),
    ("A + A'", "x'*A*x", ("x", "x"), QUADRATIC),
    ("(A + A')*dx", "x'*A*x", ("x", "x"), QUADRATIC),
    ("dx'*(A + A')*dx", "x'*A*x", ("x", "x"), QUADRATIC),
    ("x'*(A + A')*dx", "x'*A*x", "x", QUADRATIC),
    ("kron(B', A)", "A*X*B", "X", {"A": "m n", "X": "n p", "B": "p q"}),
    ("kron(B, A')", "A*X*B", "X", {"A": "m n", "X": "n p", "B": "p q"}),
    ("inv(X')", "logdet(X)", "X", {"X": "n n"}),
]


@pytest.mark.parametrize(("candidate", "f", "wrt", "declared"), RIGHT)
def test_right(candidate: str, f: str, wrt: Any, declared: dict[str, Any]) -> None:
    answer = rc.check(candidate, f, wrt, **declared)
    assert answer
    assert "proven" in str(answer)
    assert answer.verdict == "equal"


WRONG: list[tuple[str, str, Any, dict[str, Any], str, str]] = [
    ("0.5*X*(X'*X - M)", "0.25*normF(X'*X - M)^2", "X", {"X": "n p", "M": "p p symmetric"}, "factor", "by 2"),
    ("0.5*X*(X'*X - M)", "0.25*normF(X'*X - M)^2", "X", {"X": "n p", "M": "p p"}, "factor", "symmetric M"),
    ("2*A*x", "x'*A*x", "x", QUADRATIC, "symmetric part", "only for symmetric A"),
    ("-2*A'*(A*x - b)", LEAST, "x", OF_LEAST, "sign", "sign is wrong"),
    ("2*A'*A*x", LEAST, "x", OF_LEAST, "missing term", "-2*A'*b is missing"),
    ("2*A'*(A*x - b) + x", LEAST, "x", OF_LEAST, "extra term", "term x is too much"),
    ("2*A'*(A*x + b)", LEAST, "x", OF_LEAST, "coefficient", "the sign of 2*A'*b is wrong"),
    ("2*A'*(A*x - 3*b)", LEAST, "x", OF_LEAST, "coefficient", "-6*A'*b where -2*A'*b should be"),
    ("2*A*(A*x - b)", LEAST, "x", OF_LEAST, "shape", "cannot multiply"),
    ("2*A'*(b - A*x)'", LEAST, "x", OF_LEAST, "shape", "cannot multiply"),
    ("2*A*(A*x - b)", LEAST, "x", {"A": "n n", "x": "n", "b": "n"}, "symmetric part", "2*A'*(A*x - b) is right"),
    ("3*x^2", "sum(x.^3)", "x", {"x": "n"}, "shape", "3*x.^2 is right"),
    ("2*A*A'", LEAST, ("x", "x"), OF_LEAST, "shape", "2*A'*A is right"),
    ("A*x", "x'*A*x", "x", QUADRATIC, "missing term", "A'*x is missing"),
    ("3 T_ijk x_j x_k", "T_ijk x_i x_j x_k", "x", {"T": "n n n", "x": "n"}, "symmetric part", "only for symmetric T"),
    ("x", "x'*A*y", "y", {"A": "n n", "x": "n", "y": "n"}, "different", "A'*x - x"),
    ("A*y", "x'*A*y", "y", {"A": "n n", "x": "n", "y": "n"}, "variable", "by x, not by y"),
    ("x*y'", "x'*A*y", "y", {"A": "n m", "x": "n", "y": "m"}, "variable", "by A, not by y"),
    ("inv(X)'", "det(X)", "X", {"X": "n n"}, "factor", "1/det(X)"),
    ("2*x", "norm2(x)", "x", {"x": "n"}, "factor", "factor 2*norm2(x)"),
    ("x/norm2(x)^3", "norm2(x)", "x", {"x": "n"}, "factor", "factor 1/norm2(x)^2"),
    ("sum(y)*x", "sum(y)*norm2(x)", "x", {"x": "n", "y": "n"}, "factor", "not the same multiple everywhere"),
    ("-sigmoid(x)", "sum(log(1 + exp(-x)))", "x", {"x": "n"}, "sign", "the derivative at -x"),
    ("sigmoid(x)", "sum(log(1 + exp(-x)))", "x", {"x": "n"}, "missing term", "-1 in every entry"),
    ("softmax(x).*(1 - softmax(x))", "softmax(x)", "x", {"x": "n"}, "diagonal", "other entries are not 0"),
    ("sum(exp(x))", "sum(exp(x))", "x", {"x": "n"}, "shape", "a sum is too much"),
    ("x'*x", "x'*A*x", "A", QUADRATIC, "shape", "x*x' is right"),
    ("(X - M)/n", "sum((X - M).^2)/2", "X", {"X": "n m", "M": "n m"}, "factor", "factor 1/n"),
    ("2*A", LEAST, "x", OF_LEAST, "shape", "matrix m x n, the derivative a vector of size n"),
    ("inv(X)", "logdet(X)", "X", {"X": "n n"}, "transposed", "transposed"),
    ("2*x*(A*x - b)'", LEAST, "A", OF_LEAST, "transposed", "numerator layout"),
    ("x*(A*x - b)'", LEAST, "A", OF_LEAST, "transposed", "multiply it by 2"),
    ("cos(x)", "sin(x)", "x", {"x": "n"}, "diagonal", "diagonal only"),
    ("2*inv(X) - diag(diag(inv(X)))", "logdet(X)", "X", {"X": "n n symmetric"}, "symmetric part", "twice"),
    ("2*(X - M)", "sum((X - M).^2)/n", "X", {"X": "n m", "M": "n m"}, "factor", "factor n"),
    ("dx.^2", "x'*x", "x", {"x": "n"}, "not linear", "higher power"),
    ("exp(x)", "x'*x", "x", {"x": "n"}, "different", "derivative minus the candidate is 2*x - exp(x)"),
]


@pytest.mark.parametrize(("candidate", "f", "wrt", "declared", "verdict", "words"), WRONG)
def test_wrong(candidate: str, f: str, wrt: Any, declared: dict[str, Any], verdict: str, words: str) -> None:
    answer = rc.check(candidate, f, wrt, **declared)
    assert not answer
    assert answer.verdict == verdict
    assert words in answer.detail
    assert str(answer.derivative) in str(answer)
    assert candidate in str(answer)  # as it was written


AS_FUNCTIONS: list[tuple[str, str, Any, dict[str, Any], str, str]] = [
    ("lambda A, x, b: 2 * A.T @ (A @ x - b)", LEAST, "x", OF_LEAST, "equal", "proven"),
    ("lambda A, x, b: 2 * (A @ x - b) @ A", LEAST, "x", OF_LEAST, "equal", "proven"),
    ("lambda A, x, b: np.einsum('ij,i->j', A, 2 * (A @ x - b))", LEAST, "x", OF_LEAST, "equal", "proven"),
    ("lambda A, x, b: A.T @ (A @ x - b)", LEAST, "x", OF_LEAST, "factor", "by 2"),
    ("lambda A, x, b: 2 * A.T @ (b - A @ x)", LEAST, "x", OF_LEAST, "sign", "sign is wrong"),
    ("lambda A, x, b: 2 * np.outer(x, A @ x - b)", LEAST, "A", OF_LEAST, "transposed", "numerator layout"),
    ("lambda A, x, b: 2 * A.T @ A @ x", LEAST, "x", OF_LEAST, "missing term", "2*A'*b is missing"),
    ("lambda x: np.exp(x) / np.exp(x).sum()", "logsumexp(x)", "x", {"x": "n"}, "equal", "proven"),
    ("lambda x: np.diag(np.exp(x)) / np.exp(x).sum()", "softmax(x)", "x", {"x": "n"}, "missing term", "is missing"),
    ("lambda X: np.linalg.inv(X)", "logdet(X)", "X", {"X": "n n"}, "transposed", "transposed"),
    ("lambda X: np.linalg.inv(X).T", "logdet(X)", "X", {"X": "n n"}, "equal", "proven"),
    ("lambda x, y: x", "x'*y", "x", {"x": "n", "y": "n"}, "variable", "by y, not by x"),
    ("lambda x: x / np.sqrt(x @ x)", "norm2(x)", "x", {"x": "n"}, "equal", "proven"),
    ("lambda x: x", "norm2(x)", "x", {"x": "n"}, "factor", "factor norm2(x)"),
    ("lambda x: x.reshape(-1, 1)", "x'*x/2", "x", {"x": "n"}, "equal", "axes of size 1"),
]


@pytest.mark.parametrize(("candidate", "f", "wrt", "declared", "verdict", "words"), AS_FUNCTIONS)
def test_numpy_functions(candidate: str, f: str, wrt: Any, declared: dict[str, Any], verdict: str, words: str) -> None:
    answer = rc.check(eval(candidate, {"np": np}), f, wrt, **declared)
    assert answer.verdict == verdict
    assert words in answer.detail


def test_the_counterexample_is_one() -> None:
    answer = rc.check("2*A*x", "x'*A*x", "x", **QUADRATIC)
    example = answer.counterexample
    assert example is not None
    assert "at A = " in str(answer)
    a, x = example.point["A"], example.point["x"]
    assert np.allclose(example.derivative, (a + a.T) @ x)
    assert np.allclose(example.candidate, 2 * a @ x)
    assert not np.allclose(example.derivative, example.candidate)


# the PCA of a manifold optimisation package: f(W) = |S - S W W'|^2

PCA = "normF(S - S*W*W')^2"
OF_PCA: dict[str, Any] = {"S": "m n", "W": "n k"}


def hessian(S: Any, W: Any, V: Any) -> Any:
    """The Hessian along V."""
    rest, turned = S - S @ W @ W.T, S @ V @ W.T + S @ W @ V.T
    return -2 * (S.T @ rest @ V - S.T @ turned @ W + rest.T @ S @ V - turned.T @ S @ W)


def bent(S: Any, W: Any, V: Any) -> Any:
    """What ships: S has slipped into two of the terms, so that it does not vanish with V."""
    rest = S - S @ W @ W.T
    return -2 * (S.T @ rest @ V + S.T @ (S - S @ V @ W.T) @ W + rest.T @ S @ V + (S - S @ W @ V.T).T @ S @ W)


def test_a_hessian_as_a_function_of_a_direction() -> None:
    assert rc.check(hessian, PCA, ("W", "W"), **OF_PCA)
    answer = rc.check(bent, PCA, ("W", "W"), **OF_PCA)
    assert not answer
    assert answer.verdict == "not linear"
    assert "does not vanish at 0" in answer.detail


def test_a_function_that_cannot_be_traced_is_compared_by_numbers() -> None:
    def opaque(x: Any, A: Any) -> Any:
        return (A + A.T) @ x if float(x[0]) < 100 else x

    def doubled(x: Any, A: Any) -> Any:
        return 2 * opaque(x, A)

    answer = rc.check(opaque, "x'*A*x", "x", **QUADRATIC)
    assert answer
    assert "numerically at 12 random points" in str(answer)
    assert "factor 2" in rc.check(doubled, "x'*A*x", "x", **QUADRATIC).detail

    def squared(x: Any, A: Any, dx: Any) -> Any:
        return (A + A.T) @ (dx * abs(dx)) if float(x[0]) < 100 else x

    assert rc.check(squared, "x'*A*x", ("x", "x"), **QUADRATIC).verdict == "not linear"


def test_numbers_at_a_point() -> None:
    a, x = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 2.0])
    assert rc.check((a + a.T) @ x, "x'*A*x", "x", at={"A": a, "x": x}, **QUADRATIC)
    assert rc.check(-(a + a.T) @ x, "x'*A*x", "x", at={"A": a, "x": x}, **QUADRATIC).verdict == "sign"
    with pytest.raises(rc.RicciError, match="at a point"):
        rc.check(x, "x'*A*x", "x", **QUADRATIC)


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(rc.UnknownName, match="foo"):
        rc.check("2*foo", "x'*x", "x", x="n")


PRODUCT = {"A": "m n", "X": "n p", "B": "p q"}
MATRICES = [  # matrices that are offered for a derivative with more axes
    ("kron(A, B)", "A*X*B", "X", PRODUCT, "shape", "the derivative a matrix m*q x n*p; as a matrix in numerator layout"),
    ("kron(B, A)", "A*X*B", "X", PRODUCT, "shape", "kron(B', A) is right"),
    ("-kron(B', A)", "A*X*B", "X", PRODUCT, "sign", "the sign is wrong; as a matrix in numerator layout"),
    ("2*kron(A, B')", "A*X*B", "X", PRODUCT, "factor", "as a matrix in numerator layout, row-major"),
    ("kron(X', eye(n))", "X*X", "X", {"X": "n n"}, "missing term", "kron(eye(n), X) is missing"),
]


@pytest.mark.parametrize(("candidate", "text", "wrt", "shapes", "verdict", "words"), MATRICES)
def test_a_matrix_for_a_derivative_with_more_axes(
    candidate: str, text: str, wrt: str, shapes: dict[str, str], verdict: str, words: str
) -> None:
    answer = rc.check(candidate, text, wrt, **shapes)
    assert (answer.verdict, words in answer.detail) == (verdict, True), answer.detail
    assert (answer.counterexample is None) == (verdict == "shape")


def test_a_counterexample_is_short() -> None:
    answer = rc.check("2*kron(B', A)", "A*X*B", "X", **PRODUCT)
    assert max(map(len, str(answer).splitlines())) < 1000
