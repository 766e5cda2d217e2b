"""Layouts: every matrix of a derivative is the reshaped tensor, in the convention asked for."""

from collections.abc import Callable

import numpy as np
import pytest

import ricci as rc

RNG = np.random.default_rng(0)
ARRAYS = {
    "A": RNG.standard_normal((2, 3)),
    "X": RNG.standard_normal((3, 4)),
    "B": RNG.standard_normal((4, 2)),
    "x": RNG.standard_normal(3),
    "c": np.array(0.7),
}
SHAPES = {"A": "p m", "X": "m n", "B": "n q", "x": "m", "c": ""}

FUNCTIONS = [
    "A*sin(X)*B",
    "A*x",
    "c*sin(A*x)",
    "tr(X'*X)",
    "x'*X*B",
    "c^2*A",
    "c^3",
    "(A*X.^2*B).^2",
    "inv(A*A')*A",
    "exp(c)*x*x'*X",
]


def needed(expression: rc.Expr) -> dict[str, np.ndarray]:
    return {name: array for name, array in ARRAYS.items() if name in expression.variables}


def differences(f: rc.Expr, wrt: str) -> np.ndarray:
    """The Jacobian by central differences: axes of the value, then those of the variable."""
    point = {name: np.array(array, float) for name, array in needed(f).items()}
    value = np.asarray(f(**point))
    out = np.zeros((*value.shape, *ARRAYS[wrt].shape))
    if wrt not in point:
        return out
    for place in np.ndindex(ARRAYS[wrt].shape):
        sides = []
        for step in (1e-5, -1e-5):
            moved = {**point, wrt: point[wrt].copy()}
            moved[wrt][place] += step
            sides.append(np.asarray(f(**moved)))
        out[(..., *place)] = (sides[0] - sides[1]) / 2e-5
    return out


def flattened(array: np.ndarray, axes: int, order: str) -> np.ndarray:
    """The last axes of an array as one, in that order."""
    kept = array.shape[: array.ndim - axes]
    if order == "C":
        return array.reshape((*kept, -1))
    lead = range(len(kept))
    return array.transpose(*lead, *reversed(range(len(kept), array.ndim))).reshape((*kept, -1))


@pytest.mark.parametrize("vec", ["column", "row"])
@pytest.mark.parametrize("layout", ["numerator", "denominator"])
@pytest.mark.parametrize("wrt", ["X", "x", "c", "A"])
@pytest.mark.parametrize("text", FUNCTIONS)
def test_a_layout_is_the_reshaped_difference_quotient(text: str, wrt: str, layout: str, vec: str) -> None:
    f = rc.parse(text, **SHAPES)
    tensor = differences(f, wrt)
    columns = np.ndim(ARRAYS[wrt])
    view = rc.derivative(f, wrt).matrix(layout=layout, vec=vec)
    got = view(**ARRAYS)
    assert view.tensor == rc.derivative(f, wrt)
    if (f.order == 0 and layout == "denominator" and columns == 2) or f.order + columns == 0:
        np.testing.assert_allclose(got, tensor, atol=1e-7)
        return
    order = "F" if vec == "column" else "C"
    matrix = flattened(np.moveaxis(flattened(tensor, columns, order), -1, 0), f.order, order).T
    np.testing.assert_allclose(got, matrix.T if layout == "denominator" else matrix, atol=1e-7)


def random_function(seed: int) -> str:
    """A random matrix function of X (m x n), by a few steps that keep track of the shape."""
    rng = np.random.default_rng(seed)
    text, shape = "X", "mn"
    for _ in range(rng.integers(1, 5)):
        step = rng.integers(7)
        if step == 0:
            text, shape = f"({text})'", shape[::-1]
        elif step == 1:
            text = f"sin({text})"
        elif step == 2:
            text = f"({text}).^2"
        elif step == 3 and shape[0] == "m":
            text, shape = f"A*({text})", "p" + shape[1]
        elif step == 4 and shape[1] == "n":
            text, shape = f"({text})*B", shape[0] + "q"
        elif step == 5 and shape[0] != shape[1]:
            text, shape = f"({text})*({text})'", shape[0] * 2
        elif shape == "mn":
            text = f"({text} + x*ones(n)').*X"
    return text


