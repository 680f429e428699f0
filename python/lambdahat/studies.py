"""Ready-made studies for ``lambdahat.sweep``: what a loop is predicted to learn, and what a fit learns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .audits import AuditedMode, audit
from .fits import fit
from .named_systems import System
from .predictions import predict

#: The settings of a cell with their defaults; `H` and `starts` left out are the system's own.
SETTINGS: dict[str, Any] = {"system": "damped-oscillator", "loop": "rk4", "H": None, "m": 1, "n": 100, "noise": 0.0, "model": None, "seed": 0}


def predicted(cell: Mapping[str, Any]) -> dict[str, Any]:
    """What is predicted for noisy samples of a system.

    Parameters
    ----------
    cell : mapping
        ``system``, ``loop``, ``H``, ``m``, ``n`` (samples after each start), ``noise`` (of each component, relative to its root mean
        square about its mean) and ``seed``, each with a default.

    Returns
    -------
    dict
        ``verdict`` of the loop, ``settled``, and of the mode with the largest imaginary part ``lam`` (found in the samples) and ``learned``
        (the principal λ̂; left out where there is none).

    Examples
    --------
    >>> predicted({"loop": "rk4", "H": 1.0})["verdict"]
    'artifact'
    """
    settings = _settings(cell, set(SETTINGS) - {"model"})
    t, x = _samples(settings)
    found = predict(t, x, settings["loop"], m=settings["m"])
    rows = [row for row in found._rows() if row["lam"] is not None]
    if not rows:
        return {"verdict": None, "settled": False}
    row = max(rows, key=lambda row: (row["lam"].imag, row["lam"].real))
    settled = all(mode["settled"] for mode in found.to_dict()["modes"])
    return {"verdict": row["verdict"], "settled": settled, "lam": row["lam"], **({} if row["learned"] is None else {"learned": row["learned"]})}


def trained(cell: Mapping[str, Any]) -> dict[str, Any]:
    """What a fit of noisy samples of a system learns.

    Parameters
    ----------
    cell : mapping
        As ``predicted`` has it, and ``model``, as in ``lambdahat.fit``; ``seed`` is that of the noise and of the fit.

    Returns
    -------
    dict
        ``loss``, ``nature`` (as in ``lambdahat.audit``), and of the mode with the largest imaginary part ``learned``, ``implied`` and
        ``branch``; they are left out where the model shows no mode near the samples.

    Examples
    --------
    >>> found = trained({"loop": "implicit-midpoint", "H": 1.0, "model": "linear"})
    >>> found["branch"], round(found["implied"].real, 6)
    ('principal', -0.1)
    """
    settings = _settings(cell, set(SETTINGS))
    t, x = _samples(settings)
    model = fit(t, x, settings["loop"], model=settings["model"], m=settings["m"], seed=int(settings["seed"]))
    found = audit(model, settings["loop"], t, x, m=settings["m"])
    told: dict[str, Any] = {"loss": model.loss, "nature": found.nature}
    seen = [mode for mode in found.modes if mode.implied is not None]
    if seen:
        mode: AuditedMode = max(seen, key=lambda mode: (mode.learned.imag, mode.learned.real))
        told |= {"learned": mode.learned, "implied": mode.implied, "branch": mode.branch}
    return told


#: What ``lambdahat.sweep`` calls by name.
STUDIES = {"predict": predicted, "fit": trained}


def _settings(cell: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
    unknown = sorted(set(cell) - known)
    if unknown:
        raise ValueError(f"{', '.join(unknown)} is no setting of this study; it has {', '.join(sorted(known))}")
    return SETTINGS | dict(cell)


def _samples(settings: Mapping[str, Any]) -> tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]]:
    """Trajectories from the system's usual starts, with white noise on every sample."""
    system, n = System(settings["system"]), int(settings["n"])
    interval = system.interval if settings["H"] is None else float(settings["H"])
    clean = [system.trajectory(start, interval, n) for start in system.starts]
    size = np.std(np.concatenate(clean), axis=0)
    rng = np.random.default_rng(int(settings["seed"]))
    noisy = [states + settings["noise"] * size * rng.normal(size=states.shape) for states in clean]
    return [interval * np.arange(n + 1.0) for _ in noisy], noisy
