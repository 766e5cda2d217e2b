"""Upper and lower indices: checked when read, carried through derivatives, and written again."""

import pytest

import ricci as rc

TEXTS = [
    ("A^i_j x^j -> i", {"A": "m n", "x": "n"}, "x", "A^i_j -> ij", "ul"),
    ("g_ij x^i x^j ->", {"g": "n n symmetric", "x": "n"}, "x", "2 g_ij x^j -> i", "l"),
    ("T^i_jk u^j u^k -> i", {"T": "n n n", "u": "n"}, "u", "T^i_jk u^k + T^i_kj u^k -> ij", "ul"),
    ("w_i x^i ->", {"w": "n", "x": "n"}, "w", "x^i -> i", "u"),
]


@pytest.mark.parametrize(("text", "declared", "wrt", "derivative", "free"), TEXTS)
def test_a_derivative_turns_the_height(text: str, declared: dict[str, str], wrt: str, derivative: str, free: str) -> None:
    e = rc.parse(text, **declared)
    assert e.ricci() == text
    d = rc.derivative(e, wrt)
    assert d.ricci() == derivative
    assert d.heights is not None
    assert d.heights.free == free
    assert rc.parse(d.ricci(), **declared) == d


def test_latex_has_heights() -> None:
    e = rc.parse("A^i_j x^j -> i", A="m n", x="n")
    assert rc.derivative(e, "x").latex("index") == "A^{i}{}_{j}"


def test_without_heights_nothing_changes() -> None:
    e = rc.parse("A_ij x_j -> i", A="m n", x="n")
    assert e.heights is None
    assert rc.derivative(e, "x").ricci() == "A_ij -> ij"


def test_what_has_no_height_is_written_plainly() -> None:
    e = rc.parse("tanh(A^i_j x^j) -> i", A="m n", x="n")
    d = rc.derivative(e, "x")
    assert d.ricci() == "A^i_j (1 - tanh(A^i_k x^k)^2) -> ij"
    assert rc.parse(d.ricci(), A="m n", x="n") == d
    ones = rc.derivative(rc.parse("sum_i(x^i) A^k_k ->", A="m m", x="n"), "x")
    assert ones.ricci() == "A_jj ones(n)_i -> i"


def test_upper_is_a_row_lower_is_a_column() -> None:
    jacobian = rc.jacobian(rc.parse("A^i_j x^j -> i", A="m n", x="n"), "x")
    assert jacobian.matrix("heights") == jacobian.matrix("numerator")
    gradient = rc.grad(rc.parse("w_i x^i ->", w="n", x="n"), "x")
    assert gradient.matrix("heights").role == "row" == gradient.matrix("numerator").role
    with pytest.raises(rc.RicciError, match="heights"):
        rc.grad(rc.parse("w_i x_i ->", w="n", x="n"), "x").matrix("heights")


def test_a_pair_at_one_height_is_refused() -> None:
    with pytest.raises(rc.IndexNotationError, match="two upper places"):
        rc.parse("A^ij x^j -> i", A="m n", x="n")


@pytest.mark.parametrize("text", ["x^i + w_i", "x^i + g^ij w_j - w_i -> i"])
def test_a_free_index_has_one_height_in_all_terms(text: str) -> None:
    with pytest.raises(rc.IndexNotationError, match="in this term, but not in the first"):
        rc.parse(text, x="n", w="n", y="n", g="n n")


def test_scalars_do_not_hide_heights() -> None:
    e = rc.parse("c x^i", c="", x="n")
    assert rc.derivative(e, "x").ricci() == "c eye(n)^i_j -> ij"
