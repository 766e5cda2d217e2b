"""Parts of derivatives: right, and formed without the whole."""

import numpy as np
import pytest

import ricci as rc
from ricci.calculus.selection import selected
from tensor_networks.nodes import walk

RANDOM = np.random.default_rng(1)
A, B, V = RANDOM.normal(size=(4, 4)), RANDOM.normal(size=(3, 3)), RANDOM.normal(size=(4, 3))
TEXTS = [
    "tr(X'*A*X*B)",
    "norm2(A*X)^2 + sum(X.^3)",
    "logdet(X'*X + eye(m))",
    "sum(tanh(A*X*B).*X)",
    "norm2(X - V)",
    "log(sum(exp(A*X))) * sum(X.^2)",
]
SIZES = {"X": "n m", "A": "n n", "B": "m m", "V": "n m"}


def given(expression: rc.Expr) -> dict[str, np.ndarray]:
    arrays = {"X": V + 1, "A": A, "B": B, "V": V}
    return {name: array for name, array in arrays.items() if name in expression.variables}


@pytest.mark.parametrize("text", TEXTS)
def test_diagonal_and_laplacian(text: str) -> None:
    f = rc.parse(text, **SIZES)
    hessian = rc.hessian(f, "X")
    whole = hessian(**given(hessian))
    np.testing.assert_allclose(hessian.diagonal()(**given(f)), np.einsum("abab->ab", whole), atol=1e-9)
    np.testing.assert_allclose(hessian["abab->"](**given(f)), np.einsum("abab->", whole))
    np.testing.assert_allclose(rc.laplacian(f, "X")(**given(f)), np.einsum("abab->", whole))
    np.testing.assert_allclose(hessian["abcb -> ca"](**given(f)), np.einsum("abcb->ca", whole), atol=1e-9)


@pytest.mark.parametrize("text", [*TEXTS[:2], TEXTS[3]])
def test_the_diagonal_is_formed_without_the_whole(text: str) -> None:
    hessian = rc.hessian(rc.parse(text, **SIZES), "X")
    assert max(node.order for node in walk(hessian.diagonal().settled)) <= 2


def test_per_sample_jacobian() -> None:
    f = rc.parse("tanh(X*W)", X="b n", W="n m")
    jacobian = rc.jacobian(f, "X")
    per_sample = jacobian["bibj->bij"]
    assert max(node.order for node in walk(per_sample.settled)) == 3
    X, W = RANDOM.normal(size=(5, 4)), RANDOM.normal(size=(4, 3))
    np.testing.assert_allclose(per_sample(X=X, W=W), np.einsum("bibj->bij", jacobian(X=X, W=W)))


def test_divergence() -> None:
    field = rc.parse("tanh(A*x)", A="n n", x="n")
    x = RANDOM.normal(size=4)
    np.testing.assert_allclose(rc.divergence(field, "x")(A=A, x=x), np.trace(rc.jacobian(field, "x")(A=A, x=x)))
    with pytest.raises(rc.ShapeError, match="divergence"):
        rc.divergence(rc.parse("B*x", B="m n", x="n"), "x")


def test_patterns() -> None:
    matrix = rc.tensor("A", "n n")
    assert matrix["ii"] == np.trace(matrix)
    assert matrix["ij->ji"] == matrix.T
    assert matrix["ba"] == matrix.T
    assert matrix.diagonal() == matrix["ii->i"]
    for pattern, error in (("i", "letters"), ("ij->k", "no axis"), ("i!", "not a pattern")):
        with pytest.raises(rc.IndexNotationError, match=error):
            matrix[pattern]
    with pytest.raises(rc.ShapeError, match="different sizes"):
        selected(rc.tensor("C", "n m").node, "ii->i")
