"""The same training calls on the installed libraries, multiplier by multiplier.

    python multipliers.py LIBRARY                 rows of reference values as JSON, from torchdiffeq, diffrax, scipy, torchdyn or torchdyn_in_double
    python multipliers.py LIBRARY LAMBDAHAT       the same beside `LAMBDAHAT loop CALL --json`; the largest difference is printed

Every call is made on 16 real starts at phases 2 pi (k + 1/2)/16 at once, on the field y' = lambda y, in double precision.
"""
import json
import subprocess
import sys
import numpy as np

STARTS = 16
MODES = [(-0.1, 2.0), (-0.02, 2.0), (-1.0, 0.0), (0.05, 5.0)]
TIMES = [(1.0, 1), (0.5, 4)]
TOLERANCES = [1e-1, 1e-2, 1e-4, 1e-7]


def starts():
    phase = 2 * np.pi * (np.arange(STARTS) + 0.5) / STARTS
    return np.stack([np.cos(phase), np.sin(phase)], 1)


def multipliers(ys):
    """(samples, starts, 2) with the starts first, to y(t)/y(0) of each sample after the first."""
    z = ys[..., 0] + 1j * ys[..., 1]
    f = (z / z[0]).mean(axis=1)[1:]
    return [[float(x.real), float(x.imag)] for x in f]


def torchdiffeq():
    import torch
    from torchdiffeq import odeint

    def run(method, lam, t, options, **tolerances):
        a = torch.tensor([[lam[0], lam[1]], [-lam[1], lam[0]]], dtype=torch.float64)
        count = [0]

        def f(_, y):
            count[0] += 1
            return y @ a

        ys = odeint(f, torch.tensor(starts()), torch.tensor(t, dtype=torch.float64), method=method, options=options or None, **tolerances)
        return multipliers(ys.numpy()), count[0]

    for method in ["dopri5", "dopri8", "bosh3", "adaptive_heun", "fehlberg2"]:
        for rtol in TOLERANCES if method.startswith("dopri") else TOLERANCES[:3]:
            yield f"torchdiffeq:{method}:rtol={rtol},atol={rtol / 100}", lambda lam, t, m=method, r=rtol: run(m, lam, t, {}, rtol=r, atol=r / 100)
    yield "torchdiffeq:dopri5:rtol=1e-3,atol=1e-5,step_t=t", lambda lam, t: run("dopri5", lam, t, {"step_t": __import__("torch").tensor(t, dtype=__import__("torch").float64)}, rtol=1e-3, atol=1e-5)
    for method in ["euler", "midpoint", "heun2", "heun3", "rk4"]:
        for interp in ["linear", "cubic"]:
            yield (f"torchdiffeq:{method}:step_size=0.3,interp={interp}",
                   lambda lam, t, m=method, i=interp: run(m, lam, t, {"step_size": 0.3, "interp": i}))


def scipy():
    from scipy.integrate import solve_ivp

    def run(method, lam, t, rtol, atol):
        a = np.array([[lam[0], -lam[1]], [lam[1], lam[0]]])
        f = lambda _, y: (y.reshape(-1, 2) @ a.T).ravel()
        # Asked for t = 0 too, DOP853 makes the interpolant of the first step for that alone.
        found = solve_ivp(f, (t[0], t[-1]), starts().ravel(), method=method, t_eval=t[1:], rtol=rtol, atol=atol)
        return multipliers(np.concatenate([starts()[None], found.y.T.reshape(len(t) - 1, -1, 2)])), found.nfev

    for method in ["RK45", "RK23", "DOP853"]:
        for rtol in TOLERANCES:
            yield f"scipy:{method}:rtol={rtol},atol={rtol / 100}", lambda lam, t, m=method, r=rtol: run(m, lam, t, r, r / 100)


