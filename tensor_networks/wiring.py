"""The wires of a network while it is put together: labels become numbers, wires are joined, split and sized."""

from collections.abc import Hashable, Iterable, Mapping, Sequence

from tensor_networks.axes import Axis, atoms, product, show
from tensor_networks.errors import ShapeError

Group = tuple[int, ...]


class Wiring:
    """A growing set of wires. Joining and splitting are remembered and applied by `resolve`."""

    __slots__ = ("_dropped", "_groups", "_names", "_parent", "_parts", "_plain", "_sizes")

    def __init__(self) -> None:
        self._groups: dict[Hashable, Group] = {}  # by slot: a label, or a tuple of labels
        self._names: list[Hashable] = []
        self._parent: list[int] = []
        self._sizes: list[Axis | None] = []
        self._parts: dict[int, Group] = {}
        self._dropped: set[int] = set()
        self._plain = True  # nothing was joined or split: groups are already resolved

    def fresh(self, size: Axis | None = None, label: Hashable = None) -> int:
        """A new wire."""
        wire = len(self._parent)
        self._parent.append(wire)
        self._sizes.append(size)
        self._names.append(label)
        return wire

    def start(self, sizes: Mapping[Hashable, Axis]) -> None:
        """The first wires: labels with their sizes."""
        if tuple in map(type, sizes):
            for label, size in sizes.items():
                self.meet(self.group(label)[0], size)
            return
        self._groups = {label: (wire,) for wire, label in enumerate(sizes)}
        self._names, self._sizes, self._parent = list(sizes), list(sizes.values()), list(range(len(sizes)))

    def groups(self, slots: Iterable[Hashable]) -> tuple[Group, ...]:
        """The wires of slots, see `group`."""
        known = self._groups
        return tuple([known[slot] if slot in known else self.group(slot) for slot in slots])

    def group(self, slot: Hashable) -> Group:
        """The wires of a slot given as a label, or as a tuple of labels (a group)."""
        found = self._groups.get(slot)
        if found is None:
            found = tuple([self.group(label)[0] for label in slot]) if type(slot) is tuple else (self.fresh(None, slot),)
            self._groups[slot] = found
        return found

    def find(self, wire: int) -> int:
        """The wire that stands for all wires joined with this one."""
        parent = self._parent
        while parent[wire] != wire:
            wire = parent[wire]
        return wire

    def resolve(self, group: Group) -> Group:
        """The group in terms of wires that are not split further."""
        if self._plain:
            return group
        out: list[int] = []
        stack = list(reversed(group))
        while stack:
            wire = self.find(stack.pop())
            if wire in self._parts:
                stack.extend(reversed(self._parts[wire]))
            else:
                out.append(wire)
        return tuple(out)

    def resolved(self, groups: tuple[Group, ...]) -> tuple[Group, ...]:
        """The groups in terms of wires that are not split further."""
        return groups if self._plain else tuple([self.resolve(group) for group in groups])

    def size(self, wire: int) -> Axis:
        """The size of a wire.

        Raises:
            ShapeError: nothing has said it yet.
        """
        size = self._sizes[wire]
        if size is None:
            raise ShapeError(f"the size of index {self._names[wire]} is not known: no operand carries it")
        return size

    def check(self, wires: Iterable[int]) -> None:
        """Check that the sizes of wires are known.

        Raises:
            ShapeError: nothing has said one yet.
        """
        if None in self._sizes:
            for wire in wires:
                self.size(wire)

    @property
    def sizes(self) -> list[Axis]:
        """The sizes by wire; 0 for a wire that was joined with another or split."""
        return [size or 0 for size in self._sizes]

    def known(self, groups: Iterable[Group]) -> dict[Hashable, Axis]:
        """The sizes of the wires of some groups."""
        return {wire: self.size(wire) for group in groups for wire in group}

    def lone(self, held: set[int]) -> list[int]:
        """The wires that are in use but not among those given."""
        parent, parts = self._parent, self._parts
        left = set(range(len(parent))) - held - self._dropped
        return sorted([wire for wire in left if parent[wire] == wire and wire not in parts]) if left else []

    def drop(self, wire: int) -> None:
        """The wire went into a node of its own."""
        self._dropped.add(wire)

    def forget(self, count: int) -> None:
        """Take back the last wires, which nothing uses yet."""
        if count:
            del self._parent[-count:], self._sizes[-count:], self._names[-count:]

    def meet(self, wire: int, size: Axis) -> None:
        """Give a wire a size, or check the one it has.

        Raises:
            ShapeError: it has another one.
        """
        known = self._sizes[wire]
        if known is None:
            self._sizes[wire] = size
        elif known != size:
            name = self._names[wire]
            which = f"index {name} joins" if name is not None else "an index joins"
            raise ShapeError(f"{which} axes of the sizes {show(known)} and {show(size)}")

    def meet_all(self, groups: Iterable[Group], sizes: Iterable[Axis]) -> bool:
        """Give the wires that are groups of their own sizes, or check those they have; says if that is all groups.

        Raises:
            ShapeError: one has another one.
        """
        known = self._sizes
        single = True
        for group, size in zip(groups, sizes, strict=True):
            if len(group) != 1:
                single = False
            elif known[group[0]] != size:
                self.meet(group[0], size)
        return single

    def meet_group(self, group: Group, size: Axis) -> None:
        """Check that a group is the flattening of an axis of that size, or give its one wire that size."""
        if len(group) == 1:
            self.meet(group[0], size)
        elif product(self.size(wire) for wire in group) != size:
            sizes = ", ".join(show(self.size(wire)) for wire in group)
            raise ShapeError(f"an axis of size {show(size)} cannot be read as axes of sizes ({sizes})")

    def fit(self, some: Sequence[Group], others: Sequence[Group]) -> bool:
        """Can groups be identified pairwise, wire by wire, each two of which read one axis?"""
        split: dict[int, list[Axis | None]] = {}
        for one, other in zip(map(self.resolve, some), map(self.resolve, others), strict=True):
            above, below = ([self._sizes[wire] for wire in group] for group in (one, other))
            if len(one) > 1 and len(other) > 1:
                pairs = aligned(above, below)
                if pairs is None:
                    return False
                for (i, j), (k, l_) in pairs:
                    if j - i != l_ - k:
                        single, sizes = (one[i], below[k:l_]) if j - i == 1 else (other[k], above[i:j])
                        if split.setdefault(single, sizes) != sizes:
                            return False
            elif len(other) > 1 or len(one) > 1:
                single, sizes = (one[0], below) if len(one) == 1 else (other[0], above)
                if split.setdefault(single, sizes) != sizes:
                    return False
        return True

    def identify_all(self, some: Sequence[Group], others: Sequence[Group]) -> bool:
        """Make groups one pairwise, each two of which read one axis, if they fit; says if they did."""
        if not self._parts and all(len(group) == 1 for group in (*some, *others)):
            self._plain = False
            for (first,), (second,) in zip(some, others, strict=True):
                self._join(first, second)
            return True
        if not self.fit(some, others):
            return False
        for one, other in zip(some, others, strict=True):
            self.identify(one, other)
        return True

    def identify(self, one: Group, other: Group) -> None:
        """Make two groups that read the same axis one: wires are joined pairwise, or a single wire is split."""
        one, other = self.resolve(one), self.resolve(other)
        self._plain = False
        if len(one) == len(other) and (len(one) == 1 or self._alike(one, other)):
            for first, second in zip(one, other, strict=True):
                self._join(first, second)
        elif len(one) == 1:
            self._split(one[0], other)
        elif len(other) == 1:
            self._split(other[0], one)
        else:
            self._align(one, other)

    def _alike(self, one: Group, other: Group) -> bool:
        """Do the sizes of two groups agree wire by wire, as far as they are known?"""
        pairs = [(self._sizes[first], self._sizes[second]) for first, second in zip(one, other, strict=True)]
        return all(None in pair or pair[0] == pair[1] for pair in pairs)

    def _align(self, one: Group, other: Group) -> None:
        """Make two groups one, of which each wire of one may be several of the other."""
        pairs = aligned([self.size(wire) for wire in one], [self.size(wire) for wire in other])
        if pairs is None:
            raise ShapeError("an axis is read as two different groups of axes")
        for (i, j), (k, l_) in pairs:
            self.identify(one[i:j], other[k:l_])

    def _join(self, first: int, second: int) -> None:
        first, second = self.find(first), self.find(second)
        if first == second:
            return
        size = self._sizes[second]
        if size is not None:
            self.meet(first, size)
        self._parent[second] = first

    def _split(self, wire: int, parts: Group) -> None:
        whole = self._sizes[wire]
        if whole is not None and atoms(whole) != atoms(product(self.size(part) for part in parts)):
            raise ShapeError(f"an axis of size {show(whole)} cannot be split into {len(parts)} axes of other sizes")
        self._parts[wire] = parts


