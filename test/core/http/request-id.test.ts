import { describe, expect, test } from "vitest";
import { isRay, RequestIds } from "../../../src/core/http/request-id.ts";

describe("RequestIds", () => {
  test("read() is the ray that Cloudflare gave, with its data centre or without", () => {
    const ids = new RequestIds(() => "isolate");
    for (const ray of ["8f0123456789abcd-AMS", "8f0123456789abcd"]) expect(ids.read(ray)).toBe(ray);
  });

  test("read() gives an id of its own for what is no ray, and none twice", () => {
    const ids = new RequestIds(() => "isolate");
    const strange = [null, "", "mine", "8F0123456789ABCD", "8f0123456789abcd-AMS\n", `8f0123456789abcd"}`];
    const given = strange.map((ray) => ids.read(ray));
    expect(new Set(given).size).toBe(strange.length);
    for (const id of given) expect(id).toMatch(/^isolate-[0-9a-z]+$/);
  });

  test("read() asks for randomness once, and not before it is needed", () => {
    let times = 0;
    const ids = new RequestIds(() => `random${(times += 1)}`);
    ids.read("8f0123456789abcd-AMS");
    expect(times).toBe(0);
    for (let index = 0; index < 5; index += 1) ids.read(null);
    expect(times).toBe(1);
  });
});

test("isRay() tells Cloudflare's ids from the gateway's own", () => {
  const ids = new RequestIds(() => "9f86d081884c7d65");
  expect(["8f0123456789abcd-AMS", "8f0123456789abcd", ids.read(null), ""].map(isRay)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
