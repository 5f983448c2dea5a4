// What the tokens of known identity providers look like: whose they say they are, where their keys are, and which claims
// have what. A preset is a start: whatever an issuer of the configuration says itself goes first.
// Sources: the providers' documentation and verifiers, as of November 2026.

export interface PresetIssuer {
  readonly issuer: string | readonly string[];
  readonly jwks: string;
  readonly algorithms: readonly string[];
  readonly audience?: readonly string[];
  /** Its keys are those of one client alone: a token that they verify is for nobody else. */
  readonly anyAudience?: true;
  readonly claims?: Readonly<Record<string, string | readonly string[]>>;
  readonly requires?: Readonly<Record<string, string>>;
  readonly refuses?: Readonly<Record<string, string>>;
}

export interface Preset {
  /** What `tenant` is, with an example. */
  readonly wanted: string;
  readonly pattern: RegExp;
  readonly toIssuer: (tenant: string) => PresetIssuer;
}

const DOMAIN = /^[a-z0-9][a-z0-9.-]*\.[a-z]{2,}$/;
const HOST_AND_PATH = /^[a-z0-9][a-z0-9.-]*(?::\d+)?(?:\/[\w.~-]+)+$/i;
const ID = /^[\w-]{1,128}$/;
const RS256 = ["RS256"];

/** Any tenant of Entra's is one of "organizations"; with "common", personal accounts are, too. */
const toPlace = (tenant: string): string =>
  tenant === "organizations" || tenant === "common" ? "{tid}" : tenant;

export const presets = {
  auth0: {
    wanted: 'the domain, such as "acme.eu.auth0.com"',
    pattern: DOMAIN,
    toIssuer: (tenant) => ({
      issuer: `https://${tenant}/`,
      jwks: `https://${tenant}/.well-known/jwks.json`,
      algorithms: RS256,
      claims: { scopes: ["scope", "permissions"] },
    }),
  },
  clerk: {
    wanted: 'the frontend API\'s domain, such as "clerk.example.com"',
    pattern: DOMAIN,
    toIssuer: (tenant) => ({
      issuer: `https://${tenant}`,
      jwks: `https://${tenant}/.well-known/jwks.json`,
      algorithms: RS256,
      // A session that has yet to choose an organisation, or to set up a second factor.
      refuses: { sts: "pending" },
    }),
  },
  cognito: {
    wanted: 'the user pool\'s id, such as "eu-west-1_AbCdEfGhI"',
    pattern: /^[a-z]{2}(?:-[a-z]+)+-\d_\w{1,55}$/,
    toIssuer: (tenant) => {
      const issuer = `https://cognito-idp.${tenant.split("_", 1)[0] ?? ""}.amazonaws.com/${tenant}`;
      // An ID token is for the client, and says nothing of what may be called.
      const requires = { token_use: "access" };
      return { issuer, jwks: `${issuer}/.well-known/jwks.json`, algorithms: RS256, requires };
    },
  },
  supabase: {
    wanted: 'the project\'s reference, such as "abcdefghijklmnopqrst"',
    pattern: ID,
    toIssuer: (tenant) => {
      const issuer = `https://${tenant}.supabase.co/auth/v1`;
      return {
        issuer,
        jwks: `${issuer}/.well-known/jwks.json`,
        algorithms: ["ES256", "RS256"],
        // The same for every project: the issuer tells them apart.
        audience: ["authenticated"],
      };
    },
  },
  keycloak: {
    wanted: 'host and realm, such as "id.example.com/realms/main"',
    pattern: HOST_AND_PATH,
    toIssuer: (tenant) => ({
      issuer: `https://${tenant}`,
      jwks: `https://${tenant}/protocol/openid-connect/certs`,
      algorithms: RS256,
      requires: { typ: "Bearer" },
    }),
  },
  firebase: {
    wanted: 'the project\'s id, such as "acme-1"',
    pattern: ID,
    toIssuer: (tenant) => ({
      issuer: `https://securetoken.google.com/${tenant}`,
      jwks: "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
      algorithms: RS256,
      audience: [tenant],
    }),
  },
  entra: {
    wanted: 'the tenant\'s id, such as "72f988bf-86f1-41af-91ab-2d7cd011db47", or "organizations" for any',
    pattern: ID,
    toIssuer: (tenant) => ({
      issuer: `https://login.microsoftonline.com/${toPlace(tenant)}/v2.0`,
      jwks: `https://login.microsoftonline.com/${tenant}/discovery/v2.0/keys`,
      algorithms: RS256,
      // `sub` is another one for each application. What an application may do for itself is in `roles`.
      claims: { consumer: "oid", scopes: ["scp", "roles"] },
    }),
  },
  "entra-v1": {
    wanted: 'the tenant\'s id, such as "72f988bf-86f1-41af-91ab-2d7cd011db47", or "organizations" for any',
    pattern: ID,
    toIssuer: (tenant) => ({
      issuer: `https://sts.windows.net/${toPlace(tenant)}/`,
      jwks: `https://login.microsoftonline.com/${tenant}/discovery/keys`,
      algorithms: RS256,
      claims: { consumer: "oid", scopes: ["scp", "roles"] },
    }),
  },
  okta: {
    wanted: 'domain and authorization server, such as "acme.okta.com/oauth2/default"',
    pattern: HOST_AND_PATH,
    toIssuer: (tenant) => ({
      issuer: `https://${tenant}`,
      jwks: `https://${tenant}/v1/keys`,
      algorithms: RS256,
      claims: { scopes: "scp" },
    }),
  },
  workos: {
    wanted: 'the client\'s id, such as "client_01ABC"',
    pattern: ID,
    toIssuer: (tenant) => ({
      issuer: [`https://api.workos.com/user_management/${tenant}`, "https://api.workos.com"],
      jwks: `https://api.workos.com/sso/jwks/${tenant}`,
      algorithms: RS256,
      anyAudience: true,
      claims: { scopes: "permissions" },
    }),
  },
} as const satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof presets;
