"""From nodes to numbers: bind arrays to tensors, plan, run; and the same program as standalone source.

`Compiled` remembers, for every combination of shapes and dtypes that it has met, a function of straight-line NumPy, so
that a later call costs little more than its arithmetic.
"""

from __future__ import annotations

import linecache
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from threading import Lock
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np

from tensor_networks.axes import Axis, atoms, derived, inverted, show, show_shape, value
from tensor_networks.axes import symbols as symbols_of
from tensor_networks.backends import jax as jax_backend
from tensor_networks.backends import numpy as numpy_backend
from tensor_networks.backends import torch as torch_backend
from tensor_networks.backends.source import Names, helpers, running_text, sizes_of, standalone_text
from tensor_networks.errors import LimitError, OperandError, RicciError, SizeError, UnknownName, clip, suggestion
from tensor_networks.networks import Network
from tensor_networks.nodes import Node, Size, Tensor, walk
from tensor_networks.program import Program, build, check_memory

BACKENDS: dict[str, ModuleType] = {"numpy": numpy_backend, "jax": jax_backend, "torch": torch_backend}
NOMINAL = 100  # the size that source is planned for where none is given
Function: TypeAlias = Callable[..., list[Any]]
SHARE = 0.8  # of the physical memory that results and intermediates may take


def evaluate(
    nodes: Iterable[Node],
    arrays: Mapping[str, Any],
    declared: Iterable[Tensor] = (),
    memory_limit: float | None = None,
    optimize: Any = None,
) -> list[np.ndarray]:
    """The values of the nodes.

    Args:
        nodes: what to compute, together: what they share is computed once.
        arrays: an array for every tensor by name, and, where no array tells it, an integer for a size by its symbol.
        declared: tensors that may be given although no node needs them; their shapes are checked and tell sizes.
        memory_limit: bytes that results and intermediates may take; 80 % of the physical memory by default.
        optimize: how contraction orders are chosen, see `tensor_networks.plan.order`.

    Raises:
        OperandError: an array is missing, or is no array of numbers.
        SizeError: sizes clash, or a size is not known.
        LimitError: the memory does not suffice.
        UnknownName: an array is given for an unknown name.
    """
    return _compiled(tuple(nodes), tuple(declared), memory_limit, optimize)(**arrays)


@lru_cache(maxsize=256)
def _compiled(
    nodes: tuple[Node, ...], declared: tuple[Tensor, ...], memory_limit: float | None, optimize: Any
) -> Compiled:
    return Compiled(nodes, "numpy", declared, memory_limit, optimize)


def compile(
    nodes: Iterable[Node],
    backend: str = "numpy",
    declared: Iterable[Tensor] = (),
    memory_limit: float | None = None,
    optimize: Any = None,
) -> Compiled:
    """A callable of arrays by name that returns the list of the values of the nodes; its `source` is standalone code.

    Raises:
        UnknownName: there is no such backend.
    """
    return Compiled(tuple(nodes), backend, tuple(declared), memory_limit, optimize)


def source(
    nodes: Iterable[Node],
    backend: str = "numpy",
    title: str = "",
    declared: Iterable[Tensor] = (),
    sizes: Mapping[str, int] | None = None,
    optimize: Any = None,
) -> str:
    """Standalone source of a function `program` of the tensors, for one of the backends.

    It returns an array for one node, a tuple for several. `title` becomes a comment. The contraction order is chosen
    for `sizes`, 100 for those not given; the code is right for all sizes.

    Raises:
        UnknownName: there is no such backend.
        OperandError: the backend lacks a function.
    """
    nodes = tuple(nodes)
    table = _backend(backend)
    tensors, symbols = _leaves(nodes)
    nominal = {symbol: (sizes or {}).get(symbol, NOMINAL) for symbol in symbols}
    program = build(nodes, nominal, optimize)
    read = {tensor.name: tensor for tensor in (*_givers(symbols, tensors, declared), *tensors.values())}
    inputs = [read[name] for name in sorted(read)]
    try:
        return standalone_text(program, table, inputs, title, [node.axes for node in nodes])
    except NotImplementedError as error:
        raise OperandError(str(error)) from error


def _backend(name: str) -> ModuleType:
    if name not in BACKENDS:
        known = ", ".join(BACKENDS)
        raise UnknownName(f"there is no backend {clip(name)}; there are {known}", hint=suggestion(name, BACKENDS))
    return BACKENDS[name]


def _leaves(nodes: Sequence[Node]) -> tuple[dict[str, Tensor], list[str]]:
    """The tensors below the nodes by name, and all size symbols."""
    tensors: dict[str, Tensor] = {}
    symbols: dict[str, None] = {}
    for node in walk(*nodes):
        if isinstance(node, Tensor):
            tensors.setdefault(node.name, node)
        sizes: tuple[Axis, ...] = node.axes
        if isinstance(node, Network):
            sizes += node.sizes
        elif isinstance(node, Size):
            sizes += (node.size,)
        symbols.update(dict.fromkeys(_symbols(sizes)))
    return tensors, list(symbols)


