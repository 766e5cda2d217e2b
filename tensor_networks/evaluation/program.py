"""A DAG of nodes as a straight line of array steps: what it computes, what it costs, how much memory it takes.

Every node becomes one step however many nodes use it, across all outputs; equal steps are one step. The nodes are
first `prepared`, then a `Builder` writes the line, and it is `improved`. A node with a `function` attribute is a call by
name.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from tensor_networks.axes import Axis, show_shape, value
from tensor_networks.errors import LimitError
from tensor_networks.evaluation.builder import Builder
from tensor_networks.evaluation.lowering import SAME_MEMORY, Step, entries
from tensor_networks.evaluation.operations import Said, Terms, counted, terms_of
from tensor_networks.evaluation.peephole import improved
from tensor_networks.evaluation.prepare import prepared
from tensor_networks.nodes import Node, Tensor, walk


@dataclass(frozen=True)
class Program:
    """A straight line of steps. `inputs` are the tensors below its roots, `outputs` the steps that are its results.

    `said` is what functions say of their operations.
    """

    steps: tuple[Step, ...]
    outputs: tuple[int, ...]
    inputs: tuple[Tensor, ...]
    said: Said = field(default_factory=dict)

    def last_uses(self) -> list[int]:
        """For every step the step that uses it last (itself if none; the number of steps for outputs)."""
        last = list(range(len(self.steps)))
        for number, step in enumerate(self.steps):
            for arg in step.args:
                last[arg] = number
        for output in self.outputs:
            last[output] = len(self.steps)
        for number in reversed(range(len(self.steps))):  # a view keeps its base alive
            if self.steps[number].op in SAME_MEMORY:
                base = self.steps[number].args[0]
                last[base] = max(last[base], last[number])
        return last

    def elements(self, sizes: Mapping[str, int]) -> tuple[int, tuple[Axis, ...], int]:
        """Array elements to allocate: those of the largest array, its axes, and the most that exist at one time."""
        last, count_of = self.last_uses(), cache(partial(entries, sizes))
        freed = Counter[int]()
        present = peak = largest = 0
        where: tuple[Axis, ...] = ()
        for number, step in enumerate(self.steps):
            if step.op not in SAME_MEMORY and step.op != "input":
                count = count_of(step.axes)
                if count > largest:
                    largest, where = count, step.axes
                present += count
                freed[last[number]] += count
            peak = max(peak, present)
            present -= freed.pop(number, 0)
        return largest, where, peak

    def flops(self, sizes: Mapping[str, int]) -> int:
        """Multiplications and additions."""
        return round(sum([counted(self.terms(step), sizes) for step in self.steps]))

    def terms(self, step: Step) -> Terms:
        """The multiplications and additions of a step, see `terms_of`."""
        return terms_of(self.steps, step, self.said)


def build(roots: Sequence[Node], sizes: Mapping[str, int], optimize: Any = None) -> Program:
    """The program that computes the roots. `sizes` are those that contraction orders are chosen for.

    Raises:
        OperandError: two tensors of one name differ in their axes.
        LimitError: an array of more than 64 axes would be needed.
        SizeError: the size of a symbol is not known.
    """
    ready = prepared(roots, sizes)
    builder = Builder(ready, sizes, optimize)
    outputs = [builder.output(root) for root in ready]
    traits = {name: tensor.traits for name, tensor in builder.inputs.items()}
    steps, outputs = improved(builder.line.steps, outputs, sizes, traits)
    inputs = builder.inputs
    if any(new is not root for new, root in zip(ready, roots, strict=True)):  # what cancels remains an input
        inputs = inputs | {node.name: node for node in walk(*roots) if isinstance(node, Tensor)}
    return Program(tuple(steps), tuple(outputs), tuple(inputs[name] for name in sorted(inputs)), builder.said)


def check_memory(program: Program, sizes: Mapping[str, int], limit: float, itemsize: int = 8) -> None:
    """Refuse a program that needs more than `limit` bytes for its results and intermediates.

    Raises:
        LimitError: it does; says the shape of the largest array and bytes.
    """
    count_of = cache(partial(entries, sizes))
    if sum([count_of(step.axes) for step in program.steps if step.op not in SAME_MEMORY]) * itemsize <= limit:
        return  # even if nothing was freed
    largest, where, peak = program.elements(sizes)
    if peak * itemsize <= limit:
        return
    shape = " x ".join(str(value(axis, sizes)) for axis in where)
    raise LimitError(
        f"not enough memory: an array of shape {shape} ({show_shape(where)}) takes {show_bytes(largest * itemsize)}, "
        f"all arrays together {show_bytes(peak * itemsize)}; the memory limit is {show_bytes(limit)}"
    )


def show_bytes(count: float) -> str:
    """Bytes as a person reads them: ``6.5e14 bytes (648 TB)``."""
    mantissa, exponent = f"{count:.1e}".split("e")
    size, units = float(count), ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"]
    place = min(int(exponent) // 3, len(units) - 1)
    exact = f"{mantissa.removesuffix('.0')}e{int(exponent)} bytes" if int(exponent) > 3 else f"{int(count)} bytes"
    return f"{exact} ({size / 1000**place:.3g} {units[place]})" if place else exact
