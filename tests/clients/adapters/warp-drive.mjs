// @warp-drive (Ember's data library): requests of its builders go through a store, whose cache is JSON:API's own shape.
import { CacheHandler, Fetch, RequestManager, Store, recordIdentifierFor } from "@warp-drive/core";
import { setupSignals } from "@warp-drive/core/configure";
import { SchemaService, registerDerivations, withDefaults } from "@warp-drive/core/reactive";
import { JSONAPICache } from "@warp-drive/json-api";
import {
    createRecord,
    deleteRecord,
    findRecord,
    query,
    serializePatch,
    serializeResources,
    setBuildURLConfig,
    updateRecord,
} from "@warp-drive/utilities/json-api";
import { READ_ONLY, TYPES, identifiers } from "../model.mjs";
import { query as pairs } from "./http.mjs";

/** Nobody watches: signals that are never observed. */
setupSignals(() => ({
    createSignal: () => ({}),
    consumeSignal() {},
    notifySignal() {},
    createMemo: (object, key, compute) => compute,
    willSyncFlushWatchers: () => false,
}));

function schemas() {
    const service = new SchemaService();
    registerDerivations(service);
    for (const [type, { attributes, relationships }] of Object.entries(TYPES)) {
        const fields = [...attributes, ...READ_ONLY].map((name) => ({ name, kind: "field" }));
        for (const [name, to] of Object.entries(relationships)) {
            const inverse = Object.entries(TYPES[to].relationships).find(([, back]) => back === type)[0];
            fields.push({ name, kind: "hasMany", type: to, options: { async: false, inverse, linksMode: true } });
        }
        service.registerResource(withDefaults({ type, fields }));
    }
    return service;
}

/** A resource is what the cache holds of it; nothing is made of that. */
class CacheStore extends Store {
    requestManager = new RequestManager().use([Fetch]).useCache(CacheHandler);
    lifetimes = { isHardExpired: () => true, isSoftExpired: () => true };

    createSchemaService() {
        return schemas();
    }

    createCache(capabilities) {
        return new JSONAPICache(capabilities);
    }

    instantiateRecord(identifier, values) {
        for (const [name, value] of Object.entries(values ?? {})) {
            if (Array.isArray(value)) {
                this.replace(identifier, name, value);
            } else {
                this.cache.setAttr(identifier, name, value);
            }
        }
        return { identifier };
    }

    replace(record, field, members) {
        const value = members.map((member) => recordIdentifierFor(member));
        this.cache.mutate({ op: "replaceRelatedRecords", record, field, value });
    }

    teardownRecord() {}
}

export default class {
    cannot = { related: "follows links of what it has", linkage: "follows links of what it has" };

    constructor(base) {
        this.base = base;
        setBuildURLConfig({ host: base, namespace: null });
        this.store = new CacheStore();
    }

    plain(key, seen = []) {
        const held = this.store.cache.peek(key);
        const related = {};
        for (const [name, { data }] of Object.entries(held.relationships ?? {})) {
            if (data?.length > 0 && !seen.includes(key)) {
                related[name] = data.map((one) => this.plain(one, [...seen, key]));
            }
        }
        const known = Object.entries(held.attributes ?? {}).filter(([, value]) => value !== undefined);
        return { id: held.id, type: held.type, attributes: Object.fromEntries(known), related };
    }

    async ask(request) {
        return (await this.store.request(request)).content;
    }

    page(answer) {
        const { data, links } = answer;
        return {
            items: data.map(({ identifier }) => this.plain(identifier)),
            next: links?.next
                ? async () => this.page(await this.ask({ url: links.next, method: "GET", op: "query" }))
                : null,
        };
    }

    /** Reading anew begins with nothing known: the cache joins what answers say. */
    forget() {
        this.store.destroy();
        this.store = new CacheStore();
    }

    async list(type, params = {}) {
        this.forget();
        return this.page(await this.ask(query(type, Object.fromEntries(pairs(params)), { resourcePath: type })));
    }

    async get(type, id, { include, ...params } = {}) {
        this.forget();
        const request = findRecord(type, id, { include: include?.split(","), resourcePath: type });
        const rest = new URLSearchParams(pairs(params)).toString();
        const url = rest ? `${request.url}${request.url.includes("?") ? "&" : "?"}${rest}` : request.url;
        return this.plain((await this.ask({ ...request, url })).data.identifier);
    }

    /** What the store has of resources, fetched where it has not. */
    async records(type, ids) {
        const found = [];
        for (const id of ids) {
            found.push((await this.ask(findRecord(type, id, { resourcePath: type }))).data);
        }
        return found;
    }

    async members(type, links) {
        const found = {};
        for (const [name, ids] of Object.entries(links)) {
            found[name] = await this.records(TYPES[type].relationships[name], ids);
        }
        return found;
    }

    /** Its builders leave the body to whoever uses them. */
    async send(request, document) {
        request.headers.set("Content-Type", "application/vnd.api+json");
        return this.plain((await this.ask({ ...request, body: JSON.stringify(document) })).data.identifier);
    }

    async create(type, attributes, links = {}) {
        const { cache } = this.store;
        const record = this.store.createRecord(type, { ...attributes, ...(await this.members(type, links)) });
        const request = createRecord(record, { resourcePath: type });
        return this.send(request, serializeResources(cache, recordIdentifierFor(record)));
    }

    async update(type, id, attributes, links = {}) {
        this.forget();
        const { cache } = this.store;
        const url = `${this.base}/${type}/${id}?include=${Object.keys(TYPES[type].relationships)}`;
        const record = (await this.ask({ ...findRecord(type, id, { resourcePath: type }), url })).data;
        const key = recordIdentifierFor(record);
        for (const [name, value] of Object.entries(attributes)) {
            cache.setAttr(key, name, value);
        }
        for (const [name, members] of Object.entries(await this.members(type, links))) {
            this.store.replace(key, name, members);
        }
        const request = updateRecord(record, { patch: true, resourcePath: type });
        return this.send(request, serializePatch(cache, key));
    }

    async write(method, type, id, name, ids) {
        const headers = new Headers({ "Content-Type": "application/vnd.api+json", Accept: "application/vnd.api+json" });
        const body = JSON.stringify({ data: identifiers(TYPES[type].relationships[name], ids) });
        const url = `${this.base}/${type}/${id}/relationships/${name}`;
        await this.store.requestManager.request({ url, method, headers, body });
    }

    async destroy(type, id) {
        const [record] = await this.records(type, [id]);
        this.store.deleteRecord(record);
        await this.ask(deleteRecord(record, { resourcePath: type }));
    }

    errors(thrown) {
        return thrown.errors;
    }
}
