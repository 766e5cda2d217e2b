r"""One spelling for what LaTeX writes in several ways, as `\norm{x}_2` and `{\|x\|}_2`, and nothing around the formula."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection

from ricci.notation.tokens import Token

NORMS = {r"\lVert": r"\rVert", r"\|": r"\|", r"\Vert": r"\Vert"}
BARS = {*NORMS, *NORMS.values()}
STYLES = {r"\mathit", r"\mathrm", r"\text", r"\mathbf", r"\mathsf", r"\mathbb", r"\mathcal", r"\boldsymbol", r"\bm"}
WORDS = STYLES | {r"\operatorname", r"\vec"}
SWITCHES = {r"\rm": r"\mathrm", r"\bf": r"\mathbf", r"\it": r"\mathit", r"\sf": r"\mathsf", r"\cal": r"\mathcal"}
SAME = {r"\lbrace": r"\{", r"\rbrace": r"\}"} | {r"\mathbb": r"\mathbf", r"\bm": r"\boldsymbol"}
ENDS = {"$": "$", r"\(": r"\)", r"\[": r"\]"}  # what a formula stands between in a text
DISPLAYS = {"equation", "equation*", "align", "align*", "displaymath", "math", "gather", "gather*"}


def plain(tokens: list[Token], names: Collection[str]) -> list[Token]:
    """The tokens of a formula in one spelling; of macros, only those that are no names."""
    tokens = [Token(one.kind, SAME.get(one.text, one.text), one.start, one.end) for one in formula_of(tokens)]
    ends, bars = group_ends(tokens), [place for place, one in enumerate(tokens) if one.text in BARS]
    closed: dict[int, str] = {}  # where a brace ends that became the bar of a norm, or falls away
    out: list[Token] = []
    place = 0
    while place < len(tokens):
        one, after = tokens[place], tokens[place + 1].text if place + 1 < len(tokens) else ""
        if place in closed:
            out += [Token("", closed[place], one.start, one.end)] if closed[place] else []
        elif one.text == r"\norm" and after == "{" and "norm" not in names:
            closed[ends[place + 1]] = r"\rVert"
            out.append(Token("", r"\lVert", one.start, one.end))
            place += 1
        elif one.text == "{" and after in SWITCHES:
            out += [Token("", SWITCHES[after], one.start, one.end), one]
            place += 1
        elif one.text == "{" and after in NORMS and is_alone(tokens, place, ends[place], bars):
            closed[ends[place]] = ""
        elif one.text in STYLES and (letter := constant(tokens, place, names)):
            out += [one, tokens[letter]] if tokens[letter].text in "01" else [tokens[letter]]
            place = letter + (after == "{")
        else:
            out.append(one)
        place += 1
    return kinds_first(out)


def formula_of(tokens: list[Token]) -> list[Token]:
    r"""The formula without the dollar signs or the `\begin{equation}` around it, and the full stop behind it."""
    while len(tokens) > 1 and ENDS.get(tokens[0].text) == tokens[-1].text:
        tokens = tokens[1:-1]
    if tokens and tokens[0].text == r"\begin":
        width = next((place for place, one in enumerate(tokens) if one.text == "}"), len(tokens)) + 1
        name = "".join(one.text for one in tokens[2 : width - 1])
        if name in DISPLAYS and [one.text for one in tokens[-width:]] == [r"\end", *(one.text for one in tokens[1:width])]:
            tokens = tokens[width:-width]
    return tokens[:-1] if len(tokens) > 1 and tokens[-1].text in (".", ",") else tokens


def group_ends(tokens: list[Token]) -> dict[int, int]:
    """The place of the brace that closes each one; the end of the tokens if none does."""
    ends: dict[int, int] = {}
    opened: list[int] = []
    for place, one in enumerate(tokens):
        if one.text == "{":
            opened.append(place)
        elif one.text == "}" and opened:
            ends[opened.pop()] = place
    return ends | dict.fromkeys(opened, len(tokens))


def is_alone(tokens: list[Token], opening: int, end: int, bars: list[int]) -> bool:
    """Do these braces hold one norm and nothing else, and stand before its kind or power?"""
    behind = bisect_right(bars, opening + 1)
    scripted = end + 1 < len(tokens) and tokens[end + 1].text in ("_", "^")
    return scripted and bars[behind : behind + 1] == [end - 1]


def constant(tokens: list[Token], place: int, names: Collection[str]) -> int:
    r"""The place of the constant in `\mathbf I`, `\mathrm{I}` and `\mathbf{1}`; 0 if it is something else."""
    behind = [one.text for one in tokens[place + 1 : place + 4]]
    letter = behind[1:2] if behind[:1] == ["{"] and behind[2:] == ["}"] else behind[:1]
    found = letter in (["0"], ["1"]) or (letter == ["I"] and "I" not in names)
    return found and place + 1 + (behind[0] == "{")


def kinds_first(tokens: list[Token]) -> list[Token]:
    r"""Every norm with its kind before its power: `\|A\|^2_F` is `\|A\|_F^2`."""
    ends = group_ends(tokens)

    def behind(mark: int) -> int:
        """The place behind a script whose mark stands at a place."""
        return min(ends.get(mark + 1, mark + 1) + 1, len(tokens))

    for place in range(1, len(tokens)):
        if tokens[place].text == "^" and tokens[place - 1].text in BARS:
            middle = behind(place)
            if middle < len(tokens) and tokens[middle].text == "_":
                end = behind(middle)
                tokens[place:end] = tokens[middle:end] + tokens[place:middle]
    return tokens
