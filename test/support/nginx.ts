import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isInstalled } from "./installed";

const BINARY = "/usr/sbin/nginx";

export const nginxAvailable = () => isInstalled(BINARY, "nginx");

/**
 * A real nginx in front of a server, which players see below `prefix`; it ends with `world`.
 * @param prefix as in `/accounts`
 */
export async function startNginx(
  world: AsyncDisposableStack,
  server: { origin: string },
  prefix: string,
  port: number,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "account-server-nginx-"));
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `  ${name}_temp_path ${folder}/${name};`,
  );
  const config = [
    // Started by root, its worker would be somebody who may not write here what a slow client has yet to fetch.
    ...(process.getuid?.() === 0 ? ["user root;"] : []),
    "daemon off; worker_processes 1;",
    `pid ${folder}/pid; error_log ${folder}/error.log;`,
    "events {}",
    "http {",
    "  access_log off;",
    ...temporary,
    "  server {",
    `    listen 127.0.0.1:${port};`,
    `    location ${prefix}/ {`,
    `      proxy_pass ${server.origin}/;`,
    "      proxy_set_header Host $http_host;",
    "      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
    "    }",
    `    location = /.well-known/oauth-authorization-server${prefix} {`,
    `      proxy_pass ${server.origin};`,
    "      proxy_set_header Host $http_host;",
    "    }",
    "  }",
    "}",
    "",
  ];
  const file = join(folder, "nginx.conf");
  writeFileSync(file, config.join("\n"));
  const child = Bun.spawn([BINARY, "-p", folder, "-c", file, "-e", `${folder}/error.log`], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
  });
  world.defer(async () => {
    // Its worker goes with it, as it does not after a SIGKILL.
    child.kill("SIGTERM");
    await child.exited;
    rmSync(folder, { recursive: true, force: true });
  });
  await answers(`http://127.0.0.1:${port}${prefix}/health/ready`);
}

async function answers(url: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(url).catch(() => null);
    if (response?.ok) return;
    if (attempt === 100) throw new Error(`nginx does not answer at ${url}.`);
    await Bun.sleep(50);
  }
}
