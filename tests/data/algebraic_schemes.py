"""Writes algebraic_schemes.toml: 30 Runge-Kutta and 12 multistep schemes over Q(sqrt(n)), and what an independent program finds of each.

Independent of the crate: numbers are pairs of Python's fractions with an exact sign, trees those of random_schemes.py, R = P/Q by Leibniz' rule;
roots by python-flint 0.9.0 (Arb, 400 bits), signs between them decided in pairs. A multistep scheme with multiple roots is not taken. Run: python3 algebraic_schemes.py > algebraic_schemes.toml
"""

import random
from fractions import Fraction as F
from functools import total_ordering
from itertools import permutations
from flint import acb, acb_poly, arb, ctx
from random_schemes import gamma, mono, order, psd, ssp, stage_order

ctx.prec = 400

@total_ordering
class Q:
    """a + b sqrt(n)."""
    n = 2
    def __init__(self, a, b=0): self.a, self.b = F(a), F(b)
    @staticmethod
    def of(x): return x if isinstance(x, Q) else Q(x)
    def __add__(self, o): o = Q.of(o); return Q(self.a+o.a, self.b+o.b)
    def __neg__(self): return Q(-self.a, -self.b)
    def __sub__(self, o): return self+-Q.of(o)
    def __mul__(self, o): o = Q.of(o); return Q(self.a*o.a+self.n*self.b*o.b, self.a*o.b+self.b*o.a)
    def __truediv__(self, o):
        o = Q.of(o); d = o.a*o.a-self.n*o.b*o.b
        return self*Q(o.a/d, -o.b/d)
    def __pow__(self, k):
        p = Q(1)
        for _ in range(k): p = p*self
        return p
    __radd__ = __add__; __rmul__ = __mul__
    def __rsub__(self, o): return Q.of(o)-self
    def __rtruediv__(self, o): return Q.of(o)/self
    def sign(self):
        s = lambda x: (x > 0)-(x < 0)
        if s(self.a)*s(self.b) >= 0: return s(self.a) or s(self.b)
        return s(self.a)*s(self.a**2-self.n*self.b**2)
    def __eq__(self, o): return (self-o).sign() == 0
    def __lt__(self, o): return (self-o).sign() < 0
    def __hash__(self): return hash((self.a, self.b))
    def arb(self): q = lambda x: arb(x.numerator)/arb(x.denominator); return q(self.a)+q(self.b)*arb(self.n).sqrt()
    def __str__(self):
        if self.b == 0: return str(self.a)
        return f"{self.a} + ({self.b})*sqrt({self.n})"

def trim(p):
    while p and p[-1] == 0: p = p[:-1]
    return p
def add(p, q): m = max(len(p), len(q)); return trim([(p[k] if k < len(p) else Q(0))+(q[k] if k < len(q) else Q(0)) for k in range(m)])
def mul(p, q):
    r = [Q(0)]*max(len(p)+len(q)-1, 0)
    for i, x in enumerate(p):
        for j, y in enumerate(q): r[i+j] = r[i+j]+x*y
    return trim(r)
def scale(p, c): return trim([x*c for x in p])
def ev(p, x):
    v = Q(0)
    for c in reversed(p): v = v*x+c
    return v
def div(p, q):
    p = p[:]; out = [Q(0)]*max(len(p)-len(q)+1, 0)
    for k in reversed(range(len(out))):
        out[k] = p[k+len(q)-1]/q[-1]
        for j, y in enumerate(q): p[k+j] = p[k+j]-out[k]*y
    return trim(out), trim(p[:len(q)-1])
def gcd(p, q):
    while q: p, q = q, div(p, q)[1]
    return p
def det(M):
    if not M: return [Q(1)]
    t = []
    for j, x in enumerate(M[0]):
        if x: t = add(t, scale(mul(x, det([r[:j]+r[j+1:] for r in M[1:]])), Q((-1)**j)))
    return t
class Undecided(Exception): pass
def derivative(p): return trim([c*k for k, c in enumerate(p)][1:])
def square_free(p): return len(gcd(p, derivative(p))) == 1
def roots(p):
    """The distinct roots, in balls."""
    p = div(p, gcd(p, derivative(p)))[0]
    try: return acb_poly([acb(c.arb()) for c in p]).roots()
    except ValueError: raise Undecided
