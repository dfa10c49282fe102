import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, utimesSync, writeSync } from "node:fs";
import { dirname } from "node:path";

const HEARTBEAT_MS = 2_000;
/** A holder that has not moved for so long is gone, even if its process id belongs to somebody again. */
const SILENT_MS = 30_000;

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Creates the file with our id in it; false when it is there already. */
function create(file) {
  try {
    const handle = openSync(file, "wx");
    writeSync(handle, String(process.pid));
    closeSync(handle);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

function isStale(file) {
  try {
    const silentMs = Date.now() - statSync(file).mtimeMs;
    const pid = Number.parseInt(readFileSync(file, "utf8"), 10);
    // An empty file was created a moment ago: its owner has not written yet.
    return silentMs > SILENT_MS || (Number.isInteger(pid) && !isAlive(pid));
  } catch {
    return false;
  }
}

/** Removes a lock whose holder died. Only one process at a time may, or the second would remove the first one's new lock. */
function removeStale(file) {
  const breaker = `${file}.break`;
  if (!create(breaker)) {
    if (isStale(breaker)) rmSync(breaker, { force: true });
    return;
  }
  if (isStale(file)) rmSync(file, { force: true });
  rmSync(breaker, { force: true });
}

/**
 * Runs `work` while no other process does, on this machine and with this lock file.
 *
 * @template Value
 * @param {string} file
 * @param {() => Promise<Value>} work
 * @param {() => void} onWait called once when somebody else holds the lock
 * @returns {Promise<Value>}
 */
export async function withLock(file, work, onWait) {
  mkdirSync(dirname(file), { recursive: true });
  let waited = false;
  while (!create(file)) {
    if (isStale(file)) removeStale(file);
    else {
      if (!waited) onWait();
      waited = true;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  const release = () => rmSync(file, { force: true });
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimesSync(file, now, now);
  }, HEARTBEAT_MS);
  process.once("exit", release);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    process.removeListener("exit", release);
    release();
  }
}
