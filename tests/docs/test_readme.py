"""The examples of the README and of docs/ are executed, and print exactly what stands there."""

from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_examples_of_a_page(page: Path) -> None:
    """One namespace a page, examples in order, no option flags: other output fails."""
    document = Sybil(parsers=[PythonCodeBlockParser()], path=str(ROOT)).parse(page)
    for example in document.examples():
        example.evaluate()


def test_the_readme_has_examples() -> None:
    document = Sybil(parsers=[PythonCodeBlockParser()], path=str(ROOT)).parse(ROOT / "README.md")
    assert sum(1 for _ in document.examples()) > 10
