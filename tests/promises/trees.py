"""Random expressions as plain trees, and what they mean: an interpreter of a few lines of NumPy that knows nothing of ricci.

A tree is an operation of the table, its parts and its shape, a tuple of size symbols. The interpreter takes complex arrays
too (without conjugating anything), so that a derivative along a direction is the imaginary part of one evaluation.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

Shape = tuple[str, ...]
SCALAR: Shape = ()
VARIABLES: Mapping[Shape, tuple[str, ...]] = {
    (): ("a", "b"),
    ("n",): ("x", "y"),
    ("m",): ("z", "w"),
    ("n", "m"): ("A", "B"),
    ("m", "n"): ("C",),
    ("n", "n"): ("S", "T"),
    ("m", "m"): ("M",),
    ("n", "m", "n"): ("D",),
    ("m", "m", "n", "n"): ("F",),
    ("n", "m", "n", "m", "m"): ("E",),
}
TRAITS = {"S": "symmetric", "T": "skew", "M": "diagonal"}
SHAPE_OF = {name: shape for shape, names in VARIABLES.items() for name in names}


class Tree(NamedTuple):
    """An operation applied to parts; `data` is the name of a variable or function, or a number."""

    op: str
    parts: tuple[Tree, ...]
    shape: Shape
    data: Any = None

    def walk(self) -> Iterator[Tree]:
        yield self
        for part in self.parts:
            yield from part.walk()

    @property
    def names(self) -> set[str]:
        return {tree.data for tree in self.walk() if tree.op == "leaf"}

    @property
    def size(self) -> int:
        return sum(1 for _ in self.walk())


# meaning

KINK, WILD = 1e-5, 1e4


class Unsuitable(Exception):
    """The point lies at a kink, or numbers grow too large for a comparison."""


@dataclass
class Numbers:
    """Functions of complex arrays: analytic continuations of the real ones to either side of their kinks."""

    def sigmoid(self, x: Any) -> Any:
        return 1 / (1 + np.exp(-x))

    def softplus(self, x: Any) -> Any:
        return np.log(1 + np.exp(x))

    def abs(self, x: Any) -> Any:
        return x * self._side(x)

    def relu(self, x: Any) -> Any:
        return x * (self._side(x) > 0)

    def maximum(self, x: Any, y: Any) -> Any:
        return np.where(self._side(x - y) > 0, x, y)

    def _side(self, x: Any) -> Any:
        real = np.real(x)
        if np.min(np.abs(real), initial=1) < KINK:
            raise Unsuitable
        return np.sign(real)

    def minimum(self, x: Any, y: Any) -> Any:
        return -self.maximum(-x, -y)

    def logaddexp(self, x: Any, y: Any) -> Any:
        return np.log(np.exp(x) + np.exp(y))

    def hypot(self, x: Any, y: Any) -> Any:
        square = x * x + y * y
        if np.min(np.real(square), initial=1) < KINK:
            raise Unsuitable
        return np.sqrt(square)

    def silu(self, x: Any) -> Any:
        return x * self.sigmoid(x)

    def cholesky(self, x: Any) -> Any:
        """Row by row; `np.linalg.cholesky` conjugates."""
        lower = np.zeros_like(x)
        for i in range(len(x)):
            for j in range(i + 1):
                rest = x[i, j] - lower[i, :j] @ lower[j, :j]
                lower[i, j] = np.sqrt(rest) if i == j else rest / lower[j, j]
        return lower

    def norm2(self, x: Any) -> Any:
        square = np.sum(x * x)
        if np.real(square) < KINK**2:
            raise Unsuitable
        return np.sqrt(square)

    def softmax(self, x: Any) -> Any:
        if not np.size(x):
            raise Unsuitable  # sum(softmax(x)) is 1, but of nothing
        return np.exp(x) / np.sum(np.exp(x))

    def logsumexp(self, x: Any) -> Any:
        return np.log(np.sum(np.exp(x)))

    def logdet(self, x: Any) -> Any:
        return np.log(np.linalg.det(x))

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)


NUMBERS = Numbers()
ELEMENTWISE = (
    *("tanh", "exp", "sin", "cos", "sinh", "cosh", "expm1", "exp2", "arctan", "arcsinh"),
    *("sigmoid", "softplus", "silu", "relu", "abs"),
)
PAIRS = ("maximum", "minimum", "logaddexp", "hypot")
Meaning = Callable[..., Any]


def function_of(xp: Any, name: str) -> Callable[..., Any]:
    linear = name in ("inv", "det") or (name == "cholesky" and not isinstance(xp, Numbers))
    found: Callable[..., Any] = getattr(xp.linalg if linear else xp, name)
    return found


def apply_named(xp: Any, name: str, x: Any) -> Any:
    return function_of(xp, name)(x)


def meanings(xp: Any) -> dict[str, Meaning]:
    """What each operation does, in terms of a namespace of functions; a tree comes first, its parts' values follow."""
    return {
        "number": lambda tree: tree.data,
        "add": lambda tree, p, q: p + q,
        "sub": lambda tree, p, q: p - q,
        "mul": lambda tree, p, q: p * q,
        "div": lambda tree, p, q: p / (2 + q * q),
        "scale": lambda tree, p, q: p * q,
        "times": lambda tree, p: tree.data * p,
        "power": lambda tree, p: p**tree.data,
        "root": lambda tree, p: (1 + p * p) ** 0.5,
        "log": lambda tree, p: xp.log(1 + p * p),
        "call": lambda tree, p: apply_named(xp, tree.data, p),
        "pair": lambda tree, p, q: function_of(xp, tree.data)(p, q),
        "sum": lambda tree, p: xp.sum(p),
        "rowsum": lambda tree, p: xp.sum(p, axis=1),
        "dot": lambda tree, p, q: p @ q,
        "matmul": lambda tree, p, q: p @ q,
        "outer": lambda tree, p, q: xp.outer(p, q),
        "transpose": lambda tree, p: p.T,
        "trace": lambda tree, p: xp.trace(p),
        "diag": lambda tree, p: xp.diag(p),
        "diagonal": lambda tree, p: xp.diag(p),
        "gram": lambda tree, p: p.T @ p + xp.diag(2 + 0 * xp.sum(p, axis=0)),
        "shift": lambda tree, p: p + xp.diag(6 + 0 * xp.sum(p, axis=0)),
        "whole": lambda tree, p: apply_named(xp, tree.data, p),
        "einsum": lambda tree, *parts: xp.einsum(tree.data, *parts),
    }


