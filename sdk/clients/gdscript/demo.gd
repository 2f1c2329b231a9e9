# godot3-server -s demo.gd https://accounts.example.com /home/ada/account [new name]
extends SceneTree


func _init():
	call_deferred("_run")


func _run():
	var arguments = Array(OS.get_cmdline_args())
	var own = []
	for at in range(arguments.find("-s") + 2, arguments.size()):
		own.append(arguments[at])
	var account = load("res://account.gd").new(own[0], own[1], "Godot")
	root.add_child(account)
	account.connect("code_ready", self, "_show_code")
	if not account.is_signed_in():
		var session = yield(account.sign_in(), "completed")
		if session.problem != "":
			return _end(session.problem)
	if own.size() > 2:
		var renamed = yield(account.rename(own[2]), "completed")
		if renamed.problem != "":
			return _end(renamed.problem)
	var answer = yield(account.me(), "completed")
	_end("Signed in as " + answer.user.name if answer.problem == "" else answer.problem)


func _show_code(code, link, _link_with_code):
	print("Go to ", link, " and type ", code)


func _end(line):
	print(line)
	quit()
