/**
 * Loaded into a process before anything else (`--import`): its wall clock is wrong by what stands in the file that CHAOS_CLOCK_FILE names, in ms, from
 * the moment at which it stands there. The monotonic clock stays right, as it does on a machine whose time is set.
 */
import { readFileSync } from "node:fs";

const LOOK_EVERY_MS = 50;

const RealDate = globalThis.Date;
const file = process.env["CHAOS_CLOCK_FILE"];
let shiftMs = 0;

function look(): void {
  try {
    shiftMs = Number(readFileSync(file ?? "", "utf8"));
  } catch {
    shiftMs = 0;
  }
}

function shiftedNow(): number {
  return RealDate.now() + shiftMs;
}

globalThis.Date = new Proxy(RealDate, {
  apply: () => new RealDate(shiftedNow()).toString(),
  construct: (target, given: unknown[], newTarget) =>
    Reflect.construct(target, given.length === 0 ? [shiftedNow()] : given, newTarget) as Date,
  get: (target, name, receiver) => (name === "now" ? shiftedNow : (Reflect.get(target, name, receiver) as unknown)),
});

look();
setInterval(look, LOOK_EVERY_MS).unref();