DENSE = meanings(NUMBERS)


def value(tree: Tree, env: Mapping[str, Any], table: Mapping[str, Meaning] = DENSE, bounded: bool = True) -> Any:
    """The value of a tree. Raises Unsuitable at a kink or where numbers grow too large."""
    if tree.op == "leaf":
        return env[tree.data]
    result = table[tree.op](tree, *(value(part, env, table, bounded) for part in tree.parts))
    if bounded and not np.max(np.abs(result), initial=0) < WILD:
        raise Unsuitable
    return result


def traced_namespace(xp: Any = np) -> Any:
    """NumPy, or what has its names, with the few functions that NumPy has not, as a user would write them."""
    own = SimpleNamespace(
        sigmoid=lambda x: 1 / (1 + xp.exp(-x)),
        softplus=lambda x: xp.log(1 + xp.exp(x)),
        relu=lambda x: xp.maximum(x, 0),
        silu=lambda x: x / (1 + xp.exp(-x)),
        norm2=lambda x: xp.sqrt(xp.sum(x * x)),
        softmax=lambda x: xp.exp(x) / xp.sum(xp.exp(x)),
        logsumexp=lambda x: xp.log(xp.sum(xp.exp(x))),
        logdet=lambda x: xp.log(xp.linalg.det(x)),
    )
    own.__dict__.update({name: getattr(xp, name) for name in dir(xp) if not name.startswith("_") and not hasattr(own, name)})
    return own


def structured(array: np.ndarray, trait: str) -> np.ndarray:
    """The part of an array that has a trait."""
    if trait == "diagonal":
        return np.diag(np.diag(array))
    return (array + array.T if trait == "symmetric" else array - array.T) / 2 if trait else array


# chance


def leaf(name: str) -> Tree:
    return Tree("leaf", (), SHAPE_OF[name], name)


