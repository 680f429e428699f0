#!/usr/bin/env python3
"""A 2x2 matrix through RK4 by scipy's least_squares from random starts: the hero of `benches/experiments.rs` in Python.

Prints one JSON line a standard deviation: how many of the starts land on each root of R(z) = e^(h lambda), ordered by their distance from lambda,
and milliseconds of CPU time a start.
  python linear_fit.py [--sd 1.0] [--starts 200 | --from FILE]      FILE: a list of starts, as `--peer-linear-starts` prints it; pip: numpy scipy
"""
import argparse, json, os, time, warnings
for v in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[v] = "1"
import numpy as np
from scipy.optimize import least_squares
warnings.filterwarnings("ignore")
A = argparse.ArgumentParser(); A.add_argument("--starts", type=int, default=200); A.add_argument("--sd", type=float)
A.add_argument("--from", dest="source"); a = A.parse_args()
w = np.exp(-0.1+2j); y = w**np.arange(21); Y = np.stack([y.real, y.imag], 1)
roots = np.roots([1/24, 1/6, 1/2, 1, 1-w]); roots = roots[np.argsort(abs(roots-(-0.1+2j)))]


def residual(v):
    Z = v.reshape(2, 2); R = np.zeros((2, 2))
    for c in (1/24, 1/6, 1/2, 1, 1):
        R = R@Z+c*np.eye(2)
    return (Y[:-1]@R.T-Y[1:]).ravel()


for scale in ([a.sd] if a.sd else [0.3, 1.0, 2.0, 3.0]):
    rng = np.random.default_rng(0)
    starts = np.array(json.load(open(a.source))) if a.source else scale*rng.normal(size=(a.starts, 4))
    counts = np.zeros(4, int); failed = 0; clock = time.process_time()
    for start in starts:
        s = least_squares(residual, start, xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=400)
        if s.cost > 1e-20:
            failed += 1; continue
        M = s.x; d = abs(roots-complex((M[0]+M[3])/2, (M[2]-M[1])/2)); counts[np.argmin(d)] += 1
    ms = (time.process_time()-clock)/len(starts)*1e3
    print(json.dumps(dict(what="scipy-linear", sd=scale, counts=counts.tolist(), failed=failed, ms=ms)))
