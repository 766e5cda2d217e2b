"""Arrays of JAX and PyTorch: whose functions a program is to use, and the checks that such arrays can pass.

What a library traces - an array under `jax.jit`, `torch.func.vmap` - has a shape and no entries: it is checked for the
shape alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from importlib import import_module
from inspect import signature
from typing import Any

import numpy as np

from ricci.binding import Check
from tensor_networks.errors import OperandError, clip
from tensor_networks.nodes import SYMMETRIC_TRAITS, Tensor

HOMES = {"jax": "jax", "jaxlib": "jax", "torch": "torch"}  # package of an array's type -> backend
PLAIN = (np.ndarray, np.generic, int, float, complex, list, tuple)


def backend_of(value: Any) -> str | None:
    """The backend that a value is an array of; None for what NumPy understands, or nobody."""
    if isinstance(value, PLAIN):
        return None
    homes = (HOMES.get(kind.__module__.partition(".")[0]) for kind in type(value).__mro__)
    return next(filter(None, homes), None)


def common_backend(arrays: Mapping[str, Any]) -> str | None:
    """The backend that some arrays ask for; None where they are all NumPy's.

    Raises:
        OperandError: arrays of two libraries that do not mix.
    """
    found: dict[str, str] = {}
    for name, array in arrays.items():
        backend = "numpy" if isinstance(array, np.ndarray) and array.ndim else backend_of(array)
        if backend is not None:
            found.setdefault(backend, name)
    if found.keys() <= {"numpy"}:
        return None
    if len(found) > 1 and found.keys() != {"numpy", "jax"}:
        (one, first), (other, second) = list(found.items())[:2]
        raise OperandError(f"{clip(first)} is an array of {one} and {clip(second)} of {other}: convert one of them")
    return "jax" if "jax" in found else "torch"


def converted(backend: str, name: str, value: Any) -> Any:
    """The value as an array of the backend.

    Raises:
        OperandError: it is none, and cannot be made one.
    """
    home = backend_of(value)
    if home == backend:
        return value
    if home is not None:
        raise OperandError(f"{clip(name)} is an array of {home}, and this is computed by {backend}: convert it")
    try:
        return import_module("jax.numpy").asarray(value) if backend == "jax" else import_module("torch").as_tensor(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise OperandError(f"{clip(name)} is not an array of numbers: {error}") from error


def promoted(arrays: dict[str, Any]) -> dict[str, Any]:
    """The arrays in their common dtype: the products of torch take no others."""
    if len({array.dtype for array in arrays.values()}) < 2:
        return arrays
    dtype = reduce(import_module("torch").promote_types, (array.dtype for array in arrays.values()))
    return {name: array.to(dtype) for name, array in arrays.items()}


def ready(program: Callable[..., Any], backend: str, symbols: Iterable[str]) -> Callable[..., Any]:
    """A program's function as it is called: by JAX compiled, anew for every combination of shapes."""
    if backend != "jax":
        return program
    known = signature(program).parameters
    compiled: Callable[..., Any] = import_module("jax").jit(
        program, static_argnames=[symbol for symbol in symbols if symbol in known]
    )
    return compiled


def checked(tensor: Tensor, array: Any, check: Check) -> None:
    """Check the traits of an array that has entries: a symmetric matrix where it is, any other as a NumPy array.

    Raises:
        OperandError: it has not the traits of the tensor.
    """
    try:
        if tensor.order == 2 and tensor.traits & SYMMETRIC_TRAITS and bool((array == array.mT).all()):
            return
        plain = np.asarray(array.detach().cpu() if hasattr(array, "detach") else array)
    except (TypeError, RuntimeError):  # traced
        return
    check(plain)
