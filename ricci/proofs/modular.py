"""Exact values of nodes modulo a prime, at random points: what polynomials and rational functions are told apart by.

Two different rational functions agree at a random point with a probability of about their degree over the prime.
Functions that are not rational - ``exp``, roots, norms - are given a random value for every value of their argument:
what agrees even so, agrees whatever these functions are; what does not, may still be equal (``sin^2 + cos^2 = 1``), which
`elementary` looks after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from hashlib import blake2b
from math import floor, prod
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ricci.constants import constants_of
from ricci.functions import Apply
from ricci.traits.points import residues
from ricci.traits.residues import PRIME, NotExact, inverse
from tensor_networks.axes import value
from tensor_networks.backends import numpy as tables
from tensor_networks.networks import Network, Sum
from tensor_networks.nodes import Node, Size, Tensor, walk
from tensor_networks.numbers import Number
from tensor_networks.patterns import Pattern

MOST_ENTRIES = 4_000_000
Array: TypeAlias = NDArray[np.int64]


def values(roots: Sequence[Node], sizes: Mapping[str, int], seed: int) -> tuple[list[Array], bool]:
    """The values of the roots modulo `PRIME` at a random point, and whether all functions in them are rational.

    Raises:
        NotExact: a denominator is 0 there, or an array would be too large.
    """
    numbers = constants_of(*roots)
    rational = True
    found: dict[Node, Array] = {}
    for node in walk(*roots):
        if isinstance(node, Tensor):
            shape = _shape(node, sizes)
            constant = numbers.get(node.name)
            found[node] = _point(node, shape, seed) if constant is None else _residues(constant)
        elif isinstance(node, Network):
            found[node], clean = _network(node, found, sizes)
            rational = rational and clean
        elif isinstance(node, Sum):
            zeros = np.zeros(_shape(node, sizes), np.int64)
            found[node] = sum((found[term] * residue(number) % PRIME for term, number in node.terms), zeros) % PRIME
        elif isinstance(node, Apply):
            found[node], clean = _applied(node, [found[arg] for arg in node.args], _shape(node, sizes))
            rational = rational and clean
        elif isinstance(node, Size):
            found[node] = np.asarray(value(node.size, sizes) % PRIME)
        elif isinstance(node, Pattern):
            found[node] = getattr(tables, node.name)(*_shape(node, sizes), dtype=np.dtype(np.int64))
        else:
            raise NotExact(f"{node!r} has no exact value")
    return [found[root] for root in roots], rational


def residue(number: Number) -> int:
    """An integer or a fraction modulo the prime.

    Raises:
        NotExact: the prime divides the denominator.
    """
    fraction = Fraction(number)
    if fraction.denominator % PRIME == 0:
        raise NotExact("a denominator is 0")
    return fraction.numerator * pow(fraction.denominator, -1, PRIME) % PRIME


def _residues(numbers: NDArray[np.float64]) -> Array:
    if numbers.size > 10_000 or not np.all(np.isfinite(numbers)):
        raise NotExact("too many constants")
    entries = [residue(Fraction(repr(float(number)))) for number in numbers.flat]
    return np.array(entries, np.int64).reshape(numbers.shape)


def _shape(node: Node, sizes: Mapping[str, int]) -> tuple[int, ...]:
    shape = tuple(value(size, sizes) for size in node.axes)
    if prod(shape) > MOST_ENTRIES:
        raise NotExact("too many entries")
    return shape


def _point(leaf: Tensor, shape: tuple[int, ...], seed: int) -> Array:
    """A random value of a variable, of the structure that its traits say."""
    word = blake2b(f"{leaf.name} {seed}".encode(), digest_size=8).digest()
    rng = np.random.default_rng(int.from_bytes(word, "big"))
    free = rng.integers(1, PRIME, shape)
    return residues(free, leaf)


# products


def _network(node: Network, found: Mapping[Node, Array], sizes: Mapping[str, int]) -> tuple[Array, bool]:
    """The residues of a product, and whether they are those of a rational function: no root was taken."""
    lengths = [value(size, sizes) for size in node.sizes]
    operands: list[tuple[Array, list[int]]] = []
    rational = True
    for factor in node.factors:
        array, clean = _power(found[factor.node], factor.exponent)
        rational = rational and clean
        wires = [wire for group in factor.slots for wire in group]
        unique = list(dict.fromkeys(wires))
        array = array.reshape([lengths[wire] for wire in wires])
        operands.append((np.einsum(array, wires, unique), unique))
    outputs = [wire for group in node.outputs for wire in group]
    core = list(dict.fromkeys(outputs))
    operands += [(np.ones(lengths[wire], np.int64), [wire]) for wire in core]
    dense = _contracted(operands, core, lengths)
    out = np.zeros([lengths[wire] for wire in outputs], np.int64)
    if out.size > MOST_ENTRIES:
        raise NotExact("too many entries")
    places = np.indices([lengths[wire] for wire in core])
    out[tuple(places[core.index(wire)] for wire in outputs)] = dense
    return out.reshape([prod(lengths[wire] for wire in group) for group in node.outputs]), rational


def _contracted(operands: list[tuple[Array, list[int]]], core: list[int], lengths: Sequence[int]) -> Array:
    """The product of the operands, summed over all wires but those of the core: wire by wire, the cheapest first."""
    wires = {wire for _, held in operands for wire in held}
    pending = sorted(wires - set(core))
    while pending:
        cost = {w: prod(lengths[v] for v in {v for _, held in operands if w in held for v in held}) for w in pending}
        wire = min(pending, key=lambda w: (cost[w], w))
        pending.remove(wire)
        array, held = _multiplied([operand for operand in operands if wire in operand[1]], lengths)
        operands = [operand for operand in operands if wire not in operand[1]]
        operands.append((array.sum(axis=held.index(wire)) % PRIME, [w for w in held if w != wire]))
    array, held = _multiplied(operands, lengths)
    return array.transpose([held.index(wire) for wire in core]) if core else array


def _multiplied(operands: Sequence[tuple[Array, list[int]]], lengths: Sequence[int]) -> tuple[Array, list[int]]:
    wires = sorted({wire for _, held in operands for wire in held})
    if prod(lengths[wire] for wire in wires) > MOST_ENTRIES:
        raise NotExact("too many entries")
    out = np.ones([1] * len(wires), np.int64)
    for array, held in operands:
        order = sorted(range(len(held)), key=held.__getitem__)
        shape = [lengths[wire] if wire in held else 1 for wire in wires]
        out = out * array.transpose(order).reshape(shape) % PRIME
    return out, wires


def _power(array: Array, exponent: Number) -> tuple[Array, bool]:
    """Every entry to a power; the fractional part of the exponent is a function of its own."""
    whole = floor(exponent)
    if whole == exponent:
        return _integer_power(array, whole), True
    root = _oracle(f"power {Fraction(exponent) - whole}", array)
    return root * _integer_power(array, whole) % PRIME, False


def _integer_power(array: Array, exponent: int) -> Array:
    if exponent < 0:
        if not np.all(array):
            raise NotExact("a denominator is 0")
        exponent = -exponent * (PRIME - 2)
    out, square = np.ones_like(array), array
    while exponent:
        if exponent & 1:
            out = out * square % PRIME
        square = square * square % PRIME
        exponent >>= 1
    return out


# functions


def _applied(node: Apply, args: Sequence[Array], shape: tuple[int, ...]) -> tuple[Array, bool]:
    """A function of values, and whether it was computed; what is not rational is drawn by lot, always alike."""
    name, batch = node.function.name, node.batch
    if name in ("inv", "det", "adj"):
        out = np.empty(shape, np.int64)
        for place in np.ndindex(args[0].shape[:batch]):
            inverted, det = inverse(args[0][place])
            out[place] = inverted if name == "inv" else det if name == "det" else inverted * det % PRIME
        return out, True
    if node.function.elementwise:
        return _oracle(name, *args), False
    out = np.empty(shape, np.int64)
    for place in np.ndindex(args[0].shape[:batch]):
        entries = np.concatenate([arg[place].ravel() for arg in args])
        seed = blake2b(name.encode() + entries.tobytes(), digest_size=8).digest()
        out[place] = np.random.default_rng(int.from_bytes(seed, "big")).integers(1, PRIME, out[place].shape)
    return out, False


def _oracle(name: str, *args: Array) -> Array:
    """A random number for every entry, the same for the same name and arguments."""
    start = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")
    state = np.full(args[0].size, start, np.uint64)
    for arg in args:
        state = state ^ arg.ravel().astype(np.uint64)
        state = state + np.uint64(0x9E3779B97F4A7C15)  # splitmix64
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state = state ^ (state >> np.uint64(31))
    return np.asarray(state % np.uint64(PRIME - 1), np.int64).reshape(args[0].shape) + 1
