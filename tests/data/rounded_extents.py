#!/usr/bin/env python3
"""How far the regions of methods with rounded coefficients reach, by interval arithmetic (python-flint 0.9: Arb) and the contours of stability_extents.py.

    python3 tests/data/rounded_extents.py methods/*.toml > tests/data/rounded_extents.csv

A decimal of twelve or more digits is a ball: half a unit of its last place. P and Q are polynomials of balls; leading coefficients that hold zero are dropped,
and `degree` says "open" where one of them is not zero by the shape of the tableau. `real` and `imaginary` are the first points of the axes at which
|R| > 1 for every scheme in the balls (0 where |Q|^2 - |P|^2 begins with a negative term), `disc` the least radius with such a point on its circle (scan and bisection). Reach and area are those of the midpoints of P and Q; empty where the degree is open.
"""
import re, sys, tomllib
import flint
import mpmath as mp
import numpy as np
from flint import acb, acb_poly, arb, arb_poly
import stability_extents as other

flint.ctx.prec = 400
LONG = re.compile(r"(?<![A-Za-z_])(\d+\.?\d*(?:[eE][-+]?\d+)?)")


def ball(text):
    """A decimal as it is known."""
    digits = re.sub(r"[eE].*", "", text)
    significant = digits.replace(".", "").lstrip("0")
    value = arb(text)
    if "." not in digits or len(significant) < 12:
        return value
    exponent = int(re.sub(r".*[eE]", "", text)) if re.search(r"[eE]", text) else 0
    half = arb(f"0.5e{exponent - len(digits.split('.')[1])}")
    return value.union(value + half).union(value - half)


def number(x, names):
    if isinstance(x, int):
        return arb(x)
    text = LITERALS.get(id(x), x) if isinstance(x, float) else x
    text = LONG.sub(r"ball('\1')", str(text).replace("^", "**"))
    return arb(eval(text, {"ball": ball, "sqrt": lambda q: arb(q).sqrt(), "__builtins__": {}}, names))


LITERALS = {}


class Literal(float):
    """A float that remembers how it is written."""
    def __new__(cls, text):
        self = super().__new__(cls, text)
        self.text = text
        return self

    def __str__(self):
        return self.text


def coefficients(d):
    names = {}
    for name, value in d.get("where", {}).items():
        if isinstance(value, dict):
            text = re.sub(r"(\d)x", r"\1*x", value["polynomial"]).replace("^", "**")
            with mp.workdps(130):
                root = mp.findroot(lambda x: eval(text, {"__builtins__": {}}, {"x": x}), mp.mpf(str(value["near"])))
                names[name] = arb(mp.nstr(root, 125)) + arb(0, 1e-120)
        else:
            names[name] = number(value, names)
    scheme = d["runge-kutta"]
    return [[number(x, names) for x in row] for row in scheme["A"]], [number(x, names) for x in scheme["b"]]


def zero(x):
    return x == 0


def dot(a, b):
    terms = [x * y for x, y in zip(a, b) if not zero(x) and not zero(y)]
    return sum(terms, arb(0))


def quotient(A, b):
    """P and Q, and whether the degree of P is open."""
    s = len(b)
    series, v = [arb(1)], [arb(1)] * s
    for _ in range(s):
        series.append(dot(b, v))
        v = [dot(row, v) for row in A]
    q = [arb(1)]
    if all(zero(A[i][j]) for i in range(s) for j in range(i + 1, s)):
        for i in range(s):
            q = [(q[k] if k < len(q) else arb(0)) - (A[i][i] * q[k - 1] if k else arb(0)) for k in range(len(q) + 1)]
    else:
        raise ValueError("full")
    p = [dot(q[:k + 1], series[k::-1]) for k in range(s + 1)]
    is_open = False
    explicit = all(zero(A[i][i]) for i in range(s))
    while p[-1].contains(0):
        is_open |= explicit and not zero(p[-1])
        p.pop()
    while q[-1].contains(0):
        q.pop()
    return p, q, is_open


def cancelled(p, A):
    """An implicit method's P and Q without the factors 1 - gamma z of which P is a multiple to within the rounding."""
    q = [arb(1)]
    for i in range(len(A)):
        g = A[i][i]
        if zero(g):
            continue
        value = arb(0)
        for c in p:
            value = value * g + c
        if len(p) > 1 and value.contains(0):
            out = []
            for c in p[:-1]:
                out.append(c + (out[-1] * g if out else arb(0)))
            while len(out) > 1 and out[-1].contains(0):
                out.pop()
            p = out
        else:
            q = [(q[k] if k < len(q) else arb(0)) - (g * q[k - 1] if k else arb(0)) for k in range(len(q) + 1)]
    return p, q


