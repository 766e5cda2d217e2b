"""Traits: derivatives along the structure against an oracle of its own, what follows in formulas, what is refused."""

from collections.abc import Callable

import numpy as np
import pytest

import ricci as rc
from ricci.proofs.verification import random_point
from ricci.traits.points import drawn
from ricci.traits.table import TRAITS

RNG = np.random.default_rng(7)
N = 4

# An oracle that knows a structure by its equations only: the tangent space is the kernel of their derivative, a curve is
# found by Newton steps back onto the surface.

OFF = 1 - np.eye(N)
EQUATIONS: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray]]] = {
    "symmetric": ("n n", lambda x: x - x.T),
    "skew": ("n n", lambda x: x + x.T),
    "diagonal": ("n n", lambda x: x * OFF),
    "lower": ("n n", lambda x: np.triu(x, 1)),
    "upper": ("n n", lambda x: np.tril(x, -1)),
    "toeplitz": ("n n", lambda x: x[1:, 1:] - x[:-1, :-1]),
    "spd": ("n n", lambda x: x - x.T),
    "psd": ("n n", lambda x: x - x.T),
    "positive": ("n n", lambda x: np.zeros(1)),
    "nonnegative": ("n n", lambda x: np.zeros(1)),
    "orthogonal": ("n n", lambda x: x.T @ x - np.eye(N)),
    "orthonormal": ("n k", lambda x: x.T @ x - np.eye(x.shape[1])),
    "idempotent": ("n n", lambda x: x @ x - x),
    "simplex": ("n n", lambda x: x.sum(axis=1) - 1),
    "symmetric orthogonal": ("n n", lambda x: np.stack([x - x.T, x.T @ x - np.eye(N)])),
    "symmetric idempotent": ("n n", lambda x: np.stack([x - x.T, x @ x - x])),
    "symmetric toeplitz": ("n n", lambda x: np.concatenate([(x - x.T).ravel(), (x[1:, 1:] - x[:-1, :-1]).ravel()])),
    "skew toeplitz": ("n n", lambda x: np.concatenate([(x + x.T).ravel(), (x[1:, 1:] - x[:-1, :-1]).ravel()])),
    "lower toeplitz": ("n n", lambda x: np.concatenate([np.triu(x, 1).ravel(), (x[1:, 1:] - x[:-1, :-1]).ravel()])),
    "lower upper": ("n n", lambda x: x * OFF),
    "symmetric lower": ("n n", lambda x: x * OFF),
    "diagonal toeplitz": ("n n", lambda x: np.concatenate([(x * OFF).ravel(), np.diff(np.diag(x))])),
    "spd diagonal": ("n n", lambda x: x * OFF),
    "positive symmetric": ("n n", lambda x: x - x.T),
}
FORMULAS = {
    "linear": "a'*X*b",
    "constant on some": "tr(X'*X)",
    "quadratic": "tr(X'*A*X)",
    "two sides": "tr(A*X*B*X')",
    "repeated": "tr(X*B*X*A*X)",
    "entrywise": "sum(sin(A*X))",
    "power": "sum((A*X).^3)",
    "norm": "norm2(X*b)^2 + a'*X*b",
    "exp": "sum(exp(A*X*B))",
    "logsumexp": "logsumexp(X*b)",
    "inverse": "tr(inv(eye(n) + X*X')*A)",
    "vector": "tanh(X*b)",
    "sums": "sum(X)^2 + sum(X*X)",
    "determinant": "logdet(A'*A + X*X')",
}


def tangents(equation: Callable[[np.ndarray], np.ndarray], point: np.ndarray) -> np.ndarray:
    """An orthonormal basis of the tangent space, a row for each direction."""
    columns = []
    for place in np.ndindex(point.shape):
        moved = np.zeros_like(point)
        moved[place] = 1e-6
        columns.append((equation(point + moved) - equation(point - moved)).ravel() / 2e-6)
    _, values, rows = np.linalg.svd(np.array(columns).T)
    return rows[np.count_nonzero(values > 1e-6) :]


def returned(equation: Callable[[np.ndarray], np.ndarray], point: np.ndarray) -> np.ndarray:
    """The point led back onto the surface by Gauss-Newton steps."""
    for _ in range(6):
        columns = []
        for place in np.ndindex(point.shape):
            moved = np.zeros_like(point)
            moved[place] = 1e-6
            columns.append((equation(point + moved) - equation(point - moved)).ravel() / 2e-6)
        step = np.linalg.lstsq(np.array(columns).T, equation(point).ravel(), rcond=1e-7)[0]
        point = point - step.reshape(point.shape)
    return point