def diffrax():
    import diffrax as d
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    compiled = {}

    def run(name, lam, t, dt0, controller):
        solver = getattr(d, name)()

        def solve(a, t):
            return d.diffeqsolve(d.ODETerm(lambda _, y, a: y @ a.T), solver, t[0], t[-1], dt0, jnp.array(starts()), a, saveat=d.SaveAt(ts=t),
                                 stepsize_controller=controller, max_steps=10_000).ys

        # One compilation a call, for all modes.
        key = (name, str(controller), dt0)
        function = compiled.setdefault(key, jax.jit(solve))
        return multipliers(np.array(function(jnp.array([[lam[0], -lam[1]], [lam[1], lam[0]]]), jnp.array(t)))), None

    for name in ["Tsit5", "Dopri5", "Dopri8", "Bosh3", "Heun", "Midpoint", "Ralston"]:
        for rtol in TOLERANCES[1:3]:
            yield (f"diffrax:{name}:rtol={rtol},atol={rtol / 100},dt0=0.1",
                   lambda lam, t, n=name, r=rtol: run(n, lam, t, 0.1, d.PIDController(rtol=r, atol=r / 100)))
    for p, i, k in [(0.3, 0.4, 0.0), (0.2, 0.3, 0.1)]:
        yield (f"diffrax:Tsit5:rtol=1e-4,atol=1e-6,dt0=0.1,pcoeff={p},icoeff={i},dcoeff={k}",
               lambda lam, t, c=(p, i, k): run("Tsit5", lam, t, 0.1, d.PIDController(rtol=1e-4, atol=1e-6, pcoeff=c[0], icoeff=c[1], dcoeff=c[2])))
    for name in ["Euler", "Heun", "Midpoint", "Ralston", "Bosh3", "Tsit5", "Dopri5", "Dopri8"]:
        yield f"diffrax:{name}:dt0=0.3", lambda lam, t, n=name: run(n, lam, t, 0.3, d.ConstantStepSize())


def torchdyn(in_double=False):
    import torch
    from torchdyn.numerics import odeint
    from torchdyn.numerics.solvers.ode import str_to_solver

    def solver(method):
        made = str_to_solver(method, torch.float64)
        if in_double:
            # torchdyn 1.0.6 keeps these as tensors of 32 bits. PyTorch's rules of promotion make each step after the first one of 32 bits
            # too, and its products with coefficients up to 29.
            for name, value in [("safety", 0.9), ("min_factor", 0.2), ("max_factor", 10.0)]:
                setattr(made, name, torch.tensor([value], dtype=torch.float64))
        return made

    def run(method, lam, t, rtol, atol):
        a = torch.tensor([[lam[0], lam[1]], [-lam[1], lam[0]]], dtype=torch.float64)
        _, ys = odeint(lambda _, y: y @ a, torch.tensor(starts()), torch.tensor(t, dtype=torch.float64), solver(method), rtol=rtol, atol=atol)
        return multipliers(ys.numpy()), None

    for method in ["tsit5", "dopri5"]:
        for rtol in TOLERANCES:
            yield f"torchdyn:{method}:rtol={rtol},atol={rtol / 100}", lambda lam, t, m=method, r=rtol: run(m, lam, t, r, r / 100)


def torchdyn_in_double():
    """torchdyn with its three factors in double, as its model here has them."""
    yield from torchdyn(in_double=True)


def rows(library):
    for call, run in globals()[library]():
        for lam in MODES:
            if lam[1] == 0 and "interp" not in call and "rtol" not in call and "dt0" not in call:
                continue
            for interval, samples in TIMES:
                found, evaluations = run(lam, [interval * k for k in range(samples + 1)])
                yield {"call": call, "lambda": lam, "interval": interval, "samples": samples, "multipliers": found, "evaluations": evaluations}


def main():
    library = sys.argv[1]
    if len(sys.argv) == 2:
        for row in rows(library):
            print("  " + json.dumps(row) + ",", flush=True)
        return
    worst, where, counts, differ = 0.0, "", 0, []
    for row in rows(library):
        command = [sys.argv[2], "loop", row["call"], f"--lambda={row['lambda'][0]}{row['lambda'][1]:+}i", "--interval", str(row["interval"]),
                   "--samples", str(row["samples"]), "--batch", str(STARTS), "--json"]
        ours = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        for theirs, mine in zip(row["multipliers"], ours["samples"], strict=True):
            apart = abs(complex(*theirs) - complex(*mine["multiplier"]))
            counts += 1
            if apart > worst:
                worst, where = apart, f"{row['call']} lambda={row['lambda']} H={row['interval']}"
        if row["evaluations"] is not None and row["evaluations"] != ours["evaluations"]:
            differ.append(f"{row['call']} {row['lambda']} {row['interval']}: {row['evaluations']} evaluations, predicted {ours['evaluations']}")
    print(f"{library}: {counts} multipliers, largest difference {worst:.1e} ({where}); evaluations differ in {len(differ)} calls")
    for line in differ[:5]:
        print("  " + line)


main()
