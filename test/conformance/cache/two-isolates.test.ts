// What passes through one isolate of a data centre and what another has stored or has on its way: changes, and answers that
// come late.

import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { control, statusOf } from "../support/cache-stand.ts";
import { send, type Reply, type RequestOptions } from "../support/client.ts";
import { toConfigSource } from "../support/gateway.ts";
import { type HttpAnswer, startOrigin } from "../support/origin.ts";
import { BOTH, startTwoIsolates } from "../support/two-isolates.ts";
import { until } from "../support/until.ts";

const origin = await startOrigin();
afterAll(origin.close);
const gateway = await startTwoIsolates(
  toConfigSource({ origin: origin.url, policies: {}, routes: [{ path: "/*", cache: {} }] }),
  {},
);
afterAll(gateway.close);

function ask(path: string, options: RequestOptions = {}): Promise<Reply> {
  return send(gateway, path, { ...options, fields: [["Host", "first.example"]] });
}

describe("a change reaches another isolate of the data centre", () => {
  /** In milliseconds. */
  const CHANGE_MS = 1_000;
  const toSecond = (path: string): string => path.replace(BOTH.first, BOTH.second);

  it("within its time, and what is on its way there", async () => {
    const path = `${BOTH.first}changed`;
    origin.serve(path, () => ({
      fields: control("max-age=600"),
      body: `answer ${origin.requests(path).length}`,
    }));
    const inSecond = (): Promise<Reply> => ask(toSecond(path));
    const stored = (await inSecond()).text();
    expect((await inSecond()).text()).toBe(stored);
    expect((await ask(path)).text()).toBe(stored);

    const released = Promise.withResolvers<void>();
    const late = `${BOTH.first}late`;
    origin.serve(late, async () => {
      const time = origin.requests(late).length;
      if (time === 1) await released.promise;
      return { fields: control("max-age=600"), body: `answer ${time}` };
    });
    const early = ask(toSecond(late));
    await until("the request at the origin", () => origin.requests(late).length === 1);

    for (const changed of [path, late]) await ask(changed, { method: "POST" });
    released.resolve();
    expect((await early).text()).toBe("answer 1");
    expect((await ask(path)).text()).not.toBe(stored);
    await wait(CHANGE_MS);
    expect((await inSecond()).text()).not.toBe(stored);
    expect((await ask(toSecond(late))).text()).not.toBe("answer 1");
  });

  it("and a late confirmation there does not put the old fields on a new body", async () => {
    const released = Promise.withResolvers<void>();
    const path = `${BOTH.first}confirmed`;
    const answer = (version: number, age: string): HttpAnswer => ({
      fields: control("max-age=60", ["ETag", `"v${version}"`], ["Age", age]),
      body: `version ${version}`,
    });
    const answers = [
      (): HttpAnswer => answer(1, "60"),
      async (): Promise<HttpAnswer> => {
        await released.promise;
        return { status: 304, fields: answer(1, "0").fields ?? [] };
      },
      (): HttpAnswer => answer(2, "0"),
    ];
    origin.serve(path, async () => (await answers[origin.requests(path).length - 1]?.()) ?? {});
    await ask(path);
    const confirmed = ask(toSecond(path));
    await until("the question at the origin", () => origin.requests(path).length === 2);
    expect((await ask(path)).text()).toBe("version 2");
    await until("version 2 from the store", async () => statusOf(await ask(path))["hit"] === true);
    released.resolve();
    expect((await confirmed).text()).toBe("version 1");
    await wait(100);
    for (const reply of [await ask(path), await ask(toSecond(path))])
      expect([reply.text(), reply.field("ETag"), statusOf(reply)["hit"]]).toEqual([
        "version 2",
        '"v2"',
        true,
      ]);
  });
});

describe("what an isolate holds in memory", () => {
  it("is asked of the store again when it is stale, before the origin is asked: another has refreshed it", async () => {
    const path = `${BOTH.first}refreshed`;
    const inSecond = path.replace(BOTH.first, BOTH.second);
    origin.serve(path, () => ({
      fields: control(origin.requests(path).length === 1 ? "max-age=1" : "max-age=600"),
      body: `answer ${origin.requests(path).length}`,
    }));
    await ask(path);
    for (const each of [path, inSecond])
      await until("a hit", async () => statusOf(await ask(each))["hit"] === true);
    await wait(1_000);
    expect((await ask(path)).text()).toBe("answer 2");
    await until("the new answer in the store", async () => statusOf(await ask(path))["hit"] === true);
    const reply = await ask(inSecond);
    expect([reply.text(), statusOf(reply)["hit"], origin.requests(path).length]).toEqual([
      "answer 2",
      true,
      2,
    ]);
  });

  it("and when it was changed through another: what that one has stored since is found", async () => {
    const path = `${BOTH.first}found`;
    const inSecond = path.replace(BOTH.first, BOTH.second);
    origin.serve(path, () => ({
      fields: control("max-age=600"),
      body: `answer ${origin.requests(path).length}`,
    }));
    await ask(path);
    for (const each of [path, inSecond])
      await until("a hit", async () => statusOf(await ask(each))["hit"] === true);
    await ask(path, { method: "POST" });
    expect((await ask(path)).text()).toBe("answer 3");
    await until("the new answer in the store", async () => statusOf(await ask(path))["hit"] === true);
    await wait(1_000);
    const reply = await ask(inSecond);
    expect([reply.text(), statusOf(reply)["hit"], origin.requests(path).length]).toEqual([
      "answer 3",
      true,
      3,
    ]);
  });
});
