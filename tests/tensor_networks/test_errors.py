"""The error family: place, caret, hint, and short messages whatever the text."""

import pickle

import pytest

from tensor_networks.errors import (
    DerivativeError,
    OperandError,
    ParseError,
    RicciError,
    ShapeError,
    clip,
    located,
    suggestion,
)


def test_shows_message_place_text_caret_and_hint():
    error = ParseError("a ) is missing", text="(x'*y", start=5, hint="close it")
    assert str(error).splitlines() == ["a ) is missing (at position 5)", "    (x'*y", "         ^", "hint: close it"]


def test_carets_span_the_place():
    assert str(ShapeError("no", text="A*x + b", start=4, end=5)).splitlines()[2] == "        ^"
    assert str(ShapeError("no", text="A*x + b", start=0, end=3)).splitlines()[2] == "    ^^^"


def test_position_is_the_start():
    assert RicciError("m", text="ab", start=1).position == 1
    assert RicciError("m").position is None


@pytest.mark.parametrize("start", [0, 1, 50_000, 99_999, 100_000])
def test_message_is_short_for_a_long_text(start):
    error = ParseError("q" * 10_000, text="x" * 100_000, start=start, end=start + 60_000, hint="h" * 1000)
    assert len(str(error)) < 500
    line, caret = str(error).splitlines()[1:3]
    assert caret.rstrip()[-1] == "^"
    assert len(line) < 100


def test_only_the_line_of_the_place_is_shown():
    assert str(ParseError("m", text="a\nbc\nd", start=3)).splitlines()[1:] == ["    bc", "     ^"]


def test_located_fills_what_is_unknown_and_keeps_what_is_known():
    with pytest.raises(ShapeError) as caught, located("A*x", 1, 2):
        raise ShapeError("no")
    assert (caught.value.text, caught.value.start, caught.value.end) == ("A*x", 1, 2)
    with pytest.raises(ShapeError) as caught, located("outer", 0, 5):
        raise ShapeError("no", text="inner", start=2)
    assert caught.value.text == "inner"


def test_family():
    assert issubclass(RicciError, ValueError)
    assert issubclass(OperandError, TypeError)
    assert issubclass(DerivativeError, RicciError)


def test_control_characters_are_escaped():
    assert "\0" not in str(ParseError("bad \0", text="a\0b", start=1))


def test_pickles():
    error = ParseError("m", text="ab", start=1, end=2, hint="h")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_clip_and_suggestion():
    assert clip("abc") == "abc"
    assert len(clip("a" * 1000, 40)) == 40
    assert suggestion("expp", ["exp", "sin"]) == "did you mean 'exp'?"
    assert suggestion("q" * 100_000, ["exp"]) == ""
