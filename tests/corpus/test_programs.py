"""Every program of the corpus as standalone source, run where neither we nor opt_einsum can be imported."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

import ricci as rc
from ricci.expr import Expr
from tests.corpus.scoring import Case, book_cases, book_result, time_limit, unsupported

RUNNER = """
import inspect, sys, json
backend, path = sys.argv[1:]
sys.modules.update(ricci=None, tensor_networks=None)
if backend != "jax":  # which needs it itself
    sys.modules.update(opt_einsum=None)
import numpy as np
if backend == "jax":
    import jax
    jax.config.update("jax_enable_x64", True)
if backend == "torch":
    import torch
np.seterr(all="ignore")
wrong, count = [], 0
def array(data):
    return np.array(data["data"], float).reshape(data["shape"])

for name, text, given, sizes, want in json.load(open(path)):
    space = {}
    try:
        exec(compile(text, name, "exec"), space)
        read = inspect.signature(space["program"]).parameters
        arrays = {key: array(value) for key, value in given.items() if key in read}
        if backend == "torch":
            arrays = {key: torch.tensor(value) for key, value in arrays.items()}
        arrays |= {key: size for key, size in sizes.items() if key in read}
        got, want = np.asarray(space["program"](**arrays), float), array(want)
        assert got.size == want.size, f"{got.shape}, not {want.shape}"
        error = np.abs(got.ravel() - want.ravel()).max(initial=0)
        assert error <= 1e-7 * max(1, np.abs(want).max(initial=0)), f"off by {error:.1e}"
        count += 1
    except Exception as error:
        wrong.append(f"{name}: {type(error).__name__} {error}"[:300])
print(json.dumps([count, wrong]))
"""


@lru_cache(maxsize=1)
def derived() -> list[tuple[str, Expr, Case]]:
    """The expressions of all cases in matrix notation that are expressions."""
    found = []
    for notation, case in book_cases():
        if notation == "matrix" and (case["id"], notation) not in unsupported():
            with time_limit():
                result = book_result(notation, case)
            if isinstance(result, Expr) and set(case["points"][0]["inputs"]) >= set(result.variables):
                found.append((case["id"], result, case))
    return found


def programs(backend: str, style: str) -> list[Any]:
    """What is to be run: (name, source, inputs and sizes by name, expected result)."""
    rows = []
    for name, result, case in derived():
        point = case["points"][1]
        try:
            text = rc.source(result, backend, style=style)
        except rc.LimitError:
            continue  # more letters than an einsum string can have
        rows.append((name, text, point["inputs"], point["sizes"], point["expected"]))
    return rows


@pytest.mark.parametrize("style", ["fast", "einsum"])
@pytest.mark.parametrize("backend", ["numpy", *(pytest.param(name, marks=pytest.mark.slow) for name in ("torch", "jax"))])
def test_programs_run_without_us(backend: str, style: str, tmp_path: Path) -> None:
    if not importlib.util.find_spec(backend):
        pytest.skip(f"{backend} is not installed")
    path = tmp_path / "programs.json"
    rows = programs(backend, style)
    path.write_text(json.dumps(rows))
    done = subprocess.run([sys.executable, "-I", "-c", RUNNER, backend, str(path)], capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr[-2000:]
    count, wrong = json.loads(done.stdout)
    assert wrong == []
    assert count == len(rows) > 250
