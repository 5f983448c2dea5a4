// The runtime's own module, for Workers that are checked beside programs of Node.

declare module "cloudflare:workers" {
  import { type CloudflareWorkersModule } from "@cloudflare/workers-types";
  export const DurableObject: typeof CloudflareWorkersModule.DurableObject;
  /** The Worker's bindings. */
  export const env: Readonly<Record<string, unknown>>;
}
