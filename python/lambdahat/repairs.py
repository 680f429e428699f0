"""The continuous-time field behind one that is right at its own step size only."""

from __future__ import annotations

import copy
import html
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations_with_replacement
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import pickles
from .audits import AuditedMode, audited_modes
from .documents import shown
from .fields import VectorField
from .loops import Loop, as_loop
from .samples import as_samples, stacked_states, usual_interval
from .schemes import Method

#: Products of up to so many modes are followed exactly.
LARGEST_DEGREE = 5
#: So many terms of the series in differences of iterates are tried.
SERIES_DEGREES = (2, 3, 4, 6, 8)
#: At most so many steps of the trained map are taken for one value of the repaired field.
MOST_ITERATES = 24
#: At most so many corrections of an implicit method's stages.
MOST_CORRECTIONS = 60


#: The attributes of a repaired field that are plain values.
SCALARS = ("step", "substeps", "weights", "way", "degree", "iterations", "before", "after", "error_before", "error_after")


@dataclass(frozen=True, eq=False)
class RepairedField:
    """A field whose flow passes through the iterates of the trained map, called as the trained one is.

    The value at y is ``Σ_j w_j S^j(y)``, S the trained map over one sampling interval. There are two kinds of weights, and the flow of the field that
    is chosen comes nearest to S on the samples. Those of ``way`` "modes" differentiate exactly every product of up to ``degree`` modes of the map at
    its equilibrium, so the linear part is exact, and the rest as far as those products reach. Those of ``way`` "series" are the first ``degree`` terms
    of ``log S = Σ_k (−1)^(k+1) (S − 1)^k / k``, the modified equation in differences of iterates: it needs no equilibrium, and steps that are small
    against the motion. The field is differentiable wherever f is, and pickles if f does (what
    plain pickle refuses, such as a lambda or an activation of JAX, with cloudpickle installed). Two repaired fields are equal if their callables
    and all their numbers are.

    Attributes
    ----------
    field : VectorField
        The trained field.
    tableau : tuple of ndarray
        A and b of the method that it was trained through.
    newton : ndarray, shape (s, s, d, d), or None
        Blocks of ``(I − hA⊗J)⁻¹``, J the Jacobian at the equilibrium, by which the stages of an implicit method are solved; None for an
        explicit one.
    iterations : int
        Corrections of the stages of an implicit method; 0 for an explicit one.
    step, substeps : float, int
        h and m.
    weights : tuple of float
        w_j, per unit of time.
    way : str
        "modes" or "series".
    degree : int
    before, after : tuple of complex
        Eigenvalues of the trained field at its equilibrium, and of the repaired one.
    error_before, error_after : float
        How far each field's flow over one interval misses the trained map, root mean square over the samples, relative to the motion.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.arange(40.0)
    >>> z = np.exp((-0.1 + 2j) * t)
    >>> a, b = 0.105105260738927, 1.926832632793115
    >>> repaired = repair(lambda y: y @ np.array([[a, b], [-b, a]]), "rk4", t, np.c_[z.real, z.imag])
    >>> repaired(np.array([1.0, 0.0])).round(3).tolist()
    [-0.1, 2.0]
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
    newton: NDArray[np.float64] | None = None
    iterations: int = 0
    way: str = "modes"

    def __call__(self, *arguments: Any) -> Any:
        """The repaired field, with the trained one's arguments: y, (t, y) or (t, y, args)."""
        y = arguments[0] if self.field.arity == 1 else arguments[1]
        return self.native(y)

    def native(self, y: Any) -> Any:
        """The value at a state of the framework's own type.

        Parameters
        ----------
        y : array or tensor of the framework, shape (..., d)

        Returns
        -------
        array or tensor of the framework, shape (..., d)
            The derivative there, per unit of the data's time.
        """
        total, state = self.weights[0] * y, y
        for weight in self.weights[1:]:
            state = self.map(state)
            total = total + weight * state
        return total

    def map(self, y: Any) -> Any:
        """The trained map S over one sampling interval.

        Parameters
        ----------
        y : array or tensor of the framework, shape (..., d)

        Returns
        -------
        array or tensor of the framework, shape (..., d)
        """
        for _ in range(self.substeps):
            slopes = self._explicit(y) if self.newton is None else self._implicit(y)
            y = self._moved(y, self.tableau[1], slopes)
        return y

    def _explicit(self, y: Any) -> list[Any]:
        slopes: list[Any] = []
        for row in self.tableau[0]:
            slopes.append(self.field.native(self._moved(y, row, slopes)))
        return slopes

    def _implicit(self, y: Any) -> list[Any]:
        """The stages k_i = f(y + h Σ a_ij k_j), by Newton's iteration with the Jacobian of the equilibrium."""
        a, newton = self.tableau[0], self.newton
        if newton is None:
            raise ValueError("an implicit method needs its Newton blocks")
        blocks = [[self.field.to_native(block.T) for block in row] for row in newton]
        slopes = [self.field.native(y)] * len(a)
        for _ in range(self.iterations):
            residuals = [slope - self.field.native(self._moved(y, row, slopes)) for slope, row in zip(slopes, a)]
            slopes = [slope - sum(r @ block for r, block in zip(residuals, row)) for slope, row in zip(slopes, blocks)]
        return slopes

    def _moved(self, y: Any, coefficients: NDArray[np.float64], slopes: list[Any]) -> Any:
        """y + h Σ c_j k_j."""
        for coefficient, slope in zip(coefficients, slopes):
            if coefficient:
                y = y + float(self.step * coefficient) * slope
        return y

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RepairedField):
            return NotImplemented
        return all(map(_equal, self._compared(), other._compared()))

    def __hash__(self) -> int:
        return hash((self.way, self.step, self.substeps, self.weights))

    def __reduce__(self) -> Any:
        return _restored, (pickles.dumps({name: getattr(self, name) for name in self.__dataclass_fields__}),)

    def __deepcopy__(self, memo: dict[int, Any]) -> RepairedField:
        return replace(self, field=copy.deepcopy(self.field, memo))

    def _compared(self) -> list[Any]:
        called = [getattr(self.field, name) for name in ("f", "arity", "framework", "batched", "batches_only", "dimension", "args")]
        return [*called, *self.tableau, self.newton, *(getattr(self, name) for name in SCALARS)]

    def to_dict(self) -> dict[str, Any]:
        """Everything but the callable, as plain values; complex numbers stay complex."""
        tableau = {"A": self.tableau[0].tolist(), "b": self.tableau[1].tolist()}
        return {**{name: getattr(self, name) for name in SCALARS}, "tableau": tableau, "framework": self.field.framework}

    def to_frame(self) -> Any:
        """One row a mode, ``before`` and ``after``, as a ``pandas.DataFrame``."""
        import pandas

        return pandas.DataFrame({"before": self.before, "after": self.after})

    def plot(self, ax: Any = None) -> Any:
        """The eigenvalues at the equilibrium, before and after.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional

        Returns
        -------
        matplotlib.axes.Axes
        """
        from .plots import turned

        return turned(list(self.before), list(self.after), ("as trained", "repaired"), f"off by {self.error_after:.1e} of the motion, before {self.error_before:.1e}", ax)

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><td>{shown(one)}</td><td>{shown(other)}</td></tr>" for one, other in zip(self.before, self.after))
        return f"<table><caption>{html.escape(repr(self))}</caption><tr><th>as trained</th><th>repaired</th></tr>{rows}</table>"

    def __repr__(self) -> str:
        return f"RepairedField({len(self.weights)} iterates, off by {self.error_after:.1e} of the motion, before {self.error_before:.1e})"


