"""`Diagram`: a picture in every format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tensor_networks.drawing import dot as graphviz
from tensor_networks.drawing.html import page, table
from tensor_networks.drawing.picture import Picture
from tensor_networks.drawing.svg import svg
from tensor_networks.drawing.text import text
from tensor_networks.drawing.tikz import tikz
from tensor_networks.errors import FormatError
from tensor_networks.graph import to_networkx
from tensor_networks.nodes import Node

if TYPE_CHECKING:
    import networkx


class Diagram:
    """A picture of a node, or of something made of nodes. Notebooks show it as it is.

    ``node`` is what it shows, ``title`` a line of text that says the same, ``formula`` stands beside it on a page. The picture
    is made when it is first needed.
    """

    def __init__(self, node: Node, picture: Callable[[], Picture], title: str = "", formula: str = "") -> None:
        self.node, self.title, self.formula = node, title, formula or title
        self._make = picture
        self._picture: Picture | None = None

    @property
    def picture(self) -> Picture:
        """The picture as data: shapes, lines and texts."""
        if self._picture is None:
            self._picture = self._make()
        return self._picture

    def svg(self) -> str:
        """SVG, self-contained, for light and dark backgrounds; its data attributes hold the node (`reading.network_of`)."""
        return svg(self.picture, self.title)

    def _repr_svg_(self) -> str:
        return self.svg()

    def tikz(self, standalone: bool = True) -> str:
        """A LaTeX document that needs pgf only, or, not standalone, its ``tikzpicture`` for a document that uses tikz."""
        return tikz(self.picture, standalone)

    def dot(self) -> str:
        """A Graphviz graph of the node, without a layout."""
        return graphviz.dot(self.node)

    def text(self) -> str:
        """The picture in box-drawing characters."""
        return text(self.picture)

    def html(self) -> str:
        """A page with the formula and the picture side by side."""
        return page(self.title or "diagram", table([(self.formula, self.svg())]))

    def png(self, scale: float = 2.0) -> bytes:
        """The picture as PNG, on white.

        Raises:
            FormatError: resvg-py is not installed (``pip install resvg-py``).
        """
        try:
            import resvg_py
        except ImportError as error:
            raise FormatError(
                "PNG needs the package resvg-py", hint="pip install resvg-py; .svg, .tex, .html, .dot and .txt need nothing"
            ) from error
        return bytes(resvg_py.svg_to_bytes(svg_string=self.svg(), zoom=round(scale)))

    def draw(self, ax: Any = None) -> Any:
        """Draw on matplotlib axes (new ones if none are given) and return them."""
        from tensor_networks.drawing import matplotlib

        return matplotlib.draw(self.picture, ax)

    def to_networkx(self) -> networkx.MultiGraph:
        """The node as a graph of tensors, wires and legs."""
        return to_networkx(self.node)

    def save(self, path: str | Path) -> Path:
        """Write the picture to a file; its suffix is the format: svg, png, tex, dot, html or txt.

        Raises:
            FormatError: the suffix is none of these.
        """
        path = Path(path)
        if path.suffix == ".png":
            path.write_bytes(self.png())
            return path
        formats = {".svg": self.svg, ".tex": self.tikz, ".dot": self.dot, ".html": self.html, ".txt": self.text}
        if path.suffix not in formats:
            raise FormatError(f"no format is known by {path.suffix!r}", hint="use one of .svg .png .tex .dot .html .txt")
        path.write_text(formats[path.suffix](), encoding="utf-8")
        return path

    def __repr__(self) -> str:
        return self.text()
