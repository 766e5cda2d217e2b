"""Every promise, measured on a small scale in the suite and on the full one in the slow suite."""

import warnings

import pytest

from tests.promises.measures import MEASURES, Measure

NAMED = [pytest.param(m, id=f"{m.promise} {m.what.split(':')[0][:60]}") for m in MEASURES]


def assert_kept(measure: Measure, size: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)  # of numpy.matrix, which a case is about
        warnings.filterwarnings("ignore", "os.fork", RuntimeWarning)  # of JAX, once it is loaded; the forks here do not use it
        count, failed = measure.run(size)
    assert count
    assert not failed, "\n".join(failed[:10])


@pytest.mark.parametrize("measure", NAMED)
def test_promise(measure: Measure) -> None:
    assert_kept(measure, measure.small)


@pytest.mark.slow
@pytest.mark.parametrize("measure", NAMED)
def test_promise_at_full_size(measure: Measure) -> None:
    assert_kept(measure, measure.full)


def test_every_promise_is_measured() -> None:
    assert {measure.promise for measure in MEASURES} == set(range(1, 14))
