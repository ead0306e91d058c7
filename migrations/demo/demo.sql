-- Demo data: Alice is person 1, her friend Ben is friend 1, Swimming is hobby 1. Ben and Swimming are not linked yet:
-- that is the first thing a newcomer does. Loads only into an empty database, so it is safe to run again:
--     psql -q "$DATABASE_URL" -f migrations/demo/demo.sql
set client_min_messages = warning;

do $demo$
declare
    resource text;
begin
    lock table persons in share row exclusive mode; -- two that load at the same moment: the second one finds persons
    if exists (select from persons) or exists (select from phones)
        or exists (select from friends) or exists (select from hobbies) then
        return;
    end if;

    insert into persons (id, name, email) values
        (1, 'Alice',  'alice@example.org'),
        (2, 'Bruno',  'bruno@example.org'),
        (3, 'Chiara', 'chiara@example.org'),
        (4, 'Daniel', null);

    insert into phones (id, number, label) values
        (1, '+15550001',     'mobile'),
        (2, '+15550002',     'home'),
        (3, '+390655500003', 'work'),
        (4, '+33155500004',  null);

    insert into friends (id, name, nickname) values
        (1, 'Ben',   'Benny'),
        (2, 'Farah', null),
        (3, 'Grace', 'Gigi'),
        (4, 'Hiro',  null),
        (5, 'Ines',  'Nes');

    insert into hobbies (id, name, description) values
        (1, 'Swimming',      'Lengths in the pool, and the lake in summer'),
        (2, 'Chess',         'Thursday evenings; beginners welcome'),
        (3, 'Climbing',      'Indoors, with ropes'),
        (4, 'Baking',        null),
        (5, 'Birdwatching',  'Early mornings by the river');

    insert into person_phones (person_id, phone_id) values
        (1, 1), (1, 2),   -- Alice has two phones and
        (2, 2),           -- shares the one at home with Bruno
        (3, 3), (4, 4);

    insert into person_friends (person_id, friend_id) values
        (1, 1), (1, 2), (2, 2), (2, 3), (3, 3), (3, 4), (4, 5);

    insert into friend_hobbies (friend_id, hobby_id) values
        (1, 2),           -- Ben plays chess and does not swim
        (2, 1), (2, 4),   -- Farah swims
        (3, 3), (3, 5), (4, 1), (4, 2), (5, 5);

    -- The ids above were given by hand: raise each sequence past them, never back.
    foreach resource in array array['persons', 'phones', 'friends', 'hobbies'] loop
        execute format('select setval(%1$L, greatest(nextval(%1$L), max(id))) from %2$I',
                       pg_get_serial_sequence(resource, 'id'), resource);
    end loop;
end
$demo$;
