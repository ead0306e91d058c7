// spraypaint: an active record. It has no requests for relationships: what a resource is related to is written with
// the resource, whole, with members of its own beside the identifiers (a server ignores those) and with `included`.
import library from "spraypaint";
import { READ_ONLY, TYPES } from "../model.mjs";

const { SpraypaintBase, attr, hasMany } = library;

function plain(record) {
    const { attributes, relationships } = TYPES[record.klass.jsonapiType];
    const names = [...attributes, ...READ_ONLY].filter((name) => record[name] !== undefined);
    const related = Object.keys(relationships).filter((name) => record[name]?.length > 0);
    return {
        id: record.id,
        type: record.klass.jsonapiType,
        attributes: Object.fromEntries(names.map((name) => [name, record[name]])),
        related: Object.fromEntries(related.map((name) => [name, record[name].map(plain)])),
    };
}

/** "friends.hobbies,phones" as { friends: { hobbies: {} }, phones: {} } */
function tree(paths) {
    const root = {};
    for (const path of paths.split(",")) {
        path.split(".").reduce((at, name) => (at[name] ??= {}), root);
    }
    return root;
}

export default class {
    cannot = {
        related: "has no requests for the resources of a relationship",
        linkage: "has no requests for linkage",
        add: "has no requests for linkage",
        remove: "has no requests for linkage",
        replace: "has no requests for linkage",
    };

    constructor(base) {
        const Base = SpraypaintBase.extend({
            static: { baseUrl: base, apiNamespace: "", keyCase: { server: "snake", client: "snake" } },
        });
        Base.logger.level = "error";
        this.models = {};
        for (const [type, { attributes, relationships }] of Object.entries(TYPES)) {
            const fields = Object.fromEntries(attributes.map((name) => [name, attr()]));
            for (const name of READ_ONLY) {
                fields[name] = attr({ persist: false });
            }
            for (const [name, to] of Object.entries(relationships)) {
                fields[name] = hasMany(to);
            }
            this.models[type] = Base.extend({ static: { jsonapiType: type, endpoint: `/${type}` }, attrs: fields });
        }
    }

    scope(type, { filter, sort, fields, include, page } = {}) {
        let scope = this.models[type].where(filter ?? {});
        for (const key of sort?.split(",") ?? []) {
            scope = scope.order({ [key.replace(/^-/, "")]: key.startsWith("-") ? "desc" : "asc" });
        }
        for (const [of, names] of Object.entries(fields ?? {})) {
            scope = scope.select({ [of]: names.split(",") });
        }
        scope = include ? scope.includes(tree(include)) : scope;
        return page ? scope.per(page.size) : scope;
    }

    async page(scope, number) {
        const came = await (number > 1 ? scope.page(number) : scope).all();
        // it knows pages by number alone: whether there is a next one, the links say
        return { items: came.data.map(plain), next: came.raw.links.next ? () => this.page(scope, number + 1) : null };
    }

    async list(type, params) {
        return this.page(this.scope(type, params), 1);
    }

    async get(type, id, params) {
        return plain((await this.scope(type, params).find(id)).data);
    }

    async save(record, attributes, links) {
        Object.assign(record, attributes);
        for (const [name, ids] of Object.entries(links)) {
            const related = this.models[TYPES[record.klass.jsonapiType].relationships[name]];
            record[name] = ids.map((id) => Object.assign(new related({ id }), { isPersisted: true }));
        }
        if (!(await record.save({ with: Object.keys(links).map((name) => `${name}.id`) }))) {
            throw Object.assign(new Error("refused"), { record });
        }
        return plain(record);
    }

    async create(type, attributes, links = {}) {
        return this.save(new this.models[type](), attributes, links);
    }

    async update(type, id, attributes, links = {}) {
        return this.save((await this.models[type].find(id)).data, attributes, links);
    }

    async destroy(type, id) {
        await (await this.models[type].find(id)).data.destroy();
    }

    /** What it keeps of a refusal differs by status: errors by attribute of a 422, and the answer itself of others. */
    async errors(thrown) {
        if (thrown.record) {
            return Object.entries(thrown.record.errors).map(([name, error]) => ({
                ...error.rawPayload,
                source: { pointer: `/data/attributes/${name}` },
            }));
        }
        return (await thrown.response.json()).errors;
    }
}