@pytest.mark.parametrize("seed", range(30))
def test_random_functions_in_every_layout(seed: int) -> None:
    f = rc.parse(random_function(seed), **SHAPES)
    derivative, tensor = rc.derivative(f, "X"), differences(f, "X")
    scale = 1 + np.abs(tensor).max()
    for layout, vec in ((a, b) for a in ("numerator", "denominator") for b in ("column", "row")):
        order = "F" if vec == "column" else "C"
        matrix = flattened(np.moveaxis(flattened(tensor, 2, order), -1, 0), 2, order).T
        view = derivative.matrix(layout, vec)
        got = view(**needed(f))
        np.testing.assert_allclose(got / scale, (matrix.T if layout == "denominator" else matrix) / scale, atol=1e-6)
        assert view.tensor == derivative
    for layout, places in (("block-wrt", (2, 0, 3, 1)), ("block-value", (0, 2, 1, 3))):
        turned = tensor.transpose(places)
        want = turned.reshape(turned.shape[0] * turned.shape[1], -1)
        view = derivative.matrix(layout)
        np.testing.assert_allclose(view(**needed(f)) / scale, want / scale, atol=1e-6)
        assert view.tensor == derivative


@pytest.mark.parametrize("wrt", ["X", "A"])
@pytest.mark.parametrize("text", ["A*sin(X)*B", "exp(c)*x*x'*X", "A.^3", "(A*X*B).^2"])
def test_blocks(text: str, wrt: str) -> None:
    """block-wrt has dF/dx_ij as its block (i, j), block-value has df_kl/dX as its block (k, l)."""
    f = rc.parse(text, **SHAPES)
    derivative, tensor = rc.derivative(f, wrt), differences(f, wrt)
    by_entry = np.block([[tensor[:, :, i, j] for j in range(tensor.shape[3])] for i in range(tensor.shape[2])])
    by_value = np.block([[tensor[k, h] for h in range(tensor.shape[1])] for k in range(tensor.shape[0])])
    np.testing.assert_allclose(derivative.matrix("block-wrt")(**ARRAYS), by_entry, atol=1e-7)
    np.testing.assert_allclose(derivative.matrix("block-value")(**ARRAYS), by_value, atol=1e-7)
    assert derivative.matrix("block-wrt").tensor == derivative == derivative.matrix("block-value").tensor


def test_blocks_of_vectors_are_stacked_columns() -> None:
    derivative = rc.jacobian(rc.parse("A*x.^2", **SHAPES), "x")
    value = np.asarray(derivative(A=ARRAYS["A"], x=ARRAYS["x"]))
    np.testing.assert_allclose(derivative.matrix("block-wrt")(A=ARRAYS["A"], x=ARRAYS["x"]), value.T.reshape(-1, 1))


def test_stacked_hessians() -> None:
    """Magnus & Neudecker: the Hessians of the entries of a vector function on top of each other."""
    f = rc.parse("sin(A*x)", **SHAPES)
    hessian = rc.hessian(f, "x")
    tensor = np.asarray(hessian(A=ARRAYS["A"], x=ARRAYS["x"]))
    stacked = hessian.matrix("stacked")
    np.testing.assert_allclose(stacked(A=ARRAYS["A"], x=ARRAYS["x"]), np.vstack(list(tensor)))
    assert hessian.matrix("magnus-neudecker") == stacked
    assert stacked.tensor == hessian


def test_stacked_hessians_of_a_matrix_function() -> None:
    f = rc.parse("X'*A'*A*X", **SHAPES)
    hessian = rc.hessian(f, "X")
    tensor = np.asarray(hessian(A=ARRAYS["A"], X=ARRAYS["X"]))
    rows = [flattened(np.moveaxis(flattened(tensor[s, t], 2, "F"), -1, 0), 2, "F").T for t in range(4) for s in range(4)]
    np.testing.assert_allclose(hessian.matrix("stacked")(A=ARRAYS["A"], X=ARRAYS["X"]), np.vstack(rows))


