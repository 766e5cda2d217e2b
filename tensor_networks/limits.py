"""Limits: what a piece of work may use up, for input that is not trusted.

    with limits(seconds=2, nodes=100_000):
        gradient = grad(parse(text), "x")

Every new node is counted, and looks at the clock: whatever grows without bound makes nodes. Limits hold in the thread (or
asynchronous task) that sets them; inner ones are narrower, never wider, for `nodes` and `seconds`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from time import monotonic

from tensor_networks.errors import LimitError, RicciError


@dataclass(slots=True)
class Budget:
    """What is left: new nodes, the moment to stop, the most terms of an expansion, the effort of a search, bytes of arrays."""

    nodes: float = float("inf")
    until: float = float("inf")
    terms: int = 20_000
    search: int = 4_000_000
    memory: float | None = None
    outer: Budget | None = None

    def spend(self) -> None:
        """Count one new node.

        Raises:
            LimitError: there are too many, or the time is over.
        """
        self.nodes -= 1
        if self.nodes < 0:
            raise LimitError("the limit of new nodes is reached", hint="limits(nodes=...) sets it")
        self.check_time()
        if self.outer is not None:
            self.outer.spend()

    def check_time(self) -> None:
        """Look at the clock.

        Raises:
            LimitError: the time is over.
        """
        if self.until < float("inf") and monotonic() > self.until:
            raise LimitError("the time limit is reached", hint="limits(seconds=...) sets it")


_DEFAULT = Budget()
_budget: ContextVar[Budget | None] = ContextVar("ricci_limits", default=None)


def current() -> Budget:
    """The limits in force."""
    return _budget.get() or _DEFAULT


def spend_node() -> None:
    """Count one new node against the limits in force, if any were set.

    Raises:
        LimitError: a limit is reached.
    """
    budget = _budget.get()
    if budget is not None:
        budget.spend()


@contextmanager
def limits(
    *,
    seconds: float | None = None,
    nodes: int | None = None,
    terms: int | None = None,
    search: int | None = None,
    memory: float | None = None,
) -> Iterator[None]:
    """Set limits for a block; reaching one raises `LimitError`, and everything stays usable.

    Args:
        seconds: how long the block may take.
        nodes: how many new nodes it may make: the size of what it builds.
        terms: how many terms `expand` may give (20,000 if nothing is set).
        search: vertices and edges that the search for the canonical form of a symmetric network may visit (4,000,000).
        memory: bytes that results and intermediates of an evaluation may take (80 % of the physical memory).
    """
    given = {"seconds": seconds, "nodes": nodes, "terms": terms, "search": search, "memory": memory}
    for name, value in given.items():
        if value is not None and not value >= 0:
            raise RicciError(f"the limit {name} is a number that is not negative, not {value}")
    before = _budget.get()
    budget = replace(before or _DEFAULT, outer=before, nodes=float("inf") if nodes is None else nodes)
    if seconds is not None:
        budget.until = min(budget.until, monotonic() + seconds)
    budget.terms = budget.terms if terms is None else terms
    budget.search = budget.search if search is None else search
    budget.memory = budget.memory if memory is None else memory
    token = _budget.set(budget)
    try:
        yield
    finally:
        _budget.reset(token)
