import { spawn } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { BootstrapError } from "./bootstrap-error.mjs";
import { withLock } from "./install-lock.mjs";
import { stampOf } from "./stamp.mjs";

function isCurrent(files) {
  return existsSync(files.node) && existsSync(files.stamp) && readFileSync(files.stamp, "utf8") === stampOf(files.root);
}

/** Runs pnpm in the version that package.json names; npm's cache keeps it from being fetched twice. */
function runPnpm(files) {
  const { packageManager } = JSON.parse(readFileSync(join(files.root, "package.json"), "utf8"));
  const args = ["-y", packageManager.split("+")[0], "install", "--frozen-lockfile", "--config.confirm-modules-purge=false"];
  mkdirSync(dirname(files.log), { recursive: true });
  const log = createWriteStream(files.log);
  let tail = "";
  return new Promise((resolve, reject) => {
    const child = spawn("npx", args, { cwd: files.root, stdio: ["ignore", "pipe", "pipe"] });
    const keep = (data) => {
      log.write(data);
      tail = (tail + data.toString()).slice(-4_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    // Whoever ends us ends the installation too, and then this process as it would have ended without us.
    const stops = ["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => {
      const stop = () => {
        child.kill(signal);
        process.exit(128 + constants.signals[signal]);
      };
      process.on(signal, stop);
      return () => process.removeListener(signal, stop);
    });
    child.on("error", () => reject(new BootstrapError("There is no npx here: install npm, which brings it along.")));
    child.on("close", (code) => {
      for (const stop of stops) stop();
      log.end();
      if (code === 0) resolve();
      else reject(new BootstrapError(`${tail.trim()}\n\nInstalling the packages failed; the whole output is in ${files.log}.`));
    });
  });
}

/**
 * Installs what the lock file names, unless that was done already.
 *
 * @param {string} root
 * @returns {Promise<string>} path of the pinned Node
 */
export async function installPackages(root) {
  const files = {
    root,
    node: join(root, "node_modules", "node", "bin", "node"),
    // Inside node_modules, so that removing one removes the other.
    stamp: join(root, "node_modules", ".composite-stamp"),
    log: join(root, ".state", "logs", "install.log"),
  };
  if (isCurrent(files)) return files.node;
  const install = async () => {
    if (isCurrent(files)) return;
    console.error("Setting up: Node and the packages of the lock file (about a minute the first time) …");
    await runPnpm(files);
    if (!existsSync(files.node)) throw new BootstrapError(`The package "node" brought no binary; its output is in ${files.log}.`);
    writeFileSync(files.stamp, stampOf(root));
  };
  await withLock(join(root, ".state", "install.lock"), install, () =>
    console.error("Another process is installing the packages: waiting …"),
  );
  return files.node;
}
