#!/usr/bin/env python3
"""Intervals and largest discs of multistep methods, from the roots of rho - z sigma themselves.

    python3 tests/data/multistep_extents.py PROGRAM methods/*.toml > tests/data/multistep_extents.csv

Along the axes the roots are found in 60 digits (mpmath), so that a growth of 1e-45 a step is seen; the first unstable point is bracketed by a scan and bisected.
On the circle of a disc they are numpy's, a modulus up to 1 + 1e-9 counts as stable. Families: the coefficients are those that the program prints.
"""
import json, subprocess, sys, tomllib
import mpmath as mp
import numpy as np
import stability_extents as other

mp.mp.dps = 60
FAMILIES = """adams-bashforth:k=5 adams-bashforth:k=7 adams-bashforth:k=10 adams-moulton:k=3 adams-moulton:k=6 bdf:k=4 bdf:k=6 nystrom:k=3 nystrom:k=5
milne-simpson:k=3 milne-simpson:k=5""".split()
FAR = 1e3


def unstable(alpha, beta, z):
    p = [a - z * b for a, b in zip(alpha, beta)]
    while len(p) > 1 and abs(p[0]) < mp.mpf(10) ** -55:       # zeros at 0 slow the iteration
        p = p[1:]
    if len(p) < 2:
        return False
    return max(abs(x) for x in mp.polyroots(p[::-1], maxsteps=300, extraprec=200)) > 1 + mp.mpf(10) ** -45


def along(alpha, beta, direction):
    before = mp.mpf(0)
    for t in np.concatenate([np.geomspace(1e-3, 0.3, 60), np.linspace(0.3, 12, 240)[1:], np.geomspace(12, FAR, 25)[1:]]):
        t = mp.mpf(float(t)) + mp.mpf(1) / 7919 ** 2
        if unstable(alpha, beta, direction * t):
            low, high = before, t
            for _ in range(50):
                c = (low + high) / 2
                low, high = (low, c) if unstable(alpha, beta, direction * c) else (c, high)
            return 0.0 if high < 2e-3 and before == 0 else float(high)
        before = t
    return np.inf


def disc(alpha, beta, real):
    a, b = np.array([float(x) for x in alpha]), np.array([float(x) for x in beta])
    k = len(a) - 1
    ts = np.concatenate([np.geomspace(1e-3, 0.5, 600), np.linspace(0.5, np.pi, 1500)[1:]])

    def largest(z):
        c = a[None, :] - z[:, None] * b[None, :]
        m = np.zeros((len(c), k, k), dtype=complex)
        m[:, 0, :] = -(c[:, k - 1::-1] / c[:, k:k + 1])
        for i in range(1, k):
            m[:, i, i - 1] = 1
        return np.abs(np.linalg.eigvals(m)).max(-1)

    def stable(r):
        values = largest(r * (np.exp(1j * ts) - 1))
        if values.max() > 1 + 1e-9:
            return False
        for j in np.argsort(values)[-5:]:
            low, high = ts[max(j - 1, 0)], ts[min(j + 1, len(ts) - 1)]
            if largest(r * (np.exp(1j * np.linspace(low, high, 60)) - 1)).max() > 1 + 1e-9:
                return False
        return True

    if real == 0:
        return 0.0
    low, high = 0.0, real / 2 if np.isfinite(real) else 200.0
    if stable(high):
        return high if np.isfinite(real) else np.inf
    for _ in range(34):
        c = 0.5 * (low + high)
        low, high = (c, high) if stable(c) else (low, c)
    return low


def schemes(program, paths):
    for path in sorted(paths):
        with open(path, "rb") as file:
            d = tomllib.load(file)
        if "multistep" in d:
            names = other.letters(d.get("where", {}))
            yield d["name"], [[other.number(x, names) for x in d["multistep"][key]] for key in ("alpha", "beta")]
    for name in FAMILIES:
        report = json.loads(subprocess.run([program, "verify", name, "--algebra", "--json"], capture_output=True, check=True).stdout)[0]
        scheme = report["algebra"]["method"]["coefficients"]
        yield name, [[other.number(x, {}) for x in scheme[key]] for key in ("alpha", "beta")]


if __name__ == "__main__":
    print("method,disc,real,imaginary")
    for name, (alpha, beta) in schemes(sys.argv[1], sys.argv[2:]):
        real, imaginary = along(alpha, beta, mp.mpf(-1)), along(alpha, beta, mp.mpc(0, 1))
        print(",".join([name] + ["inf" if np.isinf(x) else f"{x:.12g}" for x in (disc(alpha, beta, real), real, imaginary)]), flush=True)
