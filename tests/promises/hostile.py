"""The cases of tests/data/hostile.json: what a step does, what a result must be, and whether an error is a good one.

A case is a list of steps, primitives of `hostile_adapter` or scenarios of `scenarios`, and what is expected of the last.
"""

from __future__ import annotations

import ast
import collections
import html.parser
import json
import os
import re
import tempfile
import xml.dom.minidom
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

import ricci as rc
from tests.corpus.scoring import DATA, time_limit
from tests.promises import hostile_adapter as api
from tests.promises import scenarios
from tests.promises.arrays import Unavailable, array

Case = dict[str, Any]


class CheckFailed(Exception):
    """The result is not what the case asks for."""


def cases() -> list[Case]:
    """All cases."""
    found: list[Case] = json.loads((DATA / "hostile.json").read_text(encoding="utf-8"))["cases"]
    return found


# steps


def text_of(text: Any) -> str:
    """A text, given as it is or as pieces to repeat."""
    return text if isinstance(text, str) else "".join(p[1] * p[2] if p[0] == "repeat" else p[1] for p in text["gen"])


class Run:
    """One case while it is run: what the steps so far have made."""

    def __init__(self) -> None:
        self.variables: list[str] = []
        self.made: list[Any] = []
        self.arrays: dict[str, Any] = {}
        self.text = ""
        self.shapes: dict[str, Any] = {}

    def step(self, name: str, arguments: list[Any]) -> Any:
        """Do a step."""
        current = self.made[-1] if self.made else None
        own = getattr(self, f"do_{name}", None)
        if own is not None:
            return own(current, *arguments)
        if name in scenarios.SCENARIOS:
            return scenarios.SCENARIOS[name](*arguments)
        special = getattr(api, f"step_{name}", None)
        return special(current, *arguments) if special else getattr(api, name)(current, *arguments)

    def named(self, specs: Mapping[str, Any]) -> dict[str, Any]:
        """The arrays of an evaluation; `$var` stands for the first variable."""
        self.arrays = {self.variables[0] if name == "$var" else name: array(spec) for name, spec in specs.items()}
        if any(spec.get("kind") == "mixed_backend" for spec in specs.values()):
            first = next(iter(self.arrays))
            self.arrays[first] = np.asarray(self.arrays[first])
        return self.arrays

    def do_parse_matrix(self, _: Any, text: Any, shapes: dict[str, Any], *options: Any) -> Any:
        self.text, self.shapes = text_of(text), shapes
        return api.parse_matrix(self.text, shapes, *options)

    def do_parse_index(self, _: Any, text: Any, shapes: dict[str, Any], *options: Any) -> Any:
        return api.parse_index(text_of(text), shapes, *options)

    def do_parse_einsum(self, _: Any, spec: str, shapes: Any) -> Any:
        return api.parse_einsum(spec, shapes)

    def do_declare(self, _: Any, shapes: Any) -> Any:
        return api.declare(shapes)

    def do_redeclare(self, _: Any, name: str, first: Any, second: Any) -> Any:
        return np.sum(api.variable(name, first)) + np.sum(api.variable(name, second))

    def do_variable(self, _: Any, name: str, dims: Any) -> Any:
        self.variables.append(name)
        return api.variable(name, dims)

    def do_two_variables(self, _: Any, *names: str) -> Any:
        self.variables += names
        first, second = (api.variable(name, ["n"]) for name in names)
        return np.sum(np.exp(first) * second)

    def do_op(self, current: Any, name: str) -> Any:
        return api.apply(name, current)

    def do_gradient(self, current: Any, name: str) -> Any:
        return api.gradient(current, self.variables[0] if name == "$var" else name)

    def do_gradient_sum(self, current: Any, name: str) -> Any:
        return api.gradient(np.sum(current), name)

    def do_evaluate(self, current: Any, specs: Any) -> Any:
        return api.evaluate(current, self.named(specs))

    def do_evaluate_inplace_check(self, current: Any, specs: Any) -> Any:
        arrays = self.named(specs)
        before = {name: np.array(given, copy=True) for name, given in arrays.items()}
        result = api.evaluate(current, arrays)
        if any(not np.array_equal(before[name], arrays[name]) for name in arrays):
            raise CheckFailed("an input was written")
        return result

    def do_evaluate_virtual(self, current: Any) -> Any:
        return api.evaluate(current, None)

    def do_evaluate_virtual_sizes(self, current: Any, sizes: Mapping[str, int]) -> Any:
        names = re.findall(r"[A-Za-z0-9]+", self.text)
        used = {name: [sizes[s] for s in shape] for name, shape in self.shapes.items() if name in names}
        return api.evaluate(current, {name: np.broadcast_to(np.float64(1), shape) for name, shape in used.items()})

    def do_chain(self, _: Any, name: str, count: int) -> Any:
        x, S = api.variable("x", ["n"]), api.variable("S", ["n", "n"])
        for _step in range(count):
            x = S @ x if name == "matvec" else api.apply("tanh", x)
        return np.sum(x)

    def do_dag_square(self, _: Any, count: int) -> Any:
        x = api.variable("x", ["n"])
        for _step in range(count):
            x = x * x
        return np.sum(x)

    def do_dag_add(self, _: Any, count: int) -> Any:
        x = api.variable("x", ["n"])
        for _step in range(count):
            x = x + x
        return np.sum(x)

    def do_exec_generated(self, current: Any, specs: Any) -> Any:
        return api.exec_generated(current, self.named(specs))

    def do_str(self, current: Any) -> str:
        return str(current)

    def do_hash(self, current: Any) -> int:
        return hash(current)

    def do_load(self, _: Any, text: Any) -> Any:
        return api.load(text_of(text))

    def do_trace(self, _: Any, code: str, specs: Any) -> Any:
        return api.trace(eval(code, {"np": np}), {name: array(spec) for name, spec in specs.items()})

    def do_pyexpr(self, _: Any, code: str, shapes: Any) -> Any:
        import copy

        result = eval(code, {"np": np, "copy": copy, **api.declare(shapes)})
        if code.startswith("iter") and sum(1 for _item, _number in zip(result, range(1001), strict=False)) > 1000:
            raise CheckFailed("iteration has no end")
        return result

    def do_einsum_chain(self, _: Any, count: int) -> Any:
        return api.einsum_object([[f"i{j}", f"i{(j + 1) % count}"] for j in range(count)], [], "einsum_chain")

    def do_einsum_star(self, _: Any, count: int) -> Any:
        return api.einsum_object([["i"]] * count, [], "einsum_star")

    def do_outer_orders(self, _: Any, count: int) -> Any:
        labels = [f"i{j}" for j in range(count)]
        return api.einsum_object([[label] for label in labels], labels, "outer_orders")


