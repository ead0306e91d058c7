-- GET a page of 20 friends that begins at a random place, with their hobbies, 200 in all.
local bench = require("bench")
local texts = bench.at_cursors("/friends?page%5Bsize%5D=20&include=hobbies&page%5Bafter%5D=")

function request()
    return texts[bench.random(#texts)]
end
