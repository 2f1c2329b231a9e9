// A player's account, for games in C# (Unity, Godot .NET, MonoGame). Copy this file; it needs .NET Standard 2.1 alone.
//
//     var account = new Account("https://accounts.example.com", path, device: "Living room");
//     if (!account.IsSignedIn) await account.SignIn((code, link, _) => Show($"Go to {link} and type {code}"));
//     var user = await account.Me();
//
// `path` is a file of the game's own: in Unity below Application.persistentDataPath, in Godot ProjectSettings.GlobalizePath("user://…").

using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Http;
using System.Runtime.InteropServices;
using System.Runtime.Serialization;
using System.Runtime.Serialization.Json;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

/// <summary>A refusal of the server, by its code; "unreachable" when no answer came.</summary>
public sealed class AccountException : Exception {
  public readonly string Code;
  public AccountException(string code, string message = null) : base(message == null ? code : code + ": " + message) { Code = code; }
}

[DataContract] public sealed class User {
  [DataMember] public int id; [DataMember] public string name; [DataMember] public string picture;
  [DataMember] public int stars; [DataMember] public int level; [DataMember] public bool guest;
}

/// <summary>Every member that some answer has; those of the others stay empty.</summary>
[DataContract] public sealed class Answer {
  [DataMember] public string device_code, user_code, verification_uri, verification_uri_complete;
  [DataMember] public int interval, expires_in;
  [DataMember] public string access_token, refresh_token, error, code, message;
  [DataMember] public User user;
}

public sealed class Account {
  static readonly HttpClient Http = new HttpClient { Timeout = TimeSpan.FromSeconds(35) };
  readonly string server, file, clientId, device;
  readonly SemaphoreSlim turn = new SemaphoreSlim(1);
  string accessToken;
  DateTime goodUntil = DateTime.MinValue;

  /// <param name="file">Keeps the refresh token.</param>
  /// <param name="device">What the player calls this machine.</param>
  public Account(string server, string file, string clientId = "game", string device = null) {
    this.server = server.TrimEnd('/'); this.file = file; this.clientId = clientId; this.device = device;
  }

  public bool IsSignedIn => File.Exists(file);

  /// <summary>Calls show(code, link, linkWithCode) and waits until the player has said yes on that page.</summary>
  /// <exception cref="AccountException">access_denied after a no; expired_token when nobody came within ten minutes.</exception>
  public async Task SignIn(Action<string, string, string> show) {
    var asked = new Dictionary<string, string> { ["client_id"] = clientId };
    if (device != null) asked["device"] = device;
    var request = await Form("/oauth/device_authorization", asked);
    show(request.user_code, request.verification_uri, request.verification_uri_complete);
    var interval = request.interval;
    var token = new Dictionary<string, string> { ["client_id"] = clientId, ["device_code"] = request.device_code,
      ["grant_type"] = "urn:ietf:params:oauth:grant-type:device_code" };
    while (true) {
      var next = DateTime.UtcNow.AddSeconds(interval);
      try { Keep(await Form("/oauth/token", token, wait: true)); return; }
      catch (AccountException e) when (e.Code == "slow_down") { interval += 5; next = next.AddSeconds(5); }
      catch (AccountException e) when (e.Code == "authorization_pending" || e.Code == "unreachable" || e.Code == "temporarily_unavailable") { }
      if (next > DateTime.UtcNow) await Task.Delay(next - DateTime.UtcNow);
    }
  }

  public async Task<User> Me() => (await Call(HttpMethod.Get, "/api/me")).user;

  public async Task<User> Rename(string name) =>
    (await Call(HttpMethod.Post, "/api/update_username", "{\"new_username\":" + Quoted(name) + "}")).user;

  public async Task SignOut() {
    var token = Kept();
    Forget();
    if (token != null) await Send(HttpMethod.Post, "/api/logout", "{\"refresh_token\":" + Quoted(token) + "}");
  }

  /// <summary>One that is good for half a minute at least, to send to a game server.</summary>
  public async Task<string> AccessToken() {
    await turn.WaitAsync();
    try { if (DateTime.UtcNow > goodUntil) await Refresh(); return accessToken; }
    finally { turn.Release(); }
  }

  async Task Refresh() {
    var token = Kept() ?? throw new AccountException("signed_out", "Nobody is signed in.");
    for (var isLast = false; ; isLast = true) {
      try { Keep(await Send(HttpMethod.Post, "/api/refresh", "{\"refresh_token\":" + Quoted(token) + "}")); return; }
      catch (AccountException e) when (e.Code == "invalid_grant") { Forget(); throw new AccountException("signed_out", "The session is over."); }
      // The answer may be lost and the token used all the same: the same one gets the same answer again.
      catch (AccountException) when (!isLast) { }
      await Task.Delay(1000);
    }
  }

  async Task<Answer> Call(HttpMethod method, string path, string json = null) {
    try { return await Send(method, path, json, await AccessToken()); }
    catch (AccountException e) when (e.Code == "invalid_token") { goodUntil = DateTime.MinValue; }
    return await Send(method, path, json, await AccessToken());
  }

  Task<Answer> Send(HttpMethod method, string path, string json, string bearer = null) {
    var request = new HttpRequestMessage(method, server + path);
    if (json != null) request.Content = new StringContent(json, new UTF8Encoding(false), "application/json");
    if (bearer != null) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + bearer);
    return Ask(request);
  }

  Task<Answer> Form(string path, Dictionary<string, string> members, bool wait = false) {
    var request = new HttpRequestMessage(HttpMethod.Post, server + path) { Content = new FormUrlEncodedContent(members) };
    if (wait) request.Headers.TryAddWithoutValidation("Prefer", "wait=25");
    return Ask(request);
  }

  static async Task<Answer> Ask(HttpRequestMessage request) {
    try {
      using (var response = await Http.SendAsync(request)) {
        var answer = Parse<Answer>(await response.Content.ReadAsByteArrayAsync());
        if (response.IsSuccessStatusCode) return answer;
        throw new AccountException(answer.code ?? answer.error ?? "unreachable", answer.message);
      }
    }
    catch (Exception e) when (!(e is AccountException)) { throw new AccountException("unreachable", e.Message); }
  }

  /// <summary>Keeps the new refresh token before anything else: the one before is over.</summary>
  void Keep(Answer session) {
    var draft = file + ".new";
    File.WriteAllText(draft, "");
    if (!RuntimeInformation.IsOSPlatform(OSPlatform.Windows)) chmod(draft, Convert.ToUInt32("600", 8));
    using (var stream = new FileStream(draft, FileMode.Create)) {
      var bytes = Encoding.UTF8.GetBytes(session.refresh_token);
      stream.Write(bytes, 0, bytes.Length);
      stream.Flush(true);
    }
    if (File.Exists(file)) File.Replace(draft, file, null); else File.Move(draft, file);
    accessToken = session.access_token;
    goodUntil = DateTime.UtcNow.AddSeconds(session.expires_in - 30);
  }

  string Kept() => File.Exists(file) ? File.ReadAllText(file) : null;
  void Forget() { accessToken = null; goodUntil = DateTime.MinValue; File.Delete(file); }

  static string Quoted(string text) {
    using (var stream = new MemoryStream()) {
      new DataContractJsonSerializer(typeof(string)).WriteObject(stream, text);
      return Encoding.UTF8.GetString(stream.ToArray());
    }
  }
  static T Parse<T>(byte[] json) { using (var stream = new MemoryStream(json)) return (T)new DataContractJsonSerializer(typeof(T)).ReadObject(stream); }

  [DllImport("libc")] static extern int chmod(string path, uint mode);
}
