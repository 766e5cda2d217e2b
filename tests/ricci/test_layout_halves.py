"""Half-vectorisation and free entries: derivatives by structured matrices, against difference quotients over what is free."""

from collections.abc import Callable

import numpy as np
import pytest

import ricci as rc

RNG = np.random.default_rng(3)
A, B = RNG.standard_normal((2, 4, 4))
N = 4

SYMMETRIC = ["tr(A*X)", "logdet(X)", "det(X)", "tr(inv(X)*A)", "sum(sin(A*X*B))", "tr(A*X*B*X)"]


def duplication(n: int) -> np.ndarray:
    """D with D vech(S) = vec(S), written out."""
    pairs = [(i, j) for j in range(n) for i in range(j, n)]
    out = np.zeros((n * n, len(pairs)))
    for h, (i, j) in enumerate(pairs):
        out[j * n + i, h] = out[i * n + j, h] = 1
    return out


def vech(matrix: np.ndarray) -> np.ndarray:
    n = len(matrix)
    return np.array([matrix[i, j] for j in range(n) for i in range(j, n)])


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_the_matrices(n: int) -> None:
    square = np.arange(n * n, dtype=float).reshape(n, n)
    d = rc.parse("duplication(n)", z="n")(z=np.zeros(n))
    half = rc.parse("elimination(n)", z="n")(z=np.zeros(n))
    np.testing.assert_array_equal(d, duplication(n))
    np.testing.assert_array_equal(half @ square.T.reshape(-1), vech(square))
    np.testing.assert_array_equal(rc.parse("vech(X)", X="n n")(X=square), vech(square))
    np.testing.assert_array_equal(rc.parse("tril(X)", X="n n")(X=square), np.tril(square))
    np.testing.assert_array_equal(rc.parse("triu(X)", X="n n")(X=square), np.triu(square))


def test_integer_sizes() -> None:
    assert rc.parse("vech(X)", X="3 3").axes == (6,)
    assert rc.parse("vech(X)'*c", X="3 3", c="6").order == 0
    assert rc.parse("vech(X)", X="n n").axes == ("n*(n+1)/2",)
    np.testing.assert_array_equal(rc.parse("duplication(3)", X="3 3")(X=np.zeros((3, 3))), duplication(3))


def test_a_size_can_be_read_off_a_half_vector() -> None:
    e = rc.parse("duplication(n)*h", h="n*(n+1)/2")
    h = RNG.standard_normal(10)
    np.testing.assert_allclose(e(h=h), duplication(4) @ h)
    with pytest.raises(rc.SizeError):
        e(h=h[:9])


def by_parameters(text: str, basis: list[np.ndarray], point: np.ndarray, name: str = "X") -> np.ndarray:
    """Difference quotients along the basis of a linear structure: one for each free entry."""
    f = rc.parse(text, A="n n", B="n n", **{name: "n n"})
    known = {key: array for key, array in {"A": A, "B": B}.items() if key in f.variables}
    sides = [[float(f(**known, **{name: point + step * e})) for e in basis] for step in (1e-5, -1e-5)]
    return (np.array(sides[0]) - np.array(sides[1])) / 2e-5


def unit(*places: tuple[int, int, float]) -> np.ndarray:
    out = np.zeros((N, N))
    for i, j, sign in places:
        out[i, j] = sign
    return out


@pytest.mark.parametrize("text", SYMMETRIC)
def test_derivative_by_vech(text: str) -> None:
    """d f / d vech(X)' = vec(G)'*D."""
    root = RNG.standard_normal((N, N))
    point = root @ root.T + np.eye(N)
    basis = [unit((i, j, 1), (j, i, 1)) for j in range(N) for i in range(j, N)]
    f = rc.parse(text, A="n n", B="n n", X="n n symmetric")
    view = rc.grad(f, "X").matrix("vech")
    got = view(**{k: v for k, v in {"A": A, "B": B, "X": point}.items() if k in view.variables})
    assert got.shape == (1, 10)
    np.testing.assert_allclose(got[0], by_parameters(text, basis, point), rtol=1e-5, atol=1e-5)


def test_vech_of_a_matrix_function() -> None:
    f = rc.parse("X*A*X", A="n n", X="n n symmetric")
    view = rc.jacobian(f, "X").matrix("vech")
    root = RNG.standard_normal((N, N))
    point = root + root.T
    full = np.asarray(rc.jacobian(rc.parse("X*A*X", A="n n", X="n n"), "X").matrix()(A=A, X=point))
    np.testing.assert_allclose(view(A=A, X=point), full @ duplication(N))
    assert view.tensor == rc.jacobian(f, "X")
    plain = rc.jacobian(rc.parse("X*A*X", A="n n", X="n n"), "X").matrix("vech")
    with pytest.raises(rc.RicciError, match="free entries"):
        _ = plain.tensor


PAIRS = [(i, j) for j in range(N) for i in range(j, N)]


def along(call: Callable[[np.ndarray], np.ndarray], point: np.ndarray, step: float = 1e-5) -> np.ndarray:
    """Difference quotients along the free entries of a symmetric matrix, in the last axis."""
    basis = [unit((i, j, 1), (j, i, 1)) for i, j in PAIRS]
    return np.stack([(call(point + step * e) - call(point - step * e)) / (2 * step) for e in basis], -1)


