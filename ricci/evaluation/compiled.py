"""From nodes to numbers: bind arrays to tensors, plan, run; and the same program as standalone source.

`Compiled` remembers, for every combination of shapes and dtypes that it has met, a function of straight-line NumPy, so
that a later call costs little more than its arithmetic.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import Context
from functools import lru_cache
from threading import Lock, local
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np

from ricci.constants import constants_of
from ricci.evaluation.binding import as_array, bind, givers_of, leaves_of
from ricci.evaluation.foreign import Elsewhere, common_backend
from ricci.evaluation.safe import build, safe
from ricci.traits.points import trait_check
from tensor_networks.axes import show_shape
from tensor_networks.backends import jax as jax_backend
from tensor_networks.backends import numpy as numpy_backend
from tensor_networks.backends import torch as torch_backend
from tensor_networks.backends.running import entry, loaded, made
from tensor_networks.backends.source import standalone_text
from tensor_networks.errors import LimitError, OperandError, SizeError, UnknownName, choice, clip, suggestion
from tensor_networks.evaluation.costs import Cost, cost
from tensor_networks.evaluation.einsum_program import einsum_steps
from tensor_networks.evaluation.program import check_memory
from tensor_networks.limits import current
from tensor_networks.nodes import Node, Tensor

BACKENDS: dict[str, ModuleType] = {"numpy": numpy_backend, "jax": jax_backend, "torch": torch_backend}
STYLES = ("fast", "einsum")
NOMINAL = 100  # the size that source is planned for where none is given
SHARE = 0.8  # of the physical memory that results and intermediates may take
FLOAT = np.dtype(float)
Function: TypeAlias = Callable[..., Any]


def evaluate(
    nodes: Iterable[Node],
    arrays: Mapping[str, Any],
    declared: Iterable[Tensor] = (),
    memory_limit: float | None = None,
    optimize: Any = None,
    given: Sequence[Any] = (),
) -> list[Any]:
    """The values of the nodes.

    Args:
        nodes: what to compute, together: what they share is computed once.
        arrays: an array for every tensor by name, and, where no array tells it, an integer for a size by its symbol.
        declared: tensors that may be given although no node needs them; their shapes are checked and tell sizes.
        memory_limit: bytes that results and intermediates may take; 80 % of the physical memory by default.
        optimize: how contraction orders are chosen, see `tensor_networks.evaluation.plan.order`.
        given: arrays in the alphabetical order of the tensors' names.

    Raises:
        OperandError: an array is missing, is no array of numbers, or lacks the symmetry that was declared.
        SizeError: sizes clash, or a size is not known.
        LimitError: the memory does not suffice.
        UnknownName: an array is given for an unknown name.
    """
    limit = current().memory if memory_limit is None else memory_limit
    settings = (tuple(nodes), None, tuple(declared), limit, hashable(optimize))
    try:
        compiled = _remembered(*settings)
    except TypeError:  # the planner cannot be hashed
        compiled = Compiled(*settings)
    result: list[Any] = compiled(**(compiled.named(given, arrays) if given else arrays))
    return result


def hashable(optimize: Any) -> Any:
    """A contraction path as tuples; anything else as it is."""
    if isinstance(optimize, (list, tuple)):
        return tuple(tuple(pair) if isinstance(pair, (list, tuple)) else pair for pair in optimize)
    return optimize


def compile(
    nodes: Iterable[Node],
    backend: str | None = None,
    declared: Iterable[Tensor] = (),
    memory_limit: float | None = None,
    optimize: Any = None,
    single: bool = False,
) -> Compiled:
    """A callable of arrays that returns the list of the values of the nodes; if `single`, the value of the one node.

    Without a backend it is that of the arrays, for every call.

    Raises:
        UnknownName: there is no such backend.
    """
    return Compiled(tuple(nodes), backend, tuple(declared), memory_limit, hashable(optimize), single)


def source(
    nodes: Iterable[Node],
    backend: str = "numpy",
    title: str = "",
    declared: Iterable[Tensor] = (),
    sizes: Mapping[str, int] | None = None,
    optimize: Any = None,
    style: str = "fast",
    name: str = "program",
) -> str:
    """Standalone source of a function of the tensors, called `name`, for one of the backends.

    It returns an array for one node, a tuple for several. `title` becomes a comment. The contraction order is chosen
    for `sizes`, 100 for those not given; the code is right for all sizes. With the style ``"einsum"`` every product is
    one einsum, and all else elementwise, for other software to take.

    Raises:
        UnknownName: there is no such backend, or no such style.
        OperandError: the backend lacks a function, or the function cannot have that name.
    """
    nodes = tuple(nodes)
    table = _backend(backend)
    choice(style, STYLES, "style")
    tensors, symbols = leaves_of(nodes)
    nominal = {symbol: (sizes or {}).get(symbol, NOMINAL) for symbol in symbols}
    program = einsum_steps(safe(nodes)) if style == "einsum" else build(nodes, nominal, optimize)
    read = {tensor.name: tensor for tensor in (*givers_of(symbols, tensors, declared), *tensors.values())}
    inputs = [read[name] for name in sorted(read)]
    try:
        axes = [node.axes for node in nodes]
        return standalone_text(program, table, inputs, title, axes, constants_of(*tensors.values()), name=name)
    except NotImplementedError as error:
        raise OperandError(str(error)) from error


def _backend(name: str) -> ModuleType:
    return BACKENDS[choice(name, BACKENDS, "backend")]


class Compiled:
    """A callable of arrays, by name or in the order of `names`; `source` is its standalone source.

    Every instance gets a class of its own, whose call is a function made for these names.
    """

    def __init__(
        self,
        nodes: tuple[Node, ...],
        backend: str | None = None,
        declared: tuple[Tensor, ...] = (),
        memory_limit: float | None = None,
        optimize: Any = None,
        single: bool = False,
    ) -> None:
        self.nodes, self.backend, self.declared, self.single = nodes, backend, declared, single
        self.memory_limit, self.optimize = memory_limit, optimize
        self.table = _backend(backend or "numpy")
        self.tensors, self.symbols = leaves_of(nodes)
        self.constants = constants_of(*self.tensors.values())
        self.names = tuple(sorted(self.tensors.keys() - self.constants.keys()))
        self._extra = {tensor.name: tensor for tensor in declared if tensor.name not in self.tensors}
        self._checks = {name: trait_check(tensor) for name, tensor in self.tensors.items() if name in self.names}
        self._known: dict[Any, Function] = {}
        self._programs: dict[Any, Any] = {}
        self._lock = Lock()
        if self.table is numpy_backend:
            self._install()

    def _install(self) -> None:
        """Give the instance its fast way in."""
        checked = [name for name in self.names if self._checks[name]]
        text = entry(self.names, checked)
        if text is not None:
            maker = made(text, "_maker", {"_ndarray": np.ndarray, "_float": FLOAT})
            checks = [self._checks[name] for name in checked]
            call = maker(self._known, _quiet, self._general, _failed, checks)
            own = {"__call__": staticmethod(call), "__doc__": self.__doc__}
            self.__class__ = type(type(self).__name__, (type(self),), own)

    @property
    def _inputs(self) -> str:
        """The inputs and their shapes, as text."""
        return ", ".join(f"{clip(name)}: {show_shape(self.tensors[name].axes)}" for name in self.names)

    def __repr__(self) -> str:
        results = ", ".join(show_shape(node.axes) for node in self.nodes)
        return f"Compiled({self._inputs} -> {results})" + (f" on {self.backend}" if self.backend else "")

    @property
    def __wrapped__(self) -> Function:
        """The function that standalone source defines, for `inspect`: its text, its signature."""
        return made(self.source, "program", {})

    @property
    def source(self) -> str:
        """Standalone source."""
        return self._source(self.backend or "numpy")

    def _source(self, backend: str) -> str:
        return source(self.nodes, backend, declared=self.declared, optimize=self.optimize)

    def cost(self, /, **sizes: int) -> Cost:
        """What a call costs for sizes given by symbol (100 for those not given); printed, it is a report.

        Raises:
            UnknownName: there is no such size.
        """
        for symbol in sizes:
            choice(symbol, self.symbols, "size")
        numbers = dict.fromkeys(self.symbols, NOMINAL) | sizes
        return cost(build(self.nodes, numbers, self.optimize), numbers)

    def __call__(self, /, *given: Any, **arrays: Any) -> Any:
        """The values of the nodes; see `evaluate`."""
        return self._general(self.named(given, arrays))

    def named(self, given: Sequence[Any], arrays: Mapping[str, Any]) -> dict[str, Any]:
        """The arrays given in order and by name, all by name.

        Raises:
            OperandError: there are more than inputs, or one is given twice.
        """
        if len(given) > len(self.names):
            raise OperandError(
                f"there are {len(self.names)} inputs, not {len(given)}", hint=f"they are {self._inputs or 'none'}"
            )
        if twice := [name for name in self.names[: len(given)] if name in arrays]:
            raise OperandError(f"{clip(twice[0])} is given twice, in order and by name")
        return dict(zip(self.names, given, strict=False)) | dict(arrays)

    def bound(self, /, *given: Any, **arrays: Any) -> tuple[dict[str, np.ndarray], dict[str, int]]:
        """The arrays, converted and checked against their tensors and each other, and the sizes that they tell.

        Raises:
            SizeError, OperandError, UnknownName: see `evaluate`.
        """
        found, sizes = self._matched(self.named(given, arrays), as_array)
        for name in self.names:
            if check := self._checks[name]:
                check(found[name])
        return found, sizes

    def _matched(self, arrays: Mapping[str, Any], convert: Callable[[str, Any], Any]) -> tuple[dict[str, Any], dict[str, int]]:
        """The arrays, converted, with shapes that fit, and the sizes that they tell."""
        found, sizes = self._sorted_out(arrays, convert)
        tensors = {**self.tensors, **self._extra}
        bind([(tensors[name], array) for name, array in {**self.constants, **found}.items()], sizes)
        for symbol in self.symbols:
            if symbol not in sizes:
                raise SizeError(f"the size {symbol} is not known: give {symbol}=... or an array that has it")
        return found, sizes

    def _general(self, arrays: dict[str, Any], more: Sequence[Any] = ()) -> Any:
        """Convert and check the arrays, find or make the function for their shapes and dtypes, and run it.

        `more` are those that there is no name for.
        """
        if more:
            arrays = self.named([*map(arrays.get, self.names), *more], {})
        arrays = {name: array for name, array in arrays.items() if array is not None}
        backend = self.backend or common_backend(arrays) or "numpy"
        if backend != "numpy":
            return self._elsewhere(backend, arrays)
        given, sizes = self.bound(**arrays)
        read = [given[name] for name in self.names]
        run = self._program(sizes, read or list(given.values()))  # what reads nothing has the type of what is given
        if list(arrays) == list(self.names) and all(arrays[name] is given[name] for name in self.names):
            shapes = [array.shape for array in read]
            floats = all(array.dtype is FLOAT for array in read)
            known = tuple(shapes) if floats else tuple(part for array in read for part in (array.shape, array.dtype))
            self._known[known] = run
        try:
            return _quiet.run(run, *read)
        except Exception as error:
            return _failed(error, run, read)

    def _sorted_out(
        self, arrays: Mapping[str, Any], convert: Callable[[str, Any], Any]
    ) -> tuple[dict[str, Any], dict[str, int]]:
        """The arrays, converted, and the sizes given by symbol."""
        given: dict[str, Any] = {}
        sizes: dict[str, int] = {}
        for name, array in arrays.items():
            if name in self.constants:
                if not np.array_equal(array, self.constants[name], equal_nan=True):
                    raise OperandError(f"{clip(name)} is a constant with other entries than the array given for it")
            elif name in self.tensors or name in self._extra:
                given[name] = convert(name, array)
            elif name in self.symbols and isinstance(array, int | np.integer) and array >= 0:
                sizes[name] = int(array)
            else:
                known = [*self.names, *self._extra]
                inputs = ", ".join(map(clip, known)) or "none"
                hint = suggestion(name, known)
                raise UnknownName(f"there is no tensor {clip(name)}; the inputs are {inputs}", hint=hint)
        missing = [name for name in self.names if name not in given]
        if missing:
            shapes = ", ".join(f"{clip(name)} ({show_shape(self.tensors[name].axes)})" for name in missing)
            raise OperandError(f"no array is given for {shapes}")
        return given, sizes

    def _program(self, sizes: Mapping[str, int], arrays: Sequence[np.ndarray]) -> Function:
        """The function for these sizes and arrays of these dtypes."""
        dtype = np.result_type(*arrays) if arrays else FLOAT
        mixed = any(array.dtype != dtype for array in arrays)
        key = (tuple(sorted(sizes.items())), dtype, mixed)
        with self._lock:
            run = self._programs.get(key)
            if run is None:
                program = build(self.nodes, sizes, self.optimize)
                limit = physical_memory() * SHARE if self.memory_limit is None else self.memory_limit
                check_memory(program, sizes, limit, dtype.itemsize)
                try:
                    finish = self._finish(sizes)
                    run = loaded(program, sizes, dtype, self.constants, self.names, self.single, not mixed, finish)
                except NotImplementedError as error:
                    raise OperandError(str(error)) from error
                self._programs[key] = run
        return run

    def _finish(self, sizes: Mapping[str, int]) -> Callable[[list[Any]], Any] | None:
        """What makes the result of a call out of the list of values; None where that is the result."""

    def _elsewhere(self, backend: str, arrays: Mapping[str, Any]) -> Any:
        """The values on another backend, through its standalone source."""
        with self._lock:
            if backend not in self._programs:
                program = made(self._source(backend), "program", {})
                givers = givers_of(leaves_of(self.nodes)[1], self.tensors, self.declared)
                read = [*self.names, *(giver.name for giver in givers)]
                checks = {name: (self.tensors[name], check) for name, check in self._checks.items() if check}
                self._programs[backend] = Elsewhere(backend, program, read, checks, self._matched, self._admitted)
        result = self._programs[backend](arrays)
        if len(self.nodes) == 1:
            return result if self.single else [result]
        return list(result)

    def _admitted(self, sizes: Mapping[str, int], itemsize: int) -> None:
        if self.memory_limit is not None:
            check_memory(build(self.nodes, sizes, self.optimize), sizes, self.memory_limit, itemsize)


class _Quiet(local):
    """`run(function, *arguments)`, without NumPy's warnings: a context in which they are off, one for every thread."""

    def __init__(self) -> None:
        context = Context()
        context.run(np.seterr, all="ignore")
        self.run = context.run


_quiet = _Quiet()


def _failed(error: Exception, run: Function, arrays: Sequence[np.ndarray]) -> Any:
    """What a failure means; where a program met itself (in a signal handler), its value."""
    if isinstance(error, np.linalg.LinAlgError):
        raise OperandError(f"cannot be computed at these arrays: {error}") from error
    if isinstance(error, MemoryError):
        raise LimitError(f"not enough memory: {error}") from error
    if isinstance(error, RuntimeError) and "already entered" in str(error):
        with np.errstate(all="ignore"):
            return run(*arrays)
    raise error


@lru_cache(maxsize=256)
def _remembered(*settings: Any) -> Compiled:
    return Compiled(*settings)


@lru_cache(maxsize=1)
def physical_memory() -> int:
    """Bytes of memory of this machine."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 8 * 2**30
