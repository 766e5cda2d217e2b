"""Slices over a dask cluster that loses a worker; programs in JAX over several devices."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import ricci as rc

RNG = np.random.default_rng(8)
ARRAYS = {"A": RNG.normal(size=(300, 40)), "B": RNG.normal(size=(300, 50)), "C": RNG.normal(size=(300, 20))}

SHARDED = """
import numpy as np, jax, ricci as rc
from jax.sharding import Mesh, NamedSharding, PartitionSpec
jax.config.update("jax_enable_x64", True)
assert len(jax.devices()) == 4
mesh = Mesh(np.array(jax.devices()), ("rows",))
rng = np.random.default_rng(0)
X, w, y = rng.normal(size=(64, 6)), rng.normal(size=6), np.sign(rng.normal(size=64))
loss = rc.parse("sum(log(1+exp(-y.*(X*w))))", X="m n", w="n", y="m")
functions = [loss, rc.grad(loss, "w"), rc.hessian(loss, "w")]
rows, whole = NamedSharding(mesh, PartitionSpec("rows")), NamedSharding(mesh, PartitionSpec())
given = {"X": jax.device_put(X, rows), "w": jax.device_put(w, whole), "y": jax.device_put(y, rows)}
assert len(given["X"].sharding.device_set) == 4
for found, want in zip(rc.compile(functions)(**given), rc.compile(functions)(X=X, w=w, y=y)):
    assert isinstance(found, jax.Array) and len(found.sharding.device_set) == 4
    np.testing.assert_allclose(found, want, rtol=1e-12, atol=1e-12)
jacobian = rc.compile(rc.jacobian(rc.parse("tanh(X*w)", X="m n", w="n"), "w"))
found = jacobian(X=given["X"], w=given["w"])
np.testing.assert_allclose(found, jacobian(X=X, w=w), rtol=1e-12, atol=1e-12)
assert {shard.data.shape for shard in found.addressable_shards} == {(16, 6)}
print("equal")
"""


def test_jax_over_four_devices() -> None:
    pytest.importorskip("jax")
    flags = "--xla_force_host_platform_device_count=4"
    environment = {**os.environ, "XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-c", SHARDED]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert done.stdout.strip() == "equal", done.stderr[-2000:]


@pytest.mark.filterwarnings("ignore")
def test_dask_and_a_killed_worker() -> None:
    distributed: Any = pytest.importorskip("distributed")
    expression = rc.parse("A_ia B_ib C_ic -> abc", A="m n", B="m k", C="m p")
    want = rc.compile(expression)(**ARRAYS)
    killed: list[int] = []
    done: list[int] = []
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        pids = client.run(os.getpid)

        def progress(number: int, _: int) -> None:
            done.append(number)
            if not killed:
                killed.append(next(iter(pids.values())))
                os.kill(killed[0], signal.SIGKILL)

        found = rc.compile(expression, executor=client, slices=30, progress=progress)(**ARRAYS)
        assert killed[0] not in client.run(os.getpid).values()
    np.testing.assert_allclose(found, want, rtol=1e-10, atol=1e-10)
    assert done == list(range(1, 31))
