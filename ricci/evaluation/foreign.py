"""Arrays of JAX and PyTorch: whose functions a program is to use, and the checks that such arrays can pass.

What a library traces - an array under `jax.jit`, `torch.func.vmap` - has a shape and no entries: it is checked for the
shape alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import lru_cache, partial, reduce
from importlib import import_module
from inspect import signature
from typing import Any

import numpy as np

from ricci.traits.points import Check, is_symmetric_matrix
from tensor_networks.errors import OperandError, clip
from tensor_networks.nodes import Tensor

HOMES = {"jax": "jax", "jaxlib": "jax", "torch": "torch"}  # package of an array's type -> backend
PLAIN = (np.ndarray, np.generic, int, float, complex, list, tuple)


def backend_of(value: Any) -> str | None:
    """The backend that a value is an array of; None for what NumPy understands, or nobody."""
    return _backend_of_kind(type(value))  # type: ignore[arg-type]


@lru_cache(maxsize=256)
def _backend_of_kind(kind: Hashable) -> str | None:
    if not isinstance(kind, type) or issubclass(kind, PLAIN):
        return None
    homes = (HOMES.get(base.__module__.partition(".")[0]) for base in kind.__mro__)
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


class Elsewhere:
    """A program as a function of the arrays of one backend; by JAX it is compiled, anew for every combination of shapes.

    Args:
        backend: whose arrays.
        program: the function that standalone source defines.
        read: the names of arrays that it takes; sizes it takes by their own.
        checks: the tensors that have traits, and what their arrays must pass.
        match: converts arrays with a function, checks their shapes, and tells the sizes.
        admit: refuses what takes too much memory, for those sizes and bytes of an entry.
    """

    def __init__(
        self,
        backend: str,
        program: Callable[..., Any],
        read: Iterable[str],
        checks: Mapping[str, tuple[Tensor, Check]],
        match: Callable[..., tuple[dict[str, Any], dict[str, int]]],
        admit: Callable[[Mapping[str, int], int], None],
    ) -> None:
        self.backend, self.checks, self.match, self.admit = backend, checks, match, admit
        parameters = signature(program).parameters
        self.read = {*read, *parameters}
        self._known: dict[Any, tuple[list[str], dict[str, Any]]] = {}
        self.run = program
        if backend == "jax":
            sizes = [name for name in parameters if name not in {*read, "inputs"}]
            self.run = import_module("jax").jit(program, static_argnames=sizes)

    def __call__(self, arrays: Mapping[str, Any]) -> Any:
        """What the program returns. Arrays of shapes and types that it has met are not matched again."""
        key = tuple([(name, type(array), _outside(array)) for name, array in arrays.items()])
        if key in self._known:
            names, sizes = self._known[key]
            given = {name: arrays[name] for name in names} | sizes
        else:
            given = self._matched(arrays, key)
        for name, (tensor, check) in self.checks.items():
            checked(tensor, given[name], check)
        try:
            return self.run(**given)
        except (TypeError, ValueError) as error:
            raise OperandError(str(error)) from error

    def _matched(self, arrays: Mapping[str, Any], key: Any) -> dict[str, Any]:
        """What the program is called with."""
        found, sizes = self.match(arrays, partial(converted, self.backend))
        whole = promoted(found) if self.backend == "torch" else found
        self.admit(sizes, max((array.dtype.itemsize for array in whole.values()), default=np.dtype(float).itemsize))
        odd = {name for name in sizes if name in arrays and not name.isidentifier()}
        taken = {name: size for name, size in sizes.items() if name in self.read or name in odd}
        given = {name: array for name, array in whole.items() if name in self.read}
        if all(array is arrays[name] for name, array in given.items()):
            self._known[key] = list(given), taken
        return given | taken


def _outside(array: Any) -> Any:
    """What is known of an array from outside; a size itself."""
    return array if isinstance(array, int) else (getattr(array, "shape", None), getattr(array, "dtype", None))


def checked(tensor: Tensor, array: Any, check: Check) -> None:
    """Check the traits of an array that has entries: a symmetric matrix where it is, any other as a NumPy array.

    Raises:
        OperandError: it has not the traits of the tensor.
    """
    try:
        if is_symmetric_matrix(tensor) and bool((array == array.mT).all()):
            return
        plain = np.asarray(array.detach().cpu() if hasattr(array, "detach") else array)
    except (TypeError, RuntimeError):  # traced
        return
    check(plain)
