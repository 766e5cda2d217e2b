"""Contraction plans: the steps of a program as trees, with shapes, operations and where they are spent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import NamedTuple

from tensor_networks.axes import show_shape, value
from tensor_networks.drawing.picture import Box, Item, Line, Picture, Shape, Text, text_box, united
from tensor_networks.drawing.style import LABEL, NAME, Run, named, plain
from tensor_networks.drawing.style import width as text_width
from tensor_networks.evaluation.lowering import VIEWS, Step
from tensor_networks.evaluation.operations import counted
from tensor_networks.evaluation.program import Program

MOST_STEPS = 60
LEVEL = 54.0  # between a step and what it needs, besides their widths
LINE = 46.0  # between steps below each other
BAR = 54.0
FREE = VIEWS | {"input", "constant", "size"}


class Drawn(NamedTuple):
    """A step in the tree: its number, what stands in it, and the steps it needs."""

    step: int
    head: str
    note: str
    share: float
    needs: tuple[int, ...]  # numbers of other `Drawn`


def plan_picture(program: Program, sizes: Mapping[str, int]) -> Picture:
    """The steps that lead to each output as a tree from left (inputs) to right. A step that is used again is named there.

    The bar in a step is its share of all operations; the largest intermediate is outlined. Of more than 60 steps those with
    few operations are summed up.
    """
    tree = _Tree(program, sizes)
    roots = [tree.expand(output) for output in program.outputs]
    tree.grow()
    return _Drawing(tree.drawn, program.steps, sizes).picture(roots)


class _Tree:
    """The tree of steps while it grows: the step with the most operations below it is expanded first."""

    def __init__(self, program: Program, sizes: Mapping[str, int]) -> None:
        steps = program.steps
        self.steps, self.sizes = steps, sizes
        self.flops = [round(counted(program.terms(step), sizes)) for step in steps]
        self.total = max(1, sum(self.flops))
        self.below = [0] * len(steps)
        for number, step in enumerate(steps):
            self.below[number] = self.flops[number] + sum(self.below[arg] for arg in set(step.args))
        self.drawn: list[Drawn] = []
        self.seen: set[int] = set()
        self.waiting: list[int] = []

    def real(self, number: int) -> int:
        """The step behind views of it."""
        while self.steps[number].op in VIEWS:
            number = self.steps[number].args[0]
        return number

    def expand(self, number: int) -> int:
        """A place in the drawing for a step; it is expanded later if it is new."""
        number = self.real(number)
        step = self.steps[number]
        note = show_shape(step.axes).replace(" x ", "×") if step.axes else ""
        if step.op == "input":
            head = str(step.params[0])
        elif step.op in ("constant", "size"):
            head, note = str(step.params[0]), ""
        else:
            head = f"t{number} {str(step.params[0]) if step.op == 'call' else step.op}"
            again = number in self.seen
            note = "shared, drawn once" if again else f"{note or 'scalar'}: {short(self.flops[number])} flop"
            if not again:
                self.seen.add(number)
                self.waiting.append(len(self.drawn))
        new = len(self.drawn) not in self.waiting
        self.drawn.append(Drawn(number, head, note, 0.0 if new else self.flops[number] / self.total, ()))
        return len(self.drawn) - 1

    def grow(self) -> None:
        while self.waiting:
            place = max(self.waiting, key=lambda place: (self.below[self.drawn[place].step], -place))
            self.waiting.remove(place)
            node = self.drawn[place]
            if len(self.drawn) >= MOST_STEPS:
                rest = self.below[node.step] / self.total
                self.drawn[place] = node._replace(note=f"{node.note}; below {min(1.0, rest):.0%} of all")
                continue
            needs = tuple(self.expand(arg) for arg in dict.fromkeys(self.steps[node.step].args))
            self.drawn[place] = node._replace(needs=needs)


class _Drawing:
    def __init__(self, drawn: list[Drawn], steps: Sequence[Step], sizes: Mapping[str, int]) -> None:
        self.drawn = drawn
        counts = [prod(value(axis, sizes) for axis in steps[node.step].axes) for node in drawn]
        inner = [place for place, node in enumerate(drawn) if steps[node.step].op not in FREE and node.share]
        self.largest = max(inner, key=lambda place: (counts[place], -place), default=-1)
        self.wide = [self.width(node) for node in drawn]
        self.at: dict[int, tuple[float, float]] = {}

    def width(self, node: Drawn) -> float:
        wide = max(text_width(named(node.head), NAME), text_width(plain(node.note), LABEL))
        return max(30.0, wide + 14.0, BAR + 12 if node.share else 0.0)

    def picture(self, roots: Sequence[int]) -> Picture:
        """The tree of steps, the results at the right, as a picture."""
        order = self.preorder(roots)
        depth = dict.fromkeys(order, 0)
        for place in reversed(order):
            depth[place] = 1 + max((depth[child] for child in self.drawn[place].needs), default=-1)
        right = {}
        x = 0.0
        for level in range(max(depth.values(), default=0) + 1):
            wide = max(self.wide[place] for place in order if depth[place] == level)
            right[level] = x + wide
            x += wide + LEVEL
        y = 0.0
        for place in reversed(order):
            needs = self.drawn[place].needs
            if needs:
                ys = [self.at[child][1] for child in needs]
                height = (min(ys) + max(ys)) / 2
            else:
                height, y = y, y - LINE
            self.at[place] = (right[depth[place]] - self.wide[place] / 2, height)
        items: list[Item] = []
        boxes: list[Box] = []
        for place in order:
            items += self.wires(place, right[depth[place]] - max(self.wide[p] for p in order if depth[p] == depth[place]))
        for place in order:
            items += self.node(place, boxes)
        return Picture(items, united(boxes))

    def preorder(self, roots: Sequence[int]) -> list[int]:
        order, stack = [], list(reversed(roots))
        while stack:
            place = stack.pop()
            order.append(place)
            stack.extend(reversed(self.drawn[place].needs))
        return order

    def wires(self, place: int, left: float) -> list[Item]:
        """From what a step needs to the step: out to the right, across in the gap before its level, then in."""
        x, y = self.at[place]
        turn = left - LEVEL / 2
        items: list[Item] = []
        for child in self.drawn[place].needs:
            cx, cy = self.at[child]
            start, end = cx + self.wide[child] / 2, x - self.wide[place] / 2
            points = ((start, cy), (end, y)) if cy == y else ((start, cy), (turn, cy), (turn, y), (end, y))
            items.append(Line(points, wire=place))
        return items

    def node(self, place: int, boxes: list[Box]) -> list[Item]:
        """The box of one step, or of a leaf, with its name, note and share of the work."""
        node = self.drawn[place]
        x, y = self.at[place]
        half = self.wide[place] / 2
        leaf = not node.share and not node.needs
        box = (x - half, y - 18.0, x + half, y + 18.0)
        boxes.append(box)
        look = ("hole", 2.4) if place == self.largest else ("ink", 1.3)
        items: list[Item] = [Shape(box, 4.0 if leaf else 12.0, "matrix" if leaf else "constant", *look)]
        lift = 4.0 if node.note else -5.0
        items.append(Text((x, y - lift), named(node.head) if leaf else plain(node.head), NAME * 0.9))
        if node.note:
            items.append(Text((x, y + 8.0), (Run(node.note),), LABEL * 0.86, role="ink", italic=False, purpose="note"))
        if node.share >= 0.005:
            bar = x - BAR / 2
            items.append(Shape((bar, y + 12.5, bar + BAR, y + 14.5), 1.0, "none", "label", 0.5))
            items.append(Shape((bar, y + 12.5, bar + BAR * node.share, y + 14.5), 1.0, "hole", "hole", 0.5))
        boxes += [text_box(item) for item in items if isinstance(item, Text)]
        return items


def short(count: int) -> str:
    """A number of operations as a person reads it: 950, 12.5k, 3.2M."""
    if count < 1000:
        return str(count)
    for factor, unit in ((10**3, "k"), (10**6, "M"), (10**9, "G"), (10**12, "T"), (10**15, "P")):
        if count < 1000 * factor:
            return f"{count / factor:.3g}{unit}"
    return f"{count:.2e}"
