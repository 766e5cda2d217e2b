"""Many functions by many variables in every layout: values against difference quotients, the text against the object."""

from __future__ import annotations

import numpy as np
import pytest

import ricci as rc
from tensor_networks.axes import value as number

SIZES = {"m": 2, "n": 3, "p": 4, "q": 2}
MATRICES = {"A": "m n", "B": "n n", "X": "m n", "M": "n n", "N": "n n", "W": "n q", "Z": "p m"}
COMMON = {"c": "", "x": "n", "b": "n", "y": "m", **MATRICES}
TENSORS = {"T": "n m p", "U": "m p", "u": "n", "v": "m", "w": "p", "Q": "n n n", "R": "n m n m", "M": "n n", "X": "n m"}

# the nine shapes: a scalar, a vector, a matrix by each of them
PLAIN = [
    ("c^3", "c"),
    ("exp(c*x)", "c"),
    ("inv(M + c*N)", "c"),
    ("exp(x'*B*x)", "x"),
    ("x/sum(x)", "x"),
    ("softmax(M*x)", "x"),
    ("x*x'*M + M*x*x'", "x"),
    ("kron(x, x)", "x"),
    ("x*x'/(x'*x)", "x"),
    ("B*diag(x)*N", "x"),
    ("logdet(X*X')", "X"),
    ("tr(M*N*M*N)", "M"),
    ("tanh(X*x)", "X"),
    ("X'*X*x", "X"),
    ("vec(X*X')", "X"),
    ("M*M'*M", "M"),
    ("kron(X, X)", "X"),
    ("X/normF(X)", "X"),
    ("reshape(vec(X), n, m)", "X"),
    ("M*inv(M'*M)*M'", "M"),
    ("exp(X*X')", "X"),
    ("vec(X)*vec(X)'", "X"),
    ("inv(Z'*Z + X*X')", "X"),
    ("kr(M, N)", "M"),
    ("rkr(M, N)", "M"),
    ("kron(M, N)", "M"),
    ("vech(M*M')", "M"),
    ("tr(X'*A)*X", "X"),
]
STRUCTURED = ["P*P", "P*B*P", "inv(P)", "kron(P, A)", "x'*P*x", "logdet(P)"]
TRAITS = ["symmetric", "spd", "diagonal", "lower", "upper"]
INDEXED = [
    ("T_ijk U_jk -> i", "U"),
    ("T_ijk T_ijk ->", "T"),
    ("T_ijk^2 -> ijk", "T"),
    ("Q_ijk u_j u_k -> i", "u"),
    ("R_ijkl X_ij X_kl ->", "X"),
    ("exp(T_ijk v_j) -> ik", "v"),
    ("M_ij M_kl -> ijkl", "M"),
    ("u_i u_j u_k -> ijk", "u"),
    ("tanh(R_ijkl X_kl) -> ij", "X"),
    ("Q_ijk -> (ij)k", "Q"),
]
SIZED: list[tuple[str, str, dict[str, str]]] = [
    ("A*x", "A", {"A": "1 n", "x": "n"}),
    ("X'*X", "X", {"X": "1 3"}),
    ("X'*X", "X", {"X": "3 1"}),
    ("A*X*B", "X", {"A": "2 2", "X": "2 2", "B": "2 2"}),
    ("A*x", "x", {"A": "p m*n", "x": "m*n", "y": "m"}),
    ("kron(A, B)*x", "A", {"A": "m n", "B": "p q", "x": "n*q"}),
    ("x'*kron(A, B)*x", "x", {"A": "m m", "B": "p p", "x": "m*p"}),
    ("vech(S)", "S", {"S": "n n symmetric"}),
    ("vech(A*S*A')", "S", {"S": "3 3 symmetric", "A": "3 3"}),
    ("duplication(n)*h", "h", {"h": "n*(n+1)/2", "X": "n n"}),
]
PAIRS: list[tuple[str, str, dict[str, str]]] = [
    *((text, wrt, COMMON) for text, wrt in PLAIN),
    *((text, "P", COMMON | {"P": f"n n {trait}"}) for text in STRUCTURED for trait in TRAITS),
    *((text, wrt, TENSORS) for text, wrt in INDEXED),
    *SIZED,
]
LAYOUTS: list[tuple[str, str | None]] = [
    *((layout, vec) for layout in ("numerator", "denominator", "mixed") for vec in (None, "column", "row")),
    *((layout, None) for layout in ("block-wrt", "block-value", "stacked", "vech", "vech-value", "vech-both")),
]


