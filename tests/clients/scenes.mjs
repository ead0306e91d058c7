// What is asked of every client, through an adapter that speaks its idiom. What was asked for has to be stored, has to
// be seen from both ends of each relationship, and has to come back as the client's own objects.
import assert from "node:assert/strict";
import { column, everything, linked, row } from "./database.mjs";
import { LINKS } from "./model.mjs";

let made = 0;

/** A value that no other row has. */
function unique(text) {
    made += 1;
    return `${text} ${process.pid}-${made}`;
}

function number() {
    made += 1;
    return `+1999${String(process.pid).padStart(7, "0").slice(-7)}${String(made).padStart(3, "0")}`;
}

function required(type) {
    return type === "phones" ? { number: number() } : { name: unique(type) };
}

function ids(items) {
    return items.map((item) => item.id);
}

function sorted(list) {
    return [...list].sort((a, b) => a - b);
}

async function create(client, type, links) {
    return (await client.create(type, required(type), links)).id;
}

/** In SQL, and by HTTP from either end: these members, and none of the others. */
async function assertLinked(world, link, id, members, others = []) {
    assert.deepEqual(await linked(link, id), sorted(members), `rows of ${link.table}`);
    const near = await world.linkage(link.from, id, link.name);
    assert.deepEqual(sorted(near), sorted(members), `${link.from}.${link.name}`);
    for (const other of [...members, ...others]) {
        const far = await world.linkage(link.to, other, link.inverse);
        assert.deepEqual(far, members.includes(other) ? [id] : [], `${link.inverse} of ${link.to} ${other}`);
    }
}

/** So many new resources of the far end. */
async function others(client, link, n) {
    const made = [];
    while (made.length < n) {
        made.push(await create(client, link.to));
    }
    return made;
}

function linkOf(from, name) {
    return LINKS.find((link) => link.from === from && link.name === name);
}

/** The errors of a refusal as the client gives them; nothing may have been written. */
async function refused(client, action) {
    const before = await everything();
    let thrown;
    try {
        await action();
    } catch (error) {
        thrown = error;
    }
    assert.ok(thrown, "the client says that it failed");
    assert.deepEqual(await everything(), before, "what is stored");
    return client.errors(thrown);
}

/** What a client has to be able to ask for; one that cannot does not play the scene. */
export const NEEDS = {
    "related resources": "related",
    linkage: "linkage",
    "add to a relationship, from either side, also twice": "add",
    "replace a relationship, from either side": "replace",
    "remove from a relationship, from either side, also twice": "remove",
    "several writes in one transaction": "operations",
    "a link to one who is not there": "add",
};

