-- For wrk: sends each of the prepared requests once, and prints how many were answered and refused.
-- Argument: a file of requests, each preceded by its length in 4 bytes.

local requests, position = nil, 1

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  requests = file:read("*a")
  file:close()
end

function request()
  local a, b, c, d = requests:byte(position, position + 3)
  if not a then
    error("more requests are needed than were prepared")
  end
  local first = position + 4
  position = first + ((a * 256 + b) * 256 + c) * 256 + d
  return requests:sub(first, position - 1)
end

function done(summary)
  local errors = summary.errors
  local refused = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  print(string.format("sent %d refused %d seconds %f", summary.requests, refused, summary.duration / 1e6))
end
