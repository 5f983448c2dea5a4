// The names that an issuer's tokens have in `iss`. A provider of many tenants has one for each, with a place that another
// claim of the token fills ("https://login.example/{tid}/v2.0").

export interface IssuerName {
  readonly text: string;
  /** undefined: the text is the whole name. */
  readonly tenant: { readonly before: string; readonly claim: string; readonly after: string } | undefined;
}

const TENANT = /^([^{}]+)\{(\w{1,64})\}([^{}]*)$/;
/** No slash: it would be a place elsewhere in the issuer's URL. */
const TENANT_NAME = /^[\w.-]{1,128}$/;

export function toIssuerName(text: string): IssuerName {
  const [, before, claim, after = ""] = TENANT.exec(text) ?? [];
  return { text, tenant: before === undefined || claim === undefined ? undefined : { before, claim, after } };
}

/** Whether a token of these claims, once verified, is of this name; `iss` is what it says. */
export function isIssuedBy({ text, tenant }: IssuerName, claims: Readonly<Record<string, unknown>>): boolean {
  const { iss } = claims;
  if (tenant === undefined) return iss === text;
  const { before, claim, after } = tenant;
  const filling = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  return typeof filling === "string" && TENANT_NAME.test(filling) && iss === `${before}${filling}${after}`;
}
