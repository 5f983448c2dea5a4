// `npm run site`: the documents as a small static site in dist/site, to be opened from there or put on any host.

import { resolve } from "node:path";
import { runCommand } from "../src/cli/command-error.ts";
import { writeSite } from "./site/write-site.ts";

await runCommand(async () => {
  const folder = resolve("dist/site");
  const count = await writeSite(folder);
  console.log(`Wrote ${count} pages: open ${resolve(folder, "index.html")}`);
});
