"""Doing work in processes of its own, each with the site set up, and with the database that is in use here."""

import gc
import multiprocessing
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import django
from django.db import connection
from django.utils.module_loading import import_string

Task = TypeVar("Task")
Result = TypeVar("Result")


def begin(prepare: str, given: bytes, database: str) -> None:
    """What each process does first. `given` is read only once models may be loaded."""
    django.setup()
    connection.settings_dict["NAME"] = database  # of a test, for one
    import_string(prepare)(pickle.loads(given))  # noqa: S301 - from our own process
    gc.freeze()
    gc.disable()  # `done` collects


def done(work: Callable[[Task], Result], task: Task) -> Result:
    """The result of a task. Cycles are looked for once it is done, when hardly anything is left to look through."""
    result = work(task)
    gc.collect()
    return result


def collect_rarely() -> None:
    """
    Look for cycles less often: for a process that makes many thousands of objects, drops them all and ends.

    What is there by now stays, and is not looked through again.
    """
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)


def in_order(
    work: Callable[[Task], Result], tasks: Iterable[Task], *, processes: int, prepare: Callable[[Any], None], given: Any
) -> Iterator[Result]:
    """
    The results of the tasks in their order; with one process here, else in so many others, a task ahead in each.

    Everybody who works calls `prepare` with what is `given` first. Processes are spawned and not forked, as a
    connection to the database is nobody's to share.
    """
    if processes == 1:
        prepare(given)
        yield from map(work, tasks)
        return
    named = f"{prepare.__module__}.{prepare.__qualname__}"
    first = (named, pickle.dumps(given), connection.settings_dict["NAME"])
    with multiprocessing.get_context("spawn").Pool(processes, begin, first) as pool:
        ahead: deque[Any] = deque()
        for task in tasks:
            ahead.append(pool.apply_async(done, (work, task)))
            if len(ahead) > processes:
                yield ahead.popleft().get()
        while ahead:
            yield ahead.popleft().get()
