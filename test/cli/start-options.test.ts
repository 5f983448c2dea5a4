import { describe, expect, it } from "vitest";
import { MisusedError } from "../../src/cli/command-error.ts";
import { readStartOptions } from "../../src/cli/start-options.ts";

const DEFAULTS = {
  port: 8787,
  host: "127.0.0.1",
  configPath: "headgate.config.ts",
  origin: undefined,
  inspectorPort: undefined,
};

describe("readStartOptions()", () => {
  it.each([
    [[], {}, {}],
    [["--port", "0"], {}, { port: 0 }],
    [["--port=9000"], { PORT: "1" }, { port: 9000 }],
    [[], { PORT: "9001" }, { port: 9001 }],
    [["--config", "a.ts"], { HEADGATE_CONFIG: "b.ts" }, { configPath: "a.ts" }],
    [[], { HEADGATE_CONFIG: "b.ts" }, { configPath: "b.ts" }],
    [["--origin", "https://a.example"], { ORIGIN_URL: "https://b.example" }, { origin: "https://a.example" }],
    [["--host", "0.0.0.0"], {}, { host: "0.0.0.0" }],
    [["--inspect", "9229"], {}, { inspectorPort: 9229 }],
  ])("takes %j with %j", (argv, env, wanted) => {
    expect(readStartOptions(argv, env)).toEqual({ ...DEFAULTS, ...wanted });
  });

  it.each([
    [["--port", "x"], {}, /port must be a number/],
    [["--port", "65536"], {}, /port must be a number/],
    [[], { PORT: "80 80" }, /port must be a number/],
    [["--inspect", "here"], {}, /port must be a number/],
    [["--prot", "1"], {}, /--prot/],
    [["8080"], {}, /8080/],
  ])("refuses %j with %j, and says what there is", (argv, env, said) => {
    const refused = (): unknown => readStartOptions(argv, env);
    expect(refused).toThrow(MisusedError);
    expect(refused).toThrow(said);
    expect(refused).toThrow(/--config <file>/);
  });
});
