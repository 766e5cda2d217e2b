"""Exact arithmetic modulo a prime: it proves differences, and finds equalities that normal forms do not."""

import numpy as np
import pytest

import ricci as rc
from ricci.proofs import modular
from ricci.traits.residues import inverse

SQUARE = {"A": "n n", "B": "n n", "X": "n m", "Y": "m n"}
FOUND: list[tuple[str, str, dict[str, str], bool, str]] = [
    ("inv(A + B)", "inv(A) - inv(A)*inv(inv(A) + inv(B))*inv(A)", SQUARE, True, "exact"),
    ("inv(A + B)", "inv(A) + inv(B)", SQUARE, False, "exact"),
    ("inv(eye(n) + X*Y)*X", "X*inv(eye(m) + Y*X)", SQUARE, True, "exact"),
    ("det(eye(n) + X*Y)", "det(eye(m) + Y*X)", SQUARE, True, "exact"),
    ("logdet(eye(n) + X*Y)", "logdet(eye(m) + Y*X)", SQUARE, True, "exact"),
    ("inv(Q)*A", "Q'*A", {"Q": "n n orthogonal", "A": "n n"}, True, "identical"),
    ("P^3*x", "P*x", {"P": "n n idempotent", "x": "n"}, True, "identical"),
    ("sum(T)", "tr(T)", {"T": "n n toeplitz"}, False, "exact"),
    ("x'*L*x", "x'*U*x", {"L": "n n lower", "U": "n n upper", "x": "n"}, False, "exact"),
    ("x*ones(n)'", "diag(x)", {"x": "n"}, False, "exact"),
    ("exp(a + b)", "exp(a)*exp(b)", {"a": "", "b": ""}, True, "expanded"),
    ("erf(a) + erfc(a)", "1", {"a": ""}, True, "numeric"),
    ("exp(a)", "exp(a) + 0.001", {"a": ""}, False, "numeric"),
    ("tanh(inv(A*B)*x)", "tanh(inv(B)*(inv(A)*x))", {**SQUARE, "x": "n"}, True, "identical"),
    ("x'*x", "x'*x + x'*K*x", {"K": "n n skew", "x": "n"}, True, "expanded"),
]


@pytest.mark.parametrize(("one", "other", "declared", "same", "how"), FOUND)
def test_equal_says_how(one: str, other: str, declared: dict[str, str], same: bool, how: str) -> None:
    answer = rc.equal(rc.parse(one, **declared), rc.parse(other, **declared))
    assert bool(answer) is same
    if how in ("exact", "numeric"):
        assert answer.how == how
        assert answer.proven is (how == "exact" and not same)
    assert ("equal" in str(answer)) is same


def test_a_name_must_mean_the_same_in_both() -> None:
    with pytest.raises(rc.ShapeError, match="x is n in one and scalar in the other"):
        rc.equal(rc.parse("x'*x", x="n"), rc.parse("x*x", x=""))


def test_values_agree_with_floating_point() -> None:
    f = rc.parse("x'*inv(A)*x/tr(A) + 3*det(A)", A="n n", x="n")
    (exact,), rational = modular.values([f.settled], {"n": 3}, 0)
    assert rational
    (a, x), _ = modular.values([rc.parse("A", A="n n").node, rc.parse("x", x="n").node], {"n": 3}, 0)
    inverted, det = inverse(a)
    want = int(x @ (inverted.astype(object) @ x.astype(object))) * pow(int(np.trace(a)), -1, modular.PRIME) + 3 * det
    assert int(exact) == want % modular.PRIME


def test_a_singular_point_is_no_value() -> None:
    with pytest.raises(modular.NotExact):
        modular.values([rc.parse("inv(x*x')", x="n").settled], {"n": 3}, 0)


@pytest.mark.parametrize("trait", ["symmetric", "skew", "orthogonal", "idempotent", "toeplitz", "diagonal", "lower"])
def test_points_have_the_structure_of_the_variable(trait: str) -> None:
    (m,), _ = modular.values([rc.tensor("M", f"n n {trait}").node], {"n": 4}, 1)
    m = m.astype(object)
    eye = np.eye(4, dtype=int)
    defect = {
        "symmetric": m - m.T,
        "skew": m + m.T,
        "orthogonal": m @ m.T - eye,
        "idempotent": m @ m - m,
        "toeplitz": m[1:, 1:] - m[:-1, :-1],
        "diagonal": m * (1 - eye),
        "lower": np.triu(m, 1),
    }[trait]
    assert not np.any(defect % modular.PRIME)
    assert np.any(m % modular.PRIME)
