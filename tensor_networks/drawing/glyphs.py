"""What nodes look like: circles, squares, pills and boxes, and the marks on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tensor_networks.drawing.mesh import Glyph, Vertex
from tensor_networks.drawing.picture import Box, Close, Data, Inset, Item, Open, Picture, Point, Polygon, Shape, Text
from tensor_networks.drawing.style import DOT, LABEL, NAME, RADIUS, Run, Runs, raised, width
from tensor_networks.nodes import Node

FILLS = ("constant", "vector", "matrix")
INSIDE = 0.8  # the scale of a picture within a box
WEDGE = 6.0


def tensor_glyph(node: Node, runs: Runs, exponent: object, mark: str, data: Data, title: str) -> Glyph:
    """A leaf: circle, square or rectangle by its order; outlined (marked) or an open hole."""
    runs = raised(runs, exponent)
    order, orbits = node.order, node.orbits
    round_ = order == 1 or (order == 2 and orbits[0] == orbits[1])
    wide = max(RADIUS, (8 + width(runs, NAME) + (WEDGE if order == 2 and not round_ else 0)) / 2)
    if order > 3:
        wide = max(wide, 5.0 + 4.5 * order)
    shape = "square" if not round_ else "circle" if wide == RADIUS else "pill"
    stroke, thick, dash, fill = "ink", 1.3, "", FILLS[order] if order < 3 else "tensor"
    if mark == "marked":
        stroke, thick = "hole", 2.4
    elif mark == "hole":
        stroke, dash, fill = "hole", "3 3", "none"
        shape = "circle" if wide == RADIUS else "pill"
    return Glyph(
        shape=shape,
        box=(-wide, -RADIUS, wide, RADIUS),
        runs=runs,
        fill=fill,
        orbits=() if mark == "hole" and order < 2 else orbits,
        corner=RADIUS if shape == "pill" else 4.0,
        dash=dash,
        stroke=stroke,
        thick=thick,
        faint=mark == "hole",
        data=data,
        title=title,
    )


def pill_glyph(node: Node, runs: Runs, exponent: object, mark: str, data: Data, title: str, fill: str = "function") -> Glyph:
    """A folded node: its text in a pill."""
    runs = raised(runs, exponent)
    wide = max(RADIUS + 2, (16 + width(runs, NAME)) / 2)
    marked = mark != ""
    return Glyph(
        shape="pill",
        box=(-wide, -RADIUS, wide, RADIUS),
        runs=runs,
        fill="none" if mark == "hole" else fill,
        orbits=node.orbits,
        corner=RADIUS,
        stroke="hole" if marked else "ink",
        thick=2.4 if mark == "marked" else 1.3,
        dash="3 3" if mark == "hole" else "",
        faint=mark == "hole",
        data=data,
        title=title,
    )


def box_glyph(
    node: Node, name: Runs, exponent: object, mark: str, inner: Callable[[str], Picture], data: Data, function: bool
) -> Glyph:
    """An opened node: a dotted box (a plain one for a sum or product) with its name at the top left and the picture inside."""
    picture = inner(default_sides(node.order))
    power = raised((), exponent)
    return Glyph(
        shape="box",
        box=_around(picture, name, power),
        runs=name,
        exponent=power,
        fill="function" if function else "constant",
        inner=inner,
        picture=picture,
        orbits=node.orbits,
        corner=12.0,
        dash="3 3" if mark == "hole" else "2 3" if function else "",
        stroke="hole" if mark else "ink",
        thick=2.4 if mark == "marked" else 1.1,
        data=data,
    )


def _around(picture: Picture, name: Runs, power: Runs) -> Box:
    """The outline of an opened node: its picture in the middle, room for the name and the exponent above it."""
    left, top, right, bottom = (side * INSIDE for side in picture.box)
    head = 19.0 if name or power else 6.0
    wide = max(right - left + 8, width(name, NAME) + width(power, LABEL) + 30) / 2
    return -wide, min(top - head, -RADIUS), wide, max(bottom + 8, RADIUS)


def turned(glyph: Glyph, sides: str) -> Glyph:
    """An opened node with the legs inside turned to the sides where its wires leave. Its outline may change."""
    if glyph.inner is None:
        return glyph
    picture = glyph.inner(_turned(sides))
    return glyph._replace(picture=picture, box=_around(picture, glyph.runs, glyph.exponent), inner=lambda _: picture)


def default_sides(order: int) -> str:
    """Legs to the left for the first half of the axes, to the right for the rest."""
    return "l" * ((order + 1) // 2) + "r" * (order // 2)


def draw_vertex(vertex: Vertex, ports: Mapping[int, tuple[str, Point]]) -> list[Item]:
    """The items of a vertex at its place. `ports` say for each slot the side and the point where its wire leaves."""
    glyph = vertex.glyph
    if glyph.shape in ("dot", "ones", "split"):
        return [_small(vertex)]
    x, y = vertex.x, vertex.y
    left, top, right, bottom = glyph.box
    corner = -1.0 if glyph.shape == "circle" else glyph.corner
    box = (left + x, top + y, right + x, bottom + y)
    items: list[Item] = [Open(glyph.data, glyph.title)]
    items.append(Shape(box, corner, glyph.fill, glyph.stroke, glyph.thick, glyph.dash))
    if glyph.picture is None:
        items.append(Text((x, y + NAME * 0.33), glyph.runs, NAME, faint=glyph.faint))
        if len(glyph.orbits) == 2 and glyph.orbits[0] != glyph.orbits[1] and glyph.shape == "square":
            items += wedge(*ports[0])
    else:
        picture = glyph.picture
        inner_left, _, inner_right, _ = picture.box
        middle = (inner_left + inner_right) / 2 * INSIDE
        items.append(Inset(picture, x - middle, y, INSIDE))
        if glyph.runs:
            items.append(Text((box[0] + 7, box[1] + 13), glyph.runs, NAME * 0.92, "start"))
        if glyph.exponent:
            power = tuple(Run(text) for text, _ in glyph.exponent)
            items.append(Text((box[2] - 7, box[1] + 12), power, LABEL, "end", italic=False))
    items.append(Close())
    return items


def _small(vertex: Vertex) -> Shape:
    x, y = vertex.x, vertex.y
    if vertex.kind == "split":
        left, top, right, bottom = vertex.glyph.box
        return Shape((x + left, y + top, x + right, y + bottom), 2.0, "ink", "ink", 1.0)
    box = (x - DOT, y - DOT, x + DOT, y + DOT)
    return Shape(box, -1.0, "ink" if vertex.kind == "dot" else "paper", "ink", 1.3)


def _turned(sides: str) -> str:
    """Sides of ports as sides of the legs inside: what leaves at the top or bottom goes where there is room."""
    plain = "".join({"L": "l", "R": "r"}.get(side, "?") for side in sides)
    for place, side in enumerate(plain):
        if side == "?":
            fewer = "l" if plain.count("l") < plain.count("r") else "r"
            plain = plain[:place] + (fewer if len(plain) < 5 else "d") + plain[place + 1 :]
    return plain


def wedge(side: str, point: Point) -> list[Item]:
    """The mark inside the border where slot 0 of a matrix leaves."""
    x, y = point
    half = 4.2
    match side:
        case "L":
            points = ((x, y - half), (x + WEDGE, y), (x, y + half))
        case "R":
            points = ((x, y - half), (x - WEDGE, y), (x, y + half))
        case "T":
            points = ((x - half, y), (x, y + WEDGE), (x + half, y))
        case "B":
            points = ((x - half, y), (x, y - WEDGE), (x + half, y))
        case "D":
            points = ((x, y - 8.5), (x, y), (x - 8.5, y))
        case "E":
            points = ((x, y - 8.5), (x, y), (x + 8.5, y))
        case _:
            return []
    return [Polygon(points)]


def alone(glyph: Glyph) -> Picture:
    """A glyph without wires, as a picture."""
    return Picture(draw_vertex(Vertex("tensor", glyph), {}), glyph.box)


def framed(picture: Picture, data: Data = ()) -> Picture:
    """A picture in a box."""
    left, top, right, bottom = picture.box
    box: Box = (left - 10, min(top - 10, -RADIUS), right + 10, max(bottom + 10, RADIUS))
    return Picture([Open(data), Shape(box, 12.0, "none", "ink", 1.1), Inset(picture, 0.0, 0.0), Close()], box)
