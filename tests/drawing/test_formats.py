"""Every format: well formed, the same bytes in every process, quick; outside programs take it where they are installed."""

import os
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

import ricci as rc
from ricci.drawing import derivation, draw, plan
from ricci.functions import apply
from tensor_networks.drawing import diagram
from tensor_networks.errors import FormatError
from tensor_networks.networks import network, total
from tensor_networks.nodes import Node, tensor
from tests.drawing.geometry import faults
from tests.drawing.pictures import ROOT, gallery

TRACE = rc.parse("tr(A*X*B*X')")


def test_svg_is_self_contained() -> None:
    text = TRACE.draw().svg()
    root = ElementTree.fromstring(text)
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    assert root.get("role") == "img"
    assert root[0].text == "tr(A*X*B*X')"
    for forbidden in ("foreignObject", "var(", "href", "@import", "url("):
        assert forbidden not in text
    assert TRACE.draw()._repr_svg_() == text
    assert not hasattr(TRACE.draw(), "_repr_latex_")


def test_text() -> None:
    assert rc.parse("x'*A*x").draw().text() == "(x)──────[▸A]───────(x)"
    assert rc.parse("A.*B").draw().text().splitlines() == [
        "i───────●───────[▸A]────────●──────j",
        "        │                   │",
        "        ╰───────[▸B]────────╯",
    ]


@pytest.mark.parametrize("suffix", ["svg", "tex", "dot", "html", "txt"])
def test_save(suffix: str, tmp_path: Path) -> None:
    path = TRACE.draw().save(tmp_path / f"picture.{suffix}")
    assert path.read_text(encoding="utf-8")


def test_a_picture_for_another_document() -> None:
    whole, part = TRACE.draw().tikz(), TRACE.draw().tikz(standalone=False)
    assert part in whole
    assert part.startswith(r"\begin{tikzpicture}") and part.endswith("\\end{tikzpicture}\n")


STAR = rc.parse("A_ia B_ib C_ic D_id -> abcd")
LADDER = rc.parse("A_ia B_ajb C_bk A_ic B_cjd C_dk ->")
PLACES = {
    "a square": {"A": (0, 0), "B": (2, 0), "C": (0, 2), "D": (2, 2)},
    "a row": {"A": (0, 0), "B": (1, 0), "C": (2, 0), "D": (3, 0)},
    "a column": {"A": (0, 0), "B": (0, 1), "C": (0, 2), "D": (0, 3)},
}


@pytest.mark.parametrize("places", PLACES.values(), ids=PLACES.keys())
def test_a_dot_has_a_place_between_the_given_ones(places: dict[str, tuple[int, int]]) -> None:
    picture = STAR.draw(positions=places).picture
    assert faults(picture) == []


def test_several_positions_of_one_name() -> None:
    given = {"A": [(0, 0), (0, 1)], "B": [(1, 0), (1, 1)], "C": [(2, 0), (2, 1)]}
    assert faults(LADDER.draw(positions=given).picture) == []


def test_one_side_for_all_legs() -> None:
    assert STAR.draw(sides="d").svg() == STAR.draw(sides="dddd").svg()


REFUSED = {
    "a position is missing": ({"positions": {"A": (0, 0)}}, "B"),
    "fewer positions than tensors": ({"positions": {"A": (0, 0), "B": [(0, 1), (1, 1)], "C": [(0, 2), (1, 2)]}}, "a list"),
    "no tensor": ({"positions": {"Q": (0, 0)}}, "Q"),
    "no pair": ({"positions": {"A": 3}}, "a column and a row"),
    "no names": ({"positions": [(0, 0)]}, "by name"),
    "sides": ({"sides": "xy"}, "l, r, d, u"),
    "labels": ({"labels": "sizes"}, "index, size, none"),
    "a form": ({"form": "png"}, "save"),
    "an option": ({"color": "red"}, "positions"),
}


