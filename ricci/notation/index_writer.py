"""Nodes to index notation: `A_ij x_j + b_i -> i`.

Letters are given from the root down: outputs first, then the wires of each product. A product sums by itself what
occurs twice in it; where that would not say what is meant - an index that occurs once, or that a part in parentheses
would sum too early - the sum is written out: `sum_j(x_j^2)`. Axes that are groups are in
parentheses behind the arrow.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple, TypeVar

from ricci.functions import Apply
from ricci.notation.arithmetic import magnitude, natural, plus
from ricci.notation.formula import (
    LONGEST,
    Formula,
    TooLong,
    named,
    number,
    simple_call,
)
from ricci.notation.heights import Heights
from ricci.notation.index_pieces import (
    indexed,
    juxtaposed,
    listed,
    numerals,
    placed,
    raised,
    summation,
    symbol,
    variable_power,
)
from ricci.notation.matrix_writer import bounded, is_zero, leaf, matrix_formula, zeros
from ricci.notation.syntax import run
from tensor_networks.axes import show
from tensor_networks.networks import Factor, Network, Sum, network
from tensor_networks.nodes import Node, Size, Tensor, walk
from tensor_networks.numbers import Number
from tensor_networks.patterns import Pattern

Answer = TypeVar("Answer")
Step = Generator[Any, Any, Answer]
LETTERS = "ijklmpqrstuvwabcdefghnoxyz"


class Unwritable(Exception):
    """The node has no form in index notation: an axis is grouped, or it is a pattern."""


def write_index(node: Node, heights: Heights | None = None) -> str:
    """The node in index notation, with its free indices behind an arrow, and at their heights where all are known."""
    try:
        return index_formula(node, heights=heights).text
    except (TooLong, Unwritable):
        return bounded(node)


def index_formula(node: Node, latex: bool = False, heights: Heights | None = None) -> Formula:
    """The formula of a node; with `latex` structured functions are in matrix notation where they can be.

    Raises:
        TooLong: it has more than `LONGEST` characters.
        Unwritable: an axis is grouped.
    """
    if is_zero(node) and node.order:
        writer = IndexWriter(node)
        outputs, shown = writer.fresh(node.order, ()), zeros(node)
        return Formula("arrow", (writer.at_heights(shown, outputs, None), " -> ", listed(outputs)), (shown,), order=0, level=0)
    groups: list[int] = [1] * node.order
    if isinstance(node, Network) and any(len(group) > 1 for group in node.outputs):
        groups = [len(group) for group in node.outputs]
        flat = [wire for group in node.outputs for wire in group]
        node = network(node.factors, flat, dict(enumerate(node.sizes)))
    writer = IndexWriter(node, latex)
    outputs = writer.fresh(node.order, ())
    if heights is not None and len(heights.free) == len(outputs):
        writer.heights = heights
        writer.marks = dict(zip(outputs, heights.free, strict=True))
    body = run(writer.expression(node, outputs, Level(tuple(outputs))))
    if writer.heights is not None and writer.unmarked:
        return index_formula(node, latex)
    if max(groups, default=1) > 1:
        return grouped_outputs(body, outputs, groups)
    plain = not node.order and all(isinstance(below, Size) or not below.order for below in writer.order)
    pieces = (body,) if plain else (body, " -> ", listed(outputs)) if outputs else (body, " ->")
    return Formula("arrow", pieces, (body,), order=0, level=0)


def grouped_outputs(body: Formula, outputs: Sequence[str], groups: Sequence[int]) -> Formula:
    """Axes that are groups in parentheses: `A_ij -> (ji)`."""
    rest = iter(outputs)
    shown = ["".join(next(rest) for _ in range(length)) for length in groups]
    shown = [f"({text})" if len(text) > 1 else text for text in shown]
    return Formula("arrow", [body, " -> ", *shown], [body, r" \to ", *shown], order=0, level=0)


class Level(NamedTuple):
    """What a subexpression may use: the letters in use around it, and those of known size."""

    used: tuple[str, ...]
    sized: frozenset[str] = frozenset()


class IndexWriter:
    """The writing of one root."""

    def __init__(self, root: Node, latex: bool = False) -> None:
        self.latex = latex
        self.heights: Heights | None = None
        self.marks: dict[str, str] = {}
        self.unmarked = False
        self.order = walk(root)
        self.avoided = {node.name for node in self.order if isinstance(node, Tensor)}
        self.avoided |= {node.size for node in self.order if isinstance(node, Size)}
        self.check_length(root)
        self.needs = self.find_needs()

    def check_length(self, root: Node) -> None:
        """Count leaves with repetition, so that a small graph of a huge expression is refused before it is written."""
        leaves: dict[Node, int] = {}
        for node in self.order:
            leaves[node] = max(1, sum(leaves[child] for child in node.children)) + isinstance(node, Apply)
        if leaves[root] > LONGEST // 2:
            raise TooLong

    def fresh(self, amount: int, used: Iterable[str]) -> list[str]:
        """Letters that are not in use."""
        taken = {*used, *self.avoided}
        pool = [letter for letter in LETTERS if letter not in taken]
        for number_ in count(1):
            if len(pool) >= amount:
                break
            pool += [f"{letter}{number_}" for letter in LETTERS if f"{letter}{number_}" not in taken]
        return pool[:amount]

    # which axes a subexpression would sum too early

    def find_needs(self) -> dict[Node, frozenset[int]]:
        """For every node the axes whose index occurs twice in a product within: they must be protected from outside."""
        needs: dict[Node, frozenset[int]] = {}
        for node in self.order:
            if isinstance(node, Network):
                counts, hidden = occurrences(node), self.hidden(node, needs)
                primary = primaries(node)
                needs[node] = frozenset(
                    axis
                    for axis, (wire,) in enumerate(groups_of(node))
                    if (primary[wire] == axis and counts[wire] > 1) or wire in hidden
                )
            elif isinstance(node, Sum):
                needs[node] = frozenset(axis for term, _ in node.terms for axis in needs[term])
            elif isinstance(node, Apply) and node.function.elementwise:
                needs[node] = frozenset(axis for arg in node.args for axis in needs[arg])
            elif isinstance(node, Apply):
                needs[node] = frozenset(range(node.batch))
            else:
                needs[node] = frozenset()
        return needs

    def hidden(self, node: Network, needs: Mapping[Node, frozenset[int]]) -> set[int]:
        """The wires of a network that a factor needs to be protected: `M_ii^2` alone would be a power of a trace."""
        found = set()
        for factor in node.factors:
            wires = [wire for (wire,) in slots_of(factor)]
            powered = factor.exponent not in (1, -1)
            needed = needs[factor.node]
            found |= {w for axis, w in enumerate(wires) if axis in needed or (powered and wires.count(w) > 1)}
        return found

    # the walk

    def expression(self, node: Node, letters: Sequence[str], level: Level) -> Step[Formula]:
        """The formula of a node with given indices."""
        if isinstance(node, Tensor):
            return self.at_heights(leaf(node, 0), letters, self.heights and self.heights.tensors.get(node.name))
        if isinstance(node, Size):
            return named(node.size, 0, degree=0)
        if isinstance(node, Pattern):
            return self.at_heights(named(f"{node.name}({show(node.size)})", 0, degree=0), letters, None)
        if isinstance(node, Sum):
            formula: Formula = yield self.sum(node, letters, level)
        elif isinstance(node, Network):
            sign, formula = yield self.product(node, letters, level, 1)
            formula = formula if sign > 0 else plus([(-1, formula)])
        elif isinstance(node, Apply):
            formula = yield self.apply(node, letters, level)
        else:
            raise Unwritable
        return formula

    def sum(self, node: Sum, letters: Sequence[str], level: Level) -> Step[Formula]:
        """Terms with their coefficients."""
        if not node.terms:
            if not node.order:
                return number(0)
            return self.at_heights(zeros(node), letters, None)
        held = {letters[axis] for term, _ in node.terms for axis in held_axes(term)}
        inner = level._replace(sized=level.sized | held)
        terms = []
        for term, coefficient in node.terms:
            sign, size = (-1, -coefficient) if coefficient < 0 else (1, coefficient)
            if isinstance(term, Network):
                turned, formula = yield self.product(term, letters, inner, size)
                sign *= turned
            else:
                body = yield self.expression(term, letters, inner)
                formula = body if size == 1 else juxtaposed([*numerals(size)[0], body], numerals(size)[1])
            terms.append((sign, formula))
        return plus(terms)

    def product(self, node: Network, letters: Sequence[str], level: Level, coefficient: Number) -> Step[tuple[int, Formula]]:
        """A sign, and factors side by side, with the sums written out that are not understood."""
        wires, deltas, inner = self.named_wires(node, letters, level)
        counts, hidden = occurrences(node), self.hidden(node, self.needs)
        explicit = [w for w in inner if counts[w] < 2 or w in hidden]
        within: list[Formula] = []
        under: list[Formula] = []
        above: list[Formula] = []
        below: list[Formula] = []
        deeper = Level((*level.used, *wires.values(), *deltas.values()), frozenset())
        sign = 1 if coefficient > 0 else -1
        for factor in ranked(node.factors):
            part, turned = yield self.factor(factor, [wires[w] for (w,) in slots_of(factor)], deeper)
            sign, low = sign * turned, factor.exponent < 0
            place = (under if low else within) if factor.slots else (below if low else above)
            place.append(part)
            if not factor.slots and isinstance(factor.node, Network) and len(factor.node.factors) == 1:
                own = self.fresh(len(factor.node.sizes), deeper.used)  # `S_kk M_ll`: two traces, two letters
                deeper = deeper._replace(used=(*deeper.used, *own))
        within += self.fillers(node, letters, wires, level)
        if explicit:
            body = [summation([wires[w] for w in explicit], juxtaposed(within, under))]
            within, under = body, []
        over, beneath = numerals(magnitude(coefficient))
        return sign, juxtaposed([*over, *above, *within], [*beneath, *below, *under])

    def named_wires(
        self, node: Network, letters: Sequence[str], level: Level
    ) -> tuple[dict[int, str], dict[int, str], list[int]]:
        """Letters for the wires; those of further axes on an output wire; the summed wires."""
        wires: dict[int, str] = {}
        deltas: dict[int, str] = {}
        for axis, (wire,) in enumerate(groups_of(node)):
            if wire in wires:
                deltas[axis] = letters[axis]
            else:
                wires[wire] = letters[axis]
        held = {w for factor in node.factors for (w,) in slots_of(factor)}
        inner = sorted(held - set(wires))
        wires |= dict(zip(inner, self.fresh(len(inner), (*level.used, *letters)), strict=True))
        return wires, deltas, inner

    def factor(self, factor: Factor, letters: list[str], level: Level) -> Step[tuple[Formula, int]]:
        """A factor to the size of its exponent, a sum in its natural sign, and the sign this puts in front."""
        node, _, exponent = factor
        if len(set(letters)) < len(letters) and not isinstance(node, Tensor) and not is_structured(node):
            own = self.fresh(node.order, level.used)
            inner = yield self.expression(node, own, Level((*level.used, *own)))
            return raised(self.at_heights(placed(inner, own), letters, None), magnitude(exponent)), 1
        body = yield self.expression(node, letters, level)
        sign = 1
        if body.kind == "sum" and isinstance(exponent, int):
            body, sign = natural(body)
            sign = sign if exponent % 2 else 1
        return raised(body, magnitude(exponent)), sign

    def at_heights(self, base: Formula, letters: Sequence[str], marks: str | None) -> Formula:
        """A base with its indices, at their heights if those are wanted and known."""
        if self.heights is None:
            return indexed(base, letters)
        self.unmarked = self.unmarked or marks is None or "-" in marks
        return indexed(base, letters, marks if marks and not self.unmarked else "l" * len(letters))

    def fillers(self, node: Network, letters: Sequence[str], wires: Mapping[int, str], level: Level) -> list[Formula]:
        """Deltas for further axes on a wire, ones for wires without a factor."""
        held = {w for factor in node.factors for (w,) in slots_of(factor)}
        out: list[Formula] = []
        first = primaries(node)
        for axis, (wire,) in enumerate(groups_of(node)):
            known = wire in held or wires[wire] in level.sized or letters[axis] in level.sized
            size = node.sizes[wire]
            if first[wire] != axis:
                pair = [wires[wire], letters[axis]]
                marks = "".join(self.marks.get(letter, "-") for letter in pair)
                out.append(self.at_heights(symbol("delta", size, known), pair, marks))
            elif wire not in held and len([g for g in node.outputs if g == (wire,)]) == 1:
                out.append(self.at_heights(symbol("one", size, known), [wires[wire]], None))
        return out

    def apply(self, node: Apply, letters: Sequence[str], level: Level) -> Step[Formula]:
        """A function of its arguments."""
        name = node.function.name
        if node.function.elementwise:
            args = []
            for arg in node.args:
                args.append((yield self.expression(arg, letters, level)))
            if name == "power":
                return variable_power(*args)
            return simple_call(name, args, 0, node.function.latex)
        if node.batch:
            value: Formula = yield self.batched(node, letters, level)
            return value
        shown = matrix_formula(node) if self.latex else None
        inside = []
        for arg in node.args:
            inside.append((yield self.whole(arg, level, "(" if len(node.args) > 1 else "")))
        value = simple_call(name, inside, 0, node.function.latex)
        if shown is not None:
            value.latex_pieces = (r"\left(", shown, r"\right)") if shown.kind != "call" or name == "inv" else (shown,)
        return self.at_heights(value, letters, None)

    def whole(self, arg: Node, level: Level, opening: str) -> Step[Formula]:
        """An argument that a function takes whole: a name, or a body and the order of its indices."""
        if isinstance(arg, Tensor):
            return leaf(arg, 0)
        own = self.fresh(arg.order, level.used)
        body = yield self.expression(arg, own, Level((*level.used, *own), frozenset()))
        return placed(body, own, opening)

    def batched(self, node: Apply, letters: Sequence[str], level: Level) -> Step[Formula]:
        """A function along the last axes: the letters in front are those around it, the last ones are its own."""
        if len(node.args) > 1:
            raise Unwritable
        (arg,) = node.args
        core = self.fresh(arg.order - node.batch, level.used)
        if not isinstance(arg, Tensor) and (len(core) > 1 or arg.order - 1 in self.needs[arg]):
            raise Unwritable
        inner = [*letters[: node.batch], *core]
        body = yield self.expression(arg, inner, Level((*level.used, *core), frozenset()))
        return self.at_heights(simple_call(node.function.name, [body], 0, node.function.latex), letters[node.batch :], None)


# -- networks


def groups_of(node: Network) -> list[tuple[int]]:
    """The output wires, which must be single ones."""
    if any(len(group) != 1 for group in node.outputs):
        raise Unwritable
    return node.outputs  # type: ignore[return-value]


def slots_of(factor: Factor) -> list[tuple[int]]:
    """The wires of a factor, which must be single ones."""
    if any(len(group) != 1 for group in factor.slots):
        raise Unwritable
    return factor.slots  # type: ignore[return-value]


def primaries(node: Network) -> dict[int, int]:
    """For every output wire its first axis."""
    first: dict[int, int] = {}
    for axis, (wire,) in enumerate(groups_of(node)):
        first.setdefault(wire, axis)
    return first


def occurrences(node: Network) -> dict[int, int]:
    """How often the letter of each wire occurs: in the factors, and in the deltas."""
    counts: dict[int, int] = {wire: 0 for (wire,) in groups_of(node)}
    for factor in node.factors:
        for (wire,) in slots_of(factor):
            counts[wire] = counts.get(wire, 0) + 1
    for axis, (wire,) in enumerate(groups_of(node)):
        if primaries(node)[wire] != axis:
            counts[wire] += 1
    for (wire,) in groups_of(node):
        if not counts[wire]:
            counts[wire] = 1
    return counts


def held_axes(node: Node) -> list[int]:
    """The axes of a term that hang on a factor."""
    if not isinstance(node, Network):
        return list(range(node.order))
    held = {wire for factor in node.factors for group in factor.slots for wire in group}
    return [axis for axis, (wire,) in enumerate(groups_of(node)) if wire in held]


def is_structured(node: Node) -> bool:
    """Is it a function that takes its argument whole?"""
    return isinstance(node, Apply) and not node.function.elementwise


def ranked(factors: Iterable[Factor]) -> list[Factor]:
    """Factors in the order in which people write them: scalars, then matrices and vectors along their wires."""

    def rank(factor: Factor) -> tuple[object, ...]:
        simple = isinstance(factor.node, Tensor | Size) or is_structured(factor.node)
        name = factor.node.name if isinstance(factor.node, Tensor) else ""
        return (len(factor.slots) > 0, not simple, -len(factor.slots), name, factor.slots)

    return sorted(factors, key=rank)
