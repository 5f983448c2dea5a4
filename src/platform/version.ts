/** What a deployment says of itself; package.json has the same. */
export const VERSION = "0.1.0";
