"""In which order a product is contracted, and what that costs.

A product is given as index sets: one collection of wires per operand, the wires that are kept, and the size of every
wire. A wire may join any number of operands (a hyperedge). An order is a list of pairs ``(i, j)``: operands are
numbered as given, every pair makes the next number. The cost of an order is counted here, with hyperedges in mind, and
decides between the orders that `opt_einsum.paths` and our own cheapest-pair-first search offer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import combinations, islice, pairwise
from math import prod
from operator import index
from typing import Any, NamedTuple, Protocol, TypeAlias

from tensor_networks.errors import OperandError

Wire: TypeAlias = Any
Pairs: TypeAlias = list[tuple[int, int]]
Inputs: TypeAlias = Sequence[Collection[Wire]]

SMALL = 1_000_000  # an order of at most this many operations is not worth a longer search
GOOD = 2.05  # times the bound of `least`: products that sum count twice, and a fortieth is not worth a longer search either
EXHAUSTIVE = 14  # up to this many operands dynamic programming is tried
MANY = 300  # beyond this many operands only the linear-time search is used
FORESEEN = 64  # up to this many operands products that exist already are looked for
LARGE = 10**10  # operations from which a search at random is worth its time
TRIALS = 4000  # of that search, divided by the number of operands: about half a second
CROWD = 8  # a wire with more holders than this offers only that many pairs at a time


class Foresight(Protocol):
    """What a search may ask: is the product of two operands, given or made on the way, there already?"""

    def known(self, left: int, right: int, kept: Collection[Wire]) -> bool:
        """Is the product of two operands, by their numbers, over the wires that are kept there?"""

    def merge(self, left: int, right: int) -> None:
        """The search takes that product, which it asked for before; it becomes the next operand."""


Offer: TypeAlias = tuple[int, int, int, int, frozenset[Wire]]  # operations, entries, two operands, wires that they keep


class Cost(NamedTuple):
    """What an order costs: multiplications and additions, and the elements of the largest intermediate."""

    flops: int
    largest: int


def order(
    inputs: Inputs,
    kept: Collection[Wire],
    sizes: Mapping[Wire, int],
    optimize: Any = None,
    foresight: Foresight | None = None,
) -> Pairs:
    """The order in which to contract the operands.

    Args:
        inputs: the wires of every operand.
        kept: the wires of the result.
        sizes: the size of every wire.
        optimize: None, the name of an opt_einsum path function, a path, or a callable of opt_einsum's protocol
            ``(inputs, output, sizes, memory_limit) -> path`` such as a ``cotengra.HyperOptimizer()``.
        foresight: knows which products exist already; these cost nothing.

    Raises:
        OperandError: `optimize` names no path function, or its path does not fit.
    """
    count = len(inputs)
    if count < 3:
        return [(0, 1)][: count - 1] if count else []
    if optimize is not None:
        return _asked(inputs, kept, sizes, optimize)
    if count == 3:
        return _best_of_three(inputs, kept, sizes, foresight)
    search = searched(inputs, kept, sizes, foresight if count <= FORESEEN else None)
    found, best = search.pairs, Cost(search.flops, search.largest)
    if best.flops <= SMALL or count > MANY or (count <= EXHAUSTIVE and best.flops <= GOOD * least(inputs, kept, sizes)):
        return found
    for name in ("greedy", "auto", "dp", "random"):
        if (name == "auto" and count > 2 * EXHAUSTIVE) or (name == "dp" and count > EXHAUSTIVE):
            continue
        if name == "random" and (count <= EXHAUSTIVE or best.flops < LARGE):
            continue
        other = _asked(inputs, kept, sizes, _random_search(count) if name == "random" else name)
        other_cost = cost(inputs, kept, sizes, other)
        if other_cost < best:
            found, best = other, other_cost
    return found


def _random_search(count: int) -> Any:
    """The same trials in every process."""
    from opt_einsum.path_random import RandomGreedy

    return RandomGreedy(max_repeats=min(32, max(1, TRIALS // count)), parallel=False)


def least(inputs: Inputs, kept: Collection[Wire], sizes: Mapping[Wire, int]) -> int:
    """A bound of the operations of any order, where sums cost nothing.

    Every operand enters one product, which visits all of its entries: those of another operand with it, if they meet there.
    The last product visits all entries of the result. What sums over a wire visits all that its holders have of the result.
    """
    held = [frozenset(wires) for wires in inputs]
    entries = [prod(map(sizes.__getitem__, wires)) for wires in held]
    spared = [0] * len(held)  # at most, where an operand meets another one first
    for one, other in combinations(range(len(held)), 2):
        saving = entries[one] + entries[other] - prod(map(sizes.__getitem__, held[one] | held[other]))
        spared[one], spared[other] = max(spared[one], saving), max(spared[other], saving)
    summed = frozenset().union(*held).difference(kept)
    met = [{wire}.union(*[wires.intersection(kept) for wires in held if wire in wires]) for wire in summed]
    return max(sum(entries) - sum(spared) // 2, *[prod(map(sizes.__getitem__, wires)) for wires in (set(kept), *met)])


def cost(inputs: Inputs, kept: Collection[Wire], sizes: Mapping[Wire, int], pairs: Iterable[tuple[int, int]]) -> Cost:
    """The cost of an order: every pair visits each combination of its wires once, twice where it sums."""
    operands: list[frozenset[Wire]] = [frozenset(wires) for wires in inputs]
    holders = Counter([wire for wires in operands for wire in wires])
    kept = frozenset(kept)
    flops = largest = 0
    for left, right in pairs:
        for wire in (*operands[left], *operands[right]):
            holders[wire] -= 1
        union = operands[left] | operands[right]
        result = frozenset([wire for wire in union if wire in kept or holders[wire]])
        flops += prod(map(sizes.__getitem__, union)) * (1 if len(result) == len(union) else 2)
        largest = max(largest, prod(map(sizes.__getitem__, result)))
        for wire in result:
            holders[wire] += 1
        operands.append(result)
    return Cost(flops, largest)


def _best_of_three(inputs: Inputs, kept: Collection[Wire], sizes: Mapping[Wire, int], foresight: Foresight | None) -> Pairs:
    """The cheapest of the three orders, where what exists already costs nothing; among equal ones that which ends with the
    last axes of the result: a wide matrix on the right is the fastest.
    """
    orders: list[Pairs] = [[(0, 1), (2, 3)], [(1, 2), (0, 3)], [(0, 2), (1, 3)]]

    first = next(iter(kept), None)

    def price(pairs: Pairs) -> tuple[int, int, bool, bool]:
        (left, right), (third, _) = pairs
        outside = {*kept, *inputs[third]}
        known = foresight is not None and foresight.known(left, right, outside)
        flops, largest = cost(inputs, kept, sizes, pairs)
        if known:
            flops -= cost([inputs[left], inputs[right]], outside, sizes, [(0, 1)]).flops
        return flops, largest, not known, first not in {*inputs[third]}

    return min(orders, key=price)


def cheapest_first(
    inputs: Inputs, kept: Collection[Wire], sizes: Mapping[Wire, int], foresight: Foresight | None = None
) -> Pairs:
    """Always contract the pair of connected operands that takes the fewest operations, of equal ones that with the
    smallest result; then multiply the components.

    About linear in the number of operands, so that it serves chains of thousands of factors; in a chain with a vector
    at an end it goes matrix times vector.
    """
    return searched(inputs, kept, sizes, foresight).pairs


def searched(inputs: Inputs, kept: Collection[Wire], sizes: Mapping[Wire, int], foresight: Foresight | None = None) -> _Search:
    """The search of `cheapest_first` when it is done: its order and what that costs."""
    search = _Search(inputs, kept, sizes, foresight)
    search.contract_connected()
    search.multiply_components()
    return search


class _Search:
    """The state of `cheapest_first`: operands and which of them are not used up, who holds each wire, which of the wires that
    the result lacks have one holder or two, and a heap of offered pairs; the pairs that were taken, and what they cost.
    """

    def __init__(self, inputs: Inputs, kept: Collection[Wire], sizes: Mapping[Wire, int], foresight: Foresight | None) -> None:
        self.sizes, self.kept, self.foresight = sizes, frozenset(kept), foresight
        self.operands: list[frozenset[Wire]] = [frozenset(wires) for wires in inputs]
        self.alive = set(range(len(inputs)))
        self.holders: dict[Wire, dict[int, None]] = {}
        for number, wires in enumerate(inputs):
            for wire in wires:
                self.holders.setdefault(wire, {})[number] = None
        held_by = [{w for w, held in self.holders.items() if len(held) == count and w not in self.kept} for count in (1, 2)]
        self.lone, self.paired = held_by
        self.offers: list[Offer] = []
        self.pairs: Pairs = []
        self.flops = self.largest = 0

    def entries(self, wires: Iterable[Wire]) -> int:
        """The entries of an array of these wires."""
        return prod(map(self.sizes.__getitem__, wires))

    def offer(self, left: int, right: int) -> Offer:
        """What the product of two operands, the smaller number first, takes and is."""
        first, second = self.operands[left], self.operands[right]
        union = first | second
        held = union - (first & second & self.paired) - self.lone
        known = self.foresight and self.foresight.known(left, right, held)
        return 0 if known else self.entries(union), self.entries(held), left, right, held

    def contract_connected(self) -> None:
        pairs: dict[tuple[int, int], None] = {}
        for held in self.holders.values():
            pairs |= dict.fromkeys(combinations(held, 2) if len(held) <= CROWD else pairwise(held))
        self.offers = [self.offer(left, right) for left, right in pairs]
        heapify(self.offers)
        while self.offers:
            offer = heappop(self.offers)
            if offer[2] in self.alive and offer[3] in self.alive:
                self.merge(offer)

    def merge(self, offer: Offer) -> int:
        """The number of the product of two operands, which are used up; it is offered with those that it meets."""
        _, count, left, right, result = offer
        if self.foresight:
            self.foresight.merge(left, right)
        first, second, new, holders = self.operands[left], self.operands[right], len(self.operands), self.holders
        union = first | second
        self.flops += self.entries(union) * (1 if len(result) == len(union) else 2)
        self.largest = max(self.largest, count)
        for number, wires in ((left, first), (right, second)):
            for wire in wires:
                del holders[wire][number]
        self.alive -= {left, right}
        self.alive.add(new)
        self.operands.append(result)
        self.pairs.append((left, right))
        neighbours: set[int] = set()
        for wire in result:
            neighbours.update(islice(holders[wire], CROWD))
            holders[wire][new] = None
        self.paired.update([wire for wire in first & second & result if len(holders[wire]) == 2 and wire not in self.kept])
        if len(self.alive) > 2:  # the last two need no offer
            for other in sorted(neighbours):
                heappush(self.offers, self.offer(other, new))
        return new

    def multiply_components(self) -> None:
        left_over = [(self.entries(self.operands[number]), number) for number in self.alive]
        heapify(left_over)
        while len(left_over) > 1:
            (_, one), (_, other) = heappop(left_over), heappop(left_over)
            new = self.merge(self.offer(min(one, other), max(one, other)))
            heappush(left_over, (self.entries(self.operands[new]), new))


def _asked(inputs: Inputs, kept: Collection[Wire], sizes: Mapping[Wire, int], optimize: Any) -> Pairs:
    """The order that an opt_einsum path function, an object of its protocol, or an explicit path gives."""
    if isinstance(optimize, str):
        from opt_einsum import paths

        try:
            optimize = paths.get_path_fn(optimize)
        except KeyError as error:
            raise OperandError(f"no contraction order is called {optimize!r}") from error
    path = optimize
    if callable(optimize):
        numbers = {wire: number for number, wire in enumerate(dict.fromkeys(w for wires in inputs for w in wires))}
        sets = [frozenset(numbers[wire] for wire in wires) for wires in inputs]
        output = frozenset(numbers[wire] for wire in kept if wire in numbers)
        path = optimize(sets, output, {numbers[wire]: max(1, sizes[wire]) for wire in numbers}, None)
    return _pairs(path, len(inputs))


def _pairs(path: Iterable[Sequence[int]], count: int) -> Pairs:
    """An opt_einsum path (positions in a list that shrinks) as pairs of numbers; the rest is multiplied in turn."""
    present, pairs, new = list(range(count)), [], count
    try:
        steps = [tuple(map(index, step)) for step in path]
    except TypeError as error:
        raise OperandError("a contraction path is a sequence of tuples of positions") from error
    for step in (*steps, ()):
        chosen = sorted(step) if step else list(range(len(present)))
        if chosen and not 0 <= chosen[0] <= chosen[-1] < len(present):
            raise OperandError(f"the contraction path does not fit {count} operands")
        numbers = [present[position] for position in chosen]
        present = [number for position, number in enumerate(present) if position not in set(chosen)]
        while len(numbers) > 1:
            pairs.append((numbers[0], numbers[1]))
            numbers, new = [new, *numbers[2:]], new + 1
        present.extend(numbers)
    return pairs
