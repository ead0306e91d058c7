"""Threads that start together, and their first exception."""

import threading


def together(works):
    """Runs every function in a thread of its own, all let go at one moment.

    Returns their results in order. If any raised, the first of them (in the order given) raises here,
    once all have ended.
    """
    gate = threading.Barrier(len(works))
    results = [None] * len(works)
    failures = [None] * len(works)

    def run(index, work):
        try:
            gate.wait(30)
            results[index] = work()
        except BaseException as failure:
            failures[index] = failure

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for failure in failures:
        if failure is not None:
            raise failure
    return results