@pytest.mark.parametrize("order", ["column", "row", "cyclic"])
@pytest.mark.parametrize("mode", range(4))
def test_unfoldings(mode: int, order: str) -> None:
    derivative = rc.jacobian(rc.parse("A*sin(X)*B", **SHAPES), "X")
    tensor = np.asarray(derivative(**needed(derivative)))
    others = [axis for axis in range(4) if axis != mode]
    if order == "column":
        others.reverse()
    elif order == "cyclic":
        others = [*range(mode + 1, 4), *range(mode)]
    want = tensor.transpose(mode, *others).reshape(tensor.shape[mode], -1)
    view = derivative.unfold(mode, order)
    np.testing.assert_allclose(view(**needed(view)), want)
    assert view.tensor == derivative


def test_rows_and_columns_as_chosen() -> None:
    derivative = rc.jacobian(rc.parse("A*sin(X)*B", **SHAPES), "X")
    tensor = np.asarray(derivative(**needed(derivative)))
    for view in (
        derivative.matrix(rows="j i", columns="l k"),
        derivative.matrix(rows="ji"),
        derivative.matrix(rows=(1, 0), columns=(3, 2)),
        derivative.rearrange("a b c d -> (b a) (d c)"),
    ):
        got = view(**needed(view))
        want = tensor.transpose(1, 0, 3, 2).reshape(4, -1) if view.node.axes[1] == derivative.matrix().axes[1] else None
        if view.legend.startswith("rows") and "(k,l)" in view.legend:
            want = tensor.transpose(1, 0, 2, 3).reshape(4, -1)
        np.testing.assert_allclose(got, want)
    assert derivative.matrix(rows="j i", columns="l k") == derivative.matrix("numerator", "column")
    with pytest.raises(rc.RicciError, match="every axis once"):
        derivative.matrix(rows="i", columns="i k l")


def test_rearrange_is_einops() -> None:
    e = rc.parse("T_abc -> abc", T="2 3 4")
    array = RNG.standard_normal((2, 3, 4))
    cases: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "a b c -> c b a": lambda t: t.transpose(2, 1, 0),
        "a b c -> (c b) a": lambda t: t.transpose(2, 1, 0).reshape(12, 2),
        "a b c -> (a b c)": lambda t: t.reshape(-1),
        "a b (c d) -> a c (b d)": lambda t: t.reshape(2, 3, 2, 2).transpose(0, 2, 1, 3).reshape(2, 2, 6),
    }
    for pattern, want in cases.items():
        sizes = {"d": 2} if "d" in pattern else {}
        got = np.asarray(e.rearrange(pattern, **sizes)(T=array))
        np.testing.assert_allclose(got.reshape(want(array).shape), want(array))


def test_rearrange_there_and_back() -> None:
    derivative = rc.jacobian(rc.parse("A*sin(X)*B", **SHAPES), "X")
    flat = derivative.rearrange("i j k l -> (j i) (l k)")
    assert flat == derivative.matrix("numerator", "column")
    assert flat.rearrange("(j i) (l k) -> i j k l", j="q", l="n") == derivative
    assert flat.rearrange("(j i) (l k) -> i j k l", i="p", k="m") == derivative


@pytest.mark.parametrize(
    ("pattern", "sizes", "message"),
    [
        ("i j -> j i", {}, "the pattern has 2 axes"),
        ("i j k l", {}, "a pattern has one ->"),
        ("i j k l -> i j k", {}, "l is on one side only"),
        ("i j k k -> i j k", {}, "twice on one side"),
        ("i j k (l m) -> i j k l m", {}, "say the size of l or of m"),
        ("i j k (l m) -> i j k l m", {"l": "zz"}, "cannot be split"),
        ("i j k l -> i j k * l", {}, "no meaning"),
    ],
)
def test_rearrange_says_what_is_wrong(pattern: str, sizes: dict[str, str], message: str) -> None:
    derivative = rc.jacobian(rc.parse("A*sin(X)*B", **SHAPES), "X")
    with pytest.raises(rc.RicciError, match=message):
        derivative.rearrange(pattern, **sizes)


