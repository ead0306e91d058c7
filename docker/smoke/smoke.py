#!/usr/bin/python3
"""Smoke tests of a service that is already running: smoke.py http://backref:8080

They check what only a whole deployment can get wrong (the service reaches its database, the migrations and the demo
data are there, a link is seen from both sides) and remove what they made. The thorough tests are in tests/.
"""

import json
import sys
import time
import urllib.error
import urllib.request

MEDIA_TYPE = "application/vnd.api+json"


class Api:
    def __init__(self, base):
        self.base = base.rstrip("/")

    def call(self, method, path, body=None):
        """Returns the status and the parsed body (None without one)."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Accept": MEDIA_TYPE}, method=method)
        if data is not None:
            request.add_header("Content-Type", MEDIA_TYPE)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            status, text = refusal.code, refusal.read()
        return status, json.loads(text) if text else None

    def get(self, path):
        status, document = self.call("GET", path)
        assert status == 200, f"GET {path} answered {status}: {document}"
        return document

    def create(self, kind, **attributes):
        body = {"data": {"type": kind, "attributes": attributes}}
        status, document = self.call("POST", f"/{kind}", body)
        assert status == 201, f"POST /{kind} answered {status}: {document}"
        return document["data"]["id"]

    def ids(self, path):
        return [member["id"] for member in self.get(path)["data"]]


def check_ready(api):
    status, _ = api.call("GET", "/readyz")
    assert status == 200, f"/readyz answered {status}"


def check_demo_data(api):
    assert api.get("/persons/1")["data"]["attributes"]["name"] == "Alice"
    assert api.get("/hobbies/1")["data"]["attributes"]["name"] == "Swimming"
    assert "1" in api.ids("/persons/1/friends"), "Ben is not among Alice's friends"


def check_both_sides(api):
    unique = str(time.time_ns())
    friend = api.create("friends", name="Smoke " + unique)
    hobby = api.create("hobbies", name="Smoke " + unique)
    forth, back = f"/friends/{friend}/hobbies", f"/hobbies/{hobby}/friends"
    try:
        status, _ = api.call("PUT", f"{forth}/{hobby}")
        assert status == 201, f"linking answered {status}"
        assert api.ids(forth) == [hobby] and api.ids(back) == [friend], "linked, and one side does not show it"
        status, _ = api.call("DELETE", f"{back}/{friend}")
        assert status == 204, f"unlinking from the other side answered {status}"
        assert api.ids(forth) == [] and api.ids(back) == [], "unlinked, and one side still shows it"
        members = {"data": [{"type": "friends", "id": friend}]}
        status, _ = api.call("POST", f"/hobbies/{hobby}/relationships/friends", members)
        assert status in (200, 204), f"linking through the relationship answered {status}"
        assert api.ids(f"/friends/{friend}/relationships/hobbies") == [hobby], "the linkage does not show it"
    finally:
        for path in f"/friends/{friend}", f"/hobbies/{hobby}":
            status, _ = api.call("DELETE", path)
            assert status == 204, f"DELETE {path} answered {status}"
    status, _ = api.call("GET", f"/hobbies/{hobby}")
    assert status == 404, f"a deleted hobby answered {status}"


def check_refusals(api):
    status, document = api.call("POST", "/phones", {"data": {"type": "phones", "attributes": {"number": "12"}}})
    assert status == 422, f"a number that is not E.164 answered {status}"
    assert document["errors"][0]["source"]["pointer"] == "/data/attributes/number", document
    status, document = api.call("PUT", "/friends/1/hobbies/999999999")
    assert status == 404 and document["errors"], f"linking what does not exist answered {status}"


def main():
    api = Api(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080")
    passed = failed = 0
    for check in (check_ready, check_demo_data, check_both_sides, check_refusals):
        try:
            check(api)
            passed += 1
            print(f"ok {check.__name__}")
        except Exception as problem:  # pylint: disable=broad-except  # whatever it is, the others still run
            failed += 1
            print(f"not ok {check.__name__}: {problem!r}")
    print(f"smoke: {passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
