"""What the practice tests share: the register of functions, some data, and a size for every symbol."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Function = Callable[..., Any]
MASK = np.tril(np.ones((4, 4)))
IDX = np.array([0, 2, 1, 0, 2])
LABELS = np.eye(3)[IDX]
Y01 = np.array([0.0, 1.0, 1.0, 0.0, 1.0])
COUNTS = np.array([0.0, 2.0, 1.0, 5.0, 3.0])
SIZES = {"b": 5, "n": 3, "m": 4, "k": 2, "h": 3, "t": 4, "d": 2}


class Case(NamedTuple):
    """A function, the declarations of its parameters, and an interval for their entries."""

    function: Function
    declared: dict[str, str]
    low: float
    high: float

    def point(self) -> dict[str, Any]:
        """Random arguments; scalars are numbers."""
        rng = np.random.default_rng(1)
        shapes = {name: [SIZES.get(size) or int(size) for size in text.split()] for name, text in self.declared.items()}
        return {name: rng.uniform(self.low, self.high, shape)[()] for name, shape in shapes.items()}


CASES: dict[str, Case] = {}


def case(*declarations: str, lo: float = -1.0, hi: float = 1.0) -> Callable[[Function], Function]:
    """Enter a function: ``@case("W:n k", "x:n")``."""

    def entered(function: Function) -> Function:
        declared = dict(text.split(":") for text in declarations)
        CASES[function.__name__] = Case(function, declared, lo, hi)
        return function

    return entered
