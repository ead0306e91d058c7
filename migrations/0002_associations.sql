-- migrate:up
-- One row is one link, read from both sides: the primary key serves the first side, the index the other.
-- Deleting either end deletes the link and never the other end.

create table person_phones (
    person_id bigint not null references persons (id) on delete cascade,
    phone_id  bigint not null references phones (id) on delete cascade,
    linked_at timestamptz not null default now(),
    primary key (person_id, phone_id)
);
create index person_phones_inverse on person_phones (phone_id, person_id);
comment on table person_phones is 'Which person owns which phone.';
comment on column person_phones.linked_at is 'When the link was made; set by the database.';

create table person_friends (
    person_id bigint not null references persons (id) on delete cascade,
    friend_id bigint not null references friends (id) on delete cascade,
    linked_at timestamptz not null default now(),
    primary key (person_id, friend_id)
);
create index person_friends_inverse on person_friends (friend_id, person_id);
comment on table person_friends is 'Which person has which friend.';
comment on column person_friends.linked_at is 'When the link was made; set by the database.';

create table friend_hobbies (
    friend_id bigint not null references friends (id) on delete cascade,
    hobby_id  bigint not null references hobbies (id) on delete cascade,
    linked_at timestamptz not null default now(),
    primary key (friend_id, hobby_id)
);
create index friend_hobbies_inverse on friend_hobbies (hobby_id, friend_id);
comment on table friend_hobbies is 'Which friend has which hobby.';
comment on column friend_hobbies.linked_at is 'When the link was made; set by the database.';

-- migrate:down
drop table friend_hobbies;
drop table person_friends;
drop table person_phones;
