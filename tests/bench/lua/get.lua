-- GET one friend by a random id.
local bench = require("bench")

function request()
    return bench.without_body("GET", "/friends/" .. bench.random(bench.friends))
end
