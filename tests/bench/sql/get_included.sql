\set id random(1, :friends)
select f.id, f.name, f.nickname, f.created_at, f.updated_at,
    h.id, h.name, h.description, h.created_at, h.updated_at, l.linked_at
from friends f
left join friend_hobbies l on l.friend_id = f.id
left join hobbies h on h.id = l.hobby_id
where f.id = :id order by h.id;
