\set id random(1, :friends)
select hobby_id, linked_at
from friend_hobbies where friend_id = :id order by hobby_id limit 50;
