"""A Prometheus, as Debian has it, scrapes the service that an operator gives it."""

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

from support.model import bulk

PROGRAM = shutil.which("prometheus")

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="prometheus is not installed")


class Prometheus:
    """`with Prometheus(folder, target) as prometheus:` scrapes HOST:PORT every second."""

    def __init__(self, folder, target):
        self.folder, self.target = folder, target

    def __enter__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        settings = self.folder / "prometheus.yml"
        settings.write_text(json.dumps({
            "global": {"scrape_interval": "1s"},
            "scrape_configs": [{"job_name": "backref", "static_configs": [{"targets": [self.target]}]}],
        }))
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                [PROGRAM, f"--config.file={settings}", f"--storage.tsdb.path={self.folder / 'data'}",
                 f"--web.listen-address={self.address}"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)

    def query(self, expression):
        """What the expression selects now, as a list of (labels, value); nothing before it answers."""
        url = f"http://{self.address}/api/v1/query?{urllib.parse.urlencode({'query': expression})}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                found = json.load(answer)["data"]["result"]
        except urllib.error.URLError:
            return []
        return [(one["metric"], float(one["value"][1])) for one in found]

    def await_value(self, expression, wanted):
        end = time.monotonic() + 60
        while [value for _, value in self.query(expression)] != [wanted]:
            assert time.monotonic() < end, (self.query(expression), (self.folder / "log").read_text()[-3000:])
            time.sleep(0.1)


def test_the_target_is_up_and_its_series_are_there(fresh_service, tmp_path):
    service = fresh_service(workers=2)
    person, = bulk(service.sql, "persons", 1)
    hobby, = bulk(service.sql, "hobbies", 1)
    friend, = bulk(service.sql, "friends", 1)
    with service.client() as client, Prometheus(tmp_path, f"{service.host}:{service.port}") as prometheus:
        assert client.put(f"/persons/{person}/friends/{friend}").status == 201
        assert client.put(f"/friends/{friend}/hobbies/{hobby}").status == 201
        assert client.delete(f"/friends/{friend}/hobbies/{hobby}").status == 204
        prometheus.await_value('up{job="backref"}', 1)
        for relationship, type_, change in (("friends", "persons", "link"), ("hobbies", "friends", "link"),
                                            ("hobbies", "friends", "unlink")):
            prometheus.await_value(
                f'backref_link_members_total{{type="{type_}",relationship="{relationship}",change="{change}"}}', 1)
        for expression in ("count(backref_queue_age_seconds)", "count(backref_batches_in_flight)"):
            prometheus.await_value(expression, 1)
        states = {labels["state"] for labels, _ in prometheus.query("backref_client_states")}
        assert states == {"idle", "reading", "working"}
        states = {labels["state"] for labels, _ in prometheus.query("backref_database_states")}
        assert states == {"closed", "connecting", "idle", "busy"}
        assert prometheus.query("histogram_quantile(0.9, backref_request_duration_seconds_bucket)")
