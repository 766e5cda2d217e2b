"""Random index texts, and what they mean by the rule of `docs/notation.md`: brute force over all indices, no reader involved.

A tree is a tuple: ("number", v), ("leaf", name, indices), ("sum", [(sign, tree)]), ("product", [(operator, tree)]),
("power", tree, exponent), ("call", name, tree), ("bound", letters, tree, how). Values have one axis for every letter.
"""

import random
from typing import Any

import numpy as np

LETTERS = "ijkpq"
SIZES = {"n": 3, "m": 2}
CLASS = dict(zip(LETTERS, "nnnmm", strict=True))
SHAPES = {"A": "n n", "D": "n n", "X": "n m", "x": "n", "y": "n", "z": "m", "c": "", "b": ""}
FUNCTIONS = {"exp": np.exp, "tanh": np.tanh, "sin": np.sin, "log": np.log, "sqrt": np.sqrt}
Tree = tuple[Any, ...]
Named = frozenset[str]
NONE: Named = frozenset()


class Refused(Exception):
    """The rule gives the text no meaning."""


def arrays(seed: int = 0, low: float = 0.5) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {name: rng.uniform(low, 3 * low, [SIZES[size] for size in shape.split()]) for name, shape in SHAPES.items()}


class Value:
    """The free indices in order of appearance and how often each occurs, the entries, and the indices summed unsaid in it."""

    def __init__(self, counts: dict[str, int], entries: np.ndarray, inner: Named = NONE) -> None:
        self.counts, self.entries, self.inner = counts, entries, inner

    def summed(self, letters: list[str]) -> "Value":
        shape = [
            SIZES[CLASS[letter]] if letter in letters else size
            for letter, size in zip(LETTERS, self.entries.shape, strict=True)
        ]
        entries = np.broadcast_to(self.entries, shape).sum(tuple(map(LETTERS.index, letters)), keepdims=True)
        return Value({letter: 1 for letter in self.counts if letter not in letters}, entries, self.inner)


