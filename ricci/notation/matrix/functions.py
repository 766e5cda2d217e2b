"""The functions and constants of matrix notation that are more than a function of the table entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

from ricci.functions import FUNCTIONS, apply
from ricci.notation.matrix.products import Products, Value
from ricci.notation.numpy import reductions as numpy_reductions
from ricci.notation.syntax import Syntax, snippet
from tensor_networks.axes import Axis, product, show, show_shape, triangle
from tensor_networks.errors import ShapeError, clip
from tensor_networks.patterns import pattern

VECTORS = ("column", "row")
ROLES = ("scalar", "column", "matrix", "tensor")


class Arguments(NamedTuple):
    """A call: the function's name, the values of its arguments, and their trees in a text."""

    name: str
    products: Products
    values: list[Value]
    text: str
    trees: Sequence[Syntax]

    @property
    def only(self) -> Value:
        return self.values[0]

    def refuse(self, wanted: str, place: int = 0, hint: str = "") -> ShapeError:
        """The error for an argument of the wrong type."""
        given = self.products.describe(self.values[place])
        return ShapeError(f"{self.name} needs {wanted}, but {self.shown(place)} is {given}", hint=hint)

    def shown(self, place: int) -> str:
        """The text of an argument."""
        return snippet(self.text, self.trees[place])

    def square(self, place: int = 0) -> Value:
        """An argument that must be a square matrix."""
        value = self.values[place]
        if value.role != "matrix":
            raise self.refuse("a square matrix", place)
        if self.products.size(value, 0) != self.products.size(value, 1):
            raise self.refuse("a square matrix", place)
        return value


class Known(NamedTuple):
    """How a function is read, and how many arguments it takes."""

    make: Callable[[Arguments], Value]
    counts: tuple[int, ...] = (1,)


class Constant(NamedTuple):
    """How a constant is made of sizes, and how many it takes."""

    make: Callable[[Products, Sequence[Axis]], Value]
    counts: tuple[int, ...]


def structured(call: Arguments) -> Value:
    """A function of the table, its types as its signature says: entry by entry, of a vector, of a square matrix."""
    function = FUNCTIONS[call.name]
    if function.elementwise:
        return entrywise(call)
    for place, (value, letters) in enumerate(zip(call.values, function.arguments, strict=True)):
        if letters is None:
            continue
        if len(letters) == 2 and letters[0] == letters[1]:
            call.square(place)
        elif len(letters) == 2 and value.role != "matrix":
            raise call.refuse("a matrix", place)
        elif len(letters) == 1 and value.role not in VECTORS and not (value.role == "matrix" and function.core(2) == (1, 1)):
            raise call.refuse("a vector", place)  # softmax and its like take the rows of a matrix one by one
    order = function.core(len(call.only.outputs))[1]
    rows = function.core(2) == (1, 1)
    role = call.only.role if rows or order == len(call.only.outputs) else ROLES[min(order, 3)]
    return call.products.of(apply(call.name, *map(call.products.node, call.values)), role)


def entrywise(call: Arguments) -> Value:
    """A function applied to every entry; with several arguments, scalars are filled to the shape of the others."""
    products = call.products
    wide = next((value for value in call.values if value.role != "scalar"), call.only)
    sizes = products.sizes(wide)
    sides = []
    for place, value in enumerate(call.values):
        if value.role == "scalar" != wide.role:
            value = products.filled(value, wide.role, sizes)
        if value is not wide and (value.role != wide.role or products.sizes(value) != sizes):
            raise call.refuse(f"arguments of one shape ({products.describe(wide)})", place)
        sides.append(products.node(value))
    return products.of(apply(call.name, *sides), wide.role)


def _trace(call: Arguments) -> Value:
    return call.products.traced(call.square())


def _sum(call: Arguments) -> Value:
    return call.products.summed(call.only)


def _diag(call: Arguments) -> Value:
    if call.only.role in VECTORS:
        return call.products.diagonal(call.only)
    return call.products.diagonal(call.square())


def _sqrt(call: Arguments) -> Value:
    return call.products.power(call.only, Fraction(1, 2))


def _reduced(call: Arguments) -> Value:
    """The mean, product, variance or standard deviation of all entries."""
    return call.products.of(getattr(numpy_reductions, call.name)(call.products.node(call.only)), "scalar")


def _extreme(call: Arguments) -> Value:
    """The largest (smallest) of all entries, or of two arguments entry by entry."""
    if len(call.values) == 2:
        return entrywise(call._replace(name={"max": "maximum", "min": "minimum"}[call.name]))
    return _reduced(call._replace(name={"max": "amax", "min": "amin"}.get(call.name, call.name)))


def _dot(call: Arguments) -> Value:
    """The sum of the products of the entries of two vectors, or of two matrices."""
    return call.products.summed(_hadamard(call))


