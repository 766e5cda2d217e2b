"""Sums in index notation: of terms, of what an arrow leaves over, and `sum_`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ricci.notation.pieces import Piece, Wires, settled
from ricci.notation.syntax import SUM, Call, Chain, Subscript, Syntax, Walk, blame, snippet
from tensor_networks.errors import IndexNotationError, RicciError, clip, located
from tensor_networks.networks import total
from tensor_networks.numbers import exact


class Context(NamedTuple):
    """What surrounds a subexpression: the indices it must not sum, whether an arrow allows more than pairs, and the indices
    of the factors beside it."""

    protected: frozenset[str] = frozenset()
    arrow: bool = False
    beside: frozenset[str] = frozenset()


class IndexSums:
    """The part of the index reader that adds."""

    text: str
    wires: Wires
    summed: set[str]
    dropped: list[str]

    if TYPE_CHECKING:

        def term(self, tree: Syntax, context: Context) -> Walk[Piece]: ...
        def unindexed(self, tree: Syntax, context: Context) -> Walk[Piece]: ...
        def words(self, subscript: Subscript, whole: bool = False) -> list[str]: ...

    @staticmethod
    def terms(tree: Syntax) -> list[tuple[int, Syntax]]:
        """The terms of a sum with their signs."""
        if not (isinstance(tree, Chain) and tree.level == SUM):
            return [(1, tree)]
        signs = [1, *(-1 if op.text == "-" else 1 for op in tree.operators)]
        return list(zip(signs, tree.operands, strict=True))

    def expression(self, tree: Syntax, context: Context) -> Walk[Piece]:
        """A sum of terms; a single term stays a product."""
        terms = self.terms(tree)
        inner = context._replace(beside=frozenset()) if len(terms) > 1 else context
        pieces = []
        for _, operand in terms:
            pieces.append((yield self.term(operand, inner)))
        return self.added(tree, terms, pieces, context)

    def added(self, tree: Syntax, terms: Sequence[tuple[int, Syntax]], pieces: Sequence[Piece], context: Context) -> Piece:
        """The sum of terms that have the same free indices; a scalar is added to every entry.

        So is, along it, a term that lacks an index which an arrow or a `sum_` around the sum names, or a factor beside it.
        """
        if len(pieces) == 1:
            return pieces[0]
        like: dict[str, int] = {}
        heights: dict[str, tuple[bool, ...]] = {}
        for piece in pieces:
            for label, wire in piece.free.items():
                like.setdefault(label, wire)
        for place in (*range(1, len(pieces)), 0):
            piece = pieces[place]
            odd = [label for label in like if label not in piece.free and label not in context.protected]
            if piece.free:
                odd = [label for label in odd if label not in context.beside or label in piece.inner]
            if odd and (piece.free or piece.inner):
                raise self.unlike(terms, pieces, place, odd)
        for (_, operand), piece in zip(terms, pieces, strict=True):
            with located(self.text, operand.start, operand.end):
                for label, wire in piece.free.items():
                    self.wires.alike(like[label], wire, label)
                    self.check_height(label, heights.setdefault(label, piece.heights.get(label, ())[:1]), piece)
        with located(self.text, tree.start, tree.end):
            out = self.sum_of(like, [(sign, piece) for (sign, _), piece in zip(terms, pieces, strict=True)])
        out.heights = heights
        return out

    def unlike(
        self, terms: Sequence[tuple[int, Syntax]], pieces: Sequence[Piece], place: int, odd: Sequence[str]
    ) -> RicciError:
        """The error for a term that lacks indices which other terms have."""
        for (_, operand), piece in zip(terms, pieces, strict=True):
            self.check_closed(piece, operand)
        term, label, inner = terms[place][1], clip(odd[0], 20), pieces[place].inner
        shown = snippet(self.text, term)
        if odd[0] in inner:
            what = f"index {label} is summed in the term {shown}, where it stands twice, but free in others"
            return blame(IndexNotationError, what, self.text, term, f"an arrow with {label} in its output keeps it")
        hint = f"all terms have the same free indices; one_{label} broadcasts, and so does sum_{label}( ... ) around them"
        if inner and not pieces[place].free:
            bound = clip("".join(sorted(inner)), 20)
            hint = f"sum_{{{bound}}}( ... ) says that this sum is added to every entry"
        what = f"index {label} does not occur in the term {shown}, but in others"
        return blame(IndexNotationError, what, self.text, term, hint)

    def check_height(self, label: str, first: tuple[bool, ...], piece: Piece) -> None:
        """A free index is upper in all terms, or lower in all."""
        here = piece.heights.get(label, ())[:1]
        if first and here and here != first:
            what = f"index {clip(label, 20)} is {'upper' if here[0] else 'lower'} in this term, but not in the first one"
            raise IndexNotationError(what, hint="a metric raises and lowers: g^ij w_j")

    def reduced(self, tree: Syntax, context: Context, outputs: Sequence[str]) -> Walk[Piece]:
        """Terms under an arrow: what is left over in a term is summed there; a term without an output is the same along it."""
        terms = self.terms(tree)
        pieces = []
        for _, operand in terms:
            piece = yield self.term(operand, context)
            self.check_closed(piece, operand)
            pieces.append(piece)
        known = {label for piece in pieces for label in piece.free}
        for (_, operand), piece in zip(terms, pieces, strict=True):
            left = [label for label in piece.free if label not in outputs]
            for label in outputs:
                if label not in known or (left and label not in piece.free):
                    raise self.lacks_output(operand, label, left)
            self.drop(piece, left)
        return self.added(tree, terms, pieces, context)

    def lacks_output(self, term: Syntax, label: str, left: Sequence[str]) -> RicciError:
        """The error for a term without an index of the output that has others, which the output has not."""
        short = clip(label, 20)
        what = f"index {short} of the output does not occur in {snippet(self.text, term)}"
        hint = f"a factor one_{short} broadcasts"
        if left:
            what += f", but {clip(left[0], 20)} does"
            hint += f"; sum_{clip(left[0], 20)}( ... ) says that this sum is meant"
        return blame(IndexNotationError, what, self.text, term, hint)

    def sum_of(self, like: dict[str, int], terms: Sequence[tuple[int, Piece]]) -> Piece:
        """The sum of pieces along the indices of `like`."""
        numbers = [piece.number for _, piece in terms]
        if None not in numbers:
            return Piece(exact(sum(sign * piece.coefficient for sign, piece in terms)))
        node = None
        if self.wires.building:
            parts = []
            for sign, piece in terms:
                coefficient, piece.coefficient = piece.coefficient, 1
                parts.append((self.wires.node(self.wires.widened(piece, like), like), exact(sign * coefficient)))
            node = total(parts)  # type: ignore[arg-type]
        return self.wires.fresh(node, like)

    def summation(self, tree: Call, context: Context) -> Walk[Piece]:
        """`sum_{ij}(...)`: exactly these indices; `sum(...)`: all of them."""
        bound = self.words(tree.bound) if tree.bound is not None else None
        inner = context._replace(protected=context.protected | set(bound or ()))
        if bound is None:
            piece = settled((yield self.unindexed(tree.arguments[0], context)))
            bound = list(piece.free)
        else:
            piece = yield self.expression(tree.arguments[0], inner)
            self.check_closed(piece, tree.arguments[0])
        for label in dict.fromkeys(bound):
            if label not in piece.free:
                what = f"index {clip(label, 20)} of the sum does not occur in {snippet(self.text, tree.arguments[0])}"
                raise blame(IndexNotationError, what, self.text, tree, f"one_{clip(label, 20)} broadcasts")
            del piece.free[label], piece.counts[label]
            piece.heights.pop(label, None)
        piece.inner = frozenset()
        return piece

    def drop(self, piece: Piece, labels: Sequence[str]) -> None:
        """Sum over indices of a piece."""
        self.summed.update(labels)
        self.dropped += labels
        piece.inner |= frozenset(labels)
        for label in labels:
            del piece.free[label]

    def check_closed(self, piece: Piece, tree: Syntax) -> None:
        """Every axis has an index."""
        if piece.open:
            count = len(piece.open)
            what = f"{snippet(self.text, tree)} has {count} {'axis' if count == 1 else 'axes'} without an index"
            raise blame(IndexNotationError, what, self.text, tree, "write its indices, such as A_ij")
