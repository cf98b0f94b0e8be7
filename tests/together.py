"""Many people in the same second: real threads, each with a database connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connections

Answer = TypeVar("Answer")

PATIENCE = 20  # seconds for all threads to be ready


def at_once(act: Callable[[int], Answer], threads: int) -> list[Answer]:
    """
    What the threads answer that do one thing, each with its number, all beginning together.

    Whatever one raises is raised here. For tests with `django_db(transaction=True)`.
    """
    ready = Barrier(threads)

    def run(number: int) -> Answer:
        try:
            ready.wait(PATIENCE)
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))
