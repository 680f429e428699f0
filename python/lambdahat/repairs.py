"""The continuous-time field behind one that is right at its own step size only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from .audits import AuditedMode, audited_modes
from .fields import VectorField
from .loops import Loop, as_loop
from .samples import as_samples, stacked_states

#: Products of up to so many modes are followed exactly.
LARGEST_DEGREE = 5
#: At most so many steps of the trained map are taken for one value of the repaired field.
MOST_ITERATES = 24


@dataclass(frozen=True)
class RepairedField:
    """A field whose flow passes through the iterates of the trained map, called as the trained one is.

    The value at y is ``Σ_j w_j S^j(y)``, S the trained map over one sampling interval. The weights differentiate exactly every product of
    up to ``degree`` modes of the map at its equilibrium, so the linear part is exact, and the rest as far as those products reach. It is
    differentiable wherever f is, and pickles if f does.

    Attributes
    ----------
    field : VectorField
        The trained field.
    tableau : tuple of ndarray
        A and b of the method that it was trained through.
    step, substeps : float, int
        h and m.
    weights : tuple of float
        w_j, per unit of time.
    degree : int
    before, after : tuple of complex
        Eigenvalues of the trained field at its equilibrium, and of the repaired one.
    error_before, error_after : float
        How far each field's flow over one interval misses the trained map, root mean square over the samples, relative to the motion.
    """

    field: VectorField
    tableau: tuple[NDArray[np.float64], NDArray[np.float64]]
    step: float
    substeps: int
    weights: tuple[float, ...]
    degree: int
    before: tuple[complex, ...]
    after: tuple[complex, ...]
    error_before: float
    error_after: float

    def __call__(self, *arguments: Any) -> Any:
        """The repaired field, with the trained one's arguments: y, (t, y) or (t, y, args)."""
        y = arguments[0] if self.field.arity == 1 else arguments[1]
        return self.native(y)

    def native(self, y: Any) -> Any:
        """The value at a state of the framework's own type."""
        total, state = self.weights[0] * y, y
        for weight in self.weights[1:]:
            state = self.map(state)
            total = total + weight * state
        return total

    def map(self, y: Any) -> Any:
        """The trained map S over one sampling interval."""
        a, b = self.tableau
        for _ in range(self.substeps):
            slopes: list[Any] = []
            for row in a:
                stage = y
                for coefficient, slope in zip(row, slopes):
                    if coefficient:
                        stage = stage + float(self.step * coefficient) * slope
                slopes.append(self.field.native(stage))
            for coefficient, slope in zip(b, slopes):
                if coefficient:
                    y = y + float(self.step * coefficient) * slope
        return y

    def __repr__(self) -> str:
        return f"RepairedField({len(self.weights)} iterates, off by {self.error_after:.1e} of the motion, before {self.error_before:.1e})"


