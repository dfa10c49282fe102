import { StartupError } from "@composite-llm/core";
import { type RestartPolicy, restartDelayMs } from "./restart-policy.ts";
import { describeExit, type ServiceExit, type ServiceProcess, startServiceProcess } from "./service-process.ts";
import { SERVICE_TRAITS, type ServiceName, type ServiceSpec } from "./service-spec.ts";

/** What a supervisor tells the one who watches. */
export interface SupervisionEvents {
  /** A service died; it is started again after so long. */
  onDeath?(name: string, how: string, restartMs: number): void;
  onRestart?(name: string, pid: number): void;
  /** It died too often, and nothing will start it again. */
  onGiveUp?(name: string, sentence: string): void;
}

/** A service of a running stack. */
export interface StackProcess {
  name: string;
  service: ServiceName;
  logFile: string;
  /** Of its present life, or its last one. */
  readonly pid: number;
  readonly url: string;
  readonly isRunning: boolean;
  /** Sends a signal; resolves when the process ended, for SIGSTOP and SIGCONT at once. Supervised, it comes back. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port, after ending it by SIGKILL when it runs. */
  restart(): Promise<void>;
  /**
   * Starts a successor beside it and, once that is ready, asks the present life to end; gives a promise of its end. A gateway's successor listens on
   * the same port, which both have to share; another service's where its variables say.
   *
   * @param entry the program; the same unless given
   */
  handOver(entry?: string): Promise<{ ended: Promise<ServiceExit> }>;
  /** Ends it for good: SIGTERM, and SIGKILL after `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

const HARMLESS: ReadonlySet<NodeJS.Signals> = new Set(["SIGSTOP", "SIGCONT", "SIGUSR1", "SIGUSR2"]);

/** The same service on the port that it has now: clients that know its address find it there again. */
function onSamePort(spec: ServiceSpec, url: string): ServiceSpec {
  return { ...spec, env: { ...spec.env, [SERVICE_TRAITS[spec.service].portVariable]: new URL(url).port } };
}

/**
 * Starts a service and keeps it alive by a policy; with none it stays dead until somebody restarts it.
 *
 * @throws StartupError when the first start fails
 */
export async function superviseService(
  spec: ServiceSpec,
  policy: RestartPolicy | null,
  events: SupervisionEvents = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<StackProcess> {
  let life: ServiceProcess = await startServiceProcess(spec, signal);
  let isRunning = true;
  /** While it is true an end is no death. */
  let isExpected = false;
  let timer: NodeJS.Timeout | undefined;
  let starting: Promise<void> = Promise.resolve();
  const ending = new AbortController();
  const deathsMs: number[] = [];
  const settled = onSamePort(spec, life.url);
  /** Lives that were handed over and go on until their work is done. */
  const leaving = new Set<ServiceProcess>();

  const begin = (): Promise<void> => {
    const begun = startServiceProcess(settled, ending.signal).then((started) => {
      life = started;
      isRunning = true;
      watch(life);
    });
    starting = begun.catch(() => undefined);
    return begun;
  };

  const revive = (how: string): void => {
    if (policy === null || isExpected) return;
    deathsMs.push(performance.now());
    const delayMs = restartDelayMs(policy, deathsMs);
    if (delayMs === null) {
      const sentence = `${spec.name} ended ${policy.maxDeaths} times within ${policy.windowMs / 1000} s, last with ${how}: see ${spec.logFile}.`;
      events.onGiveUp?.(spec.name, sentence);
      return;
    }
    events.onDeath?.(spec.name, how, delayMs);
    timer = setTimeout(() => {
      begin().then(
        () => events.onRestart?.(spec.name, life.pid),
        (error: unknown) => revive(error instanceof StartupError ? error.message : String(error)),
      );
    }, delayMs);
  };

  const watch = (watched: ServiceProcess): void => {
    void watched.exited.then((exit) => {
      if (watched !== life) return;
      isRunning = false;
      revive(describeExit(exit));
    });
  };
  watch(life);

  return {
    name: spec.name,
    service: spec.service,
    logFile: spec.logFile,
    get pid() {
      return life.pid;
    },
    get url() {
      return life.url;
    },
    get isRunning() {
      return isRunning;
    },
    kill: async (signal = "SIGKILL") => {
      life.kill(signal);
      if (!HARMLESS.has(signal)) await life.exited;
    },
    restart: async () => {
      clearTimeout(timer);
      await starting;
      isExpected = true;
      life.kill("SIGKILL");
      await life.exited;
      isExpected = false;
      await begin();
    },
    handOver: async (entry = spec.entry) => {
      const successor = await startServiceProcess({ ...(spec.service === "gateway" ? settled : spec), entry }, ending.signal);
      const predecessor = life;
      life = successor;
      watch(life);
      leaving.add(predecessor);
      predecessor.kill("SIGTERM");
      return { ended: predecessor.exited.finally(() => leaving.delete(predecessor)) };
    },
    stop: async (graceMs) => {
      isExpected = true;
      clearTimeout(timer);
      ending.abort();
      await starting;
      // A second signal ends them at once.
      for (const former of leaving) former.kill("SIGTERM");
      life.kill("SIGTERM");
      const force = setTimeout(() => [life, ...leaving].forEach((each) => each.kill("SIGKILL")), graceMs);
      await Promise.all([life, ...leaving].map(({ exited }) => exited));
      clearTimeout(force);
    },
  };
}
