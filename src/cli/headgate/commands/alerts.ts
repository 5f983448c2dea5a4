// What alerts there are, and whether those who are told of them can be reached.

import type { Command, Said } from "../command.ts";
import { type Item, toItem, toItems, toTable, toTime } from "../table.ts";

export const alertCommands: readonly Command[] = [
  {
    name: "alerts list",
    summary: "the alerts that are pending, fire or are over, and what became of the messages to each channel",
    examples: ["alerts list"],
    run: async (_given, { api }) => {
      const { body } = await api().ask("GET", "/alerts");
      const { alerts, channels } = toItem(body);
      return {
        json: body,
        text: () => `${toAlertTable(toItems(alerts))}\n\n${toChannelTable(toItems(channels))}`,
      };
    },
  },
  {
    name: "alerts test",
    summary: "sends a test message to every channel of the configuration",
    examples: ["alerts test"],
    run: async (_given, { api }): Promise<Said> => {
      const { body } = await api().ask("POST", "/alerts/test");
      const items = toItems(toItem(body)["items"]);
      const isRefusal = items.some(({ isSent }) => isSent !== true);
      return { json: body, text: () => toTestTable(items), isRefusal };
    },
  },
];

const toAlertTable = (alerts: readonly Item[]): string =>
  toTable(
    [
      ["state", ({ state }) => state],
      ["since", ({ sinceMs }) => toTime(sinceMs)],
      ["until", ({ endedMs }) => toTime(endedMs)],
      ["condition", ({ condition }) => condition],
      ["summary", ({ summary }) => summary],
    ],
    alerts,
  );

const toChannelTable = (channels: readonly Item[]): string =>
  toTable(
    [
      ["channel", ({ channel }) => channel],
      ["sent", ({ sent }) => sent],
      ["waiting", ({ waiting }) => waiting],
      ["failed", ({ failed }) => failed],
    ],
    channels,
  );

const toTestTable = (items: readonly Item[]): string =>
  toTable(
    [
      ["channel", ({ channel }) => channel],
      ["sent", ({ isSent }) => (isSent === true ? "yes" : "no")],
      ["answer", ({ detail }) => detail],
    ],
    items,
  );
