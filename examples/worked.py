"""Worked examples from lecture notes and tables of matrix calculus; every printed number is checked.

    python examples/worked.py

Ends with exit status 1 and a message at the first number that is not what the source states.
"""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

import ricci as rc

RANDOM = np.random.default_rng(7)


def require(label: str, got: Any, want: Any) -> None:
    """The same shape and the same numbers, or the end of the program."""
    result, expected = np.asarray(got, float), np.asarray(want, float)
    if result.shape != expected.shape:
        sys.exit(f"{label}: shape {result.shape}, the source has {expected.shape}")
    if not np.allclose(result, expected, rtol=1e-9, atol=1e-12):
        sys.exit(f"{label}:\n{result}\nthe source has\n{expected}")


def show(label: str, expression: Any) -> None:
    print(f"    {label:38s} {expression!r}")


def doubling() -> None:
    """The Jacobian of X -> 2X for a 2 x 3 matrix: shape 2 x 3 x 2 x 3, 2 where both places agree."""
    jacobian = rc.derivative(rc.parse("2*X", X="2 3"), "X")
    value = jacobian(X=RANDOM.standard_normal((2, 3)))
    show("d(2X)/dX", jacobian)
    print(f"    shape {np.shape(value)}")
    require("d(2X)/dX", value, 2 * np.einsum("ac,bd->abcd", np.eye(2), np.eye(3)))


NINE = (  # value, variable, text, declarations, shape of the derivative with k = 2, m = 3, n = 4, p = 5
    ("scalar", "scalar", "a*x^2", {"a": "", "x": ""}, ()),
    ("scalar", "vector", "x'*A*x", {"A": "n n", "x": "n"}, (4,)),
    ("scalar", "matrix", "a'*X*b", {"a": "m", "X": "m n", "b": "n"}, (3, 4)),
    ("vector", "scalar", "x^2*a + sin(x)*b", {"x": "", "a": "n", "b": "n"}, (4,)),
    ("vector", "vector", "A*x", {"A": "m n", "x": "n"}, (3, 4)),
    ("vector", "matrix", "X*a", {"X": "m n", "a": "n"}, (3, 3, 4)),
    ("matrix", "scalar", "exp(x)*A", {"x": "", "A": "m n"}, (3, 4)),
    ("matrix", "vector", "a*x'", {"a": "m", "x": "n"}, (3, 4, 4)),
    ("matrix", "matrix", "A*X*B", {"A": "k m", "X": "m n", "B": "n p"}, (2, 5, 3, 4)),
)
SIZES = {"k": 2, "m": 3, "n": 4, "p": 5}


def differences(function: Callable[..., Any], arrays: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Central differences; axes: the value's, then those of the array `name`."""
    step, columns = 1e-6, []
    for place in np.ndindex(arrays[name].shape):
        high, low = arrays[name].copy(), arrays[name].copy()
        high[place] += step
        low[place] -= step
        columns.append((function(**{**arrays, name: high}) - function(**{**arrays, name: low})) / (2 * step))
    slopes = np.stack([np.asarray(column) for column in columns], axis=-1)
    return slopes.reshape(slopes.shape[:-1] + arrays[name].shape)


def nine_shapes() -> None:
    """Scalars, vectors, matrices differentiated by each other: the value's axes, then the variable's."""
    print(f"    {'of a':8s} {'by a':8s} {'text':20s} {'shape':14s} derivative")
    for of, by, text, declarations, shape in NINE:
        variable = "X" if by == "matrix" else "x"
        arrays = {name: RANDOM.standard_normal([SIZES[size] for size in sizes.split()]) for name, sizes in declarations.items()}
        function = rc.parse(text, **declarations)
        derivative = rc.derivative(function, variable)
        value = np.asarray(derivative(**arrays))
        print(f"    {of:8s} {by:8s} {text:20s} {value.shape!s:14s} {derivative}")
        if value.shape != shape:
            sys.exit(f"{text} by {variable}: shape {value.shape}, the table has {shape}")
        if not np.allclose(value, differences(function, arrays, variable), atol=1e-7):
            sys.exit(f"{text} by {variable}: differs from finite differences")


def determinant() -> None:
    """The gradient of the determinant of a 2 x 2 matrix is its cofactor matrix."""
    gradient = rc.grad(rc.parse("det(X)", X="2 2"), "X")
    show("d det(X)/dX", gradient)
    value = gradient(X=np.array([[3.0, 2.0], [6.0, -4.0]]))
    print(f"    at [[3, 2], [6, -4]]                   {np.round(value, 12).tolist()}")
    require("d det at [[3, 2], [6, -4]]", value, [[-4.0, -6.0], [-2.0, 3.0]])


def chained_differential() -> None:
    """f(y) = y'y after g(W) = W x: the differential is 2 y' dW x with y = W x."""
    outer = rc.differential(rc.parse("y'*y", y="m"), "y")
    inner = rc.differential(rc.parse("W*x", W="m n", x="n"), "W")
    chained = rc.differential(rc.parse("(W*x)'*(W*x)", W="m n", x="n"), "W")
    show("d(y'y)", outer)
    show("d(W x)", inner)
    show("d((W x)'(W x))", chained)
    weights, direction, x = (RANDOM.standard_normal(shape) for shape in ((3, 4), (3, 4), 4))
    y = weights @ x
    require("d(W x)", inner(W=weights, x=x, dW=direction), direction @ x)
    require("d(y'y)", outer(y=y, dy=direction @ x), 2 * y @ direction @ x)
    require("d((W x)'(W x))", chained(W=weights, x=x, dW=direction), 2 * y @ direction @ x)


def vectorised_jacobians() -> None:
    """Jacobians of matrix functions as matrices: both ways of stacking, both layouts.

    Numerator layout: rows are the entries of the value, columns those of X; denominator: its transpose.
    """
    linear = rc.derivative(rc.parse("A*X*B", A="k m", X="m n", B="n p"), "X")
    layer = rc.derivative(rc.parse("tanh(A*X)", A="k m", X="m n"), "X")
    a, x, b = (RANDOM.standard_normal(shape) for shape in ((2, 3), (3, 4), (4, 5)))
    slope = 1 - np.tanh(a @ x) ** 2
    expected = {
        "column": (np.kron(b.T, a), np.diag(slope.ravel(order="F")) @ np.kron(np.eye(4), a)),
        "row": (np.kron(a, b.T), np.diag(slope.ravel(order="C")) @ np.kron(a, np.eye(4))),
    }
    for vec, (want_linear, want_layer) in expected.items():
        for layout in ("numerator", "denominator"):
            turned = (want_linear, want_layer) if layout == "numerator" else (want_linear.T, want_layer.T)
            first, second = (e.matrix(layout=layout, vec=vec) for e in (linear, layer))
            show(f"d(A X B), {layout}, {vec}s", first)
            show(f"d tanh(A X), {layout}, {vec}s", second)
            require(f"d(A X B), {layout}, {vec}", first(A=a, X=x, B=b), turned[0])
            require(f"d tanh(A X), {layout}, {vec}", second(A=a, X=x), turned[1])


EXAMPLES = (doubling, nine_shapes, determinant, chained_differential, vectorised_jacobians)


def main() -> None:
    for example in EXAMPLES:
        print((example.__doc__ or "").split("\n")[0])
        example()
        print()
    print(f"{len(EXAMPLES)} worked examples, all as their sources state.")


if __name__ == "__main__":
    main()