def test_scalar_by_matrix_is_a_matrix_unless_flattening_is_asked_for() -> None:
    derivative = rc.grad(rc.parse("tr(X'*X)", X="m n"), "X")
    assert derivative.matrix("numerator")(X=ARRAYS["X"]).shape == (4, 3)
    assert derivative.matrix("denominator")(X=ARRAYS["X"]).shape == (3, 4)
    assert derivative.matrix("mixed")(X=ARRAYS["X"]).shape == (3, 4)
    assert derivative.matrix("numerator", "column")(X=ARRAYS["X"]).shape == (1, 12)


def test_mixed_layout() -> None:
    """Gradients have the variable's shape, all else is in numerator layout."""
    gradient = rc.grad(rc.parse("x'*A'*A*x", **SHAPES), "x")
    assert gradient.matrix("mixed")(A=ARRAYS["A"], x=ARRAYS["x"]).shape == (3, 1)
    jacobian = rc.jacobian(rc.parse("A*x", **SHAPES), "x")
    assert jacobian.matrix("mixed") == jacobian.matrix("numerator")


@pytest.mark.parametrize(
    ("text", "wrt", "layout", "legend"),
    [
        ("A*X*B", "X", {}, "numerator; rows (j,i) of Y, columns (l,k) of X, column-major"),
        ("A*X*B", "X", {"vec": "row"}, "numerator; rows (i,j) of Y, columns (k,l) of X, row-major"),
        ("A*X*B", "X", {"layout": "denominator"}, "denominator; rows (l,k) of X, columns (j,i) of Y, column-major"),
        ("A*X*B", "X", {"layout": "block-wrt"}, "block-wrt; rows k of X, i of Y, columns l of X, j of Y"),
        ("A*x", "x", {}, "numerator; rows i of y, columns j of x"),
        ("x'*x", "x", {}, "numerator; 1 row, columns i of x"),
        ("x'*x", "x", {"layout": "denominator"}, "denominator; rows i of x, 1 column"),
        ("tr(X'*X)", "X", {}, "numerator; rows j of X, columns i of X"),
        ("tr(X'*X)", "X", {"vec": "column"}, "numerator; 1 row, columns (j,i) of X, column-major"),
        ("c^2*A", "c", {}, "numerator; rows i of Y, columns j of Y"),
    ],
)
def test_every_matrix_has_its_legend(text: str, wrt: str, layout: dict[str, str], legend: str) -> None:
    view = rc.derivative(rc.parse(text, **SHAPES), wrt).matrix(**layout)
    assert view.legend == legend
    assert repr(view).endswith(legend)


def test_what_is_no_layout() -> None:
    jacobian = rc.jacobian(rc.parse("A*x", A="m n", x="n"), "x")
    with pytest.raises(rc.RicciError, match="no layout"):
        jacobian.matrix("sideways")
    with pytest.raises(rc.RicciError, match="second derivatives"):
        jacobian.matrix("stacked")
    with pytest.raises(rc.RicciError, match="square matrix"):
        jacobian.matrix("vech")
    with pytest.raises(rc.RicciError, match="no axis 7"):
        jacobian.unfold(7)


def test_views_are_expressions() -> None:
    """A view can be differentiated, substituted into, printed and read again."""
    view = rc.jacobian(rc.parse("A*sin(X)", A="p m", X="m n"), "X").matrix()
    again = rc.derivative(view, "X")
    arrays = {name: ARRAYS[name] for name in "AX"}
    np.testing.assert_allclose(np.asarray(again(**arrays)), differences(rc.parse(str(view), A="p m", X="m n"), "X"), atol=1e-6)
    assert rc.parse(str(view), A="p m", X="m n") == view


