#!/usr/bin/env python3
"""How far the regions of members of the families reach, by the contours and scans of stability_extents.py (60 digits, mpmath).

    python3 tests/data/family_extents.py PROGRAM > tests/data/family_extents.csv

The coefficients are those that the program prints (`verify NAME --algebra --json`); what is made of them is not.
"""
import json, subprocess, sys
import mpmath as mp
import numpy as np
import stability_extents as other

MEMBERS = """gauss:s=3 gauss:s=4 gauss:s=5 radau-ia:s=3 radau-ia:s=4 radau-iia:s=4 radau-iia:s=5 lobatto-iiia:s=4 lobatto-iiia:s=5 lobatto-iiib:s=4
lobatto-iiic:s=4 lobatto-iiic:s=5 lobatto-iiic-star:s=4 lobatto-iiic-star:s=6 lobatto-iiid:s=4 ssprk2:s=5 ssprk2:s=10 ssprk3:s=9 rkc1:s=5 rkc1:s=10
rkc1-damped:s=5 rkc1-damped:s=12 rkc2:s=5 rkc2:s=10 rkl1:s=5 rkl1:s=10 rkl2:s=5 rkl2:s=10 extrapolation-euler:k=4 extrapolation-euler:k=6
extrapolation-midpoint:k=3 extrapolation-midpoint:k=5 extrapolation-implicit-euler:k=3 extrapolation-implicit-euler:k=5
deferred-correction:k=3 deferred-correction:k=5 adams-bashforth:k=5 adams-bashforth:k=7 adams-bashforth:k=10 adams-moulton:k=3 adams-moulton:k=6
bdf:k=4 bdf:k=6 nystrom:k=3 nystrom:k=5 milne-simpson:k=3 milne-simpson:k=5""".split()


def line(name, program):
    report = json.loads(subprocess.run([program, "verify", name, "--algebra", "--json"], capture_output=True, check=True).stdout)[0]
    scheme, names = report["algebra"]["method"]["coefficients"], {}
    if report["field"]:
        text = report["field"]["polynomial"].replace("^", "**")
        import re
        text = re.sub(r"(\d)x", r"\1*x", text)
        c = lambda x: eval(text, {"__builtins__": {}}, {"x": x})
        names["a"] = mp.findroot(c, mp.mpf(report["field"]["near"]))
    kind = "runge-kutta" if "A" in scheme else "multistep"
    found = (other.one_step if kind == "runge-kutta" else other.multistep)(scheme, names)
    text = lambda x: "" if x is None else ("inf" if np.isinf(x) else f"{x:.12g}")
    return ",".join([name, kind] + [text(x) for x in found])


if __name__ == "__main__":
    print("method,kind,reach,area,disc,real,imaginary")
    for name in MEMBERS:
        try:
            print(line(name, sys.argv[1]), flush=True)
        except Exception as error:                      # said, not hidden
            print(f"{name}: {error!r}", file=sys.stderr)
