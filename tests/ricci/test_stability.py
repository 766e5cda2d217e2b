"""Every row of the stability benchmark is right, and the page in docs/ is what it prints about us."""

from pathlib import Path

import pytest

from benchmarks.stability import ROWS, Row, ours, verdict

PAGE = Path(__file__).resolve().parents[2] / "docs" / "stability.md"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.text}-{row.order}")
def test_right(row: Row) -> None:
    assert verdict(ours, row) == "right"


def test_the_page_has_every_row() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    shown = [line for line in lines if line.startswith("| `")]
    assert [line.split("`")[1] for line in shown] == [row.text for row in ROWS]
    assert all(line.split("|")[4].strip() == "right" for line in shown)