def _symbols(axes: Iterable[Axis]) -> list[str]:
    return [symbol for axis in axes for symbol in symbols_of(axis)]


def _givers(symbols: Iterable[str], tensors: Mapping[str, Tensor], declared: Iterable[Tensor]) -> list[Tensor]:
    """Declared tensors that tell a size which the tensors of the expression do not."""
    known = {axis for tensor in tensors.values() for axis in tensor.axes}
    givers = []
    for symbol in symbols:
        giver = next((tensor for tensor in declared if symbol in tensor.axes), None) if symbol not in known else None
        if giver is not None and giver not in givers:
            givers.append(giver)
    return givers


class Compiled:
    """A callable of arrays by name. `names` are the tensors it reads; `source` is its standalone source."""

    def __init__(
        self,
        nodes: tuple[Node, ...],
        backend: str = "numpy",
        declared: tuple[Tensor, ...] = (),
        memory_limit: float | None = None,
        optimize: Any = None,
    ) -> None:
        self.nodes, self.backend, self.declared = nodes, backend, declared
        self.memory_limit, self.optimize = memory_limit, optimize
        self.table = _backend(backend)
        self.tensors, self.symbols = _leaves(nodes)
        self.names = tuple(sorted(self.tensors))
        self._extra = {tensor.name: tensor for tensor in declared if tensor.name not in self.tensors}
        self._ready: dict[Any, Function] = {}
        self._programs: dict[Any, Function] = {}
        self._lock = Lock()

    @property
    def source(self) -> str:
        """Standalone source."""
        return source(self.nodes, self.backend, declared=self.declared, optimize=self.optimize)

    def __call__(self, /, **arrays: Any) -> list[Any]:
        """The values of the nodes; see `evaluate`."""
        names = tuple(arrays)
        try:
            shapes = [(type(array), array.shape, array.dtype) for array in arrays.values()]
            key = (names, *shapes)
            run = self._ready[key]
        except (AttributeError, KeyError, TypeError):
            if self.backend != "numpy":
                return self._call_elsewhere(arrays)
            run, arrays = self._prepare(names, arrays)
        return _run(run, [arrays[name] for name in self.names])

    def _prepare(self, names: tuple[str, ...], arrays: Mapping[str, Any]) -> tuple[Function, dict[str, Any]]:
        """Convert and check the arrays, and find or make the function for their shapes and dtypes."""
        given, sizes = self._sorted_out(arrays)
        tensors = {**self.tensors, **self._extra}
        _bind([(tensors[name], array) for name, array in given.items()], sizes)
        for symbol in self.symbols:
            if symbol not in sizes:
                raise SizeError(f"the size {symbol} is not known: give {symbol}=... or an array that has it")
        read = [given[name] for name in self.names]
        dtype = np.result_type(*read) if read else np.dtype(float)
        program_key = (tuple(sorted(sizes.items())), dtype)
        with self._lock:
            run = self._programs.get(program_key)
            if run is None:
                run = self._programs[program_key] = self._make(sizes, dtype)
        if all(type(arrays[name]) is np.ndarray and arrays[name] is given.get(name) for name in names):
            self._ready[(names, *((np.ndarray, array.shape, array.dtype) for array in arrays.values()))] = run
        return run, given

    def _sorted_out(self, arrays: Mapping[str, Any]) -> tuple[dict[str, np.ndarray], dict[str, int]]:
        """The arrays, converted, and the sizes given by symbol."""
        given: dict[str, np.ndarray] = {}
        sizes: dict[str, int] = {}
        for name, array in arrays.items():
            if name in self.tensors or name in self._extra:
                given[name] = as_array(name, array)
            elif name in self.symbols and isinstance(array, int | np.integer) and array >= 0:
                sizes[name] = int(array)
            else:
                known = [*self.tensors, *self._extra]
                inputs = ", ".join(map(clip, known)) or "none"
                hint = suggestion(name, known)
                raise UnknownName(f"there is no tensor {clip(name)}; the inputs are {inputs}", hint=hint)
        missing = [name for name in self.names if name not in given]
        if missing:
            shapes = ", ".join(f"{clip(name)} ({show_shape(self.tensors[name].axes)})" for name in missing)
            raise OperandError(f"no array is given for {shapes}")
        return given, sizes

    def _make(self, sizes: Mapping[str, int], dtype: np.dtype) -> Function:
        """The function for these sizes."""
        program = build(self.nodes, sizes, self.optimize)
        limit = physical_memory() * SHARE if self.memory_limit is None else self.memory_limit
        check_memory(program, sizes, limit, dtype.itemsize)
        return _loaded(program, sizes, dtype)

    def _call_elsewhere(self, arrays: Mapping[str, Any]) -> list[Any]:
        """The same on another backend, through its standalone source."""
        run = self._programs.get(())
        if run is None:
            space: dict[str, Any] = {}
            text = self.source
            exec(_code(text), space)
            run = self._programs[()] = space["program"]
        try:
            result = run(**arrays)
        except (TypeError, ValueError) as error:
            raise OperandError(str(error)) from error
        return list(result) if len(self.nodes) != 1 else [result]


