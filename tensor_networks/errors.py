"""One family of errors: what went wrong, where in the user's text, and what to do about it.

Every error that a user can meet is a `RicciError`. It knows the text it is about and a span in it, and shows both:

    >>> raise ParseError("')' is missing", text="(x'*y", start=5, hint="close the '(' at position 0")
    ParseError: ')' is missing (at position 5)
        (x'*y
             ^
    hint: close the '(' at position 0
"""

from __future__ import annotations

import difflib
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

WINDOW = 68  # characters of the user's line that are shown
MESSAGE = 200  # longest first line
HINT = 90  # longest hint
INSIDE = ("tensor_networks", "ricci", "IPython")  # packages whose lines say nothing to a user in a notebook


def clip(text: object, width: int = 40) -> str:
    """`text` on one line of at most `width` characters, its middle left out if need be; control characters escaped."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text)[: 4 * width + 400])
    if len(str(text)) > 4 * width + 400:
        shown += "..."
    if len(shown) <= width:
        return shown
    tail = max(0, (width - 3) // 3)
    return shown[: width - 3 - tail] + "..." + (shown[-tail:] if tail else "")


def suggestion(name: object, known: Iterable[str]) -> str:
    """`did you mean 'exp'?` for the nearest known name, or an empty string."""
    if not isinstance(name, str) or len(name) > 60:
        return ""
    folded = {word.lower(): word for word in sorted(known, reverse=True)}
    near = difflib.get_close_matches(name.lower(), sorted(folded), n=1, cutoff=0.6)
    close = near and (near[0][:1] == name[:1].lower() or difflib.SequenceMatcher(None, name.lower(), near[0]).ratio() > 0.7)
    return f"did you mean '{clip(folded[near[0]])}'?" if close else ""


class RicciError(ValueError):
    """The base of all errors raised for something a user wrote.

    `text`, `start`, `end`: the user's text and the span it is about (None while unknown); `hint`: what to do.
    """

    def __init__(
        self,
        message: str,
        *,
        text: str | None = None,
        start: int | None = None,
        end: int | None = None,
        hint: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.text = text
        self.start = start
        self.end = end
        self.hint = hint

    @property
    def position(self) -> int | None:
        """Offset of the first character it is about."""
        return self.start

    def locate(self, text: str, start: int, end: int | None = None) -> None:
        """Say where in the user's text it happened, unless that is known already."""
        if self.text is None:
            self.text, self.start, self.end = text, start, end

    def __str__(self) -> str:
        lines = [clip(self.message, MESSAGE)]
        if self.text is not None and self.start is not None:
            lines[0] += f" (at position {self.start})"
            lines += _excerpt(self.text, self.start, self.end)
        if self.hint:
            lines.append("hint: " + clip(self.hint, HINT))
        return "\n".join(lines)

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the user's own lines and the message. The whole way is in ``__traceback__``."""
        own = traceback.StackSummary.extract(
            (frame, line)
            for frame, line in traceback.walk_tb(self.__traceback__)
            if str(frame.f_globals.get("__name__", "ricci")).partition(".")[0] not in INSIDE
        )
        return "".join([*own.format(), *traceback.format_exception_only(self)]).splitlines()


class ParseError(RicciError):
    """The text does not follow the grammar."""


class ShapeError(RicciError):
    """Sizes or types of operands do not fit together (known before any number is)."""


class SizeError(RicciError):
    """An array has the wrong shape, or a size has no value, at evaluation."""


class UnknownName(RicciError):
    """A name that is neither declared nor a function."""


class IndexNotationError(RicciError):
    """An index is free, summed or repeated where the rules of index notation do not allow it."""


class DerivativeError(RicciError):
    """A derivative that is not known."""


class LimitError(RicciError):
    """A stated limit (memory, size of the text's result) would be exceeded."""


class FormatError(RicciError):
    """A document that cannot be loaded, or a result that a format cannot express."""


class TraceError(RicciError):
    """A traced Python function did something that has no formula."""


class OperandError(RicciError, TypeError):
    """An operand is of a kind that the operation does not take."""


def choice(value: object, known: Iterable[str], what: str, error: type[RicciError] | None = None) -> str:
    """The value, if it is one of the known names.

    Raises:
        UnknownName: it is not; says which there are. Or the error of another class that is given.
    """
    names = list(known)
    if isinstance(value, str) and value in names:
        return value
    message = f"there is no {what} {clip(repr(value))}; there are {', '.join(names) or 'none'}"
    raise (error or UnknownName)(message, hint=suggestion(value, names))


@contextmanager
def located(text: str, start: int, end: int | None = None) -> Iterator[None]:
    """Give any `RicciError` raised inside, and not yet located, this place in the user's text."""
    try:
        yield
    except RicciError as error:
        error.locate(text, start, end)
        raise


def _excerpt(text: str, start: int, end: int | None) -> list[str]:
    """The line around the span (a window of it if it is long) and carets under the span."""
    start = min(max(start, 0), len(text))
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", start)
    last = len(text) if last < 0 else last
    left, right = first, last
    if right - left > WINDOW:
        left = max(first, start - WINDOW // 2)
        right = min(last, left + WINDOW)
    before = "..." if left > first else ""
    after = "..." if right < last else ""
    shown = "".join(c if c.isprintable() else "?" for c in text[left:right])
    stop = min(max(end if end is not None else start + 1, start + 1), max(right, start + 1))
    indent = "    "
    return [
        f"{indent}{before}{shown}{after}",
        indent + " " * (len(before) + start - left) + "^" * (stop - start),
    ]
