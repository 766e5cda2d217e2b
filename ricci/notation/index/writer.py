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
from ricci.functions.applying import is_bare, without_axes
from ricci.notation.arithmetic import magnitude, natural, plus
from ricci.notation.formula import (
    LONGEST,
    POWER,
    Formula,
    TooLong,
    named,
    number,
    simple_call,
)
from ricci.notation.index.heights import Heights
from ricci.notation.index.latex import in_latex
from ricci.notation.index.spelling import (
    grouped,
    in_order,
    indexed,
    juxtaposed,
    latex_letter,
    listed,
    numerals,
    placed,
    raised,
    summation,
    symbol,
    turned_back,
    variable_power,
)
from ricci.notation.index.ungrouping import ungrouped
from ricci.notation.index.wires import (
    Unwritable,
    groups_of,
    hidden,
    is_grouped,
    is_structured,
    needs_of,
    occurrences,
    primaries,
    ranked,
    sized_of,
    sized_wires,
    unsized,
    visible_of,
    wires_of,
)
from ricci.notation.matrix.writer import bounded, leaf, zeros
from ricci.notation.syntax import run
from tensor_networks.axes import show
from tensor_networks.composites import is_zero
from tensor_networks.networks import Factor, Network, Sum, primitive
from tensor_networks.nodes import Node, Size, Tensor, walk
from tensor_networks.numbers import Number, ratio
from tensor_networks.patterns import Pattern

Answer = TypeVar("Answer")
Step = Generator[Any, Any, Answer]
LETTERS = "ijklmpqrstuvwabcdefghnoxyz"


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
        outputs, nothing = writer.fresh(node.order, ()), zeros(node)
        zero = writer.at_heights(nothing, outputs, None)
        return Formula("arrow", (zero, " -> ", listed(outputs)), (nothing,), order=0, level=0)
    flat, groups = ungrouped(node)
    writer = IndexWriter(flat, latex)
    outputs = writer.fresh(flat.order, ())
    writer.outputs = frozenset(outputs)
    if heights is not None and len(heights.free) == len(outputs):
        writer.heights = heights
        writer.marks = dict(zip(outputs, heights.free, strict=True))
    body = run(writer.expression(flat, outputs, Level(tuple(outputs))))
    if writer.heights is not None and writer.unmarked:
        return index_formula(node, latex)
    if max(groups, default=1) > 1:
        parts = grouped(outputs, groups)
        return Formula("arrow", [body, " -> ", *parts], [body, r" \to ", *parts], order=0, level=0)
    plain = not node.order and all(isinstance(below, Size) or not below.order for below in writer.order)
    pieces = (body,) if plain else (body, " -> ", listed(outputs)) if outputs else (body, " ->")
    shown = (body, rf" \to {' '.join(map(latex_letter, outputs))}") if writer.needs.get(flat) else (body,)
    return Formula("arrow", pieces, shown, order=0, level=0)


def is_minors(node: Node) -> bool:
    """Is it the derivative of an adjugate?"""
    return isinstance(node, Apply) and node.function.name == "minors"


class Level(NamedTuple):
    """What a subexpression may use: the letters in use around it, those of known size, those that stand beside it."""

    used: tuple[str, ...]
    sized: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()