export const SCENES = {
    async "a list"({ client }) {
        const { items } = await client.list("phones");
        assert.deepEqual(ids(items), await column("select id from phones order by id limit 50"));
        for (const item of items) {
            const stored = await row("phones", item.id);
            assert.equal(item.attributes.number, stored.number);
            assert.equal(item.attributes.label ?? null, stored.label);
        }
    },

    async "one with what belongs to it, two relationships deep"({ client }) {
        const alice = await client.get("persons", "1", { include: "friends.hobbies,phones" });
        assert.equal(alice.attributes.name, "Alice");
        assert.deepEqual(ids(alice.related.phones), await linked(linkOf("persons", "phones"), 1));
        assert.deepEqual(ids(alice.related.friends), await linked(linkOf("persons", "friends"), 1));
        for (const friend of alice.related.friends) {
            assert.equal(friend.attributes.name, (await row("friends", friend.id)).name);
            assert.deepEqual(ids(friend.related.hobbies), await linked(linkOf("friends", "hobbies"), friend.id));
            for (const hobby of friend.related.hobbies) {
                assert.equal(hobby.attributes.name, (await row("hobbies", hobby.id)).name);
            }
        }
    },

    async "sparse fieldsets"({ client }) {
        const { items } = await client.list("persons", { fields: { persons: "name" } });
        assert.ok(items.length > 3);
        for (const item of items) {
            assert.deepEqual(Object.keys(item.attributes), ["name"]);
        }
    },

    async "filters and an order, through relationships as well"({ client }) {
        const swimmers = await client.list("friends", { filter: { "hobbies.name": "Swimming" }, sort: "-name" });
        const stored = await column(`select f.id from friends f join friend_hobbies l on l.friend_id = f.id
            join hobbies h on h.id = l.hobby_id where h.name = 'Swimming' order by f.name desc`);
        assert.ok(stored.length > 1);
        assert.deepEqual(ids(swimmers.items), stored);
        const busy = await client.list("friends", {
            filter: { hobbies: { count: { ge: 2 } } },
            sort: "-hobbies.count,name",
        });
        assert.deepEqual(
            ids(busy.items),
            await column(`select f.id from friends f join friend_hobbies l on l.friend_id = f.id
            group by f.id having count(*) >= 2 order by count(*) desc, f.name`),
        );
        const like = await client.list("persons", { filter: { name: { ilike: "al_ce" }, id: "1,2,3,4" } });
        assert.deepEqual(ids(like.items), ["1"]);
    },

    async "pages, by their links"({ client }) {
        const walked = [];
        let page = await client.list("friends", { page: { size: 2 }, sort: "-name" });
        while (true) {
            walked.push(...ids(page.items));
            if (!page.next) {
                break;
            }
            assert.equal(page.items.length, 2);
            page = await page.next();
        }
        assert.deepEqual(walked, await column("select id from friends order by name desc, id desc"));
    },

    async "related resources"({ client }) {
        for (const link of LINKS) {
            assert.deepEqual(sorted(ids(await client.related(link.from, "1", link.name))), await linked(link, 1));
        }
    },

    async linkage({ client }) {
        for (const link of LINKS) {
            assert.deepEqual(sorted(await client.linkage(link.from, "1", link.name)), await linked(link, 1));
        }
    },

    async "create, with relationships from either side"({ client, world }) {
        for (const link of LINKS) {
            const members = await others(client, link, 2);
            const attributes = required(link.from);
            const item = await client.create(link.from, attributes, { [link.name]: members });
            assert.match(item.id, /^[1-9][0-9]*$/);
            for (const [name, value] of Object.entries(attributes)) {
                assert.equal(item.attributes[name], value);
                assert.equal((await row(link.from, item.id))[name], value);
            }
            await assertLinked(world, link, item.id, members);
        }
    },

    async "update, also to null"({ client }) {
        const id = (
            await client.create("persons", {
                name: unique("before"),
                email: `${unique("a").replace(" ", ".")}@example.org`,
            })
        ).id;
        const name = unique("Zoë “quoted” \\ 😀");
        const item = await client.update("persons", id, { name });
        assert.equal(item.attributes.name, name);
        assert.equal((await row("persons", id)).name, name);
        assert.match((await row("persons", id)).email, /@example.org$/);
        await client.update("persons", id, { email: null });
        assert.equal((await row("persons", id)).email, null);
        assert.equal((await row("persons", id)).name, name);
    },

    async "update of attributes and relationships at once"({ client, world }) {
        for (const link of LINKS) {
            const [first, second, third] = await others(client, link, 3);
            const id = await create(client, link.from, { [link.name]: [first, second] });
            const attributes = required(link.from);
            await client.update(link.from, id, attributes, { [link.name]: [second, third] });
            await assertLinked(world, link, id, [second, third], [first]);
            for (const [name, value] of Object.entries(attributes)) {
                assert.equal((await row(link.from, id))[name], value);
            }
        }
    },

    async "add to a relationship, from either side, also twice"({ client, world }) {
        for (const link of LINKS) {
            const [first, second, third] = await others(client, link, 3);
            const id = await create(client, link.from, { [link.name]: [first] });
            for (let times = 0; times < 2; times += 1) {
                await client.write("POST", link.from, id, link.name, [second, third]);
                await assertLinked(world, link, id, [first, second, third]);
            }
        }
    },

    async "replace a relationship, from either side"({ client, world }) {
        for (const link of LINKS) {
            const [first, second, third] = await others(client, link, 3);
            const id = await create(client, link.from, { [link.name]: [first, second] });
            await client.write("PATCH", link.from, id, link.name, [third, second]);
            await assertLinked(world, link, id, [second, third], [first]);
            await client.write("PATCH", link.from, id, link.name, []);
            await assertLinked(world, link, id, [], [first, second, third]);
        }
    },

    async "remove from a relationship, from either side, also twice"({ client, world }) {
        for (const link of LINKS) {
            const [first, second, third] = await others(client, link, 3);
            const id = await create(client, link.from, { [link.name]: [first, second, third] });
            for (let times = 0; times < 2; times += 1) {
                await client.write("DELETE", link.from, id, link.name, [first, third]);
                await assertLinked(world, link, id, [second], [first, third]);
            }
        }
    },

    async "delete, which takes the links and leaves the other end"({ client, world }) {
        for (const link of LINKS) {
            const member = await create(client, link.to);
            const id = await create(client, link.from, { [link.name]: [member] });
            await client.destroy(link.from, id);
            assert.equal(await row(link.from, id), undefined);
            assert.ok(await row(link.to, member));
            assert.deepEqual(await linked(link, id), []);
            assert.deepEqual(await world.linkage(link.to, member, link.inverse), []);
        }
    },

    async "several writes in one transaction"({ client, world }) {
        const link = linkOf("friends", "hobbies");
        const [first, second, third] = await others(client, link, 3);
        const id = await create(client, link.from, { [link.name]: [first] });
        const gone = await create(client, "persons");
        const name = unique("renamed");
        const update = { type: link.from, id, attributes: { name } };
        const replace = { type: link.from, id, name: link.name, ids: [second, third] };
        const updated = await client.operations({ update, replace, remove: { type: "persons", id: gone } });
        assert.deepEqual([updated.id, updated.attributes.name], [id, name]);
        assert.equal((await row(link.from, id)).name, name);
        assert.equal(await row("persons", gone), undefined);
        await assertLinked(world, link, id, [second, third], [first]);
        const again = { type: "persons", id: gone };
        const nothing = { ...replace, ids: [] };
        await refused({ errors: () => [] }, () => client.operations({ update, replace: nothing, remove: again }));
    },

    async "a refusal at an attribute"({ client }) {
        const [error] = await refused(client, () => client.create("phones", { number: "555-0006" }));
        assert.equal(error.status, "422");
        assert.equal(error.source.pointer, "/data/attributes/number");
        assert.match(error.detail, /E\.164/);
    },

    async "a refusal by what is stored"({ client }) {
        const taken = (await row("phones", 1)).number;
        const [error] = await refused(client, () => client.create("phones", { number: taken }));
        assert.equal(error.status, "409");
        assert.equal(error.source.pointer, "/data/attributes/number");
    },

    async "a refusal at a parameter"({ client }) {
        const [error] = await refused(client, () => client.list("persons", { sort: "nickname" }));
        assert.equal(error.status, "400");
        assert.equal(error.source.parameter, "sort");
        assert.match(error.detail, /name/);
    },

    async "a link to one who is not there"({ client }) {
        const errors = await refused(client, () => client.write("POST", "friends", "1", "hobbies", ["3", "987654321"]));
        assert.equal(errors.length, 1);
        assert.equal(errors[0].status, "404");
        assert.match(errors[0].detail, /987654321/);
    },

    async "an update that links to one who is not there"({ client }) {
        const [error] = await refused(client, () =>
            client.update("persons", "1", { name: "x" }, { phones: ["987654321"] }),
        );
        assert.equal(error.status, "404");
    },
};
