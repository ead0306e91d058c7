// Every answer that was kept, before two judges: the schema of JSON:API, and the description that the service gives.
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { createRequire } from "node:module";
import validator from "jsonapi-validator";

const require = createRequire(import.meta.url);
const MEDIA_TYPE = "application/vnd.api+json";

/** The official schema is that of 1.0; this is what 1.1 changed in it, as far as answers are concerned. */
function schema() {
    const changed = structuredClone(require("jsonapi-validator/lib/schema.json"));
    const uris = { type: "array", items: { type: "string" }, uniqueItems: true };
    Object.assign(changed.definitions.jsonapi.properties, { ext: uris, profile: uris });
    changed.definitions.link.oneOf.push({ type: "null" });
    return changed;
}

function short(exchange) {
    return `${exchange.method} ${exchange.url}: ${exchange.status} ${exchange.content.slice(0, 400)}`;
}

/** The documents in an answer: of atomic operations each result is one, unless it is empty. */
function parts(exchange) {
    const document = JSON.parse(exchange.content);
    if (!exchange.headers["content-type"].includes('ext="https://jsonapi.org/ext/atomic"') || document.errors) {
        return [document];
    }
    const { "atomic:results": results, ...others } = document;
    return results.filter((result) => Object.keys(result).length > 0).map((result) => ({ ...others, ...result }));
}

/** Complaints about an answer as a document of JSON:API. */
export function documents(exchanges) {
    const judge = new validator.Validator(schema());
    const complaints = [];
    for (const exchange of exchanges) {
        if (exchange.content === "") {
            if (exchange.status !== 204) {
                complaints.push(`${short(exchange)}\n  nothing in it`);
            }
            continue;
        }
        if (!exchange.headers["content-type"]?.startsWith(MEDIA_TYPE)) {
            complaints.push(`${short(exchange)}\n  ${exchange.headers["content-type"]}`);
        }
        try {
            parts(exchange).forEach((document) => judge.validate(document));
        } catch (error) {
            complaints.push(
                `${short(exchange)}\n  ${JSON.stringify(error.errors?.map((e) => `${e.dataPath} ${e.message}`) ?? error.message)}`,
            );
        }
    }
    return complaints;
}

/** The path of the description that a URL is of; fixed names go before parameters. */
function pathOf(description, url) {
    const { pathname } = new URL(url, "http://x");
    const matches = Object.keys(description.paths).filter((path) => {
        const pattern = path.replace(/[.]/g, "\\.").replace(/\{[^}]+\}/g, "[^/]+");
        return new RegExp(`^${pattern}$`).test(pathname);
    });
    return matches.sort((a, b) => a.split("{").length - b.split("{").length)[0];
}

function escaped(name) {
    return name.replace(/~/g, "~0").replace(/\//g, "~1");
}

/** Where an answer's schema is in the description: "" when it has no content, undefined when it is not described. */
function place(description, exchange) {
    const path = pathOf(description, exchange.url);
    const method = exchange.method.toLowerCase();
    const responses = description.paths[path]?.[method]?.responses ?? {};
    const status = [String(exchange.status), `${String(exchange.status)[0]}XX`, "default"].find(
        (name) => responses[name],
    );
    if (!status) {
        return undefined;
    }
    let at = `/paths/${escaped(path)}/${method}/responses/${status}`;
    let answer = responses[status];
    if (answer.$ref) {
        at = answer.$ref.slice(1);
        answer = at
            .split("/")
            .slice(1)
            .reduce((found, name) => found[name.replace(/~1/g, "/").replace(/~0/g, "~")], description);
    }
    if (!answer.content) {
        return "";
    }
    const given = exchange.headers["content-type"];
    const type =
        Object.keys(answer.content).find((name) => name === given) ??
        Object.keys(answer.content).find((name) => name === given.split(";")[0]);
    return type && `${at}/content/${escaped(type)}/schema`;
}

/** Complaints about an answer as /openapi.json describes it. */
export function described(exchanges, description) {
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats(ajv);
    ajv.addSchema(description, "api");
    const complaints = [];
    for (const exchange of exchanges) {
        const at = place(description, exchange);
        if (at === undefined || (at === "") !== (exchange.content === "")) {
            complaints.push(`${short(exchange)}\n  is not described`);
        } else if (at !== "") {
            const judge = ajv.getSchema(`api#${encodeURI(at)}`) ?? ajv.compile({ $ref: `api#${encodeURI(at)}` });
            if (!judge(JSON.parse(exchange.content))) {
                complaints.push(`${short(exchange)}\n  ${ajv.errorsText(judge.errors)}`);
            }
        }
    }
    return complaints;
}
