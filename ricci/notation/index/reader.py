"""Index notation (Ricci calculus and its explicit cousins): text to nodes.

The walk goes over the tree with the indices that are protected (in the output, or bound by an enclosing
`sum_`). A product sums what occurs twice and is not protected. Where the text holds `delta_ij` or `one_i`, or
names without a declaration, a first pass finds the sizes: it joins wires and builds nothing.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from itertools import chain
from itertools import count as numbers_from
from typing import Any

from ricci.constants import numbers
from ricci.functions import FUNCTIONS, number_of
from ricci.notation.declarations import Scope, unknown
from ricci.notation.index.functions import IndexFunctions, Place
from ricci.notation.index.heights import Heights, noted
from ricci.notation.index.sums import Context
from ricci.notation.index.syntax import SPECIAL, SPELLINGS, SYMBOLS, IndexParser, letters
from ricci.notation.pieces import OPEN, Piece, Wires, renamed, settled
from ricci.notation.places import warn
from ricci.notation.sizes import NUMBERS
from ricci.notation.syntax import (
    PRODUCT,
    Array,
    Arrow,
    Call,
    Chain,
    Indexed,
    Literal,
    Name,
    Negate,
    Parenthesis,
    Power,
    Subscript,
    Syntax,
    Walk,
    blame,
    run,
    snippet,
)
from tensor_networks.axes import Axis
from tensor_networks.errors import IndexNotationError, clip, located
from tensor_networks.networks import network, size_of
from tensor_networks.nodes import Node, tensor

ROLES = {0: "scalar", 1: "column", 2: "matrix"}


def parse_index(text: str, scope: Scope) -> tuple[Syntax, IndexParser]:
    """The syntax tree of an index text, and its parser, which knows the multi-letter indices."""
    orders = {name: node.order for name, node in scope.nodes.items()}
    parser = IndexParser(text, orders, scope.sizes)
    return parser.parse(), parser


def read_index(text: str, tree: Syntax, parser: IndexParser, scope: Scope) -> tuple[Node, str, Scope, Heights | None]:
    """The node of a tree, its role, the scope with the names that were inferred, and the heights, if any index is up."""
    known: dict[Place, Axis] = {}
    names = {token.text for token in parser.tokens if token.kind == "name"}
    if not scope.nodes or (names & {*SYMBOLS, *SPELLINGS}) - set(scope.nodes):
        sizing = IndexReader(text, parser, scope, building=False)
        run(sizing.outermost(tree))
        if not scope.nodes:
            scope = sizing.inferred_scope()
        known = sizing.loose_sizes()
    reader = IndexReader(text, parser, scope, building=True, known=known)
    with located(text, tree.start, tree.end):
        node = run(reader.outermost(tree))
    if node is None:  # a building pass makes a node
        raise IndexNotationError("nothing was read", text=text)
    heights = Heights(reader.marks, reader.free_marks) if parser.heights else None
    return node, ROLES.get(node.order, "tensor"), scope, heights


class IndexReader(IndexFunctions):
    """One pass over a tree."""

    def __init__(
        self, text: str, parser: IndexParser, scope: Scope, building: bool, known: dict[Place, Axis] | None = None
    ) -> None:
        self.text = text
        self.parser = parser
        self.scope = scope
        self.wires = Wires(building)
        self.known = known or {}
        self.loose: dict[Place, tuple[str, int, Syntax]] = {}
        self.letters: dict[str, list[int]] = {}
        self.guessed: dict[str, tuple[int, ...]] = {}
        self.whole_words: dict[str, Indexed] = {}  # x_{in} of a vector: the words that were read as one index
        self.single: set[str] = set()  # the indices that stand beside others
        self.summed: set[str] = set()
        self.dropped: list[str] = []
        self.symbols: set[str] = set()  # the sizes that constants name
        self.marks: dict[str, str] = {}
        self.free_marks = ""

    # the outermost level

    def outermost(self, tree: Syntax) -> Generator[Any, Piece, Node | None]:
        """The node of the whole text."""
        arrow = tree if isinstance(tree, Arrow) else None
        body = arrow.body if arrow else tree
        outputs = self.words(arrow.output) if arrow else []
        context = Context(frozenset(outputs), arrow is not None)
        piece = yield self.reduced(body, context, outputs) if arrow else self.expression(body, context)
        self.check_closed(piece, body)
        for word, place in self.whole_words.items():
            if self.single.intersection(letters(word)):
                what = f"{snippet(self.text, place.base)} has 1 axis, but is given {len(letters(word))} indices"
                hint = f"{clip(word)} is one index only where none of its letters is an index elsewhere"
                raise blame(IndexNotationError, what, self.text, place, hint)
        if arrow and self.summed and len(set(outputs)) < len(outputs):
            doubled = next(label for label in outputs if outputs.count(label) > 1)
            raise blame(
                IndexNotationError,
                f"the output repeats index {doubled} while {', '.join(sorted(self.summed)[:5])} is summed unsaid",
                self.text,
                arrow.output,
                "write the sum as sum_i( ... ), or the diagonal with delta",
            )
        free = outputs if arrow else list(piece.free)
        found = [piece.heights.get(label, ())[:1] for label in free]
        self.free_marks = "".join("-" if not one else "u" if one[0] else "l" for one in found)
        node = self.wires.node(piece, free)
        return self.regrouped(node, arrow.output) if node is not None and arrow and arrow.output.groups else node

    def regrouped(self, node: Node, output: Subscript) -> Node:
        """The axes of a node flattened as the parentheses of an arrow say."""
        places = iter(range(node.order))
        groups = [tuple(next(places) for _ in words) for words, _ in self.labels(output)]
        return network([(node, range(node.order))], groups)

    # products

    def term(self, tree: Syntax, context: Context) -> Walk[Piece]:
        """A product with its scope closed: what occurs twice and is not protected is summed."""
        piece = yield self.factor(tree, context)
        return self.contracted(piece, tree, context)

    def contracted(self, piece: Piece, tree: Syntax, context: Context) -> Piece:
        """Close the scope of a product."""
        for label in [label for label, count in piece.counts.items() if count > 1]:
            count, heights = piece.counts[label], piece.heights.get(label, ())
            if label in piece.free and label not in context.protected:
                if count > 2 and not context.arrow:
                    what = f"index {clip(label, 20)} occurs {count} times in one product"
                    hint = f"end the text in -> with the free indices, or write sum_{clip(label, 20)}( ... )"
                    raise blame(IndexNotationError, what, self.text, tree, hint)
                if self.parser.heights and count == len(heights) == 2 and heights[0] is heights[1]:
                    what = f"index {clip(label, 20)} is summed over two {'upper' if heights[0] else 'lower'} places"
                    raise blame(IndexNotationError, what, self.text, tree, "a summed pair is one up, one down")
                self.drop(piece, [label])
        piece.counts = dict.fromkeys(piece.free, 1)
        piece.heights = {label: piece.heights.get(label, ())[:1] for label in piece.free}
        return piece

    def product(self, tree: Chain, context: Context) -> Walk[Piece]:
        """Factors side by side, `*` and `/`; nothing is summed yet."""
        pieces: list[tuple[Piece, int, int]] = []
        inside: list[list[str]] = []
        named = {word for operand in tree.operands for word in self.own_indices(operand)}
        context = context._replace(beside=frozenset(named))
        for place, operand in enumerate(tree.operands):
            before = len(self.dropped)
            if place and tree.operators[place - 1].text == "/":
                piece = yield self.term(operand, context)
                with located(self.text, operand.start, operand.end):
                    piece = self.raised(piece, -1, operand)
            else:
                piece = yield self.factor(operand, context)
            pieces.append((piece, operand.start, operand.end))
            called = operand.base if isinstance(operand, Power) else operand
            apart = isinstance(called, Parenthesis) or (isinstance(called, Call) and called.name != "sum")
            inside.append(self.dropped[before:] if apart else [])
        if sum(bool(piece.free) for piece, _, _ in pieces) > 1:  # scalars may stand beside what has its indices outside
            for (piece, _, _), operand in zip(pieces, tree.operands, strict=True):
                self.check_closed(piece, operand)
        self.check_reach(tree, [piece for piece, _, _ in pieces], inside)
        return self.wires.merged(pieces, self.text)

    def own_indices(self, tree: Syntax) -> list[str]:
        """The indices of a factor that carries its own, as `A_ij` or `x_i^2`."""
        tree = tree.base if isinstance(tree, Power) else tree
        return [word for sub in tree.subscripts for word in self.words(sub)] if isinstance(tree, Indexed) else []

    def check_reach(self, tree: Chain, pieces: Sequence[Piece], inside: Sequence[Sequence[str]]) -> None:
        """Warn of an index that is summed inside a function or parenthesis and stands beside it as well.

        Most mean one sum around both.
        """
        if not any(inside):
            return
        beside = {label for piece in pieces for label in piece.free if piece.counts[label] == 1}  # `A_ii` is a sum of its own
        for operand, labels in zip(tree.operands, inside, strict=True):
            label = next((label for label in labels if label in beside), "")
            if label and self.wires.building:
                short, shown = clip(label, 20), snippet(self.text, operand)
                what = f"index {short} is summed inside {shown} and stands outside as well"
                warn(f"{what}: sum_{short}( ... ) around both is one sum")

    def factor(self, tree: Syntax, context: Context) -> Walk[Piece]:
        """One factor, or a product whose scope its owner closes."""
        if isinstance(tree, Literal):
            return Piece(tree.value)
        if isinstance(tree, Chain) and tree.level == PRODUCT:
            return (yield self.product(tree, context))
        if isinstance(tree, Negate):
            piece = yield self.factor(tree.operand, context)
            piece.coefficient = -piece.coefficient
            return piece
        if isinstance(tree, Power):
            return (yield self.power(tree, context))
        if isinstance(tree, Indexed):
            return (yield self.indexed(tree, context))
        return settled((yield self.unindexed(tree, context)))

    def unindexed(self, tree: Syntax, context: Context) -> Walk[Piece]:
        """What may carry indices: a name, a call, a parenthesis, perhaps with an arrow in it."""
        if isinstance(tree, Name):
            return self.name(tree)
        if isinstance(tree, Array):
            return self.whole(numbers(tree.rows))
        if isinstance(tree, Call):
            return (yield self.call(tree, context))
        if isinstance(tree, Arrow):
            outputs = self.words(tree.output)
            inner = Context(context.protected | set(outputs), True)
            piece = yield self.reduced(tree.body, inner, outputs)
            node = self.wires.node(piece, outputs)
            like = {f"{OPEN}{axis}": piece.free[label] for axis, label in enumerate(outputs)}
            if not tree.output.groups:
                return self.wires.fresh(node, like)
            node = node and self.regrouped(node, tree.output)
            wires = [self.wires.new(node.axes[k] if node else None) for k in range(len(self.labels(tree.output)))]
            return self.wires.fresh(node, {f"{OPEN}{axis}": wire for axis, wire in enumerate(wires)})
        operand = tree.operand if isinstance(tree, Parenthesis) else tree
        if isinstance(operand, Arrow):
            return (yield self.unindexed(operand, context))
        return (yield self.expression(operand, context))

    # names and their indices

    def name(self, tree: Name) -> Piece:
        """A declared name, a size, or on the first pass without declarations any name."""
        node = self.scope.nodes.get(tree.name)
        if node is None and tree.name in self.scope.sizes:
            node = size_of(tree.name)
        if node is None and not self.wires.building and not self.scope.nodes:
            return self.guess(tree, 0)
        if node is None and tree.name in NUMBERS:
            return Piece(NUMBERS[tree.name])
        if node is None:
            error = unknown(tree.name, [*self.scope.nodes, *self.scope.sizes, *FUNCTIONS, *SPECIAL, *SYMBOLS])
            error.locate(self.text, tree.start, tree.end)
            raise error
        number = number_of(node)
        return Piece(number) if number is not None else self.whole(node)

    def whole(self, node: Node) -> Piece:
        """A node whose axes have no indices yet."""
        free = {f"{OPEN}{axis}": self.wires.new(size) for axis, size in enumerate(node.axes)}
        return Piece(1, [(node, tuple(free.values()), 1)], free, dict.fromkeys(free, 1))

    def guess(self, tree: Name, order: int) -> Piece:
        """A name without a declaration, of a given order."""
        like = self.guessed.setdefault(tree.name, tuple(self.wires.new() for _ in range(order)))
        if len(like) != order:
            what = f"{clip(tree.name)} is used with {len(like)} and with {order} indices"
            raise blame(IndexNotationError, what, self.text, tree)
        return self.wires.fresh(None, {f"{OPEN}{axis}": wire for axis, wire in enumerate(like)})

    def labels(self, subscript: Subscript) -> list[tuple[tuple[str, ...], bool]]:
        """The indices of every axis, one or a group of them, and the height."""
        if not subscript.groups:
            return [((word,), subscript.upper) for word in self.words(subscript)]
        found: list[tuple[tuple[str, ...], bool]] = []
        for group in subscript.groups:
            words = self.words(replace(subscript, words=group, groups=()))
            together = self.parser.in_parentheses(group)
            found += [(tuple(words), subscript.upper)] if together else [((word,), subscript.upper) for word in words]
        return found

    def words(self, subscript: Subscript, whole: bool = False) -> list[str]:
        """The indices of one `_`, `^`, `sum_` or arrow."""
        if subscript.groups:
            return [word for words, _ in self.labels(subscript) for word in words]
        if len(subscript.words) > 1 and subscript.end > subscript.words[-1].end:
            return [word.text for word in subscript.words]
        split: list[str] = []
        for word in subscript.words:
            one = whole or word.text in self.parser.whole_words
            split += [word.text] if one else letters(word.text)
        return split

    def indexed(self, tree: Indexed, context: Context) -> Walk[Piece]:
        """A factor with its indices."""
        axes = [axis for sub in tree.subscripts for axis in self.labels(sub)]
        labels = [(word, upper) for words, upper in axes for word in words]
        base = tree.base
        if isinstance(base, Name) and base.name in SYMBOLS and base.name not in self.scope.nodes:
            piece = self.symbol(tree, base, [word for word, _ in labels])
        elif isinstance(base, Name) and not self.scope.nodes and base.name not in self.scope.sizes:
            piece = self.guess(base, len(axes))
        else:
            piece = yield self.unindexed(base, context)
        if len(labels) > len(axes) == len(piece.open):
            piece = self.wires.parted(piece, [len(words) for words, _ in axes])
        wanted = len(piece.open)
        if wanted == 1 < len(labels) and len(tree.subscripts) == 1:
            labels = [(word, tree.subscripts[0].upper) for word in self.words(tree.subscripts[0], whole=True)]
            self.whole_words.setdefault(labels[0][0], tree)
        else:
            self.single.update(word for word, _ in labels)
        if len(labels) != wanted:
            has = f"{wanted} {'axis' if wanted == 1 else 'axes'}" if wanted else "no axes"
            given = f"{len(labels)} {'index' if len(labels) == 1 else 'indices'}"
            what = f"{snippet(self.text, base)} has {has}, but is given {given}"
            raise blame(IndexNotationError, what, self.text, tree)
        with located(self.text, tree.start, tree.end):
            self.join_repeated(piece, [word for word, _ in labels])
            piece = renamed(piece, dict(zip(piece.open, (word for word, _ in labels), strict=True)))
        if self.parser.heights and isinstance(base, Name):
            noted(self.marks, base.name, [upper for _, upper in labels])
        for word, upper in labels:
            if self.parser.heights:
                piece.heights[word] = (*piece.heights.get(word, ()), upper)
            self.letters.setdefault(word, []).append(piece.free[word])
        return piece

    def join_repeated(self, piece: Piece, words: Sequence[str]) -> None:
        """Axes of one factor that carry the same index are one wire."""
        seen = {label: wire for label, wire in piece.free.items() if label[0] != OPEN}
        for label, word in zip(piece.open, words, strict=True):
            self.wires.join(seen.setdefault(word, piece.free[label]), piece.free[label], word)

    # what the first pass found

    def loose_sizes(self) -> dict[Place, Axis]:
        """The sizes of deltas and ones: from the wires they meet, else from the same letter elsewhere in the text."""
        found: dict[Place, Axis] = {}
        for place, (word, wire, tree) in self.loose.items():
            size = self.wires.size(wire)
            if size is None:
                sizes = {self.wires.size(other) for other in self.letters.get(word, ())} - {None}
                size = sizes.pop() if len(sizes) == 1 else None
            if size is None:
                what = f"the size of index {clip(word, 20)} is not known here"
                raise blame(IndexNotationError, what, self.text, tree, "write eye(n)_ij or ones(n)_i with a size")
            found[place] = size
        return found

    def inferred_scope(self) -> Scope:
        """Declarations for the names that were met, their sizes named n, m, p, ... in order of appearance."""
        taken = {token.text for token in self.parser.tokens}
        fresh = (name for name in chain("nmpqrstuvw", (f"n{k}" for k in numbers_from(1))) if name not in taken)
        nodes: dict[str, Node] = {}
        for name, wires in self.guessed.items():
            if name in self.symbols and not wires:
                continue
            for wire in wires:
                if self.wires.size(wire) is None:
                    self.wires.set_size(wire, next(fresh))
            nodes[name] = tensor(name, [self.wires.size(wire) or 0 for wire in wires])
        return Scope(nodes, frozenset(self.symbols | {a for node in nodes.values() for a in node.axes if isinstance(a, str)}))
