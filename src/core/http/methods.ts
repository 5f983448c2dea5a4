// The methods that requests can have. The platform answers every other one with 501 itself, a method in lower case too
// (RFC 9110 section 9.1: methods are case-sensitive).

import * as v from "valibot";

export const METHODS = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "PURGE",
  "QUERY",
  "SEARCH",
  "REPORT",
  "COPY",
  "MOVE",
  "LOCK",
  "UNLOCK",
  "MKCOL",
  "PROPFIND",
  "PROPPATCH",
  "ACL",
  "CHECKOUT",
  "MERGE",
  "MKACTIVITY",
  "MSEARCH",
  "NOTIFY",
  "SUBSCRIBE",
  "UNSUBSCRIBE",
  "BAN",
] as const;

/**
 * Answered by the gateway itself, with 405: they send a request back to whoever asked, and would show what only the gateway
 * and the origin see.
 */
export const REFUSED_METHODS: ReadonlySet<string> = new Set(["TRACE", "TRACK", "CONNECT"]);

/** How people write "every method". */
const EVERY = /^(?:any|all|\*|)$/i;

/** One method, as the configuration names it. */
export const methodName = v.lazy((given): v.GenericSchema<string, string> => {
  if (typeof given === "string" && EVERY.test(given))
    return refuseBecause('must be a method such as "GET"; leave methods out for every method');
  if (typeof given === "string" && REFUSED_METHODS.has(given))
    return refuseBecause(
      "must be a method that reaches a route: the gateway answers this one itself, with 405",
    );
  return v.picklist(METHODS, 'must be a method in upper case, such as "GET"');
});

function refuseBecause(wanted: string): v.GenericSchema<string, string> {
  return v.custom<string>(() => false, wanted);
}
