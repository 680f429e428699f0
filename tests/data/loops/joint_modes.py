"""Two oscillating modes in one state of four components, through the libraries themselves: one norm, one sequence of steps.

    python joint_modes.py torchdiffeq|scipy|diffrax|torchdyn      rows for joint_modes.json

x(0) = Re(a v) + Re(b w) for three starts; a library integrates all of them at once (12 numbers, double precision). A row gives both modes, the factors
a_s v_c and b_s w_c of each component and start, the sample times and the multipliers y(t)/y(0) of both modes in what the library returns.
"""
import json
import sys
import numpy as np

V = np.array([1.0, -1j, 0.3 + 0.2j, 0.1])
W = np.array([0.2, 0.1 - 0.4j, 1.0, -1j])
A = np.array([1.0, 0.6 * np.exp(1.1j), 1.4 * np.exp(-2.0j)])
B = np.array([0.5 * np.exp(0.4j), 1e-3, 2.0 * np.exp(2.5j)])
MODES = [(-0.02 + 1j, -0.3 + 5j), (-0.1 + 2j, 0.05 + 0.7j)]
TIMES = [[1.0], [0.5, 1.0, 1.5, 2.0]]


def matrix(first, second):
    basis = np.c_[V, V.conj(), W, W.conj()]
    return (basis @ np.diag([first, first.conjugate(), second, second.conjugate()]) @ np.linalg.inv(basis)).real


def starts():
    return (A[:, None] * V + B[:, None] * W).real


def coordinates(x):
    """Of states (..., starts, 4), the coordinates along V and W, as multiples of those at the start."""
    basis = np.linalg.inv(np.c_[V, V.conj(), W, W.conj()])
    both = 2 * np.einsum("ij,...j->...i", basis, x.astype(complex))
    return both[..., 0] / A, both[..., 2] / B


def torchdiffeq(f, t):
    import torch
    from torchdiffeq import odeint

    g = torch.tensor(f.T)
    for method, rtol in [("dopri5", 1e-2), ("dopri5", 1e-4), ("bosh3", 1e-3), ("dopri8", 1e-4), ("adaptive_heun", 1e-2)]:
        ys = odeint(lambda _, y: y @ g, torch.tensor(starts()), torch.tensor(t), method=method, rtol=rtol, atol=rtol / 100)
        yield f"torchdiffeq:{method}:rtol={rtol},atol={rtol / 100}", ys.numpy()


def scipy(f, t):
    from scipy.integrate import solve_ivp

    for method, rtol in [("RK45", 1e-2), ("RK45", 1e-4), ("RK23", 1e-3), ("DOP853", 1e-4)]:
        field = lambda _, y: (y.reshape(-1, 4) @ f.T).ravel()
        ys = solve_ivp(field, (t[0], t[-1]), starts().ravel(), method=method, t_eval=t, rtol=rtol, atol=rtol / 100).y
        yield f"scipy:{method}:rtol={rtol},atol={rtol / 100}", ys.T.reshape(len(t), -1, 4)


def diffrax(f, t):
    import diffrax as d
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    for name, rtol in [("Tsit5", 1e-2), ("Dopri5", 1e-4), ("Bosh3", 1e-3)]:
        ys = d.diffeqsolve(d.ODETerm(lambda _, y, a: y @ a.T), getattr(d, name)(), t[0], t[-1], 0.1, jnp.array(starts()), jnp.array(f),
                           saveat=d.SaveAt(ts=jnp.array(t)), stepsize_controller=d.PIDController(rtol=rtol, atol=rtol / 100)).ys
        yield f"diffrax:{name}:rtol={rtol},atol={rtol / 100},dt0=0.1", np.array(ys)


for first, second in MODES:
    for times in TIMES:
        for call, ys in globals()[sys.argv[1]](matrix(first, second), [0.0, *times]):
            # The second start holds a thousandth of the second mode: its coordinate carries a thousand times the rounding.
            found = [c[1:, 0] for c in coordinates(ys)]
            pair = lambda z: [float(z.real), float(z.imag)]
            row = {"call": call, "modes": [pair(first), pair(second)], "times": times,
                   "multipliers": [[pair(z) for z in c] for c in found]}
            print("  " + json.dumps(row) + ",", flush=True)