def aligned(some: Sequence[Axis | None], others: Sequence[Axis | None]) -> list[tuple[tuple[int, int], tuple[int, int]]] | None:
    """Two lists of sizes cut into runs of equal products, one wire on one side at least; None if they cannot be."""
    out: list[tuple[tuple[int, int], tuple[int, int]]] = []
    i = k = 0
    while i < len(some) and k < len(others):
        j, l_ = i + 1, k + 1
        while True:
            left, right = some[i:j], others[k:l_]
            if None in left or None in right:
                return None
            above, below = product(left), product(right)  # type: ignore[arg-type]
            if above == below:
                break
            if l_ - k == 1 and j < len(some) and _divides(above, below):
                j += 1
            elif j - i == 1 and l_ < len(others) and _divides(below, above):
                l_ += 1
            else:
                return None
        out.append(((i, j), (k, l_)))
        i, k = j, l_
    return out if i == len(some) and k == len(others) else None


def _divides(part: Axis, whole: Axis) -> bool:
    """Is a size a factor of another one?"""
    rest = list(atoms(whole))
    number = next((atom for atom in rest if isinstance(atom, int)), 1)
    for atom in atoms(part):
        if isinstance(atom, int):
            if not atom or number % atom:
                return False
        elif atom in rest:
            rest.remove(atom)
        else:
            return False
    return True


def are_distinct(groups: Sequence[Group]) -> bool:
    """Does no wire stand in two places?"""
    return len({wire for group in groups for wire in group}) == sum(map(len, groups))


def components(groups: Iterable[Iterable[int]], wires: int) -> list[int]:
    """For every wire of ``range(wires)`` the smallest wire it is connected with through the groups."""
    root = list(range(wires))
    for group in groups:
        first = -1
        for wire in group:
            while root[wire] != wire:
                root[wire] = root[root[wire]]
                wire = root[wire]
            if first < 0:
                first = wire
            elif wire < first:
                root[first] = wire
                first = wire
            else:
                root[wire] = first
    for wire in range(wires):
        root[wire] = root[root[wire]]
    return root


def connected(groups: Sequence[Sequence[int]], wires: int) -> list[list[int]]:
    """The places of groups that hang together, each by a wire shared with another; a group of no wires stands alone."""
    roots = components(groups, wires)
    found: dict[int, list[int]] = {}
    for place, group in enumerate(groups):
        found.setdefault(roots[group[0]] if group else -1 - place, []).append(place)
    return list(found.values())