def excess(p, q):
    P, Q = acb_poly([acb(c) for c in p]), acb_poly([acb(c) for c in q])
    def certainly(z):
        a, b = P(z), Q(z)
        return bool(a.real * a.real + a.imag * a.imag > b.real * b.real + b.imag * b.imag)
    return certainly


def first(certainly, direction, far=2e3):
    """The first t > 0 at which `certainly(t direction)`, by a scan and bisection."""
    points = [float(t) for t in np.concatenate([np.geomspace(1e-4, 1, 400), np.linspace(1, 40, 4000)[1:], np.geomspace(40, far, 2000)[1:]])]
    before = 0.0
    for t in points:
        if certainly(direction * arb(t)):
            low, high = before, t
            for _ in range(60):
                c = 0.5 * (low + high)
                low, high = (low, c) if certainly(direction * arb(c)) else (c, high)
            return high
        before = t
    return np.inf


def leaves_at_once(p, q, imaginary):
    """Whether |R| > 1 right beside 0 on an axis: the first coefficient of |Q|^2 - |P|^2 there that is not zero to within the rounding is negative."""
    def square(c):
        flipped = [x if k % 2 == 0 else -x for k, x in enumerate(c)]
        if not imaginary:
            return arb_poly(flipped) * arb_poly(flipped)
        product = arb_poly(c) * arb_poly(flipped)          # f(z) f(-z), even, at z = iy
        return arb_poly([x if k % 4 == 0 else -x for k, x in enumerate(product.coeffs())])
    e = (square(q) - square(p)).coeffs()
    first = next((x for x in e if not x.contains(0)), None)
    return first is not None and first < 0


def disc(certainly, f, real):
    if not np.isfinite(real):
        real = 2e3
    ts = np.concatenate([np.geomspace(1e-4, 1, 1500), np.linspace(1, np.pi, 3000)])
    def unstable(r):
        z = r * (np.exp(1j * ts) - 1)
        values = f.u(z)
        # The worst points in doubles, each looked at nearer, then in balls.
        for k in np.argsort(values)[-6:]:
            a, b = ts[max(k - 1, 0)], ts[min(k + 1, len(ts) - 1)]
            for _ in range(5):
                fine = np.linspace(a, b, 21)
                v = f.u(r * (np.exp(1j * fine) - 1))
                j = int(np.argmax(v))
                a, b = fine[max(j - 1, 0)], fine[min(j + 1, 20)]
            w = complex(r * (np.exp(1j * fine[j]) - 1))
            if certainly(acb(w.real, w.imag)):
                return True
        return False
    if not unstable(real / 2):
        return real / 2 if real < 2e3 else np.inf
    low, high = 0.0, real / 2
    for _ in range(44):
        c = 0.5 * (low + high)
        low, high = (low, c) if unstable(c) else (c, high)
    return high


def line(path):
    with open(path, "rb") as file:
        d = tomllib.load(file, parse_float=Literal)
    if "runge-kutta" not in d or other.exact(d["runge-kutta"]):
        return None
    A, b = coefficients(d)
    p, q, is_open = quotient(A, b)
    if len(q) > 1:
        p, q = cancelled(p, A)
    mid = lambda c: [mp.mpf(x.mid().str(90, radius=False)) for x in c]
    f = other.Function(mid(p), mid(q))
    certainly = excess(p, q)
    real = first(certainly, acb(-1))
    imaginary = 0.0 if leaves_at_once(p, q, True) else first(certainly, acb(0, 1))
    reach, area = (None, None) if is_open else other.room(f)
    text = lambda x: "" if x is None else ("inf" if np.isinf(x) else f"{x:.12g}")
    degrees = f"{len(p) - 1}/{len(q) - 1}"
    return ",".join([d["name"], "open" if is_open else "known", degrees] + [text(x) for x in (reach, area, disc(certainly, f, real), real, imaginary)])


if __name__ == "__main__":
    print("method,degree,degrees,reach,area,disc,real,imaginary")
    for path in sorted(sys.argv[1:]):
        try:
            row = line(path)
        except Exception as error:                      # said, not hidden
            print(f"{path}: {error!r}", file=sys.stderr)
            continue
        if row:
            print(row, flush=True)
