"""Random trees in the vocabulary of the passes: functions of arguments that are alike, summed, on diagonals, to powers,
beside ones, identities and the numbers that passes look for.

A pass recognises a pattern, such as ``1 - sigmoid(u)``. What a tree of this generator has is nearly one: the sigmoid may be
summed, transposed, on a diagonal or squared, the argument zero or its own opposite, the 1 a size.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.promises.trees import VARIABLES, Shape, Tree, leaf

ENTRYWISE = (
    *("exp", "log", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh"),
    *("log1p", "expm1", "sigmoid", "softplus", "abs", "sign", "relu", "step", "elu", "ndtr", "logndtr", "mills", "millsgap"),
    *("gamma", "erf", "erfc", "gammaln", "digamma", "cardinal", "sqrt"),
)
FAVOURITES = ("exp", "log", "sigmoid", "ndtr", "softplus", "relu", "abs", "sign", "erf", "erfc", "sinh", "cosh", "tanh", "sqrt")
OF_SQUARES = ("inv", "adj", "pinv", "expm", "sqrtm", "logm", "cholesky")
TO_SCALARS = ("det", "logdet", "norm2")
POWERS = (2, 2, 3, -1, -1, -2, 0.5, -0.5, 1.5)
NUMBERS = (1, 1, 1, 2, -1, -1, 0.5, -2, 3)
LINEAR = ("symmetric", "skew", "diagonal", "lower", "upper")
TRAITS_OF: dict[int, tuple[str, ...]] = {
    1: ("nonnegative", "simplex", "one-hot"),
    2: (*LINEAR, "orthogonal", "permutation", "idempotent", "spd", "psd"),
}
N: Shape = ("n",)


def call(name: str, *parts: Tree) -> Tree:
    """A function entry by entry."""
    if name == "sqrt":
        return raised(parts[0], 0.5)
    return Tree("entry" if len(parts) == 1 else "pair", parts, parts[0].shape, name)


def whole(name: str, part: Tree, shape: Shape | None = None) -> Tree:
    return Tree("entry", (part,), part.shape if shape is None else shape, name)


def times(number: float, part: Tree) -> Tree:
    return part if number == 1 else Tree("times", (part,), part.shape, number)


def made(op: str, *parts: Tree, shape: Shape | None = None) -> Tree:
    return Tree(op, parts, parts[-1].shape if shape is None else shape)


def raised(part: Tree, exponent: float) -> Tree:
    return Tree("raised", (part,), part.shape, exponent)


def ones(shape: Shape) -> Tree:
    if not shape:
        return Tree("number", (), (), 1)
    return Tree("ones", tuple(leaf(VARIABLES[(size,)][0]) for size in shape), shape)


def eye(size: str) -> Tree:
    return Tree("eye", (leaf(VARIABLES[(size,)][0]),), (size, size))


def summed(part: Tree) -> Tree:
    return made("sum", part, shape=()) if part.shape else part


def filled(scalar: Tree, shape: Shape) -> Tree:
    return made("scale", scalar, ones(shape), shape=shape) if shape else scalar


def dot(one: Tree, other: Tree) -> Tree:
    return made("dot", one, other, shape=())


def matmul(one: Tree, other: Tree) -> Tree:
    return made("matmul", one, other, shape=one.shape[:1] + other.shape[1:])


def transpose(part: Tree) -> Tree:
    return made("transpose", part, shape=part.shape[::-1])


# patterns that passes look for, of an argument and another one of its shape

Pattern = Callable[[Tree, Tree], Tree]


def _logsumexp(u: Tree, v: Tree) -> Tree:
    return call("log", summed(call("exp", u)))


def _cosh(u: Tree, sign: str) -> Tree:
    return made(sign, call("exp", u), call("exp", times(-1, u)))


def _squares(u: Tree) -> Tree:
    return summed(raised(u, 2))


OF_ANY: tuple[Pattern, ...] = (
    lambda u, v: made("sub", ones(u.shape), call("sigmoid", u)),
    lambda u, v: made("sub", ones(u.shape), call("ndtr", u)),
    lambda u, v: made("sub", times(2, ones(u.shape)), call("erfc", u)),
    lambda u, v: made("add", ones(u.shape), call("erf", times(0.7071067811865476, u))),
    lambda u, v: raised(made("add", ones(u.shape), call("exp", u)), -1),
    lambda u, v: made("over", call("exp", u), made("add", ones(u.shape), call("exp", u))),
    lambda u, v: made("over", call("exp", u), made("add", call("exp", u), call("exp", v))),
    lambda u, v: made("over", call("exp", u), filled(summed(call("exp", v)), u.shape)),
    lambda u, v: made("over", _cosh(u, "sub"), _cosh(u, "add")),
    lambda u, v: made("over", call("sinh", u), call("cosh", u)),
    lambda u, v: call("log", made("add", ones(u.shape), call("exp", u))),
    lambda u, v: call("log", made("add", call("exp", u), call("exp", v))),
    lambda u, v: call("log", _cosh(u, "add")),
    lambda u, v: call("log", made("mul", v, call("exp", u))),
    lambda u, v: call("log", call("sigmoid", u)),
    lambda u, v: call("log", call("ndtr", u)),
    lambda u, v: call("exp", call("log", u)),
    lambda u, v: made("add", call("relu", u), call("softplus", times(-1, call("abs", u)))),
    lambda u, v: made("mul", u, call("sign", u)),
    lambda u, v: made("mul", call("abs", u), call("sign", u)),
    lambda u, v: raised(call("sign", call("relu", u)), 2),
    lambda u, v: call("sqrt", raised(u, 2)),
    lambda u, v: call("sqrt", made("mul", raised(u, 2), v)),
    lambda u, v: filled(call("sqrt", _squares(u)), u.shape),
    lambda u, v: made("scale", raised(call("sqrt", _squares(u)), -1), u, shape=u.shape),
    lambda u, v: made("scale", raised(_squares(u), -1), u, shape=u.shape),
    lambda u, v: made("scale", raised(_squares(u), -1.5), u, shape=u.shape),
    lambda u, v: made("over", u, v),
    lambda u, v: made("over", made("mul", u, v), raised(v, 2)),
    lambda u, v: made("sub", u, v),
    lambda u, v: call("maximum", u, v),
)
OF_VECTORS: tuple[Pattern, ...] = (
    lambda u, v: filled(_logsumexp(u, v), u.shape),
    lambda u, v: whole("softmax", made("add", u, filled(leaf("a"), u.shape))),
    lambda u, v: whole("softmax", u),
    lambda u, v: call("log", whole("softmax", u)),
    lambda u, v: made("sub", u, filled(made("mul", summed(u), raised(length(u), -1)), u.shape)),
    lambda u, v: filled(made("sub", dot(u, v), made("mul", made("mul", summed(u), summed(v)), raised(length(u), -1))), u.shape),
    lambda u, v: made("scale", made("over", dot(u, v), call("sqrt", _squares(u)), shape=()), u),
    lambda u, v: whole("unit", u),
)
OF_SQUARE_MATRICES: tuple[Pattern, ...] = (
    lambda u, v: matmul(whole("inv", u), v),
    lambda u, v: matmul(whole("inv", u), matmul(v, u)),
    lambda u, v: matmul(matmul(whole("pinv", u), u), v),
    lambda u, v: matmul(whole("adj", u), v),
    lambda u, v: made("scale", raised(whole("det", u, ()), -1), whole("adj", u)),
    lambda u, v: made("scale", whole("det", u, ()), whole("inv", v)),
    lambda u, v: whole("inv", matmul(u, v)),
    lambda u, v: whole("inv", whole("inv", u)),
    lambda u, v: matmul(whole("cholesky", u), transpose(whole("cholesky", v))),
    lambda u, v: matmul(whole("expm", u), whole("expm", v)),
    lambda u, v: matmul(whole("expm", u), v),
    lambda u, v: whole("inv", whole("expm", u)),
    lambda u, v: matmul(u, transpose(v)),
    lambda u, v: made("mul", u, eye(u.shape[0])),
    lambda u, v: _between(whole("eigvecsh", u), whole("eigvalsh", v, u.shape[:1]), transpose(whole("eigvecsh", u))),
    lambda u, v: _between(
        whole("eigvecsh", u), call("exp", whole("eigvalsh", u, u.shape[:1])), transpose(whole("eigvecsh", v))
    ),
    lambda u, v: _between(whole("svdleft", u), whole("svdvals", v, u.shape[:1]), whole("svdright", u)),
    lambda u, v: matmul(transpose(whole("qfactor", u)), whole("qfactor", v)),
    lambda u, v: matmul(transpose(whole("inv", whole("cholesky", u))), whole("inv", whole("cholesky", v))),
)
OF_MATRICES: tuple[Pattern, ...] = (
    lambda u, v: whole("softmax", u),
    lambda u, v: call("log", whole("softmax", u)),
    lambda u, v: made("over", call("exp", u), _copied(rows(call("exp", v)), u)),
    lambda u, v: made("sub", u, _copied(call("log", rows(call("exp", v))), u)),
    lambda u, v: _copied(call("log", matmul(call("exp", u), ones(u.shape[1:]))), u),
    lambda u, v: made("over", call("exp", u), _copied(matmul(call("exp", v), leaf(VARIABLES[u.shape[1:]][0])), u)),
    lambda u, v: made("scaledrows", raised(rows(raised(u, 2)), -0.5), u),
    lambda u, v: made("sub", u, _copied(made("scale", raised(length(transpose(u)), -1), rows(v)), u)),
    lambda u, v: matmul(matmul(u, transpose(v)), v),
    lambda u, v: matmul(matmul(u, whole("pinv", u)), v) if u.shape == v.shape else v,
)


def rows(part: Tree) -> Tree:
    return made("rows", part, shape=part.shape[:1])


def _copied(vector: Tree, like: Tree) -> Tree:
    """A vector in every column of a matrix."""
    return made("outer", vector, ones(like.shape[1:]), shape=like.shape)


def _between(left: Tree, values: Tree, right: Tree) -> Tree:
    return matmul(left, made("scaledrows", values, right))


def _covariance(u: Tree, v: Tree) -> Tree:
    """Second moments less the products of means."""
    n, (first, second) = length(u), (made("columns", part, shape=part.shape[1:]) for part in (u, v))
    moments = made("scale", raised(n, -1), matmul(transpose(u), v))
    return made("sub", moments, made("scale", raised(n, -2), made("outer", first, second, shape=moments.shape)))


CONTRACTIONS: dict[Shape, tuple[str, ...]] = {
    (): ("ii,i->", "ij,ij->", "ij,ij,i->", "ij,ik,i->", "ii,ii->", "iaj,i->", "iai->", "i,i,i->", "ij,ji->", "ij,jj->"),
    N: ("ij,ij->i", "ii,i->i", "ij,i,i->j", "ia,ia->i", "iaj->i", "iai->i", "ij,jj->i", "i,ij,j->i", "i,j->i"),
    ("n", "n"): ("ij,j->ij", "ii,ij->ij", "ij,ik->ij", "i,j,ij->ij", "ii,jj->ij", "iaj->ij", "iaj,j->ij", "ij,jk,j->ik"),
}


def length(part: Tree) -> Tree:
    """The number of entries of a vector, of rows of a matrix."""
    return Tree("length", (leaf(VARIABLES[part.shape[:1]][0]),), ())


@dataclass
class PassGenerator:
    """Random trees of sums and products of patterns whose arguments are related."""

    rng: random.Random

    def tree(self, shape: Shape) -> Tree:
        """Terms of which the arguments are alike, beside ones."""
        self.focus = self.rng.sample(FAVOURITES if self.rng.random() < 0.7 else ENTRYWISE, 2)
        self.patterns = self.rng.sample(OF_ANY, 3)
        self.base = {size: self.argument(self.leaf(size)) for size in ((), N, ("n", "m"), ("n", "n"))}
        terms = [self.term(shape) for _ in range(self.rng.choice([1, 1, 1, 2, 2, 2, 3]))]
        if self.rng.random() < (0.7 if len(terms) == 1 else 0.35):
            terms.append(self.constant(shape))
        self.rng.shuffle(terms)
        result = terms[0]
        for term in terms[1:]:
            result = made(self.rng.choice(["sub", "sub", "add", "mul", "over"]), result, term)
        return result

    def leaf(self, shape: Shape) -> Tree:
        return leaf(self.rng.choice(VARIABLES[shape]))

    def constant(self, shape: Shape) -> Tree:
        number = self.rng.choice(NUMBERS)
        options = [ones(shape)]
        if len(shape) == 2 and shape[0] == shape[1]:
            options.append(eye(shape[0]))
        if self.rng.random() < 0.2:
            options.append(filled(Tree("length", (leaf("x"),), ()), shape))
        return times(number, self.rng.choice(options))

    def argument(self, part: Tree) -> Tree:
        """Something simple made of a variable."""
        rng, shape = self.rng, part.shape
        options: list[Callable[[], Tree]] = [
            *([lambda: part] * 12),
            lambda: made("mul", part, part),
            lambda: made("scale", leaf("a"), part, shape=shape),
            lambda: made("add", part, filled(leaf("a"), shape)),
            lambda: made("sub", part, self.leaf(shape)),
            lambda: made("over", part, self.leaf(shape)),
            lambda: call(rng.choice(FAVOURITES), part),
            lambda: raised(part, -1),
        ]
        if shape == N:
            options += [lambda: matmul(self.leaf(("n", "m")), leaf("z")), lambda: matmul(self.leaf(("n", "n")), part)] * 2
            options.append(lambda: made("diagonal", self.leaf(("n", "n")), shape=N))
        if shape == ("n", "n"):
            options += [lambda: Tree("gram", (part,), shape), lambda: Tree("shift", (part,), shape)] * 3
            options += [lambda: made("diag", leaf("x"), shape=shape), lambda: made("outer", leaf("x"), leaf("y"), shape=shape)]
            options += [lambda: matmul(part, self.leaf(shape)), lambda: made("sub", part, transpose(part))]
        return rng.choice(options)()

    def related(self, shape: Shape) -> Tree:
        """The argument of that shape, or its opposite, a multiple, the reciprocal, the transpose, zero."""
        u = self.base[shape]
        options: list[Callable[[], Tree]] = [
            *([lambda: u] * 12),
            *([lambda: times(-1, u)] * 4),
            lambda: times(self.rng.choice([2, 0.5, -2, 0.7071067811865476]), u),
            lambda: made("sub", u, u),
            lambda: times(0, u),
            lambda: raised(u, -1),
            lambda: made("add", u, ones(shape)),
            lambda: self.argument(self.leaf(shape)),
        ]
        if shape == ("n", "n"):
            options += [lambda: transpose(u)] * 3
        return self.rng.choice(options)()

    def term(self, shape: Shape) -> Tree:
        part = self.spiced(self.aggregated(shape))
        return times(self.rng.choice(NUMBERS), part)

    def pattern(self, shape: Shape) -> Tree:
        """A function, or what a pass looks for, of related arguments."""
        u, v = self.related(shape), self.related(shape)
        draw = self.rng.random()
        if draw < 0.35:
            return call(self.rng.choice(self.focus), u)
        if draw < 0.45:
            return u
        if len(shape) == 1 and draw < 0.65:
            return self.rng.choice(OF_VECTORS)(u, v)
        if len(shape) == 2 and draw < 0.55:
            return self.rng.choice(OF_MATRICES)(u, v)
        if shape == ("n", "n") and draw < 0.8:
            if self.rng.random() < 0.4:
                return whole(self.rng.choice(OF_SQUARES), u)
            return self.rng.choice(OF_SQUARE_MATRICES)(u, v)
        return self.rng.choice(self.patterns)(u, v)

    def aggregated(self, shape: Shape) -> Tree:
        """A pattern of some shape, and what makes the wanted one of it: sums, diagonals, copies, products."""
        rng, square = self.rng, ("n", "n")
        if shape != ("n", "m") and rng.random() < 0.15:
            return self.contracted(shape)
        if not shape:
            makers: list[Callable[[], Tree]] = [
                lambda: self.pattern(()),
                lambda: summed(self.pattern(rng.choice([N, N, ("n", "m"), square]))),
                lambda: summed(self.pattern(N)),
                lambda: made("trace", self.pattern(square), shape=()),
                lambda: whole(rng.choice(TO_SCALARS), self.related(square), ()),
                lambda: whole("norm2", self.pattern(rng.choice([N, ("n", "m")])), ()),
                lambda: dot(self.pattern(N), self.pattern(N)),
                lambda: whole(rng.choice(["det", "logdet"]), self.kron(self.regular(), self.regular()), ()),
                lambda: summed(whole("inv", self.kron(self.regular(), self.related(square)))),
                lambda: made("trace", self.kron(self.related(square), self.regular()), shape=()),
                lambda: summed(raised(_covariance(self.related(("n", "m")), self.related(("n", "m"))), 2)),
            ]
        elif shape == N:
            makers = [
                *([lambda: self.pattern(N)] * 4),
                lambda: made("diagonal", self.pattern(square), shape=N),
                lambda: made("rows", self.pattern(rng.choice([("n", "m"), square])), shape=N),
                lambda: made("columns", self.pattern(square), shape=N),
                lambda: filled(self.aggregated(()), N),
                lambda: matmul(self.pattern(square), self.pattern(N)),
            ]
        else:
            makers = [
                *([lambda: self.pattern(shape)] * 4),
                lambda: filled(self.aggregated(()), shape),
                lambda: made("outer", self.pattern(N), ones(shape[1:]), shape=shape),
                lambda: made("scaledrows", self.pattern(N), self.pattern(shape), shape=shape),
            ]
            if shape == square:
                makers += [
                    *([lambda: transpose(self.pattern(square))] * 2),
                    lambda: made("diag", self.pattern(N), shape=square),
                    lambda: made("mul", self.pattern(square), eye("n")),
                    lambda: made("outer", self.pattern(N), self.pattern(N), shape=square),
                    lambda: matmul(self.pattern(square), self.pattern(square)),
                ]
        return rng.choice(makers)()

    def contracted(self, shape: Shape) -> Tree:
        """A product of patterns with sums, diagonals and indices in three places."""
        square, spec = ("n", "n"), self.rng.choice(CONTRACTIONS[shape])
        parts = []
        for labels in spec.partition("->")[0].split(","):
            if len(labels) == 3:
                options = [("softmax", 3), ("exp", 3)] + [("logsumexp", 2)] * (labels[2] not in spec.replace(labels, ""))
                name, cut = self.rng.choice(options)
                parts.append(whole(name, self.argument(leaf("D")), ("n", "m", "n")[:cut]))
                spec = spec if cut == 3 else spec.replace(labels, labels[:2], 1)
            else:
                parts.append(self.pattern((N, square)[len(labels) - 1] if labels != "ia" else ("n", "m")))
        return Tree("einsum", tuple(parts), shape, spec)

    def kron(self, one: Tree, other: Tree) -> Tree:
        return made("kron", one, other)

    def regular(self) -> Tree:
        return Tree("shift", (self.leaf(("n", "n")),), ("n", "n"))

    def spiced(self, part: Tree) -> Tree:
        """A term, a power of it, or it beside another one entry by entry."""
        draw = self.rng.random()
        if draw < 0.12:
            return raised(part, self.rng.choice(POWERS))
        if draw < 0.2:
            return made(self.rng.choice(["mul", "over"]), part, self.aggregated(part.shape))
        return part
