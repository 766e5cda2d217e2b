"""Matrix notation, the language of matrixcalculus.org and MATLAB: text to nodes.

Scalars, columns, rows and matrices are told apart by declaration, never by size. Products become flat networks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from ricci.constants import numbers
from ricci.functions import FUNCTIONS, apply
from ricci.functions.powers import matrix_power
from ricci.notation.declarations import Scope, unknown
from ricci.notation.matrix.functions import CONSTANTS, MATRIX_FUNCTIONS, Arguments, norm_of, reshaped, solved, structured
from ricci.notation.matrix.products import Products, Value
from ricci.notation.matrix.syntax import KNOWN, is_function
from ricci.notation.sizes import NUMBERS, size_argument
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
    Step,
    Syntax,
    Transpose,
    Walk,
    blame,
    run,
    snippet,
)
from ricci.notation.tokens import Token
from tensor_networks.axes import Axis, show
from tensor_networks.errors import ParseError, ShapeError, clip, located
from tensor_networks.networks import size_of
from tensor_networks.nodes import Node

SUMMARIES = ("sum", "mean", "prod", "var", "std")
AXES = "A'*ones(m) has the sum of every column of A, A*ones(n) of every row"
ROLES = {0: "scalar", 1: "column", 2: "matrix"}


def array_role(tree: Array) -> str:
    """Several rows of one entry are a column, one row of several a row; one entry alone is a number."""
    rows, columns = len(tree.rows), len(tree.rows[0])
    return "scalar" if rows == columns == 1 else "column" if columns == 1 else "row" if rows == 1 else "matrix"


def beside(one: str, other: str) -> str:
    """The hint for two operands that must be of one shape, and are of these roles."""
    roles = {one, other}
    if roles in ({"column", "row"}, {"matrix"}):
        return "transpose one of them with '"
    return "ones(m)*x' has x in every row, x*ones(n)' in every column" if "matrix" in roles else ""


def read_matrix(text: str, tree: Syntax, scope: Scope) -> tuple[Node, str]:
    """The node of a tree and its role: scalar, column, row, matrix or tensor."""
    reader = MatrixReader(text, scope)
    value = run(reader.whole(tree))
    with located(text, tree.start, tree.end):
        return reader.products.node(value), value.role


class MatrixReader:
    """One reading: the walk over the tree, and the typing of operators."""

    def __init__(self, text: str, scope: Scope) -> None:
        self.text = text
        self.scope = scope
        self.products = Products()

    def whole(self, tree: Syntax) -> Walk[Value]:
        """The value of a tree."""
        return (yield self.value(tree))

    def value(self, tree: Syntax) -> Step[Value]:
        """The value of a subtree, or the walk to it."""
        while isinstance(tree, Parenthesis):
            tree = tree.operand
        if isinstance(tree, Literal):
            return Value("scalar", coefficient=tree.value)
        if isinstance(tree, Name):
            return self.name(tree)
        if isinstance(tree, Array):
            return self.products.of(numbers(tree.rows), array_role(tree))
        if isinstance(tree, Call):
            return self.call(tree)
        if isinstance(tree, Bars):
            return self.bars(tree)
        if isinstance(tree, Chain):
            return self.sum(tree) if tree.level == SUM else self.product(tree)
        if isinstance(tree, Power):
            return self.power(tree)
        if isinstance(tree, Negate):
            return self.negated(tree)
        if isinstance(tree, Transpose):
            return self.transposed(tree)
        raise blame(ParseError, "this has no meaning in matrix notation", self.text, tree)

    def negated(self, tree: Negate) -> Walk[Value]:
        """Minus a value."""
        value = yield self.value(tree.operand)
        value.coefficient = -value.coefficient
        return value

    def transposed(self, tree: Transpose) -> Walk[Value]:
        """`A'`."""
        value = yield self.value(tree.operand)
        with located(self.text, tree.start, tree.end):
            return self.products.transposed(value)

    def name(self, tree: Name) -> Value:
        """A declared name, or a size used as a scalar."""
        node = self.scope.nodes.get(tree.name)
        if node is None:
            if tree.name not in self.scope.sizes:
                if tree.name in NUMBERS:
                    return Value("scalar", coefficient=NUMBERS[tree.name])
                error = unknown(tree.name, [*self.scope.nodes, *self.scope.sizes, *KNOWN, *FUNCTIONS])
                error.locate(self.text, tree.start, tree.end)
                raise error
            node = size_of(tree.name)
        return self.products.of(node, ROLES.get(node.order, "tensor"))

    # sums and products

    def sum(self, tree: Chain) -> Walk[Value]:
        """Terms of one type; scalars are added to every entry."""
        values, signs, leader = [], [1], -1
        for place, operand in enumerate(tree.operands):
            value = yield self.value(operand)
            values.append(value)
            if place:
                signs.append(-1 if tree.operators[place - 1].text == "-" else 1)
            if value.role != "scalar" and leader < 0:
                leader = place
        if leader >= 0:
            self.fit_terms(tree, values, leader)
        with located(self.text, tree.start, tree.end):
            return self.products.added(values, signs)

    def fit_terms(self, tree: Chain, values: list[Value], leader: int) -> None:
        """Check the terms against the first that is not a scalar, and fill its shape with the scalars."""
        products, first = self.products, values[leader]
        sizes = products.sizes(first)
        for place, value in enumerate(values):
            if value.role == "scalar" and not value.inner:
                values[place] = products.filled(value, first.role, sizes)
            elif value.role != first.role or products.sizes(value) != sizes:
                one, other = sorted((leader, place))
                operator = tree.operators[other - 1]
                hint = ""
                if value.inner:
                    hint = "to add this product of vectors to every entry, multiply it by ones(n)"
                else:
                    hint = beside(value.role, first.role)
                verb = "add" if operator.text == "+" else "subtract"
                raise self.misfit(verb, tree, one, other, values, operator, hint)

    def misfit(
        self, verb: str, tree: Chain, one: int, other: int, values: Sequence[Value], operator: Token, hint: str = ""
    ) -> ShapeError:
        """The error for two operands that do not fit, at their operator."""
        shown = [f"{snippet(self.text, tree.operands[i])} ({self.products.describe(values[i])})" for i in (one, other)]
        message = f"cannot {verb} {shown[0]} and {shown[1]}"
        return ShapeError(message, text=self.text, start=operator.start, end=operator.end, hint=hint)

    def product(self, tree: Chain) -> Walk[Value]:
        """Factors from left to right."""
        signs = [operator.text for operator in tree.operators]
        if "⊗" in signs and set(signs) != {"⊗"}:
            what = "⊗ beside another product may mean two things"
            raise blame(ParseError, what, self.text, tree.operators[signs.index("⊗")], "write parentheses, (A*B)⊗C")
        value = yield self.value(tree.operands[0])
        for place, operator in enumerate(tree.operators, 1):
            right = yield self.value(tree.operands[place])
            with located(self.text, operator.start, operator.end):
                value = self.times(tree, place, value, right, operator)
        return value

    def times(self, tree: Chain, place: int, left: Value, right: Value, operator: Token) -> Value:
        """One operator of a product."""
        products = self.products
        if operator.text == "*":
            if "scalar" in (left.role, right.role):
                return products.scaled(left, right)
            return self.matrix_product(tree, place, left, right, operator)
        if operator.text == "/":
            if right.role != "scalar":
                hint = "./ divides entry by entry, inv(A) inverts"
                raise self.clash("divide", tree, place, left, right, operator, hint)
            return products.divided(left, right)
        if operator.text in OTHER_PRODUCTS:
            return self.other_product(tree, place, left, right, operator)
        if operator.text == "./":
            right = products.power(right, -1)
        if "scalar" in (left.role, right.role):
            return products.scaled(left, right)
        if left.role != right.role or products.sizes(left) != products.sizes(right):
            verb = "divide entry by entry" if operator.text == "./" else "multiply entry by entry"
            scaled = "diag(x)*A scales the rows of A, A*diag(y) its columns"
            hint = (
                scaled
                if len({left.role, right.role}) > 1 and "matrix" in (left.role, right.role)
                else beside(left.role, right.role)
            )
            raise self.clash(verb, tree, place, left, right, operator, hint)
        return products.elementwise(left, right)

    def clash(self, verb: str, tree: Chain, place: int, left: Value, right: Value, operator: Token, hint: str) -> ShapeError:
        """The error for a factor that does not fit the product of those before it."""
        so_far = Chain(tree.start, tree.operands[place - 1].end, tree.level, tree.operands[:place], ())
        pair = Chain(tree.start, tree.end, tree.level, (so_far, tree.operands[place]), (operator,))
        return self.misfit(verb, pair, 0, 1, (left, right), operator, hint)

    def matrix_product(self, tree: Chain, place: int, left: Value, right: Value, operator: Token) -> Value:
        """`*` of vectors and matrices: contraction of the inner axes, or an outer product."""
        products = self.products
        if (left.role, right.role) == ("column", "row"):
            return products.merge(left, right, "matrix", left.outputs + right.outputs)
        if left.role not in ("row", "matrix") or right.role not in ("column", "matrix"):
            hint = "use index notation for tensors"
            if "tensor" not in (left.role, right.role):
                hint = "a column times a row is an outer product, .* works entry by entry"
            raise self.clash("multiply", tree, place, left, right, operator, hint)
        if products.size(left, -1) != products.size(right, 0):
            hint = f"the inner sizes {show(products.size(left, -1))} and {show(products.size(right, 0))} differ"
            if left.role == "matrix" and products.size(left, 0) == products.size(right, 0):
                hint += ": the left one would fit transposed"
            elif right.role == "matrix" and products.size(left, -1) == products.size(right, 1):
                hint += ": the right one would fit transposed"
            raise self.clash("multiply", tree, place, left, right, operator, hint)
        right = products.join(left, right, [(len(left.outputs) - 1, 0)])
        outputs = left.outputs[:-1] + right.outputs[1:]
        role = {0: "scalar", 2: "matrix"}.get(len(outputs), "row" if left.role == "row" else "column")
        merged = products.merge(left, right, role, outputs)
        merged.inner = role == "scalar"
        return merged

    def other_product(self, tree: Chain, place: int, left: Value, right: Value, operator: Token) -> Value:
        """The products of other languages and of paper: Python's `@` and the dot, MATLAB's `\\`, `⊗`."""
        products, roles = self.products, (left.role, right.role)
        if operator.text == "\\":
            return solved(Arguments("\\", products, [left, right], self.text, tree.operands[place - 1 : place + 1]))
        if operator.text == "⊗":
            if "matrix" not in roles:
                hint = "kron(x, y) is the column of all products, x*y' the outer product"
                raise self.clash("read ⊗ of", tree, place, left, right, operator, hint)
            return products.kronecker(left, right)
        if "scalar" in roles:
            if operator.text == "·":
                return products.scaled(left, right)
            raise blame(ParseError, "@ is the matrix product, and one side is a scalar", self.text, operator, "write *")
        if roles == ("column", "row"):
            hint = "x'*y is the inner product, x*y' the outer product"
            raise self.clash("multiply", tree, place, left, right, operator, hint)
        if left.role != "column":
            return self.matrix_product(tree, place, left, right, operator)
        product = self.matrix_product(tree, place, products.transposed(left), right, operator)
        return products.transposed(product)

    # powers

    def power(self, tree: Power) -> Walk[Value]:
        """`^` of scalars and square matrices, `.^` entry by entry."""
        base = yield self.value(tree.base)
        exponent = yield self.value(tree.exponent)
        with located(self.text, tree.start, tree.end):
            if tree.operator.text == "**" and base.role == "matrix":
                what = "** of a matrix means two things"
                raise blame(ShapeError, what, self.text, tree.operator, "write ^ for the matrix power, .^ entry by entry")
            if tree.operator.text == "^" and base.role != "scalar":
                return self.matrix_power(tree, base, exponent)
            if tree.operator.text == "^" and exponent.role != "scalar":
                hint = ".^ raises entry by entry"
                raise blame(ShapeError, "the exponent of ^ must be a scalar", self.text, tree.exponent, hint)
            number = exponent.number
            if number is not None:
                return self.products.power(base, number)
            return self.variable_power(tree, base, exponent)

    def variable_power(self, tree: Power, base: Value, exponent: Value) -> Value:
        """A power whose exponent is not a number: the function `power` of two arrays of one shape."""
        products = self.products
        wide = base if base.role != "scalar" else exponent
        sizes = products.sizes(wide)
        for value, side in ((base, tree.base), (exponent, tree.exponent)):
            if value.role != "scalar" and (value.role != wide.role or products.sizes(value) != sizes):
                what = f"cannot raise {products.describe(base)} to {products.describe(exponent)} entry by entry"
                raise blame(ShapeError, what, self.text, side)
        sides = [v if v.role == wide.role else products.filled(v, wide.role, sizes) for v in (base, exponent)]
        return products.of(apply("power", *map(products.node, sides)), wide.role)

    def matrix_power(self, tree: Power, base: Value, exponent: Value) -> Value:
        """An integer power of a square matrix: for a symbol the function `powm`."""
        products, number = self.products, exponent.number
        if base.role != "matrix":
            what = f"{snippet(self.text, tree.base)} is {products.describe(base)}: it has no ^"
            raise blame(ShapeError, what, self.text, tree.operator, "use .^ for a power of every entry")
        if not isinstance(number, int) and (number is not None or exponent.role != "scalar"):
            what = "the power of a matrix must be an integer"
            root = "sqrtm(A) is the square root of a matrix; " if number == Fraction(1, 2) else ""
            raise blame(ShapeError, what, self.text, tree.exponent, f"{root}use .^ for a power of every entry")
        if products.size(base, 0) != products.size(base, 1):
            what = f"only a square matrix has a power, not {products.describe(base)}"
            raise blame(ShapeError, what, self.text, tree.base, "use .^ for a power of every entry")
        node = products.node(base)
        if isinstance(number, int):
            return products.of(matrix_power(node, number), "matrix")
        return products.of(apply("powm", node, products.node(exponent)), "matrix")

    # calls

    def call(self, tree: Call) -> Walk[Value]:
        """A function or a constant."""
        if tree.name in CONSTANTS:
            make: Callable[[Products, Sequence[Axis]], Value] = CONSTANTS[tree.name].make
            sizes = [size_argument(argument, self.text, self.scope) for argument in tree.arguments]
            self.check_count(tree, CONSTANTS[tree.name].counts)
            with located(self.text, tree.start, tree.end):
                return make(self.products, sizes)
        if not is_function(tree.name):
            error = unknown(tree.name, [*KNOWN, *FUNCTIONS])
            error.message = f"there is no function {clip(tree.name)}"
            error.locate(self.text, tree.start, tree.start + len(tree.name))
            raise error
        if tree.name == "reshape":
            return (yield self.reshape(tree))
        if tree.name == "norm" and len(tree.arguments) == 2:
            kind = self.text[tree.arguments[1].start : tree.arguments[1].end]
            return (yield self.norm(tree, tree.arguments[0], kind))
        values = []
        for argument in tree.arguments:
            values.append((yield self.value(argument)))
        known = MATRIX_FUNCTIONS.get(tree.name)
        with located(self.text, tree.start, tree.end):
            if known is None:
                self.check_count(tree, (FUNCTIONS[tree.name].arity,))
                return structured(Arguments(tree.name, self.products, values, self.text, tree.arguments))
            self.check_count(tree, known.counts)
            return known.make(Arguments(tree.name, self.products, values, self.text, tree.arguments))

    def norm(self, tree: Syntax, argument: Syntax, kind: str) -> Walk[Value]:
        """A norm, of the kind that a second argument or the foot of the bars names."""
        value = yield self.value(argument)
        with located(self.text, tree.start, tree.end):
            return norm_of(Arguments("norm", self.products, [value], self.text, [argument]), kind.strip("'\" "))

    def bars(self, tree: Bars) -> Walk[Value]:
        """`||x||`, `||A||_F`; one bar is the size of a scalar only."""
        if tree.double:
            return (yield self.norm(tree, tree.operand, tree.kind))
        value = yield self.value(tree.operand)
        if value.role != "scalar":
            what = f"| | of {self.products.describe(value)} may mean two things"
            hint = "abs(x) is entry by entry, norm2(x) the length of a vector, normF(A) the norm of a matrix, det(A)"
            raise blame(ShapeError, what, self.text, tree, hint)
        return self.products.of(apply("abs", self.products.node(value)), "scalar")

    def reshape(self, tree: Call) -> Walk[Value]:
        """reshape(X, m, n): a value and sizes."""
        self.check_count(tree, (2, 3))
        value = yield self.value(tree.arguments[0])
        sizes = [size_argument(argument, self.text, self.scope) for argument in tree.arguments[1:]]
        with located(self.text, tree.start, tree.end):
            return reshaped(Arguments(tree.name, self.products, [value], self.text, tree.arguments), sizes)

    def check_count(self, tree: Call, counts: tuple[int, ...]) -> None:
        """Check the number of arguments; the error stands at the first that is too much."""
        given = len(tree.arguments)
        if given in counts:
            return
        plural = "" if counts == (1,) else "s"
        message = f"{tree.name} takes {' or '.join(map(str, counts))} argument{plural}, not {given}"
        extra = tree.arguments[max(counts)] if given > max(counts) else tree
        hint = AXES if given == 2 and tree.name in SUMMARIES else ""
        raise blame(ParseError, message, self.text, extra, hint)
