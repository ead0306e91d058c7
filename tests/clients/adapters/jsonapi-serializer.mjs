// jsonapi-serializer: a formatter with a serializer for each type; what it reads has no types any more.
import library from "jsonapi-serializer";
import { READ_ONLY, TYPES } from "../model.mjs";
import { FormatterClient } from "./formatter.mjs";

const { Deserializer, Serializer } = library;

function plain(item, type) {
    const { attributes, relationships } = TYPES[type];
    const names = [...attributes, ...READ_ONLY].filter((name) => item[name] !== undefined);
    const related = Object.keys(relationships).filter((name) => Array.isArray(item[name]) && item[name].length > 0);
    return {
        id: item.id,
        type,
        attributes: Object.fromEntries(names.map((name) => [name, item[name]])),
        related: Object.fromEntries(
            related.map((name) => [name, item[name].map((one) => plain(one, relationships[name]))]),
        ),
    };
}

export default class extends FormatterClient {
    constructor(base) {
        const reader = new Deserializer({ keyForAttribute: "underscore_case" });
        super(base, {
            plain,
            read: (came) => reader.deserialize(came),
            document(type, id, attributes, links) {
                const options = {
                    attributes: [...Object.keys(attributes), ...Object.keys(links)],
                    keyForAttribute: "underscore_case",
                    pluralizeType: false,
                    typeForAttribute: (name) => TYPES[type].relationships[name],
                };
                const object = { id, ...attributes };
                for (const [name, ids] of Object.entries(links)) {
                    options[name] = { ref: "id", included: false };
                    object[name] = ids.map((one) => ({ id: one }));
                }
                return new Serializer(type, options).serialize(object);
            },
        });
    }
}
