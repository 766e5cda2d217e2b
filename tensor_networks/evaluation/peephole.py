"""Small rewrites of a finished line of steps: solves for inverses, common factorisations, Gram products, and no writing into
what others read.

Each rewrite looks at a step and its arguments. Numbers of steps stay what they are until dead steps are dropped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from typing import Any

from tensor_networks.axes import value
from tensor_networks.evaluation.lowering import VIEWS, Step
from tensor_networks.nodes import SYMMETRIC_TRAITS

Traits = Mapping[Any, Collection[str]]  # of inputs by name
LEAST_GRAM = 64  # rows and columns from which X'diag(d)X is made from square roots of d
LEAST_FACTOR = 64  # rows from which a Cholesky factor is worth its calls
TURNED = (1, 0)


def improved(
    steps: Sequence[Step], outputs: Sequence[int], sizes: Mapping[str, int], traits: Traits | None = None
) -> tuple[list[Step], list[int]]:
    """The steps and the numbers of the outputs after all rewrites, without dead steps.

    `traits` are those of the inputs by name.
    """
    traits = traits or {}
    done = {step.params[0] if step.op == "call" else step.op for step in steps}
    if "inv" in done:
        steps, outputs = _with_solves(steps, outputs, traits)
    steps, outputs = _alive(steps, outputs)
    if "inv" in done or "solve" in done:
        steps, outputs = _with_common_solves(steps, outputs)
    if "matmul" in done:
        steps = _with_grams(steps, sizes)
    if "sigmoid" in done:
        steps = _with_slopes(steps)
    if "logdet" in done:
        steps = _with_factors(steps, sizes, traits)
    steps, outputs = _alive(steps, outputs)
    return _protected(steps, outputs) if "deposit" in done else (steps, outputs)


def _alive(steps: Sequence[Step], outputs: Sequence[int]) -> tuple[list[Step], list[int]]:
    """The steps that some output needs."""
    alive = set(outputs)
    for number in reversed(range(len(steps))):
        if number in alive:
            alive.update(steps[number].args)
    if len(alive) == len(steps):
        return list(steps), list(outputs)
    place = {old: new for new, old in enumerate(sorted(alive))}
    kept = [step for number, step in enumerate(steps) if number in alive]
    kept = [Step(op, tuple([place[arg] for arg in args]), params, axes) for op, args, params, axes in kept]
    return kept, [place[output] for output in outputs]


def _over(args: Iterable[int], step: Step) -> Step:
    """The step with other arguments."""
    return Step(step.op, tuple(args), step.params, step.axes)


def _with_solves(steps: Sequence[Step], outputs: Sequence[int], traits: Traits) -> tuple[list[Step], list[int]]:
    """``inv(M) @ b`` as ``solve(M, b)``, where an inverse is needed for such products only."""

    def symmetric(number: int) -> bool:
        op, _, params, _ = out[number]
        return op == "input" and not SYMMETRIC_TRAITS.isdisjoint(traits.get(params[0], ()))

    inverses = {number for number, step in enumerate(steps) if step.op == "call" and step.params == ("inv",)}
    inverses = {number for number in inverses if len(steps[number].axes) == 2}
    if not inverses:
        return list(steps), list(outputs)
    source = {number: (number, False) for number in inverses}  # the inverse that a step is, and whether transposed
    for number, step in enumerate(steps):
        if step.op == "transpose" and step.params == TURNED and step.args[0] in source:
            inverse, turned = source[step.args[0]]
            source[number] = inverse, not turned
    needed = {source[output][0] for output in outputs if output in source}
    for number, step in enumerate(steps):
        held = [arg for arg in step.args if arg in source]
        if held and number not in source and not _is_product(step, steps, held):
            needed.update(source[arg][0] for arg in held)
    out: list[Step] = []
    moved: list[int] = []
    for step in steps:
        args = tuple([moved[arg] for arg in step.args])
        inside = [arg in source and source[arg][0] not in needed for arg in step.args]
        if step.op == "matmul" and any(inside):
            first = inside[0]
            inverse, turned = source[step.args[0 if first else 1]]
            matrix, other = moved[steps[inverse].args[0]], args[1 if first else 0]
            if turned == first and not symmetric(matrix):
                matrix = _transposed(out, matrix)
            if first or len(out[other].axes) == 1:
                out.append(Step("call", (matrix, other), ("solve",), step.axes))
            else:
                out.append(Step("call", (matrix, _transposed(out, other)), ("solve",), step.axes[::-1]))
                _transposed(out, len(out) - 1)
        else:
            out.append(_over(args, step))
        moved.append(len(out) - 1)
    return out, [moved[output] for output in outputs]


def _is_product(step: Step, steps: Sequence[Step], held: Sequence[int]) -> bool:
    """Is the step a product of one inverse and a vector or another matrix?"""
    return step.op == "matmul" and len(held) == 1 and all(len(steps[arg].axes) <= 2 for arg in step.args)


def _with_common_solves(steps: Sequence[Step], outputs: Sequence[int]) -> tuple[list[Step], list[int]]:
    """``solve(M, a)`` and ``solve(M, b)``, neither needed for the other, as the columns of one solution."""
    solves: dict[int, list[int]] = {}
    for number, step in enumerate(steps):
        if step.op == "call" and step.params == ("solve",) and len(step.axes) == 1:
            solves.setdefault(step.args[0], []).append(number)
    shared = [numbers for numbers in solves.values() if len(numbers) > 1]
    if not shared:
        return list(steps), list(outputs)
    bits = {number: 1 << place for place, number in enumerate(number for numbers in shared for number in numbers)}
    needs: list[int] = []  # for every step the solves that it needs, as bits
    for number, step in enumerate(steps):
        needs.append(bits.get(number, 0))
        for arg in step.args:
            needs[number] |= needs[arg]
    groups: list[list[int]] = []
    for numbers in shared:
        own = sum(bits[number] for number in numbers)
        free = [number for number in numbers if not needs[steps[number].args[1]] & own]
        if len(free) > 1 and _can_wait([*groups, free], needs, bits):
            groups.append(free)
    return _in_columns(steps, outputs, {number: group for group in groups for number in group})


def _can_wait(groups: Sequence[Sequence[int]], needs: Sequence[int], bits: Mapping[int, int]) -> bool:
    """Is there an order of the groups in which no member of one needs a member of a later one?"""
    needed = [0] * len(groups)
    for place, group in enumerate(groups):
        for number in group:
            needed[place] |= needs[number]
    own = [sum(bits[number] for number in group) for group in groups]
    before = {place: [k for k in range(len(groups)) if k != place and needed[place] & own[k]] for place in range(len(groups))}
    try:
        TopologicalSorter(before).prepare()
    except CycleError:
        return False
    return True


def _in_columns(
    steps: Sequence[Step], outputs: Sequence[int], group_of: Mapping[int, list[int]]
) -> tuple[list[Step], list[int]]:
    """The steps with every group of solves made one, in an order in which all arguments come first."""
    out: list[Step] = []
    moved: dict[int, int] = {}
    common: dict[int, int] = {}  # the first of a group -> the step of its common solution
    for root in range(len(steps)):
        pending = [root]
        while pending:
            number = pending[-1]
            step, group = steps[number], group_of.get(number)
            needed = [arg for n in group for arg in steps[n].args] if group else list(step.args)
            if missing := [arg for arg in needed if arg not in moved]:
                pending += reversed(missing)
                continue
            pending.pop()
            if number in moved:
                continue
            if group is None:
                out.append(_over([moved[arg] for arg in step.args], step))
            else:
                if group[0] not in common:
                    columns = (*step.axes, len(group))
                    out.append(Step("stack", tuple(moved[steps[n].args[1]] for n in group), (1,), columns))
                    out.append(Step("call", (moved[step.args[0]], len(out) - 1), ("solve",), columns))
                    common[group[0]] = len(out) - 1
                out.append(Step("index", (common[group[0]],), (":", group.index(number)), step.axes))
            moved[number] = len(out) - 1
    return out, [moved[output] for output in outputs]


def _with_factors(steps: list[Step], sizes: Mapping[str, int], traits: Traits) -> list[Step]:
    """The logarithm of the determinant of a large positive definite input from its Cholesky factor: half the work."""
    out = list(steps)
    for number, step in enumerate(steps):
        if step.op == "call" and step.params == ("logdet",):
            op, _, params, axes = steps[step.args[0]]
            if op == "input" and "spd" in traits.get(params[0], ()) and value(axes[-1], sizes) >= LEAST_FACTOR:
                out[number] = step._replace(params=("logdet_definite",))
    return out


def _transposed(steps: list[Step], number: int) -> int:
    """The transpose of a matrix among the steps; a new last step unless it is a transpose itself."""
    op, args, params, axes = steps[number]
    if op == "transpose" and params == TURNED:
        return args[0]
    steps.append(Step("transpose", (number,), TURNED, axes[::-1]))
    return len(steps) - 1


def _with_grams(steps: Sequence[Step], sizes: Mapping[str, int]) -> list[Step]:
    """``(X * d[:, None]).T @ X`` as one call, which takes half the work where all of d has one sign."""
    out = list(steps)
    for number, step in enumerate(steps):
        if step.op != "matmul" or len(step.axes) != 2 or not _is_inner(steps, step):
            continue
        for one, other in (step.args, step.args[::-1]):
            weighted, plain = _unturned(steps, one), _unturned(steps, other)
            weights = _weights(steps, weighted, plain)
            rows, columns = steps[plain].axes if len(steps[plain].axes) == 2 else (0, 0)
            inner = steps[step.args[0]].axes[1]
            if weights is not None and inner == rows and min(value(a, sizes) for a in (rows, columns)) >= LEAST_GRAM:
                out[number] = Step("call", (plain, weights), ("gram",), step.axes)
                break
    return out


def _is_inner(steps: Sequence[Step], step: Step) -> bool:
    """Is the left matrix of a product a transpose, and the right one none?"""
    left, right = step.args
    return _unturned(steps, left) != left and _unturned(steps, right) == right


def _with_slopes(steps: Sequence[Step]) -> list[Step]:
    """``sigmoid(x) * sigmoid(-x)`` as one call with one exponential, where neither factor is needed otherwise."""
    uses = Counter(chain(*[step.args for step in steps]))
    out = list(steps)
    for number, step in enumerate(steps):
        if step.op != "multiply" or any(steps[arg].params != ("sigmoid",) or uses[arg] > 1 for arg in step.args):
            continue
        for one, other in (step.args, step.args[::-1]):
            inner = steps[steps[other].args[0]]
            if inner.op == "scale" and inner.params == (-1,) and inner.args == steps[one].args:
                out[number] = Step("call", steps[one].args, ("sigmoid_slope",), step.axes)
    return out


def _unturned(steps: Sequence[Step], number: int) -> int:
    step = steps[number]
    return step.args[0] if step.op == "transpose" and step.params == TURNED else number


def _weights(steps: Sequence[Step], weighted: int, plain: int) -> int | None:
    """The vector d of a step that is ``plain * d[:, None]``."""
    step = steps[weighted]
    if step.op != "multiply" or plain not in step.args:
        return None
    other = steps[step.args[1 - step.args.index(plain)]]
    if other.op == "index" and other.params == (":", None) and len(steps[other.args[0]].axes) == 1:
        return other.args[0]
    return None


def _protected(steps: Sequence[Step], outputs: Sequence[int]) -> tuple[list[Step], list[int]]:
    """What is written into by a deposit is copied first, if it is read elsewhere or is not an array of its own."""
    uses = Counter(chain(outputs, *[step.args for step in steps]))
    if all(step.op != "deposit" or _is_own(steps, step.args[0], uses) for step in steps):
        return list(steps), list(outputs)
    out: list[Step] = []
    moved: list[int] = []
    for step in steps:
        args = tuple([moved[arg] for arg in step.args])
        if step.op == "deposit" and not _is_own(steps, step.args[0], uses):
            out.append(Step("copy", args[:1], (), step.axes))
            args = (len(out) - 1, *args[1:])
        out.append(_over(args, step))
        moved.append(len(out) - 1)
    return out, [moved[output] for output in outputs]


def _is_own(steps: Sequence[Step], number: int, uses: Mapping[int, int]) -> bool:
    """Is a step an array that nothing else reads, down to the memory it views? NumPy's diagonals cannot be written into."""
    while uses[number] == 1 and steps[number].op in (VIEWS - {"broadcast", "diagonal"}) | {"deposit"}:
        if steps[number].op == "deposit":
            return True
        number = steps[number].args[0]
    return uses[number] == 1 and steps[number].op not in {*VIEWS, "input", "constant", "pattern", "size", "scalar"}
