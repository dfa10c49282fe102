import { createServer } from "node:net";
import { StartupError } from "@composite-llm/core";
import { parseEnvironment, portVariable, textVariable } from "@composite-llm/runtime";
import { SERVICE_TRAITS, SERVICES, type ServiceName } from "../stack/service-spec.ts";

export interface ListenAddress {
  service: ServiceName;
  host: string;
  /** 0 takes a free one. */
  port: number;
}

const HOST_VARIABLES: Readonly<Record<ServiceName, string>> = {
  gateway: "GATEWAY_HOST",
  "mock-provider": "MOCK_PROVIDER_HOST",
  orchestrator: "HEALTH_HOST",
  "model-caller": "HEALTH_HOST",
};

/**
 * Where each service is to listen.
 *
 * @throws StartupError that names every variable that is no port
 */
export function readPorts(env: NodeJS.ProcessEnv): ListenAddress[] {
  const ports = parseEnvironment(
    Object.fromEntries(
      SERVICES.map((service) => [service, portVariable(SERVICE_TRAITS[service].portVariable, SERVICE_TRAITS[service].defaultPort)]),
    ),
    env,
  );
  const hosts = parseEnvironment(
    Object.fromEntries(SERVICES.map((service) => [service, textVariable(HOST_VARIABLES[service], "127.0.0.1")])),
    env,
  );
  return SERVICES.map((service) => ({ service, host: hosts[service] ?? "127.0.0.1", port: ports[service] ?? 0 }));
}

/** Whether somebody else listens there. Other obstacles are left to the service, which has a sentence for each. */
function isTaken({ host, port }: ListenAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve("code" in error && error.code === "EADDRINUSE"));
    server.listen(port, host, () => server.close(() => resolve(false)));
  });
}

/** @throws StartupError that names every port that is taken or wanted twice, and the variable that changes it */
export async function checkPortsFree(addresses: readonly ListenAddress[]): Promise<void> {
  const fixed = addresses.filter(({ port }) => port !== 0);
  const problems: string[] = [];
  for (const [index, address] of fixed.entries()) {
    const variable = SERVICE_TRAITS[address.service].portVariable;
    const other = fixed.slice(0, index).find(({ port }) => port === address.port);
    if (other !== undefined) problems.push(`${other.service} and ${address.service} both want port ${address.port}: change ${variable}`);
    else if (await isTaken(address)) {
      problems.push(
        `port ${address.port}, which ${address.service} needs, is already in use: stop what listens there, or set ${variable} to another port (0 takes a free one)`,
      );
    }
  }
  if (problems.length === 0) return;
  const sentence = problems.join("; ");
  throw new StartupError(`${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`);
}
