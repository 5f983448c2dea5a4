// The first thing that a reader without a token sees. The token is kept for this tab alone, and sent to nobody but the
// gateway that the page came from.

import type { JSX } from "preact";
import { type ApiError, createAsk } from "./api.ts";
import { SignInForm } from "./sign-in-form.tsx";

export interface Session {
  readonly token: string;
  /** Whether the token also changes limits. */
  readonly canChange: boolean;
  /** Whether it also sends test messages to those who are told of alerts. */
  readonly canTest: boolean;
}

const STORED = "headgate-token";

/** A token in the address (`npm start` prints one) goes from there into this tab's storage. */
export function readStoredToken(): string | undefined {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given !== null) {
    sessionStorage.setItem(STORED, given);
    history.replaceState(undefined, "", location.pathname);
  }
  return sessionStorage.getItem(STORED) ?? undefined;
}

const REFUSALS: Readonly<Record<string, string>> = {
  unauthorized: "The gateway does not know this token.",
  "token-scope-missing": "This token may not look: it needs the scope read.",
  "too-many-failures": "Too many wrong tokens from this address: wait a minute, then try again.",
};

/** Resolves once the gateway has taken the token; rejects with what to tell its reader. */
export async function signIn(token: string): Promise<Session> {
  try {
    const { scopes } = await createAsk(token)<{ readonly scopes: readonly string[] }>("health");
    sessionStorage.setItem(STORED, token);
    return { token, canChange: scopes.includes("limits"), canTest: scopes.includes("config") };
  } catch (error) {
    const { code, message } = error as ApiError;
    if (code === "unauthorized") signOut();
    throw new Error(REFUSALS[code] ?? message, { cause: error });
  }
}

export function signOut(): void {
  sessionStorage.removeItem(STORED);
}

interface SignInProps {
  readonly problem: string | undefined;
  readonly onSession: (session: Session) => void;
}

export function SignIn({ problem, onSession }: SignInProps): JSX.Element {
  const hint = (
    <>
      <code>ADMIN_TOKEN</code> shows and changes, <code>ADMIN_READ_TOKEN</code> shows. The token stays in this
      tab.
    </>
  );
  return (
    <SignInForm
      title="Headgate"
      about="What this gateway does, as it happens."
      name="token"
      label="Admin or read token"
      hint={hint}
      problem={problem}
      onEnter={async (token) => {
        onSession(await signIn(token));
      }}
    />
  );
}
