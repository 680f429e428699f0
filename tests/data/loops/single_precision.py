"""torchdiffeq in single precision beside itself in double, and matrices trained in single precision: prints single_precision.json.

Run with torch and torchdiffeq: python single_precision.py > single_precision.json
Every call is made on 16 real starts at phases 2 pi (k + 1/2)/16 at once, H = 1. For 64 models mu = lambda (1 + 1e-5 e), |e| <= 1, rounded to 32 bits as the
starts are, d is the mean over the starts of log(F32/F64)/H, with F32 and F64 the library's own multipliers. Per row: the mean of d over the models and
its standard deviation; `trained` is the matrix of 32 bits of least loss among 100 corrections A <- A - log(F)/H of all entries together.
"""
import json
import numpy as np
import torch
import torchdiffeq

torch.set_num_threads(1)
PHASES = 2 * np.pi * (np.arange(16) + 0.5) / 16
STARTS = torch.tensor(np.stack([np.cos(PHASES), np.sin(PHASES)], 1), dtype=torch.float32)
INTERVAL = 1.0


def solve(mu, call, dtype):
    a = torch.tensor([[mu.real, mu.imag], [-mu.imag, mu.real]], dtype=torch.float32).to(dtype)
    y0 = STARTS.to(dtype)
    return torchdiffeq.odeint(lambda _, y: y @ a, y0, torch.tensor([0.0, INTERVAL], dtype=dtype), **call)[-1]


def complex_(y):
    y = y.double().numpy()
    return y[:, 0] + 1j * y[:, 1]


def rounded(mu):
    return complex(np.float32(mu.real), np.float32(mu.imag))


def factor(mu, call, dtype):
    return complex_(solve(mu, call, dtype)) / complex_(STARTS)


CALLS = [(f"torchdiffeq:rk4:step_size={1 / m}", dict(method="rk4", options=dict(step_size=1 / m))) for m in [4, 16, 64]]
CALLS += [(f"torchdiffeq:midpoint:step_size={1 / m}", dict(method="midpoint", options=dict(step_size=1 / m))) for m in [64, 256]]
CALLS += [(f"torchdiffeq:dopri5:rtol={r:g},atol={r / 100:g}", dict(method="dopri5", rtol=r, atol=r / 100)) for r in [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7]]
CALLS += [(f"torchdiffeq:bosh3:rtol={r:g},atol={r / 100:g}", dict(method="bosh3", rtol=r, atol=r / 100)) for r in [1e-2, 1e-4]]

rng = np.random.default_rng(0)
rows = []
for lam in [-0.002 + 2j, -0.1 + 2j]:
    for name, call in CALLS:
        target = np.exp(INTERVAL * lam)
        cloud = []
        for _ in range(64):
            m = rounded(lam * (1 + 1e-5 * np.sqrt(rng.uniform()) * np.exp(2j * np.pi * rng.uniform())))
            d = np.log(factor(m, call, torch.float32) / factor(m, call, torch.float64)) / INTERVAL
            cloud.append((d.mean(), np.sqrt(np.mean(abs(d - d.mean()) ** 2))))
        means = np.array([c[0] for c in cloud])
        start = np.array([c[1] for c in cloud])
        # The solution in double precision, by corrections on the library itself.
        double = lam
        for _ in range(2000):
            # In double the model's entries are not rounded to 32 bits.
            a = torch.tensor([[double.real, double.imag], [-double.imag, double.real]], dtype=torch.float64)
            y = torchdiffeq.odeint(lambda _, y: y @ a, STARTS.double(), torch.tensor([0.0, INTERVAL], dtype=torch.float64), **call)[-1]
            step = np.log((complex_(y) / complex_(STARTS)).mean() / target) / INTERVAL
            double -= step
            if abs(step) < 1e-13:
                break
        best, mu = None, double
        for _ in range(100):
            m = rounded(mu)
            f = factor(m, call, torch.float32)
            loss = float(np.mean(abs(f - target) ** 2))
            if best is None or loss < best[0]:
                best = (loss, m)
            mu = m - np.log(f / target).mean() / INTERVAL
        rows.append({"call": name, "lambda_": [lam.real, lam.imag], "double": [double.real, double.imag], "shift": [float(means.mean().real), float(means.mean().imag)],
                     "spread": float(np.sqrt(np.mean(abs(means - means.mean()) ** 2))), "one_start": float(np.sqrt(np.mean(start ** 2))),
                     "trained": [best[1].real, best[1].imag], "off": abs(best[1] - double)})
source = f"torchdiffeq {torchdiffeq.__version__} with torch {torch.__version__}, run by single_precision.py."
print(json.dumps({"source": source, "interval": INTERVAL, "rows": rows}, indent=1))
