"""Symmetries of axes: signed permutations under which a tensor keeps its value, up to the sign.

A permutation p is a symmetry of T with the sign s if ``T[i[p[0]], i[p[1]], ...] == s * T[i[0], i[1], ...]`` for all indices i.
The permutations of a tensor form a group. It is kept as two parts: `classes` of axes that can be exchanged freely (all axes of
a symmetric tensor, the two pairs of a Riemann tensor), and `frames`, the arrangements that are left when the axes of each class
stand in ascending order (the two orders of those pairs). Few tensors have more than one frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property, lru_cache
from itertools import combinations, pairwise, permutations, product
from math import factorial, prod
from typing import Any, TypeAlias, TypeVar

from tensor_networks.errors import LimitError, ParseError, ShapeError

Permutation: TypeAlias = tuple[int, ...]
Signed: TypeAlias = tuple[Permutation, int]
Item = TypeVar("Item")

MOST_FRAMES = 1000


class Symmetry:
    """A group of signed permutations of axes. An exchange of two axes of an `odd` class changes the sign."""

    def __init__(self, classes: Sequence[int], odd: Iterable[int] = (), frames: Sequence[Signed] = ()) -> None:
        self.classes = tuple(classes)
        self.odd = frozenset(odd)
        self.frames = tuple(frames) or ((tuple(range(len(self.classes))), 1),)
        self._places = _places(self.classes)

    @property
    def order(self) -> int:
        """The number of axes."""
        return len(self.classes)

    @cached_property
    def trivial(self) -> bool:
        """Is there no symmetry but the identity?"""
        return len(set(self.classes)) == self.order and len(self.frames) == 1

    @cached_property
    def signed(self) -> bool:
        """Does some permutation change the sign?"""
        return bool(self.odd) or any(sign < 0 for _, sign in self.frames)

    @cached_property
    def exchangeable(self) -> tuple[int, ...]:
        """A class for every axis; axes of one class can be exchanged without changing the value."""
        return tuple([axis if kind in self.odd else kind for axis, kind in enumerate(self.classes)])

    @cached_property
    def unsigned(self) -> Symmetry:
        """The symmetry of even powers of the tensor."""
        return Symmetry(self.classes, (), [(frame, 1) for frame, _ in self.frames]) if self.signed else self

    @cached_property
    def even(self) -> Symmetry:
        """The permutations that keep the sign, as far as they are exchanges of two axes or frames."""
        if not self.signed:
            return self
        return generated(self.order, [(p, 1) for p, sign in self.generators() if sign > 0])

    def powered(self, exponent: object) -> Symmetry:
        """The symmetry of the tensor's entries to a power."""
        if not self.signed:
            return self
        if not isinstance(exponent, int):
            return self.even
        return self if exponent % 2 else self.unsigned

    def arranged(self, items: Sequence[Item]) -> tuple[tuple[Item, ...], int]:
        """The smallest arrangement of what stands on the axes, and its sign: 0, if the tensor vanishes there."""
        if self.trivial:
            return tuple(items), 1
        found: tuple[Item, ...] | None = None
        signs: set[int] = set()
        for frame, sign in self.frames:
            placed, other = self._sorted([items[axis] for axis in frame])
            if found is None or placed < found:
                found, signs = placed, set()
            if placed == found:
                signs.add(sign * other)
        return found or (), signs.pop() if len(signs) == 1 else 0

    def _sorted(self, items: list[Any]) -> tuple[tuple[Any, ...], int]:
        """Items with those of each class in ascending order, and the sign of that: 0 for equal ones of an odd class."""
        sign = 1
        for kind, axes in self._places:
            before = [items[axis] for axis in axes]
            after = sorted(before)
            if before != after or kind in self.odd:
                for axis, item in zip(axes, after, strict=True):
                    items[axis] = item
                if kind in self.odd:
                    sign *= _inversions(before)
        return tuple(items), sign

    def generators(self) -> Iterator[Signed]:
        """Signed permutations that generate the group."""
        for sign, first, second in self.neighbours():
            yield exchange(first, second, self.order), sign
        yield from self.frames

    def neighbours(self) -> Iterator[tuple[int, int, int]]:
        """Exchanges that generate those within the classes: (sign, axis, next axis)."""
        for kind, axes in self._places:
            for first, second in pairwise(axes):
                yield -1 if kind in self.odd else 1, first, second

    def elements(self) -> Iterator[Signed]:
        """All permutations, with their signs."""
        for frame, sign in self.frames:
            for orders in product(*(permutations(axes) for _, axes in self._places)):
                whole, total = list(frame), sign
                for (kind, axes), order in zip(self._places, orders, strict=True):
                    for axis, other in zip(axes, order, strict=True):
                        whole[axis] = frame[other]
                    total *= _inversions(order) if kind in self.odd else 1
                yield tuple(whole), total

    def __len__(self) -> int:
        return len(self.frames) * prod(factorial(len(axes)) for _, axes in self._places)


def _places(classes: Sequence[int]) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """The classes of more than one axis, each with its axes."""
    places: dict[int, list[int]] = {}
    for axis, kind in enumerate(classes):
        places.setdefault(kind, []).append(axis)
    return tuple([(kind, tuple(axes)) for kind, axes in places.items() if len(axes) > 1])


