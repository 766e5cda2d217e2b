"""Every hostile case: the right answer or one clear error of ours, in time; nothing executed, nothing written."""

import warnings

import pytest

from tests.promises.hostile import Case, Unavailable, cases, failure


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in cases()])
def test_hostile(case: Case) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)  # of numpy.matrix, which a case is about
        try:
            message = failure(case)
        except Unavailable as missing:
            pytest.skip(f"{missing} is not installed")
    assert message is None
