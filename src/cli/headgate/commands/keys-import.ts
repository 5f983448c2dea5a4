// Imports API keys that were made elsewhere, in batches, and says of each line that is refused what is wrong with it.

import type { Command } from "../command.ts";
import { type KeyLine, readKeysFile } from "../read-keys-file.ts";
import { toItem, toItems } from "../table.ts";
import { forceOption, toForce } from "./entries.ts";

const BATCH_KEYS = 500;
/** Less than the admin API takes at once. */
const BATCH_BYTES = 400_000;
/** More than any key may say: the API would refuse all that comes with it. */
const KEY_BYTES_MAX = 65_536;

interface Refused {
  readonly line: number;
  readonly problem: string;
}

export const keysImport: Command = {
  name: "keys import",
  summary: "imports API keys that were made elsewhere, by their SHA-256; what is there already stays",
  arguments: [{ name: "file" }],
  options: { force: forceOption },
  examples: ["keys import keys.csv", "keys import keys.jsonl"],
  run: async (given, { api }) => {
    const lines = await readKeysFile(given.argument(0));
    const asked = api();
    const right = lines.filter(isSendable);
    const refused: Refused[] = lines
      .filter((line) => !isSendable(line))
      .map(({ line, problem = "says more than a key may" }) => ({ line, problem }));
    let imported = 0;
    let known = 0;
    for (const batch of toBatches(right)) {
      const body = { keys: batch.map(({ key }) => key), ...toForce(given) };
      const report = toItem((await asked.ask("POST", "/key-imports", { body })).body);
      imported += Number(report["imported"]);
      known += Number(report["known"]);
      refused.push(...toItems(report["refused"]).map((one) => toRefused(one, batch)));
    }
    const sorted = refused.toSorted((one, other) => one.line - other.line);
    return {
      json: { imported, known, refused: sorted },
      text: () =>
        [
          `${imported} imported, ${known} there already, ${sorted.length} refused`,
          ...sorted.map(({ line, problem }) => `line ${line}: ${problem}`),
        ].join("\n"),
      isRefusal: sorted.length > 0,
    };
  },
};

const isSendable = (line: KeyLine): boolean => line.key !== undefined && toBytes(line) <= KEY_BYTES_MAX;

/** As many keys as one request takes: by their number, and by how much they say. */
function toBatches(lines: readonly KeyLine[]): readonly (readonly KeyLine[])[] {
  const batches: KeyLine[][] = [];
  let batch: KeyLine[] = [];
  let bytes = Infinity;
  for (const line of lines) {
    const more = toBytes(line);
    if (batch.length === BATCH_KEYS || bytes + more > BATCH_BYTES) {
      batch = [];
      batches.push(batch);
      bytes = 0;
    }
    batch.push(line);
    bytes += more;
  }
  return batches;
}

const toBytes = ({ key }: KeyLine): number => Buffer.byteLength(JSON.stringify(key));

function toRefused(one: ReturnType<typeof toItem>, batch: readonly KeyLine[]): Refused {
  const problems = toItems(one["problems"]).map(({ path, message }) =>
    path === "" ? String(message) : `${String(path)} ${String(message)}`,
  );
  return { line: batch[Number(one["index"])]?.line ?? 0, problem: problems.join("; ") };
}
