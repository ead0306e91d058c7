-- POST a person with three phones, one from each third of the phones so that they differ.
local bench = require("bench")
local third = math.floor(bench.phones / 3)

local function phone(before)
    return '{"type":"phones","id":"' .. (before + bench.random(third)) .. '"}'
end

function request()
    return bench.with_body("POST", "/persons",
        '{"data":{"type":"persons","attributes":{"name":"Person ' .. bench.random(1000000)
        .. '"},"relationships":{"phones":{"data":['
        .. phone(0) .. "," .. phone(third) .. "," .. phone(2 * third) .. "]}}}}")
end
