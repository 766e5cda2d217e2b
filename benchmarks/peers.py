"""Other software on the same workloads: torch.func, from what the workloads say for JAX, and tensorgrad.

tensorgrad's programs are called without its named tensors, which the torch of today has no more; what it derives is
fully simplified and compiled for the sizes, and its results are compared up to the order of their axes.
"""

from __future__ import annotations

import importlib.util
import signal
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

PATIENCE = 20  # seconds that a peer may take to derive and compile
Run = Callable[[], Any]


def installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


# ---- torch.func


def torch_names(torch: Any) -> tuple[Any, Any]:
    """What a workload needs of `jax` and of `jax.numpy`, by functions of torch."""
    func = torch.func

    def value_and_grad(function: Any, places: Any = 0) -> Any:
        def call(*args: Any) -> Any:
            gradient, value = func.grad_and_value(function, places)(*args)
            return value, gradient

        return call

    def leaves(tree: Any) -> list[Any]:
        return [leaf for part in tree for leaf in (leaves(part) if isinstance(part, tuple) else [part])]

    def maximum(x: Any, y: float) -> Any:
        return torch.clamp(x, min=y)

    jax = SimpleNamespace(
        grad=func.grad,
        hessian=func.hessian,
        jacobian=func.jacrev,
        jacfwd=func.jacfwd,
        jvp=func.jvp,
        value_and_grad=value_and_grad,
        nn=SimpleNamespace(softmax=lambda x: torch.softmax(x, -1)),
        tree=SimpleNamespace(leaves=leaves),
        scipy=SimpleNamespace(special=SimpleNamespace(logsumexp=lambda x, axis=-1: torch.logsumexp(x, axis))),
    )
    numpy = SimpleNamespace(
        **{name: getattr(torch, name) for name in ("sum", "exp", "log", "tanh", "einsum", "trace")},
        linalg=torch.linalg,
        maximum=maximum,
        logaddexp=lambda x, y: torch.logaddexp(torch.zeros_like(y) + x, y),
    )
    return jax, numpy


def torch_run(workload: Any, arrays: dict[str, np.ndarray]) -> Run:
    """A call of torch.func's derivative."""
    import torch

    torch.set_num_threads(1)
    there = {name: torch.as_tensor(array) for name, array in arrays.items()}
    function = workload.jax(*torch_names(torch))
    return lambda: function(**there)


# ---- tensorgrad: variables by name with their axes, and what is to be computed


def _logistic(v: Any, F: Any) -> Any:
    return F.sum(F.log(1 + F.exp(-v("y", i="m") * (v("X", i="m", j="n") @ v("w", j="n")))))


def _factorisation(v: Any, F: Any) -> Any:
    return F.sum((v("T", i="d", j="d") - v("U", i="d", k="k") @ v("V", i="d", k="k").rename(i="j")) ** 2)


def _sandwich(v: Any, F: Any) -> Any:
    X = v("X", i="n", j="n")
    middle = v("B", i="n", j="n").rename(i="k", j="l")
    return v("A", i="n", j="n") @ X.rename(i="j", j="k") @ middle @ X.rename(j="l")


def _quadratic(v: Any, F: Any) -> Any:
    return v("x", i="n") @ v("A", i="n", j="n") @ v("x", i="n").rename(i="j")


def _cubic(v: Any, F: Any) -> Any:
    x = v("x", i="n")
    return v("T", i="n", j="n", k="n") @ x @ x.rename(i="j") @ x.rename(i="k")


TENSORGRAD: dict[str, Callable[[Any, Any, Any], list[Any]]] = {
    "quad_grad": lambda v, F, D: [D(_quadratic(v, F), v("x", i="n"))],
    "quad_hess": lambda v, F, D: [D(_quadratic(v, F), v("x", i="n"), v("x", i="n"))],
    "logreg_vg": lambda v, F, D: [_logistic(v, F), D(_logistic(v, F), v("w", j="n"))],
    "logreg_hess": lambda v, F, D: [D(_logistic(v, F), v("w", j="n"), v("w", j="n"))],
    "matfac_vg": lambda v, F, D: [_factorisation(v, F), D(_factorisation(v, F), v("U", i="d", k="k"))],
    "matfac_hess": lambda v, F, D: [D(_factorisation(v, F), v("U", i="d", k="k"), v("U", i="d", k="k"))],
    "traxbx_vg": lambda v, F, D: [_sandwich(v, F), D(_sandwich(v, F), v("X", i="n", j="n"))],
    "traxbx_hess": lambda v, F, D: [D(_sandwich(v, F), v("X", i="n", j="n"), v("X", i="n", j="n"))],
    "cubic_third": lambda v, F, D: [D(_cubic(v, F), *[v("x", i="n")] * 3)],
    "cp3_third": lambda v, F, D: [D(F.sum((v("A", p="n", i="n") @ v("x", i="n")) ** 3), *[v("x", i="n")] * 3)],
    "softmax_jac": lambda v, F, D: [D(F.softmax(v("x", i="n"), dim="i"), v("x", i="n"))],
    "layer_jac": lambda v, F, D: [D(F.tanh(v("A", o="n", i="n") @ v("x", i="n")), v("x", i="n"))],
}


def tensorgrad_run(workload: Any, arrays: dict[str, np.ndarray]) -> Run | None:
    """A call of tensorgrad's compiled derivative; None where it has none, or none in time."""
    make = TENSORGRAD.get(workload.name)
    if make is None:
        return None
    before = signal.signal(signal.SIGALRM, _late)
    signal.alarm(PATIENCE)
    try:
        return _compiled(make, arrays)
    except Exception as error:  # whatever goes wrong there is no entry here
        print(f"    tensorgrad: {type(error).__name__} {error}"[:120])
        return None
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _late(*_: Any) -> None:
    raise TimeoutError


def _compiled(make: Callable[[Any, Any, Any], list[Any]], arrays: dict[str, np.ndarray]) -> Run:
    """The program of tensorgrad's expressions for arrays of these sizes, called once."""
    import sympy
    import tensorgrad
    import torch
    from tensorgrad import functions
    from tensorgrad.compiler import compile_to_callable

    symbols = {name: sympy.Symbol(name) for name in ("m", "n", "d", "k")}
    known: dict[str, Any] = {}

    def variable(name: str, **axes: str) -> Any:
        return known.setdefault(name, tensorgrad.Variable(name, **{axis: symbols[size] for axis, size in axes.items()}))

    def derivative(root: Any, *variables: Any) -> Any:
        for number, one in enumerate(variables):
            root = tensorgrad.Derivative(root, one, {edge: f"{edge}{number}_" for edge in one.edges}).full_simplify()
        return root

    program = compile_to_callable(*[root.full_simplify() for root in make(variable, functions, derivative)])
    dims = {size: arrays[one.name].shape[axis] for one in program.vars for axis, size in enumerate(one.shape.values())}
    function = program.codegen.specialize(dims, dtype=torch.float64)
    given = [torch.as_tensor(arrays[one.name]) for one in program.vars]
    function(*given)

    def run() -> Any:
        with torch.no_grad():
            return function(*given)

    return run
