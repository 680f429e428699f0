"""Whether a trained field is right in continuous time, or only at the step size it was trained with."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from .branching import branches
from .documents import number, shown
from .fields import VectorField, equilibria
from .loops import Loop, as_loop
from .rollouts import rollout_test
from .samples import as_samples, stacked_states, usual_interval

#: What is off by no more is the same, in amplitude as in phase, in parts of the motion's size: as in every verdict of ``predict`` and the command line.
TOLERANCE = _core.TOLERANCE
#: Intervals that rollouts are followed over at most, unless a horizon is given; and the most that a horizon may have.
FOLLOWED, MOST_INTERVALS = 200, 100_000


@dataclass(frozen=True)
class AuditedMode:
    """One eigenvalue of the trained field.

    Attributes
    ----------
    equilibrium : tuple of float
    learned : complex
        λ̂, an eigenvalue of the field's Jacobian there.
    implied : complex or None
        The continuous-time mode that the loop makes of it, ``log(R(hλ̂)**m)/H``, or with the factor of the library's own steps: what the
        model shows in the loop that trained it. None where it shows none: ``R(hλ̂) = 0``, or no number.
    branch : {"principal", "other", "none"}
        Which solution of ``R(hλ̂)**m == exp(Hλ)`` the learned eigenvalue is, for λ = implied; for a call with steps of its own, of the
        equation that its steps make.
    amplitude_error, phase_error : float or None
        How far ``exp(λ̂t)`` is from ``exp(λt)`` at most over the horizon, in parts of the largest ``|exp(λt)|`` there: what a wrong rate and what a wrong
        frequency make.
    same : bool
        Whether neither is more than the tolerance.
    sign_turned : bool
        Whether one grows and the other decays.
    """

    equilibrium: tuple[float, ...]
    learned: complex
    implied: complex | None
    branch: str
    amplitude_error: float | None
    phase_error: float | None
    same: bool
    sign_turned: bool


@dataclass(frozen=True)
class Audit:
    """The answer of ``audit``.

    Attributes
    ----------
    nature : {"continuous", "discrete", "unsettled"}
        "continuous": the field means what it says at any step size: every mode is the ``same`` and no rollout is off by more than the tolerance.
        "discrete": it is right at its own step size only. "unsettled": no equilibrium lies near the samples and the loop cannot be followed, so
        nothing is known.
    modes : tuple of AuditedMode
    call : str
        The training call.
    interval, horizon : float
        The sampling interval and how long the modes are compared.
    tolerance : float
    rollout_error : float or None
        How far the rollouts through the loop are from the field's own motion at most, in parts of how far that goes; infinite where one of them leaves.
        None where the loop cannot be followed (a multistep method, a library's implicit solver): then the modes alone decide.
    followed : int
        Over how many intervals they were.
    framework : str
    precision : {"float64", "float32"}
        What the model computes in.
    jacobian_error : float
        Relative error of the eigenvalues' matrix.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.arange(40.0)
    >>> z = np.exp((-0.1 + 2j) * t)
    >>> found = audit(lambda y: y @ np.array([[-0.1, 2.0], [-2.0, -0.1]]), "rk4", t, np.c_[z.real, z.imag])
    >>> found.nature, len(found.modes)                   # the true field, but RK4 at this step makes another map of it
    ('discrete', 2)
    """

    nature: str
    modes: tuple[AuditedMode, ...]
    call: str
    interval: float
    horizon: float
    tolerance: float
    rollout_error: float | None
    followed: int
    framework: str
    precision: str
    jacobian_error: float

    def __repr__(self) -> str:
        single = ", in float32" if self.precision == "float32" else ""
        return f"Audit({self.nature!r}, {len(self.modes)} modes through {self.call!r}{single})"

    def to_dict(self) -> dict[str, Any]:
        """Plain values; complex numbers stay complex."""
        return asdict(self)

    def to_frame(self) -> Any:
        """One row a mode, as a ``pandas.DataFrame``."""
        import pandas

        return pandas.DataFrame([asdict(mode) for mode in self.modes])

    def plot(self, ax: Any = None) -> Any:
        """The field's eigenvalues, and the modes that the loop makes of them at its own step size.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional

        Returns
        -------
        matplotlib.axes.Axes
        """
        from .plots import turned

        told = [(mode.learned, mode.implied) for mode in self.modes if mode.implied is not None]
        learned, implied = [one for one, _ in told], [one for _, one in told]
        return turned(learned, implied, ("the field", "at its own step size"), f"{self.nature}, through {self.call}", ax)

    def _repr_html_(self) -> str:
        cells = [(shown(m.learned), shown(m.implied), m.branch, shown(m.amplitude_error), shown(m.phase_error)) for m in self.modes]
        rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in cells)
        head = "<tr><th>learned λ̂</th><th>at its own step size</th><th>branch</th><th>amplitude off by</th><th>phase off by</th></tr>"
        return f"<table><caption>{self!r}</caption>{head}{rows}</table>"


def audit(
    f: Callable[..., Any], loop: str | Loop, t: Any, x: Any = None, *, m: int = 1, horizon: float | None = None, tolerance: float = TOLERANCE, args: Any = None
) -> Audit:
    """Is this trained field right in continuous time, or only at its own step size?

    The measure is that of ``predict`` and of the command ``lambdahat audit``: each mode of the field is laid beside the one that the loop shows, and rollouts
    through the loop, from the starts of the trajectories, beside the field's own motion.

    Parameters
    ----------
    f : callable
        The trained right-hand side: ``f(y)``, ``f(t, y)`` or ``f(t, y, args)``; torch, JAX, Equinox or numpy; batched or not.
    loop : str or Loop
        The training call, such as ``"rk4"`` or ``Loop.torchdiffeq(method="rk4")``.
    t, x : array_like
        The samples that it was trained on; see ``predict``.
    m : int
        Integrator steps from sample to sample, for a method's name.
    horizon : float, optional
        The time to compare over. Left out, modes are compared over the longest trajectory, and rollouts over at most 200 intervals of it.
    tolerance : float
        What may be off, in parts of the motion's size.
    args : object, optional
        The third argument of f.

    Returns
    -------
    Audit

    Raises
    ------
    LambdahatError, TypeError, ValueError
        An unknown call, samples or a callable that cannot be used.

    References
    ----------
    Lu & Tsai, *Artifacts of Numerical Integration in Learning Dynamical Systems* (2025), arXiv:2507.14491.

    Examples
    --------
    RK4 turned a decaying oscillation into this growing one:

    >>> import numpy as np
    >>> t = np.arange(40.0)
    >>> z = np.exp((-0.1 + 2j) * t)
    >>> a, b = 0.105105260738927, 1.926832632793115
    >>> result = audit(lambda y: y @ np.array([[a, b], [-b, a]]), "rk4", t, np.c_[z.real, z.imag])
    >>> result.nature, f"{result.modes[0].implied:.4f}", result.modes[0].sign_turned
    ('discrete', '-0.1000+2.0000j', True)
    """
    if horizon is not None and not 0 < horizon < np.inf:
        raise ValueError(f"the horizon is a positive time, not {horizon!r}")
    if not 0 < tolerance < np.inf:
        raise ValueError(f"the tolerance is a positive part of the motion's size, not {tolerance!r}")
    call, samples = as_loop(loop, m), as_samples(t, x)
    states = stacked_states(samples)
    times = [times for _, times, _ in samples.trajectories]
    interval = usual_interval(samples)
    longest = float(max(one[-1] - one[0] for one in times))
    intervals = _covering(longest if horizon is None else horizon, interval)
    if horizon is not None and intervals > MOST_INTERVALS:
        raise ValueError(f"a horizon of {horizon:g} is more than {MOST_INTERVALS} intervals of {interval:g}; give at most {MOST_INTERVALS * interval:g}")
    field = VectorField.of(f, states.mean(0), args)
    before = [one[:-1] for _, _, one in samples.trajectories]
    starts = np.concatenate(before)
    whole = starts[np.isfinite(starts).all(axis=1)]
    compared = longest if horizon is None else horizon
    found, error = audited_modes(field, call, states, interval, compared, whole, tolerance)
    first = [one[np.isfinite(one).all(axis=1)][:1] for one in before]
    rollouts = rollout_test(field, call, np.concatenate(first), interval, min(intervals, FOLLOWED) if horizon is None else intervals)
    if not found and rollouts.error is None:
        nature = "unsettled"
    else:
        still = rollouts.error is None or rollouts.error <= tolerance
        nature = "continuous" if still and all(mode.same for mode in found) else "discrete"
    return Audit(
        nature, tuple(found), call.call, interval, compared, tolerance, rollouts.error, rollouts.intervals, field.framework, field.precision, error
    )


def _covering(time: float, interval: float) -> int:
    """So many whole intervals as cover a time."""
    return max(1, int(np.ceil(time / interval * (1 - 1e-9))))


def audited_modes(
    field: VectorField,
    call: Loop,
    states: NDArray[np.float64],
    interval: float,
    horizon: float,
    starts: NDArray[np.float64] | None = None,
    tolerance: float = TOLERANCE,
) -> tuple[list[AuditedMode], float]:
    """The modes of the field at its equilibria near the samples, and the relative error of the Jacobians.

    ``starts`` are the states at which the call begins: their amplitudes enter the error norm of a call that controls its steps. The norm's
    scale is that of the distance from the equilibrium.
    """
    modes, error = [], 0.0
    for point in equilibria(field, states):
        jacobian, one = field.jacobian(point)
        error = max(error, one)
        values, vectors = np.linalg.eig(jacobian)
        for k, learned in enumerate(values.astype(np.complex128)):
            batch = amplitudes(vectors, k, (states if starts is None else starts) - point) if call.own_steps is not None else None
            factor = complex(call.multiplier(np.array([learned]), interval, batch)[0])
            place = tuple(float(value) for value in point)
            if factor == 0 or not np.isfinite(factor):
                modes.append(AuditedMode(place, complex(learned), None, "none", None, None, False, False))
                continue
            implied = nearest_alias(np.log(factor) / interval, learned, interval)
            amplitude, phase = _core.discrepancy(implied, complex(learned), horizon)
            turned = learned.real * implied.real < 0 and min(abs(learned.real), abs(implied.real)) > 1e-9 * abs(learned)
            branch = _branch(call, learned, implied, interval, batch)
            modes.append(AuditedMode(place, complex(learned), implied, branch, amplitude, phase, max(amplitude, phase) <= tolerance, bool(turned)))
    return modes, error


def amplitudes(vectors: NDArray[Any], k: int, deviations: NDArray[np.float64]) -> NDArray[np.complex128] | None:
    """The amplitude of mode k in each deviation, so that its real and imaginary parts are as large as a state in the mode's plane.

    None where the eigenvectors do not span the space.
    """
    unit = vectors / np.linalg.norm(vectors, axis=0)
    if np.linalg.cond(unit) > 1e12:
        return None
    coefficients = np.linalg.solve(unit.astype(np.complex128), deviations.T.astype(np.complex128))[k]
    size = 1.0 if np.isrealobj(vectors) or not np.any(np.imag(vectors[:, k])) else np.sqrt(2.0)
    kept = coefficients[np.abs(coefficients) > 1e-9 * np.max(np.abs(coefficients), initial=1e-300)]
    return np.ascontiguousarray(size * kept)


def nearest_alias(lam: complex, to: complex, interval: float) -> complex:
    """λ + 2πik/H with |Im λ| ≤ π/H: sampling cannot tell the others from it, and the principal one is what a smooth motion has.

    A learned eigenvalue that lies beyond π/H itself keeps the alias that is nearest to it only where both agree to within a hundredth.
    """
    turn = 2j * np.pi / interval
    k = round((to - lam).imag / turn.imag)
    shifted = lam + k * turn
    return complex(shifted if abs(shifted - to) < 0.01 * abs(to) else lam)


def _branch(call: Loop, learned: complex, implied: complex, interval: float, batch: NDArray[np.complex128] | None) -> str:
    """Which solution the learned eigenvalue is; by its definition λ = implied has it among its solutions."""
    own = call.own_steps
    try:
        if own is None:
            method, substeps = call.method()
            table = branches(method, implied, interval, substeps)
            solutions, principal = table.learned[0], int(table.index[0])
        else:
            found = json.loads(own.branches(implied, interval, batch))["branches"]
            solutions = np.array([number(one["lambda"]) for one in found], dtype=np.complex128)
            principal = next((k for k, one in enumerate(found) if one["principal"]), -1)
    except ValueError:
        return "none"
    distance = np.abs(solutions - learned)
    k = int(np.argmin(distance)) if distance.size else -1
    near = k >= 0 and bool(distance[k] < 1e-2 * abs(learned))
    if own is not None:
        return "principal" if near and k == principal else "other" if principal >= 0 else "none"
    return "none" if not near else "principal" if k == principal else "other"
