"""Nodes to a line of steps: every node once, a product as core and output pattern, a sum in place where that serves.

A network becomes a core, whose wires are distinct, and an output pattern: doubled outputs are a write to a diagonal
that is put off until an array of that shape is really needed, wires without a factor stay axes of size 1, groups are a
reshape.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, partial
from itertools import chain
from math import prod
from typing import Any

from tensor_networks.axes import Axis, show_shape, value
from tensor_networks.errors import OperandError
from tensor_networks.evaluation import plan
from tensor_networks.evaluation.lowering import VIEWS, Line, Operand, Step, align, arrange, contract, reduce, view
from tensor_networks.evaluation.operations import Axes, Terms
from tensor_networks.evaluation.prepare import has_delta
from tensor_networks.evaluation.products import Products, Remembered
from tensor_networks.evaluation.summation import Held, added, outer_products, placed
from tensor_networks.evaluation.summation import parts_of as outer_parts
from tensor_networks.networks import Factor, Network, Sum
from tensor_networks.nodes import Node, Size, Tensor, walk
from tensor_networks.numbers import Number
from tensor_networks.patterns import Pattern

FAR_LESS = 8  # times fewer entries than what is multiplied last: such an operand is scaled before all products


class Builder:
    """The line of steps of some roots, under construction."""

    def __init__(self, roots: Sequence[Node], sizes: Mapping[str, int], optimize: Any) -> None:
        self.line = Line()
        self.sizes, self.optimize = sizes, optimize
        self.value = cache(partial(value, sizes=sizes))
        self.inputs: dict[str, Tensor] = {}
        self.held: dict[Node, Held] = {}
        self.owned: set[int] = set()
        self.said: dict[tuple[str, tuple[Axes, ...]], Terms] = {}
        self.products = Products()
        nodes = walk(*sorted(roots, key=lambda root: -root.order), order=_pairs_first)
        self.uses = uses = Counter(chain(roots, *[node.children for node in nodes]))
        self.outer = self.outer_sums(nodes, uses)
        put_off = {term for node in self.outer for term, _ in node.terms}
        self.coefficients = {  # scaled networks of one use take their coefficient into the product
            term: number
            for node in nodes
            if type(node) is Sum and node not in self.outer
            for term, number in node.terms
            if type(term) is Network and uses[term] == 1 and (abs(number) != 1 or _is_alone(term, node))
        }
        for node in nodes:
            if node not in put_off:
                self.held[node] = self.visit(node)

    def outer_sums(self, nodes: Sequence[Node], uses: Mapping[Node, int]) -> dict[Sum, Any]:
        """The sums whose terms, used nowhere else, all are outer products of the same two groups of axes."""
        return {
            node: parts
            for node in nodes
            if type(node) is Sum and len(node.terms) > 1 and all(uses[term] == 1 for term, _ in node.terms)
            if (parts := outer_parts(node, self.sizes)) is not None
        }

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
        if hasattr(node.function, "operations"):
            axes = tuple([line.steps[arg].axes for arg in args])
            self.said[node.function.name, axes] = node.function.operations(axes)
        return self.full(line.add("call", args, (node.function.name, *params), node.axes), node)

    def full(self, step: int, node: Node) -> Held:
        return Held(step, frozenset(), node.axes)

    def dense(self, held: Held) -> int:
        """The value with all its axes at full size."""
        line = self.line
        if held.pattern is not None:
            return line.reshape(placed(line, held), held.axes)
        if not held.thin:
            return held.step
        number = line.number(held.step)
        if number is not None:
            return line.add("full", (), (number,), held.axes)
        return line.add("broadcast", (held.step,), (), held.axes)

    def sum(self, node: Sum) -> Held:
        """A linear combination."""
        if node in self.outer:
            return self.full(outer_products(self.line, self.component, node, self.outer[node]), node)
        values = [(self.held[term], 1 if term in self.coefficients else number) for term, number in node.terms]
        if node.order == 2 and self.prefers_turned(node):
            turned = [(Held(self.line.turned(held.step), frozenset(), held.axes[::-1]), number) for held, number in values]
            held = added(self.line, turned, node.axes[::-1])
            return self.full(self.line.transpose(held.step, (1, 0)), node)
        return added(self.line, values, node.axes)

    def prefers_turned(self, node: Sum) -> bool:
        """Are more terms of a sum of matrices seen transposed than as they are? Products are free to be either."""
        turned = plain = 0
        for term, _ in node.terms:
            held = self.held[term]
            step = self.line.steps[held.step]
            if held.pattern is not None or held.thin or len(step.axes) != 2:
                return False
            if step.op == "scale":
                step = self.line.steps[step.args[0]]
            if step.op == "transpose":
                turned += 1
            elif step.op != "matmul" or self.uses[term] > 1:
                plain += 1
        return turned > plain

    def component(self, node: Network, factors: Iterable[Factor], wires: list[int], number: Number) -> int:
        """The product of some factors of a network, with axes in the order of the wires, times a number."""
        operands = self.all_operands(node, factors, wires)
        scalar = self.line.constant(number)
        for operand in operands:
            if not operand.wires:
                scalar = self.line.multiply(scalar, operand.step)
        core = self.product([o for o in operands if o.wires], wires, node.sizes, scalar)
        return align(self.line, core, wires)

    def network(self, node: Network) -> Held:
        """A product: the core by pairs, scalars where they are cheapest, then the output pattern."""
        line = self.line
        flat = [wire for group in node.outputs for wire in group]
        unique = list(dict.fromkeys(flat))
        scalar = line.constant(self.coefficients.get(node, 1))
        operands: list[Operand] = []
        for operand in self.all_operands(node, node.factors, unique):
            if operand.wires:
                operands.append(operand)
            else:
                scalar = line.multiply(scalar, operand.step)
        held = {wire for factor in node.factors for group in factor.slots for wire in group} | node.free
        for wire in range(len(node.sizes)) if len(held) < len(node.sizes) else ():
            if wire not in held:
                scalar = line.multiply(scalar, self.size(node.sizes[wire]))
        core = self.product(operands, unique, node.sizes, scalar)
        return self.pattern(core, unique, flat, node)

    def size(self, size: Axis) -> int:
        result = self.line.constant(1)
        for atom in size if isinstance(size, tuple) else (size,):
            step = self.line.constant(atom) if isinstance(atom, int) else self.line.add("size", (), (atom,))
            result = self.line.multiply(result, step)
        return result

    def all_operands(self, node: Network, factors: Iterable[Factor], kept: Sequence[int]) -> list[Operand]:
        """The factors as operands: one each; or two equal ones for a square that is summed, then a dot product."""
        found = []
        for child, slots, exponent in factors:
            step = self.dense(self.held[child])
            if exponent == 2 and slots and not set(kept).issuperset(wire for group in slots for wire in group):
                found += [view(self.line, step, slots, node.sizes)] * 2
            else:
                found.append(view(self.line, step, slots, node.sizes, exponent))
        return found

    def product(self, operands: list[Operand], kept: list[int], sizes: Sequence[Axis], scalar: int) -> Operand:
        """The contraction of all operands, times a scalar, with the wires in the order of `kept`."""
        line = self.line
        if not operands:
            return Operand(scalar, ())
        numbers = dict(enumerate(map(self.value, sizes)))
        foresight = Remembered(self.products, operands) if self.products and len(operands) > 2 else None
        pairs = plan.order([operand.wires for operand in operands], kept, numbers, self.optimize, foresight)
        scaled = line.number(scalar) == 1 or self.scaled_early(
            operands, numbers, scalar, _least_last(operands, kept, numbers, pairs) // FAR_LESS
        )
        kept_set = set(kept)
        if len(pairs) > 1:
            self.merge_pairs(operands, pairs[:-1], kept)
        if pairs:
            one, two = pair = [operands[place] for place in pairs[-1]]
            if not scaled:
                result = kept_set.intersection(one.wires + two.wires)
                scaled = self.scaled_early(pair, numbers, scalar, prod([numbers[wire] for wire in result]))
                one, two = pair
            operands.append(self.contracted(one, two, kept_set, kept))
        core = arrange(line, reduce(line, operands[-1], kept_set), kept)
        return core if scaled else Operand(line.multiply(scalar, core.step), core.wires)

    def merge_pairs(self, operands: list[Operand], pairs: plan.Pairs, kept: Sequence[int]) -> None:
        """Append the products of pairs of operands, summed over the wires that nothing else holds."""
        holders = Counter(chain(kept, *[operand.wires for operand in operands]))
        for left, right in pairs:
            one, two = operands[left], operands[right]
            wires = one.wires + two.wires
            for wire in wires:
                holders[wire] -= 1
            new = self.contracted(one, two, {wire for wire in wires if holders[wire]}, kept)
            for wire in new.wires:
                holders[wire] += 1
            operands.append(new)

    def contracted(self, one: Operand, two: Operand, keep: Collection[int], wanted: Sequence[int]) -> Operand:
        """The product of two operands, taken anew if it was not taken before."""
        found = self.products.recall(one, two, keep) or contract(self.line, one, two, keep, wanted)
        self.products.record(one, two, keep, found)
        return found

    def scaled_early(self, operands: list[Operand], numbers: Mapping[int, int], scalar: int, limit: int) -> bool:
        """Multiply the smallest operand, if it has fewer entries than the limit, by the scalar; says whether it was done."""
        counts = [prod([numbers[wire] for wire in operand.wires]) for operand in operands]
        smallest = min(range(len(operands)), key=counts.__getitem__)
        if counts[smallest] >= limit:
            return False
        operands[smallest] = Operand(self.line.multiply(scalar, operands[smallest].step), operands[smallest].wires)
        return True

    def pattern(self, core: Operand, unique: list[int], flat: list[int], node: Network) -> Held:
        """The outputs of a network from its core: broadcast, doubled and grouped wires."""
        line = self.line
        step = align(line, core, unique)
        if node.plain:
            return self.full(step, node)
        bare = {wire for wire in unique if wire not in core.wires}
        single = all(len(group) == 1 for group in node.outputs)
        if len(unique) == len(flat) and (single or not bare):
            thin = frozenset(axis for axis, wire in enumerate(flat) if wire in bare)
            return Held(step if single else line.reshape(step, node.axes), thin, node.axes)
        flat_axes = tuple(node.sizes[wire] for wire in flat)
        if len(unique) == len(flat):
            thin = frozenset(axis for axis, wire in enumerate(flat) if wire in bare)
            step = self.dense(Held(step, thin, flat_axes))
            return Held(line.reshape(step, node.axes), frozenset(), node.axes)
        return Held(step, frozenset(), node.axes, tuple(unique.index(wire) for wire in flat), flat_axes)

    def output(self, root: Node) -> int:
        """The step that is a result: full-sized, solid, and sharing memory with no input and no other result."""
        line = self.line
        step = line.solid(self.dense(self.held[root]))
        base, thinned = step, False
        while line.steps[base].op in VIEWS:
            thinned = thinned or line.steps[base].op == "broadcast"
            base = line.steps[base].args[0]
        if line.steps[base].op in ("input", "pattern") or base in self.owned or thinned:
            line.steps.append(Step("copy", (step,), (), line.steps[step].axes))
            return len(line.steps) - 1
        self.owned.add(base)
        return step


def _pairs_first(node: Node) -> Sequence[Node]:
    """The children of a node; of a sum the products of two first, which longer ones may then use."""
    if not isinstance(node, Sum):
        return node.children
    return sorted(node.children, key=lambda term: type(term) is Network and len(term.factors) > 2)


def _least_last(operands: Sequence[Operand], kept: Sequence[int], numbers: Mapping[int, int], pairs: plan.Pairs) -> int:
    """The entries of the smallest array that could be scaled at the end: one of the last two, or the result."""
    last = [_wires_under(place, operands, pairs) for place in (pairs[-1] if pairs else (-1, -1))]
    ends = [{wire for wire in own if wire in other or wire in kept} for own, other in (last, last[::-1])]
    result = {wire for own in last for wire in own if wire in kept}
    return min(prod([numbers[wire] for wire in wires]) for wires in (*ends, result))


def _wires_under(place: int, operands: Sequence[Operand], pairs: plan.Pairs) -> set[int]:
    """All wires of the operands that an array of the plan is made of."""
    pending, found = [place], set[int]()
    while pending:
        place = pending.pop()
        if 0 <= place - len(operands) < len(pairs):
            pending.extend(pairs[place - len(operands)])
        else:
            found.update(operands[place].wires)
    return found


def _is_alone(term: Network, node: Sum) -> bool:
    """Are all other terms of the sum written onto diagonals, so that the sign of this one is no subtraction?"""
    return all(other is term or (type(other) is Network and has_delta(other)) for other, _ in node.terms)
