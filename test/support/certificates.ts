import { readFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./temporary";

/** A certificate for a host that nobody but itself vouches for, and its key, both PEM. */
export async function selfSignedCertificate(host: string): Promise<{ key: string; cert: string }> {
  using folder = temporaryFolder();
  const options = [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-days",
    "2",
  ];
  const subject = ["-subj", `/CN=${host}`, "-addext", `subjectAltName=DNS:${host}`];
  const files = ["-keyout", "key.pem", "-out", "cert.pem"];
  const child = Bun.spawn(["openssl", ...options, ...subject, ...files], {
    cwd: folder.path,
    stderr: "ignore",
  });
  if ((await child.exited) !== 0) throw new Error("openssl made no certificate.");
  const read = (name: string) => readFileSync(join(folder.path, name), "utf8");
  return { key: read("key.pem"), cert: read("cert.pem") };
}
