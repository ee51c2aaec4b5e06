"""Processes that end with their parent, however that ended, and a way to run a Python module as one.

``python -m flows.orchestration.child_processes PID MODULE ARGUMENT...`` runs a module until the process PID,
which started it, ends.
"""

import os
import runpy
import sys
import threading
import time

_EVERY = 0.5  # seconds


def end_with_parent(parent: int) -> None:
    """Let this process end as soon as its parent is not the given one any more.

    By a thread, not by the kernel (PR_SET_PDEATHSIG): that acts when the thread ends that started us.
    """
    threading.Thread(target=_watch, args=(parent,), name="parent watch", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_EVERY)
    os._exit(1)


def main() -> None:
    """Run a module; see above."""
    parent, module, *arguments = sys.argv[1:]
    end_with_parent(int(parent))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
