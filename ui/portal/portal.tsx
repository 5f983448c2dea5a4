// What a consumer sees: its limits with what is left, what is going to change, its use, its keys and its requests.

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { ShownConsumer } from "../../src/core/portal/portal-answer.ts";
import { createAsk } from "../api.ts";
import { toClock } from "../format.ts";
import { usePolled } from "../use-polled.ts";
import { Keys } from "./keys.tsx";
import { Limits } from "./limits.tsx";
import { Requests } from "./requests.tsx";
import { Usage } from "./usage.tsx";

interface PortalProps {
  readonly text: string;
  readonly onLeave: (problem?: string) => void;
}

const EVERY_MS = 10_000;

export function Portal({ text, onLeave }: PortalProps): JSX.Element {
  const ask = useMemo(() => createAsk(text), [text]);
  const polled = usePolled({ ask: () => ask<ShownConsumer>("../me"), everyMs: EVERY_MS, about: "" });
  const { value, atMs, problem } = polled;
  const isLost = problem?.status === 401;
  useEffect(() => {
    if (isLost) onLeave("The gateway does not know this key any more.");
  }, [isLost]);
  const isOld = problem !== undefined;
  return (
    <>
      <header>
        <h1>Your limits</h1>
        <span class="host">
          {value === undefined ? location.host : `${value.consumer} at ${location.host}`}
        </span>
        {value?.tier === undefined ? undefined : <span class="badge good">{value.tier}</span>}
        <span class={isOld ? "age old" : "age"}>
          <i aria-hidden="true" />
          {atMs === undefined ? "asking" : `${isOld ? "old, of" : "live,"} ${toClock(atMs)}`}
        </span>
        <button type="button" onClick={() => onLeave()}>
          Sign out
        </button>
      </header>
      <div role="alert">
        {isOld ? <p class="banner">The gateway cannot be asked. {problem.message}</p> : undefined}
      </div>
      {value === undefined ? undefined : (
        <main class="board">
          <Section name="Limits">
            <Limits consumer={value} />
          </Section>
          <Section name="Use">
            <Usage usage={value.usage} />
          </Section>
          <Section name="API keys">
            <Keys ask={ask} consumer={value} />
          </Section>
          <Section name="A higher limit">
            <Requests ask={ask} limits={value.limits} />
          </Section>
        </main>
      )}
    </>
  );
}

function Section({
  name,
  children,
}: {
  readonly name: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <section aria-label={name}>
      <h2>{name}</h2>
      <div class="card">{children}</div>
    </section>
  );
}
