"""A service with a flaw: some requests are not sent as they are asked for, or some answers are changed."""

import json

from support.client import Response


def _answer(method, path, status, document=None, headers=None):
    body = json.dumps(document).encode() if document is not None else b""
    return Response(method, path, {}, None, status, headers or {}, body)


def _is_linkage(path):
    return "/relationships/" in path


class Flawed:
    """Stands for a Client. A flaw is a function of (send, method, path, body, headers) to an answer; `send` is
    the true service."""

    def __init__(self, client, flaw):
        self.client, self.flaw = client, FLAWS[flaw][1]

    def request(self, method, path, body=None, headers=None):
        return self.flaw(self.client.request, method, path, body, headers)

    def get(self, path, headers=None):
        return self.request("GET", path, None, headers)

    def walk(self, path):
        return self.client.walk(path)


def replace_adds(send, method, path, body, headers):
    if method == "PATCH" and _is_linkage(path) and isinstance(body["data"], list):
        method = "POST"
    return send(method, path, body, headers)


def unlink_does_nothing(send, method, path, body, headers):
    if method == "DELETE" and body is not None:
        return _answer(method, path, 204)
    return send(method, path, body, headers)


def null_does_nothing(send, method, path, body, headers):
    if method == "PATCH" and _is_linkage(path) and body["data"] is None:
        return _answer(method, path, 204)
    return send(method, path, body, headers)


def refusal_writes_the_rest(send, method, path, body, headers):
    """Members that exist are linked though another does not."""
    answer = send(method, path, body, headers)
    if answer.status == 404 and method == "POST" and _is_linkage(path):
        for one in body["data"]:
            send(method, path, {"data": [one]}, headers)
    return answer


def refused_move_moves(send, method, path, body, headers):
    """A member that another holds is taken there and linked here."""
    answer = send(method, path, body, headers)
    if answer.status == 409 and method == "POST" and _is_linkage(path) and isinstance(body["data"], list):
        type_, relationship = path.split("/")[1], path.split("/")[4]
        for owner in send("GET", f"/{type_}").ids:
            send("DELETE", f"/{type_}/{owner}/relationships/{relationship}", body)
        return send(method, path, body, headers)
    return answer


def inverse_is_stale(send, method, path, body, headers):
    """What is included shows one member less, where there are several."""
    answer = send(method, path, body, headers)
    if method == "GET" and "include=" in path:
        document = answer.json
        for one in document["data"]:
            for relationship in one.get("relationships", {}).values():
                if isinstance(relationship.get("data"), list) and len(relationship["data"]) > 1:
                    relationship["data"].pop()
        return _answer(method, path, 200, document, answer.headers)
    return answer


def changes_are_not_told(send, method, path, body, headers):
    """meta.changed names the owner's own collection only."""
    answer = send(method, path, body, headers)
    if answer.status == 200 and method in ("POST", "PATCH") and _is_linkage(path):
        document = answer.json
        document["meta"]["changed"] = [one for one in document["meta"]["changed"] if one == path]
        return _answer(method, path, 200, document, answer.headers)
    return answer


def one_operation_is_forgotten(send, method, path, body, headers):
    if path == "/operations":
        name = "atomic:operations"
        kept = [one for one in body[name] if one["op"] == "add"] or body[name]
        body = {name: kept if len(kept) < len(body[name]) else body[name][:-1] or body[name]}
    return send(method, path, body, headers)


FLAWS = {  # name -> (a kind of relationship in which it shows, what happens)
    "replace adds only": ("many-to-many", replace_adds),
    "unlinking does nothing": ("directed", unlink_does_nothing),
    "null does nothing": ("one-to-one", null_does_nothing),
    "a refusal writes the rest": ("symmetric", refusal_writes_the_rest),
    "a refused move moves": ("refused", refused_move_moves),
    "one side is stale": ("many-to-one", inverse_is_stale),
    "changes are not told": ("tree", changes_are_not_told),
    "an operation is forgotten": ("with columns", one_operation_is_forgotten),
}
