#!/usr/bin/env python3
"""Levenberg-Marquardt in the space of residuals, JAX, on the work of `benches/fit.rs`, to a loss of 1e-8 (600 residuals, f64, one thread).

Prints one JSON line: seconds of CPU time with and without compilation, iterations.
  python levenberg_marquardt.py [--width 32] [--seed 0]          pip: numpy scipy jax
"""
import argparse, json, os, time
A = argparse.ArgumentParser(); A.add_argument("--width", type=int, default=32); A.add_argument("--seed", type=int, default=0)
A.add_argument("--start", help="theta of `--peer-start`: the same weights as ours"); a = A.parse_args()
for v in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[v] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
import numpy as np, jax, jax.numpy as jnp, jax.flatten_util
from scipy.integrate import solve_ivp
jax.config.update("jax_enable_x64", True)
H, W = 0.5, a.width
before, after = [], []
for s in (1.4, 1.9, 2.6):
    t = np.arange(101)*H
    y = np.exp(solve_ivp(lambda t, u: [1-np.exp(u[1]), np.exp(u[0])-1], (0, t[-1]), [np.log(s), 0.0], method="DOP853", t_eval=t,
                         rtol=1e-13, atol=1e-14).y.T)
    before.append(y[:-1]); after.append(y[1:])
Y0, Y1 = jnp.array(np.concatenate(before)), jnp.array(np.concatenate(after))
rng = np.random.default_rng(a.seed); P = []; sizes = [2, W, W, 2]
theta = np.array(json.load(open(a.start))) if a.start else None
for i, (m, n) in enumerate(zip(sizes[:-1], sizes[1:])):
    if theta is None:
        P.append((jnp.array(rng.normal(size=(m, n))/np.sqrt(m)), jnp.array(rng.uniform(-1, 1, size=n)/np.sqrt(m)*(i < 2))))
    else:
        # Row by row, the bias last.
        rows, theta = theta[:n*(m+1)].reshape(n, m+1), theta[n*(m+1):]
        P.append((jnp.array(rows[:, :m].T), jnp.array(rows[:, m])))


def field(P, y):
    for w, b in P[:-1]:
        y = jnp.tanh(y@w+b)
    return y@P[-1][0]+P[-1][1]


def residual(P, y0, y1):
    f = lambda y: field(P, y)
    k1 = f(y0); k2 = f(y0+H/2*k1); k3 = f(y0+H/2*k2); k4 = f(y0+H*k3)
    return y0+H/6*(k1+2*k2+2*k3+k4)-y1


flat, unflatten = jax.flatten_util.ravel_pytree(P)
one = lambda v, y0, y1: residual(unflatten(v), y0, y1)
clock = time.process_time()
jac = jax.jit(lambda v: jax.vmap(lambda y0, y1: jax.jacrev(one)(v, y0, y1))(Y0, Y1).reshape(-1, v.size))
res = jax.jit(lambda v: residual(unflatten(v), Y0, Y1).reshape(-1))
jac(flat).block_until_ready(); res(flat).block_until_ready()
compiled = time.process_time()
v = np.array(flat); r = np.asarray(res(v)); c = float(r@r); mu = 1e-3; n = r.size; its = 0
while c/n > 1e-8 and its < 300:
    its += 1
    J = np.asarray(jac(v)); G = J@J.T
    for _ in range(25):
        vn = v-J.T@np.linalg.solve(G+mu*np.eye(n), r); rn = np.asarray(res(vn)); cn = float(rn@rn)
        if np.isfinite(cn) and cn < c:
            break
        mu *= 4
    v, r, c = vn, rn, cn; mu = max(mu/5, 1e-14)
done = time.process_time()
print(json.dumps(dict(what="jax-lm", width=W, seed=a.seed, iterations=its, loss=c/n, with_compilation=done-clock, without=done-compiled)))
