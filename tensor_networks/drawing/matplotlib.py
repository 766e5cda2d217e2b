"""A picture on matplotlib axes."""

from __future__ import annotations

from typing import Any

from tensor_networks.drawing.picture import Line, Picture, Polygon, Shape, Text, flat
from tensor_networks.drawing.style import LIGHT
from tensor_networks.drawing.svg import rounded
from tensor_networks.drawing.text import written


def draw(picture: Picture, ax: Any = None) -> Any:
    """Draw the picture on axes (new ones if none are given) and return them."""
    import matplotlib.pyplot as plt
    from matplotlib import patches

    left, top, right, bottom = picture.box
    if ax is None:
        _, ax = plt.subplots(figsize=((right - left + 20) / 96, (bottom - top + 20) / 96))
    ax.set_xlim(left - 8, right + 8)
    ax.set_ylim(bottom + 8, top - 8)
    ax.set_aspect("equal")
    ax.axis("off")
    for level, item in enumerate(flat(picture)):
        if isinstance(item, Line):
            ax.add_patch(_line(item, level))
        elif isinstance(item, Shape):
            ax.add_patch(_shape(item, level))
        elif isinstance(item, Polygon):
            ax.add_patch(patches.Polygon(item.points, closed=True, color=LIGHT[item.role], linewidth=0, zorder=level))
        elif isinstance(item, Text):
            _text(ax, item, level)
    return ax


def _line(line: Line, level: int) -> Any:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    points, codes = [line.points[0]], [Path.MOVETO]
    for before, here, after in zip(line.points, line.points[1:], line.points[2:], strict=False):
        start, end = rounded(before, here, after, line.corner)
        points += [start, here, end]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    points.append(line.points[-1])
    codes.append(Path.LINETO)
    return PathPatch(Path(points, codes), fill=False, edgecolor=LIGHT[line.role], linewidth=line.thick * 0.75, zorder=level)


def _shape(shape: Shape, level: int) -> Any:
    from matplotlib.patches import Circle, FancyBboxPatch

    left, top, right, bottom = shape.box
    look: dict[str, Any] = {
        "facecolor": LIGHT.get(shape.fill, "none"),
        "edgecolor": LIGHT[shape.stroke],
        "linewidth": shape.thick * 0.75,
        "linestyle": "dotted" if shape.dash else "solid",
        "zorder": level,
    }
    if shape.corner < 0:
        return Circle(((left + right) / 2, (top + bottom) / 2), (right - left) / 2, **look)
    size = min(shape.corner, (bottom - top) / 2)
    return FancyBboxPatch((left, top), right - left, bottom - top, boxstyle=f"round,pad=0,rounding_size={size}", **look)


def _text(ax: Any, item: Text, level: int) -> None:
    align = {"start": "left", "middle": "center", "end": "right"}[item.anchor]
    look = {
        "color": LIGHT[item.role],
        "style": "italic" if item.italic else "normal",
        "family": "serif",
        "va": "baseline",
    }
    alpha = 0.35 if item.faint else 1.0
    ax.text(
        *item.at,
        written(item.runs),
        fontsize=item.size * 0.75,
        ha=align,
        zorder=level,
        alpha=alpha,
        parse_math=False,
        **look,
    )
