-- A player's account, for games in Lua (LÖVE, Defold, Solar2D). Copy this file; it needs nothing else.
--
--   local account = require("account").new("https://accounts.example.com", { device = "Living room" })
--   if not account:is_signed_in() then
--     account:sign_in(function(code, link) print("Go to " .. link .. " and type " .. code) end)
--   end
--   print(account:me().name)
--
-- Calls wait for their answer: run them in a thread (love.thread) or give `send` that yields to your own loop (Defold's
-- http.request in a coroutine). Each returns nil and an error code when the server refuses; "unreachable" when no answer came.

local Account = {}
Account.__index = Account

local DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
local WAITING = { authorization_pending = true, slow_down = true, unreachable = true, temporarily_unavailable = true }

-- options: file (keeps the refresh token), client_id, device (what the player calls this machine), and where curl and a
-- shell are not at hand: send(method, url, headers, body) -> status or nil, body; sleep(seconds); write(file, text).
function Account.new(server, options)
  options = options or {}
  return setmetatable({
    server = server:gsub("/+$", ""), file = options.file or "account.txt", client_id = options.client_id or "game",
    device = options.device, good_until = 0, send = options.send or Account.curl,
    sleep = options.sleep or function(seconds) os.execute("sleep " .. seconds) end,
    write = options.write or Account.write,
  }, Account)
end

function Account:is_signed_in() return self:kept() ~= nil end

-- Calls show(code, link, link_with_code) and waits until the player has said yes on that page. nil and "access_denied" after
-- a no, "expired_token" when nobody came within ten minutes.
function Account:sign_in(show)
  local request, code = self:form("/oauth/device_authorization", { client_id = self.client_id, device = self.device })
  if not request then return nil, code end
  show(request.user_code, request.verification_uri, request.verification_uri_complete)
  local token = { grant_type = DEVICE_CODE, device_code = request.device_code, client_id = self.client_id }
  local interval = request.interval
  while true do
    local started = os.time()
    local session, problem = self:form("/oauth/token", token, { Prefer = "wait=25" })
    if session then return self:keep(session) end
    if not WAITING[problem] then return nil, problem end
    if problem == "slow_down" then interval = interval + 5 end
    if os.time() - started < interval then self.sleep(interval) end
  end
end

function Account:me()
  local answer, code = self:call("GET", "/api/me")
  return answer and answer.user, code
end

function Account:rename(name)
  local answer, code = self:call("POST", "/api/update_username", { new_username = name })
  return answer and answer.user, code
end

function Account:sign_out()
  local token = self:kept()
  self:forget()
  if token then self:json("POST", "/api/logout", { refresh_token = token }) end
end

-- One that is good for half a minute at least, to send to a game server.
function Account:access_token()
  if os.time() > self.good_until then
    local ok, code = self:refresh()
    if not ok then return nil, code end
  end
  return self.token
end

function Account:refresh()
  local token = self:kept()
  if not token then return nil, "signed_out" end
  local session, code
  for _ = 1, 2 do
    session, code = self:json("POST", "/api/refresh", { refresh_token = token })
    if session then return self:keep(session) end
    if code == "invalid_grant" then self:forget() return nil, "signed_out" end
    -- The answer may be lost and the token used all the same: the same one gets the same answer again.
    self.sleep(1)
  end
  return nil, code
end

function Account:call(method, path, body)
  local answer, code
  for _ = 1, 2 do
    local token, problem = self:access_token()
    if not token then return nil, problem end
    answer, code = self:json(method, path, body, { Authorization = "Bearer " .. token })
    if code ~= "invalid_token" then return answer, code end
    self.good_until = 0
  end
  return nil, code
end

