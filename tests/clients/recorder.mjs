// Stands between the clients and the service and keeps every exchange, whatever a client speaks HTTP with.
import http from "node:http";

function read(stream) {
    return new Promise((resolve, reject) => {
        const chunks = [];
        stream.on("data", (chunk) => chunks.push(chunk));
        stream.on("end", () => resolve(Buffer.concat(chunks)));
        stream.on("error", reject);
    });
}

export class Recorder {
    exchanges = [];

    async listen() {
        this.server = http.createServer((request, answer) => {
            this.pass(request, answer).catch((failure) => answer.destroy(failure));
        });
        await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
        this.base = `http://127.0.0.1:${this.server.address().port}`;
    }

    async pass(request, answer) {
        const { method, url, headers } = request;
        const body = await read(request);
        const forwarded = http.request(`${this.target}${url}`, { method, headers });
        const came = await new Promise((resolve, reject) => {
            forwarded.on("response", resolve);
            forwarded.on("error", reject);
            forwarded.end(body);
        });
        const content = await read(came);
        this.exchanges.push({
            method,
            url,
            body: body.toString(),
            status: came.statusCode,
            headers: came.headers,
            content: content.toString(),
        });
        answer.writeHead(came.statusCode, came.rawHeaders);
        answer.end(content);
    }

    close() {
        this.server.close();
        this.server.closeAllConnections();
    }
}
