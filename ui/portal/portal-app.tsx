// The consumers' page: who has shown no key that the gateway knows signs in, everybody else sees what is theirs.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { readStoredKey, signIn, SignIn, signOut } from "./key-sign-in.tsx";
import { Portal } from "./portal.tsx";

/** The page stands at `/me/ui`, the dashboard at `/ui`. */
export const isPortal = (): boolean => location.pathname.toLowerCase().endsWith("/me/ui");

type State =
  | { readonly kind: "waiting" }
  | { readonly kind: "out"; readonly problem: string | undefined }
  | { readonly kind: "in"; readonly text: string };

export function PortalApp(): JSX.Element {
  const [state, setState] = useState<State>({ kind: "waiting" });
  const leave = (problem?: string): void => {
    signOut();
    setState({ kind: "out", problem });
  };
  const enter = (text: string): void => setState({ kind: "in", text });
  useEffect(() => {
    document.title = "Your limits";
    const stored = readStoredKey();
    if (stored === undefined) leave();
    else
      signIn(stored).then(
        () => enter(stored),
        (error: Error) => setState({ kind: "out", problem: error.message }),
      );
  }, []);
  if (state.kind === "in") return <Portal text={state.text} onLeave={leave} />;
  if (state.kind === "out") return <SignIn problem={state.problem} onEnter={enter} />;
  return <p class="waiting">Signing in …</p>;
}
