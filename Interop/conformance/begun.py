"""Waits until a server has begun a call, as the server itself says."""

from __future__ import annotations

import threading
import time
import urllib.request
from collections.abc import Callable

BEGIN_SECONDS_MAX = 30
LOOK_SECONDS = 0.02
WATCHES = "tenancy_watches_begun_total "

# Asked before a call is made; what it answers waits until one more has begun.
Begun = Callable[[], Callable[[], None]]


def by_count(count: Callable[[], int]) -> Begun:
    """By a count of the calls that have begun."""

    def ask() -> Callable[[], None]:
        before = count()

        def wait() -> None:
            until = time.monotonic() + BEGIN_SECONDS_MAX
            while count() <= before:
                if time.monotonic() > until:
                    raise RuntimeError("the call did not begin")
                threading.Event().wait(LOOK_SECONDS)

        return wait

    return ask


def watches(port: int) -> Begun:
    """By the operations page of tenancyd, which counts the watches that wait for changes."""

    def count() -> int:
        page = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()
        return next(
            (int(line.removeprefix(WATCHES)) for line in page.splitlines()
             if line.startswith(WATCHES)), 0)

    return by_count(count)
