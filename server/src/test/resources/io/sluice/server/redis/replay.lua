-- Makes batches one after another, each at a time that is told.
-- ARGV: time and batch, time and batch, and so on.
local answers = {}
for i = 1, #ARGV, 2 do
  now = tonumber(ARGV[i])
  answers[#answers + 1] = post(cmsgpack.unpack(ARGV[i + 1]))
end
return answers
