// `npm pack` in the checkout would pack all of it, as nobody installs it: what people install is built. Plain JavaScript, for npm
// runs it on whatever Node there is.

console.error(
  "This checkout is not the package. `npm run package` builds it, and packs dist/headgate-<version>.tgz.",
);
process.exitCode = 1;
