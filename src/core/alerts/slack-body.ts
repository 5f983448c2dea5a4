// A message for a Slack incoming webhook: a line an alert, and the same as plain text for notifications.
// Source: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks

import type { Notice } from "./alert-book.ts";
import type { Message } from "./mailbox.ts";

const LINES_MAX = 10;
/** Of a section's text Slack takes 3,000 characters. */
const LINE_LENGTH_MAX = 250;

export function toSlackBody({ notices, more }: Message, name: string): string {
  const rest = Math.max(0, notices.length - LINES_MAX) + more;
  const lines = notices.slice(0, LINES_MAX).map(toLine);
  const text = [`*${escape(name)}*`, ...lines, ...(rest > 0 ? [`and ${rest} more`] : [])].join("\n");
  return JSON.stringify({ text, blocks: [{ type: "section", text: { type: "mrkdwn", text } }] });
}

function toLine({ status, condition, summary }: Notice): string {
  const mark = status === "firing" ? ":rotating_light:" : ":white_check_mark: resolved:";
  return `${mark} \`${condition}\` ${escape(summary.slice(0, LINE_LENGTH_MAX))}`;
}

/** The three characters that Slack reads as its own. */
function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
