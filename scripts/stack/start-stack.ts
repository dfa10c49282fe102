import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StartupError } from "@composite-llm/core";
import { DEFAULT_RESTART_POLICY } from "./restart-policy.ts";
import { runServices } from "./run-services.ts";
import { entryOf, SERVICE_TRAITS, SERVICES, type ServiceName, type ServiceSpec } from "./service-spec.ts";
import { openStackRedis, type StackRedis } from "./stack-redis.ts";
import type { StackProcess, SupervisionEvents } from "./supervised-service.ts";

type Variables = Readonly<Record<string, string>>;

export interface ServiceOptions {
  /** How many processes; one unless given, and none with 0. */
  count?: number;
  /** Variables of all of them, or a list with those of each. */
  env?: Variables | readonly Variables[];
  /** Another program in its place, for tests of what starts it. */
  entry?: string;
}

export interface StackOptions {
  /** The text of composite.yaml; none unless given. */
  config?: string;
  /** Variables of every service. */
  env?: Variables;
  services?: Partial<Record<ServiceName, ServiceOptions>>;
  /** Without mock-provider the services find no provider at all, unless `env` or `config` brings one. */
  mock?: boolean;
  /** REDIS_URL's unless given, and a private one without both. */
  redisUrl?: string;
  /** So many private ones in place of that, and the runs spread over them. */
  shards?: number;
  /** A random one unless given. */
  redisPrefix?: string;
  /** Starts a service again when it dies, as `npm start` does. Without it a dead one stays dead until `restart()`. */
  supervise?: boolean;
  events?: SupervisionEvents;
}

/** A whole stack on free ports of the loopback. */
export interface Stack {
  gatewayUrl: string;
  /** Null without mock-provider. */
  mockUrl: string | null;
  /** The file in which mock-provider writes every request. */
  ledgerFile: string;
  /** Several, separated by commas, where there are shards. */
  redisUrl: string;
  /** The private ones, in the order of the shards. */
  redisServers: readonly StackRedis[];
  redisPrefix: string;
  /** Configuration, logs and ledger stand here until `stop()`. */
  directory: string;
  configFile: string | null;
  processes: readonly StackProcess[];
  /** The process of a name: `gateway`, or `model-caller-2` where there are several. */
  process(name: string): StackProcess;
  /** What a process has logged so far. */
  log(name: string): Promise<string>;
  /** Ends everything and removes the directory. */
  stop(): Promise<void>;
}

/** The only variables of this machine that reach a service: no key and no setting of the developer does. */
const INHERITED = ["PATH", "HOME", "TMPDIR", "LANG", "TZ", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"];

function inheritedVariables(): Record<string, string> {
  return Object.fromEntries(INHERITED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}

function specsOf(options: StackOptions, service: ServiceName, directory: string, base: Variables): ServiceSpec[] {
  const { count = 1, env = {}, entry = entryOf(service) } = options.services?.[service] ?? {};
  return Array.from({ length: service === "mock-provider" && options.mock === false ? 0 : count }, (_, index) => {
    const name = count === 1 ? service : `${service}-${index + 1}`;
    const own: Variables = Array.isArray(env) ? (env[index] ?? {}) : (env as Variables);
    return { name, service, entry, directory, logFile: join(directory, "logs", `${name}.log`), env: { ...base, ...options.env, ...own } };
  });
}

/** The end of every log, for the error of a stack that did not start: the logs themselves are removed with it. */
async function lastLines(directory: string): Promise<string> {
  const logs = join(directory, "logs");
  const ends = (await readdir(logs)).map(async (name) => {
    const lines = (await readFile(join(logs, name), "utf8")).trimEnd().split("\n").slice(-10);
    return `--- ${name}\n${lines.join("\n")}`;
  });
  return (await Promise.all(ends)).join("\n");
}

/**
 * Starts Redis (unless there is one), mock-provider, orchestrator, model-caller and gateway as separate processes with an
 * environment that holds nothing of this machine's, and waits until all are ready.
 *
 * @throws StartupError when one of them does not start; nothing is left running then
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const directory = await mkdtemp(join(tmpdir(), "composite-stack-"));
  await mkdir(join(directory, "logs"));
  const configFile = options.config === undefined ? null : join(directory, "composite.yaml");
  if (configFile !== null) await writeFile(configFile, options.config ?? "");
  const redis = await openStackRedis(directory, options.redisUrl ?? process.env["REDIS_URL"], options.shards);
  const redisPrefix = options.redisPrefix ?? `t${randomBytes(6).toString("hex")}`;
  const ledgerFile = join(directory, "ledger.jsonl");

  const base: Variables = {
    ...inheritedVariables(),
    ...Object.fromEntries(SERVICES.map((service) => [SERVICE_TRAITS[service].portVariable, "0"])),
    REDIS_URL: redis.localUrl,
    REDIS_PREFIX: redisPrefix,
    ...(configFile === null ? {} : { COMPOSITE_CONFIG: configFile }),
  };
  const clearUp = async (): Promise<void> => {
    await redis.stop();
    await rm(directory, { recursive: true, force: true });
  };
  const [mock = null] = specsOf(options, "mock-provider", directory, { ...base, MOCK_LEDGER_FILE: ledgerFile });
  const running = await runServices({
    mock,
    others: (mockUrl) => {
      const variables = mockUrl === null ? base : { ...base, MOCK_PROVIDER_URL: mockUrl };
      return SERVICES.slice(1).flatMap((service) => specsOf(options, service, directory, variables));
    },
    policy: options.supervise === true ? DEFAULT_RESTART_POLICY : null,
    ...(options.events === undefined ? {} : { events: options.events }),
  }).catch(async (error: unknown) => {
    const logs = await lastLines(directory);
    await clearUp();
    throw error instanceof StartupError ? new StartupError(`${error.message}\n${logs}`, { cause: error }) : error;
  });

  const find = (name: string): StackProcess => {
    const found = running.processes.find((candidate) => candidate.name === name);
    if (found === undefined) throw new Error(`no process ${name}: there are ${running.processes.map((each) => each.name).join(", ")}`);
    return found;
  };
  return {
    gatewayUrl: running.processes.find(({ service }) => service === "gateway")?.url ?? "",
    mockUrl: running.mockUrl,
    ledgerFile,
    redisUrl: redis.url,
    redisServers: redis.servers,
    redisPrefix,
    directory,
    configFile,
    processes: running.processes,
    process: find,
    log: (name) => readFile(find(name).logFile, "utf8"),
    stop: async () => {
      await running.stop();
      await clearUp();
    },
  };
}
