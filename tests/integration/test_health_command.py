"""`backref health`: what a container's health check runs."""

import re
import socket
import threading

import pytest

from support.given import skip_when_given
from support.service import run


def health(address, **variables):
    return run("health", "--listen", address, env=variables)


@pytest.fixture
def silent():
    """The address of something that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def test_ready(service):
    done = health(service.addresses[0])
    assert (done.returncode, done.stdout) == (0, "ready\n"), done.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "localhost"])
def test_the_address_to_listen_on_is_not_always_one_to_connect_to(service, host):
    assert health(f"{host}:{service.port}").returncode == 0


def test_the_variables_of_serve_are_understood(service):
    done = run("health", env={"BACKREF_LISTEN": service.addresses[0], "BACKREF_WORKERS": "3",
                              "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"})
    assert done.returncode == 0, done.stderr


def test_the_first_of_several_listeners_is_asked(fresh_service, tmp_path):
    path = f"unix:{tmp_path}/one.sock"
    service = fresh_service(listen=[path, "[::1]:0"])
    inet6 = next(one for one in service.addresses if one.startswith("["))
    assert run("health", env={"BACKREF_LISTEN": f"{path},127.0.0.1:1"}).returncode == 0
    assert health(inet6).returncode == 0
    assert health(f"[::]:{service.addresses[1].rpartition(':')[2]}").returncode == 0
    assert run("health", env={"BACKREF_LISTEN": f"127.0.0.1:1,{path}"}).returncode == 1


def test_not_ready_without_what_the_model_needs(fresh_service):
    """The process is up, its database is not as it has to be: the reason is told."""
    service = fresh_service()
    service.sql.run("alter table friend_hobbies rename to elsewhere")
    done = health(service.addresses[0])
    assert done.returncode == 1
    assert '"status":"503"' in done.stderr and service.addresses[0] in done.stderr


def test_nobody_listens(tmp_path):
    for address in ("127.0.0.1:1", f"unix:{tmp_path}/none.sock"):
        done = health(address)
        assert done.returncode == 1
        assert f"backref: {address} is not ready" in done.stderr


def test_whoever_does_not_answer_is_not_ready(silent):
    done = health(silent)
    assert done.returncode == 1
    assert "did not answer in time" in done.stderr


def test_what_is_not_http_is_not_ready():
    skip_when_given("the program itself is not there")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        listener.settimeout(20)

        def hello():
            peer, _ = listener.accept()
            with peer:
                peer.sendall(b"220 mail.example.org ESMTP\r\n")

        thread = threading.Thread(target=hello)
        thread.start()
        done = health(address)
        thread.join()
    assert done.returncode == 1
    assert "not HTTP" in done.stderr


def test_the_operators_address_is_asked_when_there_is_one(fresh_service):
    service = fresh_service(admin_listen="127.0.0.1:0")
    service.wait_for_log(r"/metrics are on \S+:\d+")
    admin = re.search(r"/metrics are on ([0-9.:]+)", service.log()).group(1)
    assert run("health", env={"BACKREF_ADMIN_LISTEN": admin, "BACKREF_LISTEN": "127.0.0.1:1"}).returncode == 0
    assert health(service.addresses[0]).returncode == 1, "only the operators' address tells"


def test_tls_is_not_spoken(tmp_path):
    done = health("127.0.0.1:1", BACKREF_TLS_CERTIFICATE=str(tmp_path / "none.pem"),
                  BACKREF_TLS_KEY=str(tmp_path / "none.key"))
    assert done.returncode == 1 and "--admin-listen" in done.stderr
