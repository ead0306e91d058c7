// kitsu: plain objects over axios; relationships are objects with `data`, and parameters nest.
import Kitsu from "kitsu";
import { TYPES, identifiers } from "../model.mjs";

function plain(item) {
    const type = TYPES[item.type];
    const attributes = Object.fromEntries(
        Object.entries(item).filter(
            ([key]) => !["id", "type", "links", "meta", "relationships"].includes(key) && !(key in type.relationships),
        ),
    );
    const related = {};
    for (const name of Object.keys(type.relationships)) {
        if (item[name]?.data) {
            related[name] = item[name].data.map(plain);
        }
    }
    return { id: item.id, type: item.type, attributes, related };
}

export default class {
    constructor(base) {
        this.api = new Kitsu({ baseURL: base, camelCaseTypes: false, resourceCase: "none", pluralize: false });
    }

    page(answer) {
        const { next } = answer.links ?? {};
        return {
            items: answer.data.map(plain),
            next: next ? async () => this.page(await this.api.request({ method: "GET", url: next })) : null,
        };
    }

    async list(type, params) {
        return this.page(await this.api.get(type, { params }));
    }

    async get(type, id, params) {
        return plain((await this.api.get(`${type}/${id}`, { params })).data);
    }

    async related(type, id, name) {
        return (await this.api.get(`${type}/${id}/${name}`)).data.map(plain);
    }

    async linkage(type, id, name) {
        return (await this.api.get(`${type}/${id}/relationships/${name}`)).data.map((item) => item.id);
    }

    body(type, attributes, links) {
        const body = { ...attributes };
        for (const [name, ids] of Object.entries(links)) {
            body[name] = { data: identifiers(TYPES[type].relationships[name], ids) };
        }
        return body;
    }

    async create(type, attributes, links = {}) {
        return plain((await this.api.post(type, this.body(type, attributes, links))).data);
    }

    async update(type, id, attributes, links = {}) {
        return plain((await this.api.patch(type, { id, ...this.body(type, attributes, links) })).data);
    }

    async write(method, type, id, name, ids) {
        const to = TYPES[type].relationships[name];
        const url = `${type}/${id}/relationships/${name}`;
        if (method === "DELETE") {
            // its request() sends no body with DELETE
            await this.api.request({ method, url, axiosOptions: { data: { data: identifiers(to, ids) } } });
        } else {
            await this.api.request({ method, url, type: to, body: identifiers(to, ids) });
        }
    }

    async destroy(type, id) {
        await this.api.delete(type, id);
    }

    errors(thrown) {
        return thrown.errors;
    }
}
