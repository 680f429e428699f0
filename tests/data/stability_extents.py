#!/usr/bin/env python3
"""Reference values of how far the stability regions of the catalogue reach, by another route than the program's.

    python3 tests/data/stability_extents.py methods/*.toml > tests/data/stability_extents.csv

R = P/Q in 60 digits from the coefficients of each file (mpmath), its zeros and poles from mpmath's Durand-Kerner iteration. The boundary |R| = 1 is traced
from every zero and every pole with a predictor and Newton's corrector; the reach is the largest Re z on the curves, the area in Re z > 0 their integral of x dy
(Green); the polygons have sides of 0.006, which leaves out 1.9e-5 for each closed curve. The largest disc |z + r| <= r is found by bisection with a scan of each circle, the intervals from the sign between the 60-digit
roots of |Q|^2 - |P|^2 along the axes. Multistep methods: the root condition on a grid of 700 x 700 points (multistep_extents.py has their discs and intervals). Empty: without bound, or not looked for.
Methods with rounded coefficients are left to rounded_extents.py.
"""
import os, sys, tomllib
from concurrent.futures import ProcessPoolExecutor
import mpmath as mp
import numpy as np
from mpmath.libmp import NoConvergence

mp.mp.dps = 60


def number(text, names):
    if isinstance(text, (int, float)):
        return mp.mpf(str(text))
    names = dict(names, sqrt=lambda x: mp.sqrt(mp.mpf(x)))
    import re
    wrapped = re.sub(r"(?<![A-Za-z_])(\d+\.?\d*(?:[eE][-+]?\d+)?)", r"mpf('\1')", text.replace("^", "**"))
    return mp.mpf(eval(wrapped, {"mpf": mp.mpf, "__builtins__": {}}, names))


def letters(table):
    names = {}
    for name, value in table.items():
        if isinstance(value, dict):
            import re
            text = re.sub(r"(\d)x", r"\1*x", value["polynomial"]).replace("^", "**")
            names[name] = mp.findroot(lambda x: eval(text, {"__builtins__": {}}, {"x": x}), mp.mpf(value["near"]))
        else:
            names[name] = number(value, names)
    return names


def stability_function(scheme, names):
    A = mp.matrix([[number(x, names) for x in row] for row in scheme["A"]])
    b = [number(x, names) for x in scheme["b"]]
    s = len(b)
    q = [mp.mpf(1)]                                    # det(I - zA), Faddeev-LeVerrier
    M = A.copy()
    for k in range(1, s + 1):
        c = -sum(M[i, i] for i in range(s)) / k
        q.append(c)
        M = A * (M + c * mp.eye(s))
    series, v = [mp.mpf(1)], mp.matrix([1] * s)
    for _ in range(s):
        series.append(sum(b[i] * v[i] for i in range(s)))
        v = A * v
    p = [sum(q[j] * series[k - j] for j in range(k + 1)) for k in range(s + 1)]
    small = mp.mpf(10) ** -12 if not exact(scheme) else mp.mpf(10) ** -45
    return trimmed(p, small), trimmed(q, small)


def exact(scheme):
    """Whether no coefficient is a decimal of twelve or more digits."""
    texts = [x for row in scheme["A"] for x in row] + list(scheme["b"])
    return not any("." in str(x) and len(str(x).replace("-", "").replace(".", "").lstrip("0")) >= 12 for x in texts)


def trimmed(p, small):
    n = len(p)
    while n > 1 and abs(p[n - 1]) < small * mp.mpf(10) ** -(n if small < 1e-30 else 0):
        n -= 1
    return p[:n]


def roots(p):
    if len(p) < 2:
        return []
    try:
        return mp.polyroots(p[::-1], maxsteps=500, extraprec=400)
    except NoConvergence:                          # multiple zeros converge slowly: to 1e-12 they do
        return mp.polyroots(p[::-1], maxsteps=20000, extraprec=2000, error=False, cleanup=True)


class Function:
    def __init__(self, p, q):
        self.zeros = roots(p)
        self.poles = roots(q)
        # Common zeros cancel.
        for z in list(self.zeros):
            near = [w for w in self.poles if abs(w - z) < mp.mpf(10) ** -10 * abs(z)]
            if near:
                self.zeros.remove(z)
                self.poles.remove(near[0])
        self.n, self.m = len(self.zeros), len(self.poles)
        self.lead = float(mp.log(abs(p[-1] / q[-1])))
        self.z = np.array([complex(z) for z in self.zeros])
        self.w = np.array([complex(z) for z in self.poles])

    def u(self, x):
        x = np.asarray(x, dtype=complex)[..., None]
        return self.lead + np.log(np.abs(x - self.z)).sum(-1) - np.log(np.abs(x - self.w)).sum(-1)

    def slope(self, x):
        return (1 / (x - self.z)).sum() - (1 / (x - self.w)).sum()


