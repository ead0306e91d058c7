\set friend random(1, :friends)
\set k random(0, 9)
\set hobby (:friend * 7919 + :k * (:hobbies / 10)) % :hobbies + 1
delete from friend_hobbies where friend_id = :friend and hobby_id = :hobby;
insert into friend_hobbies (friend_id, hobby_id) values (:friend, :hobby) on conflict do nothing;
