import {
  constants,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  privateEncrypt,
  sign,
} from "node:crypto";
import type { JwtAlgorithm, KeyMaterial } from "../../../src/config/security";

/** A way to make a false token out of a genuine one. */
export type Attack = [what: string, token: string];

/** Keys for one algorithm, as somebody would configure them. */
export function keyMaterial(algorithm: JwtAlgorithm): KeyMaterial {
  const pem = (key: KeyObject) => key.export({ type: "pkcs8", format: "pem" }) as string;
  switch (algorithm) {
    case "ES256":
      return { algorithm, privateKeyPem: pem(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey) };
    case "RS256":
      return {
        algorithm,
        privateKeyPem: pem(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey),
      };
    case "EdDSA":
      return { algorithm, privateKeyPem: pem(generateKeyPairSync("ed25519").privateKey) };
    default:
      return { algorithm, secret: createHash("sha512").update(algorithm).digest("hex") };
  }
}

const encode = (data: string | Uint8Array) => Buffer.from(data).toString("base64url");
const decode = (text: string) => Buffer.from(text, "base64url");

/** The attacks of Wycheproof's `json_web_signature_test`, on a token with our own claims and key. */
export function attacks(genuine: string, material: KeyMaterial): Attack[] {
  return [...onTheForm(genuine), ...onTheAlgorithm(genuine, material), ...onTheSignature(genuine, material)];
}

function onTheForm(genuine: string): Attack[] {
  const [header = "", payload = "", signature = ""] = genuine.split(".");
  const flattened = { payload, protected: header, signature };
  const inserted = [" ", "\n", "\t", "?", "#", "=", "%", "+", "/", "\0", "é"].flatMap((character) =>
    [header, payload, signature].flatMap((_, part): Attack[] =>
      [0, 5, Number.MAX_SAFE_INTEGER].map((at) => {
        const parts = [header, payload, signature];
        const text = parts[part] ?? "";
        parts[part] = text.slice(0, at) + character + text.slice(at);
        return [`${JSON.stringify(character)} in part ${part}`, parts.join(".")];
      }),
    ),
  );
  return [
    ["no signature", `${header}.${payload}.`],
    ["no signature and no dot", `${header}.${payload}`],
    ["no payload", `${header}..${signature}`],
    ["no payload and no dot", `${header}.${signature}`],
    ["no header", `.${payload}.${signature}`],
    ["no header and no dot", `${payload}.${signature}`],
    ["payload alone", payload],
    ["dots alone", ".."],
    ["nothing", ""],
    ["an empty fourth part", `${genuine}.`],
    ["a fourth part", `${genuine}.${signature}`],
    ["an empty first part", `.${genuine}`],
    ["parts in another order", `${payload}.${header}.${signature}`],
    ["flattened JSON serialization", JSON.stringify(flattened)],
    ["general JSON serialization", JSON.stringify({ payload, signatures: [flattened] })],
    ["twice", genuine + genuine],
    ...inserted,
  ];
}

function onTheAlgorithm(genuine: string, material: KeyMaterial): Attack[] {
  const [header = "", payload = ""] = genuine.split(".");
  const claims = JSON.parse(decode(header).toString());
  const withHeader = (changes: object) => `${encode(JSON.stringify({ ...claims, ...changes }))}.${payload}`;
  const hmac = (bits: number, secret: string | Buffer): Attack => {
    const input = withHeader({ alg: `HS${bits}` });
    return [
      `HS${bits} with what is public`,
      `${input}.${createHmac(`sha${bits}`, secret).update(input).digest("base64url")}`,
    ];
  };
  const unsigned = ["none", "None", "NONE", "nOnE", "", null, undefined, ["none"]].map((alg): Attack => {
    const token = `${withHeader({ alg })}.`;
    return [`alg ${JSON.stringify(alg)}`, token];
  });
  const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const embedded = withHeader({ alg: "ES256", jwk: own.publicKey.export({ format: "jwk" }) });
  const attacker = sign("sha256", Buffer.from(embedded), { key: own.privateKey, dsaEncoding: "ieee-p1363" });
  const foreign: Attack = ["a key of the attacker's in the header", `${embedded}.${encode(attacker)}`];
  if ("secret" in material) {
    const other = material.algorithm === "HS512" ? 256 : 512;
    return [
      ...unsigned,
      foreign,
      hmac(256, claims.kid),
      hmac(256, ""),
      ["another hash", hmac(other, material.secret)[1]],
    ];
  }
  const publicKey = createPublicKey(material.privateKeyPem);
  const spki = { type: "spki" } as const;
  const publicForms = [
    publicKey.export({ ...spki, format: "pem" }),
    (publicKey.export({ ...spki, format: "pem" }) as string).trim(),
    publicKey.export({ ...spki, format: "der" }),
    JSON.stringify(publicKey.export({ format: "jwk" })),
    claims.kid,
    "",
  ] as (string | Buffer)[];
  return [
    ...unsigned,
    foreign,
    ...publicForms.flatMap((form) => [256, 384, 512].map((bits) => hmac(bits, form))),
  ];
}

