-- lua5.4 demo.lua https://accounts.example.com account.txt [new name]
local account = require("account").new(arg[1], { file = arg[2], device = "Lua" })
if not account:is_signed_in() then
  assert(account:sign_in(function(code, link)
    print("Go to " .. link .. " and type " .. code)
    io.stdout:flush()
  end))
end
if arg[3] then assert(account:rename(arg[3])) end
print("Signed in as " .. assert(account:me()).name)
