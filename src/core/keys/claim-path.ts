// Where a claim stands in a token: "sub", "app_metadata.plan", "resource_access['my.api-v2'].roles". A claim whose whole name
// is written so goes first, for names such as "https://example.com/plan" have dots that lead nowhere.

/** A URL, whose dots are its own; else steps with dots in between, those with dots of their own in brackets. */
export const CLAIM =
  /^(?=.{1,128}$)(?!\.)(?:[a-z][a-z0-9+.-]*:\/\/[!-~]+|(?:(?:^|\.)[!#-&(-\-/-Z\\^-~]+|\["[!#-~]+"\]|\['[!-&(-~]+'\])+)$/;
export const CLAIM_WANTED = 'must be a claim such as "sub", or a path such as "app_metadata.plan"';

export interface ClaimPath {
  readonly text: string;
  /** One where the claim stands at the top. */
  readonly steps: readonly string[];
}

const STEP = /\[(?:"([^"]+)"|'([^']+)')\]|([^.[\]]+)/g;

/** `text` is like CLAIM. */
export function parseClaimPath(text: string): ClaimPath {
  const steps = text.includes("://")
    ? [text]
    : [...text.matchAll(STEP)].map(([, double, single, plain]) => double ?? single ?? plain ?? "");
  return Object.freeze({ text, steps: Object.freeze(steps) });
}

type Claims = Readonly<Record<string, unknown>>;

/** The claim's value, whatever it is; undefined where there is none. */
export function findClaim(claims: Claims, { text, steps }: ClaimPath): unknown {
  if (Object.hasOwn(claims, text)) return claims[text];
  if (steps.length === 1 && steps[0] === text) return undefined;
  let found: unknown = claims;
  for (const step of steps) {
    if (typeof found !== "object" || found === null || Array.isArray(found) || !Object.hasOwn(found, step))
      return undefined;
    found = (found as Claims)[step];
  }
  return found;
}

/** A claim that is one plain value, as text. */
export function readClaim(claims: Claims, path: ClaimPath): string | undefined {
  const value = findClaim(claims, path);
  if (typeof value === "string") return value;
  return typeof value === "boolean" || Number.isFinite(value) ? String(value) : undefined;
}

/** The texts that a claim has: of a list, or of a text with spaces or commas in between. */
export function readClaimTexts(claims: Claims, path: ClaimPath, separator: RegExp): readonly string[] {
  const value = findClaim(claims, path);
  const given: readonly unknown[] =
    typeof value === "string" ? value.split(separator) : Array.isArray(value) ? value : [];
  return given.filter((text): text is string => typeof text === "string" && text !== "");
}