function Account:json(method, path, members, headers)
  headers = headers or {}
  headers["Content-Type"] = "application/json"
  local parts = {}
  for name, value in pairs(members or {}) do
    parts[#parts + 1] = ('"%s":"%s"'):format(name, value:gsub('[%c"\\]', function(c) return ("\\u%04x"):format(c:byte()) end))
  end
  return self:request(method, path, headers, members and "{" .. table.concat(parts, ",") .. "}")
end

function Account:form(path, members, headers)
  local parts = {}
  for name, value in pairs(members) do
    parts[#parts + 1] = name .. "=" .. value:gsub("[^%w]", function(c) return ("%%%02X"):format(c:byte()) end)
  end
  headers = headers or {}
  headers["Content-Type"] = "application/x-www-form-urlencoded"
  return self:request("POST", path, headers, table.concat(parts, "&"))
end

function Account:request(method, path, headers, body)
  local status, text = self.send(method, self.server .. path, headers, body)
  local ok, answer = pcall(Account.decode, text or "")
  if not status or not ok or type(answer) ~= "table" then return nil, "unreachable" end
  if status == 200 then return answer end
  return nil, answer.code or answer.error or "unreachable"
end

-- Keeps the new refresh token before anything else: the one before is over.
function Account:keep(session)
  self.write(self.file, session.refresh_token)
  self.token, self.good_until = session.access_token, os.time() + session.expires_in - 30
  return true
end

function Account:kept()
  local file = io.open(self.file, "r")
  local token = file and file:read("*a")
  if file then file:close() end
  return token
end

function Account:forget()
  self.token, self.good_until = nil, 0
  os.remove(self.file)
end

local function quoted(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

-- Only its player may read it, and a crash leaves the old one or the new one.
function Account.write(path, text)
  local file = assert(io.popen(("umask 077; cat > %s && mv %s %s"):format(quoted(path .. ".new"), quoted(path .. ".new"), quoted(path)), "w"))
  file:write(text)
  assert(file:close())
end

-- The request goes to curl in a file, so that no token is seen in the list of processes.
function Account.curl(method, url, headers, body)
  local lines = { "silent", "max-time = 35", 'write-out = "\\n%{http_code}"', 'request = "' .. method .. '"', 'url = "' .. url .. '"' }
  for name, value in pairs(headers) do lines[#lines + 1] = ('header = "%s: %s"'):format(name, value) end
  if body then lines[#lines + 1] = 'data-raw = "' .. body:gsub('[\\"]', "\\%0") .. '"' end
  local config = os.tmpname()
  Account.write(config, table.concat(lines, "\n"))
  local pipe = io.popen("curl --config " .. quoted(config))
  local answer = pipe:read("*a")
  pipe:close()
  os.remove(config)
  local text, status = answer:match("^(.*)\n(%d+)$")
  return status and status ~= "000" and tonumber(status) or nil, text
end

-- UTF-8, which LuaJIT has no library for.
local function character(code)
  if code < 0x80 then return string.char(code) end
  local tail = {}
  local first = 0x40
  while code >= first do
    table.insert(tail, 1, string.char(0x80 + code % 0x40))
    code, first = math.floor(code / 0x40), first / 2
  end
  return string.char(0x100 - 2 * first + code) .. table.concat(tail)
end

-- JSON of the server's own answers.
function Account.decode(text)
  local at = 1
  local value
  local function skip(pattern) at = select(2, text:find("^" .. pattern, at)) + 1 end
  local function text_value()
    local out = {}
    at = at + 1
    while text:sub(at, at) ~= '"' do
      local plain = text:match('^[^"\\]+', at)
      if plain then
        out[#out + 1], at = plain, at + #plain
      else
        local escape, hex = text:match("^\\(.)(%x?%x?%x?%x?)", at)
        local code = escape == "u" and tonumber(hex, 16)
        if code and code >= 0xD800 and code < 0xDC00 then
          code = 0x10000 + (code - 0xD800) * 1024 + tonumber(text:match("^\\u(%x%x%x%x)", at + 6), 16) - 0xDC00
          at = at + 6
        end
        out[#out + 1] = code and character(code) or ({ n = "\n", t = "\t", r = "\r", b = "\b", f = "\f" })[escape] or escape
        at = at + (code and 6 or 2)
      end
    end
    at = at + 1
    return table.concat(out)
  end
  local function members(close, read)
    local out = {}
    at = at + 1
    skip("%s*")
    while text:sub(at, at) ~= close do
      read(out)
      skip("%s*,?%s*")
    end
    at = at + 1
    return out
  end
  function value()
    skip("%s*")
    local first = text:sub(at, at)
    if first == '"' then return text_value() end
    if first == "[" then return members("]", function(out) out[#out + 1] = value() end) end
    if first == "{" then
      return members("}", function(out)
        local name = text_value()
        skip("%s*:")
        out[name] = value()
      end)
    end
    local word = assert(text:match("^[%w.+-]+", at), "no JSON")
    at = at + #word
    if word == "true" or word == "false" then return word == "true" end
    return word ~= "null" and assert(tonumber(word), "no JSON") or nil
  end
  return value()
end

return Account
