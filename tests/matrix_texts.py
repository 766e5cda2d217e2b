"""Random texts in matrix notation of declared shapes: every operator under every other."""

import random
from collections.abc import Callable

DECLARED = {
    "A": "m n", "X": "m n", "B": "n n", "C": "n n", "S": "n n symmetric", "x": "n", "y": "n", "w": "m", "z": "m",
    "a": "", "b": "",
}  # fmt: skip
ENTRYWISE = ("exp", "sin", "cos", "tanh", "sigmoid", "softplus", "abs")
VECTORS = {"n": ("x", "y"), "m": ("w", "z")}
MATRICES = {"mn": ("A", "X"), "nn": ("B", "C", "S"), "nm": ("A'", "X'"), "mm": ("X*A'", "w*z'")}


class Texts:
    """The texts of one seed, by kind and depth."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def size(self) -> str:
        return self.random.choice("nm")

    def scalar(self, depth: int) -> str:
        if not depth:
            return self.random.choice(["a", "b", "2", "0.5", "x'*y", "tr(B)", "norm2(x)", "sum(w)"])
        inner, size = depth - 1, self.size()
        options: list[Callable[[], str]] = [
            lambda: f"({self.scalar(inner)})*({self.scalar(inner)})",
            lambda: f"{self.scalar(inner)} - ({self.scalar(inner)})",
            lambda: f"({self.scalar(inner)})/({self.scalar(inner)})",
            lambda: f"{self.random.choice(ENTRYWISE)}({self.scalar(inner)})",
            lambda: f"({self.scalar(inner)})^{self.random.choice('23')}",
            lambda: f"({self.vector(size, inner)})'*({self.vector(size, inner)})",
            lambda: f"sum({self.vector(size, inner)})",
            lambda: f"norm2({self.vector(size, inner)})^2",
            lambda: f"logsumexp({self.vector(size, inner)})",
            lambda: f"tr({self.matrix('nn', inner)})",
            lambda: f"{self.random.choice(['logdet', 'det'])}({self.matrix('nn', inner)})",
            lambda: f"normF({self.matrix(size + 'n', inner)})^2",
        ]
        return self.random.choice(options)()

    def vector(self, size: str, depth: int) -> str:
        if not depth:
            return self.random.choice(VECTORS[size])
        inner, other = depth - 1, self.size()
        options: list[Callable[[], str]] = [
            lambda: f"{self.vector(size, inner)} - ({self.vector(size, inner)})",
            lambda: f"({self.vector(size, inner)}).*({self.vector(size, inner)})",
            lambda: f"({self.vector(size, inner)}).^2",
            lambda: f"{self.random.choice((*ENTRYWISE, 'softmax'))}({self.vector(size, inner)})",
            lambda: f"({self.matrix(size + other, inner)})*({self.vector(other, inner)})",
            lambda: f"({self.scalar(inner)})*({self.vector(size, inner)})",
            lambda: f"diag({self.matrix(size * 2, inner)})",
        ]
        return self.random.choice(options)()

    def matrix(self, sizes: str, depth: int) -> str:
        if not depth:
            return self.random.choice(MATRICES[sizes])
        inner, other, (rows, columns) = depth - 1, self.size(), sizes
        options: list[Callable[[], str]] = [
            lambda: f"{self.matrix(sizes, inner)} + {self.matrix(sizes, inner)}",
            lambda: f"({self.matrix(sizes, inner)}).*({self.matrix(sizes, inner)})",
            lambda: f"({self.matrix(rows + other, inner)})*({self.matrix(other + columns, inner)})",
            lambda: f"({self.vector(rows, inner)})*({self.vector(columns, inner)})'",
            lambda: f"({self.scalar(inner)})*({self.matrix(sizes, inner)})",
            lambda: f"diag({self.vector(rows, inner)})*({self.matrix(sizes, inner)})",
            lambda: f"({self.matrix(columns + rows, inner)})'",
            lambda: f"{self.random.choice(ENTRYWISE)}({self.matrix(sizes, inner)})",
        ]
        if rows == columns:
            options += [
                lambda: f"{self.random.choice(['inv', 'adj'])}({self.matrix(sizes, inner)})",
                lambda: f"({self.matrix(sizes, inner)})^{self.random.choice('23')}",
                lambda: f"diag({self.vector(rows, inner)})",
            ]
        return self.random.choice(options)()
