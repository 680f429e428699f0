"""``python -m lambdahat``: the command line."""

import signal
import sys

from ._core import main as run


def main() -> int:
    """Run the command line with this process's arguments.

    Returns
    -------
    int
        The exit status: 0 done, 1 the answer is "no", 2 bad usage or bad input.
    """
    # Ctrl-C and a closed pipe are the program's own business while it runs.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return run(["lambdahat", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
