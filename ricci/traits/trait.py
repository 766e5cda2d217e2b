"""`Trait`: one row of the table, all that a word such as ``orthogonal`` says of a tensor and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tensor_networks.nodes import Node, Tensor

Array = np.ndarray[Any, Any]
Axes = Sequence[int]
Shaped = Callable[[Array, Tensor], Array]
Spread = Callable[[Node, Tensor, Axes], Node]

UNLIMITED = 99


@dataclass(frozen=True, slots=True)
class Trait:
    """One row. What is left out does not hold, or there is nothing to do.

    What it is:
        ``says`` defines it, ``part`` names the part of a derivative that counts, ``orders`` are the least and the largest
        number of axes, ``square`` asks for axes of one size, ``wide`` and ``tall`` for at least as many columns as rows or
        rows as columns, ``beside`` are the other traits that it may be declared with.
    Derivatives:
        ``project`` maps some axes of a derivative, those of the variable, to the tangent space of the structure; without
        it every direction is one. ``free`` gives the derivative by the free entries, ``along`` the trait that a direction
        has. ``curved``: the tangent space depends on the point. ``rigid``: there are no directions.
    Numbers:
        ``near`` is the closest array with the trait, ``draw`` a random one made of an array of random numbers (without it,
        the closest), ``residues`` one modulo a prime. ``shifts``: it may be added a multiple of the identity.
        ``holds`` tells, up to a relative tolerance, whether an array has the trait; ``hint`` what to give instead.
    Products, by the numbers of the axes:
        ``gram``: two copies summed along that axis are an identity. ``exclusive``: two different entries along it are
        never both other than 0, and entries are 0 or 1. ``totals``: the sum along it is 1. ``idempotent``: it is its square.
    Values:
        ``nonnegative``, ``positive`` (of the entries) and ``invertible``.
    """

    name: str
    says: str
    part: str = ""
    orders: tuple[int, int] = (1, UNLIMITED)
    square: bool = False
    wide: bool = False
    tall: bool = False
    beside: tuple[str, ...] = ()
    project: Spread | None = None
    free: Spread | None = None
    along: str = ""
    curved: bool = False
    rigid: bool = False
    near: Shaped | None = None
    draw: Shaped | None = None
    residues: Shaped | None = None
    shifts: bool = False
    holds: Callable[[Array, float], bool] | None = None
    hint: str = ""
    gram: tuple[int, ...] = ()
    exclusive: tuple[int, ...] = ()
    totals: tuple[int, ...] = ()
    idempotent: bool = False
    nonnegative: bool = False
    positive: bool = False
    invertible: bool = False
