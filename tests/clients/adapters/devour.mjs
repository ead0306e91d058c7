// devour-client: models with declared relationships, a builder for paths, middleware over axios.
import Devour from "devour-client";
import { READ_ONLY, TYPES, identifiers } from "../model.mjs";

function plain(item) {
    const type = TYPES[item.type];
    const related = {};
    for (const name of Object.keys(type.relationships)) {
        if (Array.isArray(item[name]) && item[name].length > 0) {
            related[name] = item[name].map(plain);
        }
    }
    const names = [...type.attributes, ...READ_ONLY].filter((name) => item[name] !== undefined);
    return {
        id: item.id,
        type: item.type,
        attributes: Object.fromEntries(names.map((name) => [name, item[name]])),
        related,
    };
}

export default class {
    constructor(base) {
        this.api = new Devour({ apiUrl: base, pluralize: false, logger: false, errorBuilder: (error) => error });
        for (const [type, { attributes, relationships }] of Object.entries(TYPES)) {
            const members = Object.fromEntries([...attributes, ...READ_ONLY].map((name) => [name, ""]));
            for (const [name, to] of Object.entries(relationships)) {
                members[name] = { jsonApi: "hasMany", type: to };
            }
            this.api.define(type, members, { readOnly: READ_ONLY });
        }
    }

    page(answer) {
        const { next } = answer.links ?? {};
        return {
            items: answer.data.map(plain),
            next: next ? async () => this.page(await this.api.request(next)) : null,
        };
    }

    async list(type, params) {
        return this.page(await this.api.findAll(type, params));
    }

    async get(type, id, params) {
        return plain((await this.api.find(type, id, params)).data);
    }

    async related(type, id, name) {
        return (await this.api.one(type, id).all(name).get()).data.map(plain);
    }

    async linkage(type, id, name) {
        return (await this.api.one(type, id).relationships(name).get()).data.map((item) => item.id);
    }

    body(type, attributes, links) {
        const body = { ...attributes };
        for (const [name, ids] of Object.entries(links)) {
            body[name] = identifiers(TYPES[type].relationships[name], ids);
        }
        return body;
    }

    async create(type, attributes, links = {}) {
        return plain((await this.api.create(type, this.body(type, attributes, links))).data);
    }

    async update(type, id, attributes, links = {}) {
        return plain((await this.api.update(type, { id, ...this.body(type, attributes, links) })).data);
    }

    async write(method, type, id, name, ids) {
        const members = identifiers(TYPES[type].relationships[name], ids);
        const at = this.api.one(type, id).relationships(name);
        await { POST: () => at.post(members), PATCH: () => at.patch(members), DELETE: () => at.destroy(members) }[
            method
        ]();
    }

    async destroy(type, id) {
        await this.api.destroy(type, id);
    }

    errors(thrown) {
        return Object.values(thrown);
    }
}
