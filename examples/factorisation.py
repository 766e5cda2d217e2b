"""A matrix with missing entries is factorised by Newton's method on compressed Hessians.

    python examples/factorisation.py

The loss ``norm2(M.*(U*V' - T))^2 + c*(norm2(U)^2 + norm2(V)^2)`` is quadratic in U alone and in V alone: a Newton
step in one of them minimises it exactly. Its Hessian by the 400 x 8 matrix U has 3200 x 3200 entries, of which an 8 x 8
block for each row of U is not zero. `ricci` derives just these blocks, and solves with them. Every step is compared with
a row by row least-squares solution. Ends with exit status 1 when they differ, or when hidden entries are not recovered.
"""

import sys

import numpy as np

import ricci as rc

ROWS, COLUMNS, RANK, SHOWN = 400, 300, 8, 0.3  # SHOWN: the part of the entries that is known
WEIGHT, SWEEPS, SEED = 1e-3, 12, 5
REQUIRED_ERROR = 0.01

LOSS = rc.parse(
    "norm2(M.*(U*V' - T))^2 + c*(norm2(U)^2 + norm2(V)^2)",
    M="m n",
    T="m n",
    U="m k",
    V="n k",
    c="",
)
Arrays = dict[str, np.ndarray]


def row_by_row(arrays: Arrays) -> np.ndarray:
    """The best U for fixed V, by the textbook: ``(V_s' V_s + c*I) u = V_s' t``, s the known entries of a row."""
    u = np.empty_like(arrays["U"])
    for row, known in enumerate(arrays["M"] > 0):
        v = arrays["V"][known]
        u[row] = np.linalg.solve(v.T @ v + WEIGHT * np.eye(RANK), v.T @ arrays["T"][row, known])
    return u


def main() -> None:
    random = np.random.default_rng(SEED)
    truth = random.standard_normal((ROWS, RANK)) @ random.standard_normal((RANK, COLUMNS))
    mask = (random.random(truth.shape) < SHOWN).astype(float)
    start = {"U": random.standard_normal((ROWS, RANK)), "V": random.standard_normal((COLUMNS, RANK))}
    arrays: Arrays = {"M": mask, "T": mask * truth, "c": np.array(WEIGHT), **start}

    gradients = {name: rc.compile(rc.grad(LOSS, name)) for name in ("U", "V")}
    hessians = {name: rc.compile(rc.hessian(LOSS, name), structure="auto") for name in ("U", "V")}
    for name in ("U", "V"):
        print(f"gradient by {name}:  {rc.grad(LOSS, name)}")
    print(f"\n{hessians['U'](**arrays).report()}\n")

    for sweep in range(1, SWEEPS + 1):
        for name in ("U", "V"):
            expected = row_by_row(arrays) if name == "U" else None
            arrays[name] = arrays[name] - hessians[name](**arrays).solve(gradients[name](**arrays))
            if expected is not None and not np.allclose(arrays[name], expected, atol=1e-6):
                sys.exit("a Newton step differs from the solution row by row")
        if sweep in (1, 2, 5, SWEEPS):
            hidden = (1 - mask) * (arrays["U"] @ arrays["V"].T - truth)
            error = np.linalg.norm(hidden) / np.linalg.norm((1 - mask) * truth)
            print(f"  sweep {sweep:2}   loss {float(LOSS(**arrays)):12.4f}   error at hidden entries {error:.1e}")
    if error > REQUIRED_ERROR:
        sys.exit(f"the error at hidden entries is {error:.1e}, {REQUIRED_ERROR:g} was required")
    print("Hidden entries recovered.")


if __name__ == "__main__":
    main()
