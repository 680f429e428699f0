"""2x2 matrices trained with diffrax itself: prints trained_trajectories.json.

Run with diffrax and jax on the processor: python trained_trajectories.py > trained_trajectories.json
The loss is the mean square over 16 starts at phases 2 pi (k + 1/2)/16, a call each (jax.vmap), K samples H apart. The point where
the gradient that diffrax gives (step sizes constant) vanishes is found by Newton's method on that gradient.
"""
import json
import diffrax
import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)


def stationary(lam, h, samples, rtol, atol, solver):
    phases = 2 * np.pi * (np.arange(16) + 0.5) / 16
    ts = h * jnp.arange(samples + 1)
    starts = jnp.stack([jnp.cos(phases), jnp.sin(phases)], 1)
    y = jnp.exp(1j * phases)[:, None] * jnp.exp((lam[0] + 1j * lam[1]) * ts)[None, :]
    truth = jnp.stack([y.real, y.imag], -1)

    def solve(a, y0):
        return diffrax.diffeqsolve(diffrax.ODETerm(lambda t, y, a: a @ y), solver, 0.0, ts[-1], h, y0, a, saveat=diffrax.SaveAt(ts=ts),
                                   stepsize_controller=diffrax.PIDController(rtol=rtol, atol=atol)).ys

    def loss(p):
        a = jnp.array([[p[0], -p[1]], [p[1], p[0]]])
        return jnp.mean((jax.vmap(lambda y0: solve(a, y0))(starts)[:, 1:] - truth[:, 1:]) ** 2)

    gradient = jax.jit(jax.grad(loss))
    p = np.array(lam)
    g = np.array(gradient(p))
    for _ in range(40):
        d = 1e-6
        j = np.stack([(np.array(gradient(p + d * e)) - np.array(gradient(p - d * e))) / (2 * d) for e in np.eye(2)], 1)
        step = np.linalg.solve(j, g)
        share = 1.0
        while share > 1e-4:
            tried = np.array(gradient(p - share * step))
            if np.linalg.norm(tried) < np.linalg.norm(g):
                break
            share /= 2
        else:
            break
        p, g = p - share * step, tried
    return p, float(loss(p)), float(np.linalg.norm(g))


rows = []
for lam, h, samples, rtol in [((-0.002, 2.0), 0.5, 20, 1e-3), ((-0.02, 2.0), 0.5, 20, 1e-3), ((-0.02, 2.0), 1.0, 10, 1e-3),
                              ((-0.02, 2.0), 1.0, 1, 1e-3), ((-0.02, 2.0), 0.5, 20, 1e-2), ((-0.02, 2.0), 0.5, 20, 1e-5)]:
    p, loss, g = stationary(lam, h, samples, rtol, rtol / 1000, diffrax.Tsit5())
    rows.append({"lambda_": lam, "interval": h, "samples": samples, "rtol": rtol, "atol": rtol / 1000, "stationary": list(p), "loss": loss, "gradient": g})
source = f"2x2 matrices trained with diffrax {diffrax.__version__} itself by trained_trajectories.py: Tsit5, PIDController, dt0 = H, vmap over 16 starts."
print(json.dumps({"source": source, "rows": rows}, indent=1))
