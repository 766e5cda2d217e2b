"""What index notation does to whole pieces: powers, functions of the table and constants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from ricci.functions import FUNCTIONS, apply
from ricci.notation.declarations import Scope, unknown
from ricci.notation.index.sums import Context, IndexSums
from ricci.notation.index.syntax import CONSTANTS, PATTERNS, SPECIAL, SYMBOLS, is_function
from ricci.notation.pieces import OPEN, Piece, Wires, renamed, settled
from ricci.notation.sizes import size_argument
from ricci.notation.syntax import (
    Call,
    Indexed,
    Name,
    Power,
    Syntax,
    Walk,
    blame,
    snippet,
)
from tensor_networks.axes import Axis, symbols
from tensor_networks.errors import IndexNotationError, ParseError, ShapeError, clip, located
from tensor_networks.networks import constant
from tensor_networks.nodes import tensor
from tensor_networks.numbers import Number, power
from tensor_networks.patterns import pattern

Place = tuple[int, int]  # where a delta or one stands, and which of its indices


EXTREMES = {"max": "maximum", "min": "minimum"}  # of two arguments, entry by entry


def front_named(piece: Piece, letters: Sequence[str] | None) -> Piece:
    """The piece with its open axes in front of those that a function takes named apart."""
    front = piece.open[: -len(letters)] if letters else []
    return renamed(piece, {label: f"{OPEN}front{axis}" for axis, label in enumerate(front)}) if front else piece


class IndexFunctions(IndexSums):
    """The half of the index reader that works on pieces and calls; the other half walks the tree."""

    text: str
    scope: Scope
    wires: Wires
    known: dict[Place, Axis]
    loose: dict[Place, tuple[str, int, Syntax]]
    symbols: set[str]

    if TYPE_CHECKING:

        def term(self, tree: Syntax, context: Context) -> Walk[Piece]: ...
        def unindexed(self, tree: Syntax, context: Context) -> Walk[Piece]: ...
        def guess(self, tree: Name, order: int) -> Piece: ...

    def raised(self, piece: Piece, exponent: Number, tree: Syntax) -> Piece:
        """A piece to a constant power, entry by entry."""
        self.check_closed(piece, tree)
        number = piece.number
        if number is not None:
            if number == 0 and exponent < 0:
                raise blame(ParseError, "a division by zero", self.text, tree)
            result = power(number, exponent)
            return Piece(result) if result is not None else Piece(1, [(constant(number), (), exponent)])
        if exponent == 1:
            return piece
        out = self.wires.fresh(self.wires.node(piece, piece.free), piece.free, exponent)
        out.heights = dict(piece.heights)
        return out

    def power(self, tree: Power, context: Context) -> Walk[Piece]:
        """Entry by entry; base and exponent are scopes of their own."""
        base = yield self.term(tree.base, context)
        exponent = yield self.term(tree.exponent, context)
        self.check_closed(base, tree.base)
        self.check_closed(exponent, tree.exponent)
        with located(self.text, tree.start, tree.end):
            if exponent.number is not None:
                return self.raised(base, exponent.number, tree)
            return self.entrywise("power", [base, exponent])

    def entrywise(self, name: str, pieces: Sequence[Piece]) -> Piece:
        """A function entry by entry: it has the indices of its arguments together, each of them once."""
        like: dict[str, int] = {}
        for piece in pieces:
            for label, wire in piece.free.items():
                self.wires.alike(like.setdefault(label, wire), wire, label)
        nodes = [self.wires.node(self.wires.widened(piece, like), like) for piece in pieces]
        node = apply(name, *nodes) if self.wires.building else None  # type: ignore[arg-type]
        out = self.wires.fresh(node, like)
        for piece in pieces:
            out.heights |= piece.heights
        return out

    # calls

    def call(self, tree: Call, context: Context) -> Walk[Piece]:
        """A function, a constant or a sum."""
        if tree.name in EXTREMES and len(tree.arguments) == 2:
            tree = replace(tree, name=EXTREMES[tree.name])
        if tree.name in CONSTANTS:
            with located(self.text, tree.start, tree.end):
                return self.constant(tree)
        if not is_function(tree.name):
            error = unknown(tree.name, [*FUNCTIONS, *SPECIAL])
            error.message = f"there is no function {clip(tree.name)}"
            error.locate(self.text, tree.start, tree.start + len(tree.name))
            raise error
        wanted = FUNCTIONS[tree.name].arity if tree.name in FUNCTIONS else 1
        if len(tree.arguments) != wanted:
            plural = "" if wanted == 1 else "s"
            what = f"{tree.name} takes {wanted} argument{plural}, not {len(tree.arguments)}"
            extra = tree.arguments[wanted] if len(tree.arguments) > wanted else tree
            raise blame(ParseError, what, self.text, extra)
        if tree.name == "sum":
            return (yield self.summation(tree, context))
        pieces = []
        for argument in tree.arguments:
            pieces.append((yield self.argument(tree, argument, context)))
        with located(self.text, tree.start, tree.end):
            if tree.name == "sqrt":
                return self.square_root(pieces[0])
            if FUNCTIONS[tree.name].elementwise:
                return self.entrywise(tree.name, pieces)
            return self.structured(tree, pieces, context)

    def argument(self, tree: Call, argument: Syntax, context: Context) -> Walk[Piece]:
        """An argument; a bare name without a declaration has the order that the function takes."""
        if isinstance(argument, Name) and not self.scope.nodes and tree.name in FUNCTIONS:
            letters = FUNCTIONS[tree.name].arguments[tree.arguments.index(argument)]
            if letters is None:
                raise unknown(argument.name, (), f'declare it, such as {clip(argument.name, 12)}="n n"')
            piece = self.guess(argument, len(letters))
            if len(letters) == 2 and letters[0] == letters[1]:
                first, second = piece.free.values()
                self.wires.alike(first, second, argument.name)
            return piece
        return settled((yield self.unindexed(argument, context)))

    def square_root(self, piece: Piece) -> Piece:
        number = piece.number
        if number is not None:
            root = power(number, Fraction(1, 2))
            return Piece(root) if root is not None else Piece(1, [(constant(number), (), Fraction(1, 2))])
        return self.wires.fresh(self.wires.node(piece, piece.free), piece.free, Fraction(1, 2))

    def structured(self, tree: Call, pieces: Sequence[Piece], context: Context) -> Piece:
        """A function of vectors or matrices: it takes the open axes of its arguments, the last ones, or their free indices."""
        function = FUNCTIONS[tree.name]
        pieces = [front_named(piece, letters) for piece, letters in zip(pieces, function.arguments, strict=True)]
        split = [self.split(tree, place, piece, context) for place, piece in enumerate(pieces)]
        letters, value = function.letters(len(split[0][1]))
        sizes: dict[str, int] = {}
        for piece, names, (_, core) in zip(pieces, letters, split, strict=True):
            for letter, label in zip(names, core, strict=True):
                self.same_size(tree, sizes.setdefault(letter, piece.free[label]), piece.free[label])
        like = {label: piece.free[label] for piece, (batch, _) in zip(pieces, split, strict=True) for label in batch}
        nodes = []
        for piece, (_, core) in zip(pieces, split, strict=True):
            nodes.append(self.wires.node(self.wires.widened(piece, like), [*like, *core]))
        open_ = {f"{OPEN}{axis}": sizes[letter] for axis, letter in enumerate(value)}
        node = apply(tree.name, *nodes) if self.wires.building else None  # type: ignore[arg-type]
        out = self.wires.fresh(node, like | open_)
        if function.arguments == (("n",),) and value == ("n",) and not pieces[0].open:
            out.default = (split[0][1][0],)
        return out

    def split(self, tree: Call, place: int, piece: Piece, context: Context) -> tuple[list[str], list[str]]:
        """The labels of an argument along which the function goes entry by entry, and those it takes."""
        letters = FUNCTIONS[tree.name].arguments[place]
        labels = list(piece.free)
        batch: list[str] = []
        core = [label for label in piece.open if not label.startswith(f"{OPEN}front")] or labels
        if not piece.open and letters is not None and len(core) > len(letters):
            batch = [label for label in labels if label in context.protected]
            core = [label for label in labels if label not in context.protected]
        elif piece.open:
            batch = [label for label in labels if label not in core]
        if (letters is not None and len(core) != len(letters)) or (batch and letters is None):
            square = FUNCTIONS[tree.name].square
            wanted = {1: "a vector", 2: f"a {'square ' if square else ''}matrix"}.get(len(letters or ()), "an array")
            shown = snippet(self.text, tree.arguments[place])
            what = f"{tree.name} needs {wanted}, but {shown} has {len(core)} free axes"
            raise blame(ShapeError, what, self.text, tree, "an arrow says them: inv(X_ki X_kj -> ij)_ab")
        return batch, core

    def same_size(self, tree: Call, first: int, second: int) -> None:
        """Two axes that the function wants to be of one size are."""
        try:
            self.wires.alike(first, second, f"of the {'matrix' if FUNCTIONS[tree.name].square else 'arguments'}")
        except ShapeError as error:
            wanted = "a square matrix" if FUNCTIONS[tree.name].square else "arguments that fit"
            error.message = f"{tree.name} needs {wanted}: {error.message}"
            raise

    # constants

    def symbol(self, tree: Indexed, base: Name, words: Sequence[str]) -> Piece:
        """delta, one and eps."""
        places = [(tree.start, axis) for axis in range(len(words))]
        if base.name == "eps":
            size = len(words)
            free = {f"{OPEN}{axis}": self.wires.new(size) for axis in range(size)}
            node = tensor("eps", [size] * size, ["levicivita"])
            return Piece(1, [(node, tuple(free.values()), 1)], free, dict.fromkeys(free, 1))
        if len(words) != SYMBOLS[base.name]:
            what = f"{base.name} takes {SYMBOLS[base.name]} indices, not {len(words)}"
            raise blame(IndexNotationError, what, self.text, tree)
        wire = self.wires.new(self.known.get(places[0]))
        for place, word in zip(places, words, strict=True):
            self.loose[place] = (word, wire, tree)
        free = {f"{OPEN}{axis}": wire for axis in range(len(words))}
        return Piece(1, [], free, dict.fromkeys(free, 1), [wire])

    def constant(self, tree: Call) -> Piece:
        """eye(n), ones(n, ...), zeros(n, ...) and patterns such as duplication(n), whose axes are open."""
        sizes = [size_argument(argument, self.text, self.scope, not self.scope.nodes) for argument in tree.arguments]
        if not sizes or (tree.name in ("eye", *PATTERNS) and len(sizes) != 1):
            raise blame(ParseError, f"{tree.name} takes sizes as arguments, not {len(sizes)}", self.text, tree)
        self.symbols.update(symbol for size in sizes for symbol in symbols(size))
        if tree.name in PATTERNS:
            node = pattern(tree.name, sizes[0])
            open_ = {f"{OPEN}{axis}": self.wires.new(size) for axis, size in enumerate(node.axes)}
            return Piece(1, [(node, tuple(open_.values()), 1)], open_, dict.fromkeys(open_, 1))
        wires = [self.wires.new(size) for size in sizes] * (2 if tree.name == "eye" else 1)
        free = {f"{OPEN}{axis}": wire for axis, wire in enumerate(wires)}
        return Piece(0 if tree.name == "zeros" else 1, [], free, dict.fromkeys(free, 1), list(dict.fromkeys(wires)))