@pytest.mark.parametrize(("options", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_options_that_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(rc.RicciError, match=words):
        LADDER.draw(**options).svg()


def test_save_refuses_other_suffixes(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"\.gif"):
        TRACE.draw().save(tmp_path / "picture.gif")


def test_png(tmp_path: Path) -> None:
    pytest.importorskip("resvg_py")
    assert TRACE.draw().save(tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


def test_matplotlib() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    axes = rc.grad(TRACE, "X").draw().draw()
    assert len(axes.patches) > 10
    assert {text.get_text() for text in axes.texts} >= {"A", "B", "X", "+"}


def test_networkx() -> None:
    graph = TRACE.draw().to_networkx()
    assert sum(kind == "tensor" for _, kind in graph.nodes(data="kind")) == 4


def test_html_has_formula_and_picture() -> None:
    text = derivation(TRACE, "X").html()
    assert text.count("<svg") == 2
    assert "A*X*B + A&#39;*X*B&#39;" in text


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX")
def test_tikz_compiles(tmp_path: Path) -> None:
    hostile = diagram(tensor("\\input{x}_^&%$#~<>|\"'`αΩé中", ["n"]))
    for number, picture in enumerate((derivation(TRACE, "X", "X"), hostile)):
        (tmp_path / f"{number}.tex").write_text(picture.tikz(), encoding="utf-8")
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"{number}.tex"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.skipif(shutil.which("dot") is None, reason="no Graphviz")
def test_dot_renders() -> None:
    for expression in (rc.hessian(TRACE, "X"), rc.parse("A.*B"), rc.parse("kron(A, B)")):
        done = subprocess.run(["dot", "-Tsvg"], input=expression.draw().dot().encode(), capture_output=True, timeout=60)
        assert done.returncode == 0
        assert not done.stderr


def test_the_same_bytes_in_every_process() -> None:
    code = (
        "import hashlib, ricci as rc; f = rc.grad(rc.parse('norm2(tanh(Z*W1)*W2 - Y)^2'), 'W1');"
        "d = [f.draw(), f.draw(open_functions=True)];"
        "print(hashlib.sha256(''.join(p.svg() + p.tikz() + p.dot() + p.text() for p in d).encode()).hexdigest())"
    )
    found = set()
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, timeout=60, check=True)
        found.add(done.stdout)
    assert len(found) == 1


def seconds(node: Node) -> float:
    """The time to make an SVG, the best of five."""
    times = []
    for _ in range(5):
        start = time.process_time()
        diagram(node).svg()
        times.append(time.process_time() - start)
    return min(times)


def test_quick() -> None:
    """Measured on a laptop: 0.6 ms for ten nodes, 10 ms for a 7 x 7 grid; the limits leave room for busy machines."""
    chain = network([(tensor(f"A{site}", ["n", "n"]), (site, site + 1)) for site in range(10)], (0, 10))
    assert seconds(chain) < 0.01
    assert seconds(gallery().grid(7, 7, False).settled) < 0.5


def deep(kind: str) -> Node:
    x = tensor("x", ["n"])
    node: Node = x
    if kind == "chain of functions":
        for step in range(10_000):
            node = apply("tanh" if step % 2 else "sin", node)
    elif kind == "2^50 paths":
        for _ in range(50):
            node = total([(network([(node, "i"), (apply("sin", node), "i")], "i"), 1), (node, 2)])
    elif kind == "long product":
        node = network([(tensor(f"A{site}", ["n", "n"]), (site, site + 1)) for site in range(10_000)], (0, 10_000))
    else:
        factors = [tensor(f"x{site}", ["n"]) for site in range(2001)]
        node = total([(network([(factors[k], "i"), (factors[k + 1], "i")], "i"), 1) for k in range(2000)])
    return node


@pytest.mark.parametrize("kind", ["chain of functions", "2^50 paths", "long product", "long sum"])
def test_what_is_too_large_gives_a_bounded_picture(kind: str) -> None:
    node = deep(kind)
    start = time.process_time()
    for open_functions in (False, True):
        picture = draw(rc.Expr(node), open_functions=open_functions)
        for text in (picture.svg(), picture.tikz(), picture.dot(), picture.text(), picture.html()):
            assert len(text) < 1_000_000
    assert time.process_time() - start < 10


def test_plan() -> None:
    picture = plan(TRACE, rc.grad(TRACE, "X"), sizes={"n": 10, "m": 20})
    assert "n = 10" in picture.svg()
    assert "matmul" in picture.text()


def test_a_plan_is_for_sizes_that_occur() -> None:
    with pytest.raises(rc.UnknownName, match="no size 'q'"):
        plan(TRACE, sizes={"q": 3})


def test_the_environment_in_a_norm_is_the_ladder_with_a_hole() -> None:
    norm = rc.parse("A_ia B_ajb C_bkc D_cld E_dm A_ie B_ejf C_fkg D_glh E_hm ->")
    first, *_, last = rc.grad(norm, "C").draw().text().splitlines()
    assert re.findall("[A-E]", first) == list("ABCDE")
    assert re.findall("[A-E]", last) == list("ABDE")
