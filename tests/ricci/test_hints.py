"""What people bring along from Python, MATLAB, LaTeX and paper: every error shows the place and says what to write."""

from typing import Any

import numpy as np
import pytest

import ricci as rc
from tensor_networks.errors import suggestion

DECLARED: dict[str, Any] = {"A": "m n", "B": "n m", "X": "n n", "x": "n", "y": "n", "b": "m", "a": ""}
HINTS = [  # the text, the place, words of the hint
    ("X**2", 1, "^ for the matrix power"),
    ("a**a", 2, "** takes a number"),
    ("a@a", 1, "*"),
    ("x@y'", 1, "outer product"),
    ("np.sum(x)", 2, "rc.trace"),
    ("1'*x", 1, "ones(n)"),
    ("sum.(x)", 3, "functions of entries"),
    ("⟨x, y", 5, "inner product"),
    ("x(:)", 2, "vec(A)"),
    ("A:A", 1, "dot(A, B)"),
    ("quad_form(x, X)", 0, "x'*A*x"),
    ("median(x)", 0, "mean(x) has"),
    ("cumsum(x)", 0, "rc.trace"),
    ("e^x", 0, "exp( ... )"),
    ("eye(X)", 4, "it has the size n"),
    ("sumsq(x)", 0, "norm2(x)^2"),
    ("diag(x)y", 0, "write * for a product"),
    ("trace(X X)", 0, "write * for a product"),
    ("x.sum()", 1, "called by name"),
    (r"A\b", 1, "pinv(A)*b"),
    ("|x|", 0, "abs(x)"),
    ("x²", 1, ".^"),
    ("X^0.5", 2, "sqrtm(A)"),
    ("½*x", 0, "0.5*"),
    ("||X||", 0, "normF(A)"),
    ("|X|", 0, "det(A)"),
    ("norm(X, 1)", 0, "norm1(A)"),
    ("norm(x, 'fra')", 8, ""),
    ("sum(X, 1)", 7, "every column"),
    ("eye(n, m)", 0, "eye(n)"),
    ("eye(x)", 4, "it has the size n; diag(x)"),
    ("X⊗X*X", 1, "parentheses"),
    ("sigma(x)", 0, "sigmoid"),
    ("log x_i", 0, "write log( ... )"),
    ("tanh_i(x_i)", 0, "tanh( ... )_i"),
    ("sin^2(x_i)", 0, "sin( ... )^2"),
    ("X_{ij}^{-1}", 0, "inv(X)_{ij} is the inverse, 1/X_{ij}"),
    ("sum_{i=1}^n x_i", 6, "the whole axis"),
    ("sum_i^n x_i", 5, "the whole axis"),
    ("x_i x_i + y_j", 0, "sum_{i}( ... )"),
    ("X_ij x_i y_j - x_j -> i", 15, "sum_j( ... )"),
    ("one_j X_ij - X_ij", 0, "an arrow with j"),
    ("x_i + y_j", 6, "one_i broadcasts"),
    ("inv(X X)_ij", 4, "write its indices"),
    ("2 X", 0, "write"),
    ("X_ij^T", 5, "A_ji"),
    ("X_ij + X", 7, "write its indices"),
    ("tanh(x_i + y_j) ->", 11, "one_i broadcasts"),
    ("½*x", 0, "0.5*"),
    ("A×x", 1, "write *"),
    ("x⊗y", 1, "kron(x, y)"),
    ("∑x", 0, "sum(x)"),
    ("∇a", 0, "rc.grad"),
    ("x→y", 1, "write ->"),
    ("a = x'*x", 2, "without ="),
    ("x, y", 1, "one formula"),
    ("x; y", 1, "one formula"),
    ("ones(n^n)", 5, "a size is"),
    ("A[0, 1]", 1, "A_ij"),
    ("A(1, 2)", 1, "A_ij"),
    ("x > 0", 2, "where(c, x, y)"),
    ("x # the mean", 2, "comment"),
    ("2x", 1, "write * for a product"),
    ("A x", 0, "write * for a product"),
    ("x^T X x", 4, "notation='latex'"),
    ("tr X*X", 0, "write tr( ... )"),
    ("exp x", 0, "write exp( ... )"),
    ("eye*x", 3, "write eye( ... )"),
    ("average(x)", 0, "mean(x)"),
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
    ("cov(X)", 0, "with the means a"),
    ("len(x)", 0, "a size is a number"),
    ("floor(x)", 0, "constant but for jumps"),
    ("leaky_relu(x)", 0, "0.01*x"),
    ("exp(X, axis=0)", 11, "without names"),
    ("A(:, 1)", 2, "A_ij"),
    ("<x, y>", 0, "x'*y"),
    ("x•y", 1, "x'*y"),
    ("¾*x", 0, "0.75*"),
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


UNDECLARED = [  # texts without declarations that may mean two things, and no guess is made
    ("A x", 2, "x'*A*x"),
    ("A^T A", 4, "x'*A*x"),
    ("A^-1 x", 5, "x'*A*x"),
    ("x^T A x + b^T x", 4, "x'*A*x"),
    ("sum(x) y", 7, "x'*A*x"),
    ("(A + B) (x + y)", 8, "x'*A*x"),
    ("Gamma_ij^k u^i u^j", 9, 'k=""'),
    ("A^i_j x^j c^p", 12, 'p=""'),
    ("batch_norm(x)", 0, ""),
    ("norm_F(X)", 0, "normF"),
    ("∑ x_i y_i", 0, "sum_i(x_i)"),
    ("½*x'*x", 0, "0.5*"),
]


@pytest.mark.parametrize(("text", "place", "words"), UNDECLARED)
def test_no_guess(text: str, place: int, words: str) -> None:
    with pytest.raises(rc.RicciError) as raised:
        rc.parse(text)
    error = raised.value
    assert error.position == place
    assert words in error.hint
    assert text in str(error) and "^" in str(error)


def test_the_names_that_there_are() -> None:
    with pytest.raises(rc.UnknownName, match="there are X, beta, y"):
        rc.check("-2*X'*(y - X*b)", rc.parse("norm2(y - X*beta)^2", X="n p", beta="p", y="n"), "beta")


NEAR = {"JAX": "jax", "Sofmax": "softmax", "sigmod": "sigmoid", "round": "", "len": ""}


@pytest.mark.parametrize(("name", "near"), NEAR.items())
def test_suggestions(name: str, near: str) -> None:
    known = ["jax", "softmax", "sigmoid", "prod", "relentr"]
    assert suggestion(name, known) == (f"did you mean '{near}'?" if near else "")


def test_what_can_be_read_is_no_error() -> None:
    for text in ("x''", "X^-1", "trace(X)", "x + 1", "A^ij x_j"):
        rc.parse(text, **DECLARED)


SPELLINGS = [  # as other languages and paper have it, and our way
    ("‖x‖₁ + ‖x - y‖₂²", "norm1(x) + norm2(x - y)^2"),
    ("A.'", "A'"),
    ("A.T*b", "A'*b"),
    ("x^T*X*y", "x'*X*y"),
    ("X^{T}*X", "X'*X"),
    ("X^-T*x + X^{-T}*y", "inv(X)'*(x + y)"),
    ("xᵀ*Xᵀ*y", "x'*X'*y"),
    ("X^{-1}*x", "inv(X)*x"),
    ("X⁻¹*x", "inv(X)*x"),
    ("norm2(x)²*a³", "norm2(x)^2*a^3"),
    ("-a¹⁰ + X⁻²*X⁴", "-a^10 + X^-2*X^4"),
    ("x**2", "x.^2"),
    ("a**-0.5", "a^-0.5"),
    ("(a + 1)**(1/2)", "(a + 1)^0.5"),
    ("X@x", "X*x"),
    ("x@X@x", "x'*X*x"),
    ("x.T@X@x", "x'*X*x"),
    ("x@y*X", "(x'*y)*X"),
    ("x@X + y", "X'*x + y"),
    ("A·x", "A*x"),
    ("x·y", "x'*y"),
    ("a·x·y", "a*(x'*y)"),
    ("x⊙y − x∘y", "0*x"),
    ("A⊗X", "kron(A, X)"),
    ("X\\x", "solve(X, x)"),
    ("X*X\\x", "solve(X*X, x)"),
    ("||x||", "norm2(x)"),
    ("||A*x - b||^2", "norm2(A*x - b)^2"),
    ("‖x‖", "norm2(x)"),
    ("‖A*x − b‖₂²", "norm2(A*x - b)^2"),
    ("‖x‖₁ + ‖X‖_F", "norm1(x) + normF(X)"),
    ("(A*x)ᵀ*(A*x - b)", "(A*x)'*(A*x - b)"),
    ("(a + 1)²*(a - 1)", "(a + 1)^2*(a - 1)"),
    ("⟨x, X*y⟩ + ⟨X, X⟩", "x'*X*y + normF(X)^2"),
    ("exp.(x)./sum(exp.(x))", "softmax(x)"),
    ("max.(x, 0).*arctan.(y)", "relu(x).*atan(y)"),
    ("||x||_2^2 + a*||x||_1", "norm2(x)^2 + a*norm1(x)"),
    ("||A||_F^2", "normF(A)^2"),
    ("||A||_{F}", "normF(A)"),
    ("||X||_2", "specnorm(X)"),
    ("||X||_*", "nucnorm(X)"),
    ("||x||_inf", "max(abs(x))"),
    ("|a|*|x'*y|", "abs(a)*abs(x'*y)"),
    ("norm(A, 'fro')", "normF(A)"),
    ('norm(A, "fro")', "normF(A)"),
    ("norm(X, 2)", "specnorm(X)"),
    ("norm(x, 2) - norm(x, 1)", "norm2(x) - norm1(x)"),
    ("norm(x, inf)", "max(abs(x))"),
    ("Tr(X)", "tr(X)"),
    ("transpose(A)", "A'"),
    ("inner(x, y)", "x'*y"),
    ("outer(x, b)", "x*b'"),
    ("eye(n, n)", "eye(n)"),
    ("pi*x", "3.141592653589793*x"),
    ("ln(det(X))", "logdet(X)"),
    ("lgamma(a) - loggamma(a)", "0"),
    ("heaviside(x)", "step(x)"),
    ("x'*X*x;", "x'*X*x"),
    ("x_i^{2}", "x.^2"),
    ("x_{i}^{2}", "x.^2"),
    ("x_i**2", "x.^2"),
    ("x_i²", "x.^2"),
    ("x_i^{-1}", "1./x"),
    ("sum_i x_i", "sum(x)"),
    ("sum_{i} x_i^2 + a", "x'*x + a"),
    ("a sum_i x_i y_i / 2 - a", "a*(x'*y)/2 - a"),
    ("sum_i x_i sum_j y_j", "sum(x)*sum(y)"),
    ("sum_i(x_i + a)^2", "sum(x + a)^2"),
    ("Σ_i (x_i + a)^2", "sum((x + a).^2)"),
    ("∑_{ij} A_ij b_i x_j", "b'*A*x"),
    ("δ_ij X_ij", "tr(X)"),
    ("X_ij ones_j", "X*ones(n)"),
    ("X^{-1}_{ij} x_j", "inv(X)*x"),
    ("X^-1_ij x_j", "inv(X)*x"),
    ("inv(X + X)_ij x_j", "inv(X + X)*x"),
    ("exp(X + a)_ij", "exp(X + a)"),
    ("inv(a X / 2 - X)_ij x_j", "inv(a*X/2 - X)*x"),
    ("(2 X + X)_ij x_j", "3*X*x"),
    ("X_{i_1 i_{2}} x_{i_2}", "X*x"),
    ("x_{μ} y_{μ}", "x'*y"),
    ("max(0, x_i)", "max(0, x)"),
    ("x_i · y_i − a", "x'*y - a"),
]


@pytest.mark.parametrize(("text", "ours"), SPELLINGS)
def test_other_spellings(text: str, ours: str) -> None:
    assert rc.parse(text, **DECLARED) == rc.parse(ours, **DECLARED)


@pytest.mark.parametrize(
    ("declaration", "words"),
    [
        ("n x m", "parted by spaces"),
        ("n by m", "parted by spaces"),
        ("scalar", 'declared as ""'),
        ("vector", '"n"'),
        ("matrix", '"m n"'),
        ("n n SPD", "spd?"),
        ("n n sym", "symmetric?"),
    ],
)
def test_hints_for_declarations(declaration: str, words: str) -> None:
    with pytest.raises(rc.ParseError) as raised:
        rc.tensor("A", declaration)
    assert words in raised.value.hint


def test_shapes_as_python_and_paper_write_them() -> None:
    for declaration in ("n m", "n, m", "(n, m)", "[n, m]", "n × m", ("n", "m")):
        assert rc.tensor("A", declaration).shape == ("n", "m")
    assert rc.tensor("A", "X x").shape == ("X", "x")
    assert rc.tensor("v", "2*n^2").shape == rc.tensor("v", "2*n*n").shape
    assert rc.parse("ones(n^2)'*v", v="n^2") == rc.parse("sum(v)", v="n*n")
    assert rc.tensor("A", ("n", "x", "m")).shape == ("n", "x", "m")


def test_what_is_declared_is_no_spelling_of_something_else() -> None:
    assert rc.parse("pi'*T*pi", pi="n", T="n n") == rc.parse("x'*A*x", x="n", A="n n").substitute(
        x=rc.tensor("pi", "n"), A=rc.tensor("T", "n n")
    )
    assert rc.parse("a^T", a="", T="").shape == ()
    assert rc.parse("a^T", a="", x="T").shape == ()
    assert rc.parse("δ_ij e_j", δ="m n", e="n").shape == ("m",)
    assert rc.parse("epsilon_i + x_i", epsilon="n", x="n") == rc.parse("epsilon + x", epsilon="n", x="n")
    assert rc.parse("pi*x'*x").shape == ()


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


@pytest.mark.parametrize("text", ["a" * 100_000, "_" * 100_000, "y\\1", "2\\x'", "A\\x'"])
def test_odd_texts_are_refused_at_once(text: str) -> None:
    with pytest.raises(rc.RicciError):
        rc.parse(text, x="n", y="n", A="n n")
