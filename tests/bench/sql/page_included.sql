\set id random(1, :friends - 50)
select f.id, f.name, f.nickname, f.created_at, f.updated_at,
    h.id, h.name, h.description, h.created_at, h.updated_at, l.linked_at
from (select id, name, nickname, created_at, updated_at from friends where id > :id order by id limit 20) f
left join friend_hobbies l on l.friend_id = f.id
left join hobbies h on h.id = l.hobby_id
order by f.id, h.id;