def repair(f: Callable[..., Any], loop: str | Loop, t: Any, x: Any = None, *, m: int = 1, args: Any = None) -> RepairedField:
    """Turn a field that was trained through a coarse integrator into the continuous-time field with the same samples.

    Parameters
    ----------
    f, loop, t, x, m, args
        As in :func:`audit`. The method must be explicit.

    Returns
    -------
    RepairedField
        A callable with f's arguments, in f's framework.

    Raises
    ------
    ValueError
        No equilibrium near the samples, an implicit method, a mode beyond half a turn a sample, or no repair that comes nearer to the
        trained map than the field itself.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.arange(40.0)
    >>> z = np.exp((-0.1 + 2j) * t)
    >>> a, b = 0.105105260738927, 1.926832632793115
    >>> repaired = repair(lambda y: y @ np.array([[a, b], [-b, a]]), "rk4", t, np.c_[z.real, z.imag])
    >>> sorted(f"{lam:.3f}" for lam in repaired.after)
    ['-0.100+2.000j', '-0.100-2.000j']
    """
    call, samples = as_loop(loop, m), as_samples(t, x)
    states = stacked_states(samples)
    interval = float(np.median(np.concatenate([np.diff(times) for _, times, _ in samples.trajectories])))
    field = VectorField.of(f, states.mean(0), args)
    method = call.method()
    if not method.explicit:
        raise ValueError(f"{method.name} is implicit: a repaired callable follows explicit methods only; audit it instead")
    tableau = method._scheme.tableau()
    modes, _ = audited_modes(field, call, states, interval, interval)
    if not modes:
        raise ValueError("no equilibrium of f lies near the samples, so its map has no modes to continue; give samples about one")
    modes = _at_one_point(modes, states)
    if any(abs(mode.implied.imag) * interval > 0.98 * np.pi for mode in modes):
        raise ValueError("a mode turns by half a turn from sample to sample: the samples do not tell its sense; sample more closely")
    chosen = states[:: max(1, len(states) // 64)]
    blank = RepairedField(field, tableau, interval / call.substeps, call.substeps, (0.0,), 0, tuple(mode.learned for mode in modes), (), 0.0, 0.0)
    mapped = _rows(blank.map, field, chosen)
    motion = max(float(np.sqrt(np.mean((mapped - chosen) ** 2))), 1e-300)

    def miss(flow: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> float:
        return float(np.sqrt(np.mean((_flow(flow, chosen, interval) - mapped) ** 2))) / motion

    before = miss(field)
    best: RepairedField | None = None
    for degree in range(1, LARGEST_DEGREE + 1):
        weights = _weights([mode.implied for mode in modes], degree, interval)
        if weights is None:
            break
        trial = RepairedField(field, tableau, blank.step, blank.substeps, weights, degree, blank.before, (), before, 0.0)
        with np.errstate(all="ignore"):
            error = miss(partial(_rows, trial.native, field))
        if np.isfinite(error) and (best is None or error < best.error_after):
            after = tuple(complex(mode.implied) for mode in modes)
            best = RepairedField(field, tableau, blank.step, blank.substeps, weights, degree, blank.before, after, before, error)
    if best is None or not best.error_after < before:
        raise ValueError(f"no repair comes nearer to the trained map than f itself (off by {before:.1e} of the motion); train it anew with smaller steps")
    return best


def _at_one_point(modes: list[AuditedMode], states: NDArray[np.float64]) -> list[AuditedMode]:
    """The modes at the equilibrium that is nearest to the samples' mean."""
    points = {mode.equilibrium for mode in modes}
    nearest = min(points, key=lambda point: float(np.linalg.norm(np.asarray(point) - states.mean(0))))
    return [mode for mode in modes if mode.equilibrium == nearest]


def _weights(modes: list[complex], degree: int, interval: float) -> tuple[float, ...] | None:
    """Weights w of the iterates with ``Σ_j w_j e^{εjH} = ε`` for every sum ε of up to ``degree`` modes; the smallest such weights."""
    sums = [sum(choice) for n in range(degree + 1) for choice in combinations_with_replacement(modes, n)]
    exponents = np.array(sorted(set(np.round(np.array(sums, dtype=complex), 12)), key=lambda z: (z.real, z.imag)))
    count = int(np.ceil(1.5 * (len(exponents) - 1))) + 1
    if count - 1 > MOST_ITERATES:
        return None
    matrix = np.exp(np.outer(exponents, interval * np.arange(count)))
    rows = np.concatenate([matrix.real, matrix.imag])
    right = np.concatenate([exponents.real, exponents.imag])
    weights, *_ = np.linalg.lstsq(rows, right, rcond=1e-12)
    return tuple(float(weight) for weight in weights)


def _rows(function: Callable[[Any], Any], field: VectorField, states: NDArray[np.float64]) -> NDArray[np.float64]:
    """A native function of the framework at rows of numpy states."""

    def one(y: NDArray[np.float64]) -> NDArray[np.float64]:
        result = function(field.to_native(y))
        return np.asarray(result.detach().cpu() if hasattr(result, "detach") else result, dtype=np.float64)

    return one(states) if field.batched else np.stack([one(row) for row in states])


def _flow(f: Callable[[NDArray[np.float64]], NDArray[np.float64]], states: NDArray[np.float64], interval: float, steps: int = 32) -> NDArray[np.float64]:
    """The flow of f over one interval, by RK4 in fine steps."""
    h, y = interval / steps, states
    for _ in range(steps):
        k1 = f(y)
        k2 = f(y + h / 2 * k1)
        k3 = f(y + h / 2 * k2)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + f(y + h * k3))
    return y
