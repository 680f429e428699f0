"""Samples of the panel with 1 % of noise: the noisy rows of the trial that src/truth/nonlinear/nonlinear_model/tests.rs holds.

Run in this folder; writes noisy_orbits/*.csv: each column of the panel's file with noise of 1 % of its standard deviation over all runs, run by run, from numpy's default_rng(0)
(numpy 2.4.6), rounded to nine decimals.
"""
import csv
import os

import numpy as np

os.makedirs("noisy_orbits", exist_ok=True)
for name in ("van-der-pol-cycle", "lotka-volterra", "duffing"):
    head, *rows = csv.reader(open(f"panel/{name}.csv"))
    rows = np.array(rows, dtype=float)
    first = head.index("t") + 1
    runs = [rows[rows[:, 0] == k] for k in np.unique(rows[:, 0])] if first == 2 else [rows]
    size = rows[:, first:].std(0)
    random = np.random.default_rng(0)
    with open(f"noisy_orbits/{name}.csv", "w") as f:
        f.write(",".join(head) + "\n")
        for run in runs:
            noisy = run[:, first:] + .01 * size * random.standard_normal(run[:, first:].shape)
            for row, states in zip(run, noisy):
                known = [f"{row[0]:.0f}"] * (first - 1) + [f"{round(row[first - 1], 9)!r}".replace("np.float64(", "").rstrip(")")]
                f.write(",".join(known + [f"{x:.9f}" for x in states]) + "\n")
