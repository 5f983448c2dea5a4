// What the bench uses of the runtime's npm package, which has no types of its own.

declare module "workerd" {
  const workerd: {
    /** The program's path. */
    readonly default: string;
    readonly version: string;
  };
  export default workerd;
}
