"""How diagrams look: sizes in pixels, colours by role, and how wide a text is."""

from __future__ import annotations

import re
from typing import NamedTuple

NAME, LABEL, DIGIT, OPERATOR = 14.0, 10.5, 7.5, 17.0  # font sizes
RADIUS = 15.0  # of a vector; half the side of a matrix
DOT = 4.0
PITCH = 70.0  # between neighbours on a line
CLEAR = 30.0  # least free wire between two neighbours
TRACK = 21.0  # between parallel wires
CHANNEL = 40.0  # least distance between the nodes of two lines
LEG = 42.0
WIDEST = 1100.0  # a strip is broken into lines beyond this
LONGEST = 24  # characters of a name that are shown

LIGHT = {
    "ink": "#1b1f24",
    "wire": "#3b4350",
    "label": "#8a94a3",
    "left": "#0b62c4",
    "right": "#c2410c",
    "hole": "#c2410c",
    "vector": "#fde9c8",
    "matrix": "#d6e6fb",
    "tensor": "#dcf3e0",
    "function": "#efe3fa",
    "constant": "#ffffff",
    "paper": "#ffffff",
}
DARK = {
    "ink": "#e8edf4",
    "wire": "#b4bfcd",
    "label": "#8f9bab",
    "left": "#6db3ff",
    "right": "#ff9a5c",
    "hole": "#ff9a5c",
    "vector": "#55431d",
    "matrix": "#20406a",
    "tensor": "#1f4a31",
    "function": "#44316a",
    "constant": "#1a2029",
    "paper": "#12171e",
}

_WIDTHS = dict.fromkeys("ijl.,:;'|!()[] ", 5.6) | dict.fromkeys("ftrI-", 6.8) | dict.fromkeys("mwMW", 14.6)
_WIDTHS |= dict.fromkeys("ABCDGHKNOQRUVXYZ", 11.0) | dict.fromkeys("+=<>~−·", 11.8) | {"…": 14.0, "∂": 9.0}


class Run(NamedTuple):
    """A piece of text: `shift` is 0 on the line, -1 below it (a subscript), 1 above it."""

    text: str
    shift: int = 0


Runs = tuple[Run, ...]
SMALLER = 0.72  # the size of a subscript


def width(runs: Runs, size: float) -> float:
    """An upper estimate of the width of a text in a serif face, in pixels."""
    total = 0.0
    for text, shift in runs:
        own = 0.0
        for character in text:
            own += _WIDTHS.get(character) or (9.2 if character < "\u1100" else 15.0)
        total += own * SMALLER if shift else own
    return total * size / NAME


def plain(text: str) -> Runs:
    """A text as it stands, cut if it is too long."""
    return (Run(text if len(text) <= 80 else text[:79] + "…"),)


def named(name: str) -> Runs:
    """A name, digits at its end as a subscript; cut if it is too long to be read."""
    if len(name) > LONGEST:
        return (Run(name[: LONGEST - 1] + "…"),)
    stem = name.rstrip("0123456789")
    if stem and len(stem) < len(name) and stem[-1].isalpha() and len(stem) < 4:
        return (Run(stem), Run(name[len(stem) :], -1))
    return (Run(name),)


_NUMBERED = re.compile(r"(?<![A-Za-z0-9_])([A-Za-z]{1,3})(\d+)(?![A-Za-z0-9_])")


def lettered(formula: str) -> Runs:
    """A formula, the digits at the end of its names as subscripts."""
    runs, place = [], 0
    for found in _NUMBERED.finditer(formula):
        runs += [Run(formula[place : found.end(1)]), Run(found[2], -1)]
        place = found.end()
    return (*runs, Run(formula[place:]))


def raised(runs: Runs, exponent: object) -> Runs:
    """The text with an exponent, unless that is 1."""
    return runs if exponent == 1 else (*runs, Run(str(exponent).replace("-", "−"), 1))


LETTERS = "ijklmnpqrstuvabcdefghoxyzw"


def letter(number: int) -> Runs:
    """The letter of an index: i, j, k, ...; with a digit when the letters are used up."""
    stem = Run(LETTERS[number % len(LETTERS)])
    return (stem,) if number < len(LETTERS) else (stem, Run(str(number // len(LETTERS)), -1))
