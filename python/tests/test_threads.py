"""Long work leaves the interpreter to others, and Ctrl-C ends it; whatever goes wrong is an exception."""

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from lambdahat import LambdahatError, Method, System, branches

MODES = np.full(400_000, -0.1 + 2j)


def test_other_threads_run_meanwhile():
    beats, done = [], threading.Event()

    def beat():
        while not done.is_set():
            beats.append(time.perf_counter())
            time.sleep(0.001)

    other = threading.Thread(target=beat)
    other.start()
    start = time.perf_counter()
    branches("rk4", MODES, 1.0)
    end = time.perf_counter()
    done.set()
    other.join()
    assert sum(start < at < end for at in beats) > 5


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT of a process's own")
def test_ctrl_c_ends_a_fit_and_leaves_the_package_in_order():
    # Seconds of work at least, and half a second until the signal.
    code = (
        "import os, signal, threading, time, lambdahat\n"
        "lambdahat.branches('rk4', 1j, 1.0)\n"
        "threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()\n"
        "try:\n"
        "    lambdahat.fit(model='mlp:64x64', seeds=1000, optimizer='adam', iterations=1_000_000)\n"
        "except KeyboardInterrupt:\n"
        "    print('left', len(lambdahat.branches('rk4', 1j, 1.0).learned[0]))\n"
    )
    run = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        told, _ = run.communicate(timeout=60)
    finally:
        run.send_signal(signal.SIGKILL)
    assert told.split() == ["left", "4"]


def test_arrays_of_any_layout_are_taken():
    every = (np.random.default_rng(0).normal(size=(6, 8)) @ np.ones((8, 1)) * 0.1 + 1j).ravel()
    whole = branches("rk4", every, 1.0).principal
    assert np.array_equal(branches("rk4", np.repeat(every, 2)[::2], 1.0).principal, whole)
    assert np.array_equal(branches("rk4", np.asfortranarray(every.reshape(2, 3)), 1.0).principal.ravel(), whole)
    assert np.array_equal(Method("rk4").stability_function(every[::-1])[::-1], Method("rk4").stability_function(every))


@pytest.mark.parametrize(
    "call",
    [
        lambda: Method("rk4").region(size=(0, 0)),
        lambda: Method("rk4").region(size=(0, 5)),
        lambda: System("pendulum")(np.zeros((3, 3))),
        lambda: System("pendulum").trajectory([1.0], n=3),
        lambda: System("pendulum").trajectory([1.0, np.nan], n=3),
        lambda: System("pendulum").trajectory([1.0, 0.0], H=-1.0),
        lambda: System("linear:1,2"),
        lambda: Method(A=[], b=[]),
        lambda: Method(alpha=[0], beta=[0]),
        lambda: Method("gauss:s=0"),
        lambda: Method("rk4\x00"),
        lambda: branches("rk4", 1j, 1e-320),
        lambda: branches("rk4", 1j, 1.0, 2**31),
        lambda: branches("rk4", 1j, 1.0, 10**12),
    ],
)
def test_nothing_panics(call):
    with pytest.raises((LambdahatError, ValueError, TypeError, OverflowError)) as caught:
        call()
    assert "bug in lambdahat" not in str(caught.value)
