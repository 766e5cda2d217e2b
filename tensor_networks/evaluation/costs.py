"""What a program costs, known before it runs: operations, bytes, memory, how they grow, and what is done in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod

from tensor_networks.axes import Axis, atoms, show_shape
from tensor_networks.evaluation.lowering import entries
from tensor_networks.evaluation.operations import counted
from tensor_networks.evaluation.program import Program, show_bytes

Monomial = tuple[tuple[str, int], ...]  # symbols and their exponents


@dataclass(frozen=True)
class Cost:
    """The cost of a program for given sizes.

    Additions and multiplications; bytes that its steps read and write; bytes of the largest array that is made, and of
    all that exist at one time, inputs not counted; how the operations grow, and their number as a polynomial of the
    sizes; a line for each step that computes.
    """

    flops: int
    bytes: int
    largest: int
    peak: int
    scaling: str
    polynomial: str
    steps: tuple[str, ...]

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        head = [
            f"operations  {self.flops:.3g}, growing as {self.scaling}",
            f"            {self.polynomial}",
            f"traffic     {show_bytes(self.bytes)}",
            f"memory      {show_bytes(self.peak)} at one time, the largest array {show_bytes(self.largest)}",
        ]
        return "\n".join([*head, *self.steps])


def cost(program: Program, sizes: Mapping[str, int], itemsize: int = 8) -> Cost:
    """The cost of a program for these sizes.

    Raises:
        SizeError: a size is not given.
    """
    largest, _, peak = program.elements(sizes)
    flops, traffic = 0.0, 0
    terms: Counter[Monomial] = Counter()
    lines = []
    for number, step in enumerate(program.steps):
        work = program.terms(step)
        if not work:
            continue
        operations = counted(work, sizes)
        flops += operations
        arrays = [step.axes, *(program.steps[arg].axes for arg in step.args)]
        traffic += sum(entries(sizes, shape) for shape in arrays)
        for factor, axes in work:
            terms[_monomial(axes)] += factor * prod(atom for axis in axes for atom in atoms(axis) if isinstance(atom, int))  # type: ignore[assignment]
        done = str(step.params[0]) if step.op == "call" else step.op
        shapes = ", ".join(show_shape(program.steps[arg].axes) for arg in step.args)
        lines.append(f"{number:5}  {done:12} {shapes} -> {show_shape(step.axes)}    {operations:.3g}")
    memory = traffic * itemsize, largest * itemsize, peak * itemsize
    return Cost(round(flops), *memory, _leading(set(terms)), _polynomial(terms), tuple(lines))


def _monomial(axes: Iterable[Axis]) -> Monomial:
    """The symbols of a product of sizes with their exponents."""
    counts = Counter(atom for axis in axes for atom in atoms(axis) if isinstance(atom, str))
    return tuple(sorted(counts.items()))


def _polynomial(terms: Mapping[Monomial, float]) -> str:
    """The operations as a polynomial of the sizes, of the highest degree first: ``2*m*n^2 + 3*n``."""
    ordered = sorted(terms, key=lambda term: (-sum(exponent for _, exponent in term), term))
    numbers = [f"{terms[term]:g}" for term in ordered]
    written = [number if not term else f"{number}*{_written(term)}" for number, term in zip(numbers, ordered, strict=True)]
    return " + ".join(text.removeprefix("1*") for text in written) or "0"


def _written(term: Monomial) -> str:
    return "*".join(symbol if exponent == 1 else f"{symbol}^{exponent}" for symbol, exponent in term)


def _leading(terms: set[Monomial]) -> str:
    """The monomials that none of the others contains: ``m*n^2 + n^3``."""

    def within(one: Monomial, other: Monomial) -> bool:
        bounds = dict(other)
        return one != other and all(bounds.get(symbol, 0) >= exponent for symbol, exponent in one)

    kept = [term for term in terms if not any(within(term, other) for other in terms)]
    written = sorted(_written(term) or "1" for term in kept)
    return " + ".join(written) or "1"
