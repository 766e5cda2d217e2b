"""Larger than memory, or than one process: a product is computed slice by slice along one of its wires.

A wire that is summed gives slices to add, one that is an axis of the result gives slices to set side by side. The wire and
the number of slices are chosen so that a slice fits into the memory allowed and the fewest operations are repeated. Slices
are computed here, or by whatever has a ``submit`` that returns a future; one whose worker dies is computed again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from functools import lru_cache
from math import ceil, prod
from typing import Any, NamedTuple

import numpy as np

from ricci.compiled import SHARE, Compiled, physical_memory, source
from ricci.foreign import common_backend
from ricci.functions import Apply, apply
from tensor_networks.axes import value
from tensor_networks.costs import cost
from tensor_networks.errors import LimitError
from tensor_networks.networks import Network, Sum, network, total
from tensor_networks.nodes import Node, Tensor, tensor
from tensor_networks.program import Program, build, check_memory

SLICE = "slice"  # the size symbol of what is cut
ATTEMPTS = 3  # times that a slice is tried
WAITING = 16  # slices handed out at one time
Cut = dict[str, tuple[str, tuple[int, ...]]]  # name of a cut leaf -> the name of the whole one, the axes that are cut
Runner = Callable[[Mapping[str, Any]], Any]


class Plan(NamedTuple):
    """How a node is sliced: the node of one slice, its cut leaves, the axis of the result (None: slices are added)."""

    node: Node
    cut: Cut
    axis: int | None
    size: int
    length: int
    program: Program


class Unsliceable(Exception):
    """A node is no product or sum along an axis."""


def planned(node: Node, sizes: Mapping[str, int], limit: float, itemsize: int, optimize: Any = None, slices: int = 2) -> Plan:
    """The cheapest way to slice a node so that its result, and a slice with all that it needs, fit into `limit` bytes.
    There are at least `slices` slices, if the wire is that long.

    Raises:
        LimitError: there is none; says the memory that is needed.
    """
    result = prod(value(axis, sizes) for axis in node.axes) * itemsize
    best: tuple[float, Plan] | None = None
    for made, cut, axis, length in _candidates(node, sizes):
        size = 2 * ceil(length / slices)
        while size > 1:
            size = ceil(size / 2)
            known = {**sizes, SLICE: size}
            program = build([made], known, optimize)
            if program.elements(known)[2] * itemsize + result <= limit:
                price = cost(program, known).flops * ceil(length / size)
                if best is None or price < best[0]:
                    best = price, Plan(made, cut, axis, size, length, program)
                break
    if best is None:
        check_memory(build([node], sizes, optimize), sizes, min(limit, result), itemsize)
        raise LimitError(f"the result alone takes {result} bytes, and the memory limit is {limit:g}")
    return best[1]


def _candidates(node: Node, sizes: Mapping[str, int]) -> list[tuple[Node, Cut, int | None, int]]:
    """What can be sliced: (node of a slice, its cut leaves, axis of the result or None, length), the longest first."""
    found: list[tuple[Node, Cut, int | None, int]] = []
    for axis in range(node.order):
        cut: Cut = {}
        try:
            found.append((restricted(node, frozenset((axis,)), cut), cut, axis, value(node.axes[axis], sizes)))
        except Unsliceable:
            continue
    number: Any = 1
    if isinstance(node, Sum) and len(node.terms) == 1:
        node, number = node.terms[0]
    if isinstance(node, Network):
        for wire in range(len(node.sizes)):
            held = any((wire,) in factor.slots for factor in node.factors)
            if wire not in node.free and held:
                cut = {}
                try:
                    made = total([(_without_wire(node, wire, cut), number)])
                except Unsliceable:
                    continue
                found.append((made, cut, None, value(node.sizes[wire], sizes)))
    return sorted(found, key=lambda entry: -entry[3])


def restricted(node: Node, axes: frozenset[int], cut: Cut) -> Node:
    """The node with some axes cut to one slice, over leaves that are cut; these are entered into `cut`.

    Raises:
        Unsliceable: something below it is no sum or product along such an axis.
    """
    if not axes:
        return node
    if isinstance(node, Tensor):
        name = f"{node.name}[{','.join(map(str, sorted(axes)))}]"
        cut[name] = node.name, tuple(sorted(axes))
        return tensor(name, [SLICE if axis in axes else size for axis, size in enumerate(node.axes)])
    if isinstance(node, Sum):
        if not node.terms:
            raise Unsliceable
        return total([(restricted(term, axes, cut), number) for term, number in node.terms])
    if isinstance(node, Network):
        wires = {wire for axis in axes for wire in node.outputs[axis]}
        doubled = [wire for group in node.outputs for wire in group]
        if any(len(node.outputs[axis]) > 1 for axis in axes) or any(doubled.count(wire) > 1 for wire in wires):
            raise Unsliceable
        return _cut(node, wires, cut)
    if isinstance(node, Apply) and (node.function.elementwise or max(axes) < node.batch):
        return apply(node.function.name, *(restricted(arg, axes, cut) for arg in node.args))
    raise Unsliceable


def _without_wire(node: Network, wire: int, cut: Cut) -> Node:
    return _cut(node, {wire}, cut)


def _cut(node: Network, wires: set[int], cut: Cut) -> Node:
    """The network with some wires cut to one slice."""
    factors = []
    for child, slots, exponent in node.factors:
        touched = [axis for axis, group in enumerate(slots) if wires & set(group)]
        if any(len(slots[axis]) > 1 for axis in touched):
            raise Unsliceable
        factors.append((restricted(child, frozenset(touched), cut), slots, exponent))
    return network(factors, node.outputs, {w: SLICE if w in wires else size for w, size in enumerate(node.sizes)})


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
    starts = list(range(0, plan.length, plan.size))
    for done, (start, part) in enumerate(_parts(plan, arrays, starts, runner, executor), 1):
        if plan.axis is None:
            out += part
        else:
            out[(slice(None),) * plan.axis + (slice(start, start + plan.size),)] = part
        if progress is not None:
            progress(done, len(starts))
    return out


def _given(plan: Plan, arrays: Mapping[str, Any], start: int) -> dict[str, Any]:
    """The arrays of one slice."""
    stop = min(start + plan.size, plan.length)
    needed = {leaf.name for leaf in plan.program.inputs}
    given = {name: array for name, array in arrays.items() if name in needed}
    for name, (whole, axes) in plan.cut.items():
        order = np.ndim(arrays[whole])
        given[name] = arrays[whole][tuple(slice(start, stop) if k in axes else slice(None) for k in range(order))]
    return given


def _parts(plan: Plan, arrays: Mapping[str, Any], starts: list[int], runner: Runner, executor: Any) -> Any:
    """The slices with their results, as they come."""
    if executor is None:
        yield from ((start, runner(_given(plan, arrays, start))) for start in starts)
        return
    make = None if hasattr(executor, "submit") else executor
    pool: Executor = make() if make else executor
    todo, tries = list(reversed(starts)), dict.fromkeys(starts, 0)
    waiting: list[tuple[int, Future[Any]]] = []
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
        arrays = dict(zip(self.names, given, strict=False)) | arrays
        elsewhere = self.compiled.backend is None and common_backend(arrays)
        if self.executor is None or elsewhere:
            try:
                return self.compiled(**arrays)
            except LimitError:
                if elsewhere:
                    raise
        found, sizes = self.compiled.bound(**arrays)
        values = [self._value(node, found, sizes) for node in self.compiled.nodes]
        return values[0] if self.compiled.single else values

    def _value(self, node: Node, arrays: Mapping[str, np.ndarray], sizes: Mapping[str, int]) -> np.ndarray:
        compiled = self.compiled
        dtype = np.result_type(*(arrays[name] for name in compiled.names)) if compiled.names else np.dtype(float)
        limit = physical_memory() * SHARE if compiled.memory_limit is None else compiled.memory_limit
        plan = planned(node, sizes, limit, dtype.itemsize, compiled.optimize, self.slices)
        runner = SourceRunner(source([plan.node], optimize=compiled.optimize, sizes={**sizes, SLICE: plan.size}))
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
