// @datx/jsonapi: a store of models that remember what they are related to, and the links they came with.
import { Attribute, PureCollection, PureModel, getModelId } from "@datx/core";
import { config, jsonapiCollection, jsonapiModel, saveRelationship } from "@datx/jsonapi";
import { READ_ONLY, TYPES } from "../model.mjs";
import { query } from "./http.mjs";

function models() {
    const classes = {};
    for (const [type, { attributes }] of Object.entries(TYPES)) {
        classes[type] = class extends jsonapiModel(PureModel) {
            static type = type;
        };
        for (const name of [...attributes, ...READ_ONLY]) {
            Attribute()(classes[type].prototype, name);
        }
    }
    for (const [type, { relationships }] of Object.entries(TYPES)) {
        for (const [name, to] of Object.entries(relationships)) {
            Attribute({ toMany: to })(classes[type].prototype, name);
        }
    }
    return classes;
}

function plain(model, seen = []) {
    const { type } = model.constructor;
    const { attributes, relationships } = TYPES[type];
    const names = [...attributes, ...READ_ONLY].filter((name) => model[name] !== undefined);
    const related = Object.keys(relationships).filter((name) => model[name]?.length > 0 && !seen.includes(model));
    return {
        id: getModelId(model),
        type,
        attributes: Object.fromEntries(names.map((name) => [name, model[name]])),
        related: Object.fromEntries(
            related.map((name) => [name, [...model[name]].filter(Boolean).map((one) => plain(one, [...seen, model]))]),
        ),
    };
}

export default class {
    constructor(base) {
        const classes = models();
        config.baseUrl = `${base}/`;
        config.fetchReference = fetch;
        config.encodeQueryString = true;
        this.store = new (class extends jsonapiCollection(PureCollection) {
            static types = Object.values(classes);
        })();
        this.classes = classes;
    }

    cannot = {
        related: "reads what is related by include, or by links of a model",
        linkage: "has no requests that read linkage",
        add: "writes a relationship whole",
        remove: "writes a relationship whole",
    };

    options({ include, sort, ...families } = {}) {
        return { queryParams: { include, sort, custom: query(families).map(([key, value]) => ({ key, value })) } };
    }

    page(answer) {
        return {
            items: answer.data.map((model) => plain(model)),
            next: answer.next ? async () => this.page(await answer.next()) : null,
        };
    }

    /** It keeps what it knew of a model beside what an answer says: reading anew begins with nothing known. */
    async list(type, params) {
        this.store.reset();
        return this.page(await this.store.getMany(type, this.options(params)));
    }

    async get(type, id, params) {
        this.store.reset();
        return plain((await this.store.getOne(type, id, this.options(params))).data);
    }

    async members(type, links) {
        const found = {};
        for (const [name, ids] of Object.entries(links)) {
            found[name] = [];
            for (const id of ids) {
                found[name].push((await this.store.getOne(TYPES[type].relationships[name], id)).data);
            }
        }
        return found;
    }

    async create(type, attributes, links = {}) {
        const model = this.store.add({ ...attributes, ...(await this.members(type, links)) }, type);
        return plain(await model.save());
    }

    async update(type, id, attributes, links = {}) {
        const model = (
            await this.store.getOne(type, id, {
                queryParams: { include: Object.keys(TYPES[type].relationships).join() },
            })
        ).data;
        Object.assign(model, attributes, await this.members(type, links));
        return plain(await model.save());
    }

    async write(method, type, id, name, ids) {
        const model = (await this.store.getOne(type, id, { queryParams: { include: name } })).data;
        Object.assign(model, await this.members(type, { [name]: ids }));
        await saveRelationship(model, name);
    }

    async destroy(type, id) {
        await (await this.store.getOne(type, id)).data.destroy();
    }

    errors(thrown) {
        return thrown.error ?? thrown;
    }
}