def setting(trait: str, text: str) -> tuple[rc.Expr, rc.Expr, dict[str, np.ndarray]]:
    """The formula with the trait, without it, and arrays."""
    sizes, _ = EQUATIONS[trait]
    square = sizes == "n n"
    shapes = {"A": "n n", "B": "n n", "a": "n", "b": "n"} if square else {"A": "n n", "B": "k k", "a": "n", "b": "k"}
    rng = np.random.default_rng(11)
    numbers = {"n": N, "k": 2}
    given = {name: rng.uniform(-1, 1, [numbers[size] for size in shape.split()]) for name, shape in shapes.items()}
    leaf = rc.tensor("X", f"{sizes} {trait}").node
    given["X"] = drawn(rng.uniform(-1, 1, [numbers[size] for size in sizes.split()]), leaf)
    return rc.parse(text, X=f"{sizes} {trait}", **shapes), rc.parse(text, X=sizes, **shapes), given


def value(expression: rc.Expr, given: dict[str, np.ndarray], point: np.ndarray | None = None) -> np.ndarray:
    arrays = given if point is None else {**given, "X": point}
    return np.asarray(expression(**{name: array for name, array in arrays.items() if name in expression.variables}))


CASES = [
    pytest.param(trait, name, id=f"{trait}-{name}")
    for trait in EQUATIONS
    for name in FORMULAS
    if trait != "orthonormal" or name not in ("repeated", "sums")
]


