"""Nodes as a program of einsum and elementwise calls only, for other software to take: as steps, or as rows of data.

Every product is one einsum. What einsum strings cannot say is an operand: a delta is an identity matrix, a broadcast axis
a vector of ones, a grouped axis a reshape.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tensor_networks.axes import Axis, show
from tensor_networks.einsum import LETTERS
from tensor_networks.errors import LimitError, OperandError
from tensor_networks.evaluation.lowering import Line, Step
from tensor_networks.evaluation.program import Program
from tensor_networks.networks import Network, Sum
from tensor_networks.nodes import Node, Size, Tensor, walk
from tensor_networks.numbers import exact
from tensor_networks.patterns import Pattern


class Row(NamedTuple):
    """One operation: what is done, the names of what it is done to, the name of the result.

    ``spec`` is an einsum string, or, with the operands in braces by number, another call: ``tanh({0})``,
    ``2*{0} - {1}``, ``{0}**-1``, ``eye(n)``, ``ones(n)``, ``reshape({0}, n, m)``.
    """

    spec: str
    operands: tuple[str, ...]
    output: str


def einsum_steps(roots: Sequence[Node]) -> Program:
    """The program of the roots in einsum and elementwise steps.

    Raises:
        LimitError: a product has more than 52 wires.
        OperandError: a node is no value.
    """
    line = Line()
    made: dict[Node, int] = {}
    inputs: dict[str, Tensor] = {}
    for node in walk(*roots):
        if isinstance(node, Tensor):
            inputs[node.name] = node
        made[node] = _step(line, node, made)
    outputs = tuple(line.solid(made[root]) for root in roots)
    return Program(tuple(line.steps), outputs, tuple(inputs[name] for name in sorted(inputs)))


def _step(line: Line, node: Node, made: dict[Node, int]) -> int:
    """The step of a node whose children have theirs."""
    if isinstance(node, Tensor):
        return line.add("input", (), (node.name,), node.axes)
    if isinstance(node, Size):
        return line.add("size", (), (node.size,))
    if isinstance(node, Pattern):
        return line.add("pattern", (), (node.name,), node.axes)
    if isinstance(node, Network):
        return _einsum(line, node, made)
    if isinstance(node, Sum):
        if not node.terms:
            return line.add("full", (), (0,), node.axes)
        if len(node.terms) == 1:
            return line.scale(made[node.terms[0][0]], node.terms[0][1])
        return line.add("add", [made[term] for term, _ in node.terms], [number for _, number in node.terms], node.axes)
    if hasattr(node, "function"):
        return line.add("call", [line.solid(made[arg]) for arg in node.children], (node.function.name,), node.axes)
    raise OperandError(f"cannot compute a node of type {type(node).__name__}")


def _einsum(line: Line, node: Network, made: dict[Node, int]) -> int:
    """A product as one einsum of its factors, identity matrices and ones."""
    operands: list[tuple[int, list[int]]] = []
    for child, slots, exponent in node.factors:
        wires = [wire for group in slots for wire in group]
        step = line.reshape(line.solid(made[child]), [node.sizes[wire] for wire in wires])
        operands.append((line.power(step, exponent), wires))
    sizes = list(node.sizes)
    flat = [wire for group in node.outputs for wire in group]
    output: list[int] = []
    for wire in flat:
        if wire in output:
            sizes.append(sizes[wire])
            operands.append((line.add("eye", (), (), (sizes[wire],) * 2), [wire, len(sizes) - 1]))
            wire = len(sizes) - 1
        output.append(wire)
    held = {wire for _, wires in operands for wire in wires}
    bare = [wire for wire in range(len(sizes)) if wire not in held]
    operands += [(line.add("full", (), (1,), (sizes[wire],)), [wire]) for wire in bare]
    if not operands:
        return line.constant(1)
    step = _called(line, operands, output, sizes)
    return line.reshape(step, node.axes)


def _called(line: Line, operands: list[tuple[int, list[int]]], output: list[int], sizes: Sequence[Axis]) -> int:
    if len(operands) == 1 and operands[0][1] == output:
        return operands[0][0]
    letters: dict[int, str] = {}
    for wire in (wire for _, wires in operands for wire in wires):
        if wire not in letters:
            if len(letters) == len(LETTERS):
                raise LimitError(f"an einsum string of more than {len(LETTERS)} letters is needed")
            letters[wire] = LETTERS[len(letters)]
    sides = ["".join(letters[wire] for wire in wires) for wires in (*(own for _, own in operands), output)]
    spec = ",".join(sides[:-1]) + "->" + sides[-1]
    return line.add("einsum", [step for step, _ in operands], (spec,), [sizes[wire] for wire in output])


def rows_of(program: Program) -> list[Row]:
    """The steps of such a program as rows of data; the last rows name the results."""
    taken = {tensor.name for tensor in program.inputs}
    names: list[str] = []
    rows: list[Row] = []
    for step in program.steps:
        if step.op == "input":
            names.append(str(step.params[0]))
            continue
        fresh = f"t{len(rows) + 1}"
        while fresh in taken:
            fresh += "_"
        names.append(fresh)
        rows.append(Row(_spec(step), tuple(names[arg] for arg in step.args), fresh))
    for output in program.outputs:
        if program.steps[output].op == "input" or rows[-1].output != names[output] or len(program.outputs) > 1:
            rows.append(Row("{0}", (names[output],), f"t{len(rows) + 1}"))
    return rows


def _spec(step: Step) -> str:
    """What a step does, as `Row` says."""
    op, args, params, axes = step
    sizes = ", ".join(map(show, axes))
    if op == "einsum":
        return str(params[0])
    if op == "add":
        terms = [f"{exact(number)}*{{{place}}}" for place, number in enumerate(params)]
        return " + ".join(terms)
    simple = {
        "constant": "{params}",
        "scalar": "{params}",
        "size": "{params}",
        "scale": "{params}*{{0}}",
        "power": "{{0}}**{params}",
        "reciprocal": "1/{{0}}",
        "root": "sqrt({{0}})",
        "multiply": "{{0}}*{{1}}",
        "divide": "{{0}}/{{1}}",
        "reshape": "reshape({{0}}, {sizes})",
        "eye": "eye({axis})",
        "full": "{params}*ones({sizes})",
        "pattern": "{params}({sizes})",
    }
    if op == "call":
        return f"{params[0]}({', '.join(f'{{{place}}}' for place in range(len(args)))})"
    if op == "full" and params == (1,):
        return f"ones({sizes})"
    axis = show(axes[0]) if axes else ""
    return simple[op].format(params=params[0] if params else "", sizes=sizes, axis=axis)
