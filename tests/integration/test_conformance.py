"""The conformance runner has teeth: servers that are wrong in every way fail every row."""

import http.server
import json
import pathlib
import re
import subprocess
import sys
import threading

import pytest

from support.lint import JSONAPI
from support.rules import DOCUMENT_RULES, RESPONSE_RULES
from support.service import is_sanitized

pytestmark = pytest.mark.skipif(is_sanitized(), reason="the program is not run here")

RUN = pathlib.Path(__file__).resolve().parents[1] / "conformance" / "run"
LINE = re.compile(r"^([A-Z]{3,4}-\d\d) [A-Z] (pass|FAIL|skipped|waived)", re.MULTILINE)
RULED = {row for rule in RESPONSE_RULES + DOCUMENT_RULES for row in rule.rows}  # test_the_lint.py has these

ERROR = {"status": "404", "code": "not-found", "title": "Not found", "detail": "nothing is here"}
PERSON = {"type": "persons", "id": "1", "attributes": {"name": "always the same", "age": 1}, "links": {"self": "/persons/1"}}
LIST = {"data": [PERSON], "links": {"self": "/persons", "prev": None, "next": None}}
SERVERS = {
    "nothing is there": (404, {"errors": [ERROR]}),
    "everything is done": (204, None),
    "always the same resource": (201, {"data": PERSON}),
    "always the same list": (200, LIST),
    "an empty list": (200, {"data": [], "links": {"prev": None, "next": None}}),
    "always accepted": (202, {"meta": {}}),
    "a page of HTML": (500, "<html>"),
    "strange extensions": (400, {"errors": [{**ERROR, "links": {"about": "/about"}}], "_:x": 1,
                                 "links": {"self": "/persons?x:Y9=1"}}),
}
TYPES = {"a page of HTML": "text/html", "strange extensions": f'{JSONAPI};ext="http://example.com/ext"'}


def serve(status, body, media_type):
    """A server that answers every request alike."""
    content = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()

    class Answer(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet

        def answer(self):
            length = int(self.headers.get("Content-Length") or 0)
            if "chunked" in (self.headers.get("Transfer-Encoding") or ""):
                self.close_connection = True
            while length > 0:
                length -= len(self.rfile.read(min(length, 1 << 20))) or length
            self.send_response(status)
            if body is not None:
                self.send_header("Content-Type", media_type)
            self.send_header("Vary", "Accept")
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = do_DELETE = answer

        def log_message(self, *_):
            pass

    return http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)


@pytest.fixture(scope="module")
def verdicts():
    """What the runner says of each server: name -> row -> word."""
    found = {}
    for name, (status, body) in SERVERS.items():
        with serve(status, body, TYPES.get(name, JSONAPI)) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            done = subprocess.run([sys.executable, "-B", str(RUN), "--base-url", f"http://127.0.0.1:{server.server_port}"],
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
            server.shutdown()
        assert done.returncode == 1, done.stdout[-2000:] + done.stderr
        assert re.search(r"^conformance: \d+ passed, \d+ failed$", done.stdout.splitlines()[-1]), done.stdout[-500:]
        found[name] = dict(LINE.findall(done.stdout))
    return found


def test_every_row_fails_somewhere(verdicts):
    rows = set().union(*verdicts.values())
    assert len(rows) > 300
    failed = {row for said in verdicts.values() for row, word in said.items() if word == "FAIL"}
    skipped = {row for row in rows if {said[row] for said in verdicts.values()} & {"skipped", "waived"}}
    assert sorted(rows - failed - skipped - RULED) == []


@pytest.mark.parametrize("name", SERVERS)
def test_a_wrong_server_passes_little(verdicts, name):
    passed = [row for row, word in verdicts[name].items() if word == "pass" and row not in RULED]
    assert len(passed) < 60, passed
