// Tokens as identity providers issue them, with values of our own, and tokens of the same providers that are not for us.

type Claims = Readonly<Record<string, unknown>>;

interface Provider {
  readonly name: string;
  /** The issuer in the configuration. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly claims: Claims;
  readonly identity: {
    readonly consumer: string;
    readonly tier: string | undefined;
    readonly scopes: readonly string[];
  };
  /** What makes the token somebody else's. */
  readonly foreign: Readonly<Record<string, Claims>>;
}

const TIMES = { iat: 1_800_000_000, exp: 1_800_003_600 };

export const providers: readonly Provider[] = [
  {
    name: "Auth0",
    given: {
      preset: "auth0",
      tenant: "acme.eu.auth0.com",
      audience: "https://api.acme.test",
      claims: { tier: "https://acme.test/plan" },
    },
    claims: {
      iss: "https://acme.eu.auth0.com/",
      sub: "auth0|64f",
      aud: ["https://api.acme.test", "https://acme.eu.auth0.com/userinfo"],
      azp: "cl1",
      scope: "openid read:things",
      permissions: ["write:things"],
      "https://acme.test/plan": "pro",
      ...TIMES,
    },
    identity: { consumer: "auth0|64f", tier: "pro", scopes: ["openid", "read:things", "write:things"] },
    foreign: {
      "a token for another API": { aud: "https://other.acme.test" },
      "an ID token": { aud: "cl1" },
      "a token of another tenant": { iss: "https://acme.eu.auth0.com.evil.test/" },
    },
  },
  {
    name: "Clerk",
    given: {
      preset: "clerk",
      tenant: "clerk.acme.test",
      authorizedParties: ["https://app.acme.test"],
      claims: { tier: { claim: "pla", contains: { "o:pro": "pro", "u:pro": "pro" } } },
    },
    claims: {
      v: 2,
      iss: "https://clerk.acme.test",
      sub: "user_1",
      sid: "sess_1",
      azp: "https://app.acme.test",
      fva: [3, -1],
      pla: "u:free,o:pro",
      fea: "o:api",
      o: { id: "org_1", slg: "acme", rol: "admin", per: "read,manage", fpm: "3" },
      jti: "j1",
      nbf: 1_799_999_990,
      ...TIMES,
    },
    identity: { consumer: "user_1", tier: "pro", scopes: [] },
    foreign: {
      "a token of another page": { azp: "https://evil.test" },
      "a token of no page": { azp: undefined },
      "a session that is not complete": { sts: "pending" },
    },
  },
  {
    name: "Cognito",
    given: {
      preset: "cognito",
      tenant: "eu-west-1_AbC",
      authorizedParties: "c1",
      claims: { tier: { claim: "cognito:groups", contains: { pro: "pro" } } },
    },
    claims: {
      iss: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC",
      sub: "u-1",
      client_id: "c1",
      token_use: "access",
      scope: "api/read api/write",
      "cognito:groups": ["pro"],
      username: "u1",
      jti: "j",
      ...TIMES,
    },
    identity: { consumer: "u-1", tier: "pro", scopes: ["api/read", "api/write"] },
    foreign: {
      "an ID token": { token_use: "id", client_id: undefined, aud: "c1" },
      "a token of another client": { client_id: "c2" },
    },
  },
  {
    name: "Supabase",
    given: { preset: "supabase", tenant: "abcd", claims: { tier: "app_metadata.plan", scopes: "role" } },
    claims: {
      iss: "https://abcd.supabase.co/auth/v1",
      aud: "authenticated",
      sub: "0b8e",
      role: "authenticated",
      aal: "aal1",
      session_id: "s1",
      is_anonymous: false,
      app_metadata: { provider: "email", plan: "pro" },
      user_metadata: { plan: "forged" },
      amr: [{ method: "password", timestamp: 1_800_000_000 }],
      ...TIMES,
    },
    identity: { consumer: "0b8e", tier: "pro", scopes: ["authenticated"] },
    foreign: {
      "a token of another project": { iss: "https://efgh.supabase.co/auth/v1" },
      "the anonymous key": { iss: "supabase", ref: "abcd", aud: undefined, sub: undefined },
    },
  },
  {
    name: "Keycloak",
    given: {
      preset: "keycloak",
      tenant: "id.acme.test/realms/main",
      authorizedParties: ["web-app"],
      claims: {
        tier: { claim: "realm_access.roles", contains: { pro: "pro" } },
        scopes: 'resource_access["my.api-v2"].roles',
      },
    },
    claims: {
      iss: "https://id.acme.test/realms/main",
      aud: "account",
      azp: "web-app",
      typ: "Bearer",
      sub: "k1",
      realm_access: { roles: ["offline_access", "pro"] },
      resource_access: { "my.api-v2": { roles: ["writer"] } },
      scope: "email profile",
      ...TIMES,
    },
    identity: { consumer: "k1", tier: "pro", scopes: ["writer"] },
    foreign: {
      "an ID token": { typ: "ID" },
      "a token of another client": { azp: "other-app" },
      "a token of another realm": { iss: "https://id.acme.test/realms/other" },
    },
  },
  {
    name: "Firebase",
    given: { preset: "firebase", tenant: "acme-1", claims: { tier: "plan" } },
    claims: {
      iss: "https://securetoken.google.com/acme-1",
      aud: "acme-1",
      sub: "f1",
      user_id: "f1",
      auth_time: 1_800_000_000,
      plan: "pro",
      firebase: { identities: {}, sign_in_provider: "password" },
      ...TIMES,
    },
    identity: { consumer: "f1", tier: "pro", scopes: [] },
    foreign: {
      "a token of another project": { aud: "acme-2" },
      "a session cookie": { iss: "https://session.firebase.google.com/acme-1" },
    },
  },
  {
    name: "Entra ID",
    given: {
      preset: "entra",
      tenant: "7a00",
      audience: "1100",
      claims: { tier: { claim: "roles", contains: { Gold: "gold" } } },
    },
    claims: {
      ver: "2.0",
      iss: "https://login.microsoftonline.com/7a00/v2.0",
      tid: "7a00",
      aud: "1100",
      azp: "2200",
      oid: "3300",
      sub: "pw",
      scp: "Things.Read Things.Write",
      roles: ["Gold"],
      nbf: 1_800_000_000,
      ...TIMES,
    },
    identity: { consumer: "3300", tier: "gold", scopes: ["Things.Read", "Things.Write", "Gold"] },
    foreign: {
      "a token of another tenant": { iss: "https://login.microsoftonline.com/8b00/v2.0" },
      "a token for another API": { aud: "9900" },
    },
  },
  {
    name: "Entra ID, version 1",
    given: { preset: "entra-v1", tenant: "7a00", audience: "api://things" },
    claims: {
      ver: "1.0",
      iss: "https://sts.windows.net/7a00/",
      aud: "api://things",
      appid: "2200",
      oid: "3300",
      scp: "Things.Read",
      ...TIMES,
    },
    identity: { consumer: "3300", tier: undefined, scopes: ["Things.Read"] },
    foreign: { "a token of version 2": { iss: "https://login.microsoftonline.com/7a00/v2.0" } },
  },
  {
    name: "Okta",
    given: {
      preset: "okta",
      tenant: "acme.okta.com/oauth2/default",
      audience: "api://default",
      authorizedParties: "0oa1",
      claims: { consumer: "uid", tier: { claim: "groups", contains: { pro: "pro" } } },
    },
    claims: {
      ver: 1,
      iss: "https://acme.okta.com/oauth2/default",
      aud: "api://default",
      cid: "0oa1",
      uid: "00u1",
      sub: "a@b.test",
      scp: ["openid", "things.read"],
      groups: ["pro"],
      ...TIMES,
    },
    identity: { consumer: "00u1", tier: "pro", scopes: ["openid", "things.read"] },
    foreign: {
      "a token of another client": { cid: "0oa2" },
      "an ID token": { aud: "0oa1" },
    },
  },
  {
    name: "WorkOS",
    given: {
      preset: "workos",
      tenant: "client_01",
      claims: { tier: { claim: "entitlements", contains: { pro: "pro" } } },
    },
    claims: {
      iss: "https://api.workos.com/user_management/client_01",
      sub: "user_1",
      org_id: "org_1",
      role: "member",
      permissions: ["things:read"],
      entitlements: ["pro"],
      sid: "session_1",
      jti: "j",
      ...TIMES,
    },
    identity: { consumer: "user_1", tier: "pro", scopes: ["things:read"] },
    foreign: { "a token of another client": { iss: "https://api.workos.com/user_management/client_02" } },
  },
];
