"""Half-vectorisation is evaluated by indexing: the values of explicit matrices, without one being formed."""

import numpy as np
import pytest

import ricci as rc
from tensor_networks.evaluation.program import build

N = 4
RNG = np.random.default_rng(1)
ARRAYS = {
    "A": RNG.standard_normal((N, N)),
    "B": RNG.standard_normal((N, N)),
    "h": RNG.standard_normal(N * (N + 1) // 2),
    "x": RNG.standard_normal(N),
}
SHAPES = {"A": "n n", "B": "n n", "h": "n*(n+1)/2", "x": "n"}
PAIRS = [(i, j) for j in range(N) for i in range(j, N)]
D = np.zeros((N * N, len(PAIRS)))
L = np.zeros((len(PAIRS), N * N))
for place, (i, j) in enumerate(PAIRS):
    D[j * N + i, place] = D[i * N + j, place] = 1
    L[place, j * N + i] = 1
A, B, h, x = ARRAYS["A"], ARRAYS["B"], ARRAYS["h"], ARRAYS["x"]


def vec(matrix: np.ndarray) -> np.ndarray:
    return matrix.T.reshape(-1)


CASES = [
    ("vech(A)", L @ vec(A)),
    ("vech(A*diag(x)*B)", L @ vec(A @ np.diag(x) @ B)),
    ("vech(A).*h", (L @ vec(A)) * h),
    ("sum(vech(A).^2)", np.sum((L @ vec(A)) ** 2)),
    ("duplication(n)'*vec(A)", D.T @ vec(A)),
    ("duplication(n)'*kron(x, x)", D.T @ np.kron(x, x)),
    ("duplication(n)*h", D @ h),
    ("elimination(n)'*h", L.T @ h),
    ("vec(A)'*duplication(n)*h", vec(A) @ D @ h),
    ("duplication(n)*elimination(n)*vec(A)", D @ L @ vec(A)),
    ("duplication(n)*duplication(n)'*vec(A)", D @ D.T @ vec(A)),
    ("kron(A, B)*duplication(n)", np.kron(A, B) @ D),
    ("elimination(n)*kron(A, B)*duplication(n)", L @ np.kron(A, B) @ D),
    ("duplication(n)'*kron(A, B)*duplication(n)", D.T @ np.kron(A, B) @ D),
    ("elimination(n)*kron(A, B)*elimination(n)'", L @ np.kron(A, B) @ L.T),
]


@pytest.mark.parametrize(("text", "want"), CASES, ids=[text for text, _ in CASES])
def test_no_pattern_is_formed(text: str, want: np.ndarray) -> None:
    e = rc.parse(text, **SHAPES)
    given = {name: array for name, array in ARRAYS.items() if name in e.variables}
    np.testing.assert_allclose(e(**given), want)
    assert "pattern" not in {step.op for step in build([e.settled], {"n": N}).steps}


def test_toeplitz_sums_are_not_a_tensor() -> None:
    derivative = rc.derivative(rc.parse("tr(A*T)", A="n n", T="n n toeplitz"), "T", structure="free")
    want = [[np.trace(A, offset=i - j) for j in range(N)] for i in range(N)]
    np.testing.assert_allclose(derivative(A=A), want)
    assert "pattern" not in {step.op for step in build([derivative.settled], {"n": N}).steps}


def test_a_large_half_needs_little_memory() -> None:
    """elimination(1500) as a matrix would take 20 terabytes."""
    big = RNG.standard_normal((1500, 1500))
    assert np.shape(rc.parse("vech(X)", X="n n")(X=big)) == (1500 * 1501 // 2,)
