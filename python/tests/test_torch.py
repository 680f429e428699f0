"""Networks of torch, trained here through torchdiffeq: what the tool predicts is what they learn."""

import pathlib
import re

import numpy as np
import pytest

import lambdahat
from lambdahat import Loop, audit, branches, repair

torch = pytest.importorskip("torch", reason="torch is not installed (a build without GPU libraries: Debian's python3-torch)")
torchdiffeq = pytest.importorskip("torchdiffeq", reason="torchdiffeq is not installed")

TRUTH = -0.1 + 2j
T = np.arange(4.0)
STARTS = 1.5 * np.sqrt((np.arange(40) + 0.5) / 40) * np.exp(1j * np.pi * (3 - np.sqrt(5)) * np.arange(40))
Z = STARTS[:, None] * np.exp(TRUTH * T)
X = np.stack([Z.real, Z.imag], axis=-1)


torch.set_num_threads(1)  # arrays of some kilobytes: a second thread only costs


def polished(residuals, flat, rounds):
    """Levenberg–Marquardt by differences, which are smooth within one pattern of accepted steps: the mean square that is left."""
    r, damping = residuals(flat), 1e-2
    for _ in range(rounds):
        J = np.stack([(residuals(flat + 1e-7 * unit) - r) / 1e-7 for unit in torch.eye(len(flat), dtype=torch.float64)], axis=1)
        for _ in range(8):
            trial = flat - torch.as_tensor(np.linalg.solve(J.T @ J + damping * np.eye(len(flat)), J.T @ r))
            there = residuals(trial)
            if there @ there < r @ r:
                flat, r, damping = trial, there, damping / 5
                break
            damping *= 4
    residuals(flat)
    return flat, float(np.mean(r**2))


def trained(rounds, slopes=0, **call):
    """A network whose torchdiffeq call takes each sample to the next, after so many rounds on the slopes of an undamped oscillation."""
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(2, 12), torch.nn.Tanh(), torch.nn.Linear(12, 2)).double()
    before, after = torch.as_tensor(X[:, :-1].reshape(-1, 2)), torch.as_tensor(X[:, 1:].reshape(-1, 2))
    times, turn = torch.tensor([0.0, 1.0], dtype=torch.float64), torch.tensor([[0.0, 2.0], [-2.0, 0.0]], dtype=torch.float64)
    parameters = list(net.parameters())

    def off(compute):
        def residuals(flat):
            at = 0
            for parameter in parameters:
                parameter.data = flat[at : at + parameter.numel()].reshape(parameter.shape)
                at += parameter.numel()
            with torch.no_grad():
                return compute().numpy().ravel()

        return residuals

    flat = torch.cat([parameter.detach().ravel().clone() for parameter in parameters])
    flat, _ = polished(off(lambda: net(before) - before @ turn), flat, slopes)
    _, loss = polished(off(lambda: torchdiffeq.odeint(lambda t, y: net(y), before, times, **call)[-1] - after), flat, rounds)
    return net, loss


def rollout_error(f, intervals=3):
    """The largest error after each interval, integrated by RK4 at h/100."""
    y = torch.as_tensor(X[:, 0])
    worst = 0.0
    with torch.no_grad():
        for n in range(1, intervals + 1):
            for _ in range(100):
                k1 = f(y)
                k2 = f(y + 0.005 * k1)
                k3 = f(y + 0.005 * k2)
                y = y + 0.01 / 6 * (k1 + 2 * k2 + 2 * k3 + f(y + 0.01 * k3))
            worst = max(worst, float(np.max(np.abs(y.numpy() - X[:, n]))))
    return worst


def test_a_network_trained_through_rk4():
    net, loss = trained(60, method="rk4")
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
    assert rollout_error(repaired) * 20 < rollout_error(net)


def test_a_network_trained_through_dopri5_at_rtol_1e_2():
    net, loss = trained(8, slopes=60, method="dopri5", rtol=1e-2, atol=1e-4)
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


def test_the_tutorials_model():
    text = (pathlib.Path(__file__).parents[2] / "docs" / "python" / "tutorial.md").read_text(encoding="utf-8")
    code = next(block for block in re.findall(r"```python\n(.*?)```", text, flags=re.S) if block.startswith("import torch"))
    t = np.arange(40.0)
    z = np.exp(TRUTH * t)
    there = {"lambdahat": lambdahat, "t": t, "x": np.c_[z.real, z.imag]}
    exec(code, there)
    assert there["audit"].nature == "discrete" and there["loss"].item() < 1e-12
    assert all(abs(abs(lam.imag) - 2) < 1e-4 and abs(lam.real + 0.1) < 1e-4 for lam in there["repaired"].after)
    assert np.allclose(there["path"][-1].detach().numpy(), [z[5].real, z[5].imag], atol=1e-4)
