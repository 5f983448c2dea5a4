// Who asks: the client address of each request, which is what the contenders limit by. One workload is one file in this
// folder and one line in registry.ts.

export interface Workload {
  /** How --workload names it. */
  readonly name: string;
  /** Makes the source of addresses of one row: it is asked once a request and lives as long as the row's server. */
  readonly createAddresses: () => () => string;
}
