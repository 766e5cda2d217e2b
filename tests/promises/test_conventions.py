"""Promise 12, row by row."""

import pytest

from tests.promises.conventions import ROWS, Row, failure

NAMED = [pytest.param(row, id=f"{row.text} by {row.wrt or 'nothing'} {n}") for n, row in enumerate(ROWS)]


@pytest.mark.parametrize("row", NAMED)
def test_convention(row: Row) -> None:
    assert failure(row) is None


@pytest.mark.parametrize("row", NAMED)
def test_convention_of_standalone_source(row: Row) -> None:
    assert failure(row, standalone=True) is None