function onTheSignature(genuine: string, material: KeyMaterial): Attack[] {
  const input = genuine.slice(0, genuine.lastIndexOf("."));
  const signature = decode(genuine.slice(genuine.lastIndexOf(".") + 1));
  const token = (bytes: Uint8Array) => `${input}.${encode(bytes)}`;
  const zeros = Buffer.alloc(signature.length);
  const common: Attack[] = [
    ["all zero", token(zeros)],
    ["all ones", token(zeros.map(() => 0xff))],
    ["a zero in front", token(Buffer.concat([Buffer.of(0), signature]))],
    ["a zero behind", token(Buffer.concat([signature, Buffer.of(0)]))],
    ["600 bytes more", token(Buffer.concat([signature, Buffer.alloc(600)]))],
    ...signature
      .toJSON()
      .data.map((_, length): Attack => [`${length} bytes of it`, token(signature.subarray(0, length))]),
  ];
  switch (material.algorithm) {
    case "ES256":
      return [...common, ...ecdsa(signature, token, input, material)];
    case "RS256":
      return [...common, ...rsa(signature, token, input, material)];
    case "EdDSA":
      return [...common, ...eddsa(signature, token)];
    default:
      return common;
  }
}

type MakeToken = (signature: Uint8Array) => string;

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const ED25519_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const bigEndian = (number: bigint, bytes: number) =>
  Buffer.from(number.toString(16).padStart(bytes * 2, "0"), "hex");
const toBigInt = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);

function ecdsa(signature: Buffer, token: MakeToken, input: string, material: KeyMaterial): Attack[] {
  const [r, s] = [toBigInt(signature.subarray(0, 32)), toBigInt(signature.subarray(32))];
  const pair = (one: bigint, other: bigint, bytes = 32) =>
    token(Buffer.concat([bigEndian(one, bytes), bigEndian(other, bytes)]));
  const special = [0n, 1n, P256_ORDER - 1n, P256_ORDER, P256_ORDER + 1n, 2n ** 256n - 1n];
  const { privateKeyPem } = material as { privateKeyPem: string };
  return [
    ...special.flatMap((one) => special.map((other): Attack => [`r ${one}, s ${other}`, pair(one, other)])),
    ["r and s swapped", pair(s, r)],
    ["r beyond the order", pair(r + P256_ORDER, s, 33)],
    ["s beyond the order", pair(r, s + P256_ORDER, 33)],
    ["r and s of 33 bytes", pair(r, s, 33)],
    ["r overflowing", pair(r + 2n ** 256n, s, 33)],
    ["as DER", token(sign("sha256", Buffer.from(input), privateKeyPem))],
    [
      "over another hash",
      token(sign("sha512", Buffer.from(input), { key: privateKeyPem, dsaEncoding: "ieee-p1363" })),
    ],
  ];
}

