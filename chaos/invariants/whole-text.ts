import type { EventEvidence } from "../evidence/evidence.ts";
import type { ClientEvent, ClientRecord } from "../load/client-record.ts";
import type { Invariant } from "./verdict.ts";

interface Said {
  /** By stream attempt of the final step. */
  attempts: Map<number, string>;
  committed: string | null;
}

function textOf(data: Record<string, unknown>): string | null {
  const { completion = data } = data as { completion?: unknown };
  const { choices } = completion as { choices?: { message: { content: string | null } }[] };
  return choices?.[0]?.message.content ?? null;
}

/** What a run's events say, attempt by attempt. */
function saidBy(events: readonly (EventEvidence | ClientEvent)[]): Said {
  const said: Said = { attempts: new Map(), committed: null };
  for (const { kind, data } of events) {
    if (kind === "finished") said.committed = textOf(data);
    if (kind !== "delta" || (data["choice"] ?? 0) !== 0) continue;
    const attempt = Number(data["stream_attempt"]);
    const { text = "" } = data as { text?: string };
    said.attempts.set(attempt, (said.attempts.get(attempt) ?? "") + text);
  }
  return said;
}

function gapIn(numbers: readonly number[]): number | null {
  const at = numbers.findIndex((number, index) => number !== index + 1);
  return at < 0 ? null : at + 1;
}

function faultOf(said: Said): string | null {
  if (said.committed === null) return null;
  const last = said.attempts.get(Math.max(...said.attempts.keys()));
  return last === said.committed ? null : `streamed ${last?.length ?? 0} characters and committed ${said.committed.length}`;
}

function faultOfClient(client: ClientRecord, byRun: ReadonlyMap<string, Said>): string | null {
  const runs = client.runs.map((run) => byRun.get(run));
  const last = runs.at(-1)?.committed ?? null;
  if (client.kind === "events") {
    const gap = gapIn(client.events.map(({ id }) => id));
    if (gap !== null) return `missed event ${gap}`;
    return faultOf(saidBy(client.events));
  }
  if (client.text !== null && client.text !== last) return `got ${client.text.length} characters, committed were ${last?.length ?? "none"}`;
  // What came of a stream that broke is the beginning of something that was said.
  const all = runs.flatMap((said) => (said === undefined ? [] : [...said.attempts.values(), said.committed ?? ""]));
  const broken = client.tries.find(({ text, isWhole }) => !isWhole && text !== "" && !all.some((whole) => whole.startsWith(text)));
  return broken === undefined ? null : `read ${broken.text.length} characters that no attempt said`;
}

export const wholeText: Invariant = {
  name: "I3",
  demands: "events are numbered without a gap, and what is streamed, attempt by attempt, is the committed text, also at the clients",
  check: ({ runs, clients }) => {
    const violations: string[] = [];
    const byRun = new Map(runs.map((run) => [run.run, saidBy(run.events)]));
    let restarts = 0;
    for (const { run, state, events } of runs) {
      if (state === null) continue;
      restarts += events.filter(({ kind }) => kind === "reset").length;
      const gap = gapIn(events.map(({ number }) => number));
      if (gap !== null) violations.push(`run ${run} has no event ${gap}`);
      const fault = faultOf(byRun.get(run) ?? saidBy([]));
      if (fault !== null) violations.push(`run ${run} ${fault}`);
    }
    for (const client of clients) {
      const fault = faultOfClient(client, byRun);
      if (fault !== null) violations.push(`a client of ${client.runs.join(", ")} ${fault}`);
    }
    const whole = clients.filter(({ text }) => text !== null).length;
    return { figures: `${whole} of ${clients.length} clients got the committed text; ${restarts} stream restarts`, violations };
  },
};
