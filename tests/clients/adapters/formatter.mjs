// A client made of fetch and a library that turns documents into objects and back.
import { TYPES, identifiers } from "../model.mjs";
import { query, send } from "./http.mjs";

/** read: document to object or objects; document: type, attributes and links (objects with ids) to a body. */
export class FormatterClient {
    constructor(base, { read, document, plain }) {
        Object.assign(this, { base, read, document, plain });
    }

    url(path, params) {
        const search = new URLSearchParams(query(params)).toString();
        return `${this.base}/${path}${search ? `?${search}` : ""}`;
    }

    async page(type, url) {
        const came = await send("GET", url);
        const { next } = came.links;
        const items = (await this.read(came)).map((item) => this.plain(item, type));
        return { items, next: next ? () => this.page(type, next) : null };
    }

    list(type, params) {
        return this.page(type, this.url(type, params));
    }

    async get(type, id, params) {
        return this.plain(await this.read(await send("GET", this.url(`${type}/${id}`, params))), type);
    }

    async related(type, id, name) {
        const came = await this.read(await send("GET", this.url(`${type}/${id}/${name}`)));
        return came.map((item) => this.plain(item, TYPES[type].relationships[name]));
    }

    async linkage(type, id, name) {
        return (await send("GET", this.url(`${type}/${id}/relationships/${name}`))).data.map((item) => item.id);
    }

    async create(type, attributes, links = {}) {
        return this.plain(
            await this.read(await send("POST", this.url(type), this.document(type, undefined, attributes, links))),
            type,
        );
    }

    async update(type, id, attributes, links = {}) {
        const body = this.document(type, id, attributes, links);
        return this.plain(await this.read(await send("PATCH", this.url(`${type}/${id}`), body)), type);
    }

    async write(method, type, id, name, ids) {
        const data = identifiers(TYPES[type].relationships[name], ids);
        await send(method, this.url(`${type}/${id}/relationships/${name}`), { data });
    }

    async destroy(type, id) {
        await send("DELETE", this.url(`${type}/${id}`));
    }

    errors(thrown) {
        return thrown.document.errors;
    }
}
