"""Tangent spaces: derivatives projected onto the structure of the variable, or taken by its free entries.

The derivative by a structured variable has two meanings. The Frechet one is the derivative along the directions in which the
structure lasts: that of a free variable, projected onto the tangent space of the structure. The other one is by free
entries: a symmetric matrix has n(n+1)/2 of them, each off-diagonal one stands at two places, and the derivative by it is the
sum of the ordinary derivative over its places (Matrix Cookbook, section 2.8), ``G + G' - diag(diag(G))``.
"""

from __future__ import annotations

from collections.abc import Iterable

from ricci.traits.table import check_directions, rows
from ricci.traits.trait import Trait
from tensor_networks.composites import is_zero
from tensor_networks.errors import DerivativeError, clip
from tensor_networks.nodes import Node, Tensor, tensor


def projected(node: Node, variable: Tensor, axes: Iterable[int]) -> Node:
    """A derivative with some of its axes (those of the variable) projected onto the tangent space of the variable's structure.

    Raises:
        DerivativeError: there are no directions in which the variable could change.
    """
    check_directions(variable)
    axes = tuple(axes)
    if is_zero(node):
        return node
    for project in dict.fromkeys(row.project for row in _structures(variable)):
        node = project(node, variable, axes)  # type: ignore[misc]
    return node


def by_free_entries(node: Node, variable: Tensor, axes: Iterable[int]) -> Node:
    """The derivative of axes ``axes`` by a structured variable, summed over the places of each of its free entries.

    Raises:
        DerivativeError: the structure has no entries that can be chosen freely, or the variable is no matrix.
    """
    check_directions(variable)
    structures = _structures(variable)
    for row in structures:
        if row.free is None or (row.square and variable.order != 2):
            message = f"{clip(variable.name)} ({row.name}) has no free entries that stand at places of a matrix"
            raise DerivativeError(message)
    for free in dict.fromkeys(row.free for row in structures):
        node = free(node, variable, tuple(axes))  # type: ignore[misc]
    return node


def _structures(variable: Tensor) -> list[Trait]:
    """The rows that leave out some directions."""
    return [row for row in rows(variable) if row.project and not (row.square and variable.order < 2)]


def is_structured(variable: Tensor) -> bool:
    """Does a derivative by the variable differ from that by a free one?"""
    return bool(_structures(variable))


def is_curved(variable: Tensor) -> bool:
    """Does the tangent space of the variable's structure depend on the point?"""
    return any(row.curved for row in rows(variable))


def tangent(variable: Tensor) -> Tensor:
    """The direction that goes with a variable: a tensor named d<name> of its axes and linear structure.

    Raises:
        DerivativeError: there are no directions in which the variable could change.
    """
    check_directions(variable)
    traits = {row.along for row in rows(variable) if row.along} | {trait for trait in variable.traits if "=" in trait}
    return tensor(f"d{variable.name}", variable.axes, traits, variable.marks)


def left_out(variable: Tensor) -> bool:
    """Is there a structure of the variable that its direction, a tensor with traits, does not say?"""
    return any(not row.along and row.name != "=" for row in _structures(variable))


def part_that_counts(variable: Tensor) -> str:
    """What of a derivative the structure of a variable leaves, in words; empty if all."""
    names = [row.name for row in _structures(variable)]
    parts = dict.fromkeys(row.part for row in _structures(variable))
    return f"{variable.name} is {' and '.join(names)}, so only {' in '.join(reversed(parts))} counts" if parts else ""
