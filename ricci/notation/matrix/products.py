"""Values while a matrix text is read: products kept flat, wires joined as they are met.

A `Value` is a product that is not yet a node: factors over the wires of one `Products`, an output group per axis, a
coefficient. Each value is used once, so joining wires in place is safe, and a chain of n products costs n.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ricci.functions import number_of
from tensor_networks.axes import Axis, product, show
from tensor_networks.errors import ParseError, ShapeError
from tensor_networks.networks import constant, network, total
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number, exact, power, ratio
from tensor_networks.wiring import Group, Wiring


@dataclass(slots=True)
class Value:
    """A product: `role` is scalar, column, row, matrix or tensor, `inner` marks a row times a column."""

    role: str
    outputs: list[Group] = field(default_factory=list)
    factors: list[tuple[Node, tuple[Group, ...], Number]] = field(default_factory=list)
    coefficient: Number = 1
    bare: list[int] = field(default_factory=list)
    inner: bool = False

    @property
    def number(self) -> Number | None:
        """The number this is, if it is one."""
        return None if self.factors or self.bare or self.outputs else self.coefficient


class Products:
    """Makes values, and nodes of them."""

    def __init__(self) -> None:
        self.wiring = Wiring()

    # in and out

    def of(self, node: Node, role: str) -> Value:
        """A node as a value."""
        number = number_of(node)
        if number is not None:
            return Value("scalar", coefficient=number)
        groups = tuple((self.wiring.fresh(size),) for size in node.axes)
        return Value(role, list(groups), [(node, groups, 1)])

    def node(self, value: Value) -> Node:
        """The node of a value."""
        if len(value.factors) == 1 and not value.bare:
            node, slots, exponent = value.factors[0]
            if exponent == 1 and list(slots) == value.outputs and self.distinct(slots):
                return node if value.coefficient == 1 else total([(node, value.coefficient)])
        resolve = self.wiring.resolve
        factors = [(node, tuple(map(resolve, slots)), exponent) for node, slots, exponent in value.factors]
        outputs = tuple(map(resolve, value.outputs))
        bare = [wire for lone in value.bare for wire in resolve((lone,))]
        sizes: dict[Any, Axis] = {wire: self.wiring.size(wire) for wire in bare}
        product_ = network(factors, outputs, sizes)
        return product_ if value.coefficient == 1 else total([(product_, value.coefficient)], product_.axes)

    def distinct(self, slots: Sequence[Group]) -> bool:
        """Are the groups single wires, all different, none of them joined or split?"""
        wires = [wire for group in slots for wire in group]
        return len(set(wires)) == len(wires) == len(slots) and self.wiring.resolve(tuple(wires)) == tuple(wires)

    def closed(self, value: Value) -> Value:
        """The same value as one factor with wires of its own."""
        return self.of(self.node(value), value.role)

    def bare(self, size: Axis) -> int:
        """A wire that no factor holds yet."""
        return self.wiring.fresh(size)

    # sizes

    def size(self, value: Value, axis: int) -> Axis:
        wires = self.wiring.resolve(value.outputs[axis])
        return self.wiring.size(wires[0]) if len(wires) == 1 else product(map(self.wiring.size, wires))

    def sizes(self, value: Value) -> tuple[Axis, ...]:
        return tuple([self.size(value, axis) for axis in range(len(value.outputs))])

    def describe(self, value: Value) -> str:
        """`a column of size n`, `an n x m matrix`."""
        sizes = " x ".join(show(size) for size in self.sizes(value))
        if value.role == "scalar":
            return "a scalar"
        if value.role in ("column", "row"):
            return f"a {value.role} vector of size {sizes}"
        return f"a matrix {sizes}" if value.role == "matrix" else f"a tensor {sizes}"

    # wires

    def join(self, left: Value, right: Value, pairs: Sequence[tuple[int, int]]) -> Value:
        """Join output axes of two values of equal sizes; the right value as it then is."""
        wiring = self.wiring
        if not wiring.fit([left.outputs[i] for i, _ in pairs], [right.outputs[j] for _, j in pairs]):
            right = self.closed(right)
        for i, j in pairs:
            wiring.identify(left.outputs[i], right.outputs[j])
        return right

    def join_own(self, value: Value) -> Value:
        """Join the two axes of a square matrix."""
        first, second = map(self.wiring.resolve, value.outputs)
        if first != second and (set(first) & set(second) or not self.wiring.fit([first], [second])):
            value = self.closed(value)
        self.wiring.identify(*value.outputs)
        return value

    def merge(self, left: Value, right: Value, role: str, outputs: list[Group]) -> Value:
        """The product of two values whose wires are joined already; uses up both."""
        big, small = (left, right) if len(left.factors) >= len(right.factors) else (right, left)
        big.factors.extend(small.factors)
        big.bare.extend(small.bare)
        coefficient = exact(left.coefficient * right.coefficient)
        return Value(role, outputs, big.factors, coefficient, big.bare)

    # arithmetic

    def scaled(self, left: Value, right: Value) -> Value:
        """A product of which one side at least is a scalar."""
        other = right if left.role == "scalar" else left
        inner = (left.inner or left.number is not None) and (right.inner or right.number is not None)
        merged = self.merge(left, right, other.role, other.outputs)
        merged.inner = inner
        return merged

    def elementwise(self, left: Value, right: Value) -> Value:
        """Entry by entry, for values of the same type and sizes."""
        right = self.join(left, right, [(axis, axis) for axis in range(len(left.outputs))])
        return self.merge(left, right, left.role, left.outputs)

    def power(self, base: Value, exponent: Number) -> Value:
        """Entry by entry to a constant power."""
        if base.number is not None:
            if base.number == 0 and exponent < 0:
                raise ParseError("a division by zero")
            result = power(base.number, exponent)
            if result is not None:
                return Value("scalar", coefficient=result)
            return Value("scalar", [], [(constant(base.number), (), exponent)])
        if exponent == 1:
            return base
        value = self.closed(base)
        if not value.factors:  # a number after all
            return self.power(value, exponent)
        if exponent == 0:
            return self.filled(Value("scalar"), value.role, self.sizes(value))
        [(node, slots, _)] = value.factors
        return Value(value.role, value.outputs, [(node, slots, exponent)])

    def divided(self, left: Value, right: Value) -> Value:
        """Left over a scalar."""
        if right.number is not None and right.number != 0:
            left.coefficient = ratio(left.coefficient, right.number)
            return left
        return self.scaled(left, self.power(right, -1))

    def filled(self, scalar: Value, role: str, sizes: Sequence[Axis]) -> Value:
        """A scalar at every entry of a shape."""
        bare = [self.bare(size) for size in sizes]
        return Value(role, [(wire,) for wire in bare], scalar.factors, scalar.coefficient, scalar.bare + bare)

    def added(self, values: Sequence[Value], signs: Sequence[int]) -> Value:
        """The sum of values of one type and the same sizes."""
        numbers = [value.number for value in values]
        if None not in numbers:
            number = sum((sign * value.coefficient for sign, value in zip(signs, values, strict=True)), Fraction(0))
            return Value("scalar", coefficient=exact(number))
        terms = []
        for value, sign in zip(values, signs, strict=True):
            coefficient, value.coefficient = value.coefficient, 1
            terms.append((self.node(value), exact(sign * coefficient)))
        return self.of(total(terms, self.sizes(values[0])), values[0].role)

    # structure

    def transposed(self, value: Value) -> Value:
        if value.role == "matrix":
            value.outputs.reverse()
        elif value.role in ("column", "row"):
            value.role = "row" if value.role == "column" else "column"
        elif value.role == "tensor":
            raise ShapeError("only vectors and matrices have a transpose", hint="use index notation for tensors")
        return value

    def traced(self, value: Value) -> Value:
        """The trace of a square matrix."""
        value = self.join_own(value)
        return Value("scalar", [], value.factors, value.coefficient, value.bare)

    def summed(self, value: Value) -> Value:
        """The sum of all entries."""
        return Value("scalar", [], value.factors, value.coefficient, value.bare)

    def diagonal(self, value: Value) -> Value:
        """A vector on the diagonal of a matrix, or the diagonal of a square matrix."""
        if value.role == "matrix":
            value = self.join_own(value)
            value.role, value.outputs = "column", value.outputs[:1]
        else:
            value.role, value.outputs = "matrix", value.outputs * 2
        return value

    def kronecker(self, left: Value, right: Value) -> Value:
        """kron: each axis of the result is an axis of the left and one of the right, flattened row-major."""
        if left.role == "scalar" or right.role == "scalar":
            return self.scaled(left, right)
        mixed = left.role != right.role
        one, two = (self.rectangle(left), self.rectangle(right)) if mixed else (left.outputs, right.outputs)
        outputs = [first + second for first, second in zip(one, two, strict=True)]
        return self.merge(left, right, "matrix" if mixed else left.role, outputs)

    def rectangle(self, value: Value) -> list[Group]:
        """The two axes of a vector or matrix, one of them without wires for a vector."""
        if value.role == "matrix":
            return value.outputs
        return [*value.outputs, ()] if value.role == "column" else [(), *value.outputs]

    def flattened(self, value: Value, column_major: bool) -> Value:
        """A matrix as a column vector."""
        if value.role == "matrix":
            rows, columns = value.outputs
            value.outputs = [columns + rows if column_major else rows + columns]
        value.role = "column" if value.role != "scalar" else "scalar"
        return value
