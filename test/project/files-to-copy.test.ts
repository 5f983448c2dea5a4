// The files of examples/ that users copy: every headgate command in them is one, with its options, and the simulation has what it
// compares with.

import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { commands } from "../../src/cli/headgate/commands.ts";
import { parseArguments } from "../../src/cli/headgate/parse-arguments.ts";
import { readStartOptions } from "../../src/cli/start-options.ts";
import { readText } from "./markdown.ts";

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>;
}

const workflow = parse(readText("examples/github-actions/gateway.yml")) as Workflow;
const lines = Object.values(workflow.jobs)
  .flatMap(({ steps }) => steps.flatMap(({ run = "" }) => run.split("\n")))
  .filter((line) => line.startsWith("npx headgate "));

/** As a shell would hand them over. */
const toArguments = (line: string): string[] =>
  [...line.replace(/^npx headgate /, "").matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? "",
  );

describe("examples/github-actions/gateway.yml", () => {
  test("checks, plays examples, simulates, deploys and pushes", () => {
    const names = lines.map((line) => parseArguments(toArguments(line), commands).command?.name);
    expect(names).toEqual(["check", "test", "simulate", "deploy", "deploy", "config push"]);
  });

  test("compares with what is there, which --max-newly-denied needs", () => {
    const line = lines.find((one) => one.includes("simulate")) ?? "";
    const { given } = parseArguments(toArguments(line), commands);
    expect([given.text("against"), given.text("max-newly-denied")]).toEqual(["before.config.ts", "1%"]);
  });

  test("puts nothing into a script that others write", () => {
    expect(
      Object.values(workflow.jobs).flatMap(({ steps }) => steps.filter(({ run }) => run?.includes("${{"))),
    ).toEqual([]);
  });
});

describe("examples/local", () => {
  test("starts the gateway itself, for other machines", () => {
    const [, text = "[]"] = /^CMD (.*)$/m.exec(readText("examples/local/Dockerfile")) ?? [];
    const [program, start, ...argv] = JSON.parse(text) as string[];
    expect([program, start]).toEqual(["node_modules/.bin/headgate", "start"]);
    expect(readStartOptions(argv, {}).host).toBe("0.0.0.0");
  });

  test("leaves secrets and what was installed elsewhere out of the image", () => {
    expect(readText("examples/local/.dockerignore").split("\n")).toEqual(
      expect.arrayContaining(["node_modules", ".dev.vars", ".wrangler"]),
    );
  });
});
