"""`Pattern`: a constant tensor known by its name and the size it is made for.

``elimination`` has axes (n*(n+1)/2, n, n) and is 1 where the first index counts the place (second, third) on or below the
diagonal, column by column; ``duplication`` has axes (n, n, n*(n+1)/2) and is 1 where the last index counts that place or its
mirror image, so that its first two axes can be exchanged; ``lower`` is 1 on and below the diagonal; ``toeplitz`` has axes
(2*n-1, n, n) and is 1 where the first index counts the diagonal that the place lies on, the lowest first.
"""

from __future__ import annotations

from tensor_networks.axes import Axis, diagonals, show, triangle
from tensor_networks.nodes import Node, intern
from tensor_networks.symmetry import Symmetry, no_symmetry

NAMES = ("elimination", "duplication", "lower", "toeplitz")


class Pattern(Node):
    """A constant tensor of zeros and ones."""

    __slots__ = ("name", "size")
    kind = "pattern"
    name: str
    size: Axis

    def content(self) -> str:
        return repr((self.name, self.size))

    def find_symmetry(self) -> Symmetry:
        return Symmetry((0, 0, 2)) if self.name == "duplication" else no_symmetry(self.order)

    def __repr__(self) -> str:
        return f"Pattern({self.name}, {show(self.size)})"


def pattern(name: str, size: Axis) -> Pattern:
    """The pattern of that name for square matrices of that size."""
    axes: dict[str, tuple[Axis, ...]] = {
        "elimination": (triangle(size), size, size),
        "duplication": (size, size, triangle(size)),
        "lower": (size, size),
        "toeplitz": (diagonals(size), size, size),
    }
    return intern(Pattern, axes[name], (), name=name, size=size)
