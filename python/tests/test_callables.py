"""Audit, repair and watch, on fields of every framework that is installed."""

import importlib
import importlib.util
import pickle
import sys
import types

import numpy as np
import pytest

import lambdahat
from lambdahat import Loop, Watch, audit, branches, repair
from lambdahat.fields import VectorField

T = np.arange(40.0)
Z = np.exp((-0.1 + 2j) * T)
X = np.c_[Z.real, Z.imag]
A, B = 0.105105260738927, 1.926832632793115  # what RK4 learns from it at H = 1
LEARNED = np.array([[A, B], [-B, A]])


def spiral(y):
    return y @ LEARNED


def with_time(t, y):
    return y @ LEARNED


def one_state(t, y, args):
    return LEARNED.T @ y


def fine(y):
    return y @ np.array([[-0.1, 2.0], [-2.0, -0.1]])


def batches_only(t, y):
    return np.stack([A * y[:, 0] - B * y[:, 1], B * y[:, 0] + A * y[:, 1]], axis=1)


@pytest.mark.parametrize("f", [spiral, with_time, one_state, batches_only])
def test_a_field_right_at_its_own_step_only(f):
    result = audit(f, "rk4", T, X)
    assert result.nature == "discrete"
    assert all(mode.branch == "principal" and mode.sign_turned for mode in result.modes)
    assert min(abs(mode.implied - (-0.1 + 2j)) for mode in result.modes) < 1e-6
    assert len(result.to_frame()) == 2 and "discrete" in repr(result)


def test_a_field_trained_finely_is_continuous():
    assert audit(fine, "rk4", T, X, m=20, horizon=20).nature == "continuous"


def test_repair_brings_the_truth_back():
    repaired = repair(spiral, "rk4", T, X)
    assert min(abs(lam - (-0.1 + 2j)) for lam in repaired.after) < 1e-6
    assert repaired.error_before > 20 * repaired.error_after
    assert np.allclose(repaired(X), fine(X), atol=1e-6)
    again = pickle.loads(pickle.dumps(repaired))
    assert np.array_equal(again(X), repaired(X))


def test_repair_of_a_nonlinear_field_follows_its_map():
    # A weakly nonlinear spiral, taken as if it had been trained through Heun's method.
    def f(y):
        r2 = (y**2).sum(-1, keepdims=True)
        return spiral(y) * 0.5 - 0.05 * r2 * y

    t = np.arange(30) * 0.5
    x = 0.6 * np.exp(-0.05 * t)[:, None] * np.c_[np.cos(t), np.sin(t)]
    repaired = repair(f, "heun2", t, x)
    assert repaired.error_after < repaired.error_before / 20


def test_repair_of_closed_orbits_by_the_series():
    # Orbits about Lotka–Volterra's equilibrium, through Heun's method at small steps: the series of log S reaches further than products of modes.
    def f(y):
        x, z = y[..., 0], y[..., 1]
        return np.stack([x - x * z, x * z - z], axis=-1)

    system = lambdahat.System("lotka-volterra")
    starts = [(1.2, 1.0), (1.5, 1.0)]
    t = [0.1 * np.arange(81) for _ in starts]
    repaired = repair(f, "heun2", t, [system.trajectory(start, 0.1, 80) for start in starts])
    assert repaired.way == "series" and repaired.error_after < repaired.error_before / 500
    # Its eigenvalues are those of its own Jacobian at the equilibrium.
    rest, h = np.array([1.0, 1.0]), 1e-5
    jacobian = np.stack([(repaired(rest + h * e) - repaired(rest - h * e)) / (2 * h) for e in np.eye(2)], axis=1)
    assert np.allclose(np.sort_complex(np.linalg.eigvals(jacobian)), np.sort_complex(np.array(repaired.after)), atol=1e-6)


@pytest.mark.parametrize("name", ["implicit-midpoint", "trapezoid", "implicit-euler", "gauss2"])
def test_repair_through_implicit_methods(name):
    learned = branches(name, -0.1 + 2j, 1.0).principal[0]
    matrix = np.array([[learned.real, learned.imag], [-learned.imag, learned.real]])
    repaired = repair(lambda y: y @ matrix, name, T, X)
    assert np.allclose(repaired(X), fine(X), atol=1e-9)


def test_repair_of_a_nonlinear_field_through_an_implicit_method():
    def f(y):
        r2 = (y**2).sum(-1, keepdims=True)
        return spiral(y) * 0.5 - 0.05 * r2 * y

    t = np.arange(30) * 0.5
    x = 0.6 * np.exp(-0.05 * t)[:, None] * np.c_[np.cos(t), np.sin(t)]
    repaired = repair(f, "implicit-midpoint", t, x)
    assert repaired.error_after < repaired.error_before / 20
    # The map is the method's: y₁ = y₀ + h f((y₀ + y₁)/2).
    after = repaired.map(x)
    assert np.max(np.abs(after - x - 0.5 * f((x + after) / 2))) < 1e-11


