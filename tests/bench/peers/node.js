// The peer written by hand: node:http, a cluster of two processes, pg with named prepared statements and a pool of
// eight connections each. One statement per request; documents are put together here. PGHOST, PGUSER and PGDATABASE say
// where.
'use strict';
const cluster = require('node:cluster');
const http = require('node:http');
const { Pool, types } = require('pg');

const PROCESSES = 2;
const MEDIA_TYPE = 'application/vnd.api+json';
const TIMESTAMPTZ = 1184;
types.setTypeParser(TIMESTAMPTZ, (text) => `${text.slice(0, 10)}T${text.slice(11, -3)}Z`);

const friend = 'f.id, f.name, f.nickname, f.created_at, f.updated_at';
const hobby = 'h.id as h_id, h.name as h_name, h.description as h_description, h.created_at as h_created_at,'
    + ' h.updated_at as h_updated_at, l.linked_at';
const joined = 'left join friend_hobbies l on l.friend_id = f.id left join hobbies h on h.id = l.hobby_id';
const page = 'select * from friends where id > $1 order by id limit $2';
const sql = {
    get: `select ${friend} from friends f where f.id = $1`,
    get_included: `select ${friend}, ${hobby} from friends f ${joined} where f.id = $1 order by h.id`,
    page: `select ${friend} from (${page}) f order by f.id`,
    page_included: `select ${friend}, ${hobby} from (${page}) f ${joined} order by f.id, h.id`,
    linkage: 'select l.hobby_id, l.linked_at from friends f left join friend_hobbies l on l.friend_id = f.id'
        + ' where f.id = $1 order by l.hobby_id',
    link: 'insert into friend_hobbies (friend_id, hobby_id) values ($1, $2) on conflict do nothing',
    unlink: 'delete from friend_hobbies where friend_id = $1 and hobby_id = $2',
    link_many: 'insert into friend_hobbies (friend_id, hobby_id) select f, $1 from unnest($2::bigint[]) f'
        + ' on conflict do nothing',
    create: 'with made as (insert into persons (name, email) values ($1, $2)'
        + ' returning id, name, email, created_at, updated_at), links as (insert into person_phones'
        + ' (person_id, phone_id) select made.id, p from made, unnest($3::bigint[]) p) select * from made',
};
let pool;

function run(name, values) {
    return pool.query({ name, text: sql[name], values });
}

function send(response, status, document) {
    if (document === undefined) {
        response.writeHead(status).end();
        return;
    }
    const body = JSON.stringify(document);
    response.writeHead(status, { 'Content-Type': MEDIA_TYPE, 'Content-Length': Buffer.byteLength(body) }).end(body);
}

function refuse(response, status) {
    send(response, status, { errors: [{ status: String(status) }] });
}

function resource(type, id, attributes, names) {
    const self = `/${type}/${id}`;
    const relationships = {};
    for (const name of names) {
        relationships[name] = { links: { self: `${self}/relationships/${name}`, related: `${self}/${name}` } };
    }
    return { type, id: String(id), links: { self }, attributes, relationships };
}

function friendOf(row) {
    const { name, nickname, created_at, updated_at } = row;
    return resource('friends', row.id, { name, nickname, created_at, updated_at }, ['hobbies', 'persons']);
}

function hobbyOf(row) {
    return resource('hobbies', row.h_id, {
        name: row.h_name, description: row.h_description, created_at: row.h_created_at, updated_at: row.h_updated_at,
    }, ['friends']);
}

function identifier(id, linked_at) {
    return { type: 'hobbies', id: String(id), meta: { linked_at } };
}

// rows of a join, those of one friend following each other
function withIncluded(rows) {
    const data = [];
    const included = new Map();
    let linkage = null;
    let last = null;
    for (const row of rows) {
        if (row.id !== last) {
            last = row.id;
            const one = friendOf(row);
            linkage = one.relationships.hobbies.data = [];
            data.push(one);
        }
        if (row.h_id !== null) {
            linkage.push(identifier(row.h_id, row.linked_at));
            if (!included.has(row.h_id)) {
                included.set(row.h_id, hobbyOf(row));
            }
        }
    }
    return { data, included: [...included.values()] };
}

const jsonapi = { version: '1.1' };

