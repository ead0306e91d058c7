-- PUT one link between a random friend and a random hobby.
local bench = require("bench")

function request()
    local friend, hobby = bench.random(bench.friends), bench.random(bench.hobbies)
    return bench.without_body("PUT", "/friends/" .. friend .. "/hobbies/" .. hobby)
end
