"""A DAG of nodes as a straight line of array steps.

Every node becomes one step however many nodes use it, across all outputs; equal steps are one step. A network becomes
a core, whose wires are distinct, and an output pattern: doubled outputs are a write to a diagonal of zeros, wires
without a factor stay axes of size 1 until a shape is really needed, groups are a reshape. A node with a `function`
attribute is a call by name.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, NamedTuple

from tensor_networks import plan
from tensor_networks.axes import Axis, show_shape, value
from tensor_networks.errors import LimitError, OperandError
from tensor_networks.lowering import VIEWS, Line, Operand, Step, align, arrange, contract, reduce, view
from tensor_networks.networks import Network, Sum
from tensor_networks.nodes import Node, Size, Tensor, walk
from tensor_networks.numbers import Number
from tensor_networks.patterns import Pattern

TERMS_AT_ONCE = 8  # a longer sum is accumulated


class Held(NamedTuple):
    """The value of a node while the line is built: a step whose `thin` axes still have size 1 and stand for copies."""

    step: int
    thin: frozenset[int]
    axes: tuple[Axis, ...]


@dataclass(frozen=True)
class Program:
    """A straight line of steps. `inputs` are the tensors it reads, `outputs` the steps that are its results."""

    steps: tuple[Step, ...]
    outputs: tuple[int, ...]
    inputs: tuple[Tensor, ...]

    def last_uses(self) -> list[int]:
        """For every step the step that uses it last (itself if none; the number of steps for outputs)."""
        last = list(range(len(self.steps)))
        for number, step in enumerate(self.steps):
            for arg in step.args:
                last[arg] = number
        for output in self.outputs:
            last[output] = len(self.steps)
        for number in reversed(range(len(self.steps))):  # a view keeps its base alive
            if self.steps[number].op in VIEWS:
                base = self.steps[number].args[0]
                last[base] = max(last[base], last[number])
        return last

    def elements(self, sizes: Mapping[str, int]) -> tuple[int, tuple[Axis, ...], int]:
        """Array elements to allocate: those of the largest array, its axes, and the most that exist at one time."""
        last = self.last_uses()
        freed = Counter[int]()
        present = peak = largest = 0
        where: tuple[Axis, ...] = ()
        for number, step in enumerate(self.steps):
            if step.op not in VIEWS and step.op != "input":
                count = prod(value(axis, sizes) for axis in step.axes)
                if count > largest:
                    largest, where = count, step.axes
                present += count
                freed[last[number]] += count
            peak = max(peak, present)
            present -= freed.pop(number, 0)
        return largest, where, peak

    def flops(self, sizes: Mapping[str, int]) -> int:
        """Multiplications and additions (a function counts as one per element of its result)."""
        total = 0
        for step in self.steps:
            if step.op == "matmul":
                left = prod(value(axis, sizes) for axis in self.steps[step.args[0]].axes)
                columns = self.steps[step.args[1]].axes
                total += 2 * left * (value(columns[-1], sizes) if len(columns) > 1 else 1)
            elif step.op == "sum":
                total += prod(value(axis, sizes) for axis in self.steps[step.args[0]].axes)
            elif step.op not in VIEWS and step.op not in ("input", "constant", "size"):
                total += prod(value(axis, sizes) for axis in step.axes) * max(1, len(step.args) - 1)
        return total


def build(roots: Sequence[Node], sizes: Mapping[str, int], optimize: Any = None) -> Program:
    """The program that computes the roots. `sizes` are those that contraction orders are chosen for.

    Raises:
        OperandError: two tensors of one name differ in their axes.
        LimitError: an array of more than 64 axes would be needed.
        SizeError: the size of a symbol is not known.
    """
    builder = _Builder(roots, sizes, optimize)
    outputs = tuple(builder.output(root) for root in roots)
    return _without_dead_steps(builder.line.steps, outputs, builder.inputs)


def check_memory(program: Program, sizes: Mapping[str, int], limit: float, itemsize: int = 8) -> None:
    """Refuse a program that needs more than `limit` bytes for its results and intermediates.

    Raises:
        LimitError: it does; says the shape of the largest array and bytes.
    """
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


def _without_dead_steps(steps: Sequence[Step], outputs: Sequence[int], inputs: Mapping[str, Tensor]) -> Program:
    alive = set(outputs)
    for number in reversed(range(len(steps))):
        if number in alive:
            alive.update(steps[number].args)
    place = {old: new for new, old in enumerate(sorted(alive))}
    kept = tuple(steps[old]._replace(args=tuple(place[arg] for arg in steps[old].args)) for old in place)
    return Program(kept, tuple(place[output] for output in outputs), tuple(inputs[name] for name in sorted(inputs)))


class _Builder:
    def __init__(self, roots: Sequence[Node], sizes: Mapping[str, int], optimize: Any) -> None:
        self.line = Line()
        self.sizes, self.optimize = sizes, optimize
        self.inputs: dict[str, Tensor] = {}
        self.held: dict[Node, Held] = {}
        self.owned: set[int] = set()
        self.taken: set[frozenset[int]] = set()
        nodes = walk(*roots)
        uses = Counter(child for node in nodes for child in node.children) + Counter(roots)
        deferred = {  # scaled networks of one use take their coefficient into the product
            term: number
            for node in nodes
            if type(node) is Sum
            for term, number in node.terms
            if type(term) is Network and uses[term] == 1 and abs(number) != 1
        }
        self.coefficients = deferred
        for node in nodes:
            self.held[node] = self.visit(node)

    def visit(self, node: Node) -> Held:
        """The value of a node whose children have theirs."""
        line = self.line
        if isinstance(node, Tensor):
            if self.inputs.setdefault(node.name, node).axes != node.axes:
                shapes = f"{show_shape(self.inputs[node.name].axes)} and {show_shape(node.axes)}"
                raise OperandError(f"two tensors are named {node.name}: {shapes}")
            return self.full(line.add("input", (), (node.name,), node.axes), node)
        if isinstance(node, Size):
            return self.full(line.add("size", (), (node.size,)), node)
        if isinstance(node, Network):
            return self.network(node)
        if isinstance(node, Sum):
            return self.sum(node)
        if isinstance(node, Pattern):
            return self.full(line.add("pattern", (), (node.name,), node.axes), node)
        if not hasattr(node, "function"):
            raise OperandError(f"cannot compute a node of type {type(node).__name__}")
        args = [line.solid(self.dense(self.held[arg])) for arg in node.children]
        params = getattr(node, "params", ())
        return self.full(line.add("call", args, (node.function.name, *params), node.axes), node)

    def full(self, step: int, node: Node) -> Held:
        return Held(step, frozenset(), node.axes)

    def dense(self, held: Held) -> int:
        """The value with all its axes at full size."""
        step, thin, axes = held
        if not thin:
            return step
        number = self.line.number(step)
        if number is not None:
            return self.line.add("full", (), (number,), axes)
        return self.line.add("broadcast", (step,), (), axes)

    def sum(self, node: Sum) -> Held:
        """A linear combination. Terms broadcast against each other; an axis stays thin if it is so in all of them."""
        line = self.line
        everything = frozenset(range(node.order))
        values = [(self.held[term], 1 if term in self.coefficients else number) for term, number in node.terms]
        thin = everything.intersection(*(held.thin for held, _ in values))
        constant: Number = 0
        parts: list[tuple[int, Number]] = []
        for held, number in values:
            own = line.number(held.step)
            if own is None:
                parts.append((held.step, number))
            else:
                constant = constant + own * number
        if not parts:
            return Held(line.constant(constant), thin, node.axes)
        axes = [1 if axis in thin else size for axis, size in enumerate(node.axes)]
        while axes and axes[0] == 1 and len(axes) > max(len(line.steps[step].axes) for step, _ in parts):
            axes.pop(0)
        return Held(self.accumulate(parts, constant, axes), thin, node.axes)

    def accumulate(self, parts: list[tuple[int, Number]], constant: Number, axes: Sequence[Axis]) -> int:
        line = self.line
        if len(parts) == 1 and not constant:
            return line.scale(*parts[0])
        if constant:
            parts = [*parts, (line.constant(1), constant)]
        parts.sort(key=lambda part: -len(line.steps[part[0]].axes))  # full-sized terms first
        if all(number < 0 for _, number in parts[:1]):
            parts.sort(key=lambda part: part[1] < 0)  # a - b reads better than -b + a
        total = -1
        for start in range(0, len(parts), TERMS_AT_ONCE):
            chunk = parts[start : start + TERMS_AT_ONCE]
            if total >= 0:
                chunk = [(total, 1), *chunk]
            total = line.add("add", [step for step, _ in chunk], [number for _, number in chunk], axes)
        return total

    def network(self, node: Network) -> Held:
        """A product: the core by pairs, scalars where they are cheapest, then the output pattern."""
        line = self.line
        flat = [wire for group in node.outputs for wire in group]
        unique = list(dict.fromkeys(flat))
        scalar = line.constant(self.coefficients.get(node, 1))
        operands: list[Operand] = []
        for factor in node.factors:
            for operand in self.operands(factor.node, factor.slots, node.sizes, factor.exponent, unique):
                if operand.wires:
                    operands.append(operand)
                else:
                    scalar = line.multiply(scalar, operand.step)
        held = {wire for factor in node.factors for group in factor.slots for wire in group}
        for wire in range(len(node.sizes)):
            if wire not in held and wire not in flat:
                scalar = line.multiply(scalar, self.size(node.sizes[wire]))
        core = self.product(operands, unique, node.sizes, scalar)
        return self.pattern(core, unique, flat, node)

    def size(self, size: Axis) -> int:
        result = self.line.constant(1)
        for atom in size if isinstance(size, tuple) else (size,):
            step = self.line.constant(atom) if isinstance(atom, int) else self.line.add("size", (), (atom,))
            result = self.line.multiply(result, step)
        return result

    def operands(
        self, node: Node, slots: Sequence[tuple[int, ...]], sizes: Sequence[Axis], exponent: Number, kept: Sequence[int]
    ) -> list[Operand]:
        """A factor as operands: one; or two equal ones for a square that is summed, which then is a dot product."""
        step = self.dense(self.held[node])
        if exponent == 2 and slots and not set(kept).issuperset(wire for group in slots for wire in group):
            return [view(self.line, step, slots, sizes)] * 2
        return [view(self.line, step, slots, sizes, exponent)]

    def product(self, operands: list[Operand], kept: list[int], sizes: Sequence[Axis], scalar: int) -> Operand:
        """The contraction of all operands, times a scalar, with the wires in the order of `kept`."""
        line = self.line
        if not operands:
            return Operand(scalar, ())
        numbers = {wire: value(size, self.sizes) for wire, size in enumerate(sizes)}
        count = [prod(numbers[wire] for wire in operand.wires) for operand in operands]
        result_count = prod(numbers[wire] for wire in kept if any(wire in operand.wires for operand in operands))
        smallest = min(range(len(operands)), key=count.__getitem__)
        early = line.number(scalar) != 1 and count[smallest] < result_count
        if early:
            wires = operands[smallest].wires
            operands[smallest] = Operand(line.multiply(scalar, operands[smallest].step), wires)
        pairs = plan.order([operand.wires for operand in operands], kept, numbers, self.optimize, self.known(operands))
        holders = Counter(wire for operand in operands for wire in operand.wires)
        kept_set = set(kept)
        for left, right in pairs:
            one, two = operands[left], operands[right]
            holders.subtract(one.wires)
            holders.subtract(two.wires)
            keep = {wire for wire in (*one.wires, *two.wires) if wire in kept_set or holders[wire] > 0}
            operands.append(contract(line, one, two, keep, kept))
            self.taken.add(frozenset((one.step, two.step)))
            holders.update(operands[-1].wires)
        core = arrange(line, reduce(line, operands[-1], kept_set), kept)
        return core if early else Operand(line.multiply(scalar, core.step), core.wires)

    def known(self, operands: list[Operand]) -> Callable[[int, int], bool]:
        """Tells of two operands whether their product was already taken somewhere in the program."""
        return lambda left, right: frozenset((operands[left].step, operands[right].step)) in self.taken

    def pattern(self, core: Operand, unique: list[int], flat: list[int], node: Network) -> Held:
        """The outputs of a network from its core: broadcast, doubled and grouped wires."""
        line = self.line
        step = align(line, core, unique)
        bare = {wire for wire in unique if wire not in core.wires}
        sizes = node.sizes
        single = all(len(group) == 1 for group in node.outputs)
        if len(unique) == len(flat) and (single or not bare):
            thin = frozenset(axis for axis, wire in enumerate(flat) if wire in bare)
            return Held(step if single else line.reshape(step, node.axes), thin, node.axes)
        flat_axes = tuple(sizes[wire] for wire in flat)
        if len(unique) == len(flat):
            step = self.dense(Held(step, frozenset(axis for axis, wire in enumerate(flat) if wire in bare), flat_axes))
        elif line.number(step) == 1 and len(flat) == 2:
            step = line.add("eye", (), (), flat_axes)
        else:
            step = line.add("embed", (step,), [unique.index(wire) for wire in flat], flat_axes)
        return Held(line.reshape(step, node.axes), frozenset(), node.axes)

    def output(self, root: Node) -> int:
        """The step that is a result: full-sized, solid, and sharing memory with no input and no other result."""
        line = self.line
        step = line.solid(self.dense(self.held[root]))
        base, thinned = step, False
        while line.steps[base].op in VIEWS:
            thinned = thinned or line.steps[base].op == "broadcast"
            base = line.steps[base].args[0]
        if line.steps[base].op == "input" or base in self.owned or thinned:
            line.steps.append(Step("copy", (step,), (), line.steps[step].axes))
            return len(line.steps) - 1
        self.owned.add(base)
        return step