/** RFC 8032 §5.1.7: S must be below the order, and R and A on the curve and not of small order. */
function eddsa(signature: Buffer, token: MakeToken): Attack[] {
  const little = (number: bigint) => bigEndian(number, 32).reverse();
  const s = toBigInt(Buffer.from(signature.subarray(32)).reverse());
  const identity = little(1n);
  return [
    ["S + order", token(Buffer.concat([signature.subarray(0, 32), little(s + ED25519_ORDER)]))],
    ["S of the order", token(Buffer.concat([signature.subarray(0, 32), little(ED25519_ORDER)]))],
    ["R the identity, S 0", token(Buffer.concat([identity, little(0n)]))],
    ["R of small order, S 0", token(Buffer.alloc(64))],
  ];
}

/** EMSA-PKCS1-v1_5 (RFC 8017 §9.2) with something wrong in it, signed with the real key. */
function rsa(signature: Buffer, token: MakeToken, input: string, material: KeyMaterial): Attack[] {
  const { privateKeyPem } = material as { privateKeyPem: string };
  const key = createPrivateKey(privateKeyPem);
  const size = signature.length;
  const n = toBigInt(decode(String(createPublicKey(privateKeyPem).export({ format: "jwk" }).n)));
  const digest = (name: string) => createHash(name).update(input).digest();
  const hex = (text: string) => Buffer.from(text, "hex");
  const digestInfo = hex("3031300d060960864801650304020105000420");
  const padded = (content: Buffer, { type = 1, filler = 0xff, lead = 0, end = 0 } = {}) =>
    Buffer.concat([
      Buffer.of(lead, type),
      Buffer.alloc(size - content.length - 3, filler),
      Buffer.of(end),
      content,
    ]);
  const raw = (message: Buffer) => token(privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, message));
  const info = Buffer.concat([digestInfo, digest("sha256")]);
  const garbage = (bytes: number) => Buffer.alloc(bytes, 0xab);
  const shortPadding = (content: Buffer, length: number) =>
    Buffer.concat([
      Buffer.of(0, 1),
      Buffer.alloc(length, 0xff),
      Buffer.of(0),
      content,
      garbage(size - content.length - length - 3),
    ]);
  const number = (value: bigint) => token(bigEndian(value, size));
  return [
    ["garbage after the hash", raw(shortPadding(info, 8))],
    ["no padding at all", raw(shortPadding(info, 0))],
    ["block type 2", raw(padded(info, { type: 2 }))],
    ["block type 0", raw(padded(info, { type: 0 }))],
    ["padding of zeros", raw(padded(info, { filler: 0 }))],
    ["a byte of padding changed", raw(padded(info, { filler: 0xfe }))],
    ["no separator", raw(padded(info, { end: 0xff }))],
    ["the hash alone", raw(padded(digest("sha256")))],
    [
      "no parameters",
      raw(padded(Buffer.concat([hex("302f300b0609608648016503040201"), hex("0420"), digest("sha256")]))),
    ],
    ["long form of a length", raw(padded(Buffer.concat([hex("308131"), info.subarray(2)])))],
    ["indefinite length", raw(padded(Buffer.concat([hex("3080"), info.subarray(2), hex("0000")])))],
    ["a wrong length", raw(padded(Buffer.concat([hex("3032"), info.subarray(2)])))],
    [
      "parameters that are garbage",
      raw(padded(Buffer.concat([hex("3033300f06096086480165030402010502abcd0420"), digest("sha256")]))),
    ],
    ["SHA-1", raw(padded(Buffer.concat([hex("3021300906052b0e03021a05000414"), digest("sha1")])))],
    ["SHA-512", token(sign("sha512", Buffer.from(input), privateKeyPem))],
    [
      "SHA-256 that says SHA-512",
      raw(padded(Buffer.concat([hex("3051300d060960864801650304020305000440"), digest("sha512")]))),
    ],
    [
      "PSS",
      token(
        sign("sha256", Buffer.from(input), { key: privateKeyPem, padding: constants.RSA_PKCS1_PSS_PADDING }),
      ),
    ],
    ...[0n, 1n, 2n, n - 1n, n].map((value): Attack => [`the number ${value % 1_000n}`, number(value)]),
    ["not reduced", token(bigEndian(toBigInt(signature) + n, size + 1))],
  ];
}
