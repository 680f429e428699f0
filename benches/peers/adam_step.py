#!/usr/bin/env python3
"""One full-batch Adam step of a neural ODE with one RK4 step in the loss, in other frameworks.

The work of `benches/fit.rs`: Lotka-Volterra with parameters 1, starts (1.4, 1), (1.9, 1), (2.6, 1), H = 0.5, 100 pairs each; a 2-W-W-2 tanh network;
mean square of RK4_H[f](y_n) - y_{n+1}; f64, one thread. Prints one JSON line: milliseconds of CPU time a step, median and least of the repeats
(CPU time, so that a busy machine does not count).

  python adam_step.py numpy|jax|torch|torchdiffeq|diffrax [--width 32] [--repeats 9] [--per 100]
pip: numpy scipy, and jax optax, torch, torchdiffeq, diffrax for those rows.
"""
import argparse, json, os, time
A = argparse.ArgumentParser()
A.add_argument("what"); A.add_argument("--width", type=int, default=32)
A.add_argument("--start", help="theta of `--peer-start`: the same weights as ours")
A.add_argument("--repeats", type=int, default=9); A.add_argument("--per", type=int, default=100)
a = A.parse_args()
for v in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[v] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
import numpy as np
from scipy.integrate import solve_ivp
H, LR, W = 0.5, 3e-3, a.width


def data():
    before, after = [], []
    for s in (1.4, 1.9, 2.6):
        t = np.arange(101)*H
        field = lambda t, u: [1-np.exp(u[1]), np.exp(u[0])-1]
        y = np.exp(solve_ivp(field, (0, t[-1]), [np.log(s), 0.0], method="DOP853", t_eval=t, rtol=1e-13, atol=1e-14).y.T)
        before.append(y[:-1]); after.append(y[1:])
    return np.concatenate(before), np.concatenate(after)


def weights():
    sizes = [2, W, W, 2]; layers = []
    if a.start:
        # Row by row, the bias last.
        theta = np.array(json.load(open(a.start)))
        for m, n in zip(sizes[:-1], sizes[1:]):
            rows, theta = theta[:n*(m+1)].reshape(n, m+1), theta[n*(m+1):]
            layers.append((rows[:, :m].T.copy(), rows[:, m].copy()))
        return layers
    rng = np.random.default_rng(0)
    for i, (m, n) in enumerate(zip(sizes[:-1], sizes[1:])):
        layers.append((rng.normal(size=(m, n))/np.sqrt(m), rng.uniform(-1, 1, size=n)/np.sqrt(m)*(i < 2)))
    return layers


Y0, Y1 = data(); start = weights()


def rk4(f, y):
    k1 = f(y); k2 = f(y+H/2*k1); k3 = f(y+H/2*k2); k4 = f(y+H*k3)
    return y+H/6*(k1+2*k2+2*k3+k4)


if a.what in ("jax", "diffrax"):
    import jax, jax.numpy as jnp, optax
    jax.config.update("jax_enable_x64", True)
    P = [(jnp.array(w), jnp.array(b)) for w, b in start]; y0, y1 = jnp.array(Y0), jnp.array(Y1)

    def field(P, y):
        for w, b in P[:-1]:
            y = jnp.tanh(y@w+b)
        return y@P[-1][0]+P[-1][1]
    if a.what == "diffrax":
        import diffrax

        class RK4(diffrax.AbstractERK):
            tableau = diffrax.ButcherTableau(c=np.array([.5, .5, 1.]), b_sol=np.array([1/6, 1/3, 1/3, 1/6]), b_error=np.zeros(4),
                                             a_lower=(np.array([.5]), np.array([0., .5]), np.array([0., 0., 1.])))
            interpolation_cls = diffrax.ThirdOrderHermitePolynomialInterpolation.from_k
            def order(self, terms):
                return 4
        term = diffrax.ODETerm(lambda t, y, P: field(P, y))
        step = lambda P, y: diffrax.diffeqsolve(term, RK4(), t0=0.0, t1=H, dt0=H, y0=y, args=P,
                                                stepsize_controller=diffrax.ConstantStepSize(), max_steps=4).ys[-1]
    else:
        step = lambda P, y: rk4(lambda y: field(P, y), y)
    loss = lambda P: jnp.mean((step(P, y0)-y1)**2)
    optimiser = optax.adam(LR); state = optimiser.init(P)

    def body(carry, _):
        P, state = carry
        l, g = jax.value_and_grad(loss)(P)
        u, state = optimiser.update(g, state)
        return (optax.apply_updates(P, u), state), l
    many = jax.jit(lambda P, state: jax.lax.scan(body, (P, state), None, length=a.per))
    many(P, state)[1].block_until_ready()
    run = lambda: many(P, state)[1].block_until_ready()
elif a.what in ("torch", "torchdiffeq"):
    import torch
    torch.set_num_threads(1)
    y0, y1 = torch.tensor(Y0), torch.tensor(Y1); times = torch.tensor([0.0, H], dtype=torch.float64)
    P = [torch.tensor(x, requires_grad=True) for layer in start for x in layer]; optimiser = torch.optim.Adam(P, lr=LR)
    if a.what == "torchdiffeq":
        from torchdiffeq import odeint

    def field(t, y):
        y = torch.tanh(torch.addmm(P[1], y, P[0])); y = torch.tanh(torch.addmm(P[3], y, P[2]))
        return torch.addmm(P[5], y, P[4])

    def run():
        for _ in range(a.per):
            optimiser.zero_grad()
            z = odeint(field, y0, times, method="rk4")[-1] if a.what == "torchdiffeq" else rk4(lambda y: field(0, y), y0)
            ((z-y1)**2).mean().backward(); optimiser.step()
else:
    P = [x.copy() for layer in start for x in layer]
    m, v, count = [np.zeros_like(p) for p in P], [np.zeros_like(p) for p in P], [0]

    def run():
        for _ in range(a.per):
            W1, b1, W2, b2, W3, b3 = P; tape = []
            def f(y):
                z1 = np.tanh(y@W1+b1); z2 = np.tanh(z1@W2+b2); tape.append((y, z1, z2)); return z2@W3+b3
            r = rk4(f, Y0)-Y1; seed = 2/r.size*r; G = [np.zeros_like(p) for p in P]
            def back(i, g):
                y, z1, z2 = tape[i]
                G[4] += z2.T@g; G[5] += g.sum(0)
                d2 = (g@W3.T)*(1-z2*z2); G[2] += z1.T@d2; G[3] += d2.sum(0)
                d1 = (d2@W2.T)*(1-z1*z1); G[0] += y.T@d1; G[1] += d1.sum(0)
                return d1@W1.T
            g4 = back(3, H/6*seed); g3 = back(2, H/3*seed+H*g4); g2 = back(1, H/3*seed+H/2*g3); back(0, H/6*seed+H/2*g2)
            count[0] += 1; c1, c2 = 1-0.9**count[0], 1-0.999**count[0]
            for p, g, m_, v_ in zip(P, G, m, v):
                m_ *= 0.9; m_ += 0.1*g; v_ *= 0.999; v_ += 0.001*g*g
                p -= LR*(m_/c1)/(np.sqrt(v_/c2)+1e-8)
run()
times_ms = []
for _ in range(a.repeats):
    t = time.process_time(); run(); times_ms.append((time.process_time()-t)/a.per*1e3)
print(json.dumps(dict(what=a.what, width=W, median=float(np.median(times_ms)), least=min(times_ms))))
