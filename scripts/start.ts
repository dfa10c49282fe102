/** `npm start`: everything that a request needs, in the foreground, until Ctrl-C. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { StartupError } from "@composite-llm/core";
import { endOnSignals } from "./process/end-on-signals.ts";
import { serveInForeground } from "./start/serve-in-foreground.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const ending = endOnSignals();
const say = (line: string): void => console.log(line);
// The terminal is gone, or whoever read the output.
process.stdout.on("error", () => ending.end());
process.on("uncaughtException", (error) => {
  console.error(`Composite LLM has to stop, because of a fault of its own: ${error.message}`);
  process.exitCode = 1;
  ending.end();
});

try {
  await serveInForeground({
    root,
    env: process.env,
    stateDirectory: process.env["COMPOSITE_STATE_DIRECTORY"] || join(root, ".state"),
    say,
    ending,
  });
} catch (error) {
  if (!ending.signal.aborted) {
    console.error(error instanceof StartupError ? error.message : `Composite LLM could not start: ${String(error)}`);
    process.exitCode = 1;
  }
}
// Whatever still holds the process: everything that it started has ended.
process.exit();
