import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** In the order in which they are started; they are stopped the other way round. */
export const SERVICES = ["mock-provider", "model-caller", "orchestrator", "gateway"] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Where Node keeps what it compiled: a service starts faster with it, and without the memory that stripping types takes. */
export const NODE_COMPILE_CACHE = join(ROOT, ".state", "compile-cache");

/** The young generation's halves in MB, a fourth of Node's default: 20 MB less per service. Figures: docs/performance.md. */
export const NODE_FLAGS: readonly string[] = ["--max-semi-space-size=8"];

interface ServiceTraits {
  /** The variable that holds the port it listens on. */
  portVariable: string;
  defaultPort: number;
  /** Answers 200 once it can be used. */
  readyPath: string;
}

export const SERVICE_TRAITS: Readonly<Record<ServiceName, ServiceTraits>> = {
  "mock-provider": { portVariable: "MOCK_PROVIDER_PORT", defaultPort: 8082, readyPath: "/health/live" },
  "model-caller": { portVariable: "MODEL_CALLER_HEALTH_PORT", defaultPort: 8084, readyPath: "/health/ready" },
  orchestrator: { portVariable: "ORCHESTRATOR_HEALTH_PORT", defaultPort: 8083, readyPath: "/health/ready" },
  gateway: { portVariable: "GATEWAY_PORT", defaultPort: 8080, readyPath: "/health/ready" },
};

/** A process to be started. */
export interface ServiceSpec {
  /** Unique in its stack: the service, with a number where there are several. */
  name: string;
  service: ServiceName;
  /** The program. */
  entry: string;
  /** All of its environment; nothing else is inherited. */
  env: Readonly<Record<string, string>>;
  directory: string;
  logFile: string;
}

/** The program of a service of this repository. */
export function entryOf(service: ServiceName): string {
  return join(ROOT, "apps", service, "src", "main.ts");
}
