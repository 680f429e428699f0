"""What a fit of these samples learns through each integrator, and what to do instead."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from . import _core
from .documents import Document, number, shown
from .loops import Loop, as_loops
from .samples import Reading, as_samples, even_times


class Prediction(Document):
    """The document of ``lambdahat predict --json``: ``modes``, ``methods`` with their verdicts, ``recommendation``; ``told`` says what to do in words.

    A mode that the samples do not determine has ``settled == False`` and says why in ``because``; where none is settled,
    ``recommendation`` is None.

    Examples
    --------
    >>> found = predict(system="damped-oscillator", loop=["rk4", "implicit-midpoint"], H=1.0)
    >>> [method.verdict for method in found.methods]
    ['artifact', 'distorted']
    >>> print(found)
    damped-oscillator (alpha = 0.1, omega = 2), one sample every 1
    method             verdict    in the data  learned
    rk4                artifact   -0.1+2j      0.1051+1.927j
    implicit-midpoint  distorted  -0.1+2j      -0.3402+3.088j
    Do this instead, of the methods asked for
      rk4 with 5 steps per sample, which learns −0.09996 ± 2i.
      implicit-midpoint keeps growth and decay apart at any step, but is off here.
    Still open: Samples every 1 cannot tell λ = −0.1 ± 2i from its alias −0.1 ∓ 4.283i (λ − 2πi/H),
      whatever the method. Sample closer than 0.785 apart, or start training near a slow model.
    """

    __slots__ = ()

    def _rows(self) -> list[dict[str, Any]]:
        rows = []
        for method in self._content["methods"]:
            # Where every mode is faithful, orbits decide.
            by_orbits = all(mode.get("verdict") == "faithful" for mode in method["modes"])
            for mode in method["modes"]:
                if mode["lambda"][1] < 0:
                    continue
                branches = mode.get("branches", [])
                principal = next((number(branch["lambda"]) for branch in branches if branch.get("principal")), None)
                rows.append(
                    {
                        "method": method["method"],
                        "substeps": method["substeps"],
                        "verdict": method["verdict"] if by_orbits else mode.get("verdict", method["verdict"]),
                        "lam": number(mode["lambda"]),
                        "learned": principal,
                        "branches": len(branches),
                    }
                )
        for call in self._content.get("calls", []):
            rows += [_call_row(call, mode) for mode in call["modes"]]
        for regression in self._content.get("regressions", []):
            rows += [_regression_row(regression, mode) for mode in regression["modes"]]
        return rows

    @property
    def precision(self) -> str:
        """``"float32"`` where the samples came in single precision, and no answer is better than their seven digits; else ``"float64"``."""
        return str(self._content.get("precision", "float64"))

    def __repr__(self) -> str:
        judged = [(method["method"], method["verdict"]) for method in self._content["methods"]]
        judged += [(call["name"], call["verdict"] or "unsettled") for call in self._content.get("calls", [])]
        judged += [(one["regression"]["name"], one["verdict"] or "unsettled") for one in self._content.get("regressions", [])]
        verdicts = ", ".join(f"{name}: {verdict}" for name, verdict in judged[:4])
        single = ", float32 samples" if self.precision == "float32" else ""
        return f"Prediction({self._content['source']!r}, {verdicts}{f', … {len(judged) - 4} more' if len(judged) > 4 else ''}{single})"

    def __str__(self) -> str:
        """What ``print`` shows: a line for each mode of each method, what to do instead, and what is not settled."""
        head = ("method", "verdict", "in the data", "learned")
        judged = [{**row, "verdict": row["verdict"] or "not settled"} for row in Prediction._rows(self)]
        lines = [tuple(shown(row[key]) for key in ("method", "verdict", "lam", "learned")) for row in judged]
        widths = [max(map(len, column)) for column in zip(head, *lines)]
        table = ["  ".join(word.ljust(width) for word, width in zip(line, widths)).rstrip() for line in (head, *lines)]
        out = [f"{self._content['source']}, one sample every {shown(float(self._content['interval']))}", *table]
        if self._content.get("told"):
            out.append(self._content["told"])
        return "\n".join(out)

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


def _regression_row(regression: dict[str, Any], mode: dict[str, Any]) -> dict[str, Any]:
    """A row for a regression on estimated derivatives, which has one solution."""
    learned = mode.get("learned")
    return {
        "method": regression["regression"]["name"],
        "substeps": None,
        "verdict": mode.get("verdict") or regression["verdict"],
        "lam": number(mode["lambda"]),
        "learned": None if learned is None else number(learned["lambda"]),
        "branches": 0 if learned is None else 1,
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
    horizon: float | None = None,
    rank: int | None = None,
    rest_at_zero: bool = False,
    loss: str = "pairs",
    call: str | None = None,
    dtype: str | None = None,
    seed: int = 0,
    time: str | None = None,
    columns: Sequence[str] | None = None,
    trajectory: str | None = None,
    inputs: Any = None,
    hold: str = "zero",
    time_unit: str | None = None,
    missing: Any = (),
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
        The sampling interval, for a system or for states ``x`` without times.
    m : int
        Integrator steps from sample to sample.
    degree : int, optional
        1: the system is known to be linear. Otherwise the degree of the map between samples; left out, as the samples tell.
    log : bool
        Fit the logarithms of the data.
    reach : float
        Branches with |λ̂| up to this many times |λ| count.
    tolerance : float
        Error that is still faithful over the horizon, in parts of the largest amplitude.
    horizon : float, optional
        The time over which what is learned is laid beside the truth; left out, the longest trajectory's, or a hundred intervals of a system.
    rank : int, optional
        How many coordinates the columns are reduced to; left out, as many as stand above the noise.
    rest_at_zero : bool
        The motion is known to come to rest at zero in every column.
    loss : str
        What training compares: ``pairs`` (each interval from its own sample), ``windows:K``, ``rollout`` or ``rollout-free-start``.
    call : str, optional
        For a library's call, what one call covers: ``pairs``, or ``trajectory:K`` for K samples; left out, what the loss covers.
    dtype : {"float32", "float64"}, optional
        For a library's call, the precision of the training; left out, both are thought of.
    seed : int
        Seed of the bootstrap.
    time, trajectory : str, optional
        Columns of a table; left out, they are found by their usual names.
    columns : sequence of str, optional
        The state's columns of a table; left out, all others.
    inputs : str, sequence of str, or array_like, optional
        Inputs u of ẋ = f(x, u): columns of a table (those named ``u:NAME`` always count), or an array shaped as x with p columns.
    hold : {"zero", "linear"}
        What an input does until the next sample.
    time_unit : str, optional
        Unit of the times: ``s``, ``min``, ``h``, ``day``, …
    missing : number or sequence of numbers
        Values that mean a missing cell, such as -999; NaN always does.

    Returns
    -------
    Prediction

    Raises
    ------
    LambdahatError
        Samples that cannot be used, an unknown call; the message says what to do.

    References
    ----------
    Lu & Tsai, *Artifacts of Numerical Integration in Learning Dynamical Systems* (2025), arXiv:2507.14491.

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
    options = {
        "substeps": substeps.pop(),
        "reach": reach,
        "tolerance": tolerance,
        "horizon": horizon,
        "degree": degree,
        "rank": rank,
        "rest_at_zero": rest_at_zero,
        "log": log,
        "seed": seed,
        "loss": loss,
        "call": call,
        "dtype": dtype,
    }
    if t is None and x is None:
        return Prediction(json.loads(_core.predict_system(system or "oscillator", H, sources, options)))
    if system is not None:
        raise TypeError("give samples or a system, not both")
    if H is not None:
        if t is not None:
            raise TypeError("give the times t or an even spacing H, not both")
        t = even_times(x, H)
    samples = as_samples(t, x, Reading(time, columns, trajectory, inputs, hold, time_unit, missing))
    content = json.loads(_core.predict_samples(samples.arrays(), sources, options))
    return Prediction({**content, "precision": samples.precision})
