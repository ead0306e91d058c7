// What is stored, asked of PostgreSQL itself.
import { spawn } from "node:child_process";
import readline from "node:readline";

const END = "-- end --";
let psql;
let lines;

function start() {
    psql = spawn("psql", ["-XAtq", "-v", "ON_ERROR_STOP=1", process.env.DATABASE_URL], {
        stdio: ["pipe", "pipe", "inherit"],
    });
    lines = readline.createInterface({ input: psql.stdout })[Symbol.asyncIterator]();
}

/** The first column of each row, as texts. One question at a time. */
export async function column(statement) {
    if (!psql) {
        start();
    }
    psql.stdin.write(`${statement};\n\\echo ${END}\n`);
    const found = [];
    while (true) {
        const { value, done } = await lines.next();
        if (done) {
            throw new Error(`psql refuses ${statement}`);
        }
        if (value === END) {
            return found;
        }
        found.push(value);
    }
}

/** Nothing more is asked. */
export function close() {
    psql?.stdin.end();
}

/** The row of a resource, or undefined. */
export async function row(type, id) {
    const [found] = await column(`select row_to_json(r) from ${type} r where id = ${id}`);
    return found && JSON.parse(found);
}

/** The ids linked to one resource, in order. */
export function linked({ table, near, far }, id) {
    return column(`select ${far} from ${table} where ${near} = ${id} order by ${far}`);
}

/** What each table holds, as one text: a refused request changes none of them. */
export function everything() {
    const tables = ["persons", "phones", "friends", "hobbies", "person_phones", "person_friends", "friend_hobbies"];
    return column(
        tables
            .map(
                (name) =>
                    `select '${name} ' || count(*) || ' ' || md5(coalesce(string_agg(t::text, ',' order by t::text), '')) from ${name} t`,
            )
            .join(" union all "),
    );
}
