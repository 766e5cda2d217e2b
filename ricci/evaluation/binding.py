"""Arrays bound to tensors: what is accepted as an array, and the sizes its shape tells.

Everything is checked before any arithmetic, and an error names the tensor.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ricci.constants import is_constant
from tensor_networks.axes import Axis, atoms, derived, inverted, show, show_shape, symbols, value
from tensor_networks.errors import OperandError, SizeError, clip
from tensor_networks.networks import Network
from tensor_networks.nodes import Node, Size, Tensor, walk

FOREIGN = ("torch", "jax", "jaxlib", "tensorflow", "cupy")


def home_of(value: Any) -> str:
    """The top-level package that the type of a value comes from."""
    return type(value).__module__.partition(".")[0]


def as_array(name: str, value: Any) -> np.ndarray:
    """The value as a plain array of native floating point or complex numbers.

    Raises:
        OperandError: it is not an array of numbers, or one of another library.
    """
    home = home_of(value)
    if home in FOREIGN:
        raise OperandError(
            f"{clip(name)} is a {home} array, and this is computed with numpy arrays: convert it, or compile for {home}"
        )
    masked = sys.modules.get("numpy.ma")  # where it has never been imported nothing is masked
    if masked is not None and isinstance(value, masked.MaskedArray):
        raise OperandError(f"{clip(name)} is a masked array: fill the masked elements first")
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise OperandError(f"{clip(name)} is not an array of numbers: {error}") from error
    kind = array.dtype.kind
    if kind not in "fcbiu":
        given = f"{clip(type(value).__name__)} of dtype {clip(array.dtype)}"
        raise OperandError(f"{clip(name)} must hold numbers, not {given}")
    if kind in "biu":
        return array.astype(float)
    wanted = np.dtype(np.float32) if array.dtype.itemsize == 2 else array.dtype.newbyteorder("=")
    return array.astype(wanted, copy=False) if type(array) is np.ndarray else np.array(array, dtype=wanted)


def bind(arrays: Sequence[tuple[Tensor, np.ndarray]], sizes: dict[str, int]) -> None:
    """Read the sizes of symbols off the shapes, into `sizes`, and check every axis of every array.

    Raises:
        SizeError: an array has another order or size than its tensor; names the size, both numbers and both arrays.
    """
    places = dict.fromkeys(sizes, "as given")
    for tensor, array in arrays:
        if array.ndim != tensor.order:
            message = f"{clip(tensor.name)} must have shape {show_shape(tensor.axes)}, not {array.shape}"
            squeezed = 0 < tensor.order == sum(size != 1 for size in array.shape)
            raise SizeError(message, hint=f"np.squeeze({clip(tensor.name, 16)}) has it, or declare it so" if squeezed else "")
        for axis, size in enumerate(tensor.axes):
            if isinstance(size, str) and size not in sizes and derived(size) is None:
                sizes[size] = array.shape[axis]
                places[size] = f"by axis {axis} of {clip(tensor.name)}, of shape {array.shape}"
    for tensor, array in arrays:
        for axis, size in enumerate(tensor.axes):
            if size not in sizes:
                _solve(size, array.shape[axis], sizes)
            expected = value(size, sizes)
            if expected != array.shape[axis]:
                before = [f"{atom} is {sizes[atom]} {places.get(atom, '')}".rstrip() for atom in symbols_of([size])]
                place = f"axis {axis} of {clip(tensor.name)}, of shape {array.shape}"
                because = f": {' and '.join(before)}" if before else ""
                raise SizeError(f"the size {show(size)} is {expected}, but {array.shape[axis]} by {place}{because}")


def symbols_of(axes: Iterable[Axis]) -> list[str]:
    """The symbols of some sizes, with repetitions."""
    return [symbol for axis in axes for symbol in symbols(axis)]


def _solve(size: Axis, number: int, sizes: dict[str, int]) -> None:
    """The one unknown symbol of a product of sizes, from the number that the product is."""
    unknown = [atom for atom in symbols_of([size]) if atom not in sizes]
    if not unknown:
        return
    if len(set(unknown)) > 1:
        raise SizeError(f"the sizes {' and '.join(unknown)} are not known: their product is in {show(size)} = {number}")
    others, made = 1, None
    for atom in atoms(size):
        inner = derived(atom) if isinstance(atom, str) else None
        if inner is not None and unknown[0] in symbols(inner[1]):
            made = inner
        elif atom != unknown[0]:
            others *= value(atom, sizes)
    if others == 0:
        raise SizeError(f"the size {unknown[0]} is not known: {show(size)} is 0 whatever it is")
    if made is not None:
        _solve(made[1], inverted(made[0], number // others), sizes)
        return
    sizes[unknown[0]] = round((number / others) ** (1 / len(unknown)))


def leaves_of(nodes: Sequence[Node]) -> tuple[dict[str, Tensor], list[str]]:
    """The tensors below the nodes by name, and all size symbols.

    Raises:
        OperandError: a constant and a variable have one name.
    """
    tensors: dict[str, Tensor] = {}
    sizes: dict[Axis, None] = {}
    for node in walk(*nodes):
        sizes.update(dict.fromkeys(node.axes))
        if isinstance(node, Network):
            sizes.update(dict.fromkeys(node.sizes))
        elif isinstance(node, Size):
            sizes[node.size] = None
        elif isinstance(node, Tensor):
            other = tensors.setdefault(node.name, node)
            if other is not node and is_constant(other) != is_constant(node):
                raise OperandError(f"a constant and a variable are both named {node.name}")
    return tensors, list(dict.fromkeys(symbols_of(sizes)))


def givers_of(symbols: Iterable[str], tensors: Mapping[str, Tensor], declared: Iterable[Tensor]) -> list[Tensor]:
    """Declared tensors that tell a size which the tensors of the expression do not."""
    known = {axis for tensor in tensors.values() for axis in tensor.axes}
    givers = []
    for symbol in symbols:
        giver = next((tensor for tensor in declared if symbol in tensor.axes), None) if symbol not in known else None
        if giver is not None and giver not in givers:
            givers.append(giver)
    return givers
