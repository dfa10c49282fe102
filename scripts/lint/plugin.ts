import { noAmbientTime } from "./no-ambient-time.ts";
import { noSleep } from "./no-sleep.ts";

/** The rules that no linter brings along. The linter loads a plugin by its default export. */
export default {
  meta: { name: "composite" },
  rules: { "no-ambient-time": noAmbientTime, "no-sleep": noSleep },
};