def point(expression: rc.Expr) -> dict[str, np.ndarray]:
    """Arrays for the variables, well inside the domains of the functions."""
    rng = np.random.default_rng(7)
    found = {}
    for name, leaf in expression.variables.items():
        array = rng.standard_normal([number(size, SIZES) for size in leaf.axes])
        if array.ndim == 2 and array.shape[0] == array.shape[1]:
            square = array + 3 * np.eye(len(array))
            if leaf.traits & {"symmetric", "spd"}:
                square = square @ square.T
            found[name] = {"diagonal": np.diag(np.diag(square)), "lower": np.tril(square), "upper": np.triu(square)}.get(
                next(iter(leaf.traits), ""), square
            )
        else:
            found[name] = array
    return found


def views(derivative: rc.Expr) -> list[rc.Expr]:
    """The derivative in every layout that there is for it, and its unfoldings."""
    found = []
    for layout, vec in LAYOUTS:
        try:
            found.append(derivative.matrix(layout, vec))
        except rc.RicciError:
            assert layout not in ("numerator", "denominator", "mixed")
    modes = range(derivative.order if derivative.order > 2 else 0)
    return [*found, *(derivative.unfold(mode, order) for mode in modes for order in ("column", "row", "cyclic"))]


def halved(tensor: np.ndarray, axis: int, name: str) -> np.ndarray:
    """The entries on and below the diagonal of two axes, for a variable each with its mirror image."""
    kept = []
    for column in range(tensor.shape[axis]):
        for row in range(column, tensor.shape[axis]):
            entry = tensor.take(row, axis).take(column, axis)
            if name == "duplication" and row != column:
                entry = entry + tensor.take(column, axis).take(row, axis)
            kept.append(entry)
    return np.stack(kept, axis)


def reshaped(tensor: np.ndarray, view: rc.Expr) -> np.ndarray:
    """What the matrix of a view is, from the groups of axes that it says it has."""
    groups, _, halves = view.viewed  # type: ignore[attr-defined]
    for axis, name in sorted(halves, reverse=True):
        tensor = halved(tensor, axis, name)
    gone = [axis + 1 for axis, _ in halves]
    places = [[axis - sum(other < axis for other in gone) for axis in group] for group in groups]
    turned = tensor.transpose([axis for group in places for axis in group])
    if not groups:
        return turned
    rows = 1 if view.role == "row" else int(np.prod([tensor.shape[axis] for axis in places[0]]))
    return turned.reshape(rows, -1)


@pytest.mark.parametrize(("text", "wrt", "declared"), PAIRS, ids=[f"{t}-{w}-{d.get('P', '')}" for t, w, d in PAIRS])
def test_every_layout(text: str, wrt: str, declared: dict[str, str]) -> None:
    f = rc.parse(text, **declared)
    arrays = point(f)
    sizes = {symbol: SIZES[symbol] for symbol in ("m", "n")} if "reshape" in text else {}
    for derivative in (rc.derivative(f, wrt), rc.derivative(f, wrt, wrt)):
        if derivative.order > 4:
            continue
        tensor = np.asarray(derivative(**arrays, **{k: v for k, v in sizes.items() if "X" not in arrays}))
        for view in views(derivative):
            got, want = np.asarray(view(**arrays)), reshaped(tensor, view)
            np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-10 * (1 + np.abs(want).max(initial=0)), err_msg=str(view))
            assert rc.parse(str(view), **declared) == view, str(view)
            assert "<expression" not in view.latex() + str(view)