async function readFriend(response, id, query) {
    const include = query.get('include') === 'hobbies';
    const { rows } = await run(include ? 'get_included' : 'get', [id]);
    if (rows.length === 0) {
        refuse(response, 404);
        return;
    }
    const links = { self: `/friends/${id}` };
    if (include) {
        const { data, included } = withIncluded(rows);
        send(response, 200, { jsonapi, links, data: data[0], included });
    } else {
        send(response, 200, { jsonapi, links, data: friendOf(rows[0]) });
    }
}

async function readFriends(response, query) {
    const size = Number(query.get('page[size]') ?? 50);
    const include = query.get('include') === 'hobbies';
    const values = [query.get('page[after]') ?? 0, size];
    const { rows } = await run(include ? 'page_included' : 'page', values);
    const found = include ? withIncluded(rows) : { data: rows.map(friendOf) };
    const self = `/friends?page%5Bsize%5D=${size}${include ? '&include=hobbies' : ''}`;
    const last = found.data.at(-1);
    const links = { self, prev: null, next: last ? `${self}&page%5Bafter%5D=${last.id}` : null };
    send(response, 200, { jsonapi, links, ...found });
}

async function readLinkage(response, id) {
    const { rows } = await run('linkage', [id]);
    if (rows.length === 0) {
        refuse(response, 404);
        return;
    }
    const links = {
        self: `/friends/${id}/relationships/hobbies`, related: `/friends/${id}/hobbies`, prev: null, next: null,
    };
    const data = rows.filter((row) => row.hobby_id !== null).map((row) => identifier(row.hobby_id, row.linked_at));
    send(response, 200, { jsonapi, links, data });
}

async function link(response, id, hobbyId) {
    const { rowCount } = await run('link', [id, hobbyId]);
    send(response, rowCount === 1 ? 201 : 204);
}

async function unlink(response, id, hobbyId) {
    await run('unlink', [id, hobbyId]);
    send(response, 204);
}

async function bodyOf(request) {
    const parts = [];
    for await (const part of request) {
        parts.push(part);
    }
    return JSON.parse(Buffer.concat(parts).toString());
}

async function linkMany(response, id, request) {
    const { data } = await bodyOf(request);
    await run('link_many', [id, data.map((one) => one.id)]);
    send(response, 204);
}

async function create(response, request) {
    const { attributes, relationships } = (await bodyOf(request)).data;
    const phones = relationships.phones.data.map((one) => one.id);
    const { rows } = await run('create', [attributes.name, attributes.email ?? null, phones]);
    const { id, ...rest } = rows[0];
    const data = resource('persons', id, rest, ['phones', 'friends']);
    send(response, 201, { jsonapi, links: { self: `/persons/${id}` }, data });
}

function route(request, response) {
    const at = request.url.indexOf('?');
    const path = at < 0 ? request.url : request.url.slice(0, at);
    const query = new URLSearchParams(at < 0 ? '' : request.url.slice(at + 1));
    const [, type, id, third, fourth] = path.split('/');
    const shape = `${request.method} ${type} ${id === undefined ? 0 : third === undefined ? 1 : third}`;
    switch (shape) {
    case 'GET friends 0': return readFriends(response, query);
    case 'GET friends 1': return readFriend(response, id, query);
    case 'GET friends relationships': return readLinkage(response, id);
    case 'PUT friends hobbies': return link(response, id, fourth);
    case 'DELETE friends hobbies': return unlink(response, id, fourth);
    case 'POST hobbies relationships': return linkMany(response, id, request);
    case 'POST persons 0': return create(response, request);
    default: return refuse(response, 404);
    }
}

const FOREIGN_KEY_VIOLATION = '23503';

async function answer(request, response) {
    try {
        await route(request, response);
    } catch (failure) {
        refuse(response, failure.code === FOREIGN_KEY_VIOLATION ? 404 : 500);
        console.error(failure);
    }
}

if (cluster.isPrimary) {
    process.on('SIGTERM', () => process.exit(0));
    for (let i = 0; i < PROCESSES; i += 1) {
        cluster.fork();
    }
} else {
    pool = new Pool({ max: 8, options: '-c TimeZone=UTC' });
    const server = http.createServer(answer);
    server.listen(0, '127.0.0.1');
}
