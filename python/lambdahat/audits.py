"""Whether a trained field is right in continuous time, or only at the step size it was trained with."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .branching import branches
from .documents import number, shown
from .fields import VectorField, equilibria
from .loops import Loop, as_loop
from .samples import as_samples, stacked_states

#: A mode is right in continuous time if it stays within this relative distance over the horizon.
CLOSE = 0.1


@dataclass(frozen=True)
class AuditedMode:
    """One eigenvalue of the trained field.

    Attributes
    ----------
    equilibrium : tuple of float
    learned : complex
        λ̂, an eigenvalue of the field's Jacobian there.
    implied : complex
        The continuous-time mode that the loop makes of it, ``log(R(hλ̂)**m)/H``, or with the factor of the library's own steps: what the
        model shows in the loop that trained it.
    branch : {"principal", "other", "none"}
        Which solution of ``R(hλ̂)**m == exp(Hλ)`` the learned eigenvalue is, for λ = implied; for a call with steps of its own, of the
        equation that its steps make.
    growth : float
        How far the two are apart at the end of the horizon, ``|exp((λ̂ − λ)·horizon) − 1|``.
    sign_turned : bool
        Whether one grows and the other decays.
    """

    equilibrium: tuple[float, ...]
    learned: complex
    implied: complex
    branch: str
    growth: float
    sign_turned: bool


@dataclass(frozen=True)
class Audit:
    """The answer of ``audit``.

    Attributes
    ----------
    nature : {"continuous", "discrete", "unsettled"}
        "continuous": the field means what it says at any step size. "discrete": it is right at its own step size only.
        "unsettled": no equilibrium lies near the samples, so nothing is known.
    modes : tuple of AuditedMode
    call : str
        The training call.
    interval, horizon : float
        The sampling interval and how long the comparison runs.
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

        learned, implied = [mode.learned for mode in self.modes], [mode.implied for mode in self.modes]
        return turned(learned, implied, ("the field", "at its own step size"), f"{self.nature}, through {self.call}", ax)

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><td>{shown(m.learned)}</td><td>{shown(m.implied)}</td><td>{m.branch}</td><td>{shown(m.growth)}</td></tr>" for m in self.modes)
        head = "<tr><th>learned λ̂</th><th>at its own step size</th><th>branch</th><th>apart at the end</th></tr>"
        return f"<table><caption>{self!r}</caption>{head}{rows}</table>"


def audit(f: Callable[..., Any], loop: str | Loop, t: Any, x: Any = None, *, m: int = 1, horizon: float | None = None, args: Any = None) -> Audit:
    """Is this trained field right in continuous time, or only at its own step size?

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
        How long a rollout is meant to last; left out, as long as the longest trajectory.
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
    call, samples = as_loop(loop, m), as_samples(t, x)
    states = stacked_states(samples)
    times = [times for _, times, _ in samples.trajectories]
    interval = float(np.median(np.concatenate([np.diff(one) for one in times])))
    horizon = float(max(one[-1] - one[0] for one in times)) if horizon is None else horizon
    field = VectorField.of(f, states.mean(0), args)
    starts = np.concatenate([states[:-1] for _, _, states in samples.trajectories])
    found, error = audited_modes(field, call, states, interval, horizon, starts[np.isfinite(starts).all(axis=1)])
    if not found:
        nature = "unsettled"
    else:
        nature = "continuous" if all(mode.growth <= CLOSE and not (mode.sign_turned and mode.growth > CLOSE / 10) for mode in found) else "discrete"
    return Audit(nature, tuple(found), call.call, interval, horizon, field.framework, field.precision, error)


def audited_modes(
    field: VectorField, call: Loop, states: NDArray[np.float64], interval: float, horizon: float, starts: NDArray[np.float64] | None = None
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
            if factor == 0 or not np.isfinite(factor):
                continue
            implied = nearest_alias(np.log(factor) / interval, learned, interval)
            modes.append(
                AuditedMode(
                    tuple(float(value) for value in point),
                    complex(learned),
                    implied,
                    _branch(call, learned, implied, interval, batch),
                    float(abs(np.expm1(np.clip((learned - implied).real * horizon, -700, 700) + 1j * (learned - implied).imag * horizon))),
                    bool(learned.real * implied.real < 0 and min(abs(learned.real), abs(implied.real)) > 1e-9 * abs(learned)),
                )
            )
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
