// fetch with the media type: for libraries that format documents and leave the transport to others.

export function query(params = {}, prefix = "") {
    return Object.entries(params).flatMap(([key, value]) => {
        const name = prefix ? `${prefix}[${key}]` : key;
        return typeof value === "object" ? query(value, name) : [[name, value]];
    });
}

export class Refused extends Error {
    constructor(document) {
        super(document.errors[0].detail);
        this.document = document;
    }
}

/** The document that came, or null. */
export async function send(method, url, body, type = "application/vnd.api+json") {
    const headers = { Accept: type };
    if (body !== undefined) {
        headers["Content-Type"] = type;
    }
    const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
    const document = answer.status === 204 ? null : await answer.json();
    if (!answer.ok) {
        throw new Refused(document);
    }
    return document;
}
