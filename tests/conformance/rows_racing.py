"""RUP, under way at once: writers that meet at one link."""

import concurrent.futures

from support.client import idents

import expect

CONNECTIONS = 10


def at_once(zoo, requests):
    """Send (method, path, body) over several connections. Returns the answers in order."""
    zoos = [zoo.sibling() for _ in range(min(CONNECTIONS, len(requests)))]

    def send(number):
        return [(i, zoos[number].request(*requests[i])) for i in range(number, len(requests), len(zoos))]

    with concurrent.futures.ThreadPoolExecutor(len(zoos)) as pool:
        done = dict(pair for part in pool.map(send, range(len(zoos))) for pair in part)
    for one in zoos:
        one.client.close()
    return [done[i] for i in range(len(requests))]


def link(person, *hobbies, verb="POST"):
    return verb, f"/persons/{person}/relationships/hobbies", {"data": idents("hobbies", hobbies)}


def rup_41_the_same_link_many_times(zoo):
    one, hobby = zoo.person(), zoo.hobby()
    for answer in at_once(zoo, [link(one, hobby)] * 50):
        expect.success(answer)
    zoo.expect_linkage("persons", one, "hobbies", hobby)
    expect.same(zoo.linkage("hobbies", hobby, "persons"), [one], "persons of the hobby")


def rup_42_link_and_unlink(zoo):
    one, hobby = zoo.person(), zoo.hobby()
    for answer in at_once(zoo, [link(one, hobby), link(one, hobby, verb="DELETE")] * 50):
        expect.success(answer)
    held = zoo.linkage("persons", one, "hobbies")
    expect.true(held in ([], [hobby]), "linked or not", held)
    expect.same(zoo.linkage("hobbies", hobby, "persons"), [one] if held else [], "the other side")


def rup_43_replacements_do_not_mix(zoo):
    one, hobbies = zoo.person(), [zoo.hobby(), zoo.hobby()]
    for _ in range(10):
        for answer in at_once(zoo, [link(one, hobby, verb="PATCH") for hobby in hobbies]):
            expect.success(answer)
        held = zoo.linkage("persons", one, "hobbies")
        expect.true(held in ([hobbies[0]], [hobbies[1]]), "one of the two replacements", held)


def rup_44_link_to_what_is_being_deleted(zoo):
    for _ in range(10):
        one, hobby = zoo.person(), zoo.hobby()
        removed, linked = at_once(zoo, [("DELETE", f"/hobbies/{hobby}"), link(one, hobby)])
        expect.success(removed)
        expect.status(linked, 200, 204, 404, 409)
        expect.same(zoo.linkage("persons", one, "hobbies"), [], "hobbies after the delete")
