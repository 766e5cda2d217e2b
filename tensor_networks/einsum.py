"""einsum strings to networks, and networks to rows of einsum.

Beyond NumPy: a label may be repeated in the output (`i->ii` embeds a diagonal), and sizes are symbols. Nothing
broadcasts.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

from tensor_networks.axes import show, show_shape
from tensor_networks.errors import IndexNotationError, OperandError, ParseError, ShapeError, clip
from tensor_networks.networks import Network, Sum, network
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
MOST_REPEATED = 4  # a factor to a power up to this is written that many times
Labels = tuple[Hashable, ...]


class Subscripts(NamedTuple):
    """The labels of one operand or of the output, and where they stand in the text, if there is one."""

    labels: Labels
    start: int = 0
    end: int = 0


def from_einsum(spec: str, operands: Sequence[Node]) -> Node:
    """The network of an einsum string. Without `->`, the output is the labels that occur once, in alphabetical order.

    Raises:
        ParseError: the string is malformed.
        ShapeError: a label joins axes of two sizes, or an operand has another number of axes than labels.
        IndexNotationError: an output label stands on no operand, or a sum is implied under a repeated output label.
    """
    inputs, output = subscripts(spec)
    return _network(spec, inputs, output, operands)


def from_lists(operands: Sequence[Node], labels: Sequence[Sequence[Hashable]], output: Sequence[Hashable] | None) -> Node:
    """The network of the interleaved form. Labels are any hashables but tuples: integers, for more than 52."""
    inputs = [Subscripts(tuple(own)) for own in labels]
    return _network(None, inputs, None if output is None else Subscripts(tuple(output)), operands)


def subscripts(spec: str) -> tuple[list[Subscripts], Subscripts | None]:
    """The labels of the operands of an einsum string, and of its output if it names one; ``...`` is an Ellipsis.

    Raises:
        ParseError: the string is malformed.
    """
    arrows = [found.start() for found in re.finditer("->", spec)]
    if len(arrows) > 1:
        raise ParseError("-> occurs twice", text=spec, start=arrows[1], end=arrows[1] + 2)
    stop = arrows[0] if arrows else len(spec)
    inputs, start = [], 0
    for part in spec[:stop].split(","):
        inputs.append(_labels(spec, start, start + len(part)))
        start += len(part) + 1
    return inputs, _labels(spec, stop + 2, len(spec)) if arrows else None


def _labels(spec: str, start: int, end: int) -> Subscripts:
    """The labels of one operand."""
    labels: list[Hashable] = []
    place = start
    while place < end:
        if spec.startswith("...", place):
            if Ellipsis in labels:
                raise ParseError("... occurs twice in one operand", text=spec, start=place, end=place + 3)
            labels.append(Ellipsis)
            place += 3
            continue
        if spec[place].isalpha():
            labels.append(spec[place])
        elif not spec[place].isspace():
            what = f"{clip(spec[place], 12)} is not a label: labels are letters"
            raise ParseError(what, text=spec, start=place, end=place + 1)
        place += 1
    return Subscripts(tuple(labels), start, end)


def _network(text: str | None, inputs: Sequence[Subscripts], output: Subscripts | None, operands: Sequence[Node]) -> Node:
    for operand in operands:
        if not isinstance(operand, Node):
            raise OperandError(f"an operand of einsum must be an expression, not {type(operand).__name__}")
    full, outputs = labelled(text, inputs, output, operands)
    _check_sizes(text, full, inputs, operands)
    return network(list(zip(operands, full, strict=True)), outputs)


def labelled(
    text: str | None, inputs: Sequence[Subscripts], output: Subscripts | None, operands: Sequence[Node]
) -> tuple[list[Labels], Labels]:
    """A label for every axis of the operands, and those of the output; sizes are not looked at.

    Raises:
        ShapeError: an operand has another number of axes than labels.
        IndexNotationError: an output label stands on no operand, or a sum is implied under a repeated output label.
    """
    if len(inputs) != len(operands):
        what = f"the labels are for {len(inputs)} operands, but {len(operands)} are given"
        raise IndexNotationError(what, text=text, start=0)
    full = [_spelled(text, own, operand, k) for k, (own, operand) in enumerate(zip(inputs, operands, strict=True))]
    return full, _output(text, full, output)


def _spelled(text: str | None, own: Subscripts, operand: Node, number: int) -> Labels:
    """A label for every axis of an operand: `...` becomes labels counted from the right."""
    given = len(own.labels) - (Ellipsis in own.labels)
    if given > operand.order or (given < operand.order and Ellipsis not in own.labels):
        what = f"operand {number} has {operand.order} axes ({show_shape(operand.axes)}), but {given} labels"
        raise ShapeError(what, text=text, start=own.start, end=own.end)
    if Ellipsis not in own.labels:
        return own.labels
    place, extra = own.labels.index(Ellipsis), operand.order - given
    return (*own.labels[:place], *(f"...{k}" for k in range(extra - 1, -1, -1)), *own.labels[place + 1 :])


def _check_sizes(text: str | None, full: Sequence[Labels], inputs: Sequence[Subscripts], operands: Sequence[Node]) -> None:
    """One size for every label."""
    seen: dict[Hashable, tuple[int, int]] = {}
    for number, labels in enumerate(full):
        for axis, label in enumerate(labels):
            other, its = seen.setdefault(label, (number, axis))
            one, two = operands[other].axes[its], operands[number].axes[axis]
            if one != two:
                what = (
                    f"label {clip(label, 20)} has the size {show(one)} on operand {other} (axis {its}) "
                    f"and {show(two)} on operand {number} (axis {axis})"
                )
                raise ShapeError(what, text=text, start=inputs[number].start, end=inputs[number].end)


def _output(text: str | None, full: Sequence[Labels], output: Subscripts | None) -> Labels:
    """The output labels, checked."""
    counts: dict[Hashable, int] = {}
    for label in (label for labels in full for label in labels):
        counts[label] = counts.get(label, 0) + 1
    dots = sorted((label for label in counts if str(label).startswith("...")), key=str, reverse=True)
    dots.sort(key=lambda label: -int(str(label)[3:]))
    if output is None:
        once = [label for label, count in counts.items() if count == 1 and label not in dots]
        return (*dots, *sorted(once, key=lambda label: (str(type(label)), label)))
    labels: list[Hashable] = []
    for label in output.labels:
        labels += dots if label is Ellipsis else [label]
    where = {"text": text, "start": output.start, "end": output.end}
    for label in labels:
        if label not in counts:
            raise IndexNotationError(f"output label {clip(label, 20)} stands on no operand", **where)  # type: ignore[arg-type]
    if dots and Ellipsis not in output.labels:
        raise IndexNotationError("the axes under ... are missing in the output", **where)  # type: ignore[arg-type]
    doubled = [label for label in labels if labels.count(label) > 1]
    dropped = [label for label, count in counts.items() if count == 1 and label not in labels]
    if doubled and dropped:
        what = f"the output repeats {clip(doubled[0], 20)} and drops {clip(dropped[0], 20)}, which occurs once"
        hint = f"sum {clip(dropped[0], 20)} in an einsum of its own, or keep it"
        raise IndexNotationError(what, hint=hint, **where)  # type: ignore[arg-type]
    return tuple(labels)


class Row(NamedTuple):
    """One einsum: a coefficient, the operands with their exponents, the wires of each and of the output."""

    coefficient: Number
    operands: tuple[tuple[Node, Number], ...]
    inputs: tuple[tuple[tuple[int, ...], ...], ...]
    output: tuple[tuple[int, ...], ...]

    @property
    def wires(self) -> dict[int, int]:
        """Every wire and its place in the order of first appearance."""
        places: dict[int, int] = {}
        for groups in (*self.inputs, self.output):
            for wire in (wire for group in groups for wire in group):
                places.setdefault(wire, len(places))
        return places

    def spec(self) -> str | None:
        """The einsum string, an axis of several wires in parentheses; None if there are more than 52 wires."""
        places = self.wires
        if len(places) > len(LETTERS):
            return None
        letters = {wire: LETTERS[place] for wire, place in places.items()}
        sides = [_spell(groups, letters) for groups in (*self.inputs, self.output)]
        return ",".join(sides[:-1]) + "->" + sides[-1]


def _spell(groups: Iterable[Sequence[int]], letters: dict[int, str]) -> str:
    words = ("".join(letters[wire] for wire in group) for group in groups)
    return "".join(word if len(word) == 1 else f"({word})" for word in words)


def rows(node: Node) -> list[Row]:
    """The terms of a node, each as one einsum over its factors. A zero has no rows."""
    if isinstance(node, Sum):
        return [_row(term, coefficient) for term, coefficient in node.terms]
    return [_row(node, 1)]


def _row(node: Node, coefficient: Number) -> Row:
    """One product as einsum."""
    if not isinstance(node, Network):
        axes = tuple((axis,) for axis in range(node.order))
        return Row(coefficient, ((node, 1),), (axes,), axes)
    operands, inputs = [], []
    for factor in node.factors:
        repeat = isinstance(factor.exponent, int) and 1 <= factor.exponent <= MOST_REPEATED
        count = int(factor.exponent) if repeat else 1
        operands += [(factor.node, 1 if repeat else factor.exponent)] * count
        inputs += [factor.slots] * count
    return Row(coefficient, tuple(operands), tuple(inputs), node.outputs)