class Evaluator:
    """The rule of scopes. `arrow`: the text says its outputs."""

    def __init__(self, env: dict[str, np.ndarray], arrow: bool) -> None:
        self.env, self.arrow = env, arrow

    def expression(self, tree: Tree, named: Named, beside: Named = NONE) -> Value:
        """Terms: of the same free indices; a scalar, and what lacks an index that is named around the sum or belongs to a
        factor beside it, is broadcast."""
        if tree[0] != "sum" or len(tree[1]) == 1:
            value = self.term(tree if tree[0] != "sum" else tree[1][0][1], named, beside)
            return value if tree[0] != "sum" else self.added([(tree[1][0][0], value)], named)
        return self.added([(sign, self.term(part, named)) for sign, part in tree[1]], named, beside)

    def added(self, terms: list[tuple[int, Value]], named: Named, beside: Named = NONE) -> Value:
        if len(terms) == 1:
            terms[0][1].entries = terms[0][0] * terms[0][1].entries
            return terms[0][1]
        union = dict.fromkeys(letter for _, value in terms for letter in value.counts)
        for _, value in terms:
            lent = beside - value.inner if value.counts else NONE
            if set(union) - set(value.counts) - named - lent and (value.counts or value.inner):
                raise Refused
        return Value(dict.fromkeys(union, 1), sum(sign * value.entries for sign, value in terms))  # type: ignore[arg-type]

    def term(self, tree: Tree, named: Named, beside: Named = NONE) -> Value:
        """A product, and the sum over what occurs twice in it and is not named around it."""
        value = self.factors(tree, named, beside)
        twice = [letter for letter, count in value.counts.items() if count > 1 and letter not in named]
        if not self.arrow and any(value.counts[letter] > 2 for letter in twice):
            raise Refused
        closed = value.summed(twice)
        closed.inner = value.inner | set(twice)
        return closed

    def factors(self, tree: Tree, named: Named, beside: Named = NONE) -> Value:
        if tree[0] == "number":
            return Value({}, np.full([1] * len(LETTERS), float(tree[1])))
        if tree[0] == "leaf":
            return self.leaf(*tree[1:])
        if tree[0] == "sum":
            return self.expression(tree, named, beside)
        if tree[0] == "product":
            return self.product(tree[1], named)
        if tree[0] == "power":
            base = (self.term if tree[1][0] != "sum" else self.expression)(tree[1], named, beside)
            return Value(dict.fromkeys(base.counts, 1), base.entries ** float(tree[2]))
        if tree[0] == "call":
            inner = self.expression(tree[2], named, beside)
            return Value(dict.fromkeys(inner.counts, 1), FUNCTIONS[tree[1]](inner.entries))
        letters = list(tree[1])
        inner = self.expression(tree[2], named | set(letters), beside)
        if set(letters) - set(inner.counts):
            raise Refused
        inner.inner = NONE
        return inner.summed(letters)

    def leaf(self, name: str, indices: str) -> Value:
        array = np.eye(3) if name == "eye(n)" else np.ones(3) if name == "ones(n)" else self.env[name]
        counts: dict[str, int] = {}
        for letter in indices:
            counts[letter] = counts.get(letter, 0) + 1
        ordered = sorted(counts, key=LETTERS.index)
        array = np.einsum(array, [LETTERS.index(letter) for letter in indices], [LETTERS.index(letter) for letter in ordered])
        return Value(counts, array.reshape([SIZES[CLASS[letter]] if letter in counts else 1 for letter in LETTERS]))

    def product(self, parts: list[tuple[str, Tree]], named: Named) -> Value:
        counts: dict[str, int] = {}
        entries, inner = np.ones([1] * len(LETTERS)), NONE
        plain = [part[1] if part[0] == "power" else part for _, part in parts]
        beside = frozenset(letter for part in plain if part[0] == "leaf" for letter in part[2])
        for operator, part in parts:
            scope = self.expression if operator == "/" else self.term if part[0] == "product" else self.factors
            value = scope(part, named, beside)
            if operator == "/":
                value = Value(dict.fromkeys(value.counts, 1), 1 / value.entries)
            inner |= value.inner
            for letter, count in value.counts.items():
                counts[letter] = counts.get(letter, 0) + count
            entries = entries * value.entries
        return Value(counts, entries, inner)

    def whole(self, tree: Tree, outputs: str | None) -> np.ndarray:
        """The value of a text, its axes as the arrow says, or in order of appearance."""
        if outputs is None:
            value = self.expression(tree, frozenset())
            outputs = "".join(value.counts)
        else:
            terms = []
            parts = tree[1] if tree[0] == "sum" else [(1, tree)]
            values = [self.term(part, frozenset(outputs)) for _, part in parts]
            known = {letter for value in values for letter in value.counts}
            for (sign, _), value in zip(parts, values, strict=True):
                left = [letter for letter in value.counts if letter not in outputs]
                if set(outputs) - known or (left and set(outputs) - set(value.counts)):
                    raise Refused
                terms.append((sign, value.summed(left)))
            value = self.added(terms, frozenset(outputs))
        wide = np.broadcast_to(
            value.entries,
            [
                SIZES[CLASS[letter]] if letter in outputs else size
                for letter, size in zip(LETTERS, value.entries.shape, strict=True)
            ],
        )
        ordered = [LETTERS.index(letter) for letter in outputs]
        wide = wide[tuple(slice(None) if letter in outputs else 0 for letter in LETTERS)]
        return wide.transpose([sorted(ordered).index(place) for place in ordered])


# texts


