-- POST one member to a random friend's hobbies.
local bench = require("bench")

function request()
    local friend, hobby = bench.random(bench.friends), bench.random(bench.hobbies)
    return bench.with_body("POST", "/friends/" .. friend .. "/relationships/hobbies",
        '{"data":[{"type":"hobbies","id":"' .. hobby .. '"}]}')
end
