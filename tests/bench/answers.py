"""Before anything is measured: all servers give the same rows, and their writes are real."""

import json
import re
import urllib.request
from datetime import datetime

from sample import MeasuringFailed

FRIEND, HOBBY = 17, 1  # not linked in the data
PAGE = "/friends?page%5Bsize%5D={size}{include}&page%5Bafter%5D={cursor}"
CURSOR_PLACE = 1  # in the file of cursors: not the first page, which needs none


def ask(server, method, path, document=None):
    body = None if document is None else json.dumps(document).encode()
    request = urllib.request.Request(server.base_url + path, data=body, method=method,
                                     headers={"Content-Type": "application/vnd.api+json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def value_of(name, value):
    """Times are written in more than one way."""
    if name.endswith("_at"):
        return datetime.fromisoformat(re.sub("Z$", "+00:00", value_padded(value))).timestamp()
    return value


def value_padded(text):
    """fromisoformat() of Python 3.9 and 3.10 wants six digits behind the point."""
    found = re.fullmatch(r"([^.]+)\.(\d+)(.*)", text)
    return f"{found.group(1)}.{found.group(2):0<6}{found.group(3)}" if found else text


def rows(resources):
    """(type, id) to (attributes, names of relationships, linkage)."""
    found = {}
    for one in resources:
        linkage = {name: [member["id"] for member in relationship["data"]]
                   for name, relationship in one.get("relationships", {}).items() if "data" in relationship}
        attributes = {name: value_of(name, value) for name, value in one.get("attributes", {}).items()}
        found[one["type"], one["id"]] = attributes, sorted(one.get("relationships", {})), linkage
    return found


def content(document):
    data = document["data"]
    return (rows(data if isinstance(data, list) else [data]), rows(document.get("included", [])))


def reads_of(server):
    """The documents of one request of each kind, by name, as content."""
    cursors = server.cursors.read_text().split()
    found = {
        "get": ask(server, "GET", f"/friends/{FRIEND}"),
        "get_included": ask(server, "GET", f"/friends/{FRIEND}?include=hobbies"),
        "linkage": ask(server, "GET", f"/friends/{FRIEND}/relationships/hobbies"),
        "page": ask(server, "GET", PAGE.format(size=50, include="", cursor=cursors[CURSOR_PLACE])),
        "page_included": ask(server, "GET", PAGE.format(
            size=20, include="&include=hobbies", cursor=cursors[CURSOR_PLACE])),
    }
    return {name: content(document) for name, document in found.items()}


EXPECTED = {"get": (1, 0), "get_included": (1, 10), "linkage": (10, 0), "page": (50, 0), "page_included": (20, 200)}


def check_reads(servers, size):
    """Every server against the first, whose numbers of rows are checked themselves."""
    first = reads_of(servers[0])
    for name, (n_data, n_included) in EXPECTED.items():
        found = tuple(map(len, first[name]))
        if found != (n_data, min(n_included, size.hobbies)):
            raise MeasuringFailed(f"{servers[0].name}, {name}: {found} resources instead of {(n_data, n_included)}")
    for server in servers[1:]:
        for name, theirs in reads_of(server).items():
            if theirs != first[name]:
                raise MeasuringFailed(f"{name}: {server.name} does not answer with the rows of {servers[0].name}:\n"
                                      f"{theirs}\n{first[name]}"[:4000])


def check_writes(server, sql):
    """One write of each kind, seen in the tables afterwards; the data is left as it was."""
    def count(query, *values):
        with sql.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchone()[0]

    linked = "select count(*) from friend_hobbies where friend_id = %s and hobby_id = %s"
    path = f"/friends/{FRIEND}/hobbies/{HOBBY}"
    seen = [count(linked, FRIEND, HOBBY)]
    for method in ("PUT", "PUT", "DELETE"):
        ask(server, method, path)
        seen.append(count(linked, FRIEND, HOBBY))
    made = ask(server, "POST", "/persons", {"data": {
        "type": "persons", "attributes": {"name": "Checked"},
        "relationships": {"phones": {"data": [{"type": "phones", "id": str(i)} for i in (3, 4, 5)]}}}})["data"]
    seen.append(count("select count(*) from person_phones join persons p on p.id = person_id"
                      " where p.name = 'Checked' and p.id = %s", int(made["id"])))
    with sql.cursor() as cursor:
        cursor.execute("delete from persons where name = 'Checked'")
    if seen != [0, 1, 1, 0, 3] or made["attributes"]["name"] != "Checked":
        raise MeasuringFailed(f"the writes of {server.name} are not what they should be: {seen}, {made}")
