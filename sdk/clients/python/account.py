"""A player's account, for games in Python (pygame, Ren'Py, a terminal). Copy this file; it needs nothing else.

    account = Account("https://accounts.example.com", device="Living room")
    if not account.is_signed_in:
        account.sign_in(lambda code, link, _: print(f"Go to {link} and type {code}"))
    print(account.me()["name"])

Calls wait for their answer: run them in a thread, so that the game goes on (threading.Thread).
"""

import json
import os
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


class AccountError(Exception):
    """A refusal of the server, by its `code`; "unreachable" when no answer came."""

    def __init__(self, code, message=""):
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code


class Account:
    def __init__(self, server, file="account.json", client_id="game", device=None):
        """`file` keeps the refresh token; `device` is what the player calls this machine."""
        self.server, self.file, self.client_id, self.device = server.rstrip("/"), file, client_id, device
        self._access_token, self._good_until = None, 0.0
        self._lock = threading.Lock()

    @property
    def is_signed_in(self):
        return self._kept() is not None

    def sign_in(self, show):
        """Calls `show(code, link, link_with_code)` and waits until the player has said yes on that page.

        Raises AccountError: access_denied after a no, expired_token when nobody came within ten minutes.
        """
        asked = {"client_id": self.client_id, **({"device": self.device} if self.device else {})}
        request = self._form("/oauth/device_authorization", asked)
        show(request["user_code"], request["verification_uri"], request["verification_uri_complete"])
        interval = request["interval"]
        token = {"grant_type": DEVICE_CODE, "device_code": request["device_code"], "client_id": self.client_id}
        while True:
            started = time.monotonic()
            try:
                return self._keep(self._form("/oauth/token", token, {"Prefer": "wait=25"}))
            except AccountError as error:
                if error.code == "slow_down":
                    interval += 5
                elif error.code not in ("authorization_pending", "unreachable", "temporarily_unavailable"):
                    raise
            time.sleep(max(0.0, started + interval - time.monotonic()))

    def me(self):
        return self._call("GET", "/api/me")["user"]

    def rename(self, name):
        return self._call("POST", "/api/update_username", {"new_username": name})["user"]

    def sign_out(self):
        token = self._kept()
        self._forget()
        if token:
            self._send("POST", "/api/logout", {"refresh_token": token})

    def access_token(self):
        """One that is good for half a minute at least, to send to a game server."""
        with self._lock:
            if time.monotonic() > self._good_until:
                self._refresh()
            return self._access_token

    def _refresh(self):
        token = self._kept()
        if token is None:
            raise AccountError("signed_out", "Nobody is signed in.")
        for is_last in (False, True):
            try:
                return self._keep(self._send("POST", "/api/refresh", {"refresh_token": token}))
            except AccountError as error:
                if error.code == "invalid_grant":
                    self._forget()
                    raise AccountError("signed_out", "The session is over.") from error
                # The answer may be lost and the token used all the same: the same one gets the same answer again.
                if is_last:
                    raise
                time.sleep(1)

    def _call(self, method, path, body=None):
        try:
            return self._send(method, path, body, {"Authorization": f"Bearer {self.access_token()}"})
        except AccountError as error:
            if error.code != "invalid_token":
                raise
            self._good_until = 0.0
            return self._send(method, path, body, {"Authorization": f"Bearer {self.access_token()}"})

    def _send(self, method, path, body=None, headers=None):
        data = None if body is None else json.dumps(body).encode()
        return self._request(method, path, data, {"Content-Type": "application/json", **(headers or {})})

    def _form(self, path, members, headers=None):
        return self._request("POST", path, urllib.parse.urlencode(members).encode(), headers or {})

    def _request(self, method, path, data, headers):
        request = urllib.request.Request(self.server + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=35) as response:
                return json.loads(response.read())
        except urllib.error.HTTPError as error:
            try:
                answer = json.loads(error.read())
                raise AccountError(answer.get("code") or answer["error"], answer.get("message", "")) from None
            except (ValueError, KeyError, OSError):
                raise AccountError("unreachable", f"HTTP {error.code}") from None
        except (OSError, ValueError) as error:
            raise AccountError("unreachable", str(error)) from error

    def _keep(self, session):
        """Keeps the new refresh token before anything else: the one before is over."""
        draft = f"{self.file}.new"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump({"refresh_token": session["refresh_token"]}, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self.file)
        self._access_token = session["access_token"]
        self._good_until = time.monotonic() + session["expires_in"] - 30

    def _kept(self):
        try:
            with open(self.file) as file:
                return json.load(file)["refresh_token"]
        except (OSError, ValueError, KeyError):
            return None

    def _forget(self):
        self._access_token, self._good_until = None, 0.0
        if os.path.exists(self.file):
            os.remove(self.file)
