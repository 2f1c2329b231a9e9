// mcs -langversion:7.2 -r:System.Net.Http -r:System.Runtime.Serialization Account.cs Demo.cs && mono Demo.exe https://accounts.example.com account.txt
using System;
using System.Threading.Tasks;

static class Demo {
  static void Main(string[] arguments) => Run(arguments).GetAwaiter().GetResult();

  static async Task Run(string[] arguments) {
    var account = new Account(arguments[0], arguments[1], device: "C#");
    if (!account.IsSignedIn) await account.SignIn((code, link, _) => Console.WriteLine($"Go to {link} and type {code}"));
    if (arguments.Length > 2) await account.Rename(arguments[2]);
    Console.WriteLine($"Signed in as {(await account.Me()).name}");
  }
}
