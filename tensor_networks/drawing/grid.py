"""Networks on a grid (ladders, entangled pair states) or on given positions: straight wires between sites."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations, islice

from tensor_networks.drawing.mesh import Edge, Mesh
from tensor_networks.drawing.picture import Box
from tensor_networks.drawing.spine import Adjacency
from tensor_networks.drawing.style import CLEAR, PITCH
from tensor_networks.errors import OperandError, clip

Site = tuple[float, float]
MOST_PAIRS = 24  # of corners that are tried
STUB = 19.0
AROUND = {"L": (-1.0, 0.0), "R": (1.0, 0.0), "T": (0.0, -1.0), "B": (0.0, 1.0)}
PREFERRED = {"l": "LBTR", "r": "RBTL", "d": "BTRL", "u": "TBRL"}


def find_grid(mesh: Mesh, near: Adjacency, component: Sequence[int]) -> dict[int, Site] | None:
    """Column and row of every vertex, if the component is a grid, perhaps with a few sites missing; else None.

    Distances from the two ends of one side of a grid tell columns and rows.
    """
    edges = sum(len(near[vertex]) for vertex in component) // 2
    if len(component) < 5 or edges < len(component) + 1 or any(mesh.vertices[v].kind != "tensor" for v in component):
        return None
    if any(len(near[vertex]) > 4 for vertex in component):
        return None
    corners = [vertex for vertex in component if len(near[vertex]) <= 2]
    pairs = islice(combinations(corners, 2), MOST_PAIRS)
    found = [_from_corners(near, component, first, second) for first, second in pairs]
    views = [_lying(mesh, sites) for sites in found if sites is not None]
    return min(views, key=lambda view: (-_into_holes(mesh, view), _reading(mesh, view)), default=None)


def _from_corners(near: Adjacency, component: Sequence[int], first: int, second: int) -> dict[int, Site] | None:
    """The sites of a component in a grid two of whose corners are these; None if it is no grid between them."""
    one, two = _distances(near, first), _distances(near, second)
    side = one[second]
    sites: dict[int, Site] = {}
    for vertex in component:
        across, down = one[vertex] - two[vertex] + side, one[vertex] + two[vertex] - side
        if across % 2 or down % 2 or not 0 <= across <= 2 * side:
            return None
        sites[vertex] = across // 2, down // 2
    if len(set(sites.values())) < len(sites):
        return None
    for vertex in component:
        x, y = sites[vertex]
        if any(abs(sites[other][0] - x) + abs(sites[other][1] - y) != 1 for other in near[vertex]):
            return None
        if len(set(near[vertex])) < len(near[vertex]):
            return None
    return sites


def _distances(near: Adjacency, start: int) -> dict[int, int]:
    found = {start: 0}
    queue = [start]
    for vertex in queue:
        for other in near[vertex]:
            if other not in found:
                found[other] = found[vertex] + 1
                queue.append(other)
    return found


def _lying(mesh: Mesh, sites: dict[int, Site]) -> dict[int, Site]:
    """The grid wider than high, and turned so that its first name stands as far up and left as may be."""
    wide = max(x for x, _ in sites.values())
    high = max(y for _, y in sites.values())
    if high > wide:
        sites = {vertex: (y, x) for vertex, (x, y) in sites.items()}
        wide, high = high, wide
    views = [sites]
    views.append({vertex: (wide - x, y) for vertex, (x, y) in sites.items()})
    views += [{vertex: (x, high - y) for vertex, (x, y) in view.items()} for view in views]
    if high == wide:
        views += [{vertex: (y, x) for vertex, (x, y) in view.items()} for view in views]

    return min(views, key=lambda view: _reading(mesh, view))


def _into_holes(mesh: Mesh, view: dict[int, Site]) -> int:
    """How many legs stand beside a missing site: a tensor that was removed leaves its legs there."""
    taken = set(view.values())
    wide, high = max(x for x, _ in taken), max(y for _, y in taken)
    holes = {(x, y) for x in range(int(wide) + 1) for y in range(int(high) + 1)} - taken
    ends = [view[edge.u] for edge in mesh.edges if edge.v < 0 <= edge.u and edge.u in view]
    return sum(any((x + dx, y + dy) in holes for dx, dy in AROUND.values()) for x, y in ends)


def _reading(mesh: Mesh, view: dict[int, Site]) -> list[str]:
    """The names in the order in which they are read."""
    order = sorted(view, key=lambda vertex: (view[vertex][1], view[vertex][0]))
    return [mesh.vertices[vertex].glyph.title for vertex in order]


def given_sites(
    mesh: Mesh, near: Sequence[Sequence[int]], component: Sequence[int], positions: Mapping[str, Sequence[Site]]
) -> dict[int, Site] | None:
    """The positions that are given by name, dots between their neighbours; None if none is given for this component.

    Raises:
        OperandError: there are positions for some of its tensors and not for all.
    """
    used: Counter[str] = Counter()
    sites: dict[int, Site] = {}
    missing: list[str] = []
    joints: list[int] = []
    for vertex in component:
        name = mesh.vertices[vertex].glyph.title
        if not name:
            joints.append(vertex)
        elif used[name] < len(positions.get(name, ())):
            sites[vertex] = positions[name][used[name]]
        else:
            missing.append(name)
        used[name] += 1
    if sites and missing:
        hint = f"it occurs {used[missing[0]]} times: give a list of as many" if used[missing[0]] > 1 else ""
        raise OperandError(f"positions lacks one for {clip(missing[0])}", hint=hint)
    for vertex in joints if sites else ():
        around = [sites[other] for other in near[vertex] if other in sites] or [(0.0, 0.0)]
        sites[vertex] = _between(around, set(sites.values()))
    return sites or None


def _between(around: Sequence[Site], taken: set[Site]) -> Site:
    """A free place between others; beside them if they are in a line, so that no wire passes under them."""
    columns, rows = zip(*around, strict=True)
    x, y = sum(columns) / len(columns), sum(rows) / len(rows)
    if len(around) > 2 and len(set(rows)) == 1:
        y -= (max(columns) - min(columns)) / 2 + 0.5
    elif len(around) > 2 and len(set(columns)) == 1:
        x -= (max(rows) - min(rows)) / 2 + 0.5
    while (x, y) in taken:
        y -= 0.5
    return x, y


def on_sites(mesh: Mesh, sites: Mapping[int, Site], edges: Sequence[Edge]) -> Box:
    """Put the vertices on their sites and draw straight edges; legs are short stubs to a free side, or a corner. The box."""
    pitch = max(PITCH, 2 * max(mesh.vertices[vertex].glyph.box[2] for vertex in sites) + CLEAR)
    boxes = []
    for vertex, (column, line) in sites.items():
        node = mesh.vertices[vertex]
        node.x, node.y = column * pitch, line * PITCH
        left, top, right, bottom = node.glyph.box
        boxes.append((node.x + left, node.y + top, node.x + right, node.y + bottom))
    taken = set(sites.values())
    used: set[tuple[int, str]] = set()
    for edge in edges:
        if edge.v >= 0:
            _join(mesh, sites, edge, used)
    legs = [edge for edge in edges if edge.v < 0]
    corners = {edge.u for edge in legs} == set(sites) and {edge.side for edge in legs} == {"d"}
    for edge in legs:
        boxes.append(_stub(mesh, sites[edge.u], edge, taken, used, corners))
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _join(mesh: Mesh, sites: Mapping[int, Site], edge: Edge, used: set[tuple[int, str]]) -> None:
    ends = []
    for place, (vertex, other) in enumerate(((edge.u, edge.v), (edge.v, edge.u))):
        dx, dy = sites[other][0] - sites[vertex][0], sites[other][1] - sites[vertex][1]
        side = ("R" if dx > 0 else "L") if abs(dx) >= abs(dy) else ("B" if dy > 0 else "T")
        used.add((vertex, side))
        edge.sides[place] = side
        ends.append(_at(mesh, vertex, side))
    edge.points = tuple(ends)


def _at(mesh: Mesh, vertex: int, side: str) -> Site:
    node = mesh.vertices[vertex]
    left, top, right, bottom = node.glyph.box
    return {
        "L": (node.x + left, node.y),
        "R": (node.x + right, node.y),
        "T": (node.x, node.y + top),
        "B": (node.x, node.y + bottom),
    }[side]


def _stub(mesh: Mesh, site: Site, edge: Edge, taken: set[Site], used: set[tuple[int, str]], corner: bool) -> Box:
    """Give a leg a free side of its vertex, a hole in the grid before what is outside of it; the box that it covers."""
    wide, high = max(x for x, _ in taken), max(y for _, y in taken)

    def outside(side: str) -> bool:
        x, y = site[0] + AROUND[side][0], site[1] + AROUND[side][1]
        return not (0 <= x <= wide and 0 <= y <= high)

    for side in sorted(PREFERRED[edge.side], key=outside):  # into the hole of a missing site first
        dx, dy = AROUND[side]
        if not corner and (edge.u, side) not in used and (site[0] + dx, site[1] + dy) not in taken:
            used.add((edge.u, side))
            x, y = _at(mesh, edge.u, side)
            edge.points = ((x, y), (x + dx * STUB, y + dy * STUB))
            edge.sides[0] = side
            break
    else:
        node = mesh.vertices[edge.u]
        x, y = node.x + node.glyph.box[2] - 1.2, node.y + node.glyph.box[3] - 1.2
        corners = [(x, y, 1.0), (2 * node.x - x, y, -1.0)]
        x, y, way = corners[1] if (edge.u, "D") in used else corners[0]
        used.add((edge.u, "D"))
        edge.points = ((x, y), (x + 9 * way, y + 9))
        edge.sides[0] = "D" if way > 0 else "E"
    (ax, ay), (bx, by) = edge.points
    return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)
