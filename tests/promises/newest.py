"""The derivatives of the books, computed by every back end that is installed, with its own arrays."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import numpy as np

import ricci as rc
from ricci.expr import Expr
from tests.corpus import scoring

PEERS = "tensorgrad 0.3.0 cannot evaluate anything on torch 2.13"
PACKAGES = {"numpy": "NumPy", "jax": "JAX", "torch": "PyTorch"}


def installed() -> list[str]:
    return [name for name in PACKAGES if find_spec(name)]


def versions() -> str:
    """What the page says of them."""
    return ", ".join(f"{PACKAGES[name]} {version(name)}" for name in installed())


def cases() -> list[scoring.Case]:
    """The cases in matrix notation whose derivative is an expression."""
    listed = scoring.unsupported()
    rows = [case for notation, case in scoring.book_cases() if notation == "matrix" and (case["id"], notation) not in listed]
    return [case for case in rows if case["kind"] != "differential" and case["layout"] == "tensor"]


@lru_cache(maxsize=1)
def _double_precision() -> None:
    import_module("jax").config.update("jax_enable_x64", True)


def _array(backend: str, given: np.ndarray) -> Any:
    if backend == "jax":
        _double_precision()
        return import_module("jax.numpy").asarray(given)
    return import_module("torch").tensor(given) if backend == "torch" else given


def check(case: scoring.Case, backend: str) -> None:
    """The derivative at the second point of the case, a function of the back end called with its arrays.

    Raises:
        AssertionError: it is wrong, or no array of the back end.
    """
    result = scoring.book_result("matrix", case)
    assert isinstance(result, Expr)
    arrays, want = scoring.book_point(case, 1)
    read = {name: _array(backend, given) for name, given in arrays.items() if name in result.variables}
    got = rc.compile(result, backend=backend)(**read)
    if read:
        assert type(got).__module__.partition(".")[0] in (backend, "jaxlib"), type(got)
    scoring.assert_close(np.asarray(got), want)
