"""TLS by the service itself: what it speaks, what it refuses, and how its certificate is renewed."""

import http.client
import json
import shutil
import signal
import socket
import ssl
import subprocess
import threading

import pytest

from support.certificates import make_certificate
from support.client import document
from support.lint import JSONAPI
from support.model import ATTRIBUTES, unique
from support.service import SANITIZER_OPTIONS, run

# GnuTLS 3.7 forgets a few bytes of a certificate that it cannot read.
LEAKY = {"ASAN_OPTIONS": SANITIZER_OPTIONS["ASAN_OPTIONS"] + ":detect_leaks=0"}

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    return {name: make_certificate(folder, name, kind) for name, kind in (("first", "ec"), ("second", "rsa"))}


def context(certificate, **versions):
    trusting = ssl.create_default_context(cafile=str(certificate))
    for name, version in versions.items():
        setattr(trusting, name, version)
    return trusting


def connect(service, certificate, **versions):
    plain = socket.create_connection((service.host, service.port), timeout=10)
    return context(certificate, **versions).wrap_socket(plain, server_hostname=service.host)


def common_name(peer):
    return dict(pair[0] for pair in peer.getpeercert()["subject"])["commonName"]


def ask(peer, path="/persons", close=True):
    """One request over a connection that is open; the answer's status."""
    ending = b"Connection: close\r\n" if close else b""
    peer.sendall(b"GET " + path.encode() + b" HTTP/1.1\r\nHost: x\r\n" + ending + b"\r\n")
    answer = http.client.HTTPResponse(peer)
    answer.begin()
    json.loads(answer.read())
    return answer.status


@pytest.fixture
def secured(fresh_service, certificates, tmp_path):
    """A service with TLS whose certificate files the test may replace."""
    return secured_by(fresh_service, certificates, tmp_path)


def secured_by(fresh_service, certificates, tmp_path, env=None):
    paths = tmp_path / "now.crt", tmp_path / "now.key"

    def put(name):
        for source, target in zip(certificates[name], paths):
            shutil.copy(source, target)

    put("first")
    service = fresh_service(env=env, tls_certificate=paths[0], tls_key=paths[1], workers=2, admin_listen="127.0.0.1:0")
    service.put = put
    service.paths = paths
    return service


@pytest.mark.parametrize("name", ["first", "second"])
def test_requests_of_all_kinds(fresh_service, certificates, name):
    certificate, key = certificates[name]
    service = fresh_service(tls_certificate=certificate, tls_key=key)
    assert " with TLS" in service.log()
    connection = http.client.HTTPSConnection(service.host, service.port, timeout=10, context=context(certificate))
    headers = {"Content-Type": JSONAPI, "Accept": JSONAPI}
    for _ in range(3):
        body = json.dumps(document("persons", ATTRIBUTES["persons"]()))
        connection.request("POST", "/persons", body, headers)
        answer = connection.getresponse()
        created = json.loads(answer.read())["data"]
        assert answer.status == 201
        connection.request("GET", created["links"]["self"], headers=headers)
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["data"]["id"]) == (200, created["id"])
        connection.request("DELETE", created["links"]["self"])
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (204, b"")
    connection.close()


def test_large_bodies_and_answers(secured, certificates):
    """More than one TLS record and more than the socket holds, in both directions."""
    connection = http.client.HTTPSConnection(secured.host, secured.port, timeout=30,
                                             context=context(certificates["first"][0]))
    headers = {"Content-Type": JSONAPI}
    names = []
    for _ in range(4):
        name = unique()
        body = json.dumps(document("persons", {"name": name})).encode() + b" " * 900_000
        connection.request("POST", "/persons", body, headers)
        answer = connection.getresponse()
        assert answer.status == 201, answer.read()
        answer.read()
        names.append(name)
    secured.sql.run("insert into persons (name) select 'many ' || g from generate_series(1, 2000) g")
    for size in (1000, 10, 1000):
        connection.request("GET", f"/persons?page%5Bsize%5D={size}")
        answer = connection.getresponse()
        assert len(json.loads(answer.read())["data"]) == size
    connection.close()


def test_many_clients_at_once(secured, certificates):
    trusting = context(certificates["first"][0])
    id_ = secured.sql.value("insert into persons (name) values ('one') returning id")
    failures = []

    def work(number):
        connection = http.client.HTTPSConnection(secured.host, secured.port, timeout=30, context=trusting)
        for _ in range(40):
            connection.request("GET", f"/persons/{id_}", headers={"X-Request-Id": str(number)})
            answer = connection.getresponse()
            body = json.loads(answer.read())
            if answer.status != 200 or answer.headers["X-Request-Id"] != str(number) or body["data"]["id"] != str(id_):
                failures.append((answer.status, body))
        connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_versions_that_are_spoken(secured, certificates, version):
    wanted = getattr(ssl.TLSVersion, version)
    with connect(secured, certificates["first"][0], minimum_version=wanted, maximum_version=wanted) as peer:
        assert peer.version() == version.replace("_", ".")
        assert ask(peer) == 200


