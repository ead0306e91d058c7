// @orbit/jsonapi: queries and operations on records of a schema. Ids are its own until the server has given one,
// which a key map translates; links are not followed but given as the URL of a query.
import { JSONAPIAtomicOperationsDocumentSerializer, JSONAPISerializers, JSONAPISource } from "@orbit/jsonapi";
import { RecordKeyMap, RecordSchema } from "@orbit/records";
import { READ_ONLY, TYPES } from "../model.mjs";
import { send } from "./http.mjs";

const ATOMIC = 'application/vnd.api+json;ext="https://jsonapi.org/ext/atomic"';

function schema() {
    const models = {};
    for (const [type, { attributes, relationships }] of Object.entries(TYPES)) {
        models[type] = {
            keys: { remoteId: {} },
            attributes: Object.fromEntries([...attributes, ...READ_ONLY].map((name) => [name, { type: "string" }])),
            relationships: Object.fromEntries(
                Object.entries(relationships).map(([name, to]) => [name, { kind: "hasMany", type: to }]),
            ),
        };
    }
    return new RecordSchema({ models });
}

export default class {
    constructor(base) {
        this.base = base;
        this.schema = schema();
        this.keys = new RecordKeyMap();
        this.source = new JSONAPISource({
            schema: this.schema,
            keyMap: this.keys,
            host: base,
            // types and names are as they are: it would make plurals of plurals
            serializerSettingsFor: () => ({ serializationOptions: { inflectors: [] } }),
        });
    }

    record(type, id) {
        const known = this.keys.keyToId(type, "remoteId", id);
        if (known) {
            return { type, id: known };
        }
        const made = { type, id: this.schema.generateId(type), keys: { remoteId: id } };
        this.keys.pushRecord(made);
        return { type, id: made.id };
    }

    plain(record, included) {
        const related = {};
        for (const [name, { data }] of Object.entries(record.relationships ?? {})) {
            const members = (data ?? []).map((one) => included.get(one.id)).filter(Boolean);
            if (members.length > 0) {
                related[name] = members.map((one) =>
                    this.plain(one, new Map([...included].filter(([id]) => id !== record.id))),
                );
            }
        }
        const id = record.keys?.remoteId ?? this.keys.idToKey(record.type, "remoteId", record.id);
        return { id, type: record.type, attributes: record.attributes ?? {}, related };
    }

    /** After a failure its queue waits to be told what shall become of the task. */
    async perform(action) {
        try {
            return await action();
        } catch (failure) {
            if (this.source.requestQueue.error) {
                await this.source.requestQueue.skip();
            }
            throw failure;
        }
    }

    async ask(query, options) {
        const full = await this.perform(() => this.source.query(query, { ...options, fullResponse: true }));
        const { document } = [full.details].flat()[0];
        const included = new Map();
        for (const { operations } of full.transforms) {
            for (const { record } of [operations].flat().filter(({ op }) => op === "updateRecord")) {
                included.set(record.id, record);
            }
        }
        return { data: full.data, included, links: document?.links ?? {} };
    }

    /** A 404 is no failure to it: it has to be looked for in the details. */
    change(transform) {
        return this.perform(async () => {
            const { data, details } = await this.source.update(transform, { fullResponse: true });
            const missed = [details].flat().find(({ response }) => response.status === 404);
            if (missed) {
                throw Object.assign(new Error("not found"), { data: await missed.response.json() });
            }
            return data;
        });
    }

    async page(type, options) {
        const { data, included, links } = await this.ask((q) => q.findRecords(type), options);
        return {
            items: data.map((record) => this.plain(record, included)),
            next: links.next ? () => this.page(type, { url: links.next }) : null,
        };
    }

    async list(type, params) {
        return this.page(type, params);
    }

    async get(type, id, params) {
        const { data, included } = await this.ask((q) => q.findRecord(this.record(type, id)), {
            ...params,
            raiseNotFoundExceptions: true,
        });
        return this.plain(data, included);
    }

    async related(type, id, name) {
        const { data, included } = await this.ask((q) => q.findRelatedRecords(this.record(type, id), name));
        return data.map((record) => this.plain(record, included));
    }

    cannot = { linkage: "has no requests that read linkage" };

    links(type, links) {
        const to = TYPES[type].relationships;
        return Object.fromEntries(
            Object.entries(links).map(([name, ids]) => [name, { data: ids.map((id) => this.record(to[name], id)) }]),
        );
    }

    async create(type, attributes, links = {}) {
        const record = { type, id: this.schema.generateId(type), attributes, relationships: this.links(type, links) };
        return this.plain(await this.change((t) => t.addRecord(record)), new Map());
    }

    async update(type, id, attributes, links = {}) {
        const record = { ...this.record(type, id), attributes, relationships: this.links(type, links) };
        return this.plain(await this.change((t) => t.updateRecord(record)), new Map());
    }

    async write(method, type, id, name, ids) {
        const owner = this.record(type, id);
        const members = ids.map((one) => this.record(TYPES[type].relationships[name], one));
        await this.change((t) => {
            switch (method) {
                case "POST":
                    return members.map((one) => t.addToRelatedRecords(owner, name, one));
                case "DELETE":
                    return members.map((one) => t.removeFromRelatedRecords(owner, name, one));
                default:
                    return t.replaceRelatedRecords(owner, name, members);
            }
        });
    }

    /**
     * Atomic operations are written by it, but sent by others. What it knows as the extension was before it was final
     * (results; operations that add a resource, or one member) is not asked for.
     */
    async operations({ update, replace, remove }) {
        const settings = {
            schema: this.schema,
            keyMap: this.keys,
            serializerFor: this.source.requestProcessor.serializerFor,
        };
        const members = replace.ids.map((one) => this.record(TYPES[replace.type].relationships[replace.name], one));
        const document = new JSONAPIAtomicOperationsDocumentSerializer(settings).serialize({
            operations: [
                {
                    op: "updateRecord",
                    record: { ...this.record(update.type, update.id), attributes: update.attributes },
                },
                {
                    op: "replaceRelatedRecords",
                    record: this.record(replace.type, replace.id),
                    relationship: replace.name,
                    relatedRecords: members,
                },
                { op: "removeRecord", record: this.record(remove.type, remove.id) },
            ],
        });
        const came = await send("POST", `${this.base}/operations`, document, ATOMIC);
        const reader = settings.serializerFor(JSONAPISerializers.ResourceDocument);
        return this.plain(reader.deserialize(came["atomic:results"][0]).data, new Map());
    }

    async destroy(type, id) {
        await this.change((t) => t.removeRecord(this.record(type, id)));
    }

    errors(thrown) {
        return thrown.data?.errors;
    }
}
