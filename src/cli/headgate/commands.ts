// Every command, the one list: the parser, --help and the table of docs/cli.md have them from here.

import type { Command } from "./command.ts";
import { accessCommands } from "./commands/access.ts";
import { alertCommands } from "./commands/alerts.ts";
import { banCommands } from "./commands/bans.ts";
import { check } from "./commands/check.ts";
import { configCommands } from "./commands/config.ts";
import { createCompletion } from "./commands/completion.ts";
import { consumer } from "./commands/consumer.ts";
import { counterCommands } from "./commands/counters.ts";
import { docs } from "./commands/docs.ts";
import { explain } from "./commands/explain.ts";
import { gatewayCommands } from "./commands/gateway.ts";
import { keysImport } from "./commands/keys-import.ts";
import { keyCommands } from "./commands/keys.ts";
import { overrideCommands } from "./commands/overrides.ts";
import { projectCommands } from "./commands/project.ts";
import { purgeCommands } from "./commands/purge.ts";
import { requestCommands } from "./commands/requests.ts";
import { simulate } from "./commands/simulate.ts";
import { statsCommands } from "./commands/stats.ts";
import { suggest } from "./commands/suggest.ts";
import { suspects } from "./commands/suspects.ts";
import { test } from "./commands/test.ts";
import { tokenCommands } from "./commands/tokens.ts";
import { top } from "./commands/top.ts";
import { why } from "./commands/why.ts";

export const commands: readonly Command[] = [
  ...projectCommands,
  check,
  docs,
  ...gatewayCommands,
  explain,
  consumer,
  why,
  simulate,
  suggest,
  test,
  ...alertCommands,
  top,
  suspects,
  ...statsCommands,
  ...counterCommands,
  ...keyCommands,
  keysImport,
  ...overrideCommands,
  ...requestCommands,
  ...banCommands,
  ...accessCommands,
  ...configCommands,
  ...tokenCommands,
  ...purgeCommands,
  createCompletion(() => commands),
];
