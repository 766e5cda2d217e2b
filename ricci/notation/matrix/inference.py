"""Types and sizes of undeclared names in matrix notation, from what stands around them.

The convention: a name that begins with an upper-case letter is a matrix; another name is a vector if the text
treats it as one (transposed, beside a matrix, under `.*` or a function of vectors, added to a vector), alone or as
what decides a sum, a product (its last factor) or a function of entries; else it is a scalar. Sizes follow from
products and sums, and are named n, m, p, ... in order of appearance. What contradicts itself is an error that says
what to declare.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ricci.functions import FUNCTIONS
from ricci.notation.declarations import Scope
from ricci.notation.matrix.functions import CONSTANTS
from ricci.notation.pieces import Wires
from ricci.notation.syntax import (
    OTHER_PRODUCTS,
    SUM,
    Array,
    Bars,
    Call,
    Chain,
    Literal,
    Name,
    Negate,
    Parenthesis,
    Power,
    Syntax,
    Transpose,
    Walk,
    blame,
    run,
)
from ricci.notation.tokens import Token
from tensor_networks.axes import Axis
from tensor_networks.errors import ShapeError, UnknownName, clip
from tensor_networks.nodes import Node, tensor

REDUCTIONS = frozenset({"sum", "mean", "prod", "var", "std", "dot", "inner", "norm", "norm1", "norm2"})
OF_VECTORS = REDUCTIONS | {"diag", "kron", "vec", "outer", "transpose"}
OF_SQUARES = frozenset({"tr", "trace", "Tr", "solve", "vech", "tril", "triu"})
KHATRI_RAO = frozenset({"kr", "rkr", "hadamard"})
TO_SCALARS = REDUCTIONS | {"tr", "trace", "Tr", "normF"}
EXTREMES = frozenset({"max", "min"})  # of the entries of one argument, or of two arguments entry by entry
FIRST_ONLY = frozenset({"reshape", "norm"})  # what follows is no array
LETTERS = "nmpqrstuvwkl"


class Type(NamedTuple):
    """Rows and columns as wires; None for an axis that is not there.

    `names` are those of a scalar that would be vectors if it had to be one: of `2*a*x - y` these are x and y.
    """

    rows: int | None
    columns: int | None
    names: frozenset[str] = frozenset()

    @property
    def scalar(self) -> bool:
        return self.rows is None and self.columns is None

    @property
    def matrix(self) -> bool:
        return self.rows is not None and self.columns is not None


SCALAR = Type(None, None)


def inferred(text: str, tree: Syntax) -> Scope:
    """The scope of the names of a tree.

    Raises:
        ShapeError: no sizes fit; declare the names.
    """
    vectors: set[str] = set()
    while True:
        guess = _Inference(text, vectors, strict=False)
        run(guess.type(tree))
        new = guess.found - vectors or guess.added - vectors  # sums tell only once products have told all they can
        if not new:
            break
        vectors |= new
    guess = _Inference(text, vectors, strict=True)
    run(guess.type(tree))
    return guess.scope()


class _Inference:
    """One pass: types under an assumption on which lower-case names are vectors, and evidence that more of them are.

    Only a strict pass complains: before that the types are not yet known.
    """

    def __init__(self, text: str, vectors: Iterable[str], strict: bool) -> None:
        self.text = text
        self.vectors = frozenset(vectors)
        self.strict = strict
        self.found: set[str] = set()
        self.added: set[str] = set()
        self.wires = Wires(building=False)
        self.names: dict[str, Type] = {}
        self.symbols: dict[Axis, int] = {}
        self.axes: list[int] = []

    # names

    def new(self) -> int:
        wire = self.wires.new()
        self.axes.append(wire)
        return wire

    def name(self, tree: Name) -> Type:
        known = self.names.get(tree.name)
        if known is None:
            if tree.name[0].isupper():
                known = Type(self.new(), self.new())
            elif tree.name in self.vectors:
                known = Type(self.new(), None)
            else:
                known = Type(None, None, frozenset([tree.name]))
            self.names[tree.name] = known
        return known

    def suspect(self, *types: Type) -> None:
        """What is treated as a vector: the names that decide it are vectors."""
        self.found.update(*(t.names for t in types))

    # the walk

    def type(self, tree: Syntax) -> Walk[Type]:
        """The type of a subtree; joins the sizes that must be equal."""
        if isinstance(tree, Parenthesis | Negate):
            return (yield self.type(tree.operand))
        if isinstance(tree, Literal):
            return SCALAR
        if isinstance(tree, Array):
            rows, columns = (self.wires.new(size) if size > 1 else None for size in (len(tree.rows), len(tree.rows[0])))
            return Type(rows, columns)
        if isinstance(tree, Name):
            return self.name(tree)
        if isinstance(tree, Transpose):
            inner = yield self.type(tree.operand)
            self.suspect(inner)
            return Type(inner.columns, inner.rows)
        if isinstance(tree, Call):
            return (yield self.call(tree))
        if isinstance(tree, Bars):
            inner = yield self.type(tree.operand)
            if tree.double:
                self.suspect(inner)
            return SCALAR
        if isinstance(tree, Power):
            base = yield self.type(tree.base)
            yield self.type(tree.exponent)
            if tree.operator.text == ".^":
                self.suspect(base)
            elif base.matrix:
                self.same(base.rows, base.columns, tree)
            return base if tree.operator.text == ".^" else base._replace(names=frozenset())
        if isinstance(tree, Chain):
            return (yield self.chain(tree))
        raise blame(ShapeError, "the type of this cannot be inferred", self.text, tree)

    def chain(self, tree: Chain) -> Walk[Type]:
        """A sum or a product."""
        types = []
        for operand in tree.operands:
            types.append((yield self.type(operand)))
        if tree.level == SUM:
            return self.sum(tree, types)
        left = types[0]
        for operator, right, operand in zip(tree.operators, types[1:], tree.operands[1:], strict=True):
            if isinstance(operand, Transpose) and operand is tree.operands[-1]:
                self.suspect(left)  # u*v' alone is an outer product, in u*v'*w it need not be
            left = self.times(left, right, operator, operand)
        return left

    def sum(self, tree: Chain, types: list[Type]) -> Type:
        first = next((t for t in types if not t.scalar), SCALAR)
        for one, operand in zip(types, tree.operands, strict=True):
            if not one.scalar:
                self.alike(first, one, operand)
            elif not first.matrix and not first.scalar:
                self.added |= one.names
        return self.widest(types)

    def widest(self, types: Sequence[Type]) -> Type:
        """The first that is not a scalar, or a scalar that all their names would make a vector."""
        names = frozenset[str]().union(*(t.names for t in types))
        return next((t for t in types if not t.scalar), SCALAR._replace(names=names))

    def times(self, left: Type, right: Type, operator: Token, tree: Syntax) -> Type:
        """One operator of a product."""
        if operator.text in (".*", "./"):
            if not left.matrix and not right.matrix:
                self.suspect(left, right)
            if not left.scalar and not right.scalar:
                self.alike(left, right, tree)
            return right if left.scalar else left
        if operator.text == "/":
            return left
        if operator.text in OTHER_PRODUCTS:
            return self.other_product(left, right, operator, tree)
        if left.columns is not None and right.scalar:
            self.suspect(right)
        if left.scalar or right.scalar:
            return right if left.scalar and (right.names or not right.scalar) else left
        if left.columns is not None or right.rows is not None:
            self.same(left.columns, right.rows, tree)
        return Type(left.rows, right.columns)

    def other_product(self, left: Type, right: Type, operator: Token, tree: Syntax) -> Type:
        """`@` and the dot, where a column may stand on the left; `\\`; `⊗`."""
        plain = operator._replace(text="*")
        if operator.text == "⊗":
            return Type(self.wires.new(), self.wires.new())
        if operator.text == "\\":
            self.same(left.rows, left.columns, tree)
            return self.times(Type(left.columns, left.rows), right, plain, tree)
        if operator.text == "@":
            self.suspect(left, right)
        if left.rows is None or left.columns is not None:
            return self.times(left, right, plain, tree)
        product = self.times(Type(None, left.rows), right, plain, tree)
        return Type(product.columns, product.rows)

    def call(self, tree: Call) -> Walk[Type]:
        """A function or a constant."""
        if tree.name in CONSTANTS:
            return self.constant(tree)
        types = []
        for argument in tree.arguments[:1] if tree.name in FIRST_ONLY else tree.arguments:
            types.append((yield self.type(argument)))
        if not types:
            return SCALAR
        one = types[0]
        if tree.name in OF_VECTORS or (tree.name in EXTREMES and len(types) == 1):
            self.suspect(*types)
        if tree.name in OF_SQUARES and one.matrix:
            self.same(one.rows, one.columns, tree)
        if tree.name in ("dot", "inner") and len(types) == 2:
            self.alike(types[0], types[1], tree)
        if tree.name in TO_SCALARS or (tree.name in EXTREMES and len(types) == 1):
            return SCALAR
        if tree.name in EXTREMES and len(types) == 2:
            return self.widest(types)
        if tree.name == "transpose":
            return Type(one.columns, one.rows)
        if tree.name == "outer" and len(types) == 2:
            return Type(one.rows, types[1].rows)
        if tree.name == "diag":
            size = one.columns if one.rows is None else one.rows
            return Type(size, None if one.matrix else size)
        if tree.name in KHATRI_RAO and len(types) == 2 and one.matrix:
            return self.khatri_rao(tree, types)
        if tree.name == "reshape":
            return Type(self.wires.new(), self.wires.new() if len(tree.arguments) == 3 else None)
        if tree.name in ("kron", "vec", "rvec", "vech"):
            columns = self.wires.new() if tree.name == "kron" and one.matrix else None
            return Type(None if one.scalar else self.wires.new(), columns)
        if tree.name == "solve" and len(types) == 2:
            return self.times(one, types[1], Token("op", "*", tree.start, tree.end), tree)
        if tree.name in FUNCTIONS and len(types) == FUNCTIONS[tree.name].arity:
            return self.of_table(tree, types)
        return one

    def of_table(self, tree: Call, types: Sequence[Type]) -> Type:
        """A function of the table, by its signature."""
        function = FUNCTIONS[tree.name]
        if function.elementwise:
            wide = types[0]
            for other in types[1:]:
                wide = self.times(wide, other, Token("op", ".*", tree.start, tree.end), tree)
            return wide
        sizes: dict[str, int] = {}
        for one, letters in zip(types, function.arguments, strict=True):
            if letters is None:
                return SCALAR if function.value == () else one
            if len(letters) == 1:
                self.suspect(one)
            wires = [one.rows, one.columns] if len(letters) == 2 else [one.columns if one.rows is None else one.rows]
            for letter, wire in zip(letters, wires, strict=True):
                if wire is not None:
                    self.same(sizes.setdefault(letter, wire), wire, tree)
        value = function.value or ()
        if value == function.arguments[0]:
            return types[0]
        rows, columns = (sizes.get(value[axis]) if axis < len(value) else None for axis in (0, 1))
        return Type(rows, columns)

    def khatri_rao(self, tree: Call, types: Sequence[Type]) -> Type:
        """Products of the columns, the rows or the entries of two matrices."""
        one, other = types
        if tree.name != "rkr":
            self.same(one.columns, other.columns, tree)
        if tree.name != "kr":
            self.same(one.rows, other.rows, tree)
        rows = self.wires.new() if tree.name == "kr" else one.rows
        return Type(rows, self.wires.new() if tree.name == "rkr" else one.columns)

    def constant(self, tree: Call) -> Type:
        """eye, ones and the like name sizes."""
        wires = []
        for argument in tree.arguments:
            size = self.text[argument.start : argument.end]
            if not (isinstance(argument, Name) or size.isdecimal()):
                what = "the size of this constant cannot be inferred"
                raise blame(ShapeError, what, self.text, argument, "declare the names")
            key: Axis = int(size) if size.isdecimal() else size
            if key not in self.symbols:
                self.symbols[key] = self.wires.new(key)
            wires.append(self.symbols[key])
        if tree.name in ("commutation", "duplication", "elimination"):
            return Type(self.wires.new(), self.wires.new())
        if tree.name == "eye" and wires:
            return Type(wires[0], wires[0])
        if len(wires) > 1:
            return Type(wires[0], wires[1])
        return Type(wires[0] if wires else None, None)

    # sizes

    def same(self, one: int | None, other: int | None, tree: Syntax) -> None:
        """Two axes are both there and of one size."""
        if not self.strict:
            return
        if one is None or other is None:
            raise blame(ShapeError, "the types of this product cannot be inferred", self.text, tree, self.advice())
        try:
            self.wires.alike(one, other, "#")
        except ShapeError as error:
            error.locate(self.text, tree.start, tree.end)
            raise

    def alike(self, one: Type, other: Type, tree: Syntax) -> None:
        """Two types are the same."""
        for first, second in ((one.rows, other.rows), (one.columns, other.columns)):
            if first is not None or second is not None:
                self.same(first, second, tree)

    def advice(self) -> str:
        name = next(iter(self.names), "x")
        return f'declare the sizes of the names, such as {clip(name, 16)}="n"'

    def scope(self) -> Scope:
        """The declarations that were found."""
        taken = {*self.names, *map(str, self.symbols)}
        fresh = (name for name in [*LETTERS, *(f"n{k}" for k in range(len(self.axes)))] if name not in taken)
        nodes: dict[str, Node] = {}
        for name, known in self.names.items():
            if name in self.symbols:
                continue
            axes = []
            for wire in (known.rows, known.columns):
                if wire is None:
                    continue
                if self.wires.size(wire) is None:
                    self.wires.set_size(wire, next(fresh))
                axes.append(self.wires.size(wire) or 0)
            if len(name) > 200:
                raise UnknownName(f"the name {clip(name)} is not declared", text=self.text, start=0)
            nodes[name] = tensor(name, axes)
        sizes = {str(size) for wire in self.axes if isinstance(size := self.wires.size(wire), str)}
        return Scope(nodes, frozenset(sizes | {size for size in self.symbols if isinstance(size, str)}))
