// API keys that were made elsewhere, imported by the command line into a real gateway: they open, with their consumer, tier
// and end; what is wrong is said by its line; a second import makes nothing.

import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin } from "../support/admin.ts";
import { newAddress, send, type Reply } from "../support/client.ts";
import { createCalls, createProgram, type Ended } from "../support/command-line.ts";
import { newFolder } from "../support/gateway.ts";
import { startStand } from "../support/stand.ts";

const deployed = {
  counters: { shards: 1 },
  auth: { apiKeys: { format: "any", prefix: "acme_live" }, attempts: { limit: 100_000, window: "1m" } },
  policies: { plan: { algorithm: "token-bucket", limit: 100, window: "1h", key: "consumer" } },
  tiers: { pro: { plan: { limit: 1_000 } } },
  routes: [{ path: "/*", auth: "required", policies: ["plan"], scopes: [] }],
};
const { gateway, origin } = await startStand(deployed, { vars: { ADMIN_TOKEN } });
const headgate = createCalls(gateway);
const program = createProgram(gateway);
const folder = await newFolder();

const toHash = (text: string): string => createHash("sha256").update(text).digest("hex");

async function importFile(name: string, content: string): Promise<Ended> {
  const file = join(folder, name);
  await writeFile(file, content);
  return headgate(["keys", "import", file]);
}

function show(key: string): Promise<Reply> {
  return send(gateway, "/", { ip: newAddress(), fields: [["X-API-Key", key]] });
}

describe("keys import", () => {
  it("takes thousands of hashes in one go, and each opens", async () => {
    const texts = Array.from({ length: 5_000 }, (_, index) => `legacy-${index}-of-elsewhere`);
    const lines = texts.map((text, index) =>
      JSON.stringify({
        hash: toHash(text),
        consumer: `customer-${index}`,
        tier: index % 2 ? "pro" : undefined,
      }),
    );
    const { code, out } = await importFile("keys.jsonl", lines.join("\n"));
    expect([code, out.trim()]).toEqual([0, "5000 imported, 0 there already, 0 refused"]);
    const reply = await show("legacy-4999-of-elsewhere");
    expect([reply.status, reply.field("X-RateLimit-Limit")]).toEqual([200, "1000"]);
    expect(origin.requests("/").at(-1)?.field("X-Consumer")).toBe("customer-4999");
    expect((await show("legacy-0-of-elsewhere")).field("X-RateLimit-Limit")).toBe("100");
    expect((await show("legacy-5000-of-elsewhere")).status).toBe(401);
    const again = await importFile("again.jsonl", lines.slice(0, 700).join("\n"));
    expect(again.out.trim()).toBe("0 imported, 700 there already, 0 refused");
  });

  it("takes CSV with texts, which it hashes itself, and bearers open with them as well", async () => {
    const csv = [
      "key,consumer,tier,scopes,expires,enabled",
      'sk_live_51Hxxxxxxxxxxxxxxxxxxxx,"Acme, Inc.",pro,read;write,2999-01-31,true',
      "old-key-of-bob,bob,,,,false",
      "old-key-of-eve,eve,,,2020-01-31,",
    ].join("\r\n");
    const { out } = await importFile("keys.csv", csv);
    expect(out.split("\n")[0]).toBe("2 imported, 0 there already, 1 refused");
    // What has ended opens nothing.
    expect(out).toMatch(/line 4: expiresAtMs/);
    const fields = [["Authorization", "Bearer sk_live_51Hxxxxxxxxxxxxxxxxxxxx"]] as const;
    expect((await send(gateway, "/", { ip: newAddress(), fields })).status).toBe(200);
    expect((await show("old-key-of-bob")).json()["code"]).toBe("credential-invalid");
    const listed = (await headgate(["keys", "list", "--limit", "10000", "--json"])).out;
    expect(listed).toContain("sk_l");
    expect(listed).not.toContain("sk_live_51H");
    const audit = JSON.stringify((await askAdmin(gateway, "GET", "/audit")).json());
    expect(audit).toContain("keys.import");
    expect(audit).not.toContain("sk_live");
  });

  it("says of each line that it refuses what is wrong with it, and takes the others", async () => {
    const lines = [
      JSON.stringify({ key: "a-key-that-is-right", consumer: "right" }),
      "no JSON at all",
      JSON.stringify({ consumer: "without a key" }),
      JSON.stringify({ hash: "abc", consumer: "short" }),
      JSON.stringify({ key: "another-right-key", consumer: "right", tier: "por" }),
      JSON.stringify({ key: "yet-another-key", consumer: "" }),
      JSON.stringify({ key: "and-another-key", consumer: "right", colour: "red" }),
      JSON.stringify({ key: "a-key-with-an-end", consumer: "right", expires: "soon" }),
    ];
    const { code, out } = await importFile("damaged.jsonl", lines.join("\n"));
    expect(code).toBe(1);
    const [summary, ...refused] = out.trim().split("\n");
    expect(summary).toBe("1 imported, 0 there already, 7 refused");
    expect(refused.map((line) => line.split(":")[0])).toEqual(
      [2, 3, 4, 5, 6, 7, 8].map((line) => `line ${line}`),
    );
    expect(refused.join("\n")).toMatch(/did you mean "pro"/);
    expect(refused.join("\n")).toMatch(/64 hexadecimal digits/);
    expect((await show("a-key-that-is-right")).status).toBe(200);
  });

  it("sends no text that stands in another place than its own", async () => {
    const text = "sk_live_51Hnobody-else-may-see-this";
    const lines = [
      { hash: text, consumer: "a" },
      { hash: toHash("another"), consumer: "b", prefix: text },
      { hash: toHash("another"), consumer: "c", token: text },
      { key: text, hash: toHash("another"), consumer: "d" },
    ];
    const path = "/__headgate/v1/key-imports";
    origin.serve(path, () => ({
      fields: [["content-type", "application/json"]],
      body: JSON.stringify({ imported: 1, known: 0, refused: [] }),
    }));
    const file = join(folder, "misplaced.jsonl");
    await writeFile(
      file,
      [...lines, { key: text, consumer: "e" }].map((line) => JSON.stringify(line)).join("\n"),
    );
    const { out, err } = await createCalls(origin)(["keys", "import", file]);
    const seen = origin.requests(path).map(({ body }) => body().toString());
    expect(out.split("\n")[0]).toBe("1 imported, 0 there already, 4 refused");
    expect(seen).toHaveLength(1);
    expect(seen.join("")).toContain(toHash(text));
    expect(seen.join("") + out + err).not.toContain("nobody-else-may-see-this");
    const body = { keys: lines.slice(0, 2) };
    const answer = (await askAdmin(gateway, "POST", "/key-imports", { body })).text();
    expect(answer).toContain("must be the SHA-256 of the key's whole text");
    expect(answer).not.toContain("nobody-else-may-see-this");
  });

  it("refuses what is no file of keys, and a gateway that would not look them up", async () => {
    expect((await importFile("keys.txt", "one\ntwo\n")).err).toMatch(
      /neither lines of JSON nor a first line of names/,
    );
    expect((await headgate(["keys", "import", join(folder, "none")])).err).toMatch(/Cannot read/);
    const pushed = { ...deployed, origin: origin.url, auth: { apiKeys: { format: "headgate" } } };
    expect(
      (await askAdmin(gateway, "PUT", "/config", { body: { config: pushed, reason: "test" }, ifMatch: "*" }))
        .status,
    ).toBe(200);
    const line = JSON.stringify({ key: "of-another-form", consumer: "late" });
    const refused = await importFile("late.jsonl", line);
    expect(refused.err).toMatch(/auth\.apiKeys\.format/);
    await askAdmin(gateway, "POST", "/config/rollback", {
      body: { version: 0, reason: "test" },
      ifMatch: "*",
    });
  });
});