def _run(run: Function, arrays: Sequence[np.ndarray]) -> list[Any]:
    try:
        with np.errstate(all="ignore"):
            return run(*arrays)
    except np.linalg.LinAlgError as error:
        raise OperandError(f"cannot be computed at these arrays: {error}") from error
    except MemoryError as error:
        raise LimitError(f"not enough memory: {error}") from error


def as_array(name: str, value: Any) -> np.ndarray:
    """The value as a plain array of native floating point or complex numbers.

    Raises:
        OperandError: it is not an array of numbers, or one of another library.
    """
    home = type(value).__module__.partition(".")[0]
    if home in ("torch", "jax", "jaxlib", "tensorflow", "cupy"):
        raise OperandError(
            f"{clip(name)} is a {home} array, and this is computed with numpy arrays: convert it, or compile for {home}"
        )
    if isinstance(value, np.ma.MaskedArray):
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


def _bind(arrays: Sequence[tuple[Tensor, np.ndarray]], sizes: dict[str, int]) -> None:
    """Read the sizes of symbols off the shapes, into `sizes`, and check every axis of every array.

    Raises:
        SizeError: an array has another order or size than its tensor; names the size, both numbers and both arrays.
    """
    places = dict.fromkeys(sizes, "as given")
    for tensor, array in arrays:
        if array.ndim != tensor.order:
            raise SizeError(f"{clip(tensor.name)} must have shape {show_shape(tensor.axes)}, not {array.shape}")
        for axis, size in enumerate(tensor.axes):
            if isinstance(size, str) and size not in sizes and derived(size) is None:
                sizes[size] = array.shape[axis]
                places[size] = f"by axis {axis} of {clip(tensor.name)}, of shape {array.shape}"
    for tensor, array in arrays:
        for axis, size in enumerate(tensor.axes):
            _solve(size, array.shape[axis], sizes)
            expected = value(size, sizes)
            if expected != array.shape[axis]:
                before = [f"{atom} is {sizes[atom]} {places.get(atom, '')}".rstrip() for atom in _symbols([size])]
                place = f"axis {axis} of {clip(tensor.name)}, of shape {array.shape}"
                because = f": {' and '.join(before)}" if before else ""
                raise SizeError(f"the size {show(size)} is {expected}, but {array.shape[axis]} by {place}{because}")


def _solve(size: Axis, number: int, sizes: dict[str, int]) -> None:
    """The one unknown symbol of a product of sizes, from the number that the product is."""
    unknown = [atom for atom in _symbols([size]) if atom not in sizes]
    if not unknown:
        return
    if len(set(unknown)) > 1:
        raise SizeError(f"the sizes {' and '.join(unknown)} are not known: their product is in {show(size)} = {number}")
    others, made = 1, None
    for atom in atoms(size):
        inner = derived(atom) if isinstance(atom, str) else None
        if inner is not None and unknown[0] in symbols_of(inner[1]):
            made = inner
        elif atom != unknown[0]:
            others *= value(atom, sizes)
    if others == 0:
        raise SizeError(f"the size {unknown[0]} is not known: {show(size)} is 0 whatever it is")
    if made is not None:
        _solve(made[1], inverted(made[0], number // others), sizes)
        return
    sizes[unknown[0]] = round((number / others) ** (1 / len(unknown)))


@lru_cache(maxsize=1)
def physical_memory() -> int:
    """Bytes of memory of this machine."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 8 * 2**30


def _loaded(program: Program, sizes: Mapping[str, int], dtype: np.dtype) -> Function:
    """The program as a function of straight-line NumPy."""
    names = Names([tensor.name for tensor in program.inputs], sizes, numpy_backend)
    try:
        text = running_text(program, numpy_backend, names)
    except NotImplementedError as error:
        raise OperandError(str(error)) from error
    space: dict[str, Any] = {"np": np, "dtype": dtype, **helpers(numpy_backend), **sizes_of(names, sizes)}
    exec(_code(text), space)
    function: Function = space["program"]
    return function


@lru_cache(maxsize=256)
def _code(text: str) -> Any:
    """The compiled text, registered so that tracebacks show its lines."""
    import builtins
    from hashlib import blake2b

    filename = f"<ricci {blake2b(text.encode(), digest_size=6).hexdigest()}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    return builtins.compile(text, filename, "exec")


__all__ = ["Compiled", "RicciError", "compile", "evaluate", "source"]
