// Alerts: what fires, and whether the channels can be reached.

import type { AlertsAnswer, ShownAlerts, TestedChannel } from "../core/alerts/alert-messages.ts";
import { ALERTS_NAME } from "../platform/bindings.ts";
import { integer, text, toItemsSchema, toListSchema, toObjectSchema, yesOrNo } from "./json-schemas.ts";
import { type AdminControls, defineOperation, type Operation } from "./operation.ts";
import { toJson, toProblem } from "./problem.ts";
import type { JsonSchema } from "./to-schema.ts";

/** A test waits for every receiver, five seconds at most. */
const TIMEOUT_MS = 10_000;

const NONE: ShownAlerts = { alerts: [], channels: [] };

const alertsAnswer = (): JsonSchema =>
  toObjectSchema({
    rules: { type: "integer", description: "Of the configuration: without any, no alert is sent" },
    alerts: toListSchema(
      toObjectSchema(
        {
          condition: text,
          state: text,
          labels: { type: "object" },
          summary: text,
          sinceMs: { type: "integer", description: "Epoch milliseconds" },
          endedMs: { type: "integer", description: "Epoch milliseconds, of one that is resolved" },
        },
        ["endedMs"],
      ),
    ),
    channels: toListSchema(
      toObjectSchema({ channel: text, waiting: integer, sent: integer, failed: integer }),
    ),
  });

const testAnswer = (): JsonSchema =>
  toItemsSchema(toObjectSchema({ channel: text, isSent: yesOrNo, detail: text }));

export const alertOperations: readonly Operation[] = [
  defineOperation({
    name: "alerts.list",
    method: "GET",
    path: "/alerts",
    summary: "The alerts that are pending, fire or are over, and what became of the messages to each channel",
    answer: alertsAnswer,
    handle: async ({ controls }) => {
      await controls.learn();
      const rules = controls.config().alerts.length;
      const shown = rules === 0 ? NONE : await ask<ShownAlerts>(async () => toObject(controls).show());
      if (shown === undefined) return toProblem(503, "alerts-unavailable");
      return toJson(200, { rules, ...shown } satisfies AlertsAnswer);
    },
  }),
  defineOperation({
    name: "alerts.test",
    method: "POST",
    path: "/alerts/test",
    summary: "Sends a test message to every channel of the configuration, and says what came of it",
    answer: testAnswer,
    handle: async ({ controls }) => {
      await controls.learn();
      const { name, alerts } = controls.config();
      const items = await ask<readonly TestedChannel[]>(async () => toObject(controls).test(name, alerts));
      return items === undefined ? toProblem(503, "alerts-unavailable") : toJson(200, { items });
    },
  }),
];

const toObject = ({ bindings }: AdminControls): ReturnType<typeof bindings.ALERTS.getByName> =>
  bindings.ALERTS.getByName(ALERTS_NAME);

/** undefined: it did not answer. `Value` is the plain value that comes: the platform's RPC types make promises of members. */
async function ask<Value>(asking: () => Promise<unknown>): Promise<Value | undefined> {
  const late = scheduler.wait(TIMEOUT_MS).then(() => undefined);
  try {
    return (await Promise.race([asking(), late])) as Value | undefined;
  } catch {
    return undefined;
  }
}