def test_a_grid_of_equal_steps_is_repaired_as_its_method():
    # torchdiffeq's rk4 is the 3/8 rule; two steps from sample to sample.
    learned = branches("rk38", -0.1 + 2j, 1.0, 2).principal[0]
    matrix = np.array([[learned.real, learned.imag], [-learned.imag, learned.real]])
    repaired = repair(lambda y: y @ matrix, Loop.torchdiffeq("rk4", options={"step_size": 0.5}), T, X)
    assert repaired.substeps == 2 and np.allclose(repaired(X), fine(X), atol=1e-6)


def test_what_cannot_be_repaired_is_refused():
    with pytest.raises(ValueError, match="chooses its own steps"):
        repair(spiral, "torchdiffeq:dopri5:rtol=1e-2", T, X)


def test_step_control_is_audited_by_its_own_factor():
    # What torchdiffeq's dopri5 learns at rtol = 1e-2 from λ = −0.02 + 2i on a batch; the eigenvalue is a fixed point of its own steps.
    z = np.exp((-0.02 + 2j) * T)
    x = np.c_[z.real, z.imag]
    call = Loop.torchdiffeq("dopri5", rtol=1e-2, atol=1e-4)
    learned = branches(call, -0.02 + 2j, 1.0, starts=z[:-1]).principal[0]
    matrix = np.array([[learned.real, learned.imag], [-learned.imag, learned.real]])
    result = audit(lambda y: y @ matrix, call, T, x, horizon=200)
    assert result.nature == "discrete" and {mode.branch for mode in result.modes} == {"principal"}
    assert min(abs(mode.implied - (-0.02 + 2j)) for mode in result.modes) < 1e-9


def test_float32_is_kept_and_said():
    single = LEARNED.astype(np.float32)
    result = audit(lambda y: np.asarray(y, dtype=np.float32) @ single, "rk4", T, X)
    assert result.precision == "float32" and "float32" in repr(result)
    assert result.nature == "discrete" and result.jacobian_error < 1e-2


def test_differences_state_their_error():
    def cubic(y):
        return spiral(y) - 0.1 * y**3

    result = audit(cubic, "rk4", T, X)
    exact = LEARNED.T
    field = VectorField.of(cubic, X.mean(0))
    jacobian, error = field.jacobian(np.array([0.3, -0.2]))
    expected = exact - np.diag(0.3 * np.array([0.3, -0.2]) ** 2)
    assert np.linalg.norm(jacobian - expected) <= error * np.linalg.norm(expected) and error < 1e-6
    assert result.jacobian_error < 1e-6


@pytest.mark.parametrize("f", [3, lambda y: y[..., :1], lambda a, b, c, d: a])
def test_callables_that_are_none(f):
    with pytest.raises((TypeError, ValueError)):
        audit(f, "rk4", T, X)


def test_a_callable_that_raises_says_why():
    def broken(y):
        raise RuntimeError("no GPU here")

    with pytest.raises(ValueError, match="no GPU here"):
        audit(broken, "rk4", T, X)


def test_watch_keeps_what_it_saw():
    watch = Watch(spiral, "rk4", T, X, every=5)
    for _ in range(11):
        watch()
    assert {row["step"] for row in watch.rows} == {0, 5, 10}
    assert len(watch.to_frame()) == 6


def test_watch_draws_live():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    watch = Watch(spiral, "rk4", T, X, every=2, live=True)
    for _ in range(3):
        watch()
    assert len(watch._axes.get_lines()) == 3  # two eigenvalues, and the line between growth and decay
    assert "2 looks" in repr(watch) and watch.to_dict()["call"] == "rk4"
    again = pickle.loads(pickle.dumps(watch))
    assert again == watch and again.plot() is not None and again() == [] and again() != []


def test_watch_follows_parameters_of_an_optax_loop():
    watch = Watch(spiral, "rk4", T, X, every=1)
    look = watch.optax(lambda scale, y: scale * spiral(y))
    first, second = look(1.0), look(0.5)
    assert abs(second[0]["learned"] - 0.5 * first[0]["learned"]) < 1e-9


def test_watch_as_a_callback_of_lightning(monkeypatch):
    # Lightning's part of the bargain: a class to derive from, and a call after each batch.
    lightning, parent = types.ModuleType("lightning.pytorch"), types.ModuleType("lightning")
    lightning.Callback = type("Callback", (), {})
    monkeypatch.setitem(sys.modules, "lightning", parent)
    monkeypatch.setitem(sys.modules, "lightning.pytorch", lightning)
    watch = Watch(spiral, "rk4", T, X, every=2)
    callback = watch.lightning()
    for batch in range(4):
        callback.on_train_batch_end("trainer", "module", "outputs", "batch", batch)
    assert isinstance(callback, lightning.Callback) and {row["step"] for row in watch.rows} == {0, 2}


@pytest.fixture
def lightning():
    """Lightning, whichever of its two packages is installed and runs."""
    why = []
    for name in ["lightning.pytorch", "pytorch_lightning"]:
        try:
            return importlib.import_module(name)
        except Exception as error:  # not there, or not for this Python and torch
            why.append(f"{name}: {error}")
    pytest.skip("; ".join(why))