@dataclass
class Generator:
    """Random typed trees."""

    rng: random.Random

    def tree(self, shape: Shape, depth: int) -> Tree:
        if depth <= 0 or self.rng.random() < 0.06:
            if shape == () and self.rng.random() < 0.15:
                return Tree("number", (), (), self.rng.choice([2, -1, 0.5, 3]))
            return leaf(self.rng.choice(VARIABLES[shape]))
        makers = [self.arithmetic, self.function, self.special, self.special, self.contraction]
        return self.rng.choice(makers)(shape, depth - 1)

    def arithmetic(self, shape: Shape, depth: int) -> Tree:
        op = self.rng.choice(["add", "add", "sub", "mul", "mul", "div", "scale", "times", "power"])
        first = self.tree(shape, depth)
        if op == "scale":
            return Tree(op, (self.tree((), depth), first), shape)
        if op == "times":
            return Tree(op, (first,), shape, self.rng.choice([2, -1, 3, -0.5, 0.1]))
        if op == "power":
            return Tree(op, (first,), shape, self.rng.choice([2, 2, 3]))
        return Tree(op, (first, self.tree(shape, depth)), shape)

    def function(self, shape: Shape, depth: int) -> Tree:
        op = self.rng.choice(["call"] * 7 + ["root", "log", "pair"])
        if op == "pair":
            return Tree(op, (self.tree(shape, depth), self.tree(shape, depth)), shape, self.rng.choice(PAIRS))
        if op in ("root", "log"):
            return Tree(op, (self.tree(shape, depth),), shape)
        return Tree("call", (self.tree(shape, depth),), shape, self.rng.choice(ELEMENTWISE))

    def contraction(self, shape: Shape, depth: int) -> Tree:
        """A product with any pattern of indices: sums, diagonals, indices in three places."""
        letters = "abcdef"[: len(shape) + self.rng.choice([0, 1, 1, 2])]
        sizes = {letter: shape[i] if i < len(shape) else self.rng.choice("nm") for i, letter in enumerate(letters)}
        outputs, waiting = letters[: len(shape)], set(letters)
        operands: list[tuple[str, Tree]] = []
        while waiting or len(operands) < 2:
            chosen = sorted(waiting) if waiting and self.rng.random() < 0.7 else list(letters)
            labels = "".join(self.rng.choice(chosen) for _ in range(self.rng.choice([1, 2, 2]))) if chosen else ""
            if self.rng.random() < 0.2 and {"n", "m"} <= set(sizes.values()):
                high = SHAPE_OF[self.rng.choice("DDEF")]
                labels = "".join(self.rng.choice([k for k in letters if sizes[k] == size]) for size in high)
            axes = tuple(sizes[label] for label in labels)
            part = leaf(VARIABLES[axes][0]) if len(labels) > 2 else self.tree(axes, depth - 1)
            operands.append((labels, part))
            waiting -= set(labels)
        spec = ",".join(labels for labels, _ in operands) + "->" + outputs
        return Tree("einsum", tuple(part for _, part in operands), shape, spec)

    def special(self, shape: Shape, depth: int) -> Tree:
        return (self.scalar, self.vector, self.matrix)[len(shape)](shape, depth)

    def scalar(self, shape: Shape, depth: int) -> Tree:
        op = self.rng.choice(["sum", "sum", "dot", "quadratic", "trace", "norm2", "logsumexp", "det", "logdet"])
        n = self.rng.choice("nm")
        if op == "sum":
            return Tree("sum", (self.tree(self.rng.choice([(n,), ("n", "m"), (n, n)]), depth),), ())
        if op == "dot":
            return Tree("dot", (self.tree((n,), depth), self.tree((n,), depth)), ())
        if op == "quadratic":
            inner = Tree("matmul", (self.tree((n, n), depth - 1), self.tree((n,), depth - 1)), (n,))
            return Tree("dot", (self.tree((n,), depth), inner), ())
        if op == "trace":
            return Tree("trace", (self.tree((n, n), depth),), ())
        if op == "norm2":
            return Tree("whole", (self.tree(self.rng.choice([(n,), ("n", "m")]), depth),), (), op)
        if op == "logsumexp":
            return Tree("whole", (self.tree((n,), depth),), (), op)
        return Tree("whole", (self.regular(n, depth),), (), op)

    def vector(self, shape: Shape, depth: int) -> Tree:
        (n,) = shape
        m = self.rng.choice("nm")
        op = self.rng.choice(["matvec", "matvec", "diagonal", "softmax", "rowsum", "solve"])
        if op == "diagonal":
            return Tree(op, (self.tree((n, n), depth),), shape)
        if op == "softmax":
            return Tree("whole", (self.tree(shape, depth),), shape, op)
        if op == "rowsum":
            return Tree(op, (self.tree((n, m), depth),), shape)
        left = Tree("whole", (self.regular(n, depth - 1),), (n, n), "inv") if op == "solve" else self.tree((n, m), depth)
        return Tree("matmul", (left, self.tree(left.shape[1:], depth)), shape)

    def matrix(self, shape: Shape, depth: int) -> Tree:
        n, m = shape
        op = self.rng.choice(["matmul"] * 4 + ["outer", "transpose"] * 2 + ["diag", "inv", "inv", "cholesky"])
        if op == "outer" or (op in ("diag", "inv", "cholesky") and n != m):
            return Tree("outer", (self.tree((n,), depth), self.tree((m,), depth)), shape)
        if op == "transpose":
            return Tree(op, (self.tree((m, n), depth),), shape)
        if op == "diag":
            return Tree(op, (self.tree((n,), depth),), shape)
        if op == "inv":
            return Tree("whole", (self.regular(n, depth),), shape, op)
        if op == "cholesky":
            return Tree("whole", (self.gram(n, depth),), shape, op)
        k = self.rng.choice("nm")
        return Tree(op, (self.tree((n, k), depth), self.tree((k, m), depth)), shape)

    def regular(self, n: str, depth: int) -> Tree:
        """X'*X + 2I or sin(X) + 6I: regular, with and without a symmetry."""
        if self.rng.random() < 0.5:
            return Tree("shift", (Tree("call", (self.tree((n, n), depth - 1),), (n, n), "sin"),), (n, n))
        return self.gram(n, depth)

    def gram(self, n: str, depth: int) -> Tree:
        """X'*X + 2I."""
        return Tree("gram", (self.tree((self.rng.choice("nm"), n), depth - 1),), (n, n))
