"""Large matrices seen by their products with one fixed vector."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

SMALL = 64  # up to this size a matrix is compared entry by entry


@lru_cache(maxsize=32)
def probe(size: int, dtype: np.dtype[Any] = np.dtype(float)) -> np.ndarray[Any, Any]:  # noqa: B008
    """A fixed vector without structure, with entries between 1/2 and 3/2."""
    places = np.arange(1, size + 1)
    return np.asarray((0.5 + places * 0.6180339887498949 % 1).astype(dtype))