# checks of results


class Tags(html.parser.HTMLParser):
    """Finds markup that acts."""

    def __init__(self) -> None:
        super().__init__()
        self.active: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "iframe", "object", "embed", "img", "foreignobject"):
            self.active.append(tag)
        for name, given in attrs:
            if name.startswith("on") or (given or "").strip().lower().startswith("javascript:"):
                self.active.append(f"{tag}.{name}")


LATEX = re.compile(r"\\(input|write18|def|href|url|end\{document|htmlData|catcode|include|openout|csname)(?![A-Za-z])")


def _latex_commands(text: Any) -> collections.Counter[str]:
    return collections.Counter(LATEX.findall(str(text or "").replace("\\textbackslash", "")))


def _arguments(run: Run) -> list[str]:
    source = next(made for made in run.made if isinstance(made, str))
    function = next(node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.Lambda))
    return [argument.arg for argument in function.args.args]


def _no_active_markup(result: Any) -> bool:
    tags = Tags()
    tags.feed(result if isinstance(result, str) else "")
    return not tags.active


def _well_formed(result: Any) -> bool:
    xml.dom.minidom.parseString(result)
    return True


def _dot_quoted(result: Any) -> bool:
    rest = re.sub(r'"(?:[^"\\]|\\.)*"', '""', result if isinstance(result, str) else "")
    return not re.search(r"evil|onerror|<script|javascript|<b>|URL", rest)


def _close(result: Any, number: str) -> bool:
    return bool(np.allclose(np.asarray(result, float), float(number)))


