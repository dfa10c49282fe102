import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BootstrapError } from "./bootstrap-error.mjs";
import { installPackages } from "./install-packages.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const SIGNALS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/** Calls `end` when the npm that runs this process dies without telling it; a shell may go and leave us running. */
function endWithNpm(end) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    end();
  }, 500);
  timer.unref();
}

/** Runs scripts/<command>.ts or <command>/main.ts: packages first, then the command itself, with our signals handed on and its exit code as ours. */
export async function runCommand([command = "start", ...rest]) {
  const name = command.replace(":", "-");
  const programs = [join(ROOT, "scripts", `${name}.ts`), join(ROOT, name, "main.ts")];
  const script = programs.find((program) => existsSync(program));
  if (!/^[a-z][a-z:-]*$/.test(command) || script === undefined) {
    throw new BootstrapError(`There is no command ${command}: see "scripts" in package.json for those that exist.`);
  }
  const node = await installPackages(ROOT);
  const binaries = [dirname(node), join(ROOT, "node_modules", ".bin")];
  const child = spawn(node, [script, ...rest], {
    cwd: ROOT,
    // The channel tells the command when this process dies without a chance to say so.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, PATH: [...binaries, process.env.PATH ?? ""].join(delimiter) },
  });
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
  endWithNpm(() => child.kill("SIGTERM"));
  process.exitCode = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}
