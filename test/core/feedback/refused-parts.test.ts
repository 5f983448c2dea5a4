import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { facebookGraph } from "../../../src/core/feedback/profiles/facebook-graph.ts";
import { type SentCall, toResend } from "../../../src/core/feedback/refused-parts.ts";
import { toRuns } from "../../property-runs.ts";

const rules = facebookGraph.parts;
if (rules === undefined) throw new Error("the profile reads batches");

const FORM = "application/x-www-form-urlencoded";
const toCall = (text: string, given: Partial<SentCall> = {}): SentCall => ({
  text,
  contentType: "application/json",
  search: "",
  header: () => undefined,
  ...given,
});
const get = (url: string): object => ({ method: "GET", relative_url: url });
const served = (body: string): object => ({ code: 200, headers: [], body });
const toRefused = (code: number, status = 400, subcode?: number): object => ({
  code: status,
  headers: [],
  body: JSON.stringify({ error: { code, error_subcode: subcode } }),
});

/** What is sent again, and what a second answer makes of the first. */
function play(
  call: SentCall,
  first: string,
  second: string,
): { sent?: string; spliced?: string | undefined } {
  const refused = rules?.findRefused(JSON.parse(first), 0) ?? [];
  const resend = rules && toResend(call, { text: first, refused, rules });
  return resend === undefined ? {} : { sent: resend.body, spliced: resend.splice(second) };
}

describe("the calls of a Graph batch that are refused", () => {
  it.each<[string, object | null, boolean]>([
    ["4, of the app", toRefused(4), true],
    ["17, of the user, in a 403", toRefused(17, 403), true],
    ["613 and 32 and 341", toRefused(613), true],
    ["80004, of a business", toRefused(80_004), true],
    ["so many changes of one kind", toRefused(17, 400, 1_885_172), false],
    ["100, the caller's own error", toRefused(100), false],
    ["4 in a 200", toRefused(4, 200), false],
    ["null", null, false],
  ])("%s", (_, one, isRefused) => {
    expect(rules.findRefused([served("{}"), one], 0)).toEqual(isRefused ? [1] : []);
  });

  it("none in what is no list", () => {
    for (const answer of [undefined, null, {}, "[]", 1]) expect(rules.findRefused(answer, 0)).toBeUndefined();
  });
});

