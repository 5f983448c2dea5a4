// The entry of both pages, the operators' dashboard and the consumers' portal: which of them it is says the address. Who has
// no token that the gateway knows signs in to the dashboard, everybody else sees the figures.

import { type JSX, render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Dashboard } from "./dashboard.tsx";
import { isPortal, PortalApp } from "./portal/portal-app.tsx";
import { readStoredToken, type Session, SignIn, signIn, signOut } from "./sign-in.tsx";

type State =
  | { readonly kind: "waiting" }
  | { readonly kind: "out"; readonly problem: string | undefined }
  | { readonly kind: "in"; readonly session: Session };

function App(): JSX.Element {
  const [state, setState] = useState<State>({ kind: "waiting" });
  const leave = (problem?: string): void => {
    signOut();
    setState({ kind: "out", problem });
  };
  useEffect(() => {
    const token = readStoredToken();
    if (token === undefined) {
      leave();
      return;
    }
    signIn(token).then(
      (session) => setState({ kind: "in", session }),
      (error: Error) => setState({ kind: "out", problem: error.message }),
    );
  }, []);
  if (state.kind === "in") return <Dashboard session={state.session} onLeave={leave} />;
  if (state.kind === "out")
    return <SignIn problem={state.problem} onSession={(session) => setState({ kind: "in", session })} />;
  return <p class="waiting">Signing in …</p>;
}

const root = document.querySelector("#app");
if (root !== null) render(isPortal() ? <PortalApp /> : <App />, root);
