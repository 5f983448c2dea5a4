// The form of whoever signs in, with a token or a key: one secret, asked of the gateway before it is taken.

import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { readText } from "./read-text.ts";

interface SignInFormProps {
  readonly title: string;
  readonly about: string;
  /** Of the field, in the page and for who keeps passwords. */
  readonly name: string;
  readonly label: string;
  readonly hint: ComponentChildren;
  readonly problem: string | undefined;
  /** Rejects with what to tell the reader. */
  readonly onEnter: (secret: string) => Promise<void>;
}

export function SignInForm(props: SignInFormProps): JSX.Element {
  const { title, about, name, label, hint, problem, onEnter } = props;
  const [told, tell] = useState(problem);
  const [isAsking, setAsking] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setAsking(true);
    // What was said of another one is not said of this one.
    tell(undefined);
    try {
      await onEnter(readText(event, name).trim());
    } catch (error) {
      tell((error as Error).message);
      setAsking(false);
    }
  };
  return (
    <main class="sign-in">
      <form onSubmit={(event) => void submit(event)}>
        <h1>{title}</h1>
        <p>{about}</p>
        {/* Nobody types it: by it a browser that keeps the secret tells it from that of another page of this host. */}
        <input name="username" type="text" autocomplete="username" value={label} readonly hidden />
        <label for={name}>{label}</label>
        <input
          id={name}
          name={name}
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
        <p class="hint">{hint}</p>
      </form>
    </main>
  );
}
