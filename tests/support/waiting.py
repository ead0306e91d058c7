"""Waiting for what will be true soon."""

import time


def wait_until(condition, seconds, what):
    """The first true value of `condition()`, asked every few milliseconds."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.005)
