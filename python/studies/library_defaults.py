"""At which sampling rate and noise does each library's default turn weak damping into growth, or triple it?

A loop fits pairs of samples of a weakly damped oscillation, λ = 2π(−ζ + i) per period, N samples a period, with white noise of ν times the signal's
root mean square on every sample. Noise on the first sample of a pair dilutes the regression: the multiplier that fits best is

    w = exp(Hλ) / (1 + ν²),      H = 1/N,

so the loop learns the λ̂ with F(λ̂) = w. Every cell is judged by its principal λ̂; some are trained for comparison.

    python library_defaults.py [--out runs.parquet] [--trained 40] [--figure library_defaults.png]

The sweep goes on where it was interrupted. It needs pandas, pyarrow and matplotlib.
"""

import argparse

import numpy as np

import lambdahat

CALLS = {
    "torchdiffeq:euler": "torchdiffeq euler",
    "torchdiffeq:midpoint": "torchdiffeq midpoint",
    "torchdiffeq:rk4": "torchdiffeq rk4",
    "torchdiffeq:dopri5": "torchdiffeq dopri5 (rtol 1e-7)",
    "diffrax:Heun": "diffrax Heun, one step",
    "diffrax:Tsit5": "diffrax Tsit5, one step",
    "diffrax:Tsit5:rtol=1e-3,atol=1e-6": "diffrax Tsit5, rtol 1e-3",
    "scipy:RK45": "scipy RK45 (rtol 1e-3)",
    "scipy:RK23": "scipy RK23 (rtol 1e-3)",
}
DAMPING = [0.005, 0.01, 0.02, 0.05, 0.1]
RATES = [float(np.round(rate, 3)) for rate in np.geomspace(2.5, 50, 27)]
NOISE = [0.0, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.3]
GRID = {"call": list(CALLS), "damping": DAMPING, "per_period": RATES, "noise": NOISE}
OUTCOMES = ["kept", "tripled", "grows", "none"]


def diluted(cell):
    """The mode that the noisy pairs show."""
    lam = 2 * np.pi * (-cell["damping"] + 1j)
    return lam, lam - np.log1p(cell["noise"] ** 2) * cell["per_period"]


def predicted(cell):
    """What the loop learns from a cell, on the principal branch."""
    lam, shown = diluted(cell)
    learned = lambdahat.branches(cell["call"], shown, 1 / cell["per_period"]).principal[0]
    if not np.isfinite(learned):
        outcome = "none"
    else:
        outcome = "grows" if learned.real > 0 else "tripled" if learned.real < 3 * lam.real else "kept"
    return {"re": float(learned.real), "im": float(learned.imag), "ratio": float(learned.real / lam.real), "outcome": outcome}


def trained(cell):
    """A matrix fitted to 4,000 noisy pairs: how far its eigenvalue is from the nearest predicted branch, relative to |λ|."""
    lam, shown = diluted(cell)
    rng, H = np.random.default_rng(cell["seed"]), 1 / cell["per_period"]
    starts = rng.normal(size=(4000, 2)) @ [1, 1j]
    z = starts[:, None] * np.exp(lam * H * np.arange(2.0))
    z = z + cell["noise"] * (rng.normal(size=(*z.shape, 2)) @ [1, 1j])
    x = list(np.stack([z.real, z.imag], axis=-1))
    call = lambdahat.Loop(cell["call"])
    model = lambdahat.fit([H * np.arange(2.0)] * len(x), x, call, model="linear", seeds=4, seed=cell["seed"])
    eigenvalue = max(np.linalg.eigvals(model.jacobian(np.zeros(2))), key=lambda value: value.imag)
    branches = lambdahat.branches(cell["call"], shown, H).learned[0]
    off = np.min(np.abs(np.r_[branches, branches.conj()] - eigenvalue)) / abs(lam)
    return {"re": float(eigenvalue.real), "im": float(eigenvalue.imag), "off": float(off)}


def figure(table, path, damping=0.02):
    """One panel a call: samples a period across, noise up."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt
    from matplotlib.colors import ListedColormap

    colours = ListedColormap(["#009E73", "#E69F00", "#D55E00", "#999999"])
    drawn, places = plt.subplots(3, 3, figsize=(9, 7), sharex=True, sharey=True, layout="constrained")
    for (call, title), ax in zip(CALLS.items(), places.ravel()):
        part = table[(table["call"] == call) & (table["damping"] == damping)]
        codes = part.assign(code=part["outcome"].map(OUTCOMES.index)).pivot(index="noise", columns="per_period", values="code")
        ax.pcolormesh(np.arange(len(RATES) + 1), np.arange(len(NOISE) + 1), codes.to_numpy(float), cmap=colours, vmin=-0.5, vmax=3.5)
        shown = [int(np.argmin(np.abs(np.array(RATES) - rate))) for rate in (2.5, 5, 10, 20, 50)]
        ax.set_xticks([k + 0.5 for k in shown], ["2.5", "5", "10", "20", "50"])
        ax.set_yticks(np.arange(len(NOISE)) + 0.5, [f"{noise:g}" for noise in NOISE], fontsize=7)
        ax.set_title(title, fontsize=9)
    drawn.supxlabel("samples per period")
    drawn.supylabel("noise / signal")
    for outcome, colour in zip(("damping kept", "damping more than tripled", "grows"), ("#009E73", "#E69F00", "#D55E00")):
        places[0, 0].plot([], [], "s", color=colour, label=outcome)
    drawn.legend(loc="outside upper center", ncols=3)
    drawn.savefig(path, dpi=110)


def main():
    """Run the sweep, train a sample of it, draw it, and print what a reader wants to know."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", default="runs.parquet")
    parser.add_argument("--trained", type=int, default=40)
    parser.add_argument("--figure", default="library_defaults.png")
    options = parser.parse_args()
    table = lambdahat.sweep(predicted, GRID, out=options.out)
    print(f"{len(table)} cells predicted, {int(table['error'].notna().sum())} failed")
    print("At ζ = 0.02: samples per period from which the damping stays damping and below its triple")
    for call, title in CALLS.items():
        part = table[(table["call"] == call) & (table["damping"] == 0.02)]
        words = []
        for noise in (0.0, 0.05, 0.2):
            row = part[part["noise"] == noise].sort_values("per_period")
            bad = row[row["outcome"] != "kept"]["per_period"].tolist()
            kept = row[row["outcome"] == "kept"]["per_period"].tolist()
            words.append(f"noise {noise:g}: " + (f"{min(kept):.3g} to {max(kept):.3g}" if kept else "nowhere") + (" with gaps" if kept and any(min(kept) < b < max(kept) for b in bad) else ""))
        print(f"  {title:32} " + "; ".join(words))
    # Calls of equal steps can be trained here; those that choose their own steps are trained in the tests, by their own libraries.
    fixed = table[~table["call"].isin(["torchdiffeq:dopri5", "diffrax:Tsit5:rtol=1e-3,atol=1e-6", "scipy:RK45", "scipy:RK23"])]
    sample = fixed.sample(min(options.trained, len(fixed)), random_state=0)
    cells = [{**{key: row[key] for key in GRID}, "seed": k} for k, (_, row) in enumerate(sample.iterrows())]
    learned = lambdahat.sweep(trained, cells, out=f"{options.out}.trained")
    print(f"{len(learned)} cells trained: off the nearest predicted branch by {learned['off'].median():.1%} of |λ| (median), {learned['off'].max():.1%} at most")
    figure(table, options.figure)


if __name__ == "__main__":
    main()