def test_watch_looks_after_each_batch_of_a_real_trainer(lightning, tmp_path):
    import torch

    class Module(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.field = torch.nn.Linear(2, 2, bias=False, dtype=torch.float64)

        def training_step(self, batch, _):
            y, after = batch
            return ((y + self.field(y) - after) ** 2).mean()

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=0.1)

    torch.manual_seed(0)
    module = Module()
    pairs = torch.utils.data.TensorDataset(torch.tensor(X[:-1]), torch.tensor(X[1:]))
    watch = Watch(module.field, "torchdiffeq:euler", T, X, every=2)
    trainer = lightning.Trainer(
        max_epochs=2, accelerator="cpu", callbacks=[watch.lightning()], logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False, default_root_dir=tmp_path,
    )  # fmt: skip
    trainer.fit(module, torch.utils.data.DataLoader(pairs, batch_size=13))
    # 39 pairs are three batches an epoch: six in all, of which every other one is looked at.
    assert [row["step"] for row in watch.rows[::2]] == [0, 2, 4]
    assert watch.rows[0]["learned"] != watch.rows[-1]["learned"]


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_torch():
    import torch

    layer = torch.nn.Linear(2, 2, bias=False, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(torch.as_tensor(LEARNED.T))
    assert audit(layer, "torchdiffeq:rk4", T, X).nature == "discrete"
    repaired = repair(layer, "torchdiffeq:rk4", T, X)
    y = torch.tensor(X[:3], requires_grad=True)
    repaired(y).sum().backward()
    assert torch.isfinite(y.grad).all()


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="jax is not installed")
def test_jax():
    import jax
    import jax.numpy as jnp

    matrix = jnp.asarray(LEARNED)
    field = lambda t, y, args: y @ matrix  # noqa: E731
    assert audit(field, "diffrax:Tsit5", T, X).framework == "jax"
    repaired = repair(field, "rk4", T, X)
    assert jnp.isfinite(jax.jacfwd(lambda y: repaired(0.0, y, None))(jnp.array([1.0, 0.0]))).all()


def test_jax_compiles_a_model_once_for_all_its_parameters():
    jax = pytest.importorskip("jax", reason="jax is not installed")
    traced = []

    def apply(parameters, y):
        traced.append(1)
        return y @ parameters

    look = Watch(lambda y: apply(jax.numpy.asarray(LEARNED), y), "rk4", T, X, every=1).optax(apply)
    first = look(jax.numpy.asarray(LEARNED))
    calls = len(traced)
    second = look(jax.numpy.asarray(0.5 * LEARNED))
    # The second look traces nothing, and asks a few states how the function is called.
    assert len(traced) - calls < 20 and abs(second[0]["learned"] - 0.5 * first[0]["learned"]) < 1e-6
    # What looks at its values cannot be traced; it is called state by state.
    field = VectorField.of(lambda y: y @ jax.numpy.asarray(LEARNED) if float(y[0]) < 9 else y, X.mean(0))
    assert not field.traced and np.allclose(field(X), X @ LEARNED, atol=1e-6)


def test_a_repaired_field_is_a_field_of_diffrax():
    jax = pytest.importorskip("jax", reason="jax is not installed")
    diffrax = pytest.importorskip("diffrax", reason="diffrax is not installed")
    matrix = jax.numpy.asarray(LEARNED)
    repaired = repair(lambda t, y, args: y @ matrix, "rk4", T, X)
    start = jax.numpy.array([1.0, 0.0])
    ys = diffrax.diffeqsolve(diffrax.ODETerm(repaired), diffrax.Tsit5(), 0.0, 5.0, 0.02, start, saveat=diffrax.SaveAt(t1=True)).ys[0]
    expected = np.exp(5 * (-0.1 + 2j))
    assert np.allclose(ys, [expected.real, expected.imag], atol=1e-3)


def test_what_plain_pickle_refuses_is_kept_by_cloudpickle(monkeypatch):
    repaired = repair(lambda y: y @ LEARNED, "rk4", T, X)
    monkeypatch.setitem(sys.modules, "cloudpickle", None)
    with pytest.raises(pickle.PicklingError, match="install cloudpickle"):
        pickle.dumps(repaired)
    monkeypatch.undo()
    pytest.importorskip("cloudpickle", reason="cloudpickle is not installed")
    assert np.array_equal(pickle.loads(pickle.dumps(repaired))(X), repaired(X))


def test_equinox():
    eqx = pytest.importorskip("equinox", reason="equinox is not installed")
    import jax

    layer = eqx.nn.Linear(2, 2, use_bias=False, key=jax.random.key(0))
    layer = eqx.tree_at(lambda layer: layer.weight, layer, jax.numpy.asarray(LEARNED.T))
    result = audit(layer, "rk4", T, X)
    assert result.framework == "jax" and result.nature == "discrete"
    repaired = repair(layer, "rk4", T, X)
    assert pickle.loads(pickle.dumps(repaired)).after == repaired.after
    assert np.allclose(jax.jacfwd(repaired)(jax.numpy.array([1.0, 0.0])), [[-0.1, -2.0], [2.0, -0.1]], atol=1e-3)
