-- GET a page of 50 friends that begins at a random place: BENCH_PATHS names a file of paths, each
-- with a cursor in it.
local bench = require("bench")
local texts = {}
for path in io.lines(os.getenv("BENCH_PATHS")) do
    texts[#texts + 1] = bench.without_body("GET", path)
end

function request()
    return texts[bench.random(#texts)]
end
