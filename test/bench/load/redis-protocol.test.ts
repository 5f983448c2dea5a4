import { describe, expect, test } from "vitest";
import { readReply, ReplyError, toCommandText } from "../../../bench/load/redis-protocol.ts";

describe("toCommandText()", () => {
  test("counts bytes, not characters", () => {
    expect(toCommandText(["SET", "clé", ""])).toBe("*3\r\n$3\r\nSET\r\n$4\r\ncl\u00c3\u00a9\r\n$0\r\n\r\n");
  });
});

describe("readReply()", () => {
  test.each([
    ["a status", "+OK\r\n", "OK"],
    ["an error", "-NOSCRIPT No matching script.\r\n", new ReplyError("NOSCRIPT No matching script.")],
    ["a number", ":-3\r\n", -3],
    ["a text with a line's end inside", "$4\r\na\r\nb\r\n", "a\r\nb"],
    ["a text of several bytes a character", "$4\r\ncl\u00c3\u00a9\r\n", "clé"],
    ["no text", "$-1\r\n", null],
    ["no array", "*-1\r\n", null],
    ["arrays in an array", "*3\r\n:1\r\n*1\r\n$1\r\na\r\n*0\r\n", [1, ["a"], []]],
  ])("reads %s, and waits for all of it", (_what, text, reply) => {
    expect(readReply(text)).toEqual({ reply, end: text.length });
    for (let length = 0; length < text.length; length += 1)
      expect(readReply(text.slice(0, length))).toBeUndefined();
  });

  test("begins where the last reply ended", () => {
    expect(readReply("+OK\r\n:7\r\n", 5)).toEqual({ reply: 7, end: 9 });
  });

  test("throws at what is no reply", () => {
    expect(() => readReply("HTTP/1.1 400\r\n")).toThrow(/not a reply of Redis/);
  });
});
