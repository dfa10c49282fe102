import { spawn } from "node:child_process";

/**
 * What the guard runs: a line on its input means that all is well and it may go; the end of its input means that its
 * owner died, and then it ends the process, first gently. It is a shell because a second Node would cost 40 MB.
 */
const GUARD = `
trap '' INT HUP TERM
if read -r line; then exit 0; fi
sleep "$2"
kill -TERM "$1" 2>/dev/null || exit 0
tries=0
while kill -0 "$1" 2>/dev/null && [ "$tries" -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
kill -KILL "$1" 2>/dev/null
exit 0`;

/**
 * Ends another process when this one dies, even by SIGKILL. Call what it returns when the other one has ended.
 *
 * @param graceSeconds how long those who still need it have to end themselves; none unless given
 */
export function guardProcess(pid: number, graceSeconds = 0): () => void {
  const guard = spawn("/bin/sh", ["-c", GUARD, "guard", String(pid), String(graceSeconds)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  guard.on("error", () => undefined);
  guard.stdin.on("error", () => undefined);
  // It waits for our death: it must not be what keeps us alive.
  guard.unref();
  return () => guard.stdin.end("done\n");
}
