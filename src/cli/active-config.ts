// What holds at run time beside the configuration file: said by `npm start`, `npm run dev`, `npm run deploy` and the config
// commands, so that a file which has no effect is never so in silence.

import { isDeepStrictEqual } from "node:util";
import { showFile } from "../core/control/deployed-file.ts";
import { CommandFailure } from "./headgate/exit-codes.ts";
import { createApi } from "./headgate/api.ts";
import { type GatewayAddress, readGatewayAddress, type Variables } from "./headgate/gateway-address.ts";
import { toSafeText } from "./headgate/print-safely.ts";
import { type Item, toCell, toItem, toItems, toTime } from "./headgate/table.ts";
import { loadConfig } from "./load-config.ts";

const TIMEOUT_MS = 10_000;
const CHANGES_SHOWN = 10;

/** Of a gateway that serves: undefined where its file is active and no version has been ended by it. */
export async function describeActive(address: GatewayAddress, file: string): Promise<string | undefined> {
  return describeSafely(async () => {
    const { body } = await createApi(address, TIMEOUT_MS).ask("GET", "/config");
    return describe(toItem(body), file);
  });
}

/** What a deploy of this file does to what was pushed to the gateway of HEADGATE_URL; undefined: nothing was. */
export async function describeDeploy(variables: Variables, file: string): Promise<string | undefined> {
  return describeSafely(async () => {
    const api = createApi(readGatewayAddress(undefined, variables), TIMEOUT_MS);
    const active = toItem((await api.ask("GET", "/config")).body);
    if (active["isFile"] === true) return describe(active, file);
    const deployed = toItem((await api.ask("GET", "/config/versions/0")).body)["config"];
    const isSame = isDeepStrictEqual(showFile(await loadConfig(file)), deployed);
    if (isSame) return describe(active, file);
    return `This deploy ends ${toPushed(active)}: ${file} has changed since. ${toWayBack(active)}${toChanges(active)}`;
  });
}

function describe(active: Item, file: string): string | undefined {
  if (active["isSuperseded"] === true)
    return `${file} has changed since ${toPushed(active)}, and is active instead. ${toWayBack(active)}`;
  if (active["isFile"] === true) return undefined;
  return `${file} is not active: ${toPushed(active)}, is, until the file changes or \`npx headgate config rollback 0\` ends it.${toChanges(active)}`;
}

/** Whoever starts or deploys goes on: what cannot be read is said. */
async function describeSafely(describing: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await describing();
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return `What was pushed at run time cannot be read: ${error.message}`;
  }
}

/** "configuration version 3, pushed 2026-12-04T18:00:00Z by ADMIN_TOKEN (more for everybody)" */
function toPushed({ version, createdAtMs, who, reason }: Item): string {
  const why = reason === undefined ? "" : ` (${toSafeText(reason)})`;
  return `configuration version ${toSafeText(version)}, pushed ${toSafeText(toTime(createdAtMs))} by ${toSafeText(who)}${why}`;
}

function toWayBack({ version }: Item): string {
  return `\`npx headgate config rollback ${toSafeText(version)}\` activates that again.`;
}

function toChanges({ changes }: Item): string {
  const all = toItems(changes);
  if (all.length === 0) return " It says the same as the file.";
  const shown = all.slice(0, CHANGES_SHOWN);
  const lines = shown.map(
    ({ path, before, after }) =>
      `\n  ${toSafeText(path)}: ${toCell(before)} in the file, ${toCell(after)} pushed`,
  );
  const left = all.length - shown.length;
  return ` It differs in${lines.join("")}${left > 0 ? `\n  and ${left} more: npx headgate config show` : ""}`;
}
