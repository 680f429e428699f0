"""A damped oscillator (−0.1 ± 2i) whose input goes straight from sample to sample, and what a loop learns of it, by scipy: the reference values of tests/straight_inputs.rs.

Run in this folder; writes straight_inputs.csv and prints every minimum of the pairs' loss over Â and B̂ that is found from the branches and 40 starts by chance, with the part of
the motion at which it stalls (numpy 2.4.6, scipy 1.17.1, method `lm`).
"""
import os
os.environ["OPENBLAS_NUM_THREADS"] = "1"
import numpy as np
from scipy.linalg import expm
from scipy.optimize import least_squares

A = np.array([[0, 1], [-4.01, -.2]])
B = np.array([[0.], [1.]])
I = np.eye(4)
STEPS = {
    "forward-euler": lambda z: I + z,
    "midpoint": lambda z: I + z + z @ z / 2,
    "rk4": lambda z: I + z + z @ z / 2 + z @ z @ z / 6 + z @ z @ z @ z / 24,
    "implicit-midpoint": lambda z: np.linalg.solve(I - z / 2, I + z / 2),
}
POLYNOMIALS = {"forward-euler": [1, 1], "midpoint": [.5, 1, 1], "rk4": [1 / 24, 1 / 6, .5, 1, 1]}


def together(a, b, h):
    """h times the matrix of x, u and u̇ together."""
    z = np.zeros((4, 4))
    z[:2, :2], z[:2, 2:3], z[2, 3] = a, b, 1
    return z * h


def run(h, n, smooth):
    """n intervals from (1, 0) with a white input, or one of correlation time `smooth`."""
    rng = np.random.default_rng(0)
    u = rng.standard_normal(n + 1)
    if smooth:
        w = np.exp(-np.arange(30) * h / smooth)
        u = np.convolve(np.r_[rng.standard_normal(30), u], w / np.sqrt((w ** 2).sum()))[30:31 + n]
    m = expm(together(A, B, h))
    x = np.zeros((n + 1, 2))
    x[0] = 1, 0
    for k in range(n):
        x[k + 1] = m[:2, :2] @ x[k] + m[:2, 2] * u[k] + m[:2, 3] * (u[k + 1] - u[k]) / h
    return x, u


def minima(name, x, u, h, affine):
    slope = (u[1:] - u[:-1]) / h

    def residuals(p):
        s = STEPS[name](together(p[:4].reshape(2, 2), p[4:6].reshape(2, 1), h))
        c = p[6:8] if affine else 0
        r = (x[:-1] - c) @ s[:2, :2].T + np.outer(u[:-1], s[:2, 2]) + np.outer(slope, s[:2, 3]) - x[1:] + c
        return np.clip(np.nan_to_num(r.ravel(), nan=1e60), -1e60, 1e60)

    mu = np.exp((-.1 + 2j) * h)
    branches = np.roots(POLYNOMIALS[name] - mu * np.eye(len(POLYNOMIALS[name]))[-1]) if name in POLYNOMIALS else [2 * (mu - 1) / (mu + 1)]
    values, vectors = np.linalg.eig(A)
    rng = np.random.default_rng(1)
    starts = [1.5 * rng.standard_normal(6) for _ in range(40)]
    for z in np.asarray(branches) / h:
        a = (vectors @ np.diag([z if v.imag > 0 else z.conj() for v in values]) @ np.linalg.inv(vectors)).real
        starts.insert(0, np.r_[a.ravel(), (a @ np.linalg.solve(A, B)).ravel()])
    found = []
    for p in starts:
        s = least_squares(residuals, np.r_[p, 0, 0] if affine else p, method="lm", max_nfev=8000, xtol=1e-15, ftol=1e-15, gtol=1e-15)
        learned = max(np.linalg.eigvals(s.x[:4].reshape(2, 2)), key=lambda z: z.imag)
        level = np.sqrt(2 * s.cost / (x[1:] ** 2).sum())
        # Beyond a pole of the implicit midpoint rule the loss falls for ever.
        if abs(learned) < 20 and all(abs(learned - z) > 1e-5 for _, z, _ in found):
            found.append((level, learned, s.x[4:]))
    return sorted(found, key=lambda f: f[0])


if __name__ == "__main__":
    with open("straight_inputs.csv", "w") as f:
        f.write("run,t,x,v,u\n")
        for name, h, n, smooth in [("white", 1., 80, 0), ("slow", 1., 200, 5.), ("fine", .2, 80, 0)]:
            x, u = run(h, n, smooth)
            for k in range(n + 1):
                f.write(f"{name},{round(k * h, 10)!r},{float(x[k, 0])!r},{float(x[k, 1])!r},{float(u[k])!r}\n")
            for affine in (False, True):
                for method in STEPS:
                    for level, z, rest in minima(method, x, u, h, affine):
                        print(name, "with a constant" if affine else "", method, f"{z.real:.8f} {z.imag:.8f}i {level:.8f}", np.round(rest, 8))