def first_negative(p):
    """sup {x >= 0 : p >= 0 on [0, x]}, None for infinity."""
    if not p: return None
    while p[0] == 0: p = p[1:]
    found = [r.real for r in roots(p) if r.imag.contains(0)] if len(p) > 1 else []
    points = [0.0]+sorted(float(r.mid()) for r in found if r > 0)
    for k, x in enumerate(points):
        m = (x+points[k+1])/2 if k+1 < len(points) else 2*x+1
        if ev(p, Q(F(m))) < 0: return x
    return None
def stability(A, b):
    s = len(b); entry = lambda i, j, x: trim([Q(int(i == j)), x])
    d = det([[entry(i, j, -A[i][j]) for j in range(s)] for i in range(s)])
    n = det([[entry(i, j, b[j]-A[i][j]) for j in range(s)] for i in range(s)])
    g = gcd(n, d)
    n, d = div(n, g)[0], div(d, g)[0]
    return scale(n, 1/d[0]), scale(d, 1/d[0])
def square(p):
    even = [c*(-1)**k for k, c in enumerate(p[0::2])]; odd = [c*(-1)**k for k, c in enumerate(p[1::2])]
    return add(mul(even, even), mul([Q(0), Q(1)], mul(odd, odd)))
def judge(A, b):
    N, D = stability(A, b); s = len(b)
    im = first_negative(add(square(D), scale(square(N), Q(-1))))
    reflected = lambda p: [c*(-1)**k for k, c in enumerate(p)]
    n, d = reflected(N), reflected(D)
    ends = [first_negative(add(d, scale(n, Q(-1)))), first_negative(add(d, n))]
    re = min([x for x in ends if x is not None], default=None)
    right = all(r.real > 0 for r in roots(D)) if len(D) > 1 else True
    M = [[b[i]*A[i][j]+b[j]*A[j][i]-b[i]*b[j] for j in range(s)] for i in range(s)]
    symmetric = any(all(A[i][j]+A[p[i]][p[j]] == b[j] and b[p[j]] == b[j] for i in range(s) for j in range(s)) for p in permutations(range(s)))
    inf = float("inf")
    return dict(order=order(A, b), stage_order=stage_order(A, b), imaginary_interval=inf if im is None else im**.5,
        real_interval=inf if re is None else re, i_stable=im is None, a_stable=im is None and right and len(N) <= len(D),
        symplectic=all(x == 0 for r in M for x in r), b_stable=all(x >= 0 for x in b) and psd(M), symmetric=symmetric, ssp_coefficient=ssp(A, b))
def judge_multistep(alpha, beta):
    def residual(q):
        f = 1
        for j in range(2, q+1): f *= j
        a = sum((x*F(j)**q for j, x in enumerate(alpha)), Q(0))/f
        return a if q == 0 else a-sum((x*F(j)**(q-1) for j, x in enumerate(beta)), Q(0))*q/f
    p = -1
    while residual(p+1) == 0: p += 1
    def where(p):
        """Largest modulus: -1 inside, 0 simple on the circle (only +-1 are told exactly), 1 outside."""
        p = trim(p[:]); on = 0
        while p[0] == 0: p = p[1:]
        for unit in (1, -1):
            while len(p) > 1 and ev(p, Q(unit)) == 0: p = div(p, [Q(-unit), Q(1)])[0]; on += 1
            if on and len(p) > 1 and ev(p, Q(unit)) == 0: raise Undecided
        if len(p) > 1 and not square_free(p): raise Undecided
        sizes = [abs(r) for r in roots(p)] if len(p) > 1 else []
        if any(x.contains(1) or not (x < 1 or x > 1) for x in sizes): raise Undecided
        return 1 if any(x > 1 for x in sizes) else (0 if on else -1), on
    (rho, units), (sigma, _) = where(alpha), where(beta)
    return dict(order=max(p, 0), zero_stable=rho <= 0, strongly_stable=rho <= 0 and units == 1 and ev(alpha, Q(1)) == 0, discovery_stable=sigma <= 0)

