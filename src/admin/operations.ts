// Every operation of the admin API, the one list.

import { alertOperations } from "./alert-operations.ts";
import { configOperations } from "./config-operations.ts";
import { consumerOperation } from "./consumer-operation.ts";
import { counterOperations } from "./counter-operations.ts";
import { createEntryCreation, createEntryOperations } from "./entry-operations.ts";
import { explainOperation } from "./explain-operation.ts";
import { gatewayOperations } from "./gateway-operations.ts";
import { keyOperations } from "./key-operations.ts";
import { statsOperations } from "./stats-operations.ts";
import type { Operation } from "./operation.ts";

export const operations: readonly Operation[] = [
  ...gatewayOperations,
  ...keyOperations,
  ...createEntryOperations("keys"),
  createEntryCreation("overrides"),
  ...createEntryOperations("overrides"),
  createEntryCreation("bans"),
  ...createEntryOperations("bans"),
  createEntryCreation("access"),
  ...createEntryOperations("access"),
  ...configOperations,
  ...counterOperations,
  consumerOperation,
  explainOperation,
  ...statsOperations,
  ...alertOperations,
];