class IndexWriter:
    """The writing of one root."""

    def __init__(self, root: Node, latex: bool = False) -> None:
        self.latex = latex
        self.heights: Heights | None = None
        self.marks: dict[str, str] = {}
        self.outputs: frozenset[str] = frozenset()
        self.unmarked = False
        self.order = walk(root)
        self.avoided = {node.name for node in self.order if isinstance(node, Tensor)}
        self.avoided |= {node.size for node in self.order if isinstance(node, Size)}
        uses = [child for node in self.order for child in node.children if is_minors(child)] + [root] * is_minors(root)
        # several of them would be read as one sum, inv(2*X) as 0.5*inv(X)
        args = [node.children[0] for node in uses]
        self.lone_minors = len(args) == 1 and isinstance(args[0], Tensor | Sum) and primitive(args[0])[1] == 1
        self.check_length(root)
        self.has_groups = any(isinstance(node, Network) and is_grouped(node) for node in self.order)
        self.needs = needs_of(self.order)
        self.sized = sized_of(self.order)
        self.visible = visible_of(self.order)

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

    def within(self, node: Node) -> IndexWriter:
        """The writer of a node that is none of those below the root."""
        part = IndexWriter(node, self.latex)
        part.avoided |= self.avoided
        return part

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
        elif isinstance(node, Network) and is_grouped(node):
            formula = self.at_heights((yield self.whole(node, level, "(")), letters, None)
        elif isinstance(node, Network):
            sign, formula = yield self.product(node, letters, level, 1, free=True)
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
        held = {letters[axis] for axis in self.sized[node]}
        inner = level._replace(sized=level.sized | held)
        terms = []
        sizes = {magnitude(coefficient) for _, coefficient in node.terms}
        shared = sizes.pop() if len(sizes) == 1 and len(node.terms) > 2 else 1  # `0.5 (a + b + c)`
        for place, (term, coefficient) in enumerate(node.terms):
            inner = inner._replace(beside=level.beside | self.beside(node.children, place, letters))
            sign, size = (-1, ratio(-coefficient, shared)) if coefficient < 0 else (1, ratio(coefficient, shared))
            if isinstance(term, Network):
                turned, formula = yield self.product(term, letters, inner, sign * size, free=len(node.terms) == 1)
                sign = turned
            else:
                body = yield self.expression(term, letters, inner)
                formula = body if size == 1 else juxtaposed([*numerals(size)[0], body], numerals(size)[1])
            terms.append((sign, formula))
        if shared == 1:
            return plus(terms)
        over, under = numerals(shared)
        return juxtaposed([*over, plus(terms)], under)

    def beside(self, nodes: Sequence[Node], place: int, letters: Sequence[str]) -> frozenset[str]:
        """The letters along which one of several nodes of the same axes is broadcast unsaid: those that the others show, of a
        scalar; of others those that stand behind the arrow."""
        shown = frozenset(letters[axis] for k, node in enumerate(nodes) if k != place for axis in self.visible[node])
        return shown & self.outputs if self.visible[nodes[place]] else shown

    def product(
        self, node: Network, letters: Sequence[str], level: Level, coefficient: Number, free: bool
    ) -> Step[tuple[int, Formula]]:
        """A sign, and factors side by side, with the sums written out that are not understood. If `free`, no sum around takes
        the sign, and a minus goes into a sum among the factors."""
        wires, deltas, inner = self.named_wires(node, letters, level)
        counts, concealed = occurrences(node), hidden(node, self.needs)
        explicit = [w for w in inner if counts[w] < 2 or w in concealed or (self.latex and counts[w] > 2)]
        within: list[Formula] = []
        under: list[Formula] = []
        above: list[Formula] = []
        below: list[Formula] = []
        deeper = Level((*level.used, *wires.values(), *deltas.values()), frozenset())
        sign = 1 if coefficient > 0 else -1
        for factor in ranked(node.factors):
            letters_ = [grouped([wires[w] for w in group], [len(group)])[0] for group in factor.slots]
            part, turned = yield self.factor(factor, letters_, deeper)
            sign, low = sign * turned, factor.exponent < 0
            place = (under if low else within) if factor.slots else (below if low else above)
            place.append(part)
            if not factor.slots and isinstance(factor.node, Network) and len(factor.node.factors) == 1:
                own = self.fresh(len(factor.node.sizes), deeper.used)  # `S_kk M_ll`: two traces, two letters
                deeper = deeper._replace(used=(*deeper.used, *own))
        if sign < 0 and free:
            sign = -sign if any(map(turned_back, (within, above))) else sign
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
        held = {w for factor in node.factors for w in wires_of(factor)}
        inner = sorted(held - set(wires))
        wires |= dict(zip(inner, self.fresh(len(inner), (*level.used, *letters)), strict=True))
        return wires, deltas, inner

    def factor(self, factor: Factor, letters: list[str], level: Level) -> Step[tuple[Formula, int]]:
        """A factor to the size of its exponent, a sum in its natural sign, and the sign this puts in front."""
        node, _, exponent = factor
        odd = len(set(letters)) < len(letters) or any(letter[0] == "(" for letter in letters)
        plain = isinstance(node, Tensor | Pattern) or is_structured(node) or (isinstance(node, Network) and is_grouped(node))
        if odd and not plain:
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
        if self.heights is None or not letters:
            return indexed(base, letters)
        self.unmarked = self.unmarked or marks is None or "-" in marks
        return indexed(base, letters, marks if marks and not self.unmarked else "l" * len(letters))

    def fillers(self, node: Network, letters: Sequence[str], wires: Mapping[int, str], level: Level) -> list[Formula]:
        """Deltas for further axes on a wire, ones for wires without a factor."""
        held = {w for factor in node.factors for w in wires_of(factor)}
        said = sized_wires(node, self.sized)
        out: list[Formula] = []
        first = primaries(node)
        for wire in sorted(unsized(node)):
            if wire not in node.free or wires[wire] not in level.sized:
                out.append(self.at_heights(symbol("one", node.sizes[wire], False), [wires[wire]], None))
        for axis, (wire,) in enumerate(groups_of(node)):
            known = wire in said or wires[wire] in level.sized or letters[axis] in level.sized
            size = node.sizes[wire]
            if first[wire] != axis:
                pair = [wires[wire], letters[axis]]
                marks = "".join(self.marks.get(letter, "-") for letter in pair)
                out.append(self.at_heights(symbol("delta", size, known), pair, marks))
            elif wire not in held and letters[axis] not in level.beside and node.outputs.count((wire,)) == 1:
                out.append(self.at_heights(symbol("one", size, known), [wires[wire]], None))
        return out

    def apply(self, node: Apply, letters: Sequence[str], level: Level) -> Step[Formula]:
        """A function of its arguments."""
        name = node.function.name
        if node.function.elementwise:
            args = []
            for place, arg in enumerate(node.args):
                own = level._replace(beside=self.beside(node.args, place, letters))
                args.append((yield self.expression(arg, letters, own)))
            if name == "power":
                return variable_power(*args)
            return simple_call(name, args, 0, node.function.latex)
        if node.batch:
            value: Formula = yield self.batched(node, letters, level)
            return value
        inside = []
        for arg in node.args:
            inside.append((yield self.whole(arg, level, "(" if len(node.args) > 1 else "")))
        if name == "minors" and self.lone_minors:
            return self.minors(node.args, inside, letters)
        value = simple_call(name, inside, 0, node.function.latex)
        if self.latex:
            value.latex_pieces, value.latex_level = in_latex(name, node.args, inside, bool(letters))
        value = self.at_heights(value, letters, None)
        if self.latex and name == "unit":
            entry = yield self.expression(node.args[0], letters, level)
            norm, _ = in_latex("norm2", node.args, inside, False)
            value.latex_pieces = (r"\frac{", entry, "}{", *norm, "}")
        return value

    def minors(self, args: Sequence[Node], inside: list[Formula], letters: Sequence[str]) -> Formula:
        """The derivative of the adjugate: ``det(X) (inv(X)_ij inv(X)_lk - inv(X)_ik inv(X)_lj)``."""
        first, second, third, last = letters
        inverse, det = simple_call("inv", inside, 0), simple_call("det", inside, 0, r"\det")
        if self.latex:
            (inverse.latex_pieces, _), (det.latex_pieces, _) = (in_latex(f, args, inside, f == "inv") for f in ("inv", "det"))
        pairs = [((first, second), (last, third)), ((first, third), (last, second))]
        products = [juxtaposed([self.at_heights(inverse, pair, None) for pair in both], []) for both in pairs]
        value = juxtaposed([det, plus([(1, products[0]), (-1, products[1])])], [])
        value.level = POWER  # needs no parentheses beside other factors
        return value

    def whole(self, arg: Node, level: Level, opening: str) -> Step[Formula]:
        """An argument that a function takes whole: a name, or a body and the order of its indices."""
        if isinstance(arg, Tensor):
            return leaf(arg, 0)
        if isinstance(arg, Network) and not arg.factors and arg.outputs == ((0,), (0,)):
            return symbol("delta", arg.sizes[0], False)
        flat, groups = ungrouped(arg) if self.has_groups else (arg, [1] * arg.order)
        part = self if flat in self.sized else self.within(flat)
        own = self.fresh(flat.order, level.used)
        body = yield part.expression(flat, own, Level((*level.used, *own)))
        return placed(body, grouped(own, groups), opening)

    def batched(self, node: Apply, letters: Sequence[str], level: Level) -> Step[Formula]:
        """A function along the last axes: the letters in front are those around it, the last ones are its own.

        An argument that would sum one of its own is taken whole: `softmax(A_ij x_j -> ij)_kl`.
        """
        bare = [[axis for axis in range(node.batch) if is_bare(arg, axis)] for arg in node.args]
        loose = [(arg, axes) for arg, axes in zip(node.args, bare, strict=True) if len(axes) < node.batch]
        whole = any(axis in self.needs[arg] for arg, _ in loose for axis in range(node.batch, arg.order))
        inside = []
        for arg, axes in zip(node.args, bare, strict=True):
            alone = len(axes) == node.batch
            if alone or whole:
                taken = without_axes(arg, axes) if alone else arg
                inside.append((yield self.whole(taken, level, "(" if len(node.args) > 1 else "")))
                continue
            core = self.fresh(arg.order - node.batch, level.used)
            own = Level((*level.used, *core), frozenset())
            body = yield self.expression(arg, [*letters[: node.batch], *core], own)
            inside.append(body if in_order(body.text, core) else (yield self.turned(arg, letters[: node.batch], core, own)))
        value = simple_call(node.function.name, inside, 0, node.function.latex)
        return self.at_heights(value, letters if whole else letters[node.batch :], None)

    def turned(self, arg: Node, batch: Sequence[str], core: Sequence[str], level: Level) -> Step[Formula]:
        """An argument behind deltas that name its own letters in their order."""
        other = self.fresh(len(core), level.used)
        body = yield self.expression(arg, [*batch, *other], level._replace(used=(*level.used, *other)))
        pairs = zip(core, other, arg.axes[len(batch) :], strict=True)
        deltas = [self.at_heights(symbol("delta", size, True), [one, two], None) for one, two, size in pairs]
        return juxtaposed([*deltas, body], [])
