"""Scenarios around a computation: threads, processes, forks, interrupts, copies. Each raises AssertionError if it fails."""

from __future__ import annotations

import asyncio
import copy
import json
import os
import pickle
import random
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

import ricci as rc

ROOT = Path(__file__).resolve().parents[2]
SHAPES = {"A": "n m", "S": "n n", "X": "n n", "x": "n", "y": "n", "z": "m"}
ARRAYS = {"S": np.diag([1.0, 2.0, 3.0]) + 0.1, "X": np.eye(3) + 0.2, "x": np.arange(1.0, 4.0), "y": np.ones(3)}


def require(condition: bool, message: str) -> None:
    """Raise AssertionError with a message, also under `python -O`."""
    if not condition:
        raise AssertionError(message)


def parsed(text: str) -> rc.Expr:
    return rc.parse(text, notation="matrix", **{k: v for k, v in SHAPES.items() if k in text})


def gradient_value(text: str) -> np.ndarray:
    """Parse, differentiate, evaluate."""
    gradient = rc.grad(parsed(text), "X" if "X" in text else "x")
    return np.asarray(gradient(**{name: ARRAYS[name] for name in gradient.variables}))


def python(code: str, *flags: str, **environment: str) -> str:
    """What a new interpreter prints.

    Raises:
        AssertionError: it fails.
    """
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    done = subprocess.run([sys.executable, *flags, "-c", code], capture_output=True, text=True, env=env, timeout=300)
    require(done.returncode == 0, f"exit {done.returncode}: {done.stderr[-300:]}")
    return done.stdout


def threads(count: int, rounds: int, text: str, shared: bool = False) -> str:
    """Threads that parse (or share an expression), differentiate and evaluate at several sizes agree with one thread."""
    common = parsed(text) if shared else None

    def one(seed: int) -> np.ndarray:
        rng, n = np.random.default_rng(seed), 2 + seed % 5
        gradient = rc.grad(parsed(text) if common is None else common, "x")
        return np.asarray(gradient(S=rng.standard_normal((n, n)), x=rng.standard_normal(n)))

    alone = [one(seed) for seed in range(count)]
    wrong: list[str] = []

    def work(seed: int) -> None:
        for _ in range(rounds):
            try:
                if not np.allclose(one(seed), alone[seed]):
                    wrong.append("value")
            except Exception as error:
                wrong.append(repr(error))

    crew = [threading.Thread(target=work, args=(seed,)) for seed in range(count)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    require(not wrong, f"{len(wrong)} failures: {wrong[:1]}")
    return "ok"


def hashseeds(seeds: list[int], steps: list[Any]) -> str:
    """The steps print the same bytes whatever the hash seed."""
    code = (
        "import json,sys\nfrom tests.promises.hostile import Run\nrun = Run()\n"
        f"for name, *arguments in json.loads({json.dumps(json.dumps(steps))}):\n"
        "    run.made.append(run.step(name, arguments))\nprint(run.made[-1])"
    )
    printed = {python(code, PYTHONHASHSEED=str(seed)) for seed in seeds}
    require(len(printed) == 1, f"{len(printed)} different outputs")
    return "ok"


def twice_in_process(steps: list[Any]) -> str:
    """The steps give the same text twice."""
    from tests.promises.hostile import Run

    printed = set()
    for _ in range(2):
        run = Run()
        for name, *arguments in steps:
            run.made.append(run.step(name, arguments))
        printed.add(str(run.made[-1]))
    require(len(printed) == 1, "two different texts")
    return "ok"


def roundtrip(text: str) -> str:
    """Document, expression, document: the same bytes; the same normal form."""
    e = parsed(text)
    loaded = rc.from_json(e.to_json())
    require(loaded.to_json() == e.to_json() and loaded.settled is e.settled, "another document")
    return "ok"


def pickle_roundtrip(text: str) -> str:
    """Pickles and copies are the same expression."""
    e = parsed(text)
    for copied in (pickle.loads(pickle.dumps(e)), copy.copy(e), copy.deepcopy(e)):
        require(str(copied) == str(e) and copied == e and copied.settled is e.settled, "a copy differs")
    return "ok"


def order_independent(one: str, other: str) -> str:
    """Two orders of writing, one form."""
    require(parsed(one).to_json().partition('"role"')[0] == parsed(other).to_json().partition('"role"')[0], "two forms")
    return "ok"


def global_rng_untouched() -> str:
    """The caller's random numbers stay as they are."""

    def state() -> bytes:
        return pickle.dumps((random.getstate(), np.random.get_state(legacy=False)))

    before = state()
    gradient_value("x'*S*S*x")
    require(before == state(), "the random state changed")
    return "ok"


def warnings_as_errors(text: str) -> str:
    """No warning on the way."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gradient_value(text)
    return "ok"


def fork(count: int, text: str) -> str:
    """Forked children compute the same."""
    reference = gradient_value(text)
    for _ in range(count):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of forking where threads were
            child = os.fork()
        if child == 0:
            os._exit(0 if np.array_equal(gradient_value(text), reference) else 1)
        require(os.waitpid(child, 0)[1] == 0, "a forked child computes something else")
    return "ok"


def asynchronous(count: int, text: str) -> str:
    """Asynchronous tasks compute the same."""
    reference = gradient_value(text)

    async def many() -> list[np.ndarray]:
        return await asyncio.gather(*[asyncio.to_thread(gradient_value, text) for _ in range(count)])

    require(all(np.array_equal(result, reference) for result in asyncio.run(many())), "a task computes something else")
    return "ok"


def interrupt(text: str, count: int = 20) -> str:
    """KeyboardInterrupt at any moment leaves everything usable."""
    reference = gradient_value(text)
    told = sys.unraisablehook

    def ring(*_: object) -> None:
        raise KeyboardInterrupt

    def unless_rung(raised: sys.UnraisableHookArgs) -> None:
        """Python cannot raise an interrupt that comes in a callback of a weak reference."""
        if raised.exc_type is not KeyboardInterrupt:
            told(raised)

    sys.unraisablehook = unless_rung
    before = signal.signal(signal.SIGALRM, ring)
    try:
        for k in range(count):
            signal.setitimer(signal.ITIMER_REAL, 1e-4 * (k + 1))
            try:
                gradient_value(f"{text} + {k}*sum(exp({'X' if 'X' in text else 'x'}))")
                time.sleep(1e-3)
            except KeyboardInterrupt:
                pass
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.signal(signal.SIGALRM, before)
        sys.unraisablehook = told
    require(np.array_equal(gradient_value(text), reference), "an interrupt did damage")
    return "ok"


def python_O() -> str:
    """No check lives in an assert."""
    code = "import ricci as rc\ntry:\n    rc.parse('A*x', A='n m', x='n')\nexcept rc.ShapeError:\n    print('refused')"
    require(python(code, "-O").strip() == "refused", "under python -O a shape error is not reported")
    return "ok"


SCENARIOS: Mapping[str, Callable[..., str]] = {
    "threads": threads,
    "threads_shared_expr": lambda count, rounds, text: threads(count, rounds, text, shared=True),
    "hashseeds": hashseeds,
    "twice_in_process": twice_in_process,
    "roundtrip": roundtrip,
    "pickle_roundtrip": pickle_roundtrip,
    "order_independent": order_independent,
    "global_rng_untouched": global_rng_untouched,
    "warnings_as_errors": warnings_as_errors,
    "fork": fork,
    "asyncio": asynchronous,
    "interrupt": lambda *arguments: interrupt(arguments[-1]),
    "python_O": python_O,
}