def _restored(kept: bytes) -> RepairedField:
    return RepairedField(**pickles.loads(kept))


def repair(f: Callable[..., Any], loop: str | Loop, t: Any, x: Any = None, *, m: int = 1, args: Any = None) -> RepairedField:
    """Turn a field that was trained through a coarse integrator into the continuous-time field with the same samples.

    Parameters
    ----------
    f, loop, t, x, m, args
        As in ``audit``. The loop takes equal steps of a Runge–Kutta method, explicit or implicit.

    Returns
    -------
    RepairedField
        A callable with f's arguments, in f's framework.

    Raises
    ------
    ValueError
        No equilibrium near the samples, a loop that chooses its own steps, an implicit method whose stages cannot be solved on the samples, a
        mode beyond half a turn a sample, or no repair that comes nearer to the trained map than the field itself.

    References
    ----------
    Hairer, Lubich & Wanner, *Geometric Numerical Integration*, 2nd edition (2006), chapter IX (modified equations).

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
    interval = usual_interval(samples)
    field = VectorField.of(f, states.mean(0), args)
    method, substeps = _equal_steps(call, interval)
    tableau = method._scheme.tableau()
    found, _ = audited_modes(field, call, states, interval, interval)
    modes = [mode for mode in found if mode.implied is not None]
    if not modes:
        raise ValueError("no equilibrium of f lies near the samples, so its map has no modes to continue; give samples about one")
    modes = _at_one_point(modes, states)
    implied = [mode.implied for mode in modes if mode.implied is not None]
    if any(abs(mode.imag) * interval > 0.98 * np.pi for mode in implied):
        raise ValueError("a mode turns by half a turn from sample to sample: the samples do not tell its sense; sample more closely")
    chosen = states[:: max(1, len(states) // (64 if field.batched or field.traced else 16))]
    blank = RepairedField(field, tableau, interval / substeps, substeps, (0.0,), 0, tuple(mode.learned for mode in modes), (), 0.0, 0.0)
    if not method.explicit:
        jacobian, _ = field.jacobian(np.asarray(modes[0].equilibrium))
        blank = _solved(replace(blank, newton=_newton(tableau[0], blank.step, jacobian)), chosen)
    onward = field.rows(blank.map)
    mapped = onward(chosen)
    motion = max(float(np.sqrt(np.mean((mapped - chosen) ** 2))), 1e-300)

    def miss(flow: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> float:
        return float(np.sqrt(np.mean((_flow(flow, chosen, interval) - mapped) ** 2))) / motion

    before = miss(field)
    best: RepairedField | None = None
    for way, degree, weights in _candidates(implied, interval):
        trial = replace(blank, weights=weights, way=way, degree=degree, error_before=before)
        with np.errstate(all="ignore"):
            error = miss(partial(_combined, onward, weights))
        # What takes more iterates must be worth them.
        if np.isfinite(error) and (best is None or error < 0.8 * best.error_after):
            best = replace(trial, after=_eigenvalues(implied, weights, interval), error_after=error)
    if best is None or not best.error_after < before:
        raise ValueError(f"no repair comes nearer to the trained map than f itself (off by {before:.1e} of the motion); train it anew with smaller steps")
    return best


def _equal_steps(call: Loop, interval: float) -> tuple[Method, int]:
    """The method of a loop of equal steps, and their number."""
    own = call.own_steps
    if own is not None and own.substeps(interval) is None:
        raise ValueError(
            f"{call.call} chooses its own steps, so its map jumps from state to state and has no smooth field behind it; audit it, or train with equal steps"
        )
    return call.method(interval)


def _newton(a: NDArray[np.float64], step: float, jacobian: NDArray[np.float64]) -> NDArray[np.float64]:
    """The blocks of (I − hA⊗J)⁻¹, shape (s, s, d, d)."""
    s, d = len(a), len(jacobian)
    matrix = np.eye(s * d) - step * np.kron(a, jacobian)
    blocks: NDArray[np.float64] = np.linalg.inv(matrix).astype(np.float64)
    return blocks.reshape(s, d, s, d).transpose(0, 2, 1, 3)


def _solved(field: RepairedField, states: NDArray[np.float64]) -> RepairedField:
    """The same field with as many corrections of the stages as settle them on the samples."""
    close = 1e-5 if field.field.precision == "float32" else 1e-12
    with np.errstate(all="ignore"):
        before = field.field.rows(replace(field, iterations=1).map)(states)
        iterations = 1
        while iterations < MOST_CORRECTIONS:
            # Each number of them is compiled anew by JAX, so they grow by halves.
            iterations = min(MOST_CORRECTIONS, iterations + max(1, iterations // 2))
            trial = replace(field, iterations=iterations)
            mapped = field.field.rows(trial.map)(states)
            if np.max(np.abs(mapped - before)) <= close * np.max(np.abs(mapped)):
                return trial
            before = mapped
    raise ValueError("the implicit method's stages cannot be solved on the samples from the equilibrium's Jacobian; the field is too nonlinear for its step")


def _at_one_point(modes: list[AuditedMode], states: NDArray[np.float64]) -> list[AuditedMode]:
    """The modes at the equilibrium that is nearest to the samples' mean."""
    points = {mode.equilibrium for mode in modes}
    nearest = min(points, key=lambda point: float(np.linalg.norm(np.asarray(point) - states.mean(0))))
    return [mode for mode in modes if mode.equilibrium == nearest]