def onto(f, z):
    for _ in range(30):
        l = f.slope(z)
        step = float(f.u(z)) / l
        z = z - step
        if abs(step) < 1e-14 * (1 + abs(z)):
            break
    return z


def trace(f, start, h):
    """The closed curve u = 0 through `start`, the inside on its left."""
    points = [start]
    z = start
    for _ in range(400000):
        l = f.slope(z)
        # u grows along conj(l); the inside on the left means to go along i conj(l).
        step = min(h, 0.05 * min(abs(z - np.concatenate([f.z, f.w]))))
        direction = 1j * np.conj(l) / abs(l)
        middle = z + 0.5 * step * direction
        l = f.slope(middle)
        z = onto(f, z + step * 1j * np.conj(l) / abs(l))
        points.append(z)
        if len(points) > 8 and abs(z - start) < 0.75 * step:
            return np.array(points)
    raise RuntimeError("not closed")


def room(f):
    if f.n < f.m or (f.n == f.m and f.lead < -1e-12):
        return np.inf, np.inf
    if f.n == f.m and abs(f.lead) < 1e-12:
        return None, None
    curves = []
    bound = 4 * (1 + max(abs(np.concatenate([f.z, f.w]))))
    for point in np.concatenate([f.z, f.w]):
        inside = f.u(point + 1e-9) < 0
        for angle in np.linspace(0, 2 * np.pi, 8, endpoint=False) + 0.1:
            ts = np.geomspace(1e-6, bound, 6000)
            values = f.u(point + ts * np.exp(1j * angle))
            k = np.nonzero((values < 0) != inside)[0]
            if len(k) == 0:
                continue
            a, b = (ts[k[0] - 1] if k[0] else 0.0), ts[k[0]]
            for _ in range(60):
                c = 0.5 * (a + b)
                a, b = (c, b) if (float(f.u(point + c * np.exp(1j * angle))) < 0) == inside else (a, c)
            start = point + b * np.exp(1j * angle)
            if not any(np.min(np.abs(c - start)) < 0.02 for c in curves):
                curves.append(trace(f, onto(f, start), 0.006))
    # Every zero is inside, also where its island is smaller than the scans see.
    reach, area = max([0.0] + [z.real for z in f.z]), 0.0
    for c in curves:
        k = int(np.argmax(c.real))
        z = c[k]
        if z.real > 0:
            for _ in range(50):                       # u = 0 and Im R'/R = 0
                l, d = f.slope(z), -(1 / (z - f.z) ** 2).sum() + (1 / (z - f.w) ** 2).sum()
                J = np.array([[l.real, -l.imag], [d.imag, d.real]])
                z = z - complex(*np.linalg.solve(J, [float(f.u(z)), l.imag]))
            reach = max(reach, z.real if abs(z - c[k]) < 0.02 else c[k].real)
        closed = np.append(c, c[0])
        # The polygon's part with x > 0, each side cut at the axis.
        a, b = closed[:-1], closed[1:]
        ax, bx = a.real, b.real
        with np.errstate(all="ignore"):
            t = np.clip(np.where(ax != bx, ax / (ax - bx), 0.0), 0, 1)
        cut = a + t * (b - a)
        whole = np.where((ax > 0) & (bx > 0), 0.5 * (ax + bx) * (b - a).imag, 0)
        leaving = np.where((ax > 0) & (bx <= 0), 0.5 * ax * (cut - a).imag, 0)
        entering = np.where((ax <= 0) & (bx > 0), 0.5 * bx * (b - cut).imag, 0)
        area += float((whole + leaving + entering).sum())
    return reach, area


def disc(f, real):
    if real == 0:
        return 0.0
    ts = np.concatenate([np.geomspace(1e-5, 1, 3000), np.linspace(0, np.pi, 12000)[1:]])

    def stable(r):
        if np.any(np.abs(f.w + r) < r):
            return False
        z = r * (np.exp(1j * ts) - 1)
        values = f.u(z)
        for k in np.argsort(values)[-12:]:
            a, b = ts[max(k - 1, 0)], ts[min(k + 1, len(ts) - 1)]
            for _ in range(4):
                fine = np.linspace(a, b, 21)
                v = f.u(r * (np.exp(1j * fine) - 1))
                j = int(np.argmax(v))
                a, b = fine[max(j - 1, 0)], fine[min(j + 1, 20)]
                if v[j] > 1e-12 * (1 + r) and abs(fine[j]) > 0:
                    return False
        return True

    high = real / 2 if np.isfinite(real) else 1.0
    if not np.isfinite(real):
        while stable(high):
            high *= 2
            if high > 1e5:
                return np.inf
    elif stable(high):
        return high
    low = 0.0
    for _ in range(45):
        c = 0.5 * (low + high)
        low, high = (c, high) if stable(c) else (low, c)
    return low


