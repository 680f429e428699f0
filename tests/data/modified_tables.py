"""Writes modified_tables.toml: the coefficients b(t)/sigma(t) of modified and inverse modified equations, trees of order 1 to 5.

Independent of the crate: no coproduct, no logarithm, no stages of an unknown field. Only the substitution law in its first form
(Chartier, Hairer & Vilmart 2005, 2010): every set of edges of a tree may be cut; what is left over, shrunk to points, is the skeleton, and

    (b * a)(t) = sum over the sets of edges of  a(skeleton) * product of b over the pieces.

The modified equation solves b * (1/gamma) = Phi, its inverse b * Phi = 1/gamma, one tree after another. Run: python3 modified_tables.py > modified_tables.toml
"""

from fractions import Fraction as Q
from itertools import product
from math import factorial

LARGEST = 5


def tree(children):
    return tuple(sorted(children, key=repr))


def trees(n):
    """All rooted trees with n vertices, as nested tuples."""
    if n == 1:
        return {()}
    found = set()

    def forests(left, largest):
        if left == 0:
            yield ()
            return
        for k in range(min(left, largest), 0, -1):
            for t in trees(k):
                for rest in forests(left - k, k):
                    yield (t,) + rest

    for forest in forests(n - 1, n - 1):
        found.add(tree(forest))
    return found


def order(t):
    return 1 + sum(order(c) for c in t)


def sigma(t):
    s = 1
    for c in set(t):
        k = t.count(c)
        s *= factorial(k) * sigma(c) ** k
    return s


def gamma(t):
    g = order(t)
    for c in t:
        g *= gamma(c)
    return g


def weight(t, A, b):
    """Phi(t) = sum b_i prod over branches of (sum_j a_ij ...)."""
    s = len(b)

    def inner(u):
        values = [Q(1)] * s
        for c in u:
            below = inner(c)
            for i in range(s):
                values[i] *= sum(A[i][j] * below[j] for j in range(s))
        return values

    return sum(b[i] * x for i, x in enumerate(inner(t)))


def edges(t):
    """The vertices 0, 1, ... with their parents, root first."""
    parents = []

    def walk(u, parent):
        me = len(parents)
        parents.append(parent)
        for c in u:
            walk(c, me)

    walk(t, None)
    return parents


def partitions(t):
    """Every set of cut edges: the pieces, and the skeleton."""
    parents = edges(t)
    n = len(parents)
    for cut in product([False, True], repeat=n - 1):
        is_cut = (True,) + cut  # the root begins a piece
        head = [0] * n  # the piece of each vertex, by its top vertex
        for v in range(n):
            head[v] = v if is_cut[v] else head[parents[v]]

        def piece(v):
            return tree(piece(c) for c in range(n) if parents[c] == v and not is_cut[c])

        def skeleton(top):
            return tree(skeleton(c) for c in range(1, n) if is_cut[c] and head[parents[c]] == top)

        tops = [v for v in range(n) if is_cut[v]]
        yield [piece(v) for v in tops], skeleton(0)


def solve(target, outer):
    """b with b * outer = target; outer of one vertex is 1."""
    b = {}
    for n in range(1, LARGEST + 1):
        for t in trees(n):
            known = Q(0)
            for pieces, skeleton in partitions(t):
                if len(pieces) > 1:
                    term = outer(skeleton)
                    for p in pieces:
                        term *= b[p]
                    known += term
            b[t] = target(t) - known
    return b


def bracket(t):
    return "τ" if t == () else "[" + "".join(bracket(c) for c in t) + "]"


H = Q(1, 2)
METHODS = {
    "forward-euler": ([[0]], [1]),
    "midpoint": ([[0, 0], [H, 0]], [0, 1]),
    "heun2": ([[0, 0], [1, 0]], [H, H]),
    "rk4": ([[0, 0, 0, 0], [H, 0, 0, 0], [0, H, 0, 0], [0, 0, 1, 0]], [Q(1, 6), Q(1, 3), Q(1, 3), Q(1, 6)]),
    "implicit-midpoint": ([[H]], [1]),
}

print("# b(t)/σ(t), the factor of h^(|t|-1) F(t): written by modified_tables.py, by a route of its own.")
for name, (A, b) in METHODS.items():
    A = [[Q(x) for x in row] for row in A]
    b = [Q(x) for x in b]
    phi = lambda t: weight(t, A, b)
    exact = lambda t: Q(1, gamma(t))
    for kind, series in (("modified", solve(phi, exact)), ("inverse", solve(exact, phi))):
        print(f"\n[{name}.{kind}]")
        for t in sorted(series, key=lambda t: (order(t), bracket(t))):
            print(f'"{bracket(t)}" = "{series[t] / sigma(t)}"')
