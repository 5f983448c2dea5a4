// A constant 429 with the fields and the body of Headgate's, after the URL and the fields were read: the least that a flood
// costs whoever must know whom it denies.

const BODY = JSON.stringify({
  type: "https://github.com/headgate/headgate/blob/main/docs/errors.md#rate-limited",
  title: "Too many requests",
  status: 429,
  code: "rate-limited",
  violated: ["per-client"],
});

export default {
  fetch(request: Request): Response {
    const { pathname, search } = new URL(request.url);
    const fields = new Map<string, string>();
    for (const [name, value] of request.headers) fields.set(name, value);
    // Never: but the runtime cannot know, and so reads both.
    if (pathname === "" && search === "" && fields.size === 0) return new Response(null, { status: 400 });
    return new Response(BODY, {
      status: 429,
      headers: {
        "content-type": "application/problem+json",
        "cache-control": "no-store",
        "retry-after": "1",
        "ratelimit-policy": '"per-client";q=600;w=60',
        ratelimit: '"per-client";r=0;t=1',
        "x-ratelimit-limit": "600",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": String(Math.ceil(Date.now() / 1_000)),
        "x-gateway-request-id": crypto.randomUUID(),
      },
    });
  },
};
