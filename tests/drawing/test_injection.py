"""Names are text in every format, whatever they contain."""

import json
import re
import xml.dom.minidom
from html.parser import HTMLParser

import pytest

from ricci.drawing import derivation, draw
from ricci.expr import Expr
from tensor_networks.networks import network
from tensor_networks.nodes import tensor
from tests.drawing.pictures import ROOT

CASES = json.loads((ROOT / "tests" / "data" / "hostile.json").read_text(encoding="utf-8"))["cases"]
NAMES = sorted({case["steps"][0][1] for case in CASES if case["category"] == "markup injection"})
NAMES += [
    "\x00\x1b[31m\ud800",
    "a\nb\tc",
    "\\N\\G",
    "]]>",
    "-->",
    "%s{}{0}",
    "λ中\u202e",
    "'\"`",
    "x" * 5000,
    '\\\\"; evil [URL="x"]; "',
]
COMMANDS = r"\\(input|write18|def|href|url|end\{document|htmlData|catcode|include|openout|csname)(?![A-Za-z])"


TAGS = {"svg", "title", "style", "rect", "g", "path", "polygon", "circle", "text", "tspan"}
PAGE = {"html", "head", "meta", "body", "table", "tr", "td", "code"}
ATTRIBUTES = re.compile(
    "xmlns|class|viewbox|width|height|role|font-(family|size|style)|data-[a-z]+|x|y|rx|cx|cy|r|d[xy]?|points|fill|opacity|"
    "stroke(-width|-dasharray)?|text-anchor|lang|charset"
)


class Tags(HTMLParser):
    """The tags and the names of the attributes of a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)


def picture(name: str) -> Expr:
    """The sum of squares of a vector, of a size of that name too."""
    vector = tensor(name, [name or "n"])
    return Expr(network([(vector, "i"), (vector, "i")], ""))


@pytest.mark.parametrize("name", NAMES, ids=[ascii(name)[:40] for name in NAMES])
def test_names(name: str) -> None:
    plain, hostile = picture("v"), picture(name)
    for made, harmless in (
        (draw(hostile), draw(plain)),
        (derivation(hostile, hostile.variables[name]), derivation(plain, "v")),
    ):
        svg, html = made.svg(), made.html()
        xml.dom.minidom.parseString(svg)
        assert set(Tags(svg).tags) <= TAGS
        assert set(Tags(html).tags) <= TAGS | PAGE
        assert all(ATTRIBUTES.fullmatch(attribute) for attribute in Tags(html).attributes)
        assert not Tags(made.tikz()).tags
        assert re.findall(COMMANDS, made.tikz().replace("\\textbackslash", "")) == re.findall(COMMANDS, harmless.tikz())
        for line in made.dot().splitlines():
            rest = re.sub(r'"[^"\\]*"', '""', line)
            assert not re.search(r"evil|onerror|<|javascript|URL|\\", rest)
            assert '"' not in rest.replace('""', "")
        assert all(character.isprintable() or character == "\n" for character in made.text())
        assert len(svg) < 100_000


def test_labels_of_wires() -> None:
    matrix = tensor("A", ["<i onload=alert(1)>", "</svg><script>"])
    for labels in ("index", "size"):
        svg = draw(Expr(matrix), labels=labels).svg()
        assert set(Tags(svg).tags) <= TAGS
