// Runs before a command, on whatever Node there is: TypeScript needs a newer one than many machines have, and the `node`
// package beside the project is missing where its install script was not run.

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Headgate needs Node 22.18 or newer and found ${process.versions.node}. Run \`npm ci\` without --ignore-scripts: it brings Node 24 for this project alone.`,
  );
  process.exit(1);
}
