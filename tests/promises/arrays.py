"""The arrays, and what stands for one, that the hostile cases describe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np


class Unavailable(Exception):
    """A package that the case needs is not installed."""


class Clumsy(np.ndarray):
    """An array whose operator must not be used."""

    def __mul__(self, other: object) -> Any:
        raise RuntimeError("the operator of a subclass was used")


def _strided(a: np.ndarray) -> np.ndarray:
    wide = np.zeros(a.size * 2, a.dtype)
    wide[::2] = a
    return wide[::2]


def _unaligned(a: np.ndarray) -> np.ndarray:
    moved = np.frombuffer(bytearray(a.nbytes + 1), np.uint8)[1:].view(a.dtype).reshape(a.shape)
    moved[...] = a
    return moved


def _readonly(a: np.ndarray) -> np.ndarray:
    a.setflags(write=False)
    return a


def _memmap(a: np.ndarray) -> np.ndarray:
    mapped = np.memmap("mapped.bin", dtype=a.dtype, mode="w+", shape=a.shape)
    mapped[...] = a
    return mapped


def _foreign(module: str, make: Callable[[Any, np.ndarray], Any]) -> Callable[[np.ndarray], Any]:
    def made(a: np.ndarray) -> Any:
        try:
            return make(__import__(module), a)
        except ImportError:
            raise Unavailable(module) from None

    return made


def _sparse(a: np.ndarray) -> Any:
    from scipy.sparse import csr_array

    return csr_array(np.atleast_2d(a))


KINDS: Mapping[str, Callable[[np.ndarray], Any]] = {
    "list": lambda a: a.tolist(),
    "ragged": lambda a: [1.0, [2.0, 3.0]],
    "strided": _strided,
    "negstride": lambda a: a[::-1].copy()[::-1],
    "fortran": np.asfortranarray,
    "readonly": _readonly,
    "zerostride": lambda a: np.broadcast_to(np.float64(1), a.shape),
    "byteswapped": lambda a: a.astype(">f8"),
    "unaligned": _unaligned,
    "masked": lambda a: np.ma.array(a, mask=[True] + [False] * (a.size - 1)),
    "matrix": np.matrix,
    "subclass": lambda a: a.view(Clumsy),
    "memmap": _memmap,
    "sparse": _sparse,
    "pandas": _foreign("pandas", lambda pandas, a: pandas.Series(a)),
    "torch_requires_grad": _foreign("torch", lambda torch, a: torch.tensor(a, requires_grad=True)),
    "mixed_backend": _foreign("torch", lambda torch, a: torch.tensor(a)),
}
NAMED = {"ones": 1.0, "zeros": 0.0, "nan": np.nan, "inf": np.inf, "1j": 1j}


def array(spec: Mapping[str, Any]) -> Any:
    """The array, or what stands for one, that a case describes."""
    kind = spec.get("kind")
    if kind == "python_float":
        return spec["value"]
    if kind == "decimal":
        return Decimal(spec["value"])
    made = _filled(tuple(spec.get("shape", ())), spec.get("fill", "randn"), spec.get("dtype", "float64"))
    return KINDS[str(kind)](made) if kind in KINDS else made


def _filled(shape: tuple[int, ...], fill: Any, dtype: str) -> np.ndarray:
    if dtype == "structured":
        return np.zeros(shape, dtype=[("a", "f8"), ("b", "i4")])
    if fill == "Fraction":
        return np.full(shape, Fraction(1, 3), object)
    if fill == "str":
        return np.full(shape, "abc", dtype=object if dtype == "object" else "U3")
    if fill == "date":
        return np.full(shape, np.datetime64("2020-01-01"))
    made: Any
    if fill == "randn":
        made = np.random.default_rng(0).standard_normal(shape)
    elif fill in ("eye", "arange"):
        made = np.eye(shape[0]) if fill == "eye" else np.arange(int(np.prod(shape))).reshape(shape)
    else:
        made = np.full(shape, NAMED.get(fill, fill), dtype=complex if fill == "1j" else None)
    return np.asarray(made).astype(object if dtype == "object" else dtype)
