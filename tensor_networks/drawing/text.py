"""A picture for a terminal: the same layout in box-drawing characters, without the letters of inner wires."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise

from tensor_networks.drawing.picture import Item, Line, Picture, Polygon, Shape, Text, flat
from tensor_networks.drawing.style import Runs

CELL = 7.0  # pixels of a character
FAR = 34.0  # rows further apart than this get an empty row between them
NORTH, EAST, SOUTH, WEST = 1, 2, 4, 8
_WIRES = {
    NORTH: "│", EAST: "─", SOUTH: "│", WEST: "─", NORTH | SOUTH: "│", EAST | WEST: "─", NORTH | EAST: "╰", EAST | SOUTH: "╭",
    SOUTH | WEST: "╮", WEST | NORTH: "╯", NORTH | EAST | SOUTH: "├", EAST | SOUTH | WEST: "┬", SOUTH | WEST | NORTH: "┤",
    WEST | NORTH | EAST: "┴", NORTH | EAST | SOUTH | WEST: "┼",
}  # fmt: skip
_DIGITS = {-1: str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"), 1: str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"), 0: {}}
WIDEST = 400


def text(picture: Picture) -> str:
    """The picture as lines of characters."""
    canvas = _Canvas(list(flat(picture)), picture.box[0])
    canvas.draw()
    return canvas.lines()


def written(runs: Runs) -> str:
    """Runs as plain text; sub- and superscripts where there are characters for them. Control characters are shown by code."""
    whole = "".join(piece.translate(_DIGITS[shift]) for piece, shift in runs)
    return "".join(character if character.isprintable() else f"\\x{ord(character):02x}" for character in whole)


class _Canvas:
    def __init__(self, items: list[Item], left: float) -> None:
        self.items, self.left = items, left
        self.cells: dict[tuple[int, int], str] = {}
        self.wires: dict[tuple[int, int], int] = {}
        self.levels, self.rows = _rows(items)

    def column(self, x: float) -> int:
        return min(WIDEST, round((x - self.left) / CELL))

    def row(self, y: float) -> int:
        place = bisect_left(self.levels, y)
        near = [k for k in (place - 1, place) if 0 <= k < len(self.levels)]
        return self.rows[min(near, key=lambda k: abs(self.levels[k] - y))] if near else 0

    def draw(self) -> None:
        """Wires, frames, dots and free texts; then the nodes, on top of them."""
        nodes: list[tuple[Shape, Text, str]] = []
        for place, item in enumerate(self.items):
            if isinstance(item, Line):
                self.wire(item)
            elif isinstance(item, Shape):
                following = self.items[place + 1] if place + 1 < len(self.items) else None
                if _is_frame(self.items, place):
                    self.frame(item)
                elif item.box[3] - item.box[1] < 12:
                    self.dot(item)
                elif isinstance(following, Text):
                    mark = self.items[place + 2] if place + 2 < len(self.items) else None
                    nodes.append((item, following, _mark(mark)))
            elif isinstance(item, Text) and (item.purpose in ("leg", "operator") or _is_free_name(item)):
                self.text(item)
        for shape, label, side in nodes:
            self.node(shape, label, side)

    def dot(self, shape: Shape) -> None:
        x, y = _middle(shape)
        row, middle = self.row(y), self.column(x)
        for outer in (self.column(shape.box[0]), self.column(shape.box[2])):
            if (row, outer) in self.wires:
                self.stroke((row, outer), (row, middle))
        self.put(y, middle, "●" if shape.fill == "ink" else "○")

    def put(self, y: float, column: int, characters: str) -> None:
        for place, character in enumerate(characters):
            self.cells[self.row(y), column + place] = character

    def text(self, item: Text) -> None:
        label = written(item.runs)
        column = self.column(item.at[0]) - {"start": 0, "middle": len(label) // 2, "end": len(label)}[item.anchor]
        self.put(item.at[1] - item.size * 0.33, column, label)

    def node(self, shape: Shape, label: Text, mark: str) -> None:
        opening, closing = "()" if shape.corner < 0 or shape.corner > 6 else "[]"
        inside = ("▸" if mark == "▸" else "") + written(label.runs) + ("" if mark == "▸" else mark)
        if shape.dash:
            opening, closing = "⟨", "⟩"
        whole = f"{opening}{inside}{closing}"
        x, y = _middle(shape)
        start = self.column(x) - len(whole) // 2
        row, left, right = self.row(y), self.column(shape.box[0]), self.column(shape.box[2])
        for outer, inner in ((left, start), (right, start + len(whole) - 1)):
            if (row, outer) in self.wires:
                self.stroke((row, outer), (row, inner))
        self.put(y, start, whole)

    def frame(self, shape: Shape) -> None:
        left, top, right, bottom = shape.box
        corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
        self.wire(Line(tuple(corners)))

    def wire(self, line: Line) -> None:
        for (ax, ay), (bx, by) in pairwise(line.points):
            a, b = (self.row(ay), self.column(ax)), (self.row(by), self.column(bx))
            corner = (a[0], b[1])
            for start, end in ((a, corner), (corner, b)):
                self.stroke(start, end)

    def stroke(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        (row, column), (last_row, last_column) = sorted((start, end))
        while (row, column) != (last_row, last_column):
            down = row != last_row
            after = (row + 1, column) if down else (row, column + 1)
            self.wires[row, column] = self.wires.get((row, column), 0) | (SOUTH if down else EAST)
            self.wires[after] = self.wires.get(after, 0) | (NORTH if down else WEST)
            row, column = after

    def lines(self) -> str:
        cells = {place: _WIRES[mask] for place, mask in self.wires.items()} | self.cells
        if not cells:
            return ""
        least = min(column for _, column in cells)
        out = []
        for row in range(max(row for row, _ in cells) + 1):
            columns = [column for line, column in cells if line == row]
            out.append("".join(cells.get((row, column), " ") for column in range(least, max(columns, default=least - 1) + 1)))
        return "\n".join(line.rstrip() for line in out)


def _rows(items: Sequence[Item]) -> tuple[list[float], list[int]]:
    """The levels that need a row of their own, and their rows."""
    ys, kept = set(), set()
    for place, item in enumerate(items):
        if isinstance(item, Line):
            ys |= {y for _, y in item.points}
        elif isinstance(item, Shape):
            if _is_frame(items, place):
                kept |= {item.box[1], item.box[3]}
            else:
                kept.add(_middle(item)[1])
        elif isinstance(item, Text) and (item.purpose == "operator" or (item.purpose == "leg" and item.anchor == "middle")):
            ys.add(item.at[1] - item.size * 0.33)
    ys = kept | set(_without_borders(sorted(ys), items))
    levels: list[float] = []
    for y in sorted(ys):
        if not levels or y - levels[-1] > 5:
            levels.append(y)
    rows = [0]
    for before, after in pairwise(levels):
        rows.append(rows[-1] + (2 if after - before > FAR else 1))
    return levels, rows


def _is_frame(items: Sequence[Item], place: int) -> bool:
    """Is the shape at a place a box around a picture, rather than a node with its name?"""
    shape, after = items[place], items[place + 1] if place + 1 < len(items) else None
    if not isinstance(shape, Shape) or (shape.fill in ("ink", "paper") and shape.box[3] - shape.box[1] < 12):
        return False
    return not (isinstance(after, Text) and after.purpose == "name" and after.anchor == "middle")


def _without_borders(levels: list[float], items: Iterable[Item]) -> list[float]:
    """The levels without those where a wire only meets the top or bottom of a node."""
    nodes = [_middle(item)[1] for item in items if isinstance(item, Shape) and item.box[3] - item.box[1] <= 40]
    return [y for y in levels if all(abs(y - middle) > 18 or abs(y - middle) < 1 for middle in nodes)]


def _middle(shape: Shape) -> tuple[float, float]:
    left, top, right, bottom = shape.box
    return (left + right) / 2, (top + bottom) / 2


def _is_free_name(text: Text) -> bool:
    """Is it a name that stands by itself, as those of scalars and opened functions do?"""
    return text.purpose == "name" and text.anchor == "start"


def _mark(item: Item | None) -> str:
    """The side of a wedge as a character."""
    if not isinstance(item, Polygon):
        return ""
    (ax, ay), (bx, by), _ = item.points
    if abs(bx - ax) > abs(by - ay):
        return "▸" if bx > ax else "◂"
    return "▾" if by > ay else "▴"
