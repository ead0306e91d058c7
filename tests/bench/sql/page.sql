\set id random(1, :friends - 50)
select id, name, nickname, created_at, updated_at
from friends where id > :id order by id limit 50;
