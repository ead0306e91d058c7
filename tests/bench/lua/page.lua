-- GET a page of 50 friends that begins at a random place.
local bench = require("bench")
local texts = bench.at_cursors("/friends?page%5Bsize%5D=50&page%5Bafter%5D=")

function request()
    return texts[bench.random(#texts)]
end
