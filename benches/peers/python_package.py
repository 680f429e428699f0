"""The Python package beside the Rust bench, numpy.roots and nodepy, and what it costs to have it:

    RAYON_NUM_THREADS=1 python benches/peers/python_package.py [BENCH]

BENCH is the binary of `cargo bench --bench branches --no-run`: the same 10^6 modes in Rust, on one core too, which Python should
not take more than 1.3 times as long for. Needs lambdahat installed as a wheel; nodepy is passed over where it is not installed.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

import lambdahat


def best(work, rounds=3, clock=time.process_time):
    """Seconds of the fastest round: of this process's own time, so that a busy machine counts less; give `time.perf_counter` for others."""
    times = []
    for _ in range(rounds):
        start = clock()
        work()
        times.append(clock() - start)
    return min(times)


def modes(count):
    """Those of the bench."""
    k = np.arange(count)
    return -2 + 2.5 * (k * 0.7548776662466927 % 1) + 1j * (-3 + 6 * (k * 0.5698402909980532 % 1))


def roots(lam):
    """The same four solutions each, without radii and without the principal one."""
    for one in lam:
        np.roots([1 / 24, 1 / 6, 1 / 2, 1, 1 - np.exp(one)])


def nodepy_stability():
    """P and Q of RK4 as nodepy finds them, from the tableau: its own catalogue takes minutes to build in sympy."""
    from nodepy import rk
    from sympy import Rational

    half, sixth, third = Rational(1, 2), Rational(1, 6), Rational(1, 3)
    a = np.array([[0, 0, 0, 0], [half, 0, 0, 0], [0, half, 0, 0], [0, 0, 1, 0]], dtype=object)
    return rk.ExplicitRungeKuttaMethod(a, np.array([sixth, third, third, sixth], dtype=object)).stability_function()


def nodepy_region(p, q, side):
    z = (np.linspace(-5, 2, side) + 1j * np.linspace(-4, 4, side)[:, None]).ravel()
    return np.abs(p(z) / q(z)) <= 1


lam = modes(1_000_000)
ours = best(lambda: lambdahat.branches("rk4", lam, 1.0))
print(f"branches, 10^6 modes of RK4: {ours:.2f} s, {1 / ours:.2f} million modes/s")
for bench in sys.argv[1:]:
    # Both by turns, the fastest of either, so that a busy machine disturbs both alike.
    times = []
    for _ in range(3):
        here = best(lambda: lambdahat.branches("rk4", lam, 1.0), 2, time.perf_counter)
        there = float(subprocess.run([bench, "--peer-million"], check=True, capture_output=True, text=True).stdout)
        times.append((here, there))
    here, there = (min(column) for column in zip(*times, strict=True))
    print(f"the same in Rust: {there:.2f} s; Python takes {here:.2f} s, {here / there:.2f} times as long")
few = modes(10_000)
theirs = best(lambda: roots(few), 1) * 100
print(f"numpy.roots for as many: {theirs:.1f} s, {theirs / ours:.0f} times as long")
t = 0.05 * np.arange(100_000)
x = np.stack([np.exp(-1e-4 * t) * np.cos(t), -np.exp(-1e-4 * t) * np.sin(t), np.cos(0.3 * t), np.sin(0.3 * t)], axis=1)
here = best(lambda: lambdahat.predict(t, x, "rk4"), 1)
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "samples.csv")
    np.savetxt(path, np.c_[t, x], delimiter=",", header="t,a,b,c,d", comments="", fmt="%.17g")
    command = [sys.executable, "-m", "lambdahat", "predict", path, "--method", "rk4", "--json"]
    there = best(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL), 1, time.perf_counter)
print(f"predict on 10^5 x 4 arrays: {here:.2f} s; the command line on the same numbers as CSV: {there:.2f} s")


def elapsed(code):
    return best(lambda: subprocess.run([sys.executable, "-c", code], check=True), 1, time.perf_counter)


bare, ours, numpys = (statistics.median(elapsed(code) for _ in range(10)) for code in ("pass", "import lambdahat", "import numpy"))
print(f"import lambdahat: {1e3 * (ours - bare):.0f} ms beyond a bare Python; import numpy, which waits for its first use: {1e3 * (numpys - bare):.0f} ms (medians of 10)")
try:
    side = 1024
    found = best(nodepy_stability, 1)
    p, q = (np.poly1d(np.asarray(part.coeffs, dtype=float)) for part in nodepy_stability())
    theirs = best(lambda: nodepy_region(p, q, side))
    ours = best(lambda: lambdahat.Method("rk4").region(size=(side, side)))
    print(f"stability region of {side}²: {1e3 * ours:.1f} ms; nodepy's polynomial with numpy {1e3 * theirs:.0f} ms, after {1e3 * found:.0f} ms for R")
except ImportError as missing:
    print(f"(nodepy is passed over: {missing})")
