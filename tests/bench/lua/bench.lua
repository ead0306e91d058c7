-- What the workload scripts share: settings from the environment, texts of requests, and the one
-- line of JSON that the measuring program reads when wrk ends. Every text is put together by hand:
-- wrk.format() would cost as much as sending it.
local bench = {
    friends = tonumber(os.getenv("BENCH_FRIENDS")),
    hobbies = tonumber(os.getenv("BENCH_HOBBIES")),
    phones = tonumber(os.getenv("BENCH_PHONES")),
    random = math.random,
}

math.randomseed(tonumber(os.getenv("BENCH_SEED")))

local head = " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port
    .. "\r\nAccept: application/vnd.api+json\r\n"
local body_head = "Content-Type: application/vnd.api+json\r\nContent-Length: "

function bench.without_body(method, path)
    return method .. " " .. path .. head .. "\r\n"
end

function bench.with_body(method, path, body)
    return method .. " " .. path .. head .. body_head .. #body .. "\r\n\r\n" .. body
end

-- Texts of GET requests, one for each line of the file BENCH_CURSORS put behind `path`.
function bench.at_cursors(path)
    local texts = {}
    for cursor in io.lines(os.getenv("BENCH_CURSORS")) do
        texts[#texts + 1] = bench.without_body("GET", path .. cursor)
    end
    return texts
end

-- wrk calls this by its name. Durations are in microseconds; `status` counts answers from 400 up.
function done(summary, latency, _)
    local errors = summary.errors
    local names = { "connect", "read", "write", "timeout", "status" }
    local line = string.format('{"requests":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99))
    for _, name in ipairs(names) do
        line = line .. string.format(',"%s":%d', name, errors[name])
    end
    io.write(line .. "}\n")
end

return bench
