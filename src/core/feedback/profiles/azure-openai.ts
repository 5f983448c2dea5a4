// Azure OpenAI: as OpenAI's API, by deployment, which stands in the path of its older routes; the key in a field of its own
// (learn.microsoft.com, "Azure OpenAI quotas and limits"). A count of -1 is none, and a 429 is sent for each scope alike.

import type { Profile } from "../reading.ts";
import { REQUESTS, TOKENS } from "./model-limits.ts";
import { readOpenai, readOpenaiRefusal } from "./openai.ts";

const DEPLOYMENT = /\/openai\/deployments\/([^/]+)\//;

export const azureOpenai: Profile = {
  scopes: [REQUESTS, TOKENS],
  bodyStatuses: [429],
  readingMs: 60_000,
  errors: "openai",
  countsCalls: true,
  credential: { headers: ["authorization", "api-key"] },
  toSubject: (_, { path, token }) => `${DEPLOYMENT.exec(path)?.[1] ?? ""} ${token}`,
  isOfModels: true,
  isTransient: ({ status }) => status === 503,
  readings: (answer) => [...readOpenai(answer), ...readOpenaiRefusal(answer)],
};
