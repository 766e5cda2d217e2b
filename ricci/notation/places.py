"""Whose lines of code are whose: errors and warnings point at those of the user."""

from __future__ import annotations

import sys
import warnings
from types import FrameType

OURS = ("ricci", "tensor_networks", "numpy", "scipy")  # modules whose lines are not the user's


def is_users(frame: FrameType) -> bool:
    """Is this a line of the user's?"""
    return frame.f_globals.get("__name__", "").partition(".")[0] not in OURS


def warn(message: str) -> None:
    """A warning at the line of the user's that led here."""
    frame, level = sys._getframe(), 1
    while frame.f_back is not None and not is_users(frame):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, stacklevel=level)
