"""What a model may not declare: the program refuses to start and says where the mistake is."""

import expect


def refuses(zoo, change, *words):
    """Neither `model check` nor `serve` takes the changed model; both name the words."""
    for program in (zoo.target.check_model, zoo.target.serve_model):
        done = program(change)
        said = done.stdout + done.stderr
        expect.true(done.returncode != 0, "a refusal to start", f"exit status {done.returncode}: {said[-300:]}")
        for word in words:
            expect.true(word in said, f"{word!r} in what is said", said[-600:])


def rename_type(new):
    def change(resources):
        resources[new] = {**resources.pop("notes"), "table": "notes"}
    return change


def rename_attribute(new):
    def change(resources):
        del resources["notes"]["attributes"]["body"]
        resources["notes"]["attributes"][new] = {"column": "body"}
    return change


def doc_14_types_are_member_names(zoo):
    for name in ("a/b", "_x", "x-", ""):
        refuses(zoo, rename_type(name), "/resources/" + name.replace("/", "~1"))


def doc_15_fields_share_one_namespace(zoo):
    def attribute_and_relationship(resources):
        resources["teams"]["attributes"]["members"] = {"column": "name"}

    refuses(zoo, attribute_and_relationship, "/resources/teams/", "members")
    for name in ("id", "type"):
        refuses(zoo, rename_attribute(name), f"/resources/notes/attributes/{name}")


def doc_15_relationships_are_fields_too(zoo):
    for name in ("id", "type"):
        def change(resources, name=name):
            resources["friends"]["relationships"] = {name: {"target": "persons", "secondary": "person_friends"}}
            del resources["persons"]["relationships"]["friends"]

        refuses(zoo, change, f"/resources/friends/relationships/{name}")


def doc_37_member_names(zoo):
    for name in ("", "_a", "a-", " a"):
        refuses(zoo, rename_attribute(name), "/resources/notes/attributes/" + name)


def doc_38_reserved_characters(zoo):
    for name in ("a.b", "a+b", "a[b]", "a:b", "a/b", "a,b", "a@b", "a\x7fb", "a\x01b"):
        refuses(zoo, rename_attribute(name), "/resources/notes/attributes")


def doc_46_names_that_need_encoding(zoo):
    done = zoo.target.check_model(rename_attribute("full name"))
    said = done.stdout + done.stderr
    expect.true(done.returncode == 0, "exit status 0", f"{done.returncode}: {said[-300:]}")
    expect.true("full name" in said and "warning" in said.lower(), "a warning that names the attribute", said[-600:])
