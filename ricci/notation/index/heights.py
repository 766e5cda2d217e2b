"""Upper and lower indices: what a text said of its tensors and of its free indices, and what a derivative makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tensor_networks.nodes import Tensor

FLIPPED = {"u": "l", "l": "u", "-": "-"}


class Heights(NamedTuple):
    """For the axes of tensors, by name, and for the free indices of an expression: ``u`` up, ``l`` down, ``-`` unsaid."""

    tensors: Mapping[str, str]
    free: str

    def derived(self, variables: Iterable[Tensor]) -> Heights:
        """The heights of a derivative: that by an upper index is lower, and the other way round."""
        free = self.free
        for variable in variables:
            marks = self.tensors.get(variable.name, "-" * variable.order)
            free += "".join(FLIPPED[mark] for mark in marks)
        return Heights(self.tensors, free)


def noted(known: dict[str, str], name: str, uppers: Sequence[bool]) -> None:
    """Remember the heights that a tensor has in a text; none, if it has several."""
    marks = "".join("u" if upper else "l" for upper in uppers)
    if known.setdefault(name, marks) != marks:
        known[name] = "-" * len(marks)


def runs(letters: Sequence[str], marks: str) -> list[tuple[str, list[str]]]:
    """Letters of one height together, in order: ``_`` or ``^``, and the letters."""
    out: list[tuple[str, list[str]]] = []
    for letter, mark in zip(letters, marks, strict=True):
        sign = "^" if mark == "u" else "_"
        if out and out[-1][0] == sign:
            out[-1][1].append(letter)
        else:
            out.append((sign, [letter]))
    return out