@pytest.mark.parametrize(("text", "wrt", "declared"), PAIRS[::5], ids=[f"{t}-{w}" for t, w, _ in PAIRS[::5]])
def test_views_go_back_and_into_documents(text: str, wrt: str, declared: dict[str, str]) -> None:
    derivative = rc.derivative(rc.parse(text, **declared), wrt)
    for view in views(derivative):
        assert rc.from_json(view.to_json()) == view
        if not view.viewed.halves:  # type: ignore[attr-defined]
            assert rc.equal(view.tensor, derivative).proven  # type: ignore[attr-defined]


# -- what is printed: as the texts write it --------------------------------------------------------------------------------

SHAPES = COMMON | {"a": "m", "P": "n n symmetric", "K": "n n skew", "V": "m m"}
FORMS = [
    ("X'*X", "X", "numerator", "(eye(n*n) + commutation(n, n))*kron(eye(n), X')"),
    ("X*X'", "X", "numerator", "(eye(m*m) + commutation(m, m))*kron(X, eye(m))"),
    ("inv(M)", "M", "numerator", "-kron(inv(M)', inv(M))"),
    ("M*M*M", "M", "numerator", "kron(eye(n), M^2) + kron(M', M) + kron(M'^2, eye(n))"),
    ("X'", "X", "numerator", "commutation(m, n)"),
    ("P*P", "P", "numerator", "0.5*(eye(n*n) + commutation(n, n))*(kron(P, eye(n)) + kron(eye(n), P))"),
    ("P*P", "P", "vech", "(kron(P, eye(n)) + kron(eye(n), P))*duplication(n)"),
    ("P*P", "P", "vech-both", "elimination(n)*(kron(P, eye(n)) + kron(eye(n), P))*duplication(n)"),
    ("inv(P)", "P", "vech-both", "-elimination(n)*kron(inv(P), inv(P))*duplication(n)"),
    ("M*P*M'", "P", "vech-both", "elimination(n)*kron(M, M)*duplication(n)"),
    ("P.*P", "P", "vech-both", "2*diag(vech(P))"),
    ("tr(P)*P", "P", "vech-both", "vech(P)*vech(eye(n))' + tr(P)*eye(n*(n+1)/2)"),
    ("x*x'", "x", "vech-value", "elimination(n)*(kron(eye(n), x) + kron(x, eye(n)))"),
    ("K*K", "K", "numerator", None),
    ("M*diag(x)*M'", "M", "numerator", "(eye(n*n) + commutation(n, n))*kron(M*diag(x), eye(n))"),
    ("X/normF(X)", "X", "numerator", "eye(m*n)/normF(X) - vec(X)*vec(X)'/normF(X)^3"),
    ("vec(X)*vec(X)'", "X", "numerator", "kron(eye(m*n), vec(X)) + kron(vec(X), eye(m*n))"),
]
HESSIANS = [
    ("logdet(P)", "P", "vech", "-duplication(n)'*kron(inv(P), inv(P))*duplication(n)"),
    ("tr(M*P*N*P)", "P", "vech", "duplication(n)'*(kron(M', N) + kron(M, N'))*duplication(n)"),
    ("x'*inv(P)*x", "P", "vech", "2*duplication(n)'*kron(inv(P)*x*x'*inv(P), inv(P))*duplication(n)"),
    ("tr(V*X*B*X')", "X", "numerator", "kron(B', V) + kron(B, V')"),
    ("tr(M*N*M*B)", "M", "numerator", "commutation(n, n)*(kron(B', N) + kron(N', B))"),
]


@pytest.mark.parametrize(("text", "wrt", "layout", "printed"), FORMS, ids=[f"{row[0]} {row[2]}" for row in FORMS])
def test_forms_of_first_derivatives(text: str, wrt: str, layout: str, printed: str | None) -> None:
    view = rc.derivative(rc.parse(text, **SHAPES), wrt).matrix(layout)
    assert printed is None or str(view) == printed
    assert rc.parse(str(view), **SHAPES) == view


@pytest.mark.parametrize(("text", "wrt", "layout", "printed"), HESSIANS, ids=[row[0] for row in HESSIANS])
def test_forms_of_hessians(text: str, wrt: str, layout: str, printed: str) -> None:
    view = rc.hessian(rc.parse(text, **SHAPES), wrt).matrix(layout)
    assert str(view) == printed
    assert rc.parse(printed, **SHAPES) == view


