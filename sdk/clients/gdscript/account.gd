# A player's account, for games in Godot 3. Copy this file; it needs nothing else.
#
#   var account = preload("account.gd").new("https://accounts.example.com", "user://account", "Living room")
#   add_child(account)
#   account.connect("code_ready", self, "_show_code")  # code, link, link_with_code
#   if not account.is_signed_in():
#       yield(account.sign_in(), "completed")
#   var answer = yield(account.me(), "completed")
#   print(answer.user.name)
#
# Every call is a coroutine. It ends with a dictionary: `problem` is "" or the server's error code, "unreachable" when no
# answer came, "signed_out" when the session is over.
extends Node

signal code_ready(code, link, link_with_code)
signal turn_over

const DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
const WAITING = ["authorization_pending", "slow_down", "unreachable", "temporarily_unavailable"]

var server
var file
var device
var client_id
var _access_token = ""
var _good_until = 0
var _refreshing = false


# `kept_in` keeps the refresh token; `device_name` is what the player calls this machine.
func _init(server_url, kept_in = "user://account", device_name = "", client = "game"):
	server = server_url.rstrip("/")
	file = kept_in
	device = device_name
	client_id = client


func is_signed_in():
	return _kept() != ""


# Emits code_ready, and waits until the player has said yes on that page. `problem` is access_denied after a no, expired_token
# when nobody came within ten minutes.
func sign_in():
	var asked = {"client_id": client_id}
	if device != "":
		asked["device"] = device
	var request = yield(_form("/oauth/device_authorization", asked), "completed")
	if request.problem != "":
		return request
	emit_signal("code_ready", request.user_code, request.verification_uri, request.verification_uri_complete)
	var token = {"grant_type": DEVICE_CODE, "device_code": request.device_code, "client_id": client_id}
	var interval = request.interval
	while true:
		var started = OS.get_ticks_msec()
		var session = yield(_form("/oauth/token", token, ["Prefer: wait=25"]), "completed")
		if session.problem == "":
			_keep(session)
		if not session.problem in WAITING:
			return session
		if session.problem == "slow_down":
			interval += 5
		var left = interval - (OS.get_ticks_msec() - started) / 1000.0
		if left > 0:
			yield(get_tree().create_timer(left), "timeout")


func me():
	return yield(_call(HTTPClient.METHOD_GET, "/api/me"), "completed")


func rename(new_name):
	return yield(_call(HTTPClient.METHOD_POST, "/api/update_username", {"new_username": new_name}), "completed")


func sign_out():
	var token = _kept()
	_forget()
	return yield(_json(HTTPClient.METHOD_POST, "/api/logout", {"refresh_token": token}), "completed")


# `token` is one that is good for half a minute at least, to send to a game server.
func access_token():
	yield(get_tree(), "idle_frame")
	while _refreshing:
		yield(self, "turn_over")
	var problem = ""
	if OS.get_unix_time() > _good_until:
		_refreshing = true
		problem = yield(_refresh(), "completed")
		_refreshing = false
		emit_signal("turn_over")
	return {"problem": problem, "token": _access_token}


func _refresh():
	yield(get_tree(), "idle_frame")
	var token = _kept()
	if token == "":
		return "signed_out"
	var session
	for _turn in range(2):
		session = yield(_json(HTTPClient.METHOD_POST, "/api/refresh", {"refresh_token": token}), "completed")
		if session.problem == "":
			_keep(session)
			return ""
		if session.problem == "invalid_grant":
			_forget()
			return "signed_out"
		# The answer may be lost and the token used all the same: the same one gets the same answer again.
		yield(get_tree().create_timer(1), "timeout")
	return session.problem


func _call(method, path, body = null):
	var answer
	for _turn in range(2):
		var access = yield(access_token(), "completed")
		if access.problem != "":
			return access
		answer = yield(_json(method, path, body, ["Authorization: Bearer " + access.token]), "completed")
		if answer.problem != "invalid_token":
			return answer
		_good_until = 0
	return answer


func _json(method, path, body = null, headers = []):
	var text = "" if body == null else JSON.print(body)
	return yield(_request(method, path, headers + ["Content-Type: application/json"], text), "completed")


func _form(path, members, headers = []):
	var form = HTTPClient.new().query_string_from_dict(members)
	headers = headers + ["Content-Type: application/x-www-form-urlencoded"]
	return yield(_request(HTTPClient.METHOD_POST, path, headers, form), "completed")


func _request(method, path, headers, body):
	var request = HTTPRequest.new()
	request.timeout = 35
	add_child(request)
	yield(get_tree(), "idle_frame")
	var answer = {}
	if request.request(server + path, headers, true, method, body) == OK:
		# result, status, headers, body
		var response = yield(request, "request_completed")
		var parsed = JSON.parse(response[3].get_string_from_utf8())
		if response[0] == HTTPRequest.RESULT_SUCCESS and parsed.error == OK and parsed.result is Dictionary:
			answer = parsed.result
			answer["problem"] = "" if response[1] == 200 else answer.get("code", answer.get("error", "unreachable"))
	request.queue_free()
	return answer if answer.has("problem") else {"problem": "unreachable"}


# Keeps the new refresh token before anything else: the one before is over. Only its player may read it.
func _keep(session):
	var draft = File.new()
	draft.open(file + ".new", File.WRITE)
	draft.close()
	if OS.get_name() in ["X11", "OSX", "Server"]:
		OS.execute("chmod", ["600", ProjectSettings.globalize_path(file + ".new")])
	draft.open(file + ".new", File.READ_WRITE)
	draft.store_string(session.refresh_token)
	draft.close()
	Directory.new().rename(file + ".new", file)
	_access_token = session.access_token
	_good_until = OS.get_unix_time() + int(session.expires_in) - 30


func _kept():
	var kept = File.new()
	return kept.get_as_text() if kept.open(file, File.READ) == OK else ""


func _forget():
	_access_token = ""
	_good_until = 0
	Directory.new().remove(file)
