// What can be the text of an issuer's key, where a deployment's variable holds it: who asks before a token comes is told of
// a key that no token can be verified by.

/** RFC 7518 section 3.2: an HMAC's secret has at least as many bits as its hash. */
const SECRET_BYTES_MIN: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 };
/** RFC 7468 section 13. */
const PEM = /^\s*-----BEGIN PUBLIC KEY-----([\sA-Za-z0-9+/=]+)-----END PUBLIC KEY-----\s*$/;

export function isLongEnough(secretBytes: number, algorithms: readonly string[]): boolean {
  return algorithms.every((name) => secretBytes >= (SECRET_BYTES_MIN[name] ?? Infinity));
}

/** The base64 of a public key's PEM text; undefined: it is none. A variable may have its line ends written out. */
export function readPem(text: string): string | undefined {
  return PEM.exec(text.replaceAll("\\n", "\n"))?.[1];
}
