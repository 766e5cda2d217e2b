"""Promise 12, row by row."""

import pytest

from tests.promises.conventions import ROWS, Row, failure


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row.text} by {row.wrt or 'nothing'} {n}") for n, row in enumerate(ROWS)])
def test_convention(row: Row) -> None:
    assert failure(row) is None
