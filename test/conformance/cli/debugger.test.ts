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
/** The first statement of the request's way. */
const STATEMENT = /async function handleRequest\([\s\S]*?\{\s*(const \w+ = [^;]+;)/;

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
    // Miniflare's inspector throws at what it is sent before it has its own connection to the runtime.
    expect((await fetch(gateway.url)).status).toBe(200);
    const debug = await connectDebugger(gateway.inspectorUrl);
    const source = await readFile(SOURCE, "utf8");
    const [, statement = "no statement"] = STATEMENT.exec(source) ?? [];
    const built = (await readFile(scriptPath, "utf8")).split("\n");
    const map = new SourceMap(readInlineMap(built.at(-1) ?? ""));
    const url = await debug.findScript((script) => script.endsWith("/worker.js"));
    const start = built.findIndex((line) => line.includes("async function handleRequest("));
    const lineNumber = built.findIndex((line, at) => at > start && line.includes(statement));
    expect(lineNumber).toBeGreaterThan(start);
    await debug.send("Debugger.setBreakpointByUrl", { url, lineNumber });
    const answer = fetch(new URL("/held?a=1", gateway.url));
    const { location, callFrameId } = await debug.paused();
    const found = map.findEntry(location.lineNumber, location.columnNumber);
    if (!("originalSource" in found)) throw new Error("The line is of no source");
    expect(resolve(folder, found.originalSource)).toBe(SOURCE);
    expect(source.split("\n")[found.originalLine]).toContain(statement);
    const asked = { callFrameId, expression: "request.url" };
    expect(await debug.send("Debugger.evaluateOnCallFrame", asked)).toMatchObject({
      result: { value: expect.stringContaining("/held?a=1") },
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
