import { wonStep } from "../sample-steps.ts";
import { QUARANTINE_FROM } from "../to-script-call.ts";
import { hold, type RunTurn, type Turn } from "./turn.ts";

/** What killed too many workers runs alone until it gets somewhere, ends, or is let go, and nothing else does. */
export function checkQuarantine(turn: Turn): void {
  for (const run of turn.runs) if (run.is.state !== null) checkRun(run);
}

/** Calls by which something may come out of quarantine. */
const LETS_OUT: ReadonlySet<string> = new Set(["pardon", "commit", "finish", "detach"]);

function checkRun({ action, reply, past, was, is }: RunTurn): void {
  const here = action?.run === is.run ? action : null;
  const [outcome, deaths] = reply;
  const id = here !== null && "dispatch" in here && here.dispatch !== null ? `${is.run}.${here.dispatch}` : is.run;
  const hasSuffered = here?.kind === "suffer" && outcome === "ok";
  const [put, out] = [is.alone.filter((other) => !was.alone.includes(other)), was.alone.filter((other) => !is.alone.includes(other))];
  hold(
    2,
    put.every((other) => hasSuffered && other === id),
    () => `${put.join()} went into quarantine by ${here?.kind ?? "nobody"}`,
  );
  hold(2, out.length === 0 || LETS_OUT.has(here?.kind ?? ""), () => `${out.join()} left quarantine by ${here?.kind ?? "nobody"}`);
  if (hasSuffered) {
    const [isAlone, mustBe] = [is.alone.includes(id), Number(deaths) >= QUARANTINE_FROM];
    hold(2, isAlone === mustBe, () => `${id} killed ${String(deaths)} workers and is ${isAlone ? "" : "not "}in quarantine`);
  }
  if (here?.kind === "pardon") hold(2, !is.alone.includes(id), () => `${id} was let go and is still in quarantine`);
  const hasWon = here?.kind === "commit" && outcome === "succeeded" && !past.winners.has(wonStep(here.step));
  if (hasWon) hold(2, !is.alone.includes(is.run), () => `${is.run} got somewhere and is still in quarantine`);
}
