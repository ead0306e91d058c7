"""10,000 links in one request, against psql running the bare `insert … select unnest`."""

import http.client
import json
import os
import random
import re
import subprocess
import time
import urllib.parse

from support.postgres import SUPERUSER, bin_folder

from sample import MeasuringFailed

MEMBERS = 10_000


class Bulk:
    """Each repetition makes two new hobbies (owners without links) and fills one in each way."""

    def __init__(self, cluster, size, database):
        self.cluster, self.size, self.database = cluster, size, database
        self.random = random.Random(1)
        self.sql = cluster.connect(database)

    def close(self):
        self.sql.close()

    def _new_hobby(self):
        with self.sql.cursor() as cursor:
            cursor.execute("insert into hobbies (name) values ('Bulk ' || gen_random_uuid())"
                           " returning id")
            return cursor.fetchone()[0]

    def _members(self):
        return self.random.sample(range(1, self.size.friends + 1), min(MEMBERS, self.size.friends))

    def _check(self, hobby, members):
        with self.sql.cursor() as cursor:
            cursor.execute("select count(*) from friend_hobbies where hobby_id = %s", (hobby,))
            linked = cursor.fetchone()[0]
        if linked != len(members):
            raise MeasuringFailed(f"{linked} links are there after linking {len(members)}")

    def by_request(self, base_url):
        """Milliseconds from sending a POST to its answer, on a connection that is open already."""
        hobby, members = self._new_hobby(), self._members()
        body = json.dumps({"data": [{"type": "friends", "id": str(i)} for i in members]}).encode()
        link = http.client.HTTPConnection(urllib.parse.urlsplit(base_url).netloc, timeout=60)
        try:
            link.request("GET", "/friends/1")
            link.getresponse().read()
            began = time.perf_counter()
            link.request("POST", f"/hobbies/{hobby}/relationships/friends", body,
                         {"Content-Type": "application/vnd.api+json"})
            answer = link.getresponse()
            text = answer.read()
            took = time.perf_counter() - began
        finally:
            link.close()
        if answer.status // 100 != 2:
            raise MeasuringFailed(f"{len(members)} links: {answer.status} {text[:1000]!r}")
        self._check(hobby, members)
        return took * 1000

    def by_psql(self):
        """Milliseconds by psql's own timing, after a first execution on another hobby."""
        warm, hobby = self._new_hobby(), self._new_hobby()
        members = self._members()
        ids = ",".join(map(str, members))
        script = "\n".join(
            ["\\timing on"]
            + [f"insert into friend_hobbies (friend_id, hobby_id) select friend, {h}"
               f" from unnest('{{{ids}}}'::bigint[]) friend on conflict do nothing;"
               for h in (warm, hobby)])
        env = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        done = subprocess.run(
            [str(bin_folder() / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1",
             "-h", self.cluster.socket_folder, "-p", str(self.cluster.port), "-U", SUPERUSER,
             self.database],
            input=script, capture_output=True, text=True, check=False, env={**env, "LC_ALL": "C"})
        took = re.findall(r"Time: ([\d.]+) ms", done.stdout)
        if done.returncode != 0 or len(took) != 2:
            raise MeasuringFailed(f"psql failed:\n{done.stdout}{done.stderr}")
        self._check(hobby, members)
        return float(took[1])
