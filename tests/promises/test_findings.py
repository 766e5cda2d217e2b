"""What the fuzzer found, kept: each is the smallest case of a mistake that was mended."""

from inspect import signature
from typing import Any

import numpy as np
import pytest

import ricci as rc

PRINTED = [  # what is printed must read back as the identical object
    ("sum_i(D_jij M_ii^2) ->", {"D": "m n m", "M": "n n"}),  # a power of a diagonal is no power of a trace
    ("M_ll sum_k(z_k) inv(M)_kk D_iji -> ij", {"D": "n m n", "M": "m m", "z": "m"}),  # two traces need two letters
    ("S_kk M_mm x_i -> i", {"S": "n n", "M": "m m", "x": "n"}),
    ("norm2(x.^2)", {"x": "n"}),  # unit(x.^2) is no x.^2/norm2(x.^2)
    ("sin(B')", {"B": "n m"}),
    ("softplus(diag(z))", {"z": "m"}),
    ("tr(log(M.^2 + ones(m, m)))", {"M": "m m"}),
    ("sum_k(B_kl C_lj x_j z_i) -> ij", {"B": "n m", "C": "m n", "x": "n", "z": "m"}),  # a row scaled from the right
    ("z_i exp(x_j) y_k B_kl C_lj -> ij", {"B": "n m", "C": "m n", "x": "n", "y": "n", "z": "m"}),
    ("cholesky(S)*x", {"S": "n n spd", "x": "n"}),
    ("logsumexp(diag(S))", {"S": "n n symmetric"}),  # diag(softmax(diag(S))) is no softmax(S).*eye(n)
    ("eigvalsh(S)'*a", {"a": "n", "S": "n n symmetric"}),  # a function of a matrix that is a vector
    ("sum(x)*(x'*y) + logsumexp(x)*sum(x)", {"y": "n", "x": "n"}),  # a product of vectors in every entry
]


def test_a_power_left_in_some_terms_is_not_summed() -> None:
    f = rc.parse("sqrt(z.^2*(z'*(M*C).^3).^2 + 1)", z="n", M="n m", C="m p")
    arrays = {"z": np.array([0.3, 0.8, -0.5]), "M": np.arange(6.0).reshape(3, 2) / 7, "C": np.arange(8.0).reshape(2, 4) / 9}
    both = rc.derivative(f, "M", "C")(**arrays), rc.derivative(rc.derivative(f, "M"), "C")(**arrays)
    np.testing.assert_allclose(*both, rtol=1e-9)


@pytest.mark.parametrize(("text", "shapes"), PRINTED)
def test_printed_forms_read_back(text: str, shapes: dict[str, str]) -> None:
    e = rc.parse(text, **shapes)
    for one in (e, rc.derivative(e, next(reversed(shapes)))):
        assert rc.parse(str(one), **shapes) == one


def test_transposed_arguments_have_one_form() -> None:
    B = rc.tensor("B", "n m")
    assert np.log(1 + np.exp(B)) == rc.parse("softplus(B)", B="n m")
    assert np.sin(B) == np.sin(B.T).T


def test_products_and_their_transposes_are_one_node() -> None:
    A, B, C = (rc.tensor(name, "n n") for name in "ABC")
    for product in (A @ B, B @ A, A @ B.T, A @ C @ B, A @ B - C, C.T - A):
        assert np.exp(product) == np.exp(product.T).T


@pytest.mark.parametrize("text", ["x'*K*x", "tr(K)", "tr(K*S)", "tr(K^3)", "x'*K*L*K*x", "sum(K)", "sum(K.*S)", "sum(K.^3)"])
def test_what_is_its_own_opposite_is_zero(text: str) -> None:
    assert str(rc.parse(text, K="n n skew", L="n n skew", S="n n symmetric", x="n")) == "0"


