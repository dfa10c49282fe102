/**
 * `npm run demo`: one question to a model alone, to a mixture of agents and to a council, shown stage by stage.
 * `npm run demo -- --local-model` shows it on the real text of a small model that it sets up itself.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { StartupError } from "@composite-llm/core";
import { readDemoOptions } from "./demo/read-demo-options.ts";
import { runDemo } from "./demo/run-demo.ts";
import { createScreen } from "./demo/screen.ts";
import { endOnSignals } from "./process/end-on-signals.ts";

const INTERRUPTED = 130;

const root = fileURLToPath(new URL("..", import.meta.url));
const ending = endOnSignals();
const isColoured = process.stdout.isTTY && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
const screen = createScreen(process.stdout, isColoured);
// Whoever read the output has gone.
process.stdout.on("error", () => ending.end());
process.on("exit", () => screen.close());
process.on("uncaughtException", (error) => {
  console.error(`The demo has to stop, because of a fault of its own: ${error.message}`);
  process.exitCode = 1;
  ending.end();
});

try {
  const wasAnswered = await runDemo(readDemoOptions(process.argv.slice(2)), {
    root,
    env: process.env,
    stateDirectory: process.env["COMPOSITE_STATE_DIRECTORY"] || join(root, ".state"),
    screen,
    now: () => performance.now(),
    ending,
  });
  process.exitCode ??= ending.signal.aborted ? INTERRUPTED : wasAnswered ? 0 : 1;
} catch (error) {
  screen.close();
  process.exitCode ??= ending.signal.aborted ? INTERRUPTED : 1;
  if (!ending.signal.aborted) {
    console.error(error instanceof StartupError ? error.message : `The demo could not go on: ${String(error)}`);
  }
}
// Whatever still holds the process: everything that it started has ended.
process.exit();
