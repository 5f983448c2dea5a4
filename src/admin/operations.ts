// Every operation of the admin API, the one list.

import { alertOperations } from "./alert-operations.ts";
import { configOperations } from "./config-operations.ts";
import { consumerOperation } from "./consumer-operation.ts";
import { counterOperations } from "./counter-operations.ts";
import { createEntryCreation, createEntryOperations } from "./entry-operations.ts";
import { explainOperation } from "./explain-operation.ts";
import { gatewayOperations, purgeOperation } from "./gateway-operations.ts";
import { keyOperations } from "./key-operations.ts";
import { requestOperations } from "./request-operations.ts";
import { statsOperations } from "./stats-operations.ts";
import { suspectOperation } from "./suspect-operation.ts";
import { tokenOperations } from "./token-operations.ts";
import type { TokenScope } from "../core/control/token-scopes.ts";
import type { Operation } from "./operation.ts";

/** What a named token of this scope opens, beside what `read` does. */
const of = (scope: TokenScope, operations: readonly Operation[]): readonly Operation[] =>
  operations.map((operation) => ({ ...operation, scope }));

export const operations: readonly Operation[] = [
  ...gatewayOperations,
  ...of("purge", [purgeOperation]),
  ...of("keys", [...keyOperations, ...createEntryOperations("keys")]),
  ...of("limits", [
    createEntryCreation("overrides"),
    ...createEntryOperations("overrides"),
    createEntryCreation("bans"),
    ...createEntryOperations("bans"),
    createEntryCreation("access"),
    ...createEntryOperations("access"),
    ...counterOperations,
    consumerOperation,
    suspectOperation,
    ...requestOperations,
  ]),
  ...of("config", configOperations),
  explainOperation,
  ...statsOperations,
  ...of("config", alertOperations),
  // Only ADMIN_TOKEN makes tokens: none can give more than it has.
  ...tokenOperations,
  ...createEntryOperations("tokens"),
];
