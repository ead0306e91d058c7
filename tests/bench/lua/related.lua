-- GET the hobbies of a random friend.
local bench = require("bench")

function request()
    return bench.without_body("GET", "/friends/" .. bench.random(bench.friends) .. "/hobbies")
end
