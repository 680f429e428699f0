"""A white input, the one of tests/held_inputs.rs: run in this folder, writes white_input.csv (numpy 2.4.6)."""
import numpy as np

with open("white_input.csv", "w") as f:
    f.write("u\n" + "".join(f"{float(u)!r}\n" for u in np.random.default_rng(0).standard_normal(201)))
