"""Where letters and slot digits stand: beside their wires, over nothing else. A letter without such a place is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from tensor_networks.drawing.mesh import Edge, Mesh, Vertex
from tensor_networks.drawing.picture import Box, Point, Text, text_box
from tensor_networks.drawing.style import DIGIT, LABEL, Run, Runs, width

Segment = tuple[float, float, float, float]  # low x, low y, high x, high y


class Labels:
    """The texts beside the wires of a component. Texts are added one after the other; each finds the place left over."""

    def __init__(self, mesh: Mesh, vertices: Sequence[int], edges: Sequence[Edge]) -> None:
        self.vertices = mesh.vertices
        self.boxes: list[Box] = []
        for number in vertices:
            vertex = mesh.vertices[number]
            left, top, right, bottom = vertex.glyph.box
            self.boxes.append((left + vertex.x, top + vertex.y, right + vertex.x, bottom + vertex.y))
        self.segments: list[Segment] = []
        for edge in edges:
            points = edge.points
            for (ax, ay), (bx, by) in pairwise(points):
                self.segments.append((min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)))
        self.texts: list[Text] = []

    def free(self, box: Box) -> bool:
        """Is there nothing in a box?"""
        left, top, right, bottom = box
        left, right = left - 1.0, right + 1.0
        for a, b, c, d in self.segments:
            if a < right and c > left and b < bottom and d > top:
                return False
        return all(c <= left or a >= right or d <= top or b >= bottom for a, b, c, d in self.boxes)

    def add(self, text: Text, box: Box) -> None:
        self.texts.append(text)
        self.boxes.append(box)

    def place(self, tries: Iterator[tuple[Point, str]], runs: Runs, size: float, role: str, purpose: str) -> bool:
        """Put a text at the first of some places that is free; say whether there was one."""
        wide = width(runs, size)
        up, down = size * 0.78, size * 0.24
        for (x, y), anchor in tries:
            left = x if anchor == "start" else x - wide / 2 if anchor == "middle" else x - wide
            box = (left, y - up, left + wide, y + down)
            if self.free(box):
                self.add(Text((x, y), runs, size, anchor, role, purpose != "slot", purpose), box)
                return True
        return False

    def slots(self, edge: Edge) -> None:
        """The digits at both ends of an edge, where the node has slots to tell apart."""
        for end, number in enumerate((edge.u, edge.v)):
            if number < 0 or not edge.points:
                continue
            digit = slot_mark(self.vertices[number], edge.slot_v if end else edge.slot_u)
            if digit:
                point = edge.points[-1 if end else 0]
                self.place(_beside(point, edge.sides[end]), (Run(str(digit)),), DIGIT, "label", "slot")

    def leg(self, edge: Edge, runs: Runs, role: str, last: bool = True) -> None:
        """The letter at the free end of a leg."""
        if len(edge.points) < 2:
            return
        (bx, by), (x, y) = edge.points[-2:] if last else edge.points[1::-1]
        if abs(abs(x - bx) - abs(y - by)) < 0.1:
            at, anchor = ((x + 2, y + 7), "start") if x > bx else ((x - 2, y + 7), "end")
        elif abs(x - bx) > abs(y - by):
            at, anchor = ((x + 6, y + 3.5), "start") if x > bx else ((x - 6, y + 3.5), "end")
        else:
            at, anchor = ((x, y + 12), "middle") if y > by else ((x, y - 6), "middle")
        text = Text(at, runs, LABEL, anchor, role, True, "leg")
        self.add(text, text_box(text))

    def wire(self, edge: Edge, runs: Runs) -> None:
        """The letter of a wire, near the middle of its longest piece."""
        self.place(_along(edge.points, width(runs, LABEL)), runs, LABEL, "label", "index")


def _along(points: Sequence[Point], wide: float) -> Iterator[tuple[Point, str]]:
    """Places, with the anchor of the text there, along a line: the longest pieces first."""
    pieces = sorted(pairwise(points), key=lambda piece: -abs(piece[0][0] - piece[1][0]) - abs(piece[0][1] - piece[1][1]))
    for (ax, ay), (bx, by) in pieces:
        if abs(ay - by) < 0.5:
            if abs(ax - bx) < wide + 4:
                continue
            for share in (0.5, 0.35, 0.65, 0.22, 0.78):
                yield ((ax + (bx - ax) * share, ay - 5), "middle")
            yield (((ax + bx) / 2, ay + 12), "middle")
        elif abs(ax - bx) < 0.5:
            for share in (0.5, 0.35, 0.65):
                y = ay + (by - ay) * share + 3.5
                yield ((ax + 5, y), "start")
                yield ((ax - 5, y), "end")


def _beside(point: Point, side: str) -> Iterator[tuple[Point, str]]:
    """Places, with the anchor of the text there, beside a point at a side of a node."""
    x, y = point
    match side:
        case "L":
            yield from (((x - 2.5, y + 9), "end"), ((x - 2.5, y - 3.5), "end"))
        case "R":
            yield from (((x + 2.5, y + 9), "start"), ((x + 2.5, y - 3.5), "start"))
        case "T":
            yield from (
                ((x + 3, y - 3), "start"),
                ((x - 3, y - 3), "end"),
                ((x + 3, y - 10), "start"),
                ((x - 3, y - 10), "end"),
            )
        case "B":
            yield from (
                ((x + 3, y + 8.5), "start"),
                ((x - 3, y + 8.5), "end"),
                ((x + 3, y + 16), "start"),
                ((x - 3, y + 16), "end"),
            )
        case _:
            yield from (((x + 6, y + 4), "start"), ((x - 2, y + 11), "end"))


def slot_mark(vertex: Vertex, slot: int) -> int:
    """The digit of a slot; 0 for none: slots that can be exchanged, and those of vectors and matrices, have none."""
    if vertex.kind == "split":
        return slot
    orbits = vertex.glyph.orbits
    if vertex.kind != "tensor" or len(orbits) < 2 or len(set(orbits)) == 1:
        return 0
    if len(orbits) == 2 and vertex.glyph.picture is None and vertex.glyph.shape != "pill":
        return 0  # a wedge marks slot 0
    return orbits[slot] + 1
