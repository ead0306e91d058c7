// Runs every scene with every client, then lets the judges look at all that came. It says where it listens, is told
// on its standard input where the service is, and ends with "clients: N passed, M failed".
import assert from "node:assert/strict";
import readline from "node:readline";
import { close } from "./database.mjs";
import * as judge from "./judge.mjs";
import { Recorder } from "./recorder.mjs";
import { NEEDS, SCENES } from "./scenes.mjs";
import World from "./adapters/jsona.mjs";

const CLIENTS = ["kitsu", "devour", "spraypaint", "orbit", "datx", "warp-drive", "jsona", "jsonapi-serializer"];
const wanted = process.argv.slice(2);
let passed = 0;
let failed = 0;

async function check(name, action) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error("it does not end")), 60_000);
    });
    try {
        await Promise.race([action(), late]);
        passed += 1;
    } catch (failure) {
        failed += 1;
        console.log(`${name}: FAILED\n${failure.stack ?? JSON.stringify(failure)}`);
    } finally {
        clearTimeout(timer);
    }
}

const recorder = new Recorder();
await recorder.listen();
console.log(recorder.base);
for await (const line of readline.createInterface({ input: process.stdin })) {
    recorder.target = line;
    break;
}
const world = new World(recorder.target); // looks on, unrecorded
for (const name of CLIENTS.filter((one) => wanted.length === 0 || wanted.includes(one))) {
    const { default: Client } = await import(`./adapters/${name}.mjs`);
    const client = new Client(recorder.base);
    const cannot = { ...client.cannot };
    if (!client.operations) {
        cannot.operations = "does not know the extension Atomic Operations";
    }
    for (const [what, why] of Object.entries(cannot)) {
        console.log(`${name}: not asked for ${what}: ${why}`);
    }
    for (const [scene, play] of Object.entries(SCENES)) {
        if (!(NEEDS[scene] in cannot)) {
            await check(`${name}: ${scene}`, () => play({ client, world }));
        }
    }
}
const description = await (await fetch(`${recorder.target}/openapi.json`)).json();
for (const [name, complaints] of Object.entries({
    "the schema of JSON:API": judge.documents(recorder.exchanges),
    "the description of the service": judge.described(recorder.exchanges, description),
})) {
    await check(name, () =>
        assert.equal(
            complaints.length,
            0,
            [...complaints.slice(0, 10), `${complaints.length} of ${recorder.exchanges.length} answers`].join("\n"),
        ),
    );
}
await check("the judges have teeth", () => {
    const sound = recorder.exchanges.find(
        ({ method, status, content }) => method === "GET" && status === 200 && content !== "",
    );
    const wrong = (change) => {
        const content = JSON.parse(sound.content);
        return [{ ...sound, ...change(content), content: JSON.stringify(content) }];
    };
    const flaws = {
        "a resource without a type": (content) => void delete [content.data].flat()[0].type,
        "a link that is a number": (content) => void (content.links.self = 1),
        "an id that is a number": (content) => void ([content.data].flat()[0].id = 1),
    };
    for (const [flaw, change] of Object.entries(flaws)) {
        assert.equal(judge.documents(wrong(change)).length, 1, flaw);
        assert.equal(judge.described(wrong(change), description).length, 1, flaw);
    }
    assert.equal(judge.documents(wrong((content) => void (content.errors = []))).length, 1, "data beside errors");
    assert.equal(
        judge.described(
            wrong(() => ({ status: 299 })),
            description,
        ).length,
        1,
        "a status that is not described",
    );
    assert.equal(
        judge.described(
            wrong(() => ({ url: "/nothing" })),
            description,
        ).length,
        1,
        "a path that is not described",
    );
});
console.log(`${recorder.exchanges.length} answers judged`);
recorder.close();
close();
console.log(`clients: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
