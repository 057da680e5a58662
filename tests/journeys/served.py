"""The server as `python -m granian` runs it, in a process that need not import the application first.

Importing a thousand modules takes longer than most journeys' first page. They are imported once in each process of the
tests, by a server that only forks; every server of a journey is a fork of that, in a session of its own.
"""

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing.process import BaseProcess

IMPORTED = ["lms.app", "granian.cli", __name__]


@cache
def _forks() -> multiprocessing.context.ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(IMPORTED)
    return context


def start(arguments: Sequence[str], environment: Mapping[str, str]) -> BaseProcess:
    """Granian with these arguments. Its process leads a group, so that it can be killed with what it started."""
    process = _forks().Process(target=_serve, args=(list(arguments), dict(environment)))
    process.start()
    return process


def _serve(arguments: list[str], environment: dict[str, str]) -> None:
    from granian.cli import entrypoint

    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    multiprocessing.set_start_method("fork", force=True)  # what granian finds when it is started by itself
    sys.argv = ["granian", *arguments]
    entrypoint()
