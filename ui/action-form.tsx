// A form that does something at the gateway, and then says what became of it.

import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { ApiError } from "./api.ts";

interface ActionFormProps {
  readonly verb: string;
  readonly children: ComponentChildren;
  /** Resolves with what became of it. */
  readonly run: (form: FormData) => Promise<string>;
}

export function ActionForm({ verb, children, run }: ActionFormProps): JSX.Element {
  const [told, tell] = useState<{ readonly text: string; readonly isDone: boolean } | undefined>();
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    try {
      tell({ text: await run(new FormData(event.currentTarget as HTMLFormElement)), isDone: true });
    } catch (error) {
      tell({ text: (error as ApiError).message, isDone: false });
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      {children}
      <p role="status" class={told?.isDone === false ? "problem" : "done"}>
        {told?.text}
      </p>
      <button type="submit" class="main" disabled={told?.isDone}>
        {verb}
      </button>
    </form>
  );
}
