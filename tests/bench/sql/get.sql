\set id random(1, :friends)
select id, name, nickname, created_at, updated_at from friends where id = :id;
