-- DELETE a link that is in the data and PUT one that was deleted before, in turn. What was deleted waits until every
-- connection has had an answer since, so that no PUT overtakes its DELETE.
local bench = require("bench")
local away = {}
local first, last = 1, 0
local waiting = 2 * tonumber(os.getenv("BENCH_CONNECTIONS"))
local put = false

local function path_of_some_link()
    local friend, k = bench.random(bench.friends), bench.random(10) - 1
    local hobby = (friend * 7919 + k * (bench.hobbies / 10)) % bench.hobbies + 1
    return "/friends/" .. friend .. "/hobbies/" .. hobby
end

function request()
    put = not put and last - first >= waiting
    if put then
        local path = away[first]
        away[first] = nil
        first = first + 1
        return bench.without_body("PUT", path)
    end
    last = last + 1
    away[last] = path_of_some_link()
    return bench.without_body("DELETE", away[last])
end
