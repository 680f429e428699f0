"""Does the drift that a loose tolerance puts into a nonlinear field stand above the training error?

    python nonlinear_drift.py [RTOL H DEGREE]

Lotka-Volterra (1, 1, 1, 1) on five closed orbits. Polynomial fields are trained on pairs of samples through the loop of torchdiffeq's dopri5 (one call for
all pairs) by Gauss-Newton; their change of V = x - ln x + y - ln y per turn is measured by a tight integration, beside the first-order prediction
T/H * mean of grad V(phi_H) . (phi_H - Phi), where Phi is the loop on the true field, once with the steps that it takes there and once with those that it takes on the
trained field. Where torchdiffeq is installed, the last call is repeated with it.
"""
import sys
import numpy as np
from numpy.polynomial import chebyshev
from scipy.integrate import solve_ivp

A = [[], [1 / 5], [3 / 40, 9 / 40], [44 / 45, -56 / 15, 32 / 9], [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
     [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656], [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84]]
ERROR = [0.0008217592592592593, 0, -0.0028351801936707596, 0.024652777777777777, -0.03390919811320755, 0.027936507936507936, -0.016666666666666666]
MIDDLE = [0.10013431883002395, 0, 0.3918321794184259, -0.02982460176594817, 0.05893268337240795, -0.04497888809104361, 0.023904308236133973]
STARTS = np.array([[1.5, 1.0], [1.75, 1.0], [2.0, 1.0], [2.25, 1.0], [2.5, 1.0]])
SAMPLES = 64


def truth(y):
    return np.stack([y[..., 0] - y[..., 0] * y[..., 1], y[..., 0] * y[..., 1] - y[..., 1]], -1)


def invariant(y):
    return y[..., 0] - np.log(y[..., 0]) + y[..., 1] - np.log(y[..., 1])


def rms(x):
    return np.sqrt(np.mean(np.square(x)))


def combined(weights, stages):
    return sum(w * k for w, k in zip(weights, stages) if w)


def loop(f, y, end, rtol, atol, steps=None):
    """torchdiffeq's dopri5 from 0 to `end`: the state, and (step, scaled error, kept) of each attempt. `steps` are taken as they are where they are given."""
    f0 = f(y)
    if steps is None:
        scale = atol + rtol * abs(y)
        d0, d1 = rms(y / scale), rms(f0 / scale)
        h0 = 0.01 * d0 / d1
        d2 = rms((f(y + h0 * f0) - f0) / scale) / h0
        h = min(100 * h0, (0.01 / max(d1, d2)) ** 0.2)
    t, taken = 0.0, []
    while len(taken) < 1000:
        if steps is not None:
            h = steps[len(taken)]
        k = [f0]
        for row in A[1:]:
            k.append(f(y + h * combined(row, k)))
        y1 = y + h * combined(A[6], k)
        ratio = rms(h * combined(ERROR, k) / (atol + rtol * np.maximum(abs(y), abs(y1))))
        kept = steps is not None or bool(ratio <= 1)
        taken.append((float(h), float(ratio), kept))
        if kept and t + h >= end:
            theta = (end - t) / h
            middle, first, last = y + h * combined(MIDDLE, k), h * k[0], h * k[6]
            a = 2 * (last - first) - 8 * (y1 + y) + 16 * middle
            b = 5 * first - 3 * last + 18 * y + 14 * y1 - 32 * middle
            c = last - 4 * first - 11 * y - 5 * y1 + 16 * middle
            return y + theta * (first + theta * (c + theta * (b + theta * a))), taken
        if kept:
            t, y, f0 = t + h, y1, k[6]
        if steps is None:
            h *= min(10.0, max(0.9 / ratio ** 0.2, 1.0 if ratio < 1 else 0.2))
    raise RuntimeError("too many steps")


class Polynomials:
    """Fields of total degree `degree` in Chebyshev polynomials over a box."""

    def __init__(self, degree, low, high):
        pairs = [(i, j) for i in range(degree + 1) for j in range(degree + 1 - i)]
        self.i, self.j = np.array(pairs).T
        self.degree, self.centre, self.half = degree, (low + high) / 2, (high - low) / 2

    def features(self, y):
        u = (y - self.centre) / self.half
        return chebyshev.chebvander(u[..., 0], self.degree)[..., self.i] * chebyshev.chebvander(u[..., 1], self.degree)[..., self.j]

    def field(self, weights):
        return lambda y: self.features(y) @ weights


def train(model, weights, start, end, interval, rtol, atol):
    """Gauss-Newton with differences of the whole loop, its steps included."""
    residual = lambda w: (lambda found: ((found[0] - end).ravel(), found[1]))(loop(model.field(w), start, interval, rtol, atol))
    r, taken = residual(weights)
    for _ in range(30):
        jacobian = np.empty((r.size, weights.size))
        for q in range(weights.size):
            moved = weights.copy().ravel()
            moved[q] += 1e-7
            jacobian[:, q] = (residual(moved.reshape(weights.shape))[0] - r) / 1e-7
        u, s, v = np.linalg.svd(jacobian, full_matrices=False)
        best = None
        for cut in [1e-12, 1e-10, 1e-8, 1e-6, 1e-4]:
            keep = s > cut * s[0]
            step = (v[keep].T / s[keep]) @ (u[:, keep].T @ r)
            for share in [1, 0.5, 0.1]:
                tried = (weights.ravel() - share * step).reshape(weights.shape)
                try:
                    found = residual(tried)
                except RuntimeError:
                    continue
                square = found[0] @ found[0]
                if np.isfinite(square) and (best is None or square < best[0]):
                    best = (square, tried, *found)
        if best is None or best[0] >= r @ r * (1 - 1e-6):
            break
        _, weights, r, taken = best
    return weights, rms(r), taken


def turn(f, y, until=12.0):
    """Time and V at the next upward crossing of y = 1."""
    crossing = lambda t, y: y[1] - 1
    crossing.direction = 1
    found = solve_ivp(lambda _, y: f(y[None])[0], (1e-9, until), y + [0, 1e-10], method="DOP853", rtol=1e-11, atol=1e-11, events=crossing)
    return next((t, invariant(y)) for t, y in zip(found.t_events[0], found.y_events[0]) if t > 3)


def flow(y, times):
    found = solve_ivp(lambda _, y: truth(y.reshape(-1, 2)).ravel(), (0, times[-1]), y.ravel(), method="DOP853", t_eval=times, rtol=1e-12, atol=1e-12)
    return found.y.T.reshape(len(times), -1, 2)


def study(rtol, interval, degree):
    atol = rtol / 100
    periods = np.array([turn(truth, y)[0] for y in STARTS])
    start = np.concatenate([flow(y[None], np.arange(SAMPLES) * T / SAMPLES)[:, 0] for y, T in zip(STARTS, periods)])
    end = flow(start, [0, interval])[-1]

    def predicted(found):
        change = ((1 - 1 / end) * (end - found)).sum(-1).reshape(len(STARTS), SAMPLES).mean(1)
        return change / interval * periods

    on_truth, steps_of_truth = loop(truth, start, interval, rtol, atol)
    model = Polynomials(degree, start.min(0) - 0.1, start.max(0) + 0.1)
    weights = np.linalg.lstsq(model.features(start), truth(start), rcond=None)[0]
    weights, error, steps = train(model, weights, start, end, interval, rtol, atol)
    own, _ = loop(truth, start, interval, rtol, atol, [h for h, _, kept in steps if kept])
    field = model.field(weights)
    show = lambda taken: ", ".join(f"{h:.4f}" + ("" if kept else f" (rejected, error {ratio:.1e})") for h, ratio, kept in taken)
    print(f"rtol {rtol:g}, H = {interval:g}, degree {degree}: training error {error:.1e}, the tolerance moves a sample by {rms(end - own):.1e}")
    print(f"  steps on the true field:    {show(steps_of_truth)}\n  steps on the trained field: {show(steps)}")
    print("  start  dV per turn: trained   predicted, steps of the trained field   predicted, steps of the true field")
    for y, first, second in zip(STARTS, predicted(own), predicted(on_truth)):
        print(f"  {y[0]:<5}  {turn(field, y)[1] - invariant(y):+21.3e} {first:+22.3e} {second:+37.3e}")
    try:
        import torch
        from torchdiffeq import odeint
    except ImportError:
        return
    tensor = lambda y: torch.as_tensor(np.array(y))
    with np.errstate(all="ignore"):
        found = odeint(lambda _, y: tensor(field(y.numpy())), tensor(start), tensor([0.0, interval]), method="dopri5", rtol=rtol, atol=atol)[-1].numpy()
        print(f"  torchdiffeq on the trained field differs from the loop above by at most {abs(found - loop(field, start, interval, rtol, atol)[0]).max():.1e}")


if len(sys.argv) > 1:
    study(float(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
else:
    with np.errstate(all="ignore"):
        for case in [(1e-2, 0.25, 7), (1e-3, 0.5, 7), (1e-3, 0.25, 7)]:
            study(*case)