def text(tree: Tree, level: int = 0) -> str:
    """The tree as index text; level 1 is a term, 2 a factor, 3 the base of a power."""
    if tree[0] == "number":
        return str(tree[1])
    if tree[0] == "leaf":
        return f"{tree[1]}_{tree[2]}" if tree[2] else tree[1]
    if tree[0] == "sum":
        shown = "".join(
            (" - " if sign < 0 else " + " if place else "") + text(part, 1) for place, (sign, part) in enumerate(tree[1])
        )
        return f"({shown.strip()})" if level else shown.strip()
    if tree[0] == "product":
        shown = "".join(
            (" / " if operator == "/" else " " if place else "") + text(part, 2)
            for place, (operator, part) in enumerate(tree[1])
        )
        return f"({shown})" if level > 1 else shown
    if tree[0] == "power":
        return f"{text(tree[1], 3)}^{tree[2]}" if level < 3 else f"({text(tree[1], 3)}^{tree[2]})"
    if tree[0] == "call":
        return f"{tree[1]}({text(tree[2])})"
    head = f"sum_{tree[1]}" if len(tree[1]) == 1 else f"sum_{{{tree[1]}}}"
    if tree[3] == "parenthesis":
        return f"{head}({text(tree[2])})"
    shown = f"{head} {text(tree[2], 1)}" if not text(tree[2], 1).startswith("(") else f"Σ_{tree[1]} {text(tree[2], 1)}"
    return f"({shown})" if level else shown


class Writer:
    """Random trees."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.letters = self.random.sample(LETTERS, self.random.choice([2, 2, 3, 4]))

    def leaf(self) -> Tree:
        name = self.random.choice([*SHAPES, "x", "y", "A", "eye(n)", "ones(n)"])
        shape = {"eye(n)": "n n", "ones(n)": "n"}.get(name) or SHAPES[name]
        slots = [[letter for letter in self.letters if CLASS[letter] == size] for size in shape.split()]
        if not all(slots):
            return ("number", self.random.choice([1, 2, 0.5]))
        return ("leaf", name, "".join(self.random.choice(slot) for slot in slots))

    def factor(self, depth: int) -> Tree:
        kind = self.random.random()
        if depth == 0 or kind < 0.55:
            return self.leaf()
        if kind < 0.7:
            return ("call", self.random.choice(["exp", "tanh", "sin"]), self.sum(depth - 1))
        if kind < 0.8:
            return ("power", self.random.choice([self.leaf, lambda: self.sum(depth - 1)])(), self.random.choice([2, 3]))
        if kind < 0.9:
            letters = "".join(self.random.sample(self.letters, self.random.choice([1, 1, 2])))
            how = self.random.choice(["parenthesis", "rest"])
            return ("bound", letters, self.sum(depth - 1) if how == "parenthesis" else self.product(depth - 1), how)
        return self.sum(depth - 1)

    def product(self, depth: int) -> Tree:
        parts = [("", self.factor(depth)) for _ in range(self.random.choice([1, 1, 2, 2, 3]))]
        if self.random.random() < 0.12:
            parts.append(("/", ("sum", [(1, ("number", 3)), (1, ("call", "exp", self.leaf()))])))
        if self.random.random() < 0.1:
            parts.insert(0, ("", ("number", self.random.choice([2, 0.5, 3]))))
        return parts[0][1] if len(parts) == 1 else ("product", parts)

    def sum(self, depth: int) -> Tree:
        terms = [(1, self.product(depth))]
        for _ in range(self.random.choice([0, 0, 1, 1, 2])):
            scalar = self.random.random() < 0.35
            term: Tree = ("number", self.random.choice([1, 2])) if scalar else self.product(depth)
            terms.append((self.random.choice([1, -1]), term))
        self.random.shuffle(terms)
        if terms[0][0] < 0:
            terms[0] = (1, terms[0][1])
        return ("sum", terms) if len(terms) > 1 else terms[0][1]


def case(seed: int) -> tuple[str, Tree, str | None]:
    """A text, its tree and the outputs of its arrow (None without one)."""
    writer = Writer(seed)
    tree = writer.sum(writer.random.choice([1, 2, 2, 3]))
    outputs = None
    if writer.random.random() < 0.6:
        outputs = "".join(writer.random.sample(writer.letters, writer.random.choice([0, 1, 1, 2, min(3, len(writer.letters))])))
    return text(tree) + (f" -> {outputs}" if outputs is not None else ""), tree, outputs


def meaning(tree: Tree, outputs: str | None, env: dict[str, np.ndarray]) -> np.ndarray | None:
    """The value of a tree; None if the rule gives it none."""
    try:
        return Evaluator(env, outputs is not None).whole(tree, outputs)
    except Refused:
        return None
