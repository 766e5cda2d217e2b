"""The pages and pictures that commands make are up to date; a command fails where a formula of a book does not agree."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/ as a place of modules."""
    monkeypatch.syspath_prepend(str(DOCS))
    monkeypatch.setattr(sys, "path", [str(DOCS), *sys.path])


@pytest.mark.usefixtures("commands")
@pytest.mark.parametrize("name", ["api", "cookbook", "functions", "gallery", "matrixcalculus", "traits"])
def test_the_page_is_up_to_date(name: str) -> None:
    page = import_module(f"make_{name}").page()
    assert page == (DOCS / f"{name}.md").read_text(encoding="utf-8"), f"run python docs/make_{name}.py"


@pytest.mark.usefixtures("commands")
def test_every_equation_of_the_chapter_is_there_or_named() -> None:
    equations = import_module("cookbook_equations")
    numbers = {int(equation.number) for chapter in equations.CHAPTERS.values() for equation in chapter}
    for text in equations.LEFT_OUT:
        for part in text.split(", "):
            first, _, last = part.partition("-")
            numbers.update(range(int(first), int(last or first) + 1))
    assert numbers >= set(range(32, 145))


@pytest.mark.usefixtures("commands")
def test_the_pictures_are_up_to_date() -> None:
    listed = [entry for _, chapter in import_module("make_gallery").entries() for entry in chapter]
    stale = [e.name for e in listed if e.make().svg() != (DOCS / "gallery" / f"{e.name}.svg").read_text(encoding="utf-8")]
    assert not stale, "run python docs/make_gallery.py"
    assert {path.stem for path in (DOCS / "gallery").glob("*.svg")} == {entry.name for entry in listed}