random.seed(20261)
def rational(d=(1, 2, 3, 4, 6)): return F(random.randint(-6, 8), random.choice(d))
def number(): return Q(rational(), rational()/2) if random.random() < .6 else Q(rational())
def small(): return Q(F(random.randint(1, 5), 6), F(random.randint(0, 3), 12))
def draw():
    Q.n = random.choice([2, 3, 5, 6, 21]); s = random.choice([2, 2, 3, 3, 4]); kind = random.choice(["ex", "dirk", "full", "ssp", "cons", "order2"])
    A = [[Q(0)]*s for _ in range(s)]
    for i in range(s):
        for j in range(s):
            if (kind in ("ex", "ssp", "order2") and j < i) or (kind == "dirk" and j <= i) or kind in ("full", "cons"):
                A[i][j] = small() if kind == "ssp" else number()
    b = [small()/s if kind == "ssp" else number() for _ in range(s)]
    if random.random() < .8: b[-1] = 1-sum(b[:-1], Q(0))
    if kind == "cons" and s <= 3 and all(x != 0 for x in b):
        for i in range(s):
            A[i][i] = b[i]/2
            for j in range(i): A[j][i] = (b[i]*b[j]-b[i]*A[i][j])/b[j]
    if kind == "order2" and b[-1] != 0:
        c = [sum(r, Q(0)) for r in A]
        A[-1][0] = A[-1][0]+(F(1, 2)-sum((x*y for x, y in zip(b, c)), Q(0)))/b[-1]
    return A, b
KNOWN = [
    (3, [["1/4", "1/4 - 1/6s"], ["1/4 + 1/6s", "1/4"]], ["1/2", "1/2"]),
    (2, [["1 - 1/2s", "0"], ["1/2s", "1 - 1/2s"]], ["1/2s", "1 - 1/2s"]),
    (2, [["1 + 1/2s", "0"], ["-1/2s", "1 + 1/2s"]], ["-1/2s", "1 + 1/2s"]),
    (3, [["1/2 + 1/6s", "0"], ["-1/3s", "1/2 + 1/6s"]], ["1/2", "1/2"]),
    (6, [["11/45 - 7/360s", "37/225 - 169/1800s", "-2/225 + 1/75s"], ["37/225 + 169/1800s", "11/45 + 7/360s", "-2/225 - 1/75s"], ["4/9 - 1/36s", "4/9 + 1/36s", "1/9"]], ["4/9 - 1/36s", "4/9 + 1/36s", "1/9"]),
]
def typed(text):
    a, b = F(0), F(0)
    for part in text.replace("- ", "+ -").split("+ "):
        part = part.strip()
        if part.endswith("s"): b += F(part[:-1])
        else: a += F(part)
    return Q(a, b)

if __name__ == "__main__":
    print("# Written by algebraic_schemes.py (python-flint 0.9.0).")
    text = lambda v: str(v).lower() if isinstance(v, bool) else str(v)
    row = lambda list: "[" + ", ".join(f'"{x}"' for x in list) + "]"
    taken = 0
    while taken < 30:
        if taken < len(KNOWN):
            Q.n = KNOWN[taken][0]; A, b = [[typed(x) for x in r] for r in KNOWN[taken][1]], [typed(x) for x in KNOWN[taken][2]]
        else: A, b = draw()
        if all(x.b == 0 for r in A+[b] for x in r): continue
        try: found = judge(A, b)
        except Undecided:
            assert taken >= len(KNOWN), taken
            continue
        taken += 1
        print(f"\n[[runge-kutta]]\nA = [{', '.join(map(row, A))}]\nb = {row(b)}")
        for key, value in found.items(): print(f"{key} = {text(value)}")
    taken = 0
    while taken < 12:
        Q.n = random.choice([2, 3, 5]); k = random.choice([2, 2, 3, 4, 5])
        alpha = [number()/3 for _ in range(k)]+[Q(1)]
        if taken % 3: alpha[0] = alpha[0]-sum(alpha, Q(0))
        beta = [number() for _ in range(k+1)]
        if taken % 3 == 2: beta[0] = beta[0]+sum((x*j for j, x in enumerate(alpha)), Q(0))-sum(beta, Q(0))
        if all(x.b == 0 for x in alpha+beta) or beta[-1] == 0 or alpha[0] == 0 and beta[0] == 0: continue
        try: found = judge_multistep(alpha, beta)
        except Undecided: continue
        taken += 1
        print(f"\n[[multistep]]\nalpha = {row(alpha)}\nbeta = {row(beta)}")
        for key, value in found.items(): print(f"{key} = {text(value)}")
