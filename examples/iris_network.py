"""A network for Fisher's irises, trained with derivatives that `ricci` derives.

    python examples/iris_network.py

Derives all four gradients of the loss of a 4-5-3 tanh network, the Jacobian of its outputs by all weights and
the Hessian of the loss in the output layer; compares every entry with finite differences of a plain NumPy
function; then trains: gradient descent with momentum on minibatches, Newton's method on the output layer.
Ends with exit status 1 when a derivative is not confirmed or the accuracy stays under `REQUIRED_ACCURACY`.
"""

import csv
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import ricci as rc

Arrays = dict[str, np.ndarray]

# k samples, d = 4 measurements, h = 5 hidden units, c = 3 classes
DECLARATIONS = {
    "X": "k d",
    "Y": "k c",
    "Wh": "h d",
    "bh": "h",
    "Wo": "c h",
    "bo": "c",
}
OUTPUTS = "tanh(tanh(X*Wh' + ones(k)*bh')*Wo' + ones(k)*bo')"
LOSS = f"sum(({OUTPUTS} - Y).^2)/(k*c)"
WEIGHTS = ("Wh", "bh", "Wo", "bo")
OUTPUT_LAYER = ("Wo", "bo")

SEED = 1936
HIDDEN, BATCH, EPOCHS, NEWTON_STEPS = 5, 15, 60, 8
RATE, MOMENTUM = 0.06, 0.9
REQUIRED_ACCURACY = 0.97


