import { createSignIn, type Member, type Pending } from "./sign-in.ts";

// A forum whose members sign in with the game. In the game's config.yml:
//
//   oauth:
//     clients:
//       - id: forum
//         name: The Forum
//         redirect_uris: [http://127.0.0.1:4000/callback]
//
// Then: ISSUER=http://localhost:8000 CLIENT_ID=forum bun sdk/examples/forum/forum.ts

export type ForumOptions = { issuer: string; clientId: string; port: number };

/** What a visitor's cookie stands for. */
type Visit = { pending?: Pending; member?: Member };

const COOKIE = "forum";

export async function startForum({ issuer, clientId, port }: ForumOptions) {
  const visits = new Map<string, Visit>();
  const posts: { author: string; text: string }[] = [];

  const server = Bun.serve({
    hostname: "127.0.0.1",
    port,
    routes: {
      "/favicon.ico": new Response(null, { status: 204 }),
      "/": (request) => page(visitOf(request).member, posts),
      "/sign-in": async () => {
        const { location, pending } = await signIn.begin();
        return goTo(location, { pending });
      },
      "/callback": async (request) => {
        const { pending } = visitOf(request);
        if (!pending) return goTo("/");
        try {
          return goTo("/", { member: await signIn.finish(new URL(request.url), pending) });
        } catch {
          return new Response("You are not signed in.", { status: 400 });
        }
      },
      "/posts": {
        POST: async (request) => {
          const { member } = visitOf(request);
          const text = String((await request.formData()).get("text") ?? "").slice(0, 500);
          if (member && text) posts.push({ author: member.name, text });
          return goTo("/");
        },
      },
      "/sign-out": {
        POST: async (request) => {
          const { member } = visitOf(request);
          if (member) await signIn.end(member);
          return goTo("/", {});
        },
      },
    },
  });
  const signIn = await createSignIn(issuer, clientId, `http://127.0.0.1:${server.port}/callback`);

  function visitOf(request: Request): Visit {
    const [, id = ""] = new RegExp(`${COOKIE}=([\\w-]+)`).exec(request.headers.get("cookie") ?? "") ?? [];
    return visits.get(id) ?? {};
  }

  /** @param visit what the visitor's cookie stands for from now on, under a new name; absent: as before */
  function goTo(location: string, visit?: Visit): Response {
    const headers = new Headers({ location });
    if (visit) {
      const id = crypto.randomUUID();
      visits.set(id, visit);
      headers.set("set-cookie", `${COOKIE}=${id}; Path=/; HttpOnly; SameSite=Lax`);
    }
    return new Response(null, { status: 303, headers });
  }

  return { origin: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) };
}

function page(member: Member | undefined, posts: { author: string; text: string }[]): Response {
  const safe = Bun.escapeHTML;
  const items = posts.map(({ author, text }) => `<li><b>${safe(author)}</b> ${safe(text)}</li>`);
  const form = member
    ? `<p>Signed in as <b>${safe(member.name)}</b></p>
<form method="post" action="/posts"><input name="text" aria-label="Post" required><button>Post</button></form>
<form method="post" action="/sign-out"><button>Sign out</button></form>`
    : `<p><a href="/sign-in">Sign in with the game</a></p>`;
  return new Response(
    `<!doctype html><meta charset="utf-8"><title>The Forum</title><h1>The Forum</h1>${form}<ul>${items.join("")}</ul>`,
    { headers: { "content-type": "text/html; charset=utf-8" } },
  );
}

if (import.meta.main) {
  const { ISSUER = "http://localhost:8000", CLIENT_ID = "game", PORT = "4000" } = process.env;
  const { origin } = await startForum({ issuer: ISSUER, clientId: CLIENT_ID, port: Number(PORT) });
  console.log(`The forum is at ${origin}`);
}
