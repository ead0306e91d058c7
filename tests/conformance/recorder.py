"""Keeps every response of the run and judges it by the rules that hold for all."""

import collections
import threading
import urllib.parse

from support.lint import flaws, has_document


class Recorder:
    """`take` is called with each response, from any thread."""

    def __init__(self):
        self.responses = []
        self.found = collections.defaultdict(list)  # row -> what was wrong where
        self._lock = threading.Lock()

    def take(self, response):
        found = flaws(response)
        with self._lock:
            self.responses.append(response)
            for rows, sentence in found:
                for row in rows or ("house rule",):
                    self.found[row].append(f"{sentence}: {response.method} {response.path} {response.status}")

    def documents(self):
        """(response, document) of every answer that holds one."""
        for response in self.responses:
            if has_document(response):
                try:
                    document = response.json
                except (AssertionError, ValueError):
                    continue  # found already
                if isinstance(document, dict):
                    yield response, document

    def removed(self):
        """The paths of the resources that this run deleted."""
        paths = {r.path for r in self.responses if r.method == "DELETE" and r.status in (200, 204)}
        for response in self.responses:
            sent = response.sent_json if response.path.endswith("/operations") and response.status < 300 else None
            for operation in (sent or {}).get("atomic:operations", []):
                ref = operation.get("ref") or {}
                if operation.get("op") == "remove" and "relationship" not in ref:
                    paths.add(operation.get("href") or f"/{ref.get('type')}/{ref.get('id')}")
        return {urllib.parse.urlsplit(path).path for path in paths}