def _norm1(call: Arguments) -> Value:
    call.values[0] = entrywise(call._replace(name="abs"))
    return call.products.summed(call.only)


def _norm(call: Arguments) -> Value:
    """The root of the sum of squares: norm2 of a vector, normF of a matrix; either name serves for both."""
    if call.only.role == "scalar":
        raise call.refuse("a vector or a matrix", hint="abs(a) is the size of a scalar")
    return call.products.of(apply("norm2", call.products.node(call.only)), "scalar")


def _vector_norm(call: Arguments) -> Value:
    """`norm` of a vector; of a matrix there are several."""
    if call.only.role not in VECTORS:
        raise call.refuse("a vector", hint="normF(A) is the Frobenius norm, specnorm(A) the largest singular value")
    return _norm(call)


def norm_of(call: Arguments, kind: str) -> Value:
    """The norm of a kind: 1, 2, inf, fro (or F), nuc (or *); of no kind that of a vector."""
    vector = call.only.role in VECTORS
    if kind in ("fro", "F") or (kind == "2" and vector):
        return _norm(call)
    if kind in ("2", "nuc", "*") and not vector:
        return structured(call._replace(name="specnorm" if kind == "2" else "nucnorm"))
    if kind == "1" and vector:
        return _norm1(call)
    if kind.lower() == "inf" and vector:
        call.values[0] = entrywise(call._replace(name="abs"))
        return _extreme(call._replace(name="max"))
    if kind in ("1", "inf"):
        raise call.refuse(f"a vector for the norm {kind}", hint="norm1(A) is the sum of all absolute entries")
    if kind:
        raise ShapeError(f"there is no norm {clip(kind)}", hint="norms are 1, 2, inf and 'fro'")
    return _vector_norm(call)


def _transposed(call: Arguments) -> Value:
    return call.products.transposed(call.only)


def _outer(call: Arguments) -> Value:
    """The products of the entries of one vector with those of another."""
    for place, value in enumerate(call.values):
        if value.role not in VECTORS:
            raise call.refuse("vectors", place)
    left, right = call.values
    return call.products.merge(left, right, "matrix", left.outputs + right.outputs)


def _inner(call: Arguments) -> Value:
    """The inner product of two vectors."""
    for place, value in enumerate(call.values):
        if value.role not in VECTORS:
            raise call.refuse("vectors", place, "dot(A, B) is the sum of the products of the entries")
    return _dot(call)


def solved(call: Arguments) -> Value:
    """The x of ``A*x = b``: ``inv(A)*b``, with b a column or a matrix."""
    products, right = call.products, call.values[1]
    if call.only.role != "matrix":
        raise call.refuse("a square matrix", hint="write b/a for a scalar a" if call.only.role == "scalar" else "")
    if products.size(call.only, 0) != products.size(call.only, 1):
        raise call.refuse("a square matrix", hint="pinv(A)*b is the least-squares solution")
    if right.role not in ("column", "matrix") or products.size(right, 0) != products.size(call.square(), 1):
        raise call.refuse(f"a column or a matrix of {show(products.size(call.only, 1))} rows", 1)
    inverse = structured(call._replace(name="inv", values=call.values[:1]))
    right = products.join(inverse, right, [(1, 0)])
    return products.merge(inverse, right, right.role, [inverse.outputs[0], *right.outputs[1:]])


def _kron(call: Arguments) -> Value:
    for place, value in enumerate(call.values):
        if value.role == "tensor":
            raise call.refuse("vectors or matrices", place)
    return call.products.kronecker(*call.values)


def _vec(call: Arguments) -> Value:
    if call.only.role == "tensor":
        raise call.refuse("a matrix")
    return call.products.flattened(call.only, column_major=call.name == "vec")


def _vech(call: Arguments) -> Value:
    """The entries on and below the diagonal, column by column."""
    products, value = call.products, call.square()
    size = products.size(value, 0)
    (rows, columns), half = value.outputs, (products.bare(triangle(size)),)
    factors = [*value.factors, (pattern("elimination", size), (half, rows, columns), 1)]
    return Value("column", [half], factors, value.coefficient, value.bare)


def _triangular(call: Arguments) -> Value:
    """The part of a square matrix on and below (tril), or on and above (triu), its diagonal."""
    value = call.square()
    slots = tuple(value.outputs if call.name == "tril" else reversed(value.outputs))
    value.factors.append((pattern("lower", call.products.size(value, 0)), slots, 1))
    return value


def _khatri_rao(call: Arguments) -> Value:
    """The Kronecker products of the columns of two matrices (kr), or of their rows (rkr)."""
    products, (left, right) = call.products, call.values
    shared = 1 if call.name == "kr" else 0
    for place, value in enumerate(call.values):
        if value.role != "matrix":
            raise call.refuse("matrices", place)
    if products.size(left, shared) != products.size(right, shared):
        what = f"matrices of as many {'columns' if shared else 'rows'} as {call.shown(0)}"
        raise call.refuse(what, 1, "kr pairs columns, rkr rows, kron everything")
    right = products.join(left, right, [(shared, shared)])
    outputs = [first + second for first, second in zip(left.outputs, right.outputs, strict=True)]
    outputs[shared] = left.outputs[shared]
    return products.merge(left, right, "matrix", outputs)