def read_iris() -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Standardised measurements (150 x 4), classes one-hot with +-1 (150 x 3), names of the classes."""
    with (Path(__file__).parent / "data" / "iris.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    names = header[2:]
    measured = np.array([row[:4] for row in rows], float)
    classes = np.array([int(row[4]) for row in rows])
    inputs = (measured - measured.mean(axis=0)) / measured.std(axis=0)
    return inputs, 2.0 * np.eye(len(names))[classes] - 1.0, names


def first_weights(random: np.random.Generator, inputs: int, classes: int) -> Arrays:
    return {
        "Wh": random.standard_normal((HIDDEN, inputs)) / np.sqrt(inputs),
        "bh": np.zeros(HIDDEN),
        "Wo": random.standard_normal((classes, HIDDEN)) / np.sqrt(HIDDEN),
        "bo": np.zeros(classes),
    }


class Derivatives:
    """The formulas, derived once, and the programs that evaluate them."""

    def __init__(self) -> None:
        self.outputs = rc.parse(OUTPUTS, **DECLARATIONS)
        self.loss = rc.parse(LOSS, **DECLARATIONS)
        self.gradients = {name: rc.grad(self.loss, name) for name in WEIGHTS}
        self.jacobian = {name: rc.derivative(self.outputs, name) for name in WEIGHTS}
        self.hessian = {(p, q): rc.derivative(self.loss, p, q) for p in OUTPUT_LAYER for q in OUTPUT_LAYER}
        self.gradient_program = program([self.loss, *self.gradients.values()])
        slopes = [self.gradients[name] for name in OUTPUT_LAYER]
        self.newton_program = program([self.loss, *slopes, *self.hessian.values()])

    def formulas(self) -> Iterator[tuple[str, Any]]:
        yield "outputs", self.outputs
        yield "loss", self.loss
        for name, gradient in self.gradients.items():
            yield f"d loss / d {name}", gradient
        for name, jacobian in self.jacobian.items():
            yield f"d outputs / d {name}", jacobian
        for (p, q), block in self.hessian.items():
            yield f"d2 loss / d {p} d {q}", block


def program(expressions: list[Any]) -> Callable[..., Any]:
    """One function of named arrays for several expressions: a joint program where the library makes one."""
    if hasattr(rc, "compile"):
        return rc.compile(expressions)
    return lambda **arrays: [expression(**arrays) for expression in expressions]


# the same network by hand, to check against


def network(arrays: Arrays) -> np.ndarray:
    hidden = np.tanh(arrays["X"] @ arrays["Wh"].T + arrays["bh"])
    return np.tanh(hidden @ arrays["Wo"].T + arrays["bo"])


def loss_by_hand(arrays: Arrays) -> float:
    return float(((network(arrays) - arrays["Y"]) ** 2).mean())


def differences(function: Callable[[Arrays], Any], arrays: Arrays, name: str, step: float = 1e-5) -> np.ndarray:
    """Central differences of `function` by every entry of one array; axes: the value's, then the array's."""
    step, columns = 1e-5, []
    for place in np.ndindex(arrays[name].shape):
        values = []
        for sign in (1.0, -1.0):
            moved = arrays[name].copy()
            moved[place] += sign * step
            values.append(np.asarray(function({**arrays, name: moved})))
        columns.append((values[0] - values[1]) / (2 * step))
    return np.stack(columns, axis=-1).reshape(columns[0].shape + arrays[name].shape)


def check(label: str, got: Any, want: np.ndarray) -> None:
    got = np.asarray(got)
    if got.shape != want.shape:
        sys.exit(f"{label}: shape {got.shape}, expected {want.shape}")
    error = float(np.abs(got - want).max() / max(1.0, float(np.abs(want).max())))
    if not error < 1e-6:
        sys.exit(f"{label}: differs from finite differences by {error:.1e}")
    print(f"  {label:24s} {got.shape!s:14s} largest difference {error:.0e}")


def check_all(derived: Derivatives, arrays: Arrays) -> None:
    """Every entry against differences: of the network by hand, and of gradients for Hessians."""
    print("Checked against finite differences of plain NumPy, every entry:")
    check("outputs", derived.outputs(**arrays), network(arrays))
    check("loss", derived.loss(**arrays), np.asarray(loss_by_hand(arrays)))
    for name in WEIGHTS:
        check(f"d loss / d {name}", derived.gradients[name](**arrays), differences(loss_by_hand, arrays, name))
    blocks = []
    for name in WEIGHTS:
        value = np.asarray(derived.jacobian[name](**arrays))
        check(f"d outputs / d {name}", value, differences(network, arrays, name))
        blocks.append(value.reshape(network(arrays).size, -1))
    for (p, q), block in derived.hessian.items():
        gradient = derived.gradients[p]
        check(f"d2 loss / d {p} d {q}", block(**arrays), differences(lambda a, g=gradient: g(**a), arrays, q))
    full = np.hstack(blocks)
    print(f"  the full Jacobian of the outputs by all weights is {full.shape[0]} x {full.shape[1]}")


def descend(derived: Derivatives, weights: Arrays, inputs: np.ndarray, targets: np.ndarray, random: Any) -> None:
    """Stochastic gradient descent with momentum; changes the weights in place."""
    speed = {name: np.zeros_like(value) for name, value in weights.items()}
    for epoch in range(1, EPOCHS + 1):
        order = random.permutation(len(inputs))
        for start in range(0, len(inputs), BATCH):
            batch = order[start : start + BATCH]
            _, *slopes = derived.gradient_program(X=inputs[batch], Y=targets[batch], **weights)
            for name, slope in zip(WEIGHTS, slopes, strict=True):
                speed[name] = MOMENTUM * speed[name] - RATE * np.asarray(slope)
                weights[name] += speed[name]
        if epoch in (1, 5, 20, EPOCHS):
            report(f"epoch {epoch}", weights, inputs, targets)


def newton(derived: Derivatives, weights: Arrays, inputs: np.ndarray, targets: np.ndarray) -> None:
    """Newton's method in the weights of the output layer, on all samples; changes the weights in place.

    The loss is not convex there, so eigenvalues of the Hessian are made positive, and a step is halved until
    the loss falls.
    """
    sizes = [weights[name].size for name in OUTPUT_LAYER]
    for step in range(1, NEWTON_STEPS + 1):
        everything = {"X": inputs, "Y": targets, **weights}
        loss, *parts = map(np.asarray, derived.newton_program(**everything))
        slope = np.concatenate([part.ravel() for part in parts[:2]])
        shapes = [(m, n) for m in sizes for n in sizes]
        blocks = [part.reshape(shape) for part, shape in zip(parts[2:], shapes, strict=True)]
        hessian = np.block([blocks[:2], blocks[2:]])
        values, vectors = np.linalg.eigh(hessian)
        direction = -vectors @ ((vectors.T @ slope) / np.maximum(np.abs(values), 1e-4))
        length = 1.0
        while length > 1e-6:
            moved = dict(zip(OUTPUT_LAYER, np.split(length * direction, [sizes[0]]), strict=True))
            trial = {name: weights[name] + moved[name].reshape(weights[name].shape) for name in OUTPUT_LAYER}
            if loss_by_hand({**everything, **trial}) < loss:
                weights.update(trial)
                break
            length /= 2
        report(f"Newton step {step}", weights, inputs, targets)


def report(label: str, weights: Arrays, inputs: np.ndarray, targets: np.ndarray) -> float:
    arrays = {"X": inputs, "Y": targets, **weights}
    accuracy = float((network(arrays).argmax(axis=1) == targets.argmax(axis=1)).mean())
    print(f"  {label:16s} loss {loss_by_hand(arrays):.4f}   accuracy {100 * accuracy:.1f} %")
    return accuracy


def main() -> None:
    inputs, targets, names = read_iris()
    random = np.random.default_rng(SEED)
    weights = first_weights(random, inputs.shape[1], len(names))
    print(f"{len(inputs)} irises, {inputs.shape[1]} measurements, classes {', '.join(names)}\n")

    derived = Derivatives()
    for label, expression in derived.formulas():
        print(f"{label}:\n    {expression!r}")
    print()
    batch = random.choice(len(inputs), BATCH, replace=False)
    check_all(derived, {"X": inputs[batch], "Y": targets[batch], **weights})
    for gradient in derived.gradients.values():
        rc.verify(gradient)  # the library's own proof, at random points of two sizes; raises when it fails

    print("\nTraining:")
    descend(derived, weights, inputs, targets, random)
    newton(derived, weights, inputs, targets)
    accuracy = report("in the end", weights, inputs, targets)
    if accuracy < REQUIRED_ACCURACY:
        sys.exit(f"accuracy {accuracy:.3f}, {REQUIRED_ACCURACY} was required")


if __name__ == "__main__":
    main()
