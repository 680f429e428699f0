"""Studies that workers of other processes import."""

import os
import time

from lambdahat import branches


def study(cell):
    principal = branches(cell["method"], -0.1 + 2j, cell["H"]).principal[0]
    return {"re": principal.real, "im": principal.imag}


def counted(cell):
    with open(cell["log"], "a") as file:
        file.write(f"{cell['k']}\n")
    if cell["k"] == 2 and not os.path.exists(cell["log"] + ".second"):
        open(cell["log"] + ".second", "w").close()
        raise RuntimeError("the machine caught fire")
    return {"square": cell["k"] ** 2}


def slow(cell):
    """A run that leaves its mark, so that one can count how often it was begun."""
    with open(cell["log"], "a") as file:
        file.write(f"{cell['k']}\n")
    time.sleep(0.05)
    return {"square": cell["k"] ** 2}
