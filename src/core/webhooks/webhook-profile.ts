// What one kind of sender signs, and how: its webhooks are verified over their raw bytes, before anything is read from them.

/** A request as profiles see it. */
export interface WebhookRequest {
  /** Of a name in lower case. */
  readonly field: (name: string) => string | undefined;
  readonly query: (name: string) => string | undefined;
}

/** What a request says of its own signature. All senders here sign a text and then the body, by HMAC-SHA256. */
export interface SignatureClaim {
  /** What is signed before the body. */
  readonly before: string;
  /** Any of them may be right: secrets are changed. */
  readonly signatures: readonly Uint8Array[];
  /** When it was signed, by the sender's clock; undefined: the sender does not say. */
  readonly atMs: number | undefined;
}

export interface WebhookProfile {
  /** undefined where there is no signature that can be read. */
  readonly readClaim: (request: WebhookRequest) => SignatureClaim | undefined;
  /** What the sender calls the event, however often it sends it; undefined: the signed bytes are its name. */
  readonly readId: (request: WebhookRequest, body: unknown) => unknown;
  /** The key as the sender makes it of the secret; a text is its UTF-8. undefined: no sender has such a secret. */
  readonly toKey?: (secret: string) => Uint8Array | undefined;
  /** The text that proves, to a sender that asks, that this is the receiver: signed like every webhook. */
  readonly readChallenge?: (body: unknown) => unknown;
  /** Fields that go on to listeners begin so, beside Content-Type and User-Agent. */
  readonly fields: readonly string[];
  /** A sender that asks by GET whether this is the receiver, with a word that both know. */
  readonly asksByGet?: true;
}

const SIGNATURES_MAX = 8;
const SHA256_BYTES = 32;

/** Those of the texts that are a SHA-256 in hexadecimal. */
export function fromHex(texts: readonly string[]): readonly Uint8Array[] {
  return toSignatures(texts, (text) => Uint8Array.fromHex(text));
}

export function fromBase64(texts: readonly string[]): readonly Uint8Array[] {
  return toSignatures(texts, (text) => Uint8Array.fromBase64(text));
}

function toSignatures(texts: readonly string[], decode: (text: string) => Uint8Array): readonly Uint8Array[] {
  return texts.slice(0, SIGNATURES_MAX).flatMap((text) => {
    try {
      const bytes = decode(text);
      return bytes.length === SHA256_BYTES ? [bytes] : [];
    } catch {
      return [];
    }
  });
}

/** Epoch seconds as senders write them. */
export function readSeconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) * 1_000 : undefined;
}

/** A member of what may be an object. */
export function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