def interval(p, q, direction):
    """The largest t with |P| <= |Q| on [0, t] * direction."""
    def square(c):
        re, im = [mp.mpf(0)] * len(c), [mp.mpf(0)] * len(c)
        for k, a in enumerate(c):
            w = direction ** k
            re[k], im[k] = a * mp.re(w), a * mp.im(w)
        out = [mp.mpf(0)] * (2 * len(c) - 1)
        for part in (re, im):
            for i, a in enumerate(part):
                for j, b in enumerate(part):
                    out[i + j] += a * b
        return out
    a, b = square(q), square(p)
    n = max(len(a), len(b))
    g = [(a[k] if k < len(a) else 0) - (b[k] if k < len(b) else 0) for k in range(n)]
    size = max(abs(c) for c in a + b)
    first = next((k for k, c in enumerate(g) if abs(c) > mp.mpf(10) ** -40 * size), None)
    if first is None:
        return np.inf
    g = g[first:]
    while len(g) > 1 and abs(g[-1]) < mp.mpf(10) ** -50:
        g.pop()
    value = lambda t: mp.polyval(g[::-1], t)
    found = sorted(mp.re(z) for z in roots(g) if abs(mp.im(z)) < mp.mpf(10) ** -15 * (1 + abs(z)) and mp.re(z) > 0)
    before = mp.mpf(0)
    for z in found:
        if z - before > mp.mpf(10) ** -12 and value((before + z) / 2) < 0:
            return float(before)
        before = z
    return float(before) if value(before * 2 + 1) < 0 else np.inf


def one_step(scheme, names):
    p, q = stability_function(scheme, names)
    f = Function(p, q)
    reach, area = room(f)
    real = interval(p, q, mp.mpc(-1))
    imaginary = interval(p, q, mp.mpc(0, 1))
    return reach, area, disc(f, real), real, imaginary


def multistep(scheme, names):
    alpha = np.array([float(number(x, names)) for x in scheme["alpha"]])
    beta = np.array([float(number(x, names)) for x in scheme["beta"]])

    def largest(z):
        """Largest modulus of the roots of rho - z sigma for an array of z."""
        c = alpha[None, :] - z.reshape(-1, 1) * beta[None, :]
        k = len(alpha) - 1
        m = np.zeros((len(c), k, k), dtype=complex)
        m[:, 0, :] = -(c[:, k - 1::-1] / c[:, k:k + 1])
        for i in range(1, k):
            m[:, i, i - 1] = 1
        return np.abs(np.linalg.eigvals(m)).max(-1).reshape(z.shape)

    theta = np.linspace(0, np.pi, 200001)[1:-1]
    zeta = np.exp(1j * theta)
    locus = np.polyval(alpha[::-1], zeta) / np.polyval(beta[::-1], zeta)
    locus = locus[np.isfinite(locus)]
    if np.max(np.abs(locus)) > 1e4:
        return None, None, None, None, None
    sigma = np.roots(beta[::-1]) if np.any(beta[:-1]) else np.array([0.0])
    if beta[-1] != 0 and np.max(np.abs(sigma)) < 1 - 1e-9:
        return np.inf, np.inf, None, None, None
    right = max(np.max(locus.real), 1e-3)
    top = np.max(np.abs(locus.imag)) + 1e-3
    n = 700
    x, y = (np.arange(n) + 0.5) / n * right, (np.arange(n) + 0.5) / n * top
    inside = np.concatenate([largest(x[None, :] + 1j * part[:, None]) <= 1 for part in np.array_split(y, 20)])
    reach = x[inside.any(0)].max() if inside.any() else 0.0
    area = 2 * inside.sum() * right * top / n / n
    return reach, area, None, None, None


def line(path):
    with open(path, "rb") as file:
        d = tomllib.load(file)
    names = letters(d.get("where", {}))
    kind = "runge-kutta" if "runge-kutta" in d else "multistep"
    if kind == "runge-kutta" and not exact(d[kind]):
        return None
    try:
        found = (one_step if kind == "runge-kutta" else multistep)(d[kind], names)
    except Exception as error:                          # said, not hidden
        print(f"{path}: {error!r}", file=sys.stderr)
        return None
    text = lambda x: "" if x is None else ("inf" if np.isinf(x) else f"{x:.12g}")
    return ",".join([d["name"], kind] + [text(x) for x in found])


if __name__ == "__main__":
    print("method,kind,reach,area,disc,real,imaginary")
    with ProcessPoolExecutor(int(os.environ.get("JOBS", "1"))) as pool:
        for row in pool.map(line, sorted(sys.argv[1:])):
            if row:
                print(row, flush=True)
