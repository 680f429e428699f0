"""Writes rounded_schemes.toml: published schemes with rounded coefficients, and the largest residual of their order conditions, order by order.

Independent of the crate: trees as nested tuples, weights by their definition in Python's fractions. The residuals are those of the
numbers as they are printed. Run: python3 rounded_schemes.py > rounded_schemes.toml

Sources of the coefficients: Carpenter & Kennedy (1994), NASA TM 109112 (2N form, multiplied out); Stanescu & Habashi (1998), J. Comput. Phys. 143;
"nodepy 1.1.1" as it prints CMR6, SSP22star, SSP75; Python 3's repr of 2/3 and of Gauss's nodes.
"""

from fractions import Fraction as Q
from itertools import combinations_with_replacement

CK_A = ["0", "-567301805773/1357537059087", "-2404267990393/2016746695238", "-3550918686646/2091501179385", "-1275806237668/842570457699"]
CK_B = ["1432997174477/9575080441755", "5161836677717/13612068292357", "1720146321549/2090206949498", "3134564353537/4481467310338",
        "2277821191437/14882151754819"]


def from_2n(a, b):
    """dU_i = a_i dU_(i-1) + h f(U_(i-1)), U_i = U_(i-1) + b_i dU_i, as a tableau."""
    s = len(a)
    value, change, rows = [Q(0)] * s, [Q(0)] * s, []
    for i in range(s):
        rows.append(value)
        change = [Q(a[i]) * x for x in change]
        change[i] += 1
        value = [x + Q(b[i]) * y for x, y in zip(value, change)]
    return rows, value


def texts(rows):
    return [[str(x) for x in row] for row in rows]


ck_a, ck_b = from_2n(CK_A, CK_B)
SCHEMES = {
    "carpenter-kennedy-54": (texts(ck_a), [str(x) for x in ck_b]),
    "stanescu-habashi-54-7-digits": (
        [["0"] * 5, ["0.2687454", "0", "0", "0", "0"], ["-0.2162426", "0.8014706", "0", "0", "0"],
         ["0.4084968", "-0.2309473", "0.5051570", "0", "0"], ["-0.1066449", "0.6203542", "0.0886194", "0.5623568", "0"]],
        ["0.1324382", "0.2252555", "0.2819392", "0.3013606", "0.0590065"]),
    "rk4-8-digits": ([["0"] * 4, ["0.5", "0", "0", "0"], ["0", "0.5", "0", "0"], ["0", "0", "1", "0"]],
                     ["0.16666667", "0.33333333", "0.33333333", "0.16666667"]),
    "rk4-10-digits": ([["0"] * 4, ["0.5", "0", "0", "0"], ["0", "0.5", "0", "0"], ["0", "0", "1", "0"]],
                      ["0.1666666667", "0.3333333333", "0.3333333333", "0.1666666667"]),
    "ralston-as-python-prints-it": ([["0", "0"], ["0.6666666666666666", "0"]], ["0.25", "0.75"]),
    "gauss-as-python-prints-it": ([["0.25", "-0.038675134594812866"], ["0.5386751345948129", "0.25"]], ["0.5", "0.5"]),
    "ssp22star-nodepy": ([["0", "0"], ["0.822875655532364", "0"]], ["0.392374781489287", "0.607625218510713"]),
    "cmr6-nodepy": (
        [["0", "0", "0", "0", "0", "0", "0", "0", "0"],
         ["0.13333333333333333", "0", "0", "0", "0", "0", "0", "0", "0"],
         ["0.05", "0.15", "0", "0", "0", "0", "0", "0", "0"],
         ["0.075", "0", "0.225", "0", "0", "0", "0", "0", "0"],
         ["0.4405706415737548", "-1.142601464498276", "0.694623849442529", "0.5674069734819922", "0", "0", "0", "0", "0"],
         ["-1.9036339130798205", "4.317187063691864", "1.0679961599194303", "-3.937090154185222", "1.2155408436537471", "0", "0", "0", "0"],
         ["4.830848347031681", "-7.633070775839958", "-7.400776169941999", "13.164919430915027", "-2.682304918646675", "0.7074478504700943", "0", "0", "0"],
         ["6.047924614619111", "-9.41410412495294", "-9.717250122181479", "16.745653641718636", "-3.5114710548514543", "0.8670224434355431", "-0.017775397787416717", "0", "0"],
         ["0.06074879254233705", "0", "0.2849093437792972", "0.043969638712828156", "0.3054819380127994", "0.16440587624234634", "0.5160328170687718", "-0.37554840635837994", "0"]],
        ["17572349/289262523", "0", "57513011/201864250", "15587306/354501571", "71783021/234982865", "29672000/180480167", "65567621/127060952", "-79074570/210557597", "0"]),
    "ssp75-nodepy": (
        [["0", "0", "0", "0", "0", "0", "0"],
         ["0.39238220805401", "0", "0", "0", "0", "0", "0"],
         ["0.310348765296963", "0.523846724909595", "0", "0", "0", "0", "0"],
         ["0.114817342432177", "0.248293597111781", "0", "0", "0", "0", "0"],
         ["0.136041285050893", "0.163250087363657", "0", "0.557898557725281", "0", "0", "0"],
         ["0.135252145083336", "0.20727408309754", "-0.180995372278096", "0.326486467604174", "0.348595427190109", "0", "0"],
         ["0.082675687408986", "0.14647232885896", "-0.160507707995237", "0.161924299217425", "0.028864227879979", "0.070259587451358", "0"]],
        ["0.110184169931401", "0.122082833871843", "-0.117309105328437", "0.169714358772186", "0.143346980044187", "0.348926696469455", "0.223054066239366"]),
}


def trees(n):
    if n == 1:
        return [()]
    found = set()

    def forests(left, largest):
        if left == 0:
            yield ()
        for size in range(min(left, largest), 0, -1):
            for t in trees(size):
                for rest in forests(left - size, size):
                    yield (t,) + rest

    for forest in forests(n - 1, n - 1):
        found.add(tuple(sorted(forest)))
    return sorted(found)


def size(t):
    return 1 + sum(map(size, t))


def density(t):
    product = size(t)
    for branch in t:
        product *= density(branch)
    return product


def stages(t, a):
    values = [Q(1)] * len(a)
    for branch in t:
        inner = stages(branch, a)
        values = [v * sum(x * y for x, y in zip(row, inner) if x) for v, row in zip(values, a)]
    return values


def defects(a, b, largest):
    a, b = [[Q(x) for x in row] for row in a], [Q(x) for x in b]
    residual = lambda t: abs(sum(x * y for x, y in zip(b, stages(t, a))) - Q(1, density(t)))
    return [float(max(map(residual, trees(n)))) for n in range(1, largest + 1)]


if __name__ == "__main__":
    print("# Written by rounded_schemes.py. defects[n - 1]: the largest residual of the conditions of order n.")
    for name, (a, b) in SCHEMES.items():
        row = lambda list: "[" + ", ".join(f'"{x}"' for x in list) + "]"
        print(f'\n[{name}]\nA = [\n' + "".join(f"    {row(r)},\n" for r in a) + f"]\nb = {row(b)}\ndefects = {defects(a, b, 7)}")
