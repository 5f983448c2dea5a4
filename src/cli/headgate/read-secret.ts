// A credential that a command is given: as an argument, or better from the standard input, where no other process of the
// machine sees it.

import { text } from "node:stream/consumers";
import { toUsageFailure } from "./exit-codes.ts";

export async function readSecret(given: string | undefined): Promise<string | undefined> {
  if (given !== "-") return given;
  const read = (await text(process.stdin)).trim();
  if (read !== "") return read;
  throw toUsageFailure("--credential=- reads the standard input, and there was nothing in it");
}
