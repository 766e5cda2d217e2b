"""Random expressions as plain trees, and what they mean: an interpreter of a few lines of NumPy that knows nothing of ricci.

A tree is an operation of the table, its parts and its shape, a tuple of size symbols. The interpreter takes complex arrays
too (without conjugating anything), so that a derivative along a direction is the imaginary part of one evaluation.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from tests.promises.meanings import DENSE, ELEMENTWISE, PAIRS, WILD, Meaning, Unsuitable

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


def value(tree: Tree, env: Mapping[str, Any], table: Mapping[str, Meaning] = DENSE, bounded: bool = True) -> Any:
    """The value of a tree. Raises Unsuitable at a kink or where numbers grow too large."""
    if tree.op == "leaf":
        return env[tree.data]
    result = table[tree.op](tree, *(value(part, env, table, bounded) for part in tree.parts))
    if bounded and not np.max(np.abs(result), initial=0) < WILD:
        raise Unsuitable
    return result


ARRAYS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {  # arrays that have a trait, made of any
    "symmetric": lambda array: (array + array.T) / 2,
    "skew": lambda array: (array - array.T) / 2,
    "diagonal": lambda array: np.diag(np.diag(array)),
    "lower": np.tril,
    "upper": np.triu,
    "positive": lambda array: np.abs(array) + 0.1,
    "nonnegative": np.abs,
    "psd": lambda array: array[:, 1:] @ array[:, 1:].T,
    "spd": lambda array: array @ array.T + np.eye(len(array)),
    "orthogonal": lambda array: np.linalg.qr(array)[0],
    "permutation": lambda array: np.eye(len(array))[np.argsort(array.sum(0))],
    "idempotent": lambda array: _projection(array + 4 * np.eye(len(array)), (len(array) + 1) // 2),
    "simplex": lambda array: (np.abs(array) + 0.1) / np.sum(np.abs(array) + 0.1, axis=-1, keepdims=True),
    "one-hot": lambda array: np.eye(array.shape[-1])[np.argmax(array, axis=-1)],
}


def _projection(basis: np.ndarray, rank: int) -> np.ndarray:
    return np.asarray(basis[:, :rank] @ np.linalg.inv(basis)[:rank])


def structured(array: np.ndarray, trait: str) -> np.ndarray:
    """An array that has a trait, made of another one: the part of it that has, if the trait is linear."""
    return ARRAYS[trait](array) if trait and array.size else array


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
