"""What a fit of these samples learns through each integrator, and what to do instead."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from . import _core
from .documents import Document, number
from .loops import Loop, as_loops
from .samples import as_samples


class Prediction(Document):
    """The document of ``lambdahat predict --json``: ``modes``, ``methods`` with their verdicts, ``recommendation``.

    A mode that the samples do not determine has ``settled == False`` and says why in ``because``; where none is settled,
    ``recommendation`` is None.
    """

    __slots__ = ()

    def _rows(self) -> list[dict[str, Any]]:
        rows = []
        for method in self._content["methods"]:
            for mode in method["modes"]:
                if mode["lambda"][1] < 0:
                    continue
                branches = mode.get("branches", [])
                principal = next((number(branch["lambda"]) for branch in branches if branch.get("principal")), None)
                rows.append(
                    {
                        "method": method["method"],
                        "substeps": method["substeps"],
                        "verdict": mode.get("verdict", method["verdict"]),
                        "lam": number(mode["lambda"]),
                        "learned": principal,
                        "branches": len(branches),
                    }
                )
        for call in self._content.get("calls", []):
            rows += [_call_row(call, mode) for mode in call["modes"]]
        return rows

    @property
    def precision(self) -> str:
        """``"float32"`` where the samples came in single precision, and no answer is better than their seven digits; else ``"float64"``."""
        return str(self._content.get("precision", "float64"))

    def __repr__(self) -> str:
        judged = [(method["method"], method["verdict"]) for method in self._content["methods"]]
        judged += [(call["name"], call["verdict"] or "unsettled") for call in self._content.get("calls", [])]
        verdicts = ", ".join(f"{name}: {verdict}" for name, verdict in judged[:4])
        single = ", float32 samples" if self.precision == "float32" else ""
        return f"Prediction({self._content['source']!r}, {verdicts}{f', … {len(judged) - 4} more' if len(judged) > 4 else ''}{single})"

    def plot(self, ax: Any = None) -> Any:
        """True modes and the principal λ̂ of each method in the complex plane, coloured by verdict.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional

        Returns
        -------
        matplotlib.axes.Axes
        """
        from .plots import prediction

        return prediction(self._rows(), ax)


def _call_row(call: dict[str, Any], mode: dict[str, Any]) -> dict[str, Any]:
    """A row for a training call with steps of its own."""
    solutions = (mode.get("found") or {}).get("solutions", [])
    principal = next((number(solution["lambda"]) for solution in solutions if solution["principal"]), None)
    return {
        "method": call["name"],
        "substeps": None,
        "verdict": mode.get("verdict") or call["verdict"],
        "lam": number(mode["lambda"]),
        "learned": principal,
        "branches": len(solutions),
    }


def predict(
    t: Any = None,
    x: Any = None,
    loop: str | Loop | Iterable[str | Loop] | None = None,
    *,
    system: str | None = None,
    H: float | None = None,
    m: int = 1,
    degree: int | None = None,
    log: bool = False,
    reach: float = 3.0,
    tolerance: float = 0.01,
    seed: int = 0,
) -> Prediction:
    """Predict what a fit learns through an integrator, before anyone trains.

    Parameters
    ----------
    t, x : array_like, optional
        Times of shape (n,) and states of shape (n, d) or (trajectories, n, d), or a list of trajectories; or one table with a time
        column as ``t`` (pandas, polars, xarray). Without both, ``system`` or an embedded damped oscillator.
    loop : str, Loop or several, optional
        The training call: ``"rk4"``, ``"torchdiffeq:rk4"``, ``Loop.torchdiffeq(…)``. Left out: what people train with. A call with steps of
        its own is judged in ``calls``, a method of equal steps in ``methods``.
    system : str, optional
        A named system instead of samples, such as ``"lotka-volterra:alpha=2"``.
    H : float, optional
        The sampling interval, for a system.
    m : int
        Integrator steps from sample to sample.
    degree : int, optional
        Degree of the map between samples; left out, it is chosen.
    log : bool
        Fit the logarithms of the data.
    reach : float
        Branches with |λ̂| up to this many times |λ| count.
    tolerance : float
        Relative error of λ̂ that is still faithful.
    seed : int
        Seed of the bootstrap.

    Returns
    -------
    Prediction

    Raises
    ------
    LambdahatError
        Samples that cannot be used, an unknown call; the message says what to do.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.arange(40) * 1.0
    >>> z = np.exp((-0.1 + 2j) * t)
    >>> found = predict(t, np.c_[z.real, z.imag], loop="torchdiffeq:rk4")
    >>> found.methods[0].verdict
    'artifact'
    """
    loops = as_loops(loop, m)
    sources = [one.source() for one in loops]
    substeps = {one.substeps for one in loops} or {m}
    if len(substeps) > 1:
        raise ValueError(f"loops with {sorted(substeps)} substeps cannot share a prediction; predict each by itself")
    options = {"substeps": substeps.pop(), "reach": reach, "tolerance": tolerance, "degree": degree, "log": log, "seed": seed}
    if t is None and x is None:
        return Prediction(json.loads(_core.predict_system(system or "oscillator", H, sources, options)))
    if system is not None:
        raise TypeError("give samples or a system, not both")
    samples = as_samples(t, x)
    content = json.loads(_core.predict_samples("samples", samples.variables, samples.trajectories, sources, options))
    return Prediction({**content, "precision": samples.precision})
