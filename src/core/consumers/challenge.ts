// The WWW-Authenticate field of a rejection (RFC 6750 section 3): the error, and what would help.

import type { ProblemCode } from "../http/problems.ts";

const ERRORS: Readonly<Partial<Record<ProblemCode, string>>> = {
  "credential-several": "invalid_request",
  "credential-invalid": "invalid_token",
  "credential-expired": "invalid_token",
  "scope-missing": "insufficient_scope",
};

/**
 * The challenge; undefined where the rejection is not about the credential. Without one no error is named (section
 * 3.1).
 */
export function toChallenge(
  code: ProblemCode,
  { name, scopes }: { readonly name: string; readonly scopes: readonly string[] },
): string | undefined {
  const error = ERRORS[code];
  if (error === undefined && code !== "credential-missing") return undefined;
  let challenge = `Bearer realm="${name}"`;
  if (error !== undefined) challenge += `, error="${error}"`;
  if (code === "credential-expired") challenge += ', error_description="The credential has expired"';
  if (scopes.length > 0 && (code === "scope-missing" || code === "credential-missing"))
    challenge += `, scope="${scopes.join(" ")}"`;
  return challenge;
}
