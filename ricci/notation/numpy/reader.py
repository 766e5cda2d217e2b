"""NumPy notation: functions of NumPy on nodes, by name. Nodes in, a node out; numbers and arrays are constants.

`UFUNCS` has the universal functions by their ``__name__``, `ARRAY_FUNCTIONS` the others by their name below ``numpy``
(``"sum"``, ``"linalg.inv"``). Shapes broadcast from the last axis; a size that is a symbol fits itself and 1 only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ricci.notation.numpy import arrays as arrays
from ricci.notation.numpy import indexing as indexing
from ricci.notation.numpy import linalg as linalg
from ricci.notation.numpy import products as products
from ricci.notation.numpy import reductions as reductions
from ricci.notation.numpy.calculations import CALCULATIONS, REFUSED
from ricci.notation.numpy.convolutions import convolve, correlate
from ricci.notation.numpy.masks import masked, select
from ricci.notation.numpy.pieces import PIECES
from ricci.notation.numpy.shapes import operand
from ricci.notation.numpy.spectra import SPECTRA
from ricci.notation.numpy.ufuncs import UFUNCS
from tensor_networks.errors import TraceError, suggestion

ARRAY_FUNCTIONS: dict[str, Callable[..., Any]] = {
    # reductions
    "sum": reductions.sum_,
    "mean": reductions.mean,
    "average": reductions.average,
    "prod": reductions.prod,
    "var": reductions.var,
    "std": reductions.std,
    "max": reductions.amax,
    "amax": reductions.amax,
    "min": reductions.amin,
    "amin": reductions.amin,
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
    "tile": arrays.tile,
    "repeat": arrays.repeat,
    # diagonals and triangles
    "trace": arrays.trace,
    "diag": arrays.diag,
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
    # linear algebra
    "linalg.inv": linalg.inv,
    "linalg.det": linalg.det,
    "linalg.slogdet": linalg.slogdet,
    "linalg.solve": linalg.solve,
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
    raise _unknown(name)


def ufunc(name: str) -> Callable[..., Any]:
    """The function on nodes for a universal function of NumPy.

    Raises:
        TraceError: there is none.
    """
    found = UFUNCS.get(name)
    if found is None:
        raise _unknown(name)
    return found


def _unknown(name: str) -> TraceError:
    if name in REFUSED:
        return TraceError(f"np.{name} has no formula that can be traced: {REFUSED[name]}")
    known = {**UFUNCS, **ARRAY_FUNCTIONS}
    return TraceError(f"np.{name} has no formula that can be traced", hint=suggestion(name, known))


__all__ = ["ARRAY_FUNCTIONS", "UFUNCS", "array_function", "ufunc"]
