import { expect, test } from "vitest";
import { findRepeatable } from "../../../../src/core/feedback/profiles/graph-parts.ts";

const GET = '{"method":"GET","relative_url":"me"}';
const POST = '{"method":"POST","relative_url":"me/feed","body":"message=a"}';

const batches: readonly (readonly [what: string, calls: readonly string[], repeatable: readonly number[]])[] =
  [
    ["calls that read", [GET, GET], [0, 1]],
    ["none that writes", [GET, POST, '{"method":"DELETE","relative_url":"1"}'], [0]],
    [
      "a call with fields, a token and nested expansions of its own",
      ['{"method":"GET","relative_url":"me?fields=photos{id,result}","headers":["A: b"],"access_token":"t"}'],
      [0],
    ],
    ["a name that nobody waits for", ['{"method":"GET","name":"a","relative_url":"me"}', POST], [0]],
    [
      "a name that somebody waits for",
      [
        '{"method":"GET","name":"a","relative_url":"me"}',
        '{"method":"GET","relative_url":"?ids={result=a:$.data}"}',
        GET,
      ],
      [2],
    ],
    [
      "a name that a call depends on",
      [
        '{"method":"GET","name":"a","relative_url":"me"}',
        '{"method":"GET","depends_on":"a","relative_url":"b"}',
        GET,
      ],
      [2],
    ],
    [
      "a reference in escapes, of JSON's and of URLs'",
      [
        '{"method":"GET","name":"a","relative_url":"me"}',
        String.raw`{"method":"GET","relative_url":"?ids=\u007bresult=a:$}"}`,
        '{"method":"GET","relative_url":"?ids=%7Bresult%3Da:$}"}',
        '{"method":"POST","relative_url":"x","body":"ids=%7bresult=a:$}"}',
        '{"method":"GET","relative_url":"?ids={%20Result=a:$}"}',
      ],
      [],
    ],
    [
      "a method that a parameter puts in the place of its own",
      [
        "1?method=delete",
        "1?a=b&METHOD=post",
        "1?%6dethod=post",
        "1?a;_method=put",
        "1?%=1",
        "1?method[]=x",
      ].map((url) => JSON.stringify({ method: "GET", relative_url: url })),
      [],
    ],
    [
      "a parameter that only begins like it",
      [JSON.stringify({ method: "GET", relative_url: "1?methods=delete&a=method" })],
      [0],
    ],
    [
      "a body, a file, or what is not known",
      [
        '{"method":"GET","relative_url":"me","body":""}',
        '{"method":"GET","relative_url":"me","attached_files":"f"}',
        '{"method":"GET","relative_url":"me","omit_response_on_success":true}',
        '{"method":"GET","relative_url":"me","Method":"POST"}',
      ],
      [],
    ],
    ["a member that stands there twice", ['{"method":"POST","method":"GET","relative_url":"1"}'], []],
    ["twice in two spellings", [String.raw`{"method":"GET","relative_url":"1","\u006dethod":"GET"}`], []],
    [
      "what is no call",
      ["null", "1", '"GET"', "[]", "{}", '{"method":"get","relative_url":"1"}', '{"method":"GET"}'],
      [],
    ],
  ];

test.each(batches)("a batch of the Graph API: %s", (_, calls, repeatable) => {
  expect(findRepeatable(calls)).toEqual(repeatable);
});
