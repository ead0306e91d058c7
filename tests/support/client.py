"""An HTTP client for tests: keep-alive, JSON:API by default, every answer linted.

One Client is one connection and belongs to one thread; `sibling()` makes another for the next
thread. Nothing is retried, so a connection that the service drops is seen by the test.
"""

import http.client
import json
import socket
import time
import urllib.parse

from .given import skip_when_given
from .lint import JSONAPI, lint

IDLE_SECONDS = 5


def ident(type_, id_):
    """A resource identifier."""
    return {"type": type_, "id": str(id_)}


def idents(type_, ids):
    return [ident(type_, i) for i in ids]


def document(type_, attributes=None, relationships=None, id_=None):
    """The body of a create or an update. relationships: name -> identifier list."""
    data = {"type": type_}
    if id_ is not None:
        data["id"] = str(id_)
    if attributes is not None:
        data["attributes"] = attributes
    if relationships is not None:
        data["relationships"] = {name: {"data": linkage} for name, linkage in relationships.items()}
    return {"data": data}


def _unique_object(pairs):
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), f"duplicate member in an answer: {names}"
    return dict(pairs)


class Response:
    """status, headers (case-insensitive), body (bytes), and the request that led to them."""

    def __init__(self, method, path, sent_headers, sent_body, status, headers, body):
        self.method, self.path = method, path
        self.sent_headers, self.sent_body = sent_headers, sent_body
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body.decode("utf-8"), object_pairs_hook=_unique_object)

    @property
    def sent_json(self):
        """The request's document, or None when it was none."""
        try:
            return json.loads(self.sent_body) if self.sent_body else None
        except (ValueError, RecursionError):
            return None

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def data(self):
        return self.json["data"]

    @property
    def errors(self):
        return self.json.get("errors", []) if self.body else []

    @property
    def id(self):
        return self.data["id"]

    @property
    def ids(self):
        return [item["id"] for item in self.data]

    @property
    def pointers(self):
        return [error.get("source", {}).get("pointer") for error in self.errors]

    @property
    def parameters(self):
        return [error.get("source", {}).get("parameter") for error in self.errors]

    @property
    def source_headers(self):
        return [error.get("source", {}).get("header") for error in self.errors]

    @property
    def allowed(self):
        """The methods in Allow, without OPTIONS (which is answered everywhere)."""
        methods = {m.strip() for m in self.headers["Allow"].split(",")}
        return methods - {"OPTIONS"}

    def link(self, name):
        """The top-level link as a path, or None."""
        link = self.json.get("links", {}).get(name)
        return link["href"] if isinstance(link, dict) else link

    def __repr__(self):
        return f"<{self.method} {self.path} -> {self.status} {self.body[:600]!r}>"


