"""Networks trained here, in the libraries that people train with: what the tool predicts is what they learn."""

import numpy as np
import pytest

from lambdahat import audit, branches, repair

jax = pytest.importorskip("jax", reason="jax is not installed")
optax = pytest.importorskip("optax", reason="optax is not installed")
jax.config.update("jax_enable_x64", True)
import jax.flatten_util  # noqa: E402
import jax.numpy as jnp  # noqa: E402

TRUTH = -0.1 + 2j
T = np.arange(6.0)
# Sixty starts that leave no part of a disc empty: what no sample covers, no fit determines.
STARTS = 1.5 * np.sqrt((np.arange(60) + 0.5) / 60) * np.exp(1j * np.pi * (3 - np.sqrt(5)) * np.arange(60))
Z = STARTS[:, None] * np.exp(TRUTH * T)
X = np.stack([Z.real, Z.imag], axis=-1)


def network(parameters, y):
    for w, b in parameters[:-1]:
        y = jnp.tanh(y @ w + b)
    w, b = parameters[-1]
    return y @ w + b


def started(seed, sizes=(2, 16, 16, 2)):
    rng = np.random.default_rng(seed)
    return [(jnp.asarray(rng.normal(size=(a, b)) / np.sqrt(a)), jnp.zeros(b)) for a, b in zip(sizes, sizes[1:])]


def rk4(f, y, h):
    k1 = f(y)
    k2 = f(y + h / 2 * k1)
    k3 = f(y + h / 2 * k2)
    return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + f(y + h * k3))


def polished(residuals, flat, rounds):
    """Levenberg–Marquardt: the parameters, and their mean square."""
    value, linear, damping = jax.jit(residuals), jax.jit(jax.jacfwd(residuals)), 1e-2
    r = np.asarray(value(flat))
    for _ in range(rounds):
        J = np.asarray(linear(flat))
        for _ in range(8):
            trial = flat - np.linalg.solve(J.T @ J + damping * np.eye(len(flat)), J.T @ r)
            there = np.asarray(value(trial))
            if np.sum(there**2) < np.sum(r**2):
                flat, r, damping = trial, there, damping / 5
                break
            damping *= 4
    return flat, float(np.mean(r**2))


BEFORE, AFTER = jnp.asarray(X[:, :-1].reshape(-1, 2)), jnp.asarray(X[:, 1:].reshape(-1, 2))


def trained(step, seed=0, rounds=1500, polish=60):
    """A network whose `step` takes each sample to the next: Adam, then Levenberg–Marquardt."""
    flat, unflatten = jax.flatten_util.ravel_pytree(started(seed))

    def residuals(flat):
        return (step(lambda y: network(unflatten(flat), y), BEFORE) - AFTER).ravel()

    optimizer = optax.adam(optax.cosine_decay_schedule(5e-3, rounds))

    def one(carry, _):
        flat, state = carry
        updates, state = optimizer.update(jax.grad(lambda flat: jnp.mean(residuals(flat) ** 2))(flat), state)
        return (optax.apply_updates(flat, updates), state), None

    flat = jax.jit(lambda flat: jax.lax.scan(one, (flat, optimizer.init(flat)), None, length=rounds)[0][0])(flat)
    flat, loss = polished(residuals, flat, polish)
    parameters = unflatten(flat)
    return (lambda y: network(parameters, y)), loss


def trained_from_slopes(step, polish=30):
    """A smaller network, first on the slopes of an undamped oscillation, then through `step` by forward derivatives alone."""
    flat, unflatten = jax.flatten_util.ravel_pytree(started(0, (2, 12, 2)))
    slopes = BEFORE @ jnp.array([[0.0, 2.0], [-2.0, 0.0]])
    flat, _ = polished(lambda flat: (network(unflatten(flat), BEFORE) - slopes).ravel(), flat, 100)
    flat, loss = polished(lambda flat: (step(lambda y: network(unflatten(flat), y), BEFORE) - AFTER).ravel(), flat, polish)
    parameters = unflatten(flat)
    return (lambda y: network(parameters, y)), loss


