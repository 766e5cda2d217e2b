"""Trees that passes look for, as functions of one or two arguments, and the words that they are made of."""

from __future__ import annotations

from collections.abc import Callable

from tests.promises.trees import VARIABLES, Shape, Tree, leaf

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
    lambda u, v: made("add", Tree("call", (u,), u.shape, "tril"), Tree("call", (v,), u.shape, "triu")),
    lambda u, v: made("entry", u, v)._replace(data="expmalong"),
    lambda u, v: made("entry", u, transpose(u), v)._replace(data="sylvester"),
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


def covariance(u: Tree, v: Tree) -> Tree:
    """Second moments less the products of means."""
    n, (first, second) = length(u), (made("columns", part, shape=part.shape[1:]) for part in (u, v))
    moments = made("scale", raised(n, -1), matmul(transpose(u), v))
    return made("sub", moments, made("scale", raised(n, -2), made("outer", first, second, shape=moments.shape)))


CONTRACTIONS: dict[Shape, tuple[str, ...]] = {
    (): ("ii,i->", "ij,ij->", "ij,ij,i->", "ij,ik,i->", "ii,ii->", "iaj,i->", "iai->", "i,i,i->", "ij,ji->", "ij,jj->"),
    N: ("ij,ij->i", "ii,i->i", "ij,i,i->j", "ia,ia->i", "iaj->i", "iai->i", "ij,jj->i", "i,ij,j->i", "i,j->i"),
    ("n", "n"): ("ij,j->ij", "ii,ij->ij", "ij,ik->ij", "i,j,ij->ij", "ii,jj->ij", "iaj->ij", "iaj,j->ij", "ij,jk,j->ik"),
}


def vec(part: Tree) -> Tree:
    """The columns of a matrix below each other; its size is not told, only scalars are made of it."""
    return made("vec", part, shape=N)


def length(part: Tree) -> Tree:
    """The number of entries of a vector, of rows of a matrix."""
    return Tree("length", (leaf(VARIABLES[part.shape[:1]][0]),), ())