@pytest.mark.parametrize("text", ["P*P", "inv(P)", "A*P*A'", "exp(P)", "tr(P)*P", "P*A*P + P*A'*P", "P*inv(P + A*A')*P"])
def test_a_symmetric_value_by_vech(text: str) -> None:
    """Rows by vech of the value, columns by that of the variable; one of them, and both."""
    f = rc.parse(text, A="n n", P="n n symmetric")
    root = RNG.standard_normal((N, N))
    point = root @ root.T + np.eye(N)
    known = {"A": A} if "A" in f.variables else {}
    free = along(lambda p: np.asarray(f(P=p, **known)), point)
    derivative = rc.jacobian(f, "P")
    known |= {"P": point}

    def value(layout: str) -> np.ndarray:
        view = derivative.matrix(layout)
        assert rc.parse(str(view), A="n n", P="n n symmetric") == view
        assert view.tensor == derivative
        return np.asarray(view(**{k: v for k, v in known.items() if k in view.variables}))

    rows = np.stack([free[i, j] for i, j in PAIRS])
    np.testing.assert_allclose(value("vech-both"), rows, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(value("vech"), free.transpose(1, 0, 2).reshape(N * N, -1), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(value("vech-value") @ duplication(N), rows, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("text", ["logdet(P)", "det(P)", "tr(A*P*B*P)", "tr(A*P)*logdet(P)", "sum(exp(P))", "normF(P)"])
def test_hessian_by_vech_on_both_sides(text: str) -> None:
    """D'*H*D, against second difference quotients over the free entries."""
    shapes = {"A": "n n", "B": "n n", "P": "n n symmetric"}
    f = rc.parse(text, **shapes)
    root = RNG.standard_normal((N, N))
    point = root @ root.T / 4 + np.eye(N)
    known = {k: v for k, v in {"A": A, "B": B}.items() if k in f.variables}
    gradient = rc.grad(f, "P").matrix("vech")
    want = along(
        lambda p: np.asarray(gradient(**{k: v for k, v in ({"P": p} | known).items() if k in gradient.variables}))[0], point
    )
    view = rc.hessian(f, "P").matrix("vech")
    got = np.asarray(view(**{k: v for k, v in ({"P": point} | known).items() if k in view.variables}))
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-5 * (1 + np.abs(want).max()))
    assert rc.parse(str(view), **shapes) == view


def test_a_value_that_may_not_be_symmetric_has_no_vech() -> None:
    derivative = rc.jacobian(rc.parse("P*A*P", A="n n", P="n n symmetric"), "P")
    for layout in ("vech-value", "vech-both"):
        with pytest.raises(rc.RicciError, match="known to be a symmetric matrix"):
            derivative.matrix(layout)


def test_the_legend_names_what_is_halved() -> None:
    derivative = rc.jacobian(rc.parse("inv(P)", P="n n symmetric"), "P")
    assert derivative.matrix("vech-both").legend == "vech-both; rows vech of Y, columns vech of P"
    assert derivative.matrix("vech").legend == "vech; rows (j,i) of Y, columns vech of P, column-major"
    names = [line.split("  ")[0] for line in str(derivative.layout_table()).splitlines()]
    assert {"vech", "vech-value", "vech-both"} <= set(names)


STRUCTURES: dict[str, Callable[[int, int], np.ndarray]] = {
    "symmetric": lambda i, j: unit((i, j, 1), (j, i, 1)),
    "skew": lambda i, j: unit((i, j, 1), (j, i, -1)) if i != j else np.zeros((N, N)),
    "diagonal": lambda i, j: unit((i, j, 1)) if i == j else np.zeros((N, N)),
    "lower": lambda i, j: unit((i, j, 1)) if i >= j else np.zeros((N, N)),
    "upper": lambda i, j: unit((i, j, 1)) if i <= j else np.zeros((N, N)),
    "toeplitz": lambda i, j: np.eye(N, k=j - i),
    "symmetric toeplitz": lambda i, j: np.eye(N, k=j - i) + (np.eye(N, k=i - j) if i != j else 0),
}


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("text", ["tr(A*X)", "tr(A*X*B*X)", "sum(sin(A*X*B))"])
def test_derivative_by_free_entries(text: str, structure: str) -> None:
    """Matrix Cookbook, section 2.8: one difference quotient for every free entry."""
    basis = [STRUCTURES[structure](i, j) for i in range(N) for j in range(N)]
    point = sum(RNG.standard_normal() * e for e in basis)
    f = rc.parse(text, A="n n", B="n n", X=f"n n {structure}")
    g = rc.derivative(f, "X", structure="free")
    got = np.asarray(g(**{k: v for k, v in {"A": A, "B": B, "X": point}.items() if k in g.variables}))
    np.testing.assert_allclose(got.reshape(-1), by_parameters(text, basis, point), rtol=1e-5, atol=1e-5)
    again = rc.parse(str(g), A="n n", B="n n", X=f"n n {structure}")
    np.testing.assert_allclose(
        np.asarray(again(**{k: v for k, v in {"A": A, "B": B, "X": point}.items() if k in again.variables})), got
    )


def test_cookbook_138_as_text() -> None:
    g = rc.derivative(rc.parse("logdet(X)", X="n n symmetric"), "X", structure="free")
    assert g == rc.parse("2*inv(X) - diag(diag(inv(X)))", X="n n symmetric")


def test_no_free_entries() -> None:
    with pytest.raises(rc.DerivativeError, match="no free entries"):
        rc.derivative(rc.parse("tr(A*Q)", A="n n", Q="n n orthogonal"), "Q", structure="free")
    with pytest.raises(rc.DerivativeError, match="no structure"):
        rc.derivative(rc.parse("tr(A)", A="n n"), "A", structure="loose")


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_other_backends(backend: str) -> None:
    pytest.importorskip(backend)
    from ricci.evaluation.compiled import compile

    e = rc.parse("duplication(n)*vech(X) + vec(tril(X))", X="n n")
    (got,) = compile([e.settled], backend)(X=A)
    np.testing.assert_allclose(np.asarray(got), e(X=A), rtol=1e-5)
