"""Arrays of numbers as nodes."""

import numpy as np
import pytest

import ricci as rc
from ricci.constants import constant_array, constants_of, is_constant, selection
from ricci.evaluation.compiled import evaluate
from tests.numpy_cases import ARRAY, MASK

CONSTANTS = [
    np.array(2.5),
    np.eye(3),
    -4 * np.eye(2),
    np.ones((2, 3)),
    np.zeros(3),
    np.array([[7.0]]),
    ARRAY,
    MASK,
    np.arange(6).reshape(1, 2, 3),
    np.array([1.0, np.inf]),
    ARRAY.astype(np.float32),
    np.zeros((0, 2)),
]


@pytest.mark.parametrize("array", CONSTANTS, ids=lambda array: str(array.shape))
def test_constants_keep_their_numbers(array: np.ndarray) -> None:
    node = constant_array(array)
    assert node.axes == array.shape
    np.testing.assert_array_equal(evaluate([node], constants_of(node))[0], array.astype(float))


@pytest.mark.parametrize(
    ("function", "sizes"),
    [
        (lambda x: x[0] * x[1], "3"),
        (lambda x: np.sum((x[1:] - x[:-1]) ** 2), "4"),
        (lambda x: np.sum(np.array([1.5, 2, -3e-5]) * x**3), "3"),
        (lambda x: x @ np.array([[1, 2], [3, 1 / 3]]) @ x, "2"),
        (lambda x: np.sum(np.exp(x[:, 0]) * np.arange(2)), "2 3"),
    ],
    ids=["entries", "differences", "weights", "form", "column"],
)
def test_small_constants_are_written_out_and_read_back(function, sizes) -> None:
    value = rc.trace(function, x=sizes)
    for e in (value, rc.grad(value, "x"), rc.hessian(value, "x")):
        assert "constant" not in str(e)
        assert rc.parse(str(e), x=sizes) == e
        assert rc.parse(e.ricci(), x=sizes) == e


@pytest.mark.parametrize("text", ["[1, 2; 3]*x", "[1, x]", "[1 2]", "[", "[]", "[1; 2", "x[0]", "[1; [2]]"])
def test_arrays_that_are_not_read(text) -> None:
    with pytest.raises(rc.ParseError):
        rc.parse(text, x="2")


def test_a_selection_picks() -> None:
    node = selection([2, 0], 3)
    np.testing.assert_array_equal(constants_of(node)[node.name], [[0, 0, 1], [1, 0, 0]])  # type: ignore[attr-defined]
    assert selection([0, 1, 2], 3) is constant_array(np.eye(3))
    with pytest.raises(rc.LimitError):
        selection(np.zeros(10_000, int), 10_000)


def test_ones_and_identities_are_networks() -> None:
    for array in (np.eye(3), np.ones(4), 5 * np.ones((2, 2)), np.zeros(2), np.array([[3]])):
        assert constants_of(constant_array(array)) == {}


def test_equal_constants_are_one_leaf() -> None:
    one, other = constant_array(ARRAY), constant_array(ARRAY.copy())
    assert one is other
    assert is_constant(one)
    assert not is_constant(rc.tensor("x", "2 3").node)
    assert constant_array(ARRAY.T) is not one


def test_constants_are_independent_of_the_array() -> None:
    array = ARRAY.copy()
    node = constant_array(array)
    array[:] = 0
    np.testing.assert_array_equal(constants_of(node)[node.name], ARRAY)  # type: ignore[attr-defined]


@pytest.mark.parametrize("array", [np.array([1j]), np.array(["a"]), np.array([None])], ids=str)
def test_other_arrays_are_no_constants(array: np.ndarray) -> None:
    with pytest.raises(rc.OperandError):
        constant_array(array)


def test_the_symbol_of_levi_civita_makes_the_cross_product() -> None:
    e = rc.parse("eps_ijk x_j y_k", x="3", y="3")
    x, y = np.array([1.0, -2.0, 0.5]), np.array([0.3, 4.0, -1.0])
    np.testing.assert_allclose(e(x=x, y=y), np.cross(x, y))
