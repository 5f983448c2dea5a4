// Signing in to the portal with an API key or a token. It is kept for this tab alone, and sent to nobody but the gateway that
// the page came from, in a field and never in a cookie.

import type { JSX } from "preact";
import { type ApiError, createAsk } from "../api.ts";
import { SignInForm } from "../sign-in-form.tsx";

const STORED = "headgate-key";

export const readStoredKey = (): string | undefined => sessionStorage.getItem(STORED) ?? undefined;

export function signOut(): void {
  sessionStorage.removeItem(STORED);
}

const REFUSALS: Readonly<Record<string, string>> = {
  "credential-invalid": "The gateway does not know this key.",
  "credential-expired": "This key has expired.",
  "too-many-calls": "Too many questions at once: wait a moment, then try again.",
};

/** Resolves once the gateway has taken it; rejects with what to tell its reader. */
export async function signIn(text: string): Promise<void> {
  try {
    await createAsk(text)("../me");
    sessionStorage.setItem(STORED, text);
  } catch (error) {
    const { code, message, status } = error as ApiError;
    if (status === 401) signOut();
    throw new Error(REFUSALS[code] ?? message, { cause: error });
  }
}

interface SignInProps {
  readonly problem: string | undefined;
  readonly onEnter: (text: string) => void;
}

export function SignIn({ problem, onEnter }: SignInProps): JSX.Element {
  const enter = async (text: string): Promise<void> => {
    await signIn(text);
    onEnter(text);
  };
  return (
    <SignInForm
      title="Your limits"
      about={`What is used and left of them, and your API keys at ${location.host}.`}
      name="key"
      label="API key"
      hint="The key stays in this tab."
      problem={problem}
      onEnter={enter}
    />
  );
}