def _candidates(modes: list[complex], interval: float) -> Iterator[tuple[str, int, tuple[float, ...]]]:
    """The weights that are tried: their way, their degree, and they."""
    for degree in range(1, LARGEST_DEGREE + 1):
        weights = _weights(modes, degree, interval)
        if weights is None:
            break
        yield "modes", degree, weights
    for degree in SERIES_DEGREES:
        yield "series", degree, _series(degree, interval)


def _series(degree: int, interval: float) -> tuple[float, ...]:
    """Weights of the iterates in the first terms of log S / H: ``(−1)^(j+1) Σ_k C(k, j)/k / H``, the sum over max(j, 1) ≤ k ≤ degree."""
    return tuple((-1) ** (j + 1) * sum(comb(k, j) / k for k in range(max(j, 1), degree + 1)) / interval for j in range(degree + 1))


def _eigenvalues(modes: list[complex], weights: tuple[float, ...], interval: float) -> tuple[complex, ...]:
    """Those of the repaired field where the map has the multipliers e^{λH}."""
    return tuple(complex(sum(weight * np.exp(j * interval * mode) for j, weight in enumerate(weights))) for mode in modes)


def _weights(modes: list[complex], degree: int, interval: float) -> tuple[float, ...] | None:
    """Weights w of the iterates with ``Σ_j w_j e^{εjH} = ε`` for every sum ε of up to ``degree`` modes; the smallest such weights."""
    sums = [sum(choice) for n in range(degree + 1) for choice in combinations_with_replacement(modes, n)]
    exponents = np.array(sorted(set(np.round(np.array(sums, dtype=complex), 12)), key=lambda z: (z.real, z.imag)))
    count = int(np.ceil(1.5 * (len(exponents) - 1))) + 1
    if count - 1 > MOST_ITERATES:
        return None
    matrix = np.exp(np.outer(exponents, interval * np.arange(count)))
    rows = np.concatenate([np.real(matrix), np.imag(matrix)])
    right = np.concatenate([np.real(exponents), np.imag(exponents)])
    weights, *_ = np.linalg.lstsq(rows, right, rcond=1e-12)
    return tuple(float(weight) for weight in weights)


def _equal(a: Any, b: Any) -> bool:
    """Whether two values are the same, or equal in all their elements."""
    return a is b or (np.array_equal(a, b) if isinstance(a, np.ndarray) else bool(np.all(a == b)))


def _combined(onward: Callable[[NDArray[np.float64]], NDArray[np.float64]], weights: tuple[float, ...], states: NDArray[np.float64]) -> NDArray[np.float64]:
    """The repaired field at rows of states, ``Σ_j w_j S^j``."""
    total, state = weights[0] * states, states
    for weight in weights[1:]:
        state = onward(state)
        total = total + weight * state
    return total


def _flow(f: Callable[[NDArray[np.float64]], NDArray[np.float64]], states: NDArray[np.float64], interval: float, steps: int = 32) -> NDArray[np.float64]:
    """The flow of f over one interval, by RK4 in fine steps."""
    h, y = interval / steps, states
    for _ in range(steps):
        k1 = f(y)
        k2 = f(y + h / 2 * k1)
        k3 = f(y + h / 2 * k2)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + f(y + h * k3))
    return y
