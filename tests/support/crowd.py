"""Many clients at once."""

import threading


def together(api, tasks):
    """Run every task(client) in a thread and on a connection of its own, all released at once.
    Returns their results in order; an exception of one is raised."""
    barrier = threading.Barrier(len(tasks))
    results, failures = [None] * len(tasks), []

    def work(index, task):
        try:
            with api.sibling(timeout=60) as client:
                client.get("/healthz")  # the connection is open before the start
                barrier.wait(60)
                results[index] = task(client)
        except BaseException as failure:  # noqa: B902 - handed to the test's own thread
            failures.append(failure)
            barrier.abort()

    threads = [threading.Thread(target=work, args=item) for item in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return results


def statuses(api, tasks):
    return [response.status for response in together(api, tasks)]
