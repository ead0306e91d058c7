// jsona: a formatter; relationships of an object are those it is told of.
import { Jsona } from "jsona";
import { READ_ONLY, TYPES, identifiers } from "../model.mjs";
import { FormatterClient } from "./formatter.mjs";

function plain(item) {
    const type = TYPES[item.type];
    const names = [...type.attributes, ...READ_ONLY].filter((name) => item[name] !== undefined);
    const related = Object.keys(type.relationships).filter((name) => (item.relationshipNames ?? []).includes(name));
    return {
        id: item.id,
        type: item.type,
        attributes: Object.fromEntries(names.map((name) => [name, item[name]])),
        related: Object.fromEntries(related.map((name) => [name, item[name].map(plain)])),
    };
}

export default class extends FormatterClient {
    constructor(base) {
        const jsona = new Jsona();
        super(base, {
            plain,
            read: (came) => jsona.deserialize(came),
            document(type, id, attributes, links) {
                const stuff = { type, id, ...attributes, relationshipNames: Object.keys(links) };
                for (const [name, ids] of Object.entries(links)) {
                    stuff[name] = identifiers(TYPES[type].relationships[name], ids);
                }
                return jsona.serialize({ stuff });
            },
        });
    }
}
