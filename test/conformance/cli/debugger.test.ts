// A debugger at a gateway that was built for it, as an editor would use one: a breakpoint in the TypeScript source holds a
// request, whose values have their names.

import { readFile, rm, writeFile } from "node:fs/promises";
import { SourceMap } from "node:module";
import { join, resolve } from "node:path";
import { afterAll, expect, it } from "vitest";
import { buildWorker } from "../../../src/cli/build-worker.ts";
import { serveWorker } from "../../../src/cli/serve-worker.ts";
import { newFolder, toConfigSource } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";
import { connectDebugger } from "../support/debugger.ts";

const SOURCE = resolve(import.meta.dirname, "../../../src/gateway/handle-request.ts");
const TEXT = "const route = matchRoute(config.routes, parsed.value);";

const origin = await startOrigin();
afterAll(origin.close);
const folder = await newFolder();
afterAll(() => rm(folder, { recursive: true, force: true }));

it("stops a request at a line of its source, and shows what is there by name", async () => {
  const [configPath, scriptPath] = [join(folder, "headgate.config.ts"), join(folder, "worker.js")];
  await writeFile(configPath, toConfigSource({ origin: origin.url, policies: {}, routes: [{ path: "/*" }] }));
  await buildWorker({ configPath, outFile: scriptPath, isForDebugger: true });
  const gateway = await serveWorker({ scriptPath, port: 0, inspectorPort: 0, vars: {} });
  try {
    const debug = await connectDebugger(gateway.inspectorUrl);
    const built = (await readFile(scriptPath, "utf8")).split("\n");
    const map = new SourceMap(readInlineMap(built.at(-1) ?? ""));
    const url = await debug.findScript((script) => script.endsWith("/worker.js"));
    await debug.send("Debugger.setBreakpointByUrl", {
      url,
      lineNumber: built.findIndex((line) => line.includes(TEXT)),
    });
    const answer = fetch(new URL("/held?a=1", gateway.url));
    const { location, callFrameId } = await debug.paused();
    const found = map.findEntry(location.lineNumber, location.columnNumber);
    if (!("originalSource" in found)) throw new Error("The line is of no source");
    const lines = (await readFile(SOURCE, "utf8")).split("\n");
    expect(resolve(folder, found.originalSource)).toBe(SOURCE);
    expect(lines[found.originalLine]).toContain(TEXT);
    const asked = { callFrameId, expression: "parsed.value.canonicalPath" };
    expect(await debug.send("Debugger.evaluateOnCallFrame", asked)).toMatchObject({
      result: { value: "/held" },
    });
    await debug.send("Debugger.resume");
    expect((await answer).status).toBe(200);
    debug.close();
  } finally {
    await gateway.close();
  }
});

/** Every editor reads it without asking for another file. */
function readInlineMap(line: string): ConstructorParameters<typeof SourceMap>[0] {
  const [, base64 = ""] = /^\/\/# sourceMappingURL=data:.*;base64,(.+)$/.exec(line) ?? [];
  return JSON.parse(Buffer.from(base64, "base64").toString()) as ConstructorParameters<typeof SourceMap>[0];
}
