"""Larger than memory, or than one process: a product is computed slice by slice along some of its wires.

A wire that is summed gives slices to add, one that is an axis of the result gives slices to set side by side. The wires,
as few as will do, and the number of slices are chosen so that a slice fits into the memory allowed and the fewest operations
are repeated. Slices are computed here, or by whatever has a ``submit`` that returns a future; one whose worker dies is
computed again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from functools import lru_cache
from itertools import product
from math import ceil, prod
from typing import Any, NamedTuple

import numpy as np

from ricci.evaluation.compiled import SHARE, Compiled, physical_memory, source
from ricci.evaluation.foreign import common_backend
from ricci.evaluation.safe import build
from ricci.functions import Apply, apply
from tensor_networks.axes import Axis, value
from tensor_networks.errors import LimitError
from tensor_networks.evaluation.costs import cost
from tensor_networks.evaluation.program import Program, check_memory
from tensor_networks.networks import Network, Sum, network, total
from tensor_networks.nodes import Node, Tensor, tensor

SYMBOL = "slice{}"  # the size symbols of what is cut
ATTEMPTS = 3  # times that a slice is tried
WAITING = 16  # slices handed out at one time
MOST_WIRES = 3  # that are cut at one time
BEAM = 4  # ways of cutting that are looked into further
Cut = dict[str, tuple[str, tuple[tuple[int, int], ...]]]  # cut leaf -> whole one, and the cut wire of some of its axes
Runner = Callable[[Mapping[str, Any]], Any]
Start = tuple[int, ...]


class Wire(NamedTuple):
    """What is cut: an axis of the result, or a wire that is summed (None), and its length."""

    axis: int | None
    length: int


class Way(NamedTuple):
    """A way to slice: the node of one slice, its cut leaves, the wires that are cut."""

    node: Node
    cut: Cut
    wires: tuple[Wire, ...]


class Plan(NamedTuple):
    """How a node is sliced: the way, how much of every wire is in one slice, and the program of a slice."""

    way: Way
    lengths: tuple[int, ...]
    program: Program

    def starts(self) -> list[Start]:
        """Where the slices begin."""
        ranges = (range(0, wire.length, size) for wire, size in zip(self.way.wires, self.lengths, strict=True))
        return list(product(*ranges))


class Unsliceable(Exception):
    """A node is no product or sum along an axis."""


def planned(node: Node, sizes: Mapping[str, int], limit: float, itemsize: int, optimize: Any = None, slices: int = 2) -> Plan:
    """The cheapest way to slice a node so that its result, and a slice with all that it needs, fit into `limit` bytes.
    There are at least `slices` slices, if the wire is that long.

    Raises:
        LimitError: there is none; says the memory that is needed.
    """
    result = prod(value(axis, sizes) for axis in node.axes) * itemsize
    ways = [Way(node, {}, ())]
    for _ in range(MOST_WIRES):
        fitting: list[tuple[float, Plan]] = []
        failing: list[tuple[int, Way]] = []
        for way in [longer for shorter in ways for longer in _ways(shorter, sizes)]:
            lengths = [wire.length for wire in way.wires]
            lengths[-1] = ceil(lengths[-1] / slices)
            while True:
                known = {**sizes, **{SYMBOL.format(k): length for k, length in enumerate(lengths)}}
                program = build([way.node], known, optimize)
                needed = program.elements(known)[2] * itemsize + result
                count = prod(ceil(wire.length / size) for wire, size in zip(way.wires, lengths, strict=True))
                if needed <= limit:
                    fitting.append((cost(program, known).flops * count, Plan(way, tuple(lengths), program)))
                if needed <= limit or max(lengths) <= 1:
                    break
                longest = lengths.index(max(lengths))
                lengths[longest] = ceil(lengths[longest] / 2)
            failing.append((needed, way))
        if fitting:
            return min(fitting, key=lambda entry: entry[0])[1]
        ways = [way for _, way in sorted(failing, key=lambda entry: entry[0])[:BEAM]]
    check_memory(build([node], sizes, optimize), sizes, min(limit, result), itemsize)
    raise LimitError(f"the result alone takes {result} bytes, and the memory limit is {limit:g}")


def _ways(way: Way, sizes: Mapping[str, int]) -> list[Way]:
    """The ways with one more wire cut, the longest first."""
    found: list[Way] = []
    cut_axes = {wire.axis for wire in way.wires}

    def add(axis: int | None, size: Axis, make: Callable[[Cutter], Node]) -> None:
        cutter = Cutter(len(way.wires), way.cut)
        try:
            node = make(cutter)
        except Unsliceable:
            return
        found.append(Way(node, cutter.cut, (*way.wires, Wire(axis, value(size, sizes)))))

    node = way.node
    for axis in range(node.order):
        if axis not in cut_axes:
            add(axis, node.axes[axis], lambda cutter, axis=axis: cutter.restricted(node, frozenset((axis,))))  # type: ignore[misc]
    product_node, number = node.terms[0] if isinstance(node, Sum) and len(node.terms) == 1 else (node, 1)
    if isinstance(product_node, Network):
        cut_already = {SYMBOL.format(k) for k in range(len(way.wires))}
        for wire, size in enumerate(product_node.sizes):
            held = any((wire,) in factor.slots for factor in product_node.factors)
            if wire not in product_node.free and held and size not in cut_already:
                add(None, size, lambda cutter, wire=wire: total([(cutter.network(product_node, {wire}), number)]))  # type: ignore[misc]
    return sorted(found, key=lambda longer: -longer.wires[-1].length)


class Cutter:
    """Cuts one more wire of a node: `cut` becomes the leaves that are cut, `number` counts the wire."""

    def __init__(self, number: int, cut: Cut) -> None:
        self.number, self.before, self.cut = number, cut, dict(cut)
        self.symbol = SYMBOL.format(number)

    def restricted(self, node: Node, axes: frozenset[int]) -> Node:
        """The node with some axes cut to one slice, over leaves that are cut.

        Raises:
            Unsliceable: something below it is no sum or product along such an axis.
        """
        if not axes:
            return node
        if isinstance(node, Tensor):
            whole, places = self.before.get(node.name, (node.name, ()))
            places = (*places, *((axis, self.number) for axis in sorted(axes)))
            name = f"{whole}[{','.join(f'{axis}:{number}' for axis, number in places)}]"
            self.cut[name] = whole, places
            return tensor(name, [self.symbol if axis in axes else size for axis, size in enumerate(node.axes)])
        if isinstance(node, Sum) and node.terms:
            return total([(self.restricted(term, axes), number) for term, number in node.terms])
        if isinstance(node, Network):
            wires = {wire for axis in axes for wire in node.outputs[axis]}
            flat = [wire for group in node.outputs for wire in group]
            if any(len(node.outputs[axis]) > 1 for axis in axes) or any(flat.count(wire) > 1 for wire in wires):
                raise Unsliceable
            return self.network(node, wires)
        if isinstance(node, Apply) and (node.function.elementwise or max(axes) < node.batch):
            return apply(node.function.name, *(self.restricted(arg, axes) for arg in node.args))
        raise Unsliceable

    def network(self, node: Network, wires: set[int]) -> Node:
        """The network with some wires cut to one slice."""
        factors = []
        for child, slots, exponent in node.factors:
            touched = [axis for axis, group in enumerate(slots) if wires & set(group)]
            if any(len(slots[axis]) > 1 for axis in touched):
                raise Unsliceable
            factors.append((self.restricted(child, frozenset(touched)), slots, exponent))
        return network(factors, node.outputs, {w: self.symbol if w in wires else size for w, size in enumerate(node.sizes)})


def computed(
    plan: Plan,
    arrays: Mapping[str, Any],
    out: np.ndarray,
    runner: Runner,
    executor: Any = None,
    progress: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """The result of all slices, written or added into `out`, which is zero.

    Args:
        arrays: the whole arrays by name; slices of them are taken as views.
        runner: the function of the arrays of one slice; an executor must be able to ship it.
        executor: None, anything with ``submit``, or a function without arguments that makes one: then a broken pool is
            replaced.
        progress: called with the number of slices that are done and of all.
    """
    starts = plan.starts()
    for done, (start, part) in enumerate(_parts(plan, arrays, starts, runner, executor), 1):
        place = [slice(None)] * out.ndim
        for wire, begin, size in zip(plan.way.wires, start, plan.lengths, strict=True):
            if wire.axis is not None:
                place[wire.axis] = slice(begin, begin + size)
        out[tuple(place)] += part
        if progress is not None:
            progress(done, len(starts))
    return out


def _given(plan: Plan, arrays: Mapping[str, Any], start: Start) -> dict[str, Any]:
    """The arrays of one slice."""
    needed = {leaf.name for leaf in plan.program.inputs}
    given = {name: array for name, array in arrays.items() if name in needed}
    for name in needed & plan.way.cut.keys():
        whole, places = plan.way.cut[name]
        part = [slice(None)] * np.ndim(arrays[whole])
        for axis, number in places:
            part[axis] = slice(start[number], min(start[number] + plan.lengths[number], plan.way.wires[number].length))
        given[name] = arrays[whole][tuple(part)]
    return given


def _parts(
    plan: Plan, arrays: Mapping[str, Any], starts: Sequence[Start], runner: Runner, executor: Any
) -> Iterator[tuple[Start, Any]]:
    """The slices with their results, as they come."""
    if executor is None:
        yield from ((start, runner(_given(plan, arrays, start))) for start in starts)
        return
    make = None if hasattr(executor, "submit") else executor
    pool: Executor = make() if make else executor
    todo, tries = list(reversed(starts)), dict.fromkeys(starts, 0)
    waiting: list[tuple[Start, Future[Any]]] = []
    while todo or waiting:
        while todo and len(waiting) < WAITING:
            start = todo.pop()
            tries[start] += 1
            waiting.append((start, pool.submit(runner, _given(plan, arrays, start))))
        start, future = waiting.pop(0)
        try:
            part = future.result()
        except Exception:
            if tries[start] >= ATTEMPTS:
                raise
            todo.append(start)
            if make is not None and not any(other.done() and not other.exception() for _, other in waiting):
                todo += [other for other, _ in waiting]
                waiting, pool = [], make()
        else:
            yield start, part


class Sliced:
    """A callable like `Compiled` that computes what does not fit into memory, or is to be spread out, slice by slice."""

    def __init__(
        self,
        compiled: Compiled,
        executor: Any = None,
        progress: Callable[[int, int], None] | None = None,
        slices: int = 2,
    ) -> None:
        self.compiled, self.executor, self.progress, self.slices = compiled, executor, progress, slices
        self.names = compiled.names

    def __repr__(self) -> str:
        return f"Sliced({', '.join(self.names)}) in at least {self.slices} slices where memory needs it"

    @property
    def source(self) -> str:
        """Standalone source of the whole, unsliced."""
        return self.compiled.source

    def cost(self, /, **sizes: int) -> Any:
        """What the whole costs, unsliced."""
        return self.compiled.cost(**sizes)

    def __call__(self, /, *given: Any, **arrays: Any) -> Any:
        """The values, see `Compiled`.

        Arrays of JAX and torch are not sliced.

        Raises:
            LimitError: no way of slicing fits into the memory allowed; says what is needed.
        """
        arrays = self.compiled.named(given, arrays)
        elsewhere = self.compiled.backend is None and common_backend(arrays)
        if self.executor is None or elsewhere:
            try:
                return self.compiled(**arrays)
            except LimitError:
                if elsewhere:
                    raise
        found, sizes = self.compiled.bound(**arrays)
        values = [self._value(node, found, sizes)[()] for node in self.compiled.nodes]
        return values[0] if self.compiled.single else values

    def _value(self, node: Node, arrays: Mapping[str, np.ndarray], sizes: Mapping[str, int]) -> np.ndarray:
        compiled = self.compiled
        dtype = np.result_type(*(arrays[name] for name in compiled.names)) if compiled.names else np.dtype(float)
        limit = physical_memory() * SHARE if compiled.memory_limit is None else compiled.memory_limit
        plan = planned(node, sizes, limit, dtype.itemsize, compiled.optimize, self.slices)
        lengths = {SYMBOL.format(number): length for number, length in enumerate(plan.lengths)}
        runner = SourceRunner(source([plan.way.node], optimize=compiled.optimize, sizes={**sizes, **lengths}))
        out = np.zeros([value(axis, sizes) for axis in node.axes], dtype)
        return computed(plan, arrays, out, runner, self.executor, self.progress)


class SourceRunner:
    """A function of the arrays of a slice that any process can run: it carries standalone source."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __call__(self, arrays: Mapping[str, Any]) -> Any:
        return _program_of(self.text)(**arrays)


@lru_cache(maxsize=16)
def _program_of(text: str) -> Callable[..., Any]:
    space: dict[str, Any] = {}
    exec(text, space)
    function: Callable[..., Any] = space["program"]
    return function
