\set name random(1, 1000000)
\set a random(1, :phones / 3)
\set b :phones / 3 + random(1, :phones / 3)
\set c :phones / 3 * 2 + random(1, :phones / 3)
with made as (
    insert into persons (name) values ('Person ' || :name)
    returning id, name, email, created_at, updated_at
), links as (
    insert into person_phones (person_id, phone_id)
    select made.id, phone from made, unnest(array[:a, :b, :c]::bigint[]) phone
)
select id, name, email, created_at, updated_at from made;
