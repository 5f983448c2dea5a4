// What a line is that is broken on purpose, and the proof that must notice.

/** What must go red. */
export type Proof =
  | {
      readonly project: "core" | "commands" | "workers" | "conformance" | "waiting";
      readonly files: readonly string[];
    }
  /** A Node script with its arguments, which ends with another code than 0. */
  | { readonly script: readonly string[] };

export interface Mutant {
  readonly promise: string;
  readonly file: string;
  /** Stands in the file once. */
  readonly from: string;
  readonly to: string;
  readonly proof: Proof;
}

export const core = (...files: readonly string[]): Proof => ({
  project: "core",
  files: files.map((file) => `test/core/${file}`),
});
export const workers = (...files: readonly string[]): Proof => ({
  project: "workers",
  files: files.map((file) => `test/${file}.test.ts`),
});
export const commands = (...files: readonly string[]): Proof => ({
  project: "commands",
  files: files.map((file) => `test/${file}`),
});
