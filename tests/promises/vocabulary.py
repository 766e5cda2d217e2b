"""Random trees in the vocabulary of the passes: functions of arguments that are alike, summed, on diagonals, to powers,
beside ones, identities and the numbers that passes look for.

A pass recognises a pattern, such as ``1 - sigmoid(u)``. What a tree of this generator has is nearly one: the sigmoid may be
summed, transposed, on a diagonal or squared, the argument zero or its own opposite, the 1 a size.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.promises.patterns import (
    CONTRACTIONS,
    OF_ANY,
    OF_MATRICES,
    OF_SQUARE_MATRICES,
    OF_VECTORS,
    N,
    call,
    covariance,
    dot,
    eye,
    filled,
    made,
    matmul,
    ones,
    raised,
    rows,
    summed,
    times,
    transpose,
    vec,
    whole,
)
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


@dataclass
class PassGenerator:
    """Random trees of sums and products of patterns whose arguments are related."""

    rng: random.Random

    def tree(self, shape: Shape) -> Tree:
        """Terms of which the arguments are alike, beside ones."""
        self.focus = self.rng.sample(FAVOURITES if self.rng.random() < 0.7 else ENTRYWISE, 2)
        self.patterns = self.rng.sample(OF_ANY, 3)
        self.base = {size: self.argument(self.leaf(size)) for size in ((), N, ("n", "m"), ("n", "n"))}
        if self.rng.random() < 0.4:
            return self.bare(shape)
        terms = [self.term(shape) for _ in range(self.rng.choice([1, 1, 1, 2, 2, 2, 3]))]
        if self.rng.random() < (0.7 if len(terms) == 1 else 0.35):
            terms.append(self.constant(shape))
        self.rng.shuffle(terms)
        result = terms[0]
        for term in terms[1:]:
            result = made(self.rng.choice(["sub", "sub", "add", "mul", "over"]), result, term)
        return result

    def bare(self, shape: Shape) -> Tree:
        """A function of a variable, one of its opposite, or ones: summed, on a diagonal, or as it is; their difference."""
        name, size = self.rng.choice(FAVOURITES), self.rng.choice([N, ("n", "n"), ("n", "n")])
        u = self.leaf(shape if self.rng.random() < 0.3 else size)

        def seen(part: Tree) -> Tree:
            options = [part] if part.shape == shape else []
            if len(part.shape) == 1:
                options += [made("diag", part, shape=("n", "n"))] * 2 + [made("outer", part, ones(N), shape=("n", "n"))]
            if part.shape == ("n", "n"):
                options += [made("diagonal", part, shape=N), rows(part), made("trace", part, shape=()), transpose(part)]
            fitting = [option for option in (*options, summed(part)) if option.shape == shape]
            return self.rng.choice(fitting or [filled(summed(part), shape)])

        one = seen(call(name, u))
        other = seen(call(name, times(-1, u))) if self.rng.random() < 0.4 else self.constant(shape)
        return made(self.rng.choice(["sub", "add"]), *self.rng.sample([one, other], 2))

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
        if shape != ("n", "m") and rng.random() < 0.3:
            return self.contracted(shape) if rng.random() < 0.4 else self.met(shape)
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
                lambda: summed(raised(made("sub", self.kronecker_sum(), self.kron(self.regular(), self.regular())), 2)),
                lambda: summed(raised(matmul(self.kron(self.related(square), self.regular()), vec(self.pattern(square))), 2)),
                lambda: dot(vec(self.pattern(square)), call(rng.choice(self.focus), vec(self.pattern(square)))),
                lambda: whole(rng.choice(["det", "logdet"]), self.kronecker_sum(), ()),
                lambda: summed(raised(covariance(self.related(("n", "m")), self.related(("n", "m"))), 2)),
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

    def met(self, shape: Shape) -> Tree:
        """A matrix, functions of it and vectors in a product with any pattern of indices."""
        rng, letters = self.rng, "ijk"[: max(len(shape), self.rng.choice([2, 2, 3]))]
        u, names = self.related(("n", "n")), rng.sample([*OF_SQUARES, "eigvecsh", "qfactor", "softmax"], 2)
        outputs = "".join(rng.sample(letters, len(shape)))
        labels, parts = list[str](), list[Tree]()
        while len(parts) < 2 or not {*outputs} <= {*"".join(labels)}:
            if rng.random() < 0.3:
                parts.append(call(rng.choice(self.focus), leaf("x")) if rng.random() < 0.3 else self.leaf(N))
            else:
                parts.append(rng.choice([u, whole(names[0], u), whole(rng.choice(names), u), call(self.focus[0], u)]))
            labels.append("".join(rng.choice(letters) for _ in parts[-1].shape))
        return Tree("einsum", tuple(parts), shape, ",".join(labels) + "->" + outputs)

    def kron(self, one: Tree, other: Tree) -> Tree:
        return made("kron", one, other)

    def kronecker_sum(self) -> Tree:
        """kron(A, I) + kron(I, B)."""
        return made("add", self.kron(self.regular(), eye("n")), self.kron(eye("n"), self.related(("n", "n"))))

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