CHECKS: Mapping[str, Callable[[Any, str, Run, Any], bool]] = {
    "valid_python": lambda r, a, run, base: all(ast.parse(made) for made in run.made if isinstance(made, str)),
    "short_output": lambda r, a, run, base: len(str(r)) <= 100_000,
    "all_equal": lambda r, a, run, base: _close(r, a),
    "values_if_ok": lambda r, a, run, base: _close(r, a),
    "value": lambda r, a, run, base: _close(np.real(r), a),
    "value_or_error": lambda r, a, run, base: _close(np.real(r), a),
    "is_nan": lambda r, a, run, base: bool(np.isnan(np.asarray(r)).any()),
    "shape": lambda r, a, run, base: np.shape(r) == tuple(map(int, a.split(","))),
    "dtype": lambda r, a, run, base: np.asarray(r).dtype in [np.dtype(name) for name in a.split("|")],
    "no_active_markup": lambda r, a, run, base: _no_active_markup(r),
    "well_formed": lambda r, a, run, base: _well_formed(r) if isinstance(r, str) and a in ("svg", "mathml") else True,
    "dot_quoted": lambda r, a, run, base: _dot_quoted(r),
    "latex_safe": lambda r, a, run, base: not _latex_commands(r) - _latex_commands(base),
    "single_line_names": lambda r, a, run, base: "x\"'\\\n{}%$" not in str(r),
    "no_alias_to_input": lambda r, a, run, base: (
        not any(np.shares_memory(np.asarray(r), given) for given in run.arrays.values() if isinstance(given, np.ndarray))
    ),
    "two_distinct_arguments": lambda r, a, run, base: len(set(_arguments(run))) >= 2,
}
ELSEWHERE = ("no_canary", "identical", "same_as_serial", "inputs_unchanged", "short_message", "mention_bytes")


# the verdict


def failure(case: Case) -> str | None:
    """What is wrong with the answer to a case, or None. It is run in an empty directory, where injected code would show.

    Raises:
        Unavailable: a package is missing.
    """
    home = Path.cwd()
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        try:
            message = _judged(case)
            left = [path.name for path in Path(place).iterdir() if path.name != "mapped.bin"]
        finally:
            os.chdir(home)
    return f"{left} was written" if left else message


def _judged(case: Case) -> str | None:
    expect, run = case["expect"], Run()
    try:
        with time_limit(int(case["limits"]["seconds"])):
            for name, *arguments in case["steps"]:
                run.made.append(run.step(name, arguments))
            result = run.made[-1]
            baseline = _harmless(case) if "latex_safe" in expect["checks"] else None
            return _of_result(result, run, expect, baseline)
    except Unavailable:
        raise
    except CheckFailed as error:
        return str(error)
    except Exception as error:
        return _of_error(error, case)


def _harmless(case: Case) -> Any:
    """The same with a harmless name: what the template itself uses is allowed."""
    run = Run()
    for name, *arguments in case["steps"]:
        run.made.append(run.step(name, ["v", *arguments[1:]] if name == "variable" else arguments))
    return run.made[-1]


def _of_result(result: Any, run: Run, expect: Mapping[str, Any], baseline: Any) -> str | None:
    if expect["outcome"] == "error":
        return f"no error, but {result!r:.120}"
    if expect["value"] is not None and not _close(result, expect["value"]):
        return f"{result}, not {expect['value']}"
    for check in expect["checks"]:
        name, _, argument = check.partition(":")
        if name not in ELSEWHERE and not CHECKS[name](result, argument, run, baseline):
            return f"{check}: {result!r:.120}"
    return None


def _of_error(error: Exception, case: Case) -> str | None:
    """What is wrong with an error: not ours, not expected, too long, or it does not say what and where."""
    expect, message = case["expect"], str(error)
    protocol = {"type": TypeError, "attribute": AttributeError}.get(expect["kind"])
    ours = isinstance(error, rc.RicciError)
    if case["category"] == "operators" and protocol is not None:
        ours = ours or isinstance(error, protocol)
    if not ours or expect["outcome"] == "ok":
        return f"{type(error).__name__}: {message:.200}"
    if len(message) > (500 if "short_message" in expect["checks"] else 2000):
        return f"a message of {len(message)} characters"
    missing = [word for word in expect["mentions"] if word.lower() not in message.lower()]
    if "mention_bytes" in expect["checks"] and not re.search(r"[kMGTPE]i?B|bytes", message):
        missing.append("bytes")
    if missing:
        return f"{missing} not mentioned: {message:.200}"
    if (place := expect["position"]) is not None:
        stated = {int(digits) for digits in re.findall(r"\d+", message)} | {getattr(error, "position", None)}
        if not stated & {place, place + 1}:
            return f"position {place} not mentioned: {message:.200}"
    return None