@pytest.mark.parametrize(("trait", "name"), CASES)
def test_derivatives_along_the_structure(trait: str, name: str) -> None:
    """First and second derivatives along every tangent; what is no tangent does not occur in them."""
    structured, plain, given = setting(trait, FORMULAS[name])
    equation = EQUATIONS[trait][1]
    np.testing.assert_allclose(equation(given["X"]), 0, atol=1e-12)
    first, second = rc.derivative(structured, "X"), rc.derivative(structured, "X", "X")
    basis = tangents(equation, given["X"])
    size = given["X"].size
    gradient = value(first, given).reshape(-1, size)
    hessian = value(second, given).reshape(gradient.size, size)
    if trait != "idempotent":
        np.testing.assert_allclose(gradient @ basis.T @ basis, gradient, atol=1e-9)
        np.testing.assert_allclose(hessian @ basis.T @ basis, hessian, atol=1e-8)
    for row in basis[:6]:
        direction = row.reshape(given["X"].shape)
        ahead, behind = (returned(equation, given["X"] + sign * 1e-5 * direction) for sign in (1, -1))
        slope = (value(plain, given, ahead) - value(plain, given, behind)) / 2e-5
        np.testing.assert_allclose(gradient @ row, slope.ravel(), rtol=1e-5, atol=1e-7)
        change = (value(first, given, ahead) - value(first, given, behind)) / 2e-5
        np.testing.assert_allclose(hessian @ row, change.ravel(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("trait", EQUATIONS)
def test_verify_agrees(trait: str) -> None:
    for name in ("two sides", "vector"):
        structured, _, _ = setting(trait, FORMULAS[name])
        assert rc.verify(rc.derivative(structured, "X", "X"), tolerance=1e-5)


SHAPES = {
    "Q": "n n orthogonal",
    "V": "n k orthonormal",
    "W": "n n orthonormal",
    "P": "n n permutation",
    "S": "m n selection",
    "y": "n one-hot",
    "Y": "b n one-hot",
    "T": "b t n one-hot",
    "p": "n simplex",
    "q": "n simplex",
    "R": "b n simplex",
    "I": "n n idempotent",
    "J": "n n symmetric idempotent",
    "x": "n",
    "z": "n",
    "w": "k",
    "u": "m",
    "c": "",
    "A": "n n",
    "B": "k k",
    "X": "b n",
}
FOLLOWS = [
    ("V'*V", "eye(k)"),
    ("tr(V*V')", "k"),
    ("sum(V.*V)", "k"),
    ("V*V'*V", "V"),
    ("norm2(V*w)", "norm2(w)"),
    ("norm2(V*w - V*B*w)", "norm2(w - B*w)"),
    ("normF(V)", "sqrt(k)"),
    ("norm2(V*w)^3", "norm2(w)^3"),
    ("V*w./norm2(V*w)", "V*w./norm2(w)"),
    ("pinv(V)*x", "V'*x"),
    ("logdet(V'*V)", "0"),
    ("W*W'*x + inv(W)*x", "x + W'*x"),
    ("tr(Q'*A*Q)", "tr(A)"),
    ("abs(det(Q)) + det(Q)^4", "2*k/k"),
    ("norm2(Q*x)*norm2(Q'*x)", "x'*x"),
    ("P*P'*x + P'*P*x", "2*x"),
    ("P.*P + P.^3", "2*P"),
    ("exp(P*x + c)", "P*exp(x + c)"),
    ("(P*x).*(P*z)./(P*exp(x))", "P*(x.*z./exp(x))"),
    ("max(P*x, P*z)", "P*max(x, z)"),
    ("sum(log(P*x).^2)", "sum(log(x).^2)"),
    ("softmax(P'*x)", "P'*softmax(x)"),
    ("logsumexp(P*x) + norm2(P*x)", "logsumexp(x) + norm2(x)"),
    ("P*ones(n) + P'*ones(n)", "2*ones(n)"),
    ("det(P)^2 + logdet(P)", "k/k"),
    ("exp(P*A*P')", "P*exp(A)*P'"),
    ("S*S'", "eye(m)"),
    ("sum(S*S')", "m"),
    ("S*ones(n)", "ones(m)"),
    ("(S*x).*(S*z)", "S*(x.*z)"),
    ("norm2(S'*u)", "norm2(u)"),
    ("pinv(S)", "S'"),
    ("S.^2 - S", "0*S"),
    ("sum(y) + norm2(y) + y'*y", "3*k/k"),
    ("y*y'", "diag(y)"),
    ("y.*(1 - y)", "0*x"),
    ("y.*(x + y)", "y.*x + y"),
    ("(y'*x).*y", "(y'*x)*y"),
    ("sum(Y)", "sum(ones(b, 1))"),
    ("norm2(Y)^2", "sum(ones(b, 1))"),
    ("Y.*(1 - Y).*X", "0*X"),
    ("-y'*log(softmax(x))", "logsumexp(x) - x'*y"),
    ("sum(p) + ones(n)'*q", "2*k/k"),
    ("sum(p./norm2(p))", "1/norm2(p)"),
    ("adj(Q) - det(Q)*Q'", "0*Q"),
    ("sum(p - q)", "0"),
    ("p'*(x + c*ones(n))", "p'*x + c"),
    ("R*ones(n)", "ones(b)"),
    ("sum(kron(p, q))", "k/k"),
    ("abs(p) + relu(q)", "p + q"),
    ("I*I*I*x", "I*x"),
    ("J'*J*x", "J*x"),
    ("sum(J.^2)", "tr(J)"),
]


def shaped(*texts: str) -> dict[str, str]:
    return {name: shape for name, shape in SHAPES.items() if any(name in text for text in texts)} | {
        "w": "k",
        "x": "n",
        "u": "m",
        "X": "b n",
    }


@pytest.mark.parametrize(("text", "form"), FOLLOWS, ids=[text for text, _ in FOLLOWS])
def test_what_follows(text: str, form: str) -> None:
    """One normal form, and equal in numbers to what is written, evaluated without traits."""
    one, other = rc.parse(text, **shaped(text, form)), rc.parse(form, **shaped(text, form))
    assert one.settled is other.settled
    bare = {name: " ".join(shape.split()[:2] if name.isupper() else shape.split()[:1]) for name, shape in SHAPES.items()}
    bare |= {"c": "", "T": "b t n"}
    plain = rc.parse(text, **{name: bare[name] for name in shaped(text, form)})
    numbers = {"n": 4, "k": 2, "m": 3, "b": 3, "t": 2}
    rng = np.random.default_rng(3)
    given = {}
    for name in shaped(text, form):
        shape = [numbers[size] for size in bare[name].split()]
        given[name] = drawn(rng.uniform(0.2, 1, shape), rc.tensor(name, SHAPES[name]).node)
    wanted = value(plain, given)
    got = one(**{n: a for n, a in given.items() if n in one.variables})
    np.testing.assert_allclose(got, wanted, atol=1e-9)


KEPT = ["V*V'", "V*V'*x", "log(S*x)", "exp(V*w)", "norm2(V'*x)", "norm2(S*x)", "S'*u", "Y*x", "logsumexp(S*x)", "sum(Y.*X)"]


@pytest.mark.parametrize("text", KEPT)
def test_what_does_not_follow(text: str) -> None:
    written = rc.parse(text, **shaped(text))
    assert str(written) == str(rc.parse(str(written), **shaped(text))) and set(written.variables) >= set("VSY") & set(text)
    bare = rc.parse(text, **{name: " ".join(s for s in shape.split() if len(s) == 1) for name, shape in shaped(text).items()})
    assert str(bare) == str(written)


def test_tokens_in_a_batch() -> None:
    """One-hot along the last axis of any tensor."""
    f = rc.parse("T_bti (x_i - logsumexp(x) one_i) ->", T="b t n one-hot", x="n")
    assert rc.verify(rc.hessian(f, "x"))
    counts = rc.parse("T_bti - one_b one_t softmax(x_i) -> i", T="b t n one-hot", x="n")
    assert rc.equal(rc.grad(f, "x"), counts)


REFUSED = [
    ("3 5 orthonormal", "at least as many rows as columns"),
    ("5 3 selection", "at least as many columns as rows"),
    ("n m permutation", "axes must have one size"),
    ("n n n orthonormal", "trait of matrices"),
    ("n permutation", "trait of matrices"),
    ("n n n toeplitz", "trait of matrices"),
    ("n n orthogonal positive", "cannot be declared orthogonal and positive"),
    ("n n lower skew", "cannot be declared lower and skew"),
    ("n n diagonal orthogonal", "cannot be declared diagonal and orthogonal"),
    ("n n simplex symmetric", "cannot be declared simplex and symmetric"),
    ("n n n n ijkl=jikl simplex", "cannot be declared = and simplex"),
    ("one-hot", "it is a scalar"),
    ("n one_hot", "did you mean one-hot"),
    ("n orthogonal", "trait of matrices"),
]


@pytest.mark.parametrize(("declaration", "why"), REFUSED)
def test_declarations_that_cannot_be(declaration: str, why: str) -> None:
    with pytest.raises(rc.RicciError, match=why):
        rc.tensor("X", declaration)
    with pytest.raises(rc.RicciError, match=why):
        rc.parse("sum(X)", X=declaration)


WRONG = [
    ("n one-hot", [0.0, 1.0, 1.0]),
    ("n one-hot", [0.0, 0.5, 0.5]),
    ("b n one-hot", [[1.0, 0.0], [0.0, 0.0]]),
    ("n simplex", [0.5, 0.4]),
    ("n simplex", [1.5, -0.5]),
    ("b n simplex", [[0.5, 0.5], [0.5, 0.6]]),
    ("n n permutation", [[0.0, 1.0], [0.0, 1.0]]),
    ("m n selection", [[0.0, 1.0], [0.0, 1.0]]),
    ("n n diagonal", [[1.0, 2.0], [2.0, 1.0]]),
    ("n n symmetric", [[1.0, 2.0], [1.0, 1.0]]),
    ("n n skew", [[0.0, 2.0], [2.0, 0.0]]),
    ("n n symmetric orthogonal", [[1.0, 2.0], [2.0, 1.0]]),
    ("n k orthonormal", [[1.0], [1.0]]),
    ("n k orthonormal", [[1.0, 0.0]]),
    ("n n orthogonal", [[1.0, 0.0], [0.0, 2.0]]),
    ("n n idempotent", [[2.0]]),
    ("n n lower", [[1.0, 1.0], [1.0, 1.0]]),
    ("n n upper", [[1.0, 1.0], [1.0, 1.0]]),
    ("n n toeplitz", [[1.0, 2.0], [3.0, 4.0]]),
    ("n positive", [1.0, -1.0]),
    ("n nonnegative", [0.0, -1.0]),
]


@pytest.mark.parametrize(("declaration", "array"), WRONG)
@pytest.mark.parametrize("backend", ["numpy", "jax", "torch"])
def test_arrays_without_the_trait_are_refused(declaration: str, array: list, backend: str) -> None:
    library = pytest.importorskip({"numpy": "numpy", "jax": "jax.numpy", "torch": "torch"}[backend])
    trait = declaration.split()[-1]
    function = rc.compile(rc.parse("cos(X)", X=declaration), backend=backend)
    with pytest.raises(rc.OperandError, match=f"X was declared {trait}"):
        function(X=library.asarray(array))


@pytest.mark.parametrize("trait", [name for name in TRAITS if name != "levicivita"])
@pytest.mark.parametrize("size", [1, 3, 70])
def test_random_arrays_have_their_trait(trait: str, size: int) -> None:
    """Of any size, in single and double precision, and as JSON; modulo a prime they are drawn too."""
    order = "k" if trait == "orthonormal" else "n"
    f = rc.parse("sin(X)", X=f"n {order} {trait}")
    point = random_point(f.variables, {"n": size, "k": max(1, size - 1)}, "normal", 0)
    assert np.all(np.isfinite(f(**point)))
    assert np.all(np.isfinite(f(X=point["X"].astype(np.float32))))
    assert rc.from_json(f.to_json()) == f
    if size < 70:
        assert rc.equal(f, rc.parse("sin(2*X - X)", X=f"n {order} {trait}"))


RIGID = ["one-hot", "selection", "permutation", "constant"]


@pytest.mark.parametrize("trait", RIGID)
def test_no_derivative_without_directions(trait: str) -> None:
    f = rc.parse("sum(X*x) + x'*x", X=f"n n {trait}", x="n")
    for call in (rc.grad, rc.jacobian, rc.hessian, rc.jvp, rc.vjp, rc.hvp, rc.derivative, rc.differential):
        with pytest.raises(rc.DerivativeError, match=f"X is declared {trait}"):
            call(f, "X")
    with pytest.raises(rc.DerivativeError, match=f"X is declared {trait}"):
        rc.derivative(f, "X", structure="free")
    assert "dX" not in rc.differential(f).variables
    assert rc.verify(rc.hessian(f, "x"))
    assert not rc.check("3*x", f, "x")


def test_the_simplex_by_its_free_entries() -> None:
    """The last entry is 1 minus the others."""
    f = rc.parse("p'*A*p + sum(log(p))", p="4 simplex", A="4 4")
    A, p = RNG.normal(size=(4, 4)), np.array([0.1, 0.2, 0.3, 0.4])

    def at(free: np.ndarray) -> float:
        whole = np.append(free, 1 - free.sum())
        return float(whole @ A @ whole + np.log(whole).sum())

    wanted = [(at(p[:3] + step) - at(p[:3] - step)) / 2e-6 for step in 1e-6 * np.eye(3)]
    np.testing.assert_allclose(rc.derivative(f, "p", structure="free")(p=p, A=A), [*wanted, 0], rtol=1e-6, atol=1e-7)
    with pytest.raises(rc.DerivativeError, match="its size is n"):
        rc.derivative(rc.parse("sum(log(p))", p="n simplex"), "p", structure="free")


def test_the_derivative_of_what_is_written() -> None:
    f = rc.parse("tr(Q'*A*Q*A)", Q="n n orthogonal", A="n n")
    assert rc.derivative(f, "Q", structure="ambient") == rc.parse("A*Q*A + A'*Q*A'", Q="n n orthogonal", A="n n")


def test_higher_differentials_go_along_geodesics() -> None:
    """d2f is the second derivative of f along Q*expm(t*W), and of V along its geodesic."""
    from scipy.linalg import expm

    f = rc.parse("tr(A*Q*B*Q)", Q="n n orthogonal", A="n n", B="n n")
    A, B = RNG.normal(size=(2, 3, 3))
    Q = np.linalg.qr(RNG.normal(size=(3, 3)))[0]
    W = RNG.normal(size=(3, 3))
    W = W - W.T
    found = rc.differential(f, "Q", order=2)(A=A, B=B, Q=Q, dQ=Q @ W)
    values = [float(f(A=A, B=B, Q=Q @ expm(t * W))) for t in (1e-4, 0, -1e-4)]
    np.testing.assert_allclose(found, (values[0] - 2 * values[1] + values[2]) / 1e-8, rtol=1e-5)


def test_sizes_that_leave_room_for_columns() -> None:
    """A point is found although the sizes go up with their letters, in both choices."""
    f = rc.parse("tr(U'*A*U*V*B*V')", U="n m orthonormal", V="m p orthonormal", A="n n", B="p p")
    assert rc.verify(rc.grad(f, "U")) and rc.verify(rc.grad(f, "V"))


STEPS = ["tr(A*Q)", "tr(A*Q*A*Q')", "sum(exp(A*Q))"]


@pytest.mark.parametrize("text", STEPS)
def test_steps_of_a_structured_derivative_are_right(text: str) -> None:
    for trait in ("orthogonal", "idempotent", "orthonormal", "simplex", "symmetric", "lower"):
        derivation = rc.steps(rc.parse(text, Q=f"n n {trait}", A="n n"), "Q")
        assert all(step.check() for step in derivation)
    derivation = rc.steps(rc.parse("x'*exp(L)*x + tr(A*L)", L="n n lower", A="n n", x="n"), "L")
    assert "only the lower triangle counts" in str(derivation)


def test_a_forgotten_projection_is_named() -> None:
    answer = rc.check("A'", rc.parse("tr(A*Q)", Q="n n orthogonal", A="n n"), "Q")
    assert answer.verdict == "projection" and "tangent to Q'*Q = I" in answer.detail
