// The id of a request, in the log, in problems and in answers: the ray that Cloudflare gave it, or one of the gateway's
// own. What a client calls its request stays a field of the client's (X-Request-Id) and is no id here.

/** A name that no origin sets: an answer may have its origin's X-Request-Id beside it. */
export const REQUEST_ID_FIELD = "X-Gateway-Request-Id";

const RAY = /^[0-9a-f]{16}(?:-[A-Z]{3})?$/;

/** Gives ids that no other isolate gives: a random part, once, and a number. They are no secrets. */
export class RequestIds {
  readonly #toRandom: () => string;
  #isolate = "";
  #count = 0;

  constructor(toRandom: () => string) {
    this.#toRandom = toRandom;
  }

  /** `ray` is the request's CF-Ray. */
  read(ray: string | null): string {
    if (ray !== null && RAY.test(ray)) return ray;
    // Not before the first request: the platform has no random numbers while it loads a Worker.
    if (this.#isolate === "") this.#isolate = this.#toRandom();
    this.#count += 1;
    return `${this.#isolate}-${this.#count.toString(36)}`;
  }
}

/** Whether Cloudflare gave it: on a machine of one's own nobody does. */
export function isRay(requestId: string): boolean {
  return RAY.test(requestId);
}

/** Adds to a problem's body the id of the request that it answers: a body may answer many. */
export function withRequestId(body: string, requestId: string): string {
  return `${body.slice(0, -1)},"requestId":${JSON.stringify(requestId)}}`;
}