@pytest.fixture(scope="module")
def hero():
    return trained(lambda f, y: rk4(f, y, 1.0))


def test_a_network_trained_through_rk4_sits_on_a_predicted_branch(hero):
    f, loss = hero
    assert loss < 1e-6
    result = audit(f, "rk4", T, X)
    assert result.nature == "discrete" and result.framework == "jax"
    predicted = branches("rk4", [TRUTH, TRUTH.conjugate()], 1.0).learned.ravel()
    for mode in result.modes:
        assert np.min(np.abs(predicted - mode.learned)) < 0.05
        assert abs(mode.implied - (TRUTH if mode.implied.imag > 0 else TRUTH.conjugate())) < 0.02


def test_its_repair_is_the_truth(hero):
    f, _ = hero
    repaired = repair(f, "rk4", T, X)
    truth = np.array([[-0.1, 2.0], [-2.0, -0.1]])
    eigenvalues = np.linalg.eigvals(np.asarray(jax.jacfwd(repaired)(jnp.zeros(2))))
    assert np.min(np.abs(eigenvalues - TRUTH)) < 0.01 * abs(TRUTH)

    def rollout_error(g):
        def interval(y, _):
            return jax.lax.scan(lambda y, _: (rk4(g, y, 0.01), None), y, None, length=100)[0], None

        @jax.jit
        def after(y, n):
            return jax.lax.fori_loop(0, n, lambda _, y: interval(y, None)[0], y)

        start = jnp.asarray(X[:, 0])
        return max(float(jnp.max(jnp.abs(after(start, n) - start @ jax.scipy.linalg.expm(n * jnp.asarray(truth))))) for n in range(1, 11))

    assert rollout_error(repaired) * 20 < rollout_error(f)


def test_a_network_trained_through_diffrax_in_fine_steps_is_continuous():
    diffrax = pytest.importorskip("diffrax", reason="diffrax is not installed")
    from lambdahat import Loop

    def step(f, y):
        solution = diffrax.diffeqsolve(diffrax.ODETerm(lambda t, y, args: f(y)), diffrax.Tsit5(), 0.0, 1.0, 0.25, y, saveat=diffrax.SaveAt(t1=True))
        return solution.ys[0]

    f, loss = trained(step, polish=0)
    loop = Loop.fixed("tsitouras5", 4)
    result = audit(f, loop, T, X, horizon=5)
    assert loss < 1e-3 and result.nature == "continuous"


def test_a_network_trained_through_dopri5_at_rtol_1e_2_sits_where_its_steps_put_it():
    # Weak damping, at the default of nobody who looks: rtol = 1e-2. The batch of all samples enters the error norm, as torchdiffeq and diffrax have it.
    diffrax = pytest.importorskip("diffrax", reason="diffrax is not installed")
    from lambdahat import Loop

    controller = diffrax.PIDController(rtol=1e-2, atol=1e-4)

    def step(f, y):
        solution = diffrax.diffeqsolve(
            diffrax.ODETerm(lambda t, y, args: f(y)),
            diffrax.Dopri5(),
            0.0,
            1.0,
            1.0,
            y,
            stepsize_controller=controller,
            adjoint=diffrax.ForwardMode(),
            saveat=diffrax.SaveAt(t1=True),
        )
        return solution.ys[0]

    f, loss = trained_from_slopes(step)
    assert loss < 1e-6
    loop = Loop.diffrax(diffrax.Dopri5(), controller, 1.0)
    result = audit(f, loop, T, X, horizon=100)
    starts = (X[:, :-1, 0] + 1j * X[:, :-1, 1]).ravel()
    predicted = branches(loop, [TRUTH, TRUTH.conjugate()], 1.0, starts=starts).principal
    assert result.nature == "discrete" and {mode.branch for mode in result.modes} == {"principal"}
    for mode in result.modes:
        truth = TRUTH if mode.implied.imag > 0 else TRUTH.conjugate()
        off = abs(predicted[0] - TRUTH)  # 0.0079, of which 0.0031 is damping that is not there
        assert np.min(np.abs(predicted - mode.learned)) < off / 5
        assert abs(mode.implied - truth) < off / 5