def _hadamard(call: Arguments) -> Value:
    """The product entry by entry."""
    products, (left, right) = call.products, call.values
    if left.role != right.role or products.sizes(left) != products.sizes(right):
        raise call.refuse(f"arguments of one shape ({products.describe(left)})", 1)
    return products.elementwise(left, right)


def reshaped(call: Arguments, sizes: Sequence[Axis]) -> Value:
    """The entries, column by column, as a matrix of other sizes."""
    products = call.products
    if call.only.role not in (*VECTORS, "matrix"):
        raise call.refuse("a vector or a matrix")
    if product(products.sizes(call.only)) != product(sizes):
        raise call.refuse(f"{show(product(sizes))} entries", hint="reshape keeps the number of entries")
    vector = products.flattened(call.only, column_major=True)
    if len(sizes) == 1:
        return vector
    row, column = products.bare(sizes[0]), products.bare(sizes[1])
    whole = Value("column", [(column, row)], bare=[column, row])
    vector = products.join(whole, vector, [(0, 0)])
    return products.merge(whole, vector, "matrix", [(row,), (column,)])


MATRIX_FUNCTIONS = {
    "tr": Known(_trace),
    "trace": Known(_trace),
    "Tr": Known(_trace),
    "transpose": Known(_transposed),
    "outer": Known(_outer, (2,)),
    "inner": Known(_inner, (2,)),
    "sum": Known(_sum),
    "diag": Known(_diag),
    "sqrt": Known(_sqrt),
    "mean": Known(_reduced),
    "prod": Known(_reduced),
    "var": Known(_reduced),
    "std": Known(_reduced),
    "max": Known(_extreme, (1, 2)),
    "min": Known(_extreme, (1, 2)),
    "dot": Known(_dot, (2,)),
    "norm": Known(_vector_norm),
    "norm1": Known(_norm1),
    "norm2": Known(_norm),
    "normF": Known(_norm),
    "solve": Known(solved, (2,)),
    "kron": Known(_kron, (2,)),
    "vec": Known(_vec),
    "rvec": Known(_vec),
    "vech": Known(_vech),
    "tril": Known(_triangular),
    "triu": Known(_triangular),
    "kr": Known(_khatri_rao, (2,)),
    "rkr": Known(_khatri_rao, (2,)),
    "hadamard": Known(_hadamard, (2,)),
}


def _eye(products: Products, sizes: Sequence[Axis]) -> Value:
    if sizes[0] != sizes[-1]:
        raise ShapeError(f"eye makes square matrices, not {show_shape(sizes)}", hint="eye(n)")
    wire = products.bare(sizes[0])
    return Value("matrix", [(wire,), (wire,)], bare=[wire])


def _ones(products: Products, sizes: Sequence[Axis]) -> Value:
    return products.filled(Value("scalar"), ("column", "matrix", "tensor")[min(len(sizes), 3) - 1], sizes)


def _zeros(products: Products, sizes: Sequence[Axis]) -> Value:
    value = _ones(products, sizes)
    value.coefficient = 0
    return value


def _commutation(products: Products, sizes: Sequence[Axis]) -> Value:
    """K(m,n) with K*vec(X) = vec(X') for every X of m x n."""
    row, column = products.bare(sizes[0]), products.bare(sizes[1])
    return Value("matrix", [(row, column), (column, row)], bare=[row, column])


def _duplication(products: Products, sizes: Sequence[Axis]) -> Value:
    """D(n) with D*vech(S) = vec(S) for every symmetric S of n x n."""
    (i, j), half = ((products.bare(sizes[0]),) for _ in "ij"), (products.bare(triangle(sizes[0])),)
    return Value("matrix", [j + i, half], [(pattern("duplication", sizes[0]), (i, j, half), 1)])


def _elimination(products: Products, sizes: Sequence[Axis]) -> Value:
    """L(n) with L*vec(X) = vech(X) for every X of n x n."""
    (i, j), half = ((products.bare(sizes[0]),) for _ in "ij"), (products.bare(triangle(sizes[0])),)
    return Value("matrix", [half, j + i], [(pattern("elimination", sizes[0]), (half, i, j), 1)])


SOME = tuple(range(1, 9))
CONSTANTS = {
    "eye": Constant(_eye, (1, 2)),
    "ones": Constant(_ones, SOME),
    "zeros": Constant(_zeros, SOME),
    "commutation": Constant(_commutation, (2,)),
    "duplication": Constant(_duplication, (1,)),
    "elimination": Constant(_elimination, (1,)),
}
