"""Functions of sums, spelled so that no digits are lost where the sum nearly cancels or overflows.

Every rewrite looks at a step and its arguments, like those of the peepholes, and keeps the value::

    log(1 + u)          log1p(u)                    exp(u) - 1          expm1(u)
    1 - erf(u)          erfc(u)                     log(e^u + e^v)      logaddexp(u, v)
    log(cosh(u))        logaddexp(u, -u) - log 2    log(1 - tanh(u)^2)  log 4 - 2 logaddexp(u, -u)
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from tensor_networks.evaluation.lowering import Step
from tensor_networks.numbers import Number


def accurate(steps: Sequence[Step], outputs: Sequence[int]) -> tuple[list[Step], list[int]]:
    """The steps and the numbers of the outputs after all rewrites. Steps that nothing reads any more remain."""
    line = _Rewritten()
    for step in steps:
        line.take(step)
    return line.out, [line.moved[output] for output in outputs]


class _Rewritten:
    """The new steps, and where each of the old ones stands among them."""

    def __init__(self) -> None:
        self.out: list[Step] = []
        self.moved: list[int] = []

    def take(self, old: Step) -> None:
        step = old._replace(args=tuple(self.moved[arg] for arg in old.args))
        new = None
        if step.op == "add":
            new = self.difference(step)
        elif step.op == "call" and step.params == ("log",):
            new = self.logarithm(step.args[0])
        self.moved.append(self.put(step) if new is None else new)

    def put(self, step: Step) -> int:
        self.out.append(step)
        return len(self.out) - 1

    def call(self, name: str, *args: int) -> int:
        return self.put(Step("call", args, (name,), self.out[args[0]].axes))

    def scaled(self, number: Number, arg: int) -> int:
        return arg if number == 1 else self.put(Step("scale", (arg,), (number,), self.out[arg].axes))

    def shifted(self, arg: int, scale: Number, number: float) -> int:
        """``scale * arg + number``."""
        if number == 0:
            return self.scaled(scale, arg)
        constant = self.put(Step("constant", (), (abs(number),), ()))
        return self.put(Step("add", (arg, constant), (scale, 1 if number > 0 else -1), self.out[arg].axes))

    def beside_number(self, step: Step) -> tuple[Number, int, Number] | None:
        """(c, u, d), if the step is the sum c + d*u of a number and an array of its own shape."""
        if len(step.args) != 2:
            return None
        for place in (0, 1):
            constant, arg = self.out[step.args[place]], step.args[1 - place]
            if constant.op == "constant" and self.out[arg].axes == step.axes:
                return constant.params[0] * step.params[place], arg, step.params[1 - place]  # type: ignore
        return None

    def argument(self, number: int, name: str) -> int | None:
        """u, if the step is the function of u."""
        step = self.out[number]
        return step.args[0] if step.op == "call" and step.params == (name,) else None

    def difference(self, step: Step) -> int | None:
        """``exp(u) - 1`` and ``1 - erf(u)``, or multiples of them."""
        if (found := self.beside_number(step)) is None or found[0] != -found[2]:
            return None
        number, arg, scale = found
        if (inner := self.argument(arg, "exp")) is not None:
            return self.scaled(scale, self.call("expm1", inner))
        if (inner := self.argument(arg, "erf")) is not None:
            return self.scaled(number, self.call("erfc", inner))
        return None

    def logarithm(self, arg: int, more: float = 0.0) -> int | None:
        """The logarithm of cosh, of a sum of exponentials, of one plus something or of a multiple of these, plus a number."""
        step = self.out[arg]
        if (inner := self.argument(arg, "cosh")) is not None:
            return self.shifted(self.log_both(inner), 1, more - log(2))
        if step.op == "scale" and step.params[0] > 0:  # type: ignore[operator]
            return self.logarithm(step.args[0], more + log(step.params[0]))  # type: ignore[arg-type]
        if step.op != "add" or len(step.args) != 2:
            return None
        one, other = (self.argument(term, "exp") for term in step.args)
        if one is not None and other is not None and step.params == (1, 1) and self.out[one].axes == self.out[other].axes:
            return self.shifted(self.call("logaddexp", one, other), 1, more)
        if (found := self.beside_number(step)) is None or found[0] != 1:
            return None
        _, term, scale = found
        if scale == -1 and (inner := self.tanh_squared(self.out[term])) is not None:
            return self.shifted(self.log_both(inner), -2, more + log(4))
        return self.shifted(self.call("log1p", self.scaled(scale, term)), 1, more)

    def log_both(self, arg: int) -> int:
        """``log(exp(u) + exp(-u))``."""
        return self.call("logaddexp", arg, self.scaled(-1, arg))

    def tanh_squared(self, step: Step) -> int | None:
        """u, if the step is ``tanh(u)^2``."""
        return self.argument(step.args[0], "tanh") if step.op == "power" and step.params == (2,) else None
