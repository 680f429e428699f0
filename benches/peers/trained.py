"""Matrices and small networks trained through the installed libraries, beside what is predicted that they learn.

    python trained.py LAMBDAHAT [matrices | networks]

Data: y' = lambda y in the plane, pairs of samples H apart. Matrices are trained from 16 starts at phases 2 pi (k + 1/2)/16 in one call, by Newton's method on
their four entries; predicted is `LAMBDAHAT branches --batch 16`. Networks (tanh; 2-16-16-2 in diffrax, 2-12-2 in torchdiffeq) are trained from 60 starts that fill a disc, by Adam and then
Levenberg-Marquardt; their rate and frequency are measured over ten periods, or as long as they stay in the disc, by a tight integration, and predicted is `LAMBDAHAT predict` on the same samples.
Printed: what is learned, what is predicted, and the difference in per cent of |lambda| and of the shift |predicted - lambda|.
"""
import importlib.util
import json
import subprocess
import sys
import tempfile
import numpy as np
from scipy.integrate import solve_ivp

PROGRAM = sys.argv[1]
RING = np.exp(2j * np.pi * (np.arange(16) + 0.5) / 16)
DISC = 1.5 * np.sqrt((np.arange(60) + 0.5) / 60) * np.exp(1j * np.pi * (3 - np.sqrt(5)) * np.arange(60))


def plane(z):
    return np.stack([z.real, z.imag], -1)


def program(*arguments):
    done = subprocess.run([PROGRAM, *arguments, "--json"], capture_output=True, text=True)
    if done.returncode == 2:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def predicted_for_ring(call, lam, interval):
    found = program("branches", "--method", call, f"--lambda={lam.real}{lam.imag:+}i", "--interval", str(interval), "--batch", "16")
    principal = [b for b in found["branches"] if b["principal"]]
    return complex(*principal[0]["lambda"]) if principal else None


def predicted_from_samples(call, lam, interval):
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        file.write("trajectory,t,x,y\n")
        for k, z in enumerate(DISC):
            for t in [0, interval]:
                y = z * np.exp(lam * t)
                file.write(f"{k},{t},{float(y.real)!r},{float(y.imag)!r}\n")
        file.flush()
        found = program("predict", file.name, "--method", call)
    listed = found.get("calls") or found["methods"]
    mode = listed[0]["modes"][0]
    solutions = mode["found"]["solutions"] if "found" in mode else mode["branches"]
    return next(complex(*b["lambda"]) for b in solutions if b["principal"])


def show(what, call, lam, interval, learned, predicted, loss):
    if predicted is None:
        print(f"{what:8} {call:46} {lam:.3f} H={interval}: no prediction; learned {learned:.9f}, loss {loss:.0e}", flush=True)
        return
    off, shift = abs(learned - predicted), abs(predicted - lam)
    print(f"{what:8} {call:46} {lam:.3f} H={interval}: learned {learned:.9f}, predicted {predicted:.9f}: {100 * off / abs(lam):.1e} % of |lambda|, "
          f"{100 * off / shift:.1e} % of the shift {shift:.1e}; loss {loss:.0e}", flush=True)


def levenberg_marquardt(residuals, jacobian, flat, rounds, enough=1e-26):
    r, damping = residuals(flat), 1e-3
    for _ in range(rounds):
        if np.mean(r**2) < enough:
            break
        J = jacobian(flat, r)
        for _ in range(10):
            trial = flat - np.linalg.solve(J.T @ J + damping * np.diag(np.diag(J.T @ J) + 1e-12), J.T @ r)
            there = residuals(trial)
            if np.all(np.isfinite(there)) and there @ there < r @ r:
                flat, r, damping = trial, there, damping / 5
                break
            damping *= 4
        else:
            break
    return flat, float(np.mean(r**2))


def matrix_mode(a):
    values = np.linalg.eigvals(a.reshape(2, 2))
    return complex(values[np.argmax(values.imag)])


def rate(field, predicted):
    """Growth and frequency over ten periods, or as long as the size stays where data are."""
    end = 10 * 2 * np.pi / abs(predicted.imag)
    leaves = lambda _, y: np.hypot(*y) - 1.4
    leaves.terminal = True
    start = [1.0 if predicted.real < 0 else 0.3, 0.0]
    found = solve_ivp(lambda _, y: field(y[None])[0], (0, end), start, rtol=1e-9, atol=1e-11, dense_output=True, events=leaves)
    t = np.linspace(0, found.t[-1], 2000)
    z = found.sol(t)[0] + 1j * found.sol(t)[1]
    angle = np.unwrap(np.angle(z))
    return complex(np.polyfit(t, np.log(abs(z)), 1)[0], np.polyfit(t, angle, 1)[0])