def test_versions_that_are_not(secured):
    done = subprocess.run(["openssl", "s_client", "-connect", f"{secured.host}:{secured.port}", "-tls1_1", "-cipher",
                           "ALL:@SECLEVEL=0"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
    assert "Cipher is (NONE)" in done.stdout and done.returncode != 0


@pytest.mark.parametrize("raw", [b"GET /persons HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"x" * 3000,
                                 b"\x80" * 100, b""], ids=["http", "long record", "bytes", "nothing"])
def test_whoever_does_not_speak_it_is_closed(secured, certificates, raw):
    with socket.create_connection((secured.host, secured.port), timeout=10) as peer:
        received = b""
        try:
            peer.sendall(raw)
            peer.shutdown(socket.SHUT_WR)
            received = b"".join(iter(lambda: peer.recv(65536), b""))
        except OSError:
            pass  # closed already
    assert not received.startswith(b"HTTP/")
    with connect(secured, certificates["first"][0]) as peer:
        assert ask(peer) == 200


def test_handshakes_that_never_end_are_closed(fresh_service, certificates):
    certificate, key = certificates["first"]
    service = fresh_service(tls_certificate=certificate, tls_key=key, header_timeout="1s")
    with socket.create_connection((service.host, service.port), timeout=10) as silent:
        assert silent.recv(100) == b""
    with socket.create_connection((service.host, service.port), timeout=10) as slow:
        slow.sendall(b"\x16\x03\x01")
        while slow.recv(100):
            continue
    with connect(service, certificate) as silent_after_handshake:
        assert silent_after_handshake.recv(100) == b""


def test_a_renewed_certificate(secured, certificates):
    """New connections are shown it; those that are open go on undisturbed."""
    with connect(secured, certificates["first"][0]) as kept:
        assert common_name(kept) == "first"
        assert ask(kept, close=False) == 200
        for name in ("second", "first", "second"):
            secured.put(name)
            seen = secured.log().count("the certificate is renewed")
            secured.signal(signal.SIGHUP)
            secured.wait_for_log(rf"(?s)(the certificate is renewed.*){{{seen + 1}}}.*the model is reloaded")
            for _ in range(8):  # both workers, most likely
                with connect(secured, certificates[name][0]) as peer:
                    assert common_name(peer) == name
                    assert ask(peer) == 200
            assert ask(kept, close=False) == 200
        assert common_name(kept) == "first"
        assert ask(kept) == 200
    assert secured.stop() == 0


def test_renewal_under_load_loses_no_request(secured, certificates):
    trusting = context(certificates["first"][0])
    trusting.load_verify_locations(str(certificates["second"][0]))
    stop = threading.Event()
    failures, n_answers = [], []

    def work():
        while not stop.is_set():
            try:
                connection = http.client.HTTPSConnection(secured.host, secured.port, timeout=30, context=trusting)
                for _ in range(3):
                    connection.request("GET", "/persons?page%5Bsize%5D=1")
                    answer = connection.getresponse()
                    answer.read()
                    n_answers.append(answer.status)
                connection.close()
            except (OSError, http.client.HTTPException) as failure:
                failures.append(failure)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for n in range(6):
        secured.put(("second", "first")[n % 2])
        secured.signal(signal.SIGHUP)
        secured.wait_for_log(rf"(?s)(the certificate is renewed.*){{{n + 1}}}the model is reloaded")
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures
    assert set(n_answers) == {200}


@pytest.mark.parametrize("fault", ["garbage", "missing", "other key"])
def test_a_bad_certificate_leaves_the_one_before(fresh_service, certificates, tmp_path, fault):
    secured = secured_by(fresh_service, certificates, tmp_path, LEAKY)
    certificate, key = secured.paths
    if fault == "garbage":
        certificate.write_text("no certificate")
    elif fault == "missing":
        key.unlink()
    else:
        shutil.copy(certificates["second"][1], key)
    secured.signal(signal.SIGHUP)
    secured.wait_for_log("the certificate is not renewed")
    assert str(certificate if fault != "missing" else key) in secured.log()
    secured.wait_for_log("the model is reloaded")
    with connect(secured, certificates["first"][0]) as peer:
        assert common_name(peer) == "first" and ask(peer) == 200


def test_a_bad_certificate_at_start(cluster, certificates, tmp_path):
    certificate, key = certificates["first"]
    garbage = tmp_path / "garbage"
    garbage.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    for one, other, named in ((garbage, key, garbage), (certificate, garbage, garbage), (tmp_path / "none", key, "none"),
                              (certificate, certificates["second"][1], certificates["second"][1])):
        done = run("serve", "--tls-certificate", one, "--tls-key", other, "--listen", "127.0.0.1:0",
                   env={"DATABASE_URL": cluster.url("postgres"), **LEAKY}, timeout=20)
        assert done.returncode == 1
        assert str(named) in done.stderr and "listening" not in done.stderr


@pytest.mark.parametrize("given, missing", [("--tls-certificate", "--tls-key"), ("--tls-key", "--tls-certificate")])
def test_both_or_neither(given, missing):
    done = run("serve", given, "/dev/null")
    assert done.returncode == 2
    assert given in done.stderr and missing in done.stderr


def test_stopping_with_open_connections(secured, certificates):
    with connect(secured, certificates["first"][0]) as idle, connect(secured, certificates["first"][0]) as used:
        assert ask(used, close=False) == 200
        assert secured.stop() == 0
        assert idle.recv(100) == b"" and used.recv(100) == b""


def test_unix_sockets_and_the_admin_address_stay_plain(fresh_service, certificates, tmp_path):
    certificate, key = certificates["first"]
    path = tmp_path / "b.sock"
    service = fresh_service(listen=["127.0.0.1:0", f"unix:{path}"], admin_listen="127.0.0.1:0", tls_certificate=certificate,
                            tls_key=key)
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(str(path))
        assert ask(peer) == 200
    service.wait_for_log(r"/metrics are on 127\.0\.0\.1:\d+")
    port = int(service.log().partition("/metrics are on 127.0.0.1:")[2].split('"')[0].split()[0])
    with socket.create_connection(("127.0.0.1", port)) as peer:
        assert ask(peer, "/healthz") == 200
