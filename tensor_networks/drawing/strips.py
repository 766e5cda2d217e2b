"""Pictures in a row, with operators between them: baselines aligned, lines broken where they grow too wide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tensor_networks.drawing.picture import Box, Close, Inset, Item, Open, Picture, Text, text_box, united
from tensor_networks.drawing.style import OPERATOR, WIDEST, Run, Runs, plain
from tensor_networks.drawing.style import width as text_width
from tensor_networks.numbers import Number

SPACE = 16.0
BETWEEN = 26.0  # between lines


class Piece(NamedTuple):
    """A text or a picture in a row; a line may be broken before it if `breaks`."""

    content: Picture | Runs
    breaks: bool = False
    space: float = SPACE  # in front
    size: float = OPERATOR
    italic: bool = False
    anchor: str = "middle"


def operator(text: str, breaks: bool = False) -> Piece:
    """An operator such as + or =."""
    return Piece(plain(text), breaks)


def coefficient(number: Number, first: bool) -> list[Piece]:
    """The sign and the number in front of a term: nothing for 1 at the beginning."""
    sign = "−" if number < 0 else "" if first else "+"
    size = str(abs(number)) if abs(number) != 1 else ""
    pieces = [operator(sign, True)] if sign else []
    if size:
        pieces.append(Piece(plain(size), not sign, 6.0 if sign else SPACE))
    return pieces


def row(pieces: Sequence[Piece], widest: float = WIDEST) -> Picture:
    """The pieces from left to right; broken into lines at pieces that allow it. The baseline is that of the first line."""
    lines: list[list[Piece]] = [[]]
    x = 0.0
    for chunk in _chunks(pieces):
        wide = sum(piece.space + _width(piece) for piece in chunk)
        if lines[-1] and x + wide > widest:
            lines.append([])
            x = 30.0
        lines[-1] += chunk
        x += wide
    pictures = [_line(line, 30.0 if place else 0.0) for place, line in enumerate(lines)]
    return column(pictures) if len(pictures) > 1 else pictures[0]


def _chunks(pieces: Sequence[Piece]) -> list[list[Piece]]:
    chunks: list[list[Piece]] = []
    for piece in pieces:
        if piece.breaks or not chunks:
            chunks.append([])
        chunks[-1].append(piece)
    return chunks


def _width(piece: Piece) -> float:
    if isinstance(piece.content, Picture):
        return piece.content.width
    return text_width(piece.content, piece.size)


def _line(pieces: Sequence[Piece], indent: float) -> Picture:
    """Pieces side by side, from an indent on."""
    items: list[Item] = []
    boxes: list[Box] = []
    x = indent
    for place, piece in enumerate(pieces):
        x += piece.space if place else 0.0
        if isinstance(piece.content, Picture):
            left, top, right, bottom = piece.content.box
            items.append(Inset(piece.content, x - left, 0.0))
            boxes.append((x, top, x + right - left, bottom))
        else:
            at = (x if piece.anchor == "start" else x + _width(piece) / 2, piece.size * 0.33)
            text = Text(at, piece.content, piece.size, piece.anchor, italic=piece.italic, purpose="operator")
            items.append(text)
            boxes.append(text_box(text))
        x += _width(piece)
    return Picture(items, united(boxes))


def column(pictures: Sequence[Picture], between: float = BETWEEN) -> Picture:
    """Pictures below each other, aligned at the left. The baseline is that of the first one."""
    items: list[Item] = []
    boxes: list[Box] = []
    y = 0.0
    for place, picture in enumerate(pictures):
        left, top, right, bottom = picture.box
        dy = y - top if place else 0.0
        items.append(Inset(picture, 0.0, dy))
        boxes.append((left, top + dy, right, bottom + dy))
        y = bottom + dy + between
    return Picture(items, united(boxes))


def grouped(picture: Picture, data: tuple[tuple[str, str], ...], title: str = "") -> Picture:
    """The picture as a group that stands for something."""
    return Picture([Open(data, title), Inset(picture, 0.0, 0.0), Close()], picture.box)


def sentence(text: str, size: float = OPERATOR, italic: bool = False) -> Piece:
    """A text as a piece."""
    return Piece((Run(text),), size=size, italic=italic, anchor="start")
