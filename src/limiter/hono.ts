// Limits as hono's middleware. It needs nothing of hono but what each middleware is handed.

import type { Check, Limiter } from "./limiter-types.ts";

/** What most checks read. Whoever reads more (`context.get`) says the type of its argument: `(context: Context<Env>) => ...`. */
interface HonoContext {
  res: Response;
  readonly req: {
    readonly raw: Request;
    readonly method: string;
    readonly path: string;
    readonly header: (name: string) => string | undefined;
    readonly query: (name: string) => string | undefined;
  };
}

/** `toCheck` says what a request is counted by; undefined: it is not counted. */
export function limitHono<Context extends HonoContext, Names extends string>(
  limiter: Limiter<Names>,
  toCheck: (context: Context) => Check<Names> | undefined,
): (context: Context, next: () => Promise<void>) => Promise<Response | undefined> {
  return async (context, next) => {
    const check = toCheck(context);
    if (check === undefined) {
      await next();
      return undefined;
    }
    const result = await limiter.check(check);
    const refusal = result.toRefusal();
    if (refusal !== undefined) return refusal;
    await next();
    for (const [name, value] of result.fields) context.res.headers.set(name, value);
    return undefined;
  };
}
