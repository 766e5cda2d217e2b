"""How edges run: straight along a row or down, around a corner into a side, or by tracks in the channels between rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from tensor_networks.drawing.mesh import Edge, Mesh
from tensor_networks.drawing.picture import Box
from tensor_networks.drawing.rows import Places
from tensor_networks.drawing.style import CHANNEL, LEG, TRACK
from tensor_networks.drawing.tracks import (
    APART,
    SIDEWAYS,
    Port,
    Run,
    X,
    assign_tracks,
    border,
    channel_height,
    reach,
    settle_ports,
)

Y: TypeAlias = Callable[[], float]
LETTER = 16.0  # between legs with letters at their ends
FREE = 9.0  # between a wire that passes and a node
OTHER = -99  # the wire of a leg that must keep away from legs of its own wire, too


class Router:
    """The routes of the edges of one component whose vertices have their rows and x."""

    def __init__(self, mesh: Mesh, places: Places, edges: Sequence[Edge]) -> None:
        self.vertices, self.edges = mesh.vertices, edges
        self.rows, self.row = places
        self.index = {vertex: place for row in self.rows for place, vertex in enumerate(row)}
        self.used: set[tuple[int, str]] = set()  # sides L and R that are taken
        self.ports: list[Port] = []
        self.runs: list[Run] = []
        self.passes: list[tuple[float, int, int, int]] = []  # x, first and last channel, wire
        self.routes: dict[Edge, list[tuple[X, Y]]] = {}
        self.levels = [0.0] * len(self.rows)
        self.hanging: list[tuple[float, bool]] = []  # the x of legs that go down (True) or up
        self.low, self.high, self.floor, self.ceiling = 0.0, 0.0, 0.0, 0.0

    # -- what is where

    def left(self, vertex: int) -> float:
        return self.vertices[vertex].x + self.vertices[vertex].glyph.box[0]

    def right(self, vertex: int) -> float:
        return self.vertices[vertex].x + self.vertices[vertex].glyph.box[2]

    def clear(self, x: float, first: int, last: int) -> bool:
        """Is there no node at x in the rows from first to last?"""
        return all(
            x < self.left(vertex) - FREE or x > self.right(vertex) + FREE
            for row in self.rows[first : last + 1]
            for vertex in row
        )

    def vacant(self, x: float, first: int, last: int, wire: int) -> bool:
        """May a vertical wire run at x through the channels from first to last?"""
        for other, begin, end, name in self.passes:
            if name != wire and abs(x - other) < APART and begin <= last and first <= end:
                return False
        return True

    def y_of_row(self, row: int) -> Y:
        return lambda: self.levels[row]

    def y_of_port(self, port: Port) -> Y:
        vertex = self.vertices[port.vertex]
        return lambda: self.levels[self.row[port.vertex]] + border(vertex, port.side, port.x)

    # -- choosing routes

    def run(self) -> Box:
        """Route all edges and give them their points; the box of what was drawn."""
        waiting = self.along_rows(list(self.edges))
        waiting = [edge for edge in waiting if not self.straight_leg(edge)]
        waiting = [edge for edge in waiting if not self.straight_down(edge)]
        waiting = [edge for edge in waiting if not self.around_corner(edge)]
        waiting = self.closing_arc(waiting)
        for edge in waiting:
            if edge.v < 0:
                self.leg_by_track(edge)
            elif self.row[edge.u] == self.row[edge.v]:
                self.arc(edge)
            else:
                self.by_tracks(edge)
        return self.finish()

    def along_rows(self, edges: list[Edge]) -> list[Edge]:
        """Edges between neighbours on a row; of several between the same two only the first."""
        waiting = []
        for edge in edges:
            u, v = edge.u, edge.v
            if v >= 0 and self.row[u] == self.row[v] and abs(self.index[u] - self.index[v]) == 1:
                flipped = self.index[u] > self.index[v]
                first, second = (v, u) if flipped else (u, v)
                if (first, "R") not in self.used:
                    self.used |= {(first, "R"), (second, "L")}
                    y = self.y_of_row(self.row[u])
                    points: list[tuple[X, Y]] = [(self.right(first), y), (self.left(second), y)]
                    self.accept(edge, points[::-1] if flipped else points, "LR" if flipped else "RL")
                    continue
            waiting.append(edge)
        return waiting

    def accept(self, edge: Edge, route: list[tuple[X, Y]], sides: Sequence[str]) -> None:
        self.routes[edge] = route
        edge.sides = list(sides)

    def straight_leg(self, edge: Edge) -> bool:
        """A leg that leaves the outer side of the outermost node of a row, or goes down or up where nothing is in the way."""
        if edge.v >= 0:
            return False
        row = self.row[edge.u]
        if edge.side in "du":
            return self.straight_vertical_leg(edge, row)
        side, end = ("L", self.rows[row][0]) if edge.side == "l" else ("R", self.rows[row][-1])
        if edge.u != end or (end, side) in self.used:
            return False
        self.used.add((end, side))
        y = self.y_of_row(row)
        start = self.left(end) if side == "L" else self.right(end)
        self.accept(edge, [(start, y), (edge.side, y)], [side, ""])
        return True

    def straight_vertical_leg(self, edge: Edge, row: int) -> bool:
        """A leg that goes down (up) at an x where it meets no node and no other leg."""
        down = edge.side == "d" or row > 0
        edge.side = "d" if down else "u"
        side, way = ("B", (row, len(self.rows))) if down else ("T", (-1, -1))
        rest = (row + 1, len(self.rows)) if down else (0, -1)
        middle = self.vertices[edge.u].x
        for want in (middle, middle + 9, middle - 9, middle + 18, middle - 18):
            x = self.port_x(edge.u, side, want)
            if x is None or not self.clear(x, *rest) or not self.vacant(x, *way, OTHER):
                continue
            if any(abs(x - other) < LETTER and down == lower for other, lower in self.hanging):
                continue
            port = self.port(edge, 0, side, x, True)
            self.hanging.append((x, down))
            self.passes.append((x, *way, edge.wire))
            end = (lambda: self.floor) if down else (lambda: self.ceiling)
            self.routes[edge] = [(port, self.y_of_port(port)), (port, end)]
            return True
        return False

    def port_x(self, vertex: int, side: str, want: float | None = None) -> float | None:
        """A free x at the top or bottom of a vertex, as near as may be to the one wanted; None if there is none."""
        node = self.vertices[vertex]
        middle = node.x if want is None else want
        far = reach(node)
        if abs(middle - node.x) > far + 0.01:
            return None
        held = [port.x for port in self.ports if port.vertex == vertex and port.side == side and port.fixed]
        if far == 0:
            return middle
        tries = [middle] if want is not None else [middle, middle + 9, middle - 9, middle + 18, middle - 18]
        for x in tries:
            if abs(x - node.x) <= far + 0.01 and all(abs(x - other) >= APART for other in held):
                return x
        return None

    def port(self, edge: Edge, end: int, side: str, want: float, fixed: bool = False) -> Port:
        """A port for one end of an edge."""
        port = Port(edge.v if end else edge.u, side, edge.wire, want, fixed)
        self.ports.append(port)
        edge.sides[end] = side
        return port

    def straight_down(self, edge: Edge) -> bool:
        """An edge between rows that can fall straight."""
        if edge.v < 0 or self.row[edge.u] == self.row[edge.v]:
            return False
        top, low = (0, 1) if self.row[edge.u] < self.row[edge.v] else (1, 0)
        ends = (edge.u, edge.v)
        upper, lower = ends[top], ends[low]
        first, last = self.row[upper], self.row[lower]
        for want in (self.vertices[lower].x, self.vertices[upper].x):
            above, below = self.port_x(upper, "B", want), self.port_x(lower, "T", want)
            if above is None or below is None or not self.clear(want, first + 1, last - 1):
                continue
            if self.vacant(want, first, last - 1, edge.wire):
                self.passes.append((want, first, last - 1, edge.wire))
                start, end = self.port(edge, top, "B", want, True), self.port(edge, low, "T", want, True)
                route: list[tuple[X, Y]] = [(start, self.y_of_port(start)), (end, self.y_of_port(end))]
                self.routes[edge] = route[::-1] if top else route
                return True
        return False

    def around_corner(self, edge: Edge) -> bool:
        """An edge between rows with one corner: down and into the side of the lower node, or out of the upper node's side."""
        if edge.v < 0 or self.row[edge.u] == self.row[edge.v]:
            return False
        top, low = (0, 1) if self.row[edge.u] < self.row[edge.v] else (1, 0)
        ends = (edge.u, edge.v)
        return self.corner(edge, ends[top], ends[low], top, True) or self.corner(edge, ends[low], ends[top], low, False)

    def corner(self, edge: Edge, tip: int, flank: int, end: int, down: bool) -> bool:
        """From the bottom (top) of `tip`, end number `end` of the edge, to the level of `flank` and into its side."""
        side = "L" if self.vertices[tip].x < self.vertices[flank].x else "R"
        level, row = self.rows[self.row[flank]], self.row[tip]
        if (flank, side) in self.used or flank != (level[0] if side == "L" else level[-1]):
            return False
        edge_x = self.left(flank) if side == "L" else self.right(flank)
        x = self.port_x(tip, "B" if down else "T")
        if x is None or (edge_x - x) * (1 if side == "L" else -1) < SIDEWAYS:
            return False
        first, last = sorted((row, self.row[flank]))
        if not self.clear(x, first + 1, last - 1) or not self.clear(x, self.row[flank], self.row[flank]):
            return False
        if not self.vacant(x, first, last - 1, edge.wire):
            return False
        self.used.add((flank, side))
        self.passes.append((x, first, last - 1, edge.wire))
        port = self.port(edge, end, "B" if down else "T", x, True)
        edge.sides[1 - end] = side
        y = self.y_of_row(self.row[flank])
        route: list[tuple[X, Y]] = [(port, self.y_of_port(port)), (port, y), (edge_x, y)]
        self.routes[edge] = route[::-1] if end else route
        return True

    def closing_arc(self, waiting: list[Edge]) -> list[Edge]:
        """The widest arc over the spine leaves the outer sides of its end nodes, where those are free."""
        arcs = [edge for edge in waiting if edge.v >= 0 and self.row[edge.u] == self.row[edge.v] == 0]
        if not arcs:
            return waiting
        first, last = self.rows[0][0], self.rows[0][-1]
        widest = max(arcs, key=lambda edge: abs(self.index[edge.u] - self.index[edge.v]))
        ends: list[tuple[X, str]] = []
        routes: list[list[tuple[X, Y]]] = []
        flip = self.index[widest.u] > self.index[widest.v]
        order = (1, 0) if flip else (0, 1)
        for end, outer, side in zip(order, (first, last), "LR", strict=True):
            vertex = (widest.u, widest.v)[end]
            if vertex == outer and (outer, side) not in self.used:
                self.used.add((outer, side))
                out = self.left(outer) - SIDEWAYS if side == "L" else self.right(outer) + SIDEWAYS
                edge_x = self.left(outer) if side == "L" else self.right(outer)
                widest.sides[end] = side
                ends.append((out, "B"))
                routes.append([(edge_x, self.y_of_row(0)), (out, self.y_of_row(0))])
            else:
                port = self.port(widest, end, "T", self.vertices[vertex].x + (9 if side == "L" else -9))
                ends.append((port, "B"))
                routes.append([(port, self.y_of_port(port))])
        run = self.new_run(-1, widest.wire, ends[0], ends[1])
        points: list[tuple[X, Y]] = [*routes[0], *self.on(run), *routes[1][::-1]]
        self.routes[widest] = points[::-1] if flip else points
        return [edge for edge in waiting if edge is not widest]

    def new_run(self, channel: int, wire: int, one: tuple[X, str], other: tuple[X, str]) -> Run:
        run = Run(channel, wire, (one, other))
        self.runs.append(run)
        return run

    def on(self, run: Run) -> list[tuple[X, Y]]:
        """The two ends of a run as points."""
        return [(x, lambda: run.y) for x, _ in run.ends]

    def arc(self, edge: Edge) -> None:
        """Two nodes of one row that are no neighbours: above the first row, below any other one."""
        row = self.row[edge.u]
        channel, side, towards = (-1, "T", "B") if row == 0 else (row, "B", "T")
        first, second = self.vertices[edge.u], self.vertices[edge.v]
        nudge = 9.0 if edge.u == edge.v else 0.0
        one = self.port(edge, 0, side, first.x - nudge if nudge else second.x)
        two = self.port(edge, 1, side, second.x + nudge if nudge else first.x)
        run = self.new_run(channel, edge.wire, (one, towards), (two, towards))
        self.routes[edge] = [(one, self.y_of_port(one)), *self.on(run), (two, self.y_of_port(two))]

    def leg_by_track(self, edge: Edge) -> None:
        """A leg of an inner node: up or down into a track, then to the margin."""
        row = self.row[edge.u]
        if edge.side in "du":
            edge.side = "r"
        up = row == 0 and len(self.rows) > 1
        side = "T" if up else "B"
        far = self.low - 1e4 if edge.side == "l" else self.high + 1e4
        port = self.port(edge, 0, side, far)
        run = self.new_run(-1 if up else row, edge.wire, (port, "B" if up else "T"), (edge.side, ""))
        self.routes[edge] = [(port, self.y_of_port(port)), *self.on(run)]

    def by_tracks(self, edge: Edge) -> None:
        """An edge between rows that needs a track: down, across, down; or twice so, with a pass between nodes in between."""
        top, low = (0, 1) if self.row[edge.u] < self.row[edge.v] else (1, 0)
        ends = (edge.u, edge.v)
        upper, lower = self.vertices[ends[top]], self.vertices[ends[low]]
        first, last = self.row[ends[top]], self.row[ends[low]]
        start, end = self.port(edge, top, "B", lower.x), self.port(edge, low, "T", upper.x)
        if last == first + 1:
            run = self.new_run(first, edge.wire, (start, "T"), (end, "B"))
            route = [(start, self.y_of_port(start)), *self.on(run), (end, self.y_of_port(end))]
        else:
            x = self.gap_near((upper.x + lower.x) / 2, first + 1, last - 1, edge.wire)
            self.passes.append((x, first, last - 1, edge.wire))
            one = self.new_run(first, edge.wire, (start, "T"), (x, "B"))
            two = self.new_run(last - 1, edge.wire, (x, "T"), (end, "B"))
            route = [(start, self.y_of_port(start)), *self.on(one), *self.on(two), (end, self.y_of_port(end))]
        self.routes[edge] = route[::-1] if top else route

    def gap_near(self, want: float, first: int, last: int, wire: int) -> float:
        """An x where a wire can pass some rows: the nearest one to that wanted."""
        tries = [want]
        for row in self.rows[first : last + 1]:
            for vertex in row:
                for step in range(1, 6):
                    tries += [self.left(vertex) - FREE - 8 * step, self.right(vertex) + FREE + 8 * step]
        tries.sort(key=lambda x: abs(x - want))
        for x in tries:
            if self.clear(x, first, last) and self.vacant(x, first - 1, last, wire) and self.off_ports(x):
                return x
        return max(self.right(vertex) for row in self.rows for vertex in row) + 20 + 8 * len(self.passes)

    def off_ports(self, x: float) -> bool:
        """Is no node straight above or below, whose wires could meet one that passes here?"""
        return all(abs(x - self.vertices[vertex].x) > APART + 2 for row in self.rows for vertex in row)

    # -- coordinates

    def tall(self, row: int) -> tuple[float, float]:
        """How far the nodes of a row reach above and below its level."""
        boxes = [self.vertices[vertex].glyph.box for vertex in self.rows[row]]
        return max(-box[1] for box in boxes), max(box[3] for box in boxes)

    def finish(self) -> Box:
        """Settle ports, tracks and levels, and write the points into the edges."""
        settle_ports(self.vertices, self.ports, self.passing)
        by_channel: dict[int, list[Run]] = {}
        for run in self.runs:
            by_channel.setdefault(run.channel, []).append(run)
        counts = {channel: assign_tracks(runs) for channel, runs in by_channel.items()}
        y = 0.0
        for row in range(len(self.rows)):
            up, down = self.tall(row)
            if row:
                y += up
            self.levels[row] = y
            for vertex in self.rows[row]:
                self.vertices[vertex].y = y
            for run in by_channel.get(row, ()):
                run.y = y + down + TRACK * run.track
            y += down + (max(CHANNEL, channel_height(counts.get(row, 0))) if row + 1 < len(self.rows) else 0)
        top = -self.tall(0)[0]
        for run in by_channel.get(-1, ()):
            run.y = top - TRACK * run.track
        bottom = y + TRACK * counts.get(len(self.rows) - 1, 0)
        self.floor = bottom + CLEAR_LEG
        self.ceiling = top - TRACK * counts.get(-1, 0) - CLEAR_LEG
        return self.write(top - TRACK * counts.get(-1, 0), bottom)

    def passing(self, port: Port) -> list[float]:
        """The x of foreign wires that pass through the channel into which a port leads."""
        row = self.row[port.vertex]
        channel = row if port.side == "B" else row - 1
        return [x for x, first, last, wire in self.passes if first <= channel <= last and wire != port.wire]

    def write(self, top: float, bottom: float) -> Box:
        """The points of all edges, margins filled in."""
        lefts = [self.left(vertex) for row in self.rows for vertex in row]
        rights = [self.right(vertex) for row in self.rows for vertex in row]
        xs = [x for run in self.runs for x, _ in run.ends if isinstance(x, float)] + [x for x, *_ in self.passes]
        low, high = min(lefts + xs), max(rights + xs)
        sides = {edge.side for edge in self.edges}
        self.low, self.high = low - LEG * ("l" in sides), high + LEG * ("r" in sides)
        for edge, route in self.routes.items():
            points = []
            for x, y in route:
                if isinstance(x, Port):
                    x = x.x
                elif isinstance(x, str):
                    x = self.low if x == "l" else self.high
                points.append((x, y()))
            edge.points = tuple(point for place, point in enumerate(points) if not place or point != points[place - 1])
        if "d" in sides:
            bottom = max(bottom, self.floor + LETTER)
        if "u" in sides:
            top = min(top, self.ceiling - LETTER)
        return self.low, top, self.high, bottom


CLEAR_LEG = 30.0
