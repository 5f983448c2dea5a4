import { describe, expect, test } from "vitest";
import { toListenerText, toQueueName } from "../../../src/core/webhooks/listeners.ts";
import { toConfig, toInput, toProblems } from "../config/config-input.ts";

const deliver = ["https://a.example/hook"];
const inRoute = (webhook: object, route: object = {}): ReturnType<typeof toInput> =>
  toInput({ routes: [{ path: "/hooks", webhook, ...route }] });

describe("a route's webhook", () => {
  test("is complete with a profile, a secret and somebody to tell", () => {
    const [route] = toConfig(inRoute({ profile: "github", secret: "GH_SECRET", deliver })).routes;
    expect(route?.webhook).toEqual({
      profile: "github",
      secret: "GH_SECRET",
      tolerance: 300_000,
      bodyBytesMax: 262_144,
      purge: { tags: [], paths: [] },
      deliver,
    });
    expect([...(route?.methods ?? [])]).toEqual(["POST"]);
  });

  test("delivers to queues beside URLs", () => {
    const listeners = [...deliver, { queue: "EVENTS" }, { queue: "COPIES" }];
    const [route] = toConfig(inRoute({ profile: "github", secret: "S", deliver: listeners })).routes;
    expect(route?.webhook?.deliver).toEqual(listeners);
    expect(listeners.map(toListenerText)).toEqual([...deliver, "queue:EVENTS", "queue:COPIES"]);
    expect(listeners.map(toListenerText).map(toQueueName)).toEqual([undefined, "EVENTS", "COPIES"]);
  });

  test("answers a GET where its sender asks by one", () => {
    const webhook = { profile: "facebook", secret: "FB_APP_SECRET", verifyToken: "FB_VERIFY", deliver };
    expect([...(toConfig(inRoute(webhook)).routes[0]?.methods ?? [])]).toEqual(["GET", "POST"]);
  });

  test.each<[string, object, object, string]>([
    [
      "does nothing",
      { profile: "github", secret: "S" },
      {},
      "routes.0.webhook: must purge or deliver something",
    ],
    [
      "has an origin",
      { profile: "github", secret: "S", deliver },
      { cache: {} },
      "routes.0.cache: can have no effect beside webhook, which no origin answers",
    ],
    [
      "lacks its word",
      { profile: "facebook", secret: "S", deliver },
      {},
      "routes.0.webhook.verifyToken: is required: facebook asks by it whether this is the receiver",
    ],
    [
      "has a word that nobody asks for",
      { profile: "slack", secret: "S", verifyToken: "V", deliver },
      {},
      'routes.0.webhook.verifyToken: is for "facebook" alone',
    ],
    [
      "changes its secret to itself",
      { profile: "slack", secret: "S", next: "S", deliver },
      {},
      "routes.0.webhook.next: must be another secret than secret",
    ],
    [
      "tells somebody twice",
      { profile: "slack", secret: "S", deliver: [...deliver, ...deliver] },
      {},
      "routes.0.webhook.deliver: must name each listener once",
    ],
    [
      "fills a queue twice",
      { profile: "slack", secret: "S", deliver: [{ queue: "EVENTS" }, { queue: "EVENTS" }] },
      {},
      "routes.0.webhook.deliver: must name each listener once",
    ],
    [
      "names a queue as no binding is named",
      { profile: "slack", secret: "S", deliver: [{ queue: "my-queue" }] },
      {},
      'routes.0.webhook.deliver.0.queue: must be the name of a queue\'s binding such as "EVENTS", received "my-queue"',
    ],
    [
      "writes a queue as it is stored",
      { profile: "slack", secret: "S", deliver: ["queue:EVENTS"] },
      {},
      'routes.0.webhook.deliver.0: must be an https URL (http on the loopback address), or a queue such as { queue: "EVENTS" }, received "queue:EVENTS"',
    ],
  ])("that %s is refused", (_, webhook, route, problem) => {
    expect(toProblems(inRoute(webhook, route))).toEqual([`${problem} [invalid]`]);
  });
});
