"""Fields of JAX, compiled: once for all parameters of a model, so that a look during training costs no new compilation."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Called(NamedTuple):
    """A callable of JAX, and how it takes its state.

    Attributes
    ----------
    f : callable
        If it is a pytree (an Equinox module, ``jax.tree_util.Partial``) the arrays in it are arguments of what is compiled.
    arity : int
        1 for ``f(y)``, 2 for ``f(t, y)``, 3 for ``f(t, y, args)``.
    args : object
        The third argument.
    batches_only : bool
        Whether it takes rows of states only.
    """

    f: Callable[..., Any]
    arity: int
    args: Any
    batches_only: bool


def values(field: Called, states: NDArray[np.float64]) -> NDArray[np.float64]:
    """The field at rows of states, by ``jax.vmap``.

    Parameters
    ----------
    field : Called
        How it is called.
    states : ndarray, shape (n, d)

    Returns
    -------
    ndarray, shape (n, d)
    """
    value, _, arrays = _split(field)
    return np.asarray(value(arrays, field.args, np.asarray(states)), dtype=np.float64)


def jacobian(field: Called, state: NDArray[np.float64]) -> NDArray[np.float64]:
    """The field's Jacobian at a state, shape (d, d), by forward derivatives."""
    _, derivative, arrays = _split(field)
    return np.asarray(derivative(arrays, field.args, np.asarray(state)), dtype=np.float64)


def rows(function: Callable[[Any], Any]) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """A function of one state, on rows of numpy states."""
    import jax

    compiled = jax.jit(jax.vmap(function))
    return lambda states: np.asarray(compiled(states), dtype=np.float64)


def _split(field: Called) -> tuple[Any, Any, list[Any]]:
    """The compiled value and Jacobian of a model of this structure, and the model's arrays."""
    import jax

    leaves, tree = jax.tree_util.tree_flatten(field.f)
    kinds = (jax.Array, np.ndarray, float)
    arrays = [leaf for leaf in leaves if isinstance(leaf, kinds)]
    fixed = tuple(None if isinstance(leaf, kinds) else (leaf,) for leaf in leaves)
    try:
        return (*_compiled(tree, fixed, field.arity, field.batches_only), arrays)
    except TypeError:  # something of the structure has no hash
        return (*_compiled.__wrapped__(tree, fixed, field.arity, field.batches_only), arrays)


@lru_cache(maxsize=4)
def _compiled(tree: Any, fixed: tuple[Any, ...], arity: int, batches_only: bool) -> tuple[Any, Any]:
    import jax

    def value(arrays: list[Any], args: Any, y: Any) -> Any:
        left = iter(arrays)
        f = jax.tree_util.tree_unflatten(tree, [next(left) if leaf is None else leaf[0] for leaf in fixed])
        given = y[None] if batches_only else y
        found = f(*{1: (given,), 2: (0.0, given), 3: (0.0, given, args)}[arity])
        return found[0] if batches_only else found

    return jax.jit(jax.vmap(value, in_axes=(None, None, 0))), jax.jit(jax.jacfwd(value, argnums=2))
