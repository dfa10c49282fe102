/**
 * Runs scripts/<command>.ts on the pinned Node with all packages in place, whatever Node started this:
 * `node scripts/bootstrap.mjs <command> [arguments]`. Plain JavaScript without dependencies; this file alone keeps to a
 * syntax that a very old Node can read, so that it can say that it is too old.
 */
const OLDEST_NODE = 20;

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  console.error(
    "Composite LLM needs Node " + OLDEST_NODE + " or newer to start, and this is " + process.versions.node + ": install a newer Node.",
  );
  process.exitCode = 1;
} else {
  import("./bootstrap/run-command.mjs")
    .then((bootstrap) => bootstrap.runCommand(process.argv.slice(2)))
    .catch((error) => {
      console.error(error instanceof Error && error.name !== "BootstrapError" ? error.stack : error.message);
      process.exitCode = 1;
    });
}
