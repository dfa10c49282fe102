import type { RestartPolicy } from "./restart-policy.ts";
import { SERVICES, type ServiceSpec } from "./service-spec.ts";
import { type StackProcess, type SupervisionEvents, superviseService } from "./supervised-service.ts";

export interface ServicesPlan {
  /** Started first, because the others need its address; null for none. */
  mock: ServiceSpec | null;
  others(mockUrl: string | null): readonly ServiceSpec[];
  /** When the dead are raised; null: never. */
  policy: RestartPolicy | null;
  events?: SupervisionEvents;
  /** Calls the start off. */
  signal?: AbortSignal;
}

export interface RunningServices {
  mockUrl: string | null;
  processes: readonly StackProcess[];
  /** Ends all of them in order, the gateway first; each has `graceMs` until SIGKILL. */
  stop(graceMs?: number): Promise<void>;
  /** Ends all of them at once. */
  kill(): Promise<void>;
}

/** Those that take requests end before those that work on them, so that what is under way can end well. */
async function stopInOrder(processes: readonly StackProcess[], graceMs: number): Promise<void> {
  for (const service of SERVICES.toReversed()) {
    await Promise.all(processes.filter((running) => running.service === service).map((running) => running.stop(graceMs)));
  }
}

/**
 * Starts services, each as a process of its own, and keeps them running. When one fails to start, those that did are ended.
 *
 * @throws StartupError of the first that failed
 */
export async function runServices({ mock, others, policy, events, signal }: ServicesPlan): Promise<RunningServices> {
  const processes: StackProcess[] = [];
  const calledOff = new AbortController();
  if (signal?.aborted === true) calledOff.abort();
  signal?.addEventListener("abort", () => calledOff.abort(), { once: true });

  const startAll = async (specs: readonly ServiceSpec[]): Promise<void> => {
    const starts = specs.map(async (spec) => {
      processes.push(await superviseService(spec, policy, events, calledOff.signal));
    });
    try {
      await Promise.all(starts);
    } catch (error) {
      calledOff.abort();
      await Promise.allSettled(starts);
      await stopInOrder(processes, 5_000);
      throw error;
    }
  };

  await startAll(mock === null ? [] : [mock]);
  const mockUrl = processes[0]?.url ?? null;
  const specs = others(mockUrl);
  await startAll(specs);
  const order = specs.map(({ name }) => name);
  processes.sort((left, right) => order.indexOf(left.name) - order.indexOf(right.name));
  return {
    mockUrl,
    processes,
    stop: (graceMs = 12_000) => stopInOrder(processes, graceMs),
    kill: async () => void (await Promise.all(processes.map((running) => running.stop(0)))),
  };
}
