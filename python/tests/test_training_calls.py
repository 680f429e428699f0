"""The calls that a recommendation prints, run as they stand: as many steps of the method between two samples, from the samples that the loss starts from."""

import ast
import json
from pathlib import Path

import numpy as np
import pytest

CALLS = json.loads((Path(__file__).parents[2] / "tests" / "data" / "training_calls.json").read_text())
H = 0.5
A = np.array([[-0.1, -2.0], [2.0, -0.1]])
# Coefficients of the stability function R(z).
R = {
    "midpoint": [1, 1, 1 / 2],
    "rk38": [1, 1, 1 / 2, 1 / 6, 1 / 24],
    "dormand-prince5": [1, 1, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 600],
}


def times(even):
    return H * np.arange(22) if even else np.cumsum(np.r_[0.0, np.resize([0.25, 0.5, 0.375], 21)])


def samples():
    # No solution of anything: what is learned from each start must show.
    return np.random.default_rng(0).standard_normal((22, 2))


def stepped(call, start, t):
    """The method's solution at times t from one start or several, times first."""
    found = [start]
    for h in np.diff(t) / call["substeps"]:
        step = sum(c * np.linalg.matrix_power(h * A, k) for k, c in enumerate(R[call["method"]]))
        found.append(found[-1] @ np.linalg.matrix_power(step, call["substeps"]).T)
    return np.array(found)


def run(call, names):
    """The value of the last line, and what it is compared with."""
    code = ast.parse("\n".join(call["lines"]))
    *before, last = code.body
    assert isinstance(last, ast.Expr)
    exec(compile(ast.Module(before, []), "call", "exec"), names)
    value = eval(compile(ast.Expression(last.value), "call", "eval"), names)
    return value, eval(call["against"], names) if call["against"] else None


def expected(call):
    x, t = samples(), times(call["even"])
    match call["loss"]:
        case "pairs":
            return stepped(call, x[:-1], t[:2])[-1], x[1:]
        case "windows:5":
            starts = [k for k in range(0, len(x), 5) if k + 5 < len(x)]
            return stepped(call, x[starts], t[:6]), np.stack([x[k : k + 6] for k in starts], axis=1)
        case _:
            return stepped(call, x[0], t), x


def check(call, value, against, windows_first):
    found, wanted = expected(call)
    if windows_first and call["loss"] == "windows:5":
        found, wanted = found.swapaxes(0, 1), wanted.swapaxes(0, 1)
    assert value.shape == found.shape
    np.testing.assert_allclose(value, found, rtol=1e-4, atol=1e-5)
    if against is not None:
        np.testing.assert_allclose(against, wanted, rtol=1e-6)


def of(library):
    calls = [call for call in CALLS if call["library"] == library]
    assert len(calls) >= 30
    return pytest.mark.parametrize("call", calls, ids=lambda c: f"{c['method']}-{c['substeps']}-{'even' if c['even'] else 'uneven'}-{c['loss']}")


@of("torchdiffeq")
def test_torchdiffeq(call):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    odeint = pytest.importorskip("torchdiffeq", reason="torchdiffeq is not installed").odeint
    x, t, a = torch.tensor(samples()), torch.tensor(times(call["even"])), torch.tensor(A)
    names = {"torch": torch, "odeint": odeint, "x": x, "t": t, "y0": x[0], "f": lambda t, y: y @ a.T}
    value, against = run(call, names)
    check(call, value.detach().numpy(), None if against is None else against.numpy(), windows_first=False)


@of("diffrax")
def test_diffrax(call):
    jax = pytest.importorskip("jax", reason="jax is not installed")
    diffrax = pytest.importorskip("diffrax", reason="diffrax is not installed")
    jnp = jax.numpy
    x, t, a = jnp.asarray(samples()), jnp.asarray(times(call["even"])), jnp.asarray(A)
    names = {**vars(diffrax), "jnp": jnp, "vmap": jax.vmap, "x": x, "t": t, "ts": t, "y0": x[0], "f": lambda t, y, args: y @ a.T}
    value, against = run(call, names)
    check(call, np.asarray(getattr(value, "ys", value)), None if against is None else np.asarray(against), windows_first=True)
