"""Horizontal runs between rows: each channel's runs get parallel tracks such that no two wires lie on each other."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, sqrt
from typing import TypeAlias

from tensor_networks.drawing.mesh import Vertex
from tensor_networks.drawing.style import TRACK

APART = 7.0  # least distance of two parallel wires
SIDEWAYS = 16.0  # how far a wire goes out of the side of a node before it turns


class Port:
    """Where an edge leaves a vertex at its top (side T) or bottom (B). `want` is the x it would like, `x` what it gets."""

    __slots__ = ("fixed", "side", "vertex", "want", "wire", "x")

    def __init__(self, vertex: int, side: str, wire: int, want: float, fixed: bool = False) -> None:
        self.vertex, self.side, self.wire, self.want, self.fixed = vertex, side, wire, want, fixed
        self.x = want


X: TypeAlias = float | Port | str  # a number, that of a port, or a margin: "l" or "r"


class Run:
    """A horizontal piece of a route within a channel; each of its two ends with the side it comes from: T above, B below."""

    __slots__ = ("channel", "ends", "high", "low", "track", "wire", "y")

    def __init__(self, channel: int, wire: int, ends: tuple[tuple[X, str], tuple[X, str]]) -> None:
        self.channel, self.wire, self.ends = channel, wire, ends
        self.track, self.y, self.low, self.high = 0, 0.0, 0.0, 0.0

    def measure(self) -> None:
        """The interval it covers, once all ports are settled."""
        xs = sorted(number(x) for x, _ in self.ends)
        self.low, self.high = xs


def number(x: X) -> float:
    """The x of an end; margins are infinitely far away."""
    if isinstance(x, Port):
        return x.x
    if isinstance(x, str):
        return -inf if x == "l" else inf
    return x


def reach(vertex: Vertex) -> float:
    """How far from the middle of its top or bottom a wire may leave a vertex."""
    match vertex.glyph.shape:
        case "dot" | "ones":
            return 0.0
        case "split":
            return vertex.glyph.box[2] - 2.0
        case "circle":
            return 0.4 * vertex.glyph.box[2]
    return vertex.glyph.box[2] - 5.0


def border(vertex: Vertex, side: str, x: float) -> float:
    """The distance of the border of a vertex from its middle, at some x on its top or bottom."""
    _, top, right, bottom = vertex.glyph.box
    edge = top if side == "T" else bottom
    if vertex.glyph.shape == "circle":
        away = x - vertex.x
        return (-1 if side == "T" else 1) * sqrt(max(0.0, right * right - away * away))
    return edge


def settle_ports(vertices: list[Vertex], ports: list[Port], passing: Callable[[Port], list[float]]) -> None:
    """Give the ports of each side of each vertex their x: fixed ones keep it, the others spread in the order of their wants.

    `passing` tells the x of the foreign wires that pass straight through the channel of a port.
    """
    by_side: dict[tuple[int, str], list[Port]] = {}
    for port in ports:
        by_side.setdefault((port.vertex, port.side), []).append(port)
    for (number_, _), mine in by_side.items():
        vertex = vertices[number_]
        far = reach(vertex)
        loose = sorted((port for port in mine if not port.fixed), key=lambda port: port.want)
        if not loose:
            continue
        if far == 0:
            for port in loose:
                port.x = vertex.x
            continue
        held = [port.x for port in mine if port.fixed]
        held += [x for x in passing(loose[0]) if abs(x - vertex.x) < far + APART and x not in held]
        for port, x in zip(loose, _free(vertex.x, far, held, loose), strict=True):
            port.x = x


def _free(middle: float, far: float, held: list[float], loose: list[Port]) -> list[float]:
    """An ascending x for each loose port: evenly spread, or as far as may be from those held."""
    count = len(loose)
    if not held:
        step = min(9.0, 2 * far / max(1, count - 1))
        return [middle + step * (place - (count - 1) / 2) for place in range(count)]
    tries = [middle + far * step / 8 for step in range(-8, 9)]
    found: list[float] = []
    for port in loose:
        taken = held + found
        best = max(tries, key=lambda x: (min(APART, *(abs(x - other) for other in taken)), -abs(x - port.want)))
        found.append(best)
    return sorted(found)


def assign_tracks(runs: list[Run]) -> int:
    """The track of every run of one channel, 1 being the one nearest to where runs come from; the number of tracks.

    A run whose end comes from above at the x where another one comes from below must lie above it.
    """
    for run in runs:
        run.measure()
    order = sorted(runs, key=lambda run: (run.high - run.low, run.low))
    above = {run: [other for other in runs if other is not run and _must_be_above(other, run)] for run in runs}
    placed: list[Run] = []
    while order:
        ready = next((run for run in order if all(other.track for other in above[run])), order[0])
        order.remove(ready)
        hit = [other.track for other in placed if other.low < ready.high + 9 and ready.low < other.high + 9]
        hit += [other.track for other in above[ready]]
        ready.track = 1 + max(hit, default=0)
        placed.append(ready)
    return max((run.track for run in runs), default=0)


def _must_be_above(upper: Run, lower: Run) -> bool:
    return upper.wire != lower.wire and any(
        side == "T" and other == "B" and abs(number(x) - number(y)) < APART
        for x, side in upper.ends
        for y, other in lower.ends
        if not isinstance(x, str) and not isinstance(y, str)
    )


def channel_height(tracks: int) -> float:
    """The room a channel needs."""
    return TRACK * (tracks + 1)
