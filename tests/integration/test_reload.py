"""SIGHUP: the model and the catalog are read again, and nobody's request notices."""

import json
import os
import pathlib
import signal
import threading
import time

import pytest

from support.client import Client

DEFAULT_MODEL = pathlib.Path(__file__).parents[2] / "service" / "model" / "default.json"


def await_log(service, words, times=1, seconds=20):
    end = time.monotonic() + seconds
    while service.log().count(words) < times:
        assert time.monotonic() < end, f"{words!r} is not in the log:\n{service.log()}"
        time.sleep(0.01)


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.json"
    path.write_text(DEFAULT_MODEL.read_text())
    return path


def test_a_changed_model_is_served(fresh_service, model):
    service = fresh_service(model=str(model))
    with Client(service.base_url) as client:
        assert "nickname" in client.post("/friends", document("friends", "Ben")).json["data"]["attributes"]
        declared = json.loads(model.read_text())
        del declared["resources"]["friends"]["attributes"]["nickname"]
        model.write_text(json.dumps(declared))
        os.kill(service.pid, signal.SIGHUP)
        await_log(service, "the model is reloaded")
        assert "nickname" not in client.get("/friends/1").json["data"]["attributes"]


def test_a_wrong_model_changes_nothing(fresh_service, model):
    service = fresh_service(model=str(model))
    model.write_text('{"resources": {"persons": {"relationships": {"phones": {"target": "nothing"}}}}}')
    os.kill(service.pid, signal.SIGHUP)
    await_log(service, "the one before is served on")
    assert "nothing" in service.log()
    with Client(service.base_url) as client:
        assert client.get("/hobbies").status == 200


def test_no_request_is_lost_under_load(fresh_service, model):
    """Reloads while clients write and read without a pause: every answer is a good one."""
    service = fresh_service(model=str(model), workers=2)
    stop, wrong, answered = threading.Event(), [], [0] * 6

    def work(number):
        with Client(service.base_url) as client:
            while not stop.is_set():
                one = client.post("/hobbies", document("hobbies", f"{number}-{answered[number]}"))
                two = client.get("/hobbies?page[size]=3")
                answered[number] += 1
                if (one.status, two.status) != (201, 200):
                    wrong.append((one, two))
                    return

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for times in range(1, 6):
        before = sum(answered)
        os.kill(service.pid, signal.SIGHUP)
        await_log(service, "the model is reloaded", times)
        while sum(answered) < before + 20 and not wrong:
            time.sleep(0.005)
    stop.set()
    for thread in threads:
        thread.join()
    assert not wrong, wrong[0]


def document(kind, name):
    return {"data": {"type": kind, "attributes": {"name": name}}}
