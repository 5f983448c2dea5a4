// Where a claim stands in a token: "sub", "app_metadata.plan", "resource_access['my.api-v2'].roles". A claim whose whole name
// is written so goes first, for names such as "https://example.com/plan" have dots that lead nowhere.

/** What a configuration may write as a claim. */
export const CLAIM = /^[!-~]{1,128}$/;
export const CLAIM_WANTED = 'must be a claim such as "sub", or a path such as "app_metadata.plan"';

export interface ClaimPath {
  readonly text: string;
  /** One where the claim stands at the top. */
  readonly steps: readonly string[];
}

const DEPTH_MAX = 8;
const STEP = /\[(?:"([^"]+)"|'([^']+)')\]|([^.[\]]+)/g;
/** Steps with dots in between, or in brackets. */
const PATH = /^(?:[^.[\]"']+|\[(?:"[^"]+"|'[^']+')\])(?:\.[^.[\]"']+|\[(?:"[^"]+"|'[^']+')\])*$/;

export function parseClaimPath(text: string): ClaimPath {
  const isPath = !text.includes("://") && PATH.test(text);
  const steps = isPath
    ? [...text.matchAll(STEP)].map(([, double, single, plain]) => double ?? single ?? plain ?? "")
    : [text];
  return Object.freeze({ text, steps: Object.freeze(steps.length > DEPTH_MAX ? [text] : steps) });
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
