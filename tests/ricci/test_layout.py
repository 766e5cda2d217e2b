"""Layouts: every matrix of a derivative is the reshaped tensor, in the convention asked for."""

import numpy as np
import pytest

import ricci as rc

RNG = np.random.default_rng(0)
ARRAYS = {"A": RNG.standard_normal((2, 3)), "X": RNG.standard_normal((3, 4)), "B": RNG.standard_normal((4, 2)), "x": RNG.standard_normal(3), "c": 0.7}
SHAPES = {"A": "p m", "X": "m n", "B": "n q", "x": "m", "c": ""}

FUNCTIONS = ["A*sin(X)*B", "A*x", "c*sin(A*x)", "tr(X'*X)", "x'*X*B", "c^2*A", "c^3"]


def flattened(array: np.ndarray, axes: int, order: str) -> np.ndarray:
    """The last axes of an array as one, in that order."""
    kept = array.shape[: array.ndim - axes]
    return array.reshape((*kept, -1)) if order == "C" else array.transpose(*range(len(kept)), *reversed(range(len(kept), array.ndim))).reshape((*kept, -1))


@pytest.mark.parametrize("vec", ["column", "row"])
@pytest.mark.parametrize("layout", ["numerator", "denominator"])
@pytest.mark.parametrize("wrt", ["X", "x", "c", "A"])
@pytest.mark.parametrize("text", FUNCTIONS)
def test_a_layout_is_the_reshaped_derivative(text: str, wrt: str, layout: str, vec: str) -> None:
    f = rc.parse(text, **SHAPES)
    derivative = rc.derivative(f, wrt)
    tensor = derivative(**ARRAYS)
    columns = np.ndim(ARRAYS[wrt])
    got = derivative.matrix(layout=layout, vec=vec)(**ARRAYS)
    if f.order == 0 and layout == "denominator" and columns == 2:
        np.testing.assert_allclose(got, tensor)
        return
    if f.order + columns == 0:
        np.testing.assert_allclose(got, tensor)
        return
    order = "F" if vec == "column" else "C"
    matrix = flattened(np.moveaxis(flattened(tensor, columns, order), -1, 0), f.order, order).T
    np.testing.assert_allclose(got, matrix.T if layout == "denominator" else matrix, rtol=1e-12)


def test_scalar_by_matrix_is_a_matrix_unless_flattening_is_asked_for() -> None:
    derivative = rc.grad(rc.parse("tr(X'*X)", X="m n"), "X")
    assert derivative.matrix("numerator")(X=ARRAYS["X"]).shape == (4, 3)
    assert derivative.matrix("denominator")(X=ARRAYS["X"]).shape == (3, 4)
    assert derivative.matrix("numerator", "column")(X=ARRAYS["X"]).shape == (1, 12)


def test_kronecker_form() -> None:
    jacobian = rc.jacobian(rc.parse("A*X*B", A="p m", X="m n", B="n q"), "X").matrix("numerator", "column")
    np.testing.assert_allclose(jacobian(**{k: ARRAYS[k] for k in "AXB"}), np.kron(ARRAYS["B"].T, ARRAYS["A"]))
    assert jacobian == rc.parse("kron(B', A)", A="p m", B="n q")


def test_the_layout_is_named() -> None:
    jacobian = rc.jacobian(rc.parse("A*x", A="m n", x="n"), "x")
    assert "numerator layout" in repr(jacobian.matrix("numerator"))
    with pytest.raises(rc.RicciError, match="layout is one of"):
        jacobian.matrix("sideways")
