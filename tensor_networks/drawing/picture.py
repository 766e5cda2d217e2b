"""A picture as pure data: shapes, lines and texts in pixels, y downwards, the baseline at y = 0. Every format renders this."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from tensor_networks.drawing.style import SMALLER, Runs, width

Point: TypeAlias = tuple[float, float]
Data: TypeAlias = tuple[tuple[str, str], ...]
Box: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom


class Shape(NamedTuple):
    """A filled outline: a circle if `corner` is negative, else a rectangle with rounded corners."""

    box: Box
    corner: float
    fill: str
    stroke: str = "ink"
    thick: float = 1.3
    dash: str = ""


class Line(NamedTuple):
    """A polyline with rounded corners. `wire` is the number of the wire it shows, -1 for none."""

    points: tuple[Point, ...]
    role: str = "wire"
    thick: float = 1.6
    corner: float = 10.0
    wire: int = -1
    dash: str = ""


class Polygon(NamedTuple):
    """A filled polygon."""

    points: tuple[Point, ...]
    role: str = "ink"


class Text(NamedTuple):
    """A text on a line; `anchor` is start, middle or end. `purpose` says what it labels: name, index, slot, operator."""

    at: Point
    runs: Runs
    size: float
    anchor: str = "middle"
    role: str = "ink"
    italic: bool = True
    purpose: str = "name"
    faint: bool = False


class Open(NamedTuple):
    """What follows, up to the matching `Close`, belongs together and stands for something."""

    data: Data
    title: str = ""


class Close(NamedTuple):
    """The end of a group."""


class Inset(NamedTuple):
    """A picture within a picture."""

    picture: Picture
    dx: float
    dy: float
    scale: float = 1.0


Item: TypeAlias = Shape | Line | Polygon | Text | Open | Close | Inset


class Picture:
    """Items with the box that holds them all."""

    __slots__ = ("box", "items")

    def __init__(self, items: list[Item], box: Box) -> None:
        self.items = items
        self.box = box

    @property
    def width(self) -> float:
        """From the left edge to the right one."""
        return self.box[2] - self.box[0]

    @property
    def height(self) -> float:
        """From the top to the bottom."""
        return self.box[3] - self.box[1]


def text_box(text: Text) -> Box:
    """The box of a text: an upper estimate of its width, its ascenders and descenders."""
    wide = width(text.runs, text.size)
    x, y = text.at
    left = x if text.anchor == "start" else x - wide / 2 if text.anchor == "middle" else x - wide
    shifts = [shift for _, shift in text.runs]
    top = y - text.size * (0.78 + (0.3 * SMALLER if 1 in shifts else 0))
    return left, top, left + wide, y + text.size * (0.26 if -1 in shifts else 0.22)


def flat(picture: Picture, dx: float = 0.0, dy: float = 0.0, scale: float = 1.0) -> Iterator[Item]:
    """The items of a picture and of all pictures within it, in the coordinates of the whole."""
    for item in picture.items:
        kind = type(item)
        if kind is Inset:
            yield from flat(item.picture, dx + item.dx * scale, dy + item.dy * scale, scale * item.scale)  # type: ignore[union-attr]
        elif kind is Open or kind is Close:
            yield item
        else:
            yield _moved(item, dx, dy, scale)


def _moved(item: Item, dx: float, dy: float, scale: float) -> Item:
    """An item enlarged, then shifted."""
    if isinstance(item, Line):
        points = tuple((x * scale + dx, y * scale + dy) for x, y in item.points)
        return Line(points, item.role, item.thick * scale, item.corner * scale, item.wire, item.dash)
    if isinstance(item, Text):
        x, y = item.at
        at = (x * scale + dx, y * scale + dy)
        return Text(at, item.runs, item.size * scale, item.anchor, item.role, item.italic, item.purpose, item.faint)
    if isinstance(item, Shape):
        left, top, right, bottom = item.box
        box = (left * scale + dx, top * scale + dy, right * scale + dx, bottom * scale + dy)
        return Shape(box, item.corner * scale, item.fill, item.stroke, item.thick * scale, item.dash)
    if isinstance(item, Polygon):
        return Polygon(tuple((x * scale + dx, y * scale + dy) for x, y in item.points), item.role)
    return item


def united(boxes: list[Box]) -> Box:
    """The box that holds all boxes; the empty box at the origin for none."""
    if not boxes:
        return 0.0, 0.0, 0.0, 0.0
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)
