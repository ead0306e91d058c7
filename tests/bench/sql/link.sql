\set friend random(1, :friends)
\set hobby random(1, :hobbies)
insert into friend_hobbies (friend_id, hobby_id) values (:friend, :hobby) on conflict do nothing;
