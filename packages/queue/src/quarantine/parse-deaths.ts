import type { Quarantined } from "@composite-llm/contracts";

/** What is noted of deaths, as the scripts write it; null when it is not in quarantine. @param isRun whether it is that of a run, and not of a call */
export function parseDeaths(text: string | null | undefined, isRun: boolean): Quarantined | null {
  const [deaths = "", , , since = "0", , step = "", ...reason] = (text ?? "").split("|");
  if (since === "0") return null;
  return { step: isRun ? null : step, deaths: Number(deaths), sinceMs: Number(since), reason: reason.join("|") };
}