class Jax:
    """diffrax: the loop compiled once a call."""

    name = "diffrax"

    def __init__(self):
        import diffrax
        import jax
        import jax.numpy as jnp

        jax.config.update("jax_enable_x64", True)
        self.diffrax, self.jax, self.jnp = diffrax, jax, jnp

    def calls(self, interval):
        d = self.diffrax
        for solver in ["Tsit5", "Dopri5"]:
            for rtol in [1e-1, 1e-2, 1e-3, 1e-5]:
                yield f"diffrax:{solver}:rtol={rtol:g},atol={rtol / 100:g},dt0={interval:g}", getattr(d, solver)(), interval, d.PIDController(rtol=rtol, atol=rtol / 100)
        yield f"diffrax:Heun:dt0={interval / 2:g}", d.Heun(), interval / 2, d.ConstantStepSize()

    def network_calls(self, interval):
        return [call for call in self.calls(interval) if any(key in call[0] for key in ["Tsit5:rtol=0.01", "Tsit5:rtol=0.001", "Heun"])]

    def solve(self, field, call, y0, interval):
        _, solver, dt0, controller = call
        d = self.diffrax
        return d.diffeqsolve(d.ODETerm(lambda t, y, _: field(y)), solver, 0.0, interval, dt0, y0, stepsize_controller=controller, max_steps=4096,
                             adjoint=d.ForwardMode()).ys[-1]

    def matrix(self, call, lam, interval):
        jnp = self.jnp
        y0, y1 = jnp.array(plane(RING)), plane(RING * np.exp(lam * interval))
        run = self.jax.jit(lambda a: self.solve(lambda y: y @ a.reshape(2, 2).T, call, y0, interval))
        return trained_matrix(lambda a: np.asarray(run(jnp.array(a))) - y1, lam)

    def own_steps(self, field, call, y0, lam, interval):
        """What the steps that the trained field takes learn of a linear mode: a matrix trained through them, held."""
        name, solver, dt0, controller = call
        if "rtol" not in name:
            return
        d, jnp = self.diffrax, self.jnp
        taken = lambda f: d.diffeqsolve(d.ODETerm(lambda t, y, _: f(y)), solver, 0.0, interval, dt0, y0, stepsize_controller=controller, saveat=d.SaveAt(t0=True, steps=True), max_steps=4096)
        a = jnp.array([[lam.real, -lam.imag], [lam.imag, lam.real]])
        linear, trained = (np.asarray(found.ts)[np.isfinite(found.ts)] for found in (taken(lambda y: y @ a.T), taken(field)))
        held = ("", solver, None, d.StepTo(ts=jnp.array(trained)))
        learned, _ = self.matrix(held, lam, interval)
        shown = lambda ts: ", ".join(f"{h:.4f}" for h in np.diff(ts))
        print(f"  steps on the linear field: {shown(linear)}; on the trained one: {shown(trained)}, which learn {learned:.9f}")

    def network(self, call, lam, interval):
        import optax
        from jax.flatten_util import ravel_pytree

        jax, jnp = self.jax, self.jnp
        rng = np.random.default_rng(0)
        layers = [(jnp.array(rng.normal(size=(a, b)) / np.sqrt(a)), jnp.zeros(b)) for a, b in [(2, 16), (16, 16), (16, 2)]]
        flat, unflatten = ravel_pytree(layers)

        def field(flat, y):
            for w, b in unflatten(flat)[:-1]:
                y = jnp.tanh(y @ w + b)
            w, b = unflatten(flat)[-1]
            return y @ w + b

        y0, y1 = jnp.array(plane(DISC)), jnp.array(plane(DISC * np.exp(lam * interval)))
        # A start on the slopes of the data.
        rough = jnp.array(plane(lam * DISC))
        optimizer = optax.adam(optax.cosine_decay_schedule(5e-3, 2000))

        def one(carry, _):
            flat, state = carry
            updates, state = optimizer.update(jax.grad(lambda p: jnp.mean((field(p, y0) - rough) ** 2))(flat), state)
            return (optax.apply_updates(flat, updates), state), None

        flat = jax.jit(lambda p: jax.lax.scan(one, (p, optimizer.init(p)), None, length=2000)[0][0])(flat)
        residuals = lambda p: (self.solve(lambda y: field(p, y), call, y0, interval) - y1).ravel()
        value, linear = jax.jit(residuals), jax.jit(jax.jacfwd(residuals))
        flat, loss = levenberg_marquardt(lambda p: np.asarray(value(p)), lambda p, _: np.asarray(linear(p)), np.asarray(flat), 100, 1e-17)
        run = jax.jit(lambda y: field(jnp.array(flat), y))
        self.own_steps(lambda y: field(jnp.array(flat), y), call, y0, lam, interval)
        return lambda y: np.asarray(run(y)), loss


