\set id random(1, :friends)
select h.id, h.name, h.description, h.created_at, h.updated_at
from friend_hobbies l join hobbies h on h.id = l.hobby_id
where l.friend_id = :id order by h.id limit 50;