def test_vec_of_a_kronecker_product_is_that_of_magnus_and_neudecker() -> None:
    e = rc.parse("vec(kron(A, W))", A="m n", W="p q")
    assert str(e) == "kron(kron(eye(n), commutation(q, m)), eye(p))*kron(vec(A), vec(W))"
    assert rc.parse(str(e), A="m n", W="p q") == e


# -- grouped axes in index notation ----------------------------------------------------------------------------------------

GROUPED = [
    ("v_{(ij)} A_ij ->", {"v": "m*n", "A": "m n"}),
    ("v_{(ij)} ones(m)_i ones(n)_j -> ij", {"v": "m*n", "A": "m n"}),
    ("(x_i y_j -> (ij))_k z_k ->", {"x": "m", "y": "n", "z": "m*n"}),
    ("tanh(x_i y_j -> (ij))_k B_kl -> l", {"x": "m", "y": "n", "B": "m*n p"}),
    ("T_{(ij)kl} A_ij -> kl", {"T": "m*n p q", "A": "m n"}),
    ("T_{(i1j2)kl} A_i1j2 -> (lk)", {"T": "m*n p q", "A": "m n"}),
    ("inv(A_ac B_bd -> (ab)(cd))_{(ij)(kl)} C_ij C_kl ->", {"A": "m m", "B": "n n", "C": "m n"}),
    ("T_ijk^2 U_jk -> (ki)j", {"T": "n m p", "U": "m p"}),
]


@pytest.mark.parametrize(("text", "declared"), GROUPED, ids=[text for text, _ in GROUPED])
def test_groups_of_indices_are_read_and_written(text: str, declared: dict[str, str]) -> None:
    e = rc.parse(text, **declared)
    assert rc.parse(e.ricci(), **declared) == e
    assert rc.parse(str(e), **declared) == e


def test_the_value_of_a_group_is_the_flattening() -> None:
    rng = np.random.default_rng(0)
    v, a = rng.standard_normal(6), rng.standard_normal((2, 3))
    got = rc.parse("v_{(ij)} A_ij ->", v="m*n", A="m n")(v=v, A=a)
    np.testing.assert_allclose(got, v @ a.reshape(-1))


def test_a_group_of_unknown_sizes_is_asked_about() -> None:
    with pytest.raises(rc.ShapeError, match="in parentheses is not known"):
        rc.parse("v_{(ij)} -> ij", v="m*n")


# -- as linear operators ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vec", ["column", "row"])
def test_a_view_acts_without_being_formed(vec: str) -> None:
    rng = np.random.default_rng(1)
    arrays = {"A": rng.standard_normal((3, 3)) + 3 * np.eye(3), "B": rng.standard_normal((4, 4)) + 3 * np.eye(4)}
    view = rc.jacobian(rc.parse("A*X*B", A="m m", X="m n", B="n n"), "X").matrix("numerator", vec)
    matrix, operator, v = np.asarray(view(**arrays)), view.operator(**arrays), rng.standard_normal(12)
    np.testing.assert_allclose(operator @ v, matrix @ v)
    np.testing.assert_allclose(operator.T @ v, matrix.T @ v)
    np.testing.assert_allclose(operator.solve(v), np.linalg.solve(matrix, v))
    np.testing.assert_allclose(operator.diagonal().reshape(-1), np.diag(matrix))
    np.testing.assert_allclose(operator.trace(), np.trace(matrix))


def test_the_report_says_what_forming_takes() -> None:
    view = rc.jacobian(rc.parse("A*X*B", A="m m", X="m n", B="n n"), "X").matrix()
    report = view.operator(A=np.eye(400), B=np.eye(500)).report()
    assert "200,000 x 200,000" in report
    assert "320,000,000,000 bytes" in report
    with pytest.raises(rc.ShapeError, match="linear operator"):
        rc.grad(rc.parse("x'*x", x="n"), "x").matrix().operator(x=np.ones(3))
