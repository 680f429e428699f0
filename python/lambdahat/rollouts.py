"""A callable field followed from sample to sample: as its training loop does it, and in continuous time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .fields import VectorField
from .loops import Loop
from .schemes import Method

#: Rows of states to their successors.
Advance = Callable[[NDArray[np.float64]], NDArray[np.float64]]

#: A state beyond this has left: what a diverging field does further is of no interest.
FAR = 1e6
#: A trajectory is followed until one that began beside it (at this distance, relative to the largest state) is so many times further off: beyond,
#: no step size reproduces it.
BESIDE, SENSITIVE = 1e-7, 1e3
#: Starts that are followed, where f takes a batch, and where it is called row by row.
BATCH, ROWS = 64, 4
#: Calls of f at most for one rollout.
MOST_CALLS = 300_000
#: The method in continuous time, and the most steps of it in one interval.
REFERENCE, MOST_STEPS = "verner9-robust", 1024
#: A step is fine where its half changes a state by less than this part of its motion over the interval, or by no more than rounding does.
FINE, ROUNDING = 1e-5, {"float64": 1e-13, "float32": 1e-6}
#: Newton's iterations for implicit stages.
MOST_ITERATIONS = 40


@dataclass(frozen=True)
class RolloutTest:
    """Rollouts through the training loop beside the field's own motion.

    Attributes
    ----------
    error : float or None
        The largest distance of the two at a sample, in parts of the farthest that the motion goes from its start, both in the largest component;
        infinite where one of them leaves; None where the loop cannot be followed.
    intervals : int
        Over how many intervals they were followed.
    """

    error: float | None
    intervals: int


def rollout_test(field: VectorField, call: Loop, starts: NDArray[np.float64], interval: float, intervals: int) -> RolloutTest:
    """Follow the field from each start, through the loop and in continuous time.

    Parameters
    ----------
    field : VectorField
    call : Loop
    starts : ndarray, shape (n, d)
    interval : float
        H.
    intervals : int
        How far; fewer where that takes more than ``MOST_CALLS`` calls of f.

    Returns
    -------
    RolloutTest
    """
    counted = _Counted(field)
    rounding = ROUNDING[field.precision]
    onward = by_loop(counted, call, interval, rounding)
    most = BATCH if field.batched or field.traced else ROWS
    starts = starts[np.unique(np.linspace(0, len(starts) - 1, min(most, len(starts))).round().astype(int))]
    if onward is None or len(starts) == 0:
        return RolloutTest(None, 0)
    flow = Flow(counted, interval, rounding)
    n, largest = len(starts), float(np.max(np.abs(starts), initial=0.0))
    off = BESIDE * (largest if largest > 0 else 1.0)
    found, truth = starts.copy(), np.concatenate([starts, starts + off * np.where(np.arange(starts.shape[1]) % 2 == 0, 1.0, -1.0)])
    moving = np.ones(n, dtype=bool)
    apart, motion = np.zeros(n), np.zeros(n)
    done = 0
    while done < intervals and moving.any():
        both = np.concatenate([moving, moving])
        try:
            with np.errstate(all="ignore"):
                truth[both] = flow(truth[both])
                found[moving] = onward(found[moving])
        except _NotFollowed:
            break
        done += 1
        flowed = truth[:n]
        gone = moving & (_size(found) > FAR) | moving & (_size(flowed) > FAR)
        if gone.any():
            return RolloutTest(np.inf, done)
        apart[moving] = np.maximum(apart, _size(found - flowed))[moving]
        motion[moving] = np.maximum(motion, _size(flowed - starts))[moving]
        # The first interval counts whatever its neighbour does.
        moving &= _size(flowed - truth[n:]) <= SENSITIVE * off
    if done == 0:
        return RolloutTest(None, 0)
    with np.errstate(all="ignore"):
        return RolloutTest(float(np.max(np.where(apart == 0, 0.0, apart / motion))), done)


def by_loop(field: Advance, call: Loop, interval: float, rounding: float) -> Advance | None:
    """What the loop makes of rows of states over one interval; None for a multistep method, which needs more than one state."""
    own = call.own_steps
    if own is not None and own.substeps(interval) is None:

        def called(rows: NDArray[np.float64]) -> NDArray[np.float64]:
            ends = own.advance(field, np.ascontiguousarray(rows), interval)
            if ends is None:
                raise _NotFollowed
            return ends

        return called
    method, substeps = call.method(interval)
    if method.kind != "runge-kutta":
        return None
    step = RungeKuttaStep(field, method, interval / substeps, rounding)

    def equal(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        for _ in range(substeps):
            rows = step(rows)
        return rows

    return equal


class RungeKuttaStep:
    """One step of a Runge–Kutta method on rows of states.

    Parameters
    ----------
    field : callable
        Takes and returns rows of states.
    method : Method
    step : float
        h.
    rounding : float
        Of f, relative.
    """

    def __init__(self, field: Advance, method: Method, step: float, rounding: float) -> None:
        self._field, self._explicit, self._step = field, method.explicit, step
        self._a, self._b = method._scheme.tableau()
        # Differences this wide lose as much to rounding as to curvature; Newton's method settles where rounding lets it.
        self._width, self._settled = rounding ** (1 / 3), 1e4 * rounding

    def __call__(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """The next states.

        Parameters
        ----------
        y : ndarray, shape (n, d)

        Returns
        -------
        ndarray, shape (n, d)
        """
        slopes = self._slopes(y) if self._explicit else self._solved(y)
        return y + self._step * np.tensordot(self._b, slopes, axes=1)

    def _slopes(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        slopes = np.zeros((len(self._b), *y.shape))
        for i, row in enumerate(self._a):
            slopes[i] = self._field(y + self._step * np.tensordot(row[:i], slopes[:i], axes=1) if i else y)
        return slopes

    def _solved(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """The slopes k_i = f(y + h Σ a_ij k_j), by Newton's method on all of them at once."""
        (n, d), s = y.shape, len(self._b)
        slopes = np.repeat(self._field(y)[None], s, axis=0)
        for _ in range(MOST_ITERATIONS):
            stages = (y + self._step * np.tensordot(self._a, slopes, axes=1)).reshape(s * n, d)
            residual = slopes - self._field(stages).reshape(s, n, d)
            coupled = np.einsum("ij,incl->nicjl", self._step * self._a, self._jacobians(stages).reshape(s, n, d, d))
            matrix = np.eye(s * d) - coupled.reshape(n, s * d, s * d)
            if not (np.isfinite(residual).all() and np.isfinite(matrix).all()):
                raise _NotFollowed
            try:
                change = np.linalg.solve(matrix, residual.transpose(1, 0, 2).reshape(n, s * d, 1)).reshape(n, s, d).transpose(1, 0, 2)
            except np.linalg.LinAlgError:
                raise _NotFollowed from None
            slopes = slopes - change
            if np.max(np.abs(change)) <= self._settled * max(1e-300, float(np.max(np.abs(slopes)))):
                return slopes
        raise _NotFollowed

    def _jacobians(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """∂f of each row, shape (rows, d, d), by central differences: Newton's method finds the same stages with them."""
        found = np.empty((*rows.shape, rows.shape[1]))
        for j in range(rows.shape[1]):
            off = np.zeros_like(rows)
            off[:, j] = self._width * (1.0 + np.abs(rows[:, j]))
            found[:, :, j] = (self._field(rows + off) - self._field(rows - off)) / (2 * off[:, j : j + 1])
        return found


class Flow:
    """The flow of a field over one interval, in steps that are halved until the states stand.

    Parameters
    ----------
    field : callable
        Takes and returns rows of states.
    interval : float
    rounding : float
        A change by this part of a state is none.
    """

    def __init__(self, field: Advance, interval: float, rounding: float) -> None:
        self._field, self._interval, self._method, self._rounding = field, interval, Method(REFERENCE), rounding
        self._steps = 1

    def __call__(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """The states an interval later; what grows beyond all numbers is not a number.

        Parameters
        ----------
        y : ndarray, shape (n, d)

        Returns
        -------
        ndarray, shape (n, d)
        """
        self._steps = max(1, self._steps // 2)
        coarse = self._in_steps(y, self._steps)
        while True:
            fine = self._in_steps(y, 2 * self._steps)
            if np.all(_size(fine - coarse) <= FINE * _size(fine - y) + self._rounding * _size(y)):
                return fine
            if 2 * self._steps >= MOST_STEPS:
                # It diverges, or it is too fast to be followed.
                if not np.isfinite(fine).all():
                    return fine
                raise _NotFollowed
            self._steps, coarse = 2 * self._steps, fine

    def _in_steps(self, y: NDArray[np.float64], steps: int) -> NDArray[np.float64]:
        step = RungeKuttaStep(self._field, self._method, self._interval / steps, self._rounding)
        for _ in range(steps):
            y = step(y)
        return y


class _NotFollowed(Exception):
    """More calls than are worth it, or stages that cannot be solved."""


class _Counted:
    """The field on rows, as often as it may be called."""

    def __init__(self, field: VectorField) -> None:
        self._field, self._left = field, MOST_CALLS

    def __call__(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        at_once = self._field.batched or self._field.traced
        self._left -= 1 if at_once else len(rows)
        if self._left < 0:
            raise _NotFollowed
        return np.ascontiguousarray(self._field(rows), dtype=np.float64)


def _size(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The largest component of each row; infinite where one is not a number."""
    size: NDArray[np.float64] = np.max(np.where(np.isfinite(rows), np.abs(rows), np.inf), axis=1, initial=0.0)
    return size
