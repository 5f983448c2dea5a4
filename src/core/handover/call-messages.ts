// Messages between gateways and the objects that keep calls. Plain values only.

type Fields = readonly (readonly [name: string, value: string])[];

/** A request as it goes on when there is quota. */
export interface KeptRequest {
  readonly method: string;
  /** Without a credential of the gateway's. */
  readonly url: string;
  /** Likewise. */
  readonly fields: Fields;
  readonly body: Uint8Array | undefined;
  /** Where the client is, as the platform said. */
  readonly place: Readonly<Record<string, string | number>>;
  /** What is known of its caller: plain values, which only the gateway reads. */
  readonly admission: unknown;
}

export interface HandedCall {
  readonly id: string;
  /** Whose it is: only they get the answer. */
  readonly owner: string;
  /** The name of the route that it came by. */
  readonly route: string;
  readonly request: KeptRequest;
  /** How long it waits for quota, and how long its answer is kept. */
  readonly waitMs: number;
  readonly keepMs: number;
  /** How many its owner may have. */
  readonly most: number;
  readonly answerBytesMax: number;
  readonly deliver: { readonly url: string; readonly secret: string } | undefined;
}

/** "full": its caller has as many as it may, or the object has. */
export type Taking = "taken" | "full";

/** What a run of a call came to. */
export interface RunResult {
  readonly status: number;
  readonly fields: Fields;
  /** undefined: it is longer than it may be. */
  readonly body: Uint8Array | undefined;
  /** There was no quota, and nothing was done. */
  readonly limited?: { readonly retryAfterMs: number | undefined } | undefined;
}

export interface KeptAnswer extends Omit<RunResult, "limited"> {
  readonly kind: "answered";
}

/** "lost": it was sent, and nobody knows what came of it. */
export type CallView =
  | { readonly kind: "waiting"; readonly againMs: number }
  | { readonly kind: "lost" }
  | KeptAnswer;

/** "sent": it cannot be taken back any more, and its answer is still to come. */
export type Cancelling = "cancelled" | "sent" | undefined;
