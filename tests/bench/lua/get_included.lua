-- GET one friend by a random id, with its hobbies.
local bench = require("bench")

function request()
    return bench.without_body("GET", "/friends/" .. bench.random(bench.friends) .. "?include=hobbies")
end
