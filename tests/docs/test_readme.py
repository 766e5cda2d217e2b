"""The examples of the README and of docs/ are executed, and print exactly what stands there."""

import re
import shlex
from contextlib import suppress
from pathlib import Path
from unittest import SkipTest

import pytest
from sybil import Sybil
from sybil.document import Document
from sybil.parsers.myst import PythonCodeBlockParser, SkipParser

from ricci.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_examples_of_a_page(page: Path) -> None:
    """One namespace a page, examples in order, no option flags: other output fails. What a page skips says why."""
    for example in document(page).examples():
        with suppress(SkipTest):
            example.evaluate()


def document(page: Path) -> Document:
    """A page with its examples."""
    return Sybil(parsers=[SkipParser(), PythonCodeBlockParser()], path=str(ROOT)).parse(page)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_block_of_python_is_an_example(page: Path) -> None:
    """No block escapes by another name."""
    languages = set(re.findall(r"^```(\S+)", page.read_text(encoding="utf-8"), re.MULTILINE))
    assert languages <= {"python", "sh", "text", "{toctree}"}


def test_the_readme_has_examples() -> None:
    assert sum(1 for _ in document(ROOT / "README.md").examples()) > 10


CLAIMS = {  # what the README says, the page that it links, what the page says, how far apart they may be
    "speed": (r"\*\*([\d.]+)\*\*; JAX", "performance", r"ours: geometric mean ([\d.]+)", 0.1),
    "speed of JAX": (r"JAX ([\d.]+) on the CPU", "performance", r"- JAX: geometric mean ([\d.]+)", 0.1),
    "derivation": (r"median \*\*([\d.]+)\*\* ms", "performance", r"derivation and planning: median ([\d.]+) ms", 0.2),
    "correctness": (r"\*\*([\d,]+)\*\* checks", "reliability", r"random expressions:[^|]*\| ([\d,]+) \| 0 \|", 0.0),
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_number_of_the_readme_is_that_of_its_page(claim: str) -> None:
    said, page, found, tolerance = CLAIMS[claim]
    texts = [(said, ROOT / "README.md"), (found, ROOT / "docs" / f"{page}.md")]
    one, other = (re.findall(pattern, path.read_text(encoding="utf-8")) for pattern, path in texts)
    assert one
    assert other
    assert float(one[0].replace(",", "")) == pytest.approx(float(other[0].replace(",", "")), rel=tolerance)


COMMANDS = [
    pytest.param(command, id=f"{page.name}-{number}")
    for page in PAGES
    for number, command in enumerate(
        re.findall(r"python -m ricci (.+?)(?:`|$)", page.read_text(encoding="utf-8"), re.MULTILINE)
    )
]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_a_page_shows(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It runs; a wrong formula is an answer as well, --help an end."""
    with suppress(SystemExit):
        assert main(shlex.split(command)) in (0, 1)
    assert capsys.readouterr().out


def test_the_readme_counts_the_equations() -> None:
    count = (ROOT / "docs" / "cookbook.md").read_text(encoding="utf-8").count("\n| (")
    assert f"**{count}** equations" in (ROOT / "README.md").read_text(encoding="utf-8")
