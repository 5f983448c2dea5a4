// What an origin is asked for, where that is not simply what the client wants.

export interface AskingFor {
  /** Whatever the client's method. */
  readonly method?: "GET";
  /** Nobody waits for the answer. */
  readonly isRefresh?: boolean;
  /** There is a stored answer that may stand in while the origin's limits leave no quota. */
  readonly hasStandIn?: boolean;
}
