"""Every universal function and function of NumPy, `scipy.linalg` and `scipy.special`: traced, or refused with a reason."""

import inspect
from typing import Any

import numpy as np
import pytest

import ricci as rc
from ricci.notation.numpy.masks import Mask
from ricci.notation.numpy.reader import ARRAY_FUNCTIONS, UFUNCS
from ricci.notation.numpy.refusals import REFUSED

linalg = pytest.importorskip("scipy.linalg")
special = pytest.importorskip("scipy.special")

HOMES = {"": np, "linalg.": np.linalg, "scipy.linalg.": linalg, "scipy.special.": special}
ABOUT_OBJECTS = {  # what they ask is known of an expression, or has nothing to do with numbers
    *("iscomplexobj", "isrealobj", "isscalar", "iterable", "ndim", "shape", "size", "info", "broadcast_shapes", "isfortran"),
    *("can_cast", "result_type", "promote_types", "issubdtype", "isdtype", "typename", "mintypecode", "test", "get_include"),
    *("show_config", "show_runtime", "errstate", "seterr", "geterr", "seterrcall", "geterrcall", "setbufsize", "getbufsize"),
    *("set_printoptions", "get_printoptions", "printoptions", "datetime_data", "nested_iters", "from_dlpack", "fromregex"),
    *("frombuffer", "fromfile", "fromiter", "fromstring", "genfromtxt", "load", "loadtxt", "fromfunction", "frompyfunc"),
    *("asmatrix", "bmat", "row_stack", "put_along_axis", "apply_along_axis", "apply_over_axes", "piecewise"),
    *("get_blas_funcs", "get_lapack_funcs", "find_best_blas_type", "einsum_path", "require", "astype"),
}


def names(home: Any, kind: str) -> list[str]:
    found = [name for name in dir(home) if not name.startswith("_")]
    if kind == "ufunc":
        return [name for name in found if isinstance(getattr(home, name), np.ufunc)]
    return [
        name
        for name in found
        if callable(getattr(home, name))
        and not isinstance(getattr(home, name), type | np.ufunc)
        and name not in ABOUT_OBJECTS
        and hasattr(getattr(home, name), "__module__")
        and not inspect.ismodule(getattr(home, name))
    ]


CASES = [
    pytest.param(home, name, id=prefix + name)
    for prefix, home in HOMES.items()
    for kind in ("ufunc", "function")
    for name in names(home, kind)
]


def outcome(function: Any, arguments: int, shape: str) -> Any:
    """What comes of a call with so many expressions: a result, an error of ours, or None where NumPy wants other arguments."""
    call = lambda x: np.sum(_first(function(*[x] * arguments)))  # noqa: E731
    try:
        traced = rc.trace(call, x=shape)
    except rc.RicciError as error:
        return error
    except (TypeError, ValueError, IndexError, AttributeError):
        return None
    if function.__name__ not in ("cho_factor", "lu_factor"):  # what they return is for other functions to read
        same_as(traced, call, ARRAY[tuple(0 for _ in range(2 - len(shape.split())))])
    return traced


ARRAY = np.array([[2.1, 0.3, 0.2], [0.3, 2.5, 0.4], [0.2, 0.4, 3.2]])


def same_as(traced: rc.Expr, call: Any, at: Any) -> None:
    """Has the expression the value that the function has?"""
    try:
        with np.errstate(all="ignore"):
            want = call(at)
    except Exception:
        return  # NumPy refuses what was traced
    np.testing.assert_allclose(traced(x=at), want, rtol=1e-9, atol=1e-12)


def _first(value: Any) -> Any:
    while isinstance(value, tuple | list) and value:
        value = value[0]
    return 1 * value if isinstance(value, Mask | rc.Expr) else value


@pytest.mark.parametrize(("home", "name"), CASES)
def test_every_function_is_traced_or_refused(home: Any, name: str) -> None:
    function = getattr(home, name)
    counts = [function.nin] if isinstance(function, np.ufunc) else [1, 2, 3]
    outcomes = [outcome(function, count, shape) for count in counts for shape in ("3 3", "3", "")]
    assert any(isinstance(one, rc.Expr | rc.RicciError) for one in outcomes) or not takes_arrays(function)


def takes_arrays(function: Any) -> bool:
    """Does a function want arrays first? Those of integers alone, which make constants, do not."""
    try:
        parameters = list(inspect.signature(function).parameters)
    except ValueError:
        return False
    return bool(parameters) and parameters[0] in ("a", "x", "arr", "array", "A", "m", "ary", "v", "c", "obj")


def test_no_function_is_both() -> None:
    assert not set(REFUSED) & (set(UFUNCS) | set(ARRAY_FUNCTIONS))


@pytest.mark.parametrize("name", [name for name in REFUSED if "." not in name])
def test_what_is_refused_exists(name: str) -> None:
    assert any(hasattr(home, name) for home in HOMES.values())
