"""Networks of torch, trained here through torchdiffeq: what the tool predicts is what they learn."""

import numpy as np
import pytest

from lambdahat import Loop, audit, branches, repair

torch = pytest.importorskip("torch", reason="torch is not installed (a build without GPU libraries: Debian's python3-torch)")
torchdiffeq = pytest.importorskip("torchdiffeq", reason="torchdiffeq is not installed")

TRUTH = -0.1 + 2j
T = np.arange(4.0)
STARTS = 1.5 * np.sqrt((np.arange(40) + 0.5) / 40) * np.exp(1j * np.pi * (3 - np.sqrt(5)) * np.arange(40))
Z = STARTS[:, None] * np.exp(TRUTH * T)
X = np.stack([Z.real, Z.imag], axis=-1)


def trained(polish=60, **call):
    """A network whose torchdiffeq call takes each sample to the next: Levenberg–Marquardt on its parameters."""
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(2, 12), torch.nn.Tanh(), torch.nn.Linear(12, 2)).double()
    before, after = torch.as_tensor(X[:, :-1].reshape(-1, 2)), torch.as_tensor(X[:, 1:].reshape(-1, 2))
    times = torch.tensor([0.0, 1.0], dtype=torch.float64)
    parameters = list(net.parameters())

    def residuals(flat):
        at = 0
        for parameter in parameters:
            parameter.data = flat[at : at + parameter.numel()].reshape(parameter.shape)
            at += parameter.numel()
        with torch.no_grad():
            return (torchdiffeq.odeint(lambda t, y: net(y), before, times, **call)[-1] - after).numpy().ravel()

    def differences(flat, r):
        # Within one pattern of accepted steps the residuals are smooth.
        return np.stack([(residuals(flat + 1e-7 * unit) - r) / 1e-7 for unit in torch.eye(len(flat), dtype=torch.float64)], axis=1)

    flat, damping = torch.cat([parameter.detach().ravel().clone() for parameter in parameters]), 1e-2
    r = residuals(flat)
    for _ in range(polish):
        J = differences(flat, r)
        for _ in range(8):
            trial = flat - torch.as_tensor(np.linalg.solve(J.T @ J + damping * np.eye(len(flat)), J.T @ r))
            there = residuals(trial)
            if there @ there < r @ r:
                flat, r, damping = trial, there, damping / 5
                break
            damping *= 4
    residuals(flat)
    return net, float(np.mean(r**2))


def test_a_network_trained_through_rk4():
    net, loss = trained(method="rk4")
    assert loss < 1e-6
    result = audit(net, Loop.torchdiffeq("rk4"), T, X)
    assert result.nature == "discrete" and result.framework == "torch"
    predicted = branches("torchdiffeq:rk4", [TRUTH, TRUTH.conjugate()], 1.0).learned.ravel()
    for mode in result.modes:
        assert np.min(np.abs(predicted - mode.learned)) < 0.05
        assert abs(abs(mode.implied.imag) - 2) < 0.02 and abs(mode.implied.real + 0.1) < 0.02
    repaired = repair(net, Loop.torchdiffeq("rk4"), T, X)
    assert min(abs(mode - TRUTH) for mode in repaired.after) < 0.01 * abs(TRUTH)
    jacobian = torch.autograd.functional.jacobian(repaired, torch.zeros(2, dtype=torch.float64)).numpy()
    assert np.min(np.abs(np.linalg.eigvals(jacobian) - TRUTH)) < 0.01 * abs(TRUTH)


def test_a_network_trained_through_dopri5_at_rtol_1e_2():
    net, loss = trained(method="dopri5", rtol=1e-2, atol=1e-4)
    assert loss < 1e-6
    loop = Loop.torchdiffeq("dopri5", rtol=1e-2, atol=1e-4)
    result = audit(net, loop, T, X, horizon=100)
    starts = (X[:, :-1, 0] + 1j * X[:, :-1, 1]).ravel()
    predicted = branches(loop, [TRUTH, TRUTH.conjugate()], 1.0, starts=starts).principal
    off = abs(predicted[0] - TRUTH)
    assert result.nature == "discrete" and {mode.branch for mode in result.modes} == {"principal"}
    for mode in result.modes:
        assert np.min(np.abs(predicted - mode.learned)) < off / 3
        assert abs(mode.implied - (TRUTH if mode.implied.imag > 0 else TRUTH.conjugate())) < off / 3
