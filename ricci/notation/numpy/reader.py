"""NumPy notation: functions of NumPy on nodes, by name. Nodes in, a node out; numbers and arrays are constants.

`UFUNCS` has the universal functions by their ``__name__``, `ARRAY_FUNCTIONS` the others by their name below ``numpy``
(``"sum"``, ``"linalg.inv"``). Shapes broadcast from the last axis; a size that is a symbol fits itself and 1 only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ricci.notation.numpy import arrays, folds, indexing, linalg, products, reductions
from ricci.notation.numpy.calculations import CALCULATIONS
from ricci.notation.numpy.convolutions import convolve, correlate
from ricci.notation.numpy.masks import masked, select
from ricci.notation.numpy.pieces import PIECES
from ricci.notation.numpy.polynomials import LOWEST_FIRST, POLYNOMIALS
from ricci.notation.numpy.refusals import REFUSED
from ricci.notation.numpy.shapes import operand
from ricci.notation.numpy.spectra import SPECTRA
from ricci.notation.numpy.ufuncs import REDUCTIONS, UFUNCS
from tensor_networks.errors import TraceError, suggestion

ARRAY_FUNCTIONS: dict[str, Callable[..., Any]] = {
    # reductions
    "average": reductions.average,
    "ptp": reductions.ptp,
    "logaddexp.reduce": reductions.logaddexp_reduce,
    "cumsum": indexing.cumsum,
    "convolve": convolve,
    "correlate": correlate,
    # products
    "dot": products.dot,
    "vdot": products.vdot,
    "inner": products.inner,
    "outer": products.outer,
    "einsum": products.einsum,
    "tensordot": products.tensordot,
    "kron": products.kron,
    "cross": linalg.cross,
    # orders of axes and shapes
    "transpose": arrays.transpose,
    "permute_dims": arrays.transpose,
    "matrix_transpose": arrays.matrix_transpose,
    "swapaxes": arrays.swapaxes,
    "moveaxis": arrays.moveaxis,
    "reshape": arrays.reshape,
    "ravel": arrays.ravel,
    "expand_dims": arrays.expand_dims,
    "squeeze": arrays.squeeze,
    "broadcast_to": arrays.broadcast_to,
    "broadcast_arrays": arrays.broadcast_arrays,
    "atleast_1d": arrays.at_least(1),
    "atleast_2d": arrays.at_least(2),
    "atleast_3d": arrays.at_least_3d,
    "tile": arrays.tile,
    "repeat": arrays.repeat,
    # diagonals and triangles
    "trace": arrays.trace,
    "diag": arrays.diag,
    "diagflat": arrays.diagflat,
    "diagonal": arrays.diagonal,
    "tril": arrays.triangle(upper=False),
    "triu": arrays.triangle(upper=True),
    # entries
    "take": indexing.take,
    "flip": indexing.flip,
    "roll": indexing.roll,
    "diff": indexing.diff,
    "split": indexing.split,
    "concatenate": indexing.concatenate,
    "stack": indexing.stack,
    "vstack": indexing.vstack,
    "hstack": indexing.hstack,
    "column_stack": indexing.column_stack,
    "block": indexing.block,
    "where": masked,
    "select": select,
    "clip": arrays.clip,
    "zeros_like": lambda a: arrays.full_like(a, 0),
    "ones_like": lambda a: arrays.full_like(a, 1),
    "full_like": arrays.full_like,
    "copy": operand,
    "real": operand,
    "real_if_close": operand,
    "imag": lambda val: arrays.full_like(val, 0),
    **{
        name: partial(arrays.places, getattr(np, name))
        for name in ("tril_indices_from", "triu_indices_from", "diag_indices_from")
    },
    # linear algebra
    "linalg.inv": linalg.inv,
    "linalg.det": linalg.det,
    "linalg.slogdet": linalg.slogdet,
    "linalg.solve": linalg.solve,
    "linalg.tensorsolve": linalg.tensorsolve,
    "linalg.tensorinv": linalg.tensorinv,
    "linalg.norm": linalg.norm,
    "linalg.vector_norm": linalg.vector_norm,
    "linalg.matrix_norm": linalg.matrix_norm,
    "linalg.matrix_power": linalg.matrix_power,
    "linalg.multi_dot": products.multi_dot,
    "linalg.matmul": products.matmul,
    "linalg.vecdot": products.vecdot,
    "linalg.outer": products.outer,
    "linalg.tensordot": products.tensordot,
    "linalg.cross": linalg.cross,
    "linalg.trace": linalg.last_trace,
    "linalg.diagonal": linalg.last_diagonal,
    "linalg.matrix_transpose": arrays.matrix_transpose,
    **SPECTRA,
    **PIECES,
    **CALCULATIONS,
    **folds.FOLDS,
    **POLYNOMIALS,
    **{f"polynomial.polynomial.{name}": function for name, function in LOWEST_FIRST.items()},
}

IN_PLACE = frozenset(["copyto", "fill_diagonal", "place", "put", "put_along_axis", "putmask"])


def array_function(name: str) -> Callable[..., Any]:
    """The function on nodes for a function of NumPy.

    Raises:
        TraceError: there is none.
    """
    found = ARRAY_FUNCTIONS.get(name)
    if found is not None:
        return found
    if name in IN_PLACE:
        raise TraceError(f"np.{name} writes in place: an expression cannot change")
    raise no_formula(name)


def ufunc(name: str) -> Callable[..., Any]:
    """The function on nodes for a universal function of NumPy.

    Raises:
        TraceError: there is none.
    """
    found = UFUNCS.get(name)
    if found is None:
        raise no_formula(name)
    return found


METHODS = ("reduce", "accumulate", "reduceat")


def method_of(name: str, method: str) -> Callable[..., Any]:
    """The function on nodes for a method of a universal function of two arguments, such as ``np.add.reduce``.

    Raises:
        TraceError: there is none.
    """
    ufunc(name)
    if method == "accumulate":
        return partial(folds.accumulated, name)
    reduction = ARRAY_FUNCTIONS.get(REDUCTIONS.get(name, ""))
    if method == "reduceat":
        return partial(folds.reduced_at, name, reduction or partial(folds.folded, name))
    return partial(folds.folded, name) if reduction is None else partial(_first_axis, reduction)


def _first_axis(reduction: Callable[..., Any], array: Any, axis: Any = 0, **options: Any) -> Any:
    """A reduction over the first axis, unless another is named."""
    return reduction(array, axis, **options)


def no_formula(name: str) -> TraceError:
    """The error for a function that is not known, with its home: the reason, or another name that is meant."""
    home, _, bare = name.rpartition(".")
    shown = name if home.startswith("scipy") else f"np.{name}"
    reason = REFUSED.get(bare if home.startswith("scipy") else name)
    if reason:
        return TraceError(f"{shown} has no formula that can be traced: {reason}")
    known = {**UFUNCS, **ARRAY_FUNCTIONS}
    return TraceError(f"{shown} has no formula that can be traced", hint=suggestion(bare if home else name, known))


__all__ = ["ARRAY_FUNCTIONS", "UFUNCS", "array_function", "no_formula", "ufunc"]
