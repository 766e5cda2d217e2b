"""Random index texts against the rule worked out by brute force: right values, and refused exactly where the rule has none."""

import numpy as np
import pytest

from ricci.notation import read
from tensor_networks.errors import RicciError
from tests.dense import dense
from tests.index_texts import SHAPES, SIZES, arrays, case, meaning


def found(text: str, env: dict[str, np.ndarray]) -> np.ndarray | None:
    """What the reader makes of a text; None if it refuses it."""
    try:
        return dense(read(text, SHAPES, "index").node, env, SIZES)
    except RicciError:
        return None


@pytest.mark.filterwarnings("ignore:index . is summed inside")
@pytest.mark.parametrize("first", range(0, 800, 100))
def test_random_index_texts(first: int) -> None:
    env = arrays()
    values = 0
    for seed in range(first, first + 100):
        text, tree, outputs = case(seed)
        with np.errstate(all="ignore"):
            expected, got = meaning(tree, outputs, env), found(text, env)
        assert (expected is None) == (got is None), text
        if expected is not None and got is not None:
            assert got.shape == expected.shape, text
            np.testing.assert_allclose(got, expected, rtol=1e-7, atol=1e-9, err_msg=text)
            values += 1
    assert values > 20


MEANINGS = [  # how sums reach and what is broadcast: the text, and the same with every sum written
    ("A_ij x_j + c -> i", "sum_j(A_ij x_j) + c one_i -> i"),
    ("tanh(X_ik z_k + c) -> i", "tanh(sum_k(X_ik z_k) + c one_i) -> i"),
    ("sum_{ij}((x_i - y_j)^2)", "sum_{ij}((x_i one_j - one_i y_j)^2)"),
    ("x_i - y_j -> ij", "x_i one_j - one_i y_j -> ij"),
    ("A_ij x_j + D_ik -> ik", "sum_j(A_ij x_j) one_k + D_ik -> ik"),
    ("sum_i x_i y_i + c", "sum_i(x_i y_i) + c"),
    ("c sum_i x_i sum_j A_ij y_j", "c sum_i(x_i sum_j(A_ij y_j))"),
    ("sum_i x_i^2 / c", "sum_i(x_i^2) / c"),
    ("sum_i(x_i + 1)^2", "(sum_i(x_i + 1))^2"),
    ("Σ_i (x_i + 1)^2", "sum_i((x_i + 1)^2)"),
    ("sum_j(x_i + A_ij)", "sum_j(x_i one_j + A_ij)"),
    ("x_i - sum_j(x_j) / n", "x_i - one_i sum_j(x_j) / n"),
    ("exp(x_i + y_j) A_ij", "sum_{ij}(A_ij exp(x_i + y_j))"),
    ("A_ij (x_i - y_j)^2", "sum_{ij}(A_ij (x_i - y_j)^2)"),
    ("A_ij / (x_i + y_j) -> i", "sum_j(A_ij / (x_i one_j + one_i y_j)) -> i"),
    ("A_ij^2 (X_ik - X_jk) (X_ik - X_jk) ->", "sum_{ijk}(A_ij^2 (X_ik - X_jk)^2)"),
    ("A_ij (D_ik x_k - y_j)", "sum_{ij}(A_ij (sum_k(D_ik x_k) one_j - one_i y_j))"),
]


@pytest.mark.parametrize(("short", "long"), MEANINGS)
def test_meaning(short: str, long: str) -> None:
    assert read(short, SHAPES, "index").node is read(long, SHAPES, "index").node


REFUSED = [
    "x_i + y_j",
    "A_ij + x_i",
    "tanh(A_ij + x_i) ->",
    "A_ij x_j + y_j -> i",
    "x_i x_i + y_j",
    "2 (x_i x_i) + y_j",
    "x_i + A_jj",
    "sum_j(x_i)",
    "sum_k(x_i + y_j)",
    "x_i + 1 -> ij",
    "exp(x_i + y_j) x_i",
    "A_ij sqrt((X_ik - X_jk) (X_ik - X_jk) + c)",
    "A_ij (x_i x_i - y_j)",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_may_be_a_slip_is_refused(text: str) -> None:
    with pytest.raises(RicciError):
        read(text, SHAPES, "index")


SURPRISES = [
    "x_i log(x_i / y_i) ->",
    "x_i tanh(A_ij y_j x_i)^2 ->",
    "A_ij exp(-x_j y_j)",
    "2 x_i exp(x_i y_i) / 3 ->",
    "x_i (X_ik X_ik + c) ->",
]
PLAIN = [
    "sum_i x_i log(x_i / y_i)",
    "x_i exp(x_j y_j)",
    "x_i exp(x_i y_i) -> i",
    "x_i / sqrt(x_i x_i) -> i",
    "x_i sum_j(exp(A_ij y_j))",
    "(x_i y_i + c) A_ii",
]


@pytest.mark.parametrize("text", SURPRISES)
def test_an_index_inside_and_outside_of_a_scope_is_warned_of(text: str) -> None:
    with pytest.warns(UserWarning, match="is summed inside"):
        read(text, SHAPES, "index")


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_meant_is_not_warned_of(text: str) -> None:
    read(text, SHAPES, "index")


def test_the_power_of_a_sum_that_books_read_as_a_sum_of_powers_is_warned_of() -> None:
    with pytest.warns(UserWarning, match="is the power of the sum") as found:
        read("sum_i (x_i - c)^2", SHAPES, "index")
    assert found[0].filename == __file__  # the line of the user's
    for text in ("sum_i(x_i - c)^2", "sum_i ((x_i - c)^2)", "Σ_i (x_i - c)^2", "sum_i (x_i - c) + c"):
        read(text, SHAPES, "index")