class Torch:
    """torchdiffeq: derivatives by differences, for the loop's own first step would enter them otherwise."""

    name = "torchdiffeq"

    def __init__(self):
        import torch
        import torchdiffeq

        torch.set_num_threads(1)
        self.torch, self.odeint = torch, torchdiffeq.odeint

    def calls(self, interval):
        for rtol in [1e-1, 1e-2, 1e-3, 1e-5]:
            yield f"torchdiffeq:dopri5:rtol={rtol:g},atol={rtol / 100:g}", dict(method="dopri5", rtol=rtol, atol=rtol / 100)
        yield "torchdiffeq:bosh3:rtol=0.001,atol=1e-05", dict(method="bosh3", rtol=1e-3, atol=1e-5)
        yield f"torchdiffeq:rk4:step_size={interval / 2:g}", dict(method="rk4", options=dict(step_size=interval / 2))
        yield "torchdiffeq:rk4", dict(method="rk4")

    def network_calls(self, interval):
        return [call for call in self.calls(interval) if any(key in call[0] for key in ["dopri5:rtol=0.01", "dopri5:rtol=0.001", "bosh3", "rk4"])]

    def solve(self, field, call, y0, interval):
        with self.torch.no_grad():
            return self.odeint(lambda _, y: field(y), y0, self.torch.tensor([0.0, interval], dtype=self.torch.float64), **call[1])[-1].numpy()

    def matrix(self, call, lam, interval):
        tensor = self.torch.tensor
        y0, y1 = tensor(plane(RING)), plane(RING * np.exp(lam * interval))

        def residuals(a):
            a = tensor(a.reshape(2, 2).T.copy())
            return self.solve(lambda y: y @ a, call, y0, interval) - y1

        return trained_matrix(residuals, lam)

    def network(self, call, lam, interval):
        torch = self.torch
        torch.manual_seed(0)
        layers = [torch.nn.Linear(2, 12), torch.nn.Tanh(), torch.nn.Linear(12, 2)]
        net = torch.nn.Sequential(*layers).double()
        y0, y1 = torch.tensor(plane(DISC)), plane(DISC * np.exp(lam * interval))
        rough = torch.tensor(plane(lam * DISC))
        optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 2000)
        for _ in range(2000):
            optimizer.zero_grad()
            ((net(y0) - rough) ** 2).mean().backward()
            optimizer.step()
            schedule.step()
        parameters = list(net.parameters())

        def residuals(flat):
            torch.nn.utils.vector_to_parameters(torch.tensor(flat), parameters)
            return (self.solve(net, call, y0, interval) - y1).ravel()

        def jacobian(flat, r):
            return np.stack([(residuals(flat + 1e-7 * unit) - r) / 1e-7 for unit in np.eye(len(flat))], 1)

        flat = torch.nn.utils.parameters_to_vector(parameters).detach().numpy().copy()
        flat, loss = levenberg_marquardt(residuals, jacobian, flat, 25, 1e-15)
        residuals(flat)
        return lambda y: net(torch.tensor(y)).detach().numpy(), loss


def trained_matrix(residuals, lam):
    """Newton's method by differences, from the truth."""
    value = lambda a: residuals(a).ravel()
    differences = lambda a, _: np.stack([(value(a + 1e-6 * e) - value(a - 1e-6 * e)) / 2e-6 for e in np.eye(4)], 1)
    start = np.array([lam.real, -lam.imag, lam.imag, lam.real])
    a, loss = levenberg_marquardt(value, differences, start, 60, 1e-29)
    return matrix_mode(a), loss


def installed(name):
    return importlib.util.find_spec(name) is not None


def main():
    wanted = sys.argv[2:] or ["matrices", "networks"]
    peers = [(Torch, ["torch", "torchdiffeq"]), (Jax, ["jax", "diffrax", "optax"])]
    for peer, needed in peers:
        missing = [name for name in needed if not installed(name)]
        if missing:
            print(f"{peer.name} is passed over: {', '.join(missing)} not installed")
            continue
        library = peer()
        if "matrices" in wanted:
            worst, count = 0.0, 0
            for lam in [-0.002 + 2j, -0.02 + 2j]:
                for interval in [0.5, 1.0, 1.5]:
                    for call in library.calls(interval):
                        learned, loss = library.matrix(call, lam, interval)
                        predicted = predicted_for_ring(call[0], lam, interval)
                        show("matrix", call[0], lam, interval, learned, predicted, loss)
                        if predicted is not None:
                            worst, count = max(worst, abs(learned - predicted)), count + 1
            print(f"{library.name}: {count} matrices, at most {worst:.1e} off")
        if "networks" in wanted:
            for lam, interval in [(-0.02 + 2j, 1.0), (-0.1 + 2j, 1.0)]:
                for call in library.network_calls(interval):
                    field, loss = library.network(call, lam, interval)
                    predicted = predicted_from_samples(call[0], lam, interval)
                    show("network", call[0], lam, interval, rate(field, predicted), predicted, loss)


main()
