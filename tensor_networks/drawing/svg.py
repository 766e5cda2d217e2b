"""A picture as SVG: presentation attributes for the light theme, one style element for the dark one."""

from __future__ import annotations

import re

from tensor_networks.drawing.picture import Close, Data, Line, Open, Picture, Point, Polygon, Shape, Text, flat
from tensor_networks.drawing.style import DARK, LIGHT, SMALLER

MARGIN = 8.0
FONT = "'STIX Two Text','Latin Modern Roman',Cambria,Georgia,'DejaVu Serif',serif"
LEVELS = {-1: 0.22, 0: 0.0, 1: -0.38}  # how far down sub- and superscripts stand
_SPECIAL = re.compile("[&<>\"'\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufffe\\uffff]")
_NAMES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}


def escape(text: str) -> str:
    """Text for an element or an attribute; characters that XML cannot hold are shown by their code."""
    return _SPECIAL.sub(lambda found: _NAMES.get(found[0]) or f"\\u{ord(found[0]):04x}", text)


def style_sheet() -> str:
    """The colours of the dark theme."""
    fills = "".join(f"svg.ricci .f-{role}{{fill:{colour}}}" for role, colour in DARK.items())
    strokes = "".join(f"svg.ricci .s-{role}{{stroke:{colour}}}" for role, colour in DARK.items())
    return f"<style>@media (prefers-color-scheme:dark){{{fills}{strokes}}}</style>"


_STYLE = style_sheet()
_F = {role: f'class="f-{role}" fill="{colour}"' for role, colour in LIGHT.items()} | {"none": 'fill="none"'}
_BOTH = {
    (fill, stroke): f'class="f-{fill} s-{stroke}" fill="{LIGHT[fill]}" stroke="{LIGHT[stroke]}"'
    if fill != "none"
    else f'class="s-{stroke}" fill="none" stroke="{LIGHT[stroke]}"'
    for fill in (*LIGHT, "none")
    for stroke in LIGHT
}


def svg(picture: Picture, title: str = "") -> str:
    """The SVG text of a picture."""
    left, top, right, bottom = picture.box
    left, top = left - MARGIN, top - MARGIN
    width, height = _number(right + MARGIN - left), _number(bottom + MARGIN - top)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="ricci" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" font-family="{FONT}">',
        f"<title>{escape(title)}</title>",
        _STYLE,
        f'<rect {_F["paper"]} width="{width}" height="{height}"/>',
    ]
    for item in flat(picture, -left, -top):
        kind = type(item)
        if kind is Line:
            out.append(_line(item))  # type: ignore[arg-type]
        elif kind is Text:
            out.append(_text(item))  # type: ignore[arg-type]
        elif kind is Shape:
            out.append(_shape(item))  # type: ignore[arg-type]
        elif kind is Open:
            out.append(_open(item.data, item.title))  # type: ignore[union-attr]
        elif kind is Close:
            out.append("</g>")
        elif isinstance(item, Polygon):
            points = " ".join(f"{_number(x)},{_number(y)}" for x, y in item.points)
            out.append(f'<polygon {_F[item.role]} points="{points}"/>')
    out.append("</svg>")
    return "\n".join(out)


def _number(value: float) -> str:
    text = f"{value:.1f}"
    if text[-1] == "0":
        return text[:-2] if text != "-0.0" else "0"
    return text


def _open(data: Data, title: str) -> str:
    attributes = "".join(f' data-{name}="{escape(value)}"' for name, value in data)
    return f"<g{attributes}>" + (f"<title>{escape(title)}</title>" if title else "")


def _line(line: Line) -> str:
    index = f' data-index="{line.wire}"' if line.wire >= 0 else ""
    dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
    return (
        f'<path{index} class="s-{line.role}" d="{path(line.points, line.corner)}" fill="none" stroke="{LIGHT[line.role]}" '
        f'stroke-width="{_number(line.thick)}"{dash}/>'
    )


def path(points: tuple[Point, ...], corner: float) -> str:
    """A polyline with rounded corners as path data."""
    x, y = points[0]
    out = [f"M{_number(x)} {_number(y)}"]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        start, end = rounded(before, here, after, corner)
        out.append(
            f"L{_number(start[0])} {_number(start[1])}"
            f"Q{_number(here[0])} {_number(here[1])} {_number(end[0])} {_number(end[1])}"
        )
    x, y = points[-1]
    out.append(f"L{_number(x)} {_number(y)}")
    return "".join(out)


def rounded(before: Point, here: Point, after: Point, corner: float) -> tuple[Point, Point]:
    """Where a rounded corner begins and ends."""
    ends = []
    for x, y in (before, after):
        dx, dy = x - here[0], y - here[1]
        length = abs(dx) + abs(dy) if not dx or not dy else (dx * dx + dy * dy) ** 0.5
        share = min(corner, length / 2) / length if length else 0.0
        ends.append((here[0] + dx * share, here[1] + dy * share))
    return ends[0], ends[1]


def _shape(shape: Shape) -> str:
    left, top, right, bottom = shape.box
    dash = f' stroke-dasharray="{shape.dash}"' if shape.dash else ""
    look = f'{_BOTH[shape.fill, shape.stroke]} stroke-width="{_number(shape.thick)}"{dash}'
    if shape.corner < 0:
        middle = f'cx="{_number((left + right) / 2)}" cy="{_number((top + bottom) / 2)}"'
        return f'<circle {look} {middle} r="{_number((right - left) / 2)}"/>'
    return (
        f'<rect {look} x="{_number(left)}" y="{_number(top)}" width="{_number(right - left)}" height="{_number(bottom - top)}" '
        f'rx="{_number(shape.corner)}"/>'
    )


def _text(text: Text) -> str:
    """A text, its raised and lowered parts shifted."""
    x, y = text.at
    size = text.size
    attributes = f'{_F[text.role]} x="{_number(x)}" y="{_number(y)}" font-size="{_number(size)}"'
    if text.anchor != "start":
        attributes += f' text-anchor="{text.anchor}"'
    if text.italic:
        attributes += ' font-style="italic"'
    if text.faint:
        attributes += ' opacity="0.35"'
    if text.purpose != "name":
        attributes += f' data-text="{text.purpose}"'
    out, level = [], 0
    for piece, shift in text.runs:
        if shift == level == 0:
            out.append(escape(piece))
            continue
        dy = (LEVELS[shift] - LEVELS[level]) * size
        small = f' font-size="{_number(size * SMALLER)}"' if shift else ""
        out.append(f'<tspan dy="{_number(dy)}"{small}>{escape(piece)}</tspan>')
        level = shift
    return f"<text {attributes}>{''.join(out)}</text>"