def _inversions(items: Sequence[Any]) -> int:
    """1 or -1 by the parity of the exchanges that sort the items; 0 if two are equal."""
    sign = 1
    for first, second in combinations(items, 2):
        if first == second:
            return 0
        if second < first:
            sign = -sign
    return sign


def exchange(first: int, second: int, order: int) -> Permutation:
    """The permutation that exchanges two axes."""
    places = list(range(order))
    places[first], places[second] = second, first
    return tuple(places)


def is_exchange(permutation: Permutation) -> bool:
    """Does the permutation exchange two axes and no others?"""
    return sum([place != axis for axis, place in enumerate(permutation)]) == 2


@cache
def no_symmetry(order: int) -> Symmetry:
    """That of a tensor of which nothing is known."""
    return Symmetry(range(order))


@cache
def full_symmetry(order: int, sign: int = 1) -> Symmetry:
    """That of a symmetric tensor, or (sign -1) of an antisymmetric one."""
    return Symmetry((0,) * order, (0,) if sign < 0 and order > 1 else ())


def generated(order: int, generators: Iterable[Signed]) -> Symmetry:
    """The group that signed permutations generate.

    Raises:
        ShapeError: some permutation would need both signs, which only a tensor of zeros has.
        LimitError: there are more than `MOST_FRAMES` frames.
    """
    return _generated(order, tuple([(tuple(permutation), sign) for permutation, sign in generators]))


@lru_cache(maxsize=1024)
def _generated(order: int, generators: tuple[Signed, ...]) -> Symmetry:
    group = no_symmetry(order)
    joined = {p: sign for p, sign in generators if is_exchange(p)}
    while True:
        group = _with_exchanges(group, joined)
        frames = _frames(group, generators)
        joined = {}
        for first, second in combinations(range(order), 2):
            swap = exchange(first, second, order)
            if group.classes[first] != group.classes[second] and swap in frames:
                joined[swap] = frames[swap]
        if not joined:
            return Symmetry(group.classes, group.odd, sorted(frames.items()))


def _with_exchanges(group: Symmetry, exchanges: dict[Permutation, int]) -> Symmetry:
    """A group of classes with some classes joined."""
    classes, odd = list(group.classes), set(group.odd)
    for permutation, sign in exchanges.items():
        first, second = (axis for axis, place in enumerate(permutation) if axis != place)
        kept, gone = sorted((classes[first], classes[second]))
        for kind in (kept, gone):
            if classes.count(kind) > 1 and (kind in odd) != (sign < 0):
                raise _vanishing()
        classes = [kept if kind == gone else kind for kind in classes]
        odd = (odd - {gone}) | ({kept} if sign < 0 else set())
    return Symmetry(classes, odd)


def _frames(group: Symmetry, generators: Sequence[Signed]) -> dict[Permutation, int]:
    """The arrangements that the generators reach, those that differ by exchanges within classes counted once."""
    start = tuple(range(group.order))
    frames = {start: 1}
    waiting = [start]
    for frame in waiting:  # grows while it is walked
        for permutation, sign in generators:
            placed, other = group._sorted([permutation[axis] for axis in frame])
            reached = frames[frame] * sign * other
            if frames.setdefault(placed, reached) != reached:
                raise _vanishing()
            if len(frames) > MOST_FRAMES:
                raise LimitError(f"a symmetry of more than {MOST_FRAMES} arrangements", hint="say symmetric or skew, if it is")
            if len(frames) > len(waiting):
                waiting.append(placed)
    return frames


def _vanishing() -> ShapeError:
    return ShapeError("only a tensor of zeros has that symmetry: an exchange of axes would keep and change the sign")


# symmetries as equations: ``abcd = -bacd = cdab``


@cache
def equations(text: str) -> Symmetry:
    """The symmetry that equations between the entries of a tensor say: ``abcd=-bacd=cdab`` for that of a Riemann tensor.

    Raises:
        ParseError: a side does not have the letters of the first, each once.
        ShapeError: only a tensor of zeros has that symmetry.
        LimitError: the group is too large.
    """
    first, *others = text.replace(" ", "").split("=")
    sides = [(side.lstrip("-"), -1 if side.startswith("-") else 1) for side in others]
    for letters in (first, *(letters for letters, _ in sides)):
        if sorted(letters) != sorted(set(first)) or not letters.isalpha():
            raise ParseError(
                f"the symmetry {text} is not readable",
                hint="write orders of the same indices with = between them, as in ijkl=jikl=klij or abcd=-bacd=cdab",
            )
    return generated(len(first), [(tuple(map(first.index, letters)), sign) for letters, sign in sides])


def spelled(symmetry: Symmetry) -> str:
    """Equations that say the symmetry, the same for the same group however it was given; symmetric and skew by their names."""
    if len(symmetry.frames) == 1 and len(set(symmetry.classes)) == 1 < symmetry.order:
        return "skew" if symmetry.odd else "symmetric"
    letters = "abcdefghijklmnopqrstuvwxyz"[: symmetry.order]
    used = [(exchange(a, b, symmetry.order), sign) for sign, a, b in symmetry.neighbours()]
    known = generated(symmetry.order, used)
    for frame in symmetry.frames:
        if frame not in known.frames:
            used.append(frame)
            known = generated(symmetry.order, used)
    sides = ["-" * (sign < 0) + "".join(letters[axis] for axis in permutation) for permutation, sign in used]
    return "=".join([letters, *sides])
