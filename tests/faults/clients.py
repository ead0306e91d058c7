"""Requests by threads of their own and requests as bytes; the locks that make them wait."""

import json
import threading
import time

from support.client import JSONAPI, Client

LOCKS = {
    "table": "lock table person_phones in access exclusive mode",
    "row": "select from persons where id = any(%s::bigint[]) for update",
}


class Answers:
    """Requests sent by threads of their own, each over its own connection."""

    def __init__(self, service, requests):
        self.results = []
        self.threads = [threading.Thread(target=self._run, args=(service, one)) for one in requests]
        for thread in self.threads:
            thread.start()

    def _run(self, service, request):
        with Client(service.base_url, timeout=60) as client:
            began = time.monotonic()
            try:
                self.results.append((client.request(*request), time.monotonic() - began))
            except BaseException as failure:
                self.results.append((failure, time.monotonic() - began))

    def wait(self):
        for thread in self.threads:
            thread.join()
        for answer, _ in self.results:
            if isinstance(answer, BaseException):
                raise answer
        return self.results


def request_bytes(method, path, body=None):
    payload = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: test\r\nAccept: {JSONAPI}\r\n"
    if payload:
        head += f"Content-Type: {JSONAPI}\r\nContent-Length: {len(payload)}\r\n"
    return head.encode() + b"\r\n" + payload


def read_to_the_end(peer, seconds=30):
    """All bytes until the other side closes."""
    peer.settimeout(seconds)
    received = b""
    while True:
        piece = peer.recv(65536)
        if not piece:
            return received
        received += piece