describe("imported keys", () => {
  const bearer = (key: string, ip: string): Promise<Reply> =>
    send(gateway, "/", { ip, fields: [["Authorization", `Bearer ${key}`]] });

  it("may have dots as a token has", async () => {
    const line = JSON.stringify({ key: "SG.of-another.provider", consumer: "dotted" });
    expect((await importFile("dots.jsonl", line)).code).toBe(0);
    expect((await bearer("SG.of-another.provider", newAddress())).status).toBe(200);
    expect((await bearer("SG.of-another.provided", newAddress())).status).toBe(401);
  });

  it("come in batches of a size that is taken, however much each says", async () => {
    const metadata = Object.fromEntries(
      Array.from({ length: 16 }, (_, index) => [`about-${index}`, "a lot to say ".repeat(38)]),
    );
    const lines = Array.from({ length: 300 }, (_, index) =>
      JSON.stringify({ hash: toHash(`wordy-${index}`), consumer: "wordy", metadata }),
    );
    const endless = JSON.stringify({ key: "an-endless-key", consumer: "x".repeat(600_000) });
    const { out } = await importFile("wordy.jsonl", [endless, ...lines].join("\n"));
    expect(out.trim().split("\n")).toEqual([
      "300 imported, 0 there already, 1 refused",
      "line 1: says more than a key may",
    ]);
    expect((await show("wordy-299")).status).toBe(200);
  });

  it("are one key where a text comes twice, also where it was made here", async () => {
    const made = (await headgate(["keys", "create", "made", "--key-only"])).out.trim();
    const lines = [
      { key: made, consumer: "thief" },
      { hash: toHash("a-text-that-comes-twice").toUpperCase(), consumer: "first" },
      { key: "a-text-that-comes-twice", consumer: "second" },
    ];
    const { out } = await importFile("twice.jsonl", lines.map((line) => JSON.stringify(line)).join("\n"));
    expect(out.trim()).toBe("1 imported, 2 there already, 0 refused");
    const seen = [];
    for (const key of [made, "a-text-that-comes-twice"]) {
      await show(key);
      seen.push(origin.requests("/").at(-1)?.field("X-Consumer"));
    }
    expect(seen).toEqual(["made", "first"]);
  });
});

describe("a prefix of one's own", () => {
  it("begins the keys that are made, and they open", async () => {
    const { code, out } = await program(["keys", "create", "acme", "--key-only"]);
    expect([code, out]).toEqual([0, expect.stringMatching(/^acme_live_\w{8}_\w{43}\n$/)]);
    expect((await show(out.trim())).status).toBe(200);
  });
});
