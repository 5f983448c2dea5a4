// Signing in to the portal with an API key or a token. It is kept for this tab alone, and sent to nobody but the gateway that
// the page came from, in a field and never in a cookie.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type ApiError, createAsk } from "../api.ts";
import { readText } from "../read-text.ts";

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
  const [told, tell] = useState(problem);
  const [isAsking, setAsking] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const text = readText(event, "key").trim();
    setAsking(true);
    tell(undefined);
    try {
      await signIn(text);
      onEnter(text);
    } catch (error) {
      tell((error as Error).message);
      setAsking(false);
    }
  };
  return (
    <main class="sign-in">
      <form onSubmit={(event) => void submit(event)}>
        <h1>Your limits</h1>
        <p>What is used and left of them, and your API keys at {location.host}.</p>
        <label for="key">API key</label>
        <input
          id="key"
          name="key"
          type="password"
          autocomplete="current-password"
          required
          aria-describedby="told"
        />
        <p id="told" class="problem" role="alert">
          {told}
        </p>
        <button type="submit" class="main" disabled={isAsking}>
          Sign in
        </button>
        <p class="hint">The key stays in this tab.</p>
      </form>
    </main>
  );
}