@pytest.mark.parametrize(
    ("text", "same"),
    [("(diag(a) + B)*x - a.*x - B*x", "0*x"), ("(diag(a) + B)*x - a.*x", "B*x"), ("(eye(n) + B)*x - B*x", "x")],
)
def test_what_cancels_while_it_is_prepared_for_evaluation_is_still_given(text: str, same: str) -> None:
    e = rc.parse(text, a="n", B="n n", x="n")
    rng = np.random.default_rng(5)
    given = {"a": rng.normal(size=3), "B": rng.normal(size=(3, 3)), "x": rng.normal(size=3)}
    want = rc.parse(same, a="n", B="n n", x="n")(**given)
    np.testing.assert_allclose(e(**given), want, atol=1e-12)
    space: dict[str, Any] = {}
    exec(rc.source(e, "numpy"), space)
    reads = signature(space["program"]).parameters
    np.testing.assert_allclose(space["program"](**{name: given[name] for name in reads}), want, atol=1e-12)


def test_a_variable_that_cancels_may_be_given() -> None:
    S, x = rc.tensor("S", "n n"), rc.tensor("x", "n")
    e = np.log(np.exp(S - S.T)) + np.log(np.exp(S.T - S)) + x
    assert str(e) == "ones(n)*x'"
    assert set(e.variables) == {"S", "x"}
    np.testing.assert_array_equal(e(S=np.eye(2), x=np.ones(2)), np.ones((2, 2)))
    np.testing.assert_array_equal(e(x=np.ones(2)), np.ones((2, 2)))


def test_the_diagonal_of_a_skew_matrix_is_zero() -> None:
    gradient = rc.derivative(rc.parse("T.*eye(n)", T="n n skew"), "T")
    assert str(gradient) == "zeros(n, n, n, n)"


@pytest.mark.parametrize(
    ("text", "given", "want"),
    [
        ("sqrt(x.^a).*x", {"x": np.array([-0.5, 2.0]), "a": 2.0}, [-0.25, 4.0]),  # no power of a negative number
        ("sum(inv(kron(ones(1, 1), A)))", {"A": np.diag([2.0, 4.0])}, 0.75),
    ],
)
def test_no_pass_widens_where_the_value_changes(text: str, given: dict[str, Any], want: Any) -> None:
    shapes = {"x": "n", "a": "", "A": "n n"}
    expression = rc.parse(text, **{name: shapes[name] for name in given})
    np.testing.assert_allclose(expression(**given), want, rtol=1e-12)


def test_a_diagonal_of_a_function_is_copied_before_it_is_written_into() -> None:
    expression = rc.parse("adj(S).*eye(n) - 2*cos(S).*eye(n)", S="n n")
    S, step = np.array([[0.4, -0.3], [0.8, 1.1]]), np.array([[0.2, 0.5], [-0.7, 0.3]])
    ahead, behind = (expression(S=S + h * step) for h in (1e-5, -1e-5))
    along = np.tensordot(rc.derivative(expression, "S")(S=S), step, 2)
    np.testing.assert_allclose(along, (ahead - behind) / 2e-5, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("text", ["kron(ones(n, 1), eye(n)).*B", "(kron(ones(n, 1), eye(n))'.*B')'"])
def test_a_wire_in_two_groups_is_a_mask(text: str) -> None:
    B = np.arange(8.0).reshape(4, 2)
    np.testing.assert_array_equal(rc.parse(text, B="n*n n")(B=B), np.kron(np.ones((2, 1)), np.eye(2)) * B)


def test_ones_have_no_inverse() -> None:
    with pytest.raises(rc.RicciError):
        rc.parse("inv(kron(ones(n, n), A))", A="n n")(A=np.diag([2.0, 4.0]))


def test_stable_spellings() -> None:
    a = rc.tensor("a", "n")
    assert str(np.log1p(np.exp(a))) == "softplus(a)"
    assert np.maximum(a, 0) == rc.parse("relu(a)", a="n")
    assert np.minimum(0, a) == -rc.parse("relu(-a)", a="n")
