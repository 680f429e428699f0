#!/usr/bin/env python3
"""Modes of noisy samples: `lambdahat predict` beside PyDMD's optimised DMD (BOPDMD, one trial) on the same draws of -0.1 + 2i.

Prints a line for each kind: the root mean square of the error of both. BOPDMD is told the number of modes and the mean; for one coordinate it sees a third of the rows as delays.
Then how many of 10 draws of 41 rows at uneven times (intervals from 0.5 to 1.5, 5 % noise) each of them finds from its own start, by frequency.
  python exponentials.py PROGRAM [--draws 40] [--starts]      PROGRAM: target/release/lambdahat; --starts: the second table alone; pip: numpy pydmd
"""
import argparse, json, subprocess, tempfile, warnings
import numpy as np
from pydmd import BOPDMD
warnings.filterwarnings("ignore")
A = argparse.ArgumentParser(); A.add_argument("program"); A.add_argument("--draws", type=int, default=40)
A.add_argument("--starts", action="store_true"); a = A.parse_args()
truth = -0.1 + 2j


def ours(t, x, truth=truth):
    with tempfile.NamedTemporaryFile(suffix=".csv", mode="w") as out:
        names = ["t"] + [f"x{k}" for k in range(x.shape[1])]
        np.savetxt(out, np.c_[t, x], delimiter=",", header=",".join(names), comments="", fmt="%.17g"); out.flush()
        run = subprocess.run([a.program, "predict", out.name, "--method", "rk4", "--json"], capture_output=True, text=True)
    found = [complex(*m["lambda"]) for m in json.loads(run.stdout)["modes"]] if run.returncode == 0 else []
    return min((abs(z - truth) for z in found), default=np.inf)


def theirs(t, x):
    if x.shape[1] == 1:
        d = min(len(t) // 3, 50); n = len(t) - d + 1
        x, t = np.stack([x[k:k + n, 0] for k in range(d)], 1), t[:n]
    try:
        found = BOPDMD(svd_rank=2, num_trials=0).fit(x.T, t).eigs
    except Exception:
        return np.inf
    return min(abs(z - truth) for z in found)


def rms(e):
    lost = int(np.sum(e > 1)); kept = e[e <= 1]
    return (f"{np.sqrt(np.mean(kept**2)):.1e}" if len(kept) else "-") + (f" ({lost} lost)" if lost else "")


if not a.starts:
    print("noise  rows  times   columns  lambdahat          BOPDMD")
for noise in () if a.starts else (0.01, 0.05, 0.2):
    for rows in (40, 200):
        for uneven in (False, True):
            for columns in (1, 2):
                if uneven and columns == 1:
                    continue        # delays need even times
                errors = []
                for seed in range(a.draws):
                    r = np.random.default_rng(seed)
                    t = np.r_[0, np.cumsum(0.3 * (r.uniform(0.5, 1.5, rows - 1) if uneven else np.ones(rows - 1)))]
                    z = np.exp(truth * t)
                    x = np.c_[z.real, z.imag][:, :columns] + noise * r.standard_normal((rows, columns))
                    errors.append((ours(t, x), theirs(t, x)))
                e = np.array(errors)
                print(f"{100*noise:4.0f} %  {rows:4}  {'uneven' if uneven else 'even  '}  {columns:7}  {rms(e[:, 0]):17}  {rms(e[:, 1])}", flush=True)

print("frequency times interval  lambdahat  BOPDMD  (of 10)")
for w in (0.3, 1.0, 2.0, 3.0, 5.0):
    lam, found = complex(-0.05 * w, w), [0, 0]
    for draw in range(10):
        r = np.random.default_rng([4, draw, int(10 * w)])
        t = np.r_[0, np.cumsum(1 + 0.5 * (2 * r.random(40) - 1))]
        z = np.exp(lam * t)
        x = np.c_[z.real, z.imag] + 0.05 * np.sqrt((abs(z) ** 2).mean() / 2) * r.standard_normal((41, 2))
        near = 0.02 + 0.02 * w
        found[0] += ours(t, x, lam) < near
        try:
            fit = BOPDMD(svd_rank=2, num_trials=0, use_proj=False, varpro_opts_dict={"maxiter": 60, "tol": 1e-8}).fit(x.T.astype(complex), t)
            found[1] += np.min(abs(fit.eigs - lam)) < near
        except Exception:
            pass
    print(f"{w:23}  {found[0]:9}  {found[1]:6}", flush=True)
