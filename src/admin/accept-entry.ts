// What is taken of an entry that an operator asks for: nothing that can have no effect under the configuration that is
// active here, unless it is forced, and then with a warning.

import { checkEntry, type Vain } from "../core/control/check-entry.ts";
import type { AskedBody, EntryBody, EntryKind } from "../core/control/entries.ts";
import { err, ok, type Problem, type Result } from "../core/result.ts";
import { readClock } from "../platform/clock.ts";
import type { AdminControls } from "./operation.ts";
import { toInvalidBody, toProblem } from "./problem.ts";

export interface Accepted<Kind extends EntryKind> {
  readonly body: EntryBody<Kind>;
  readonly warnings: readonly Problem[];
}

/** What is stored, or the refusal. */
export async function acceptEntry<Kind extends EntryKind>(
  kind: Kind,
  asked: AskedBody<Kind>,
  controls: AdminControls,
): Promise<Result<Accepted<Kind>, Response>> {
  const { force, ...body } = asked as AskedBody<Kind> & { readonly force?: true };
  await controls.learn();
  const nowMs = readClock();
  const hasDenials = controls.access()?.at(nowMs)?.deny !== undefined;
  const stored = body as unknown as EntryBody<Kind>;
  const found = checkEntry(kind, stored, { config: controls.config(), nowMs, hasDenials });
  const refusal = toRefusal(found, force === true);
  return refusal === undefined ? ok({ body: stored, warnings: found.map(toProblemOf) }) : err(refusal);
}

/** undefined where nothing is refused. */
export function toRefusal(found: readonly Vain[], isForced: boolean): Response | undefined {
  const wrong = found.filter(({ severity }) => severity === "wrong");
  const vain = isForced ? [] : found.filter(({ severity }) => severity === "vain");
  if (wrong.length + vain.length === 0) return undefined;
  const problems = [...wrong, ...vain].map(toProblemOf);
  return wrong.length > 0 ? toInvalidBody(problems) : toProblem(400, "no-effect", { problems });
}

function toProblemOf({ path, code, message }: Vain): Problem {
  return { path, code, message };
}

/** As a member of an answer; none where there are none. */
export function toWarnings(warnings: readonly Problem[]): { readonly warnings?: readonly Problem[] } {
  return warnings.length === 0 ? {} : { warnings };
}