# -- what readers of the well-known texts paste ---------------------------------------------------------------------------


def test_cookbook_520() -> None:
    """vec(A*X*B) = kron(B', A)*vec(X), so its derivative is kron(B', A)."""
    jacobian = rc.jacobian(rc.parse("A*X*B", A="p m", X="m n", B="n q"), "X").matrix("numerator", "column")
    np.testing.assert_allclose(jacobian(**{k: ARRAYS[k] for k in "AXB"}), np.kron(ARRAYS["B"].T, ARRAYS["A"]))
    assert jacobian == rc.parse("kron(B', A)", A="p m", B="n q")
    assert str(jacobian) == "kron(B', A)"


def test_cookbook_524() -> None:
    """a'*X*B*X'*c = vec(X)'*kron(B', c*a')*vec(X); the book prints kron(B, c*a'), which holds for symmetric B only."""
    shapes = {"X": "m n", "B": "n n", "a": "m", "c": "m"}
    form = rc.parse("a'*X*B*X'*c", **shapes)
    assert form == rc.parse("vec(X)'*kron(B', c*a')*vec(X)", **shapes)
    printed = rc.parse("vec(X)'*kron(B, c*a')*vec(X)", **shapes)
    assert not rc.equal(form, printed)
    assert rc.hessian(form, "X").matrix() == rc.parse("kron(B', c*a') + kron(B, a*c')", **shapes)


def test_magnus_neudecker_inverse() -> None:
    """d vec inv(X) = -kron(inv(X)', inv(X)) d vec X."""
    jacobian = rc.jacobian(rc.parse("inv(X)", X="n n"), "X").matrix("numerator", "column")
    assert jacobian == rc.parse("-kron(inv(X)', inv(X))", X="n n")
    assert rc.parse("-kron(inv(X)', inv(X))*vec(dX)", X="n n", dX="n n") == rc.parse(
        "vec(-inv(X)*dX*inv(X))", X="n n", dX="n n"
    )


def test_magnus_neudecker_hessian_with_commutation() -> None:
    """tr(A*X*B*X') has the Hessian kron(B', A) + kron(B, A'); tr(A*X*B*X) needs commutation matrices."""
    shapes = {"A": "m m", "X": "m n", "B": "n n"}
    hessian = rc.hessian(rc.parse("tr(A*X*B*X')", **shapes), "X").matrix("numerator", "column")
    assert hessian == rc.parse("kron(B', A) + kron(B, A')", **shapes)
    mixed = rc.hessian(rc.parse("tr(A*X*B*X)", A="n m", X="m n", B="n m"), "X").matrix("numerator", "column")
    assert rc.equal(mixed, rc.parse("commutation(m,n)'*kron(B', A) + kron(B, A')*commutation(m,n)", A="n m", B="n m")).proven


def test_row_major_habits() -> None:
    """What PyTorch and NumPy call flatten() gives kron(A, B') for A*X*B."""
    view = rc.jacobian(rc.parse("A*X*B", A="p m", X="m n", B="n q"), "X").matrix("numerator", "row")
    assert str(view) == "kron(A, B')"
    np.testing.assert_allclose(view(A=ARRAYS["A"], B=ARRAYS["B"]), np.kron(ARRAYS["A"], ARRAYS["B"].T))


def test_the_table() -> None:
    derivative = rc.jacobian(rc.parse("A*X*B", A="p m", X="m n", B="n q"), "X")
    table = derivative.layout_table()
    lines = str(table).splitlines()
    assert lines[0].split()[0] == "tensor"
    assert any(line.startswith("numerator, vec row") and line.endswith("kron(A, B')") for line in lines)
    assert table["block-wrt"] == derivative.matrix("block-wrt")
    symmetric = rc.grad(rc.parse("logdet(X)", X="n n symmetric"), "X").layout_table()
    assert str(symmetric["vech"]) == "vec(inv(X))'*duplication(n)"
