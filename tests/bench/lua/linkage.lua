-- GET the identifiers of a random friend's hobbies.
local bench = require("bench")

function request()
    local friend = bench.random(bench.friends)
    return bench.without_body("GET", "/friends/" .. friend .. "/relationships/hobbies")
end