describe("toResend()", () => {
  const [a, b, c] = [get("a"), get("b"), get("c")];
  const first = JSON.stringify([served("1"), toRefused(4), served("3")], undefined, 1);
  const again = JSON.stringify([served("2")]);

  it("sends those alone, as they were written, and changes nothing else of a JSON body", () => {
    const text = `{ "x":1.0, "batch" : [ ${JSON.stringify(a)} , {"relative_url":"b" ,\n"method":"G\\u0045T"},${JSON.stringify(c)}],"big":12345678901234567890}`;
    const { sent, spliced } = play(toCall(text), first, again);
    expect(sent).toBe(
      '{ "x":1.0, "batch" : [{"relative_url":"b" ,\n"method":"G\\u0045T"}],"big":12345678901234567890}',
    );
    expect(spliced).toBe(
      first.replace(/\{\s*"code": 400[^]*?\}"\s*\}/, '{"code":200,"headers":[],"body":"2"}'),
    );
    expect(JSON.parse(spliced ?? "")).toEqual([served("1"), served("2"), served("3")]);
  });

  it("and of a form, or of a list in a text of JSON's", () => {
    const list = JSON.stringify([a, b, c]);
    const form = `access_token=t%2B&batch=${encodeURIComponent(list)}&include_headers=false`;
    expect(play(toCall(form, { contentType: FORM }), first, again)).toEqual({
      sent: `access_token=t%2B&batch=${encodeURIComponent(JSON.stringify([b]))}&include_headers=false`,
      spliced: expect.any(String),
    });
    expect(play(toCall(JSON.stringify({ batch: list })), first, again).sent).toBe(
      JSON.stringify({ batch: JSON.stringify([b]) }),
    );
  });

  const text = JSON.stringify({ batch: [a, b, c] });
  it.each<[string, SentCall, string?]>([
    ["a list in the query", toCall(text, { search: "?access_token=t&batch=%5B%5D" })],
    ["a list in the query, as PHP has it", toCall(text, { search: "?Batch[0]=1" })],
    ["two lists", toCall(`{"batch":[],"batch":${JSON.stringify([a, b, c])}}`)],
    ["two spellings", toCall(`{"Batch":[],"batch":${JSON.stringify([a, b, c])}}`)],
    ["a digest", toCall(text, { header: (name) => (name === "content-digest" ? "sha-256=:a:" : undefined) })],
    ["two fields of a form", toCall("batch=[]&batch=[1]", { contentType: FORM })],
    ["JSON that is said to be a form", toCall(text, { contentType: FORM })],
    ["a form that is said to be JSON", toCall(`batch=${JSON.stringify([a, b, c])}`)],
    ["files", toCall(text, { contentType: "multipart/form-data; boundary=a" })],
    ["no JSON", toCall(`${text}}`)],
    ["no list", toCall('{"batch":{"0":1}}')],
    ["calls without end", toCall(`{"batch":${"[".repeat(30_000)}${"]".repeat(30_000)}}`)],
    [
      "an answer without end",
      toCall(text),
      `[${"[".repeat(100_000)}${"]".repeat(100_000)},${JSON.stringify(toRefused(4))},1]`,
    ],
    ["fewer answers than calls", toCall(text), JSON.stringify([served("1"), toRefused(4)])],
    ["more answers than calls", toCall(JSON.stringify({ batch: [a, b] }))],
    ["a call that writes", toCall(JSON.stringify({ batch: [a, { ...b, method: "POST" }, c] }))],
    [
      "more calls than a batch may have",
      toCall(JSON.stringify({ batch: Array.from({ length: 60 }, () => a) })),
      JSON.stringify(Array.from({ length: 60 }, () => toRefused(4))),
    ],
  ])("sends nothing again: %s", (_, call, answer = first) => {
    expect(play(call, answer, again)).toEqual({});
  });

  it.each(["[]", '[{"code":200},{"code":200}]', "{}", "null", '[{"code":200}', "", "[,]"])(
    "makes nothing of a second answer of %j",
    (second) => {
      expect(play(toCall(text), first, second)).toEqual({ sent: expect.any(String), spliced: undefined });
    },
  );

  it("leaves a refusal where the second answer has null", () => {
    expect(play(toCall(text), first, "[ null ]").spliced).toBe(first);
  });

  it("never sends what was served, and puts every answer in its place", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ isRead: fc.boolean(), isRefused: fc.boolean(), url: fc.string() }), {
          maxLength: 50,
        }),
        fc.constantFrom(undefined, 1, "\t"),
        (calls, indent) => {
          const batch = calls.map(({ isRead }, at) => ({
            method: isRead ? "GET" : "POST",
            relative_url: `p${at}`,
          }));
          const answers = calls.map(({ isRefused, url }) => (isRefused ? toRefused(4) : served(url)));
          const wanted = calls.flatMap(({ isRead, isRefused }, at) => (isRead && isRefused ? [at] : []));
          const second = wanted.map((at) => served(`again ${at}`));
          const { sent, spliced } = play(
            toCall(JSON.stringify({ batch }, undefined, indent)),
            JSON.stringify(answers, undefined, indent),
            JSON.stringify(second),
          );
          expect(sent === undefined).toBe(wanted.length === 0);
          if (sent === undefined) return;
          expect(JSON.parse(sent)).toEqual({ batch: wanted.map((at) => batch[at]) });
          expect(JSON.parse(spliced ?? "")).toEqual(
            answers.map((one, at) => (wanted.includes(at) ? served(`again ${at}`) : one)),
          );
        },
      ),
      { numRuns: toRuns(1_000) },
    );
  });

  it("bears every text", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.boolean(), (body, answer, second, isForm) => {
        const sent = isForm ? toCall(`batch=${body}`, { contentType: FORM }) : toCall(`{"batch":${body}}`);
        const resend = toResend(sent, { text: answer, refused: [0, 7], rules });
        expect(resend?.splice(second)).toBeUndefined();
      }),
      { numRuns: toRuns(2_000) },
    );
  });
});