class Client:
    def __init__(self, base_url, timeout=30, check=lint):
        """base_url: http://HOST:PORT. check: called with every Response."""
        parts = urllib.parse.urlsplit(base_url)
        self.base_url = base_url
        self.host, self.port = parts.hostname, parts.port
        self.timeout = timeout
        self.check = check
        self._connection = None
        self._used = 0.0

    def sibling(self, timeout=None):
        """Another connection to the same service."""
        return Client(self.base_url, timeout or self.timeout, self.check)

    def close(self):
        if self._connection:
            self._connection.close()
            self._connection = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # -- requests --------------------------------------------------------------------------

    def request(self, method, path, body=None, headers=None, raw=None):
        """body: a value sent as JSON. raw: bytes sent as they are. headers: added to the default
        ones; a value of None takes a default away."""
        payload = raw if raw is not None else None if body is None else json.dumps(body).encode()
        sent = {"Accept": JSONAPI}
        if payload is not None:
            sent["Content-Type"] = JSONAPI
        sent.update(headers or {})
        sent = {k: v for k, v in sent.items() if v is not None}
        if self._connection and time.monotonic() - self._used > IDLE_SECONDS:
            self.close()
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)
        try:
            response = self._exchange(method, path, payload, sent)
        except BaseException:
            self.close()
            raise
        self._used = time.monotonic()
        if self.check:
            self.check(response)
        return response

    def _exchange(self, method, path, payload, sent):
        connection = self._connection
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in sent.items():
            connection.putheader(name, value)
        if payload is not None and "Transfer-Encoding" not in sent:
            connection.putheader("Content-Length", str(len(payload)))
        chunked = sent.get("Transfer-Encoding") == "chunked"
        try:
            connection.endheaders(payload, encode_chunked=chunked)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all was sent: the answer is there to be read
        answer = connection.getresponse()
        return Response(method, path, sent, payload, answer.status, answer.headers, answer.read())

    def get(self, path, headers=None):
        return self.request("GET", path, headers=headers)

    def head(self, path, headers=None):
        return self.request("HEAD", path, headers=headers)

    def options(self, path, headers=None):
        return self.request("OPTIONS", path, headers=headers)

    def post(self, path, body=None, headers=None, raw=None):
        return self.request("POST", path, body, headers, raw)

    def patch(self, path, body=None, headers=None, raw=None):
        return self.request("PATCH", path, body, headers, raw)

    def put(self, path, body=None, headers=None, raw=None):
        return self.request("PUT", path, body, headers, raw)

    def delete(self, path, body=None, headers=None, raw=None):
        return self.request("DELETE", path, body, headers, raw)

    # -- what tests do all the time --------------------------------------------------------

    def create(self, type_, attributes, relationships=None):
        """POST a resource; returns its id."""
        response = self.post(f"/{type_}", document(type_, attributes, relationships))
        assert response.status == 201, response
        return response.id

    def walk(self, path):
        """Every item of a list, related or relationship URL, over all its pages."""
        items, pages = [], 0
        while path:
            response = self.get(path)
            assert response.status == 200, response
            items += response.data
            path = response.link("next")
            pages += 1
            assert pages < 10000, "links.next never ends"
        return items

    def linkage(self, path):
        """The ids of a relationship (or list) over all pages; nothing may appear twice."""
        ids = [item["id"] for item in self.walk(path)]
        assert len(ids) == len(set(ids)), f"{path} names a member twice"
        return set(ids)

    def raw_exchange(self, payload, timeout=10, half_close=False, pieces=0):
        """Send bytes over a socket of its own; return all bytes until the other side closes or
        `timeout` seconds pass in silence. pieces: send that many bytes at a time."""
        skip_when_given("its socket may be a proxy's")
        with socket.create_connection((self.host, self.port), timeout=timeout) as peer:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                step = pieces or len(payload) or 1
                for at in range(0, len(payload), step):
                    peer.sendall(payload[at:at + step])
                if half_close:
                    peer.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused early: what it answered is still to be read
            received = b""
            while True:
                try:
                    piece = peer.recv(65536)
                except (TimeoutError, ConnectionResetError):
                    return received
                if not piece:
                    return received
                received += piece


class RawAnswer:
    """One response cut out of the bytes of raw_exchange."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def closes(self):
        return self.headers.get("connection", "").lower() == "close"

    def __repr__(self):
        return f"<{self.status} {self.headers} {self.body[:300]!r}>"


def split_answers(received, methods=()):
    """Cut a byte stream into RawAnswers. methods: of the requests, for HEAD has no body."""
    answers = []
    while received:
        head, found, rest = received.partition(b"\r\n\r\n")
        assert found, f"an unfinished answer: {received[:300]!r}"
        lines = head.decode("latin-1").split("\r\n")
        assert lines[0].startswith("HTTP/1."), f"no status line: {lines[0]!r}"
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        status = int(lines[0].split()[1])
        is_head = len(answers) < len(methods) and methods[len(answers)] == "HEAD"
        length = 0 if is_head or status < 200 or status == 304 else int(headers.get("content-length", 0))
        assert len(rest) >= length, f"a body cut short: {received[:300]!r}"
        answers.append(RawAnswer(status, headers, rest[:length]))
        received = rest[length:]
    return answers
