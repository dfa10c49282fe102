/** Services that are built here. */
export const OWN_SERVICES = ["gateway", "orchestrator", "model-caller", "mock-provider"] as const;
/** Those of them that are configured by `.env` when it is there. */
const CONFIGURED = ["gateway", "orchestrator", "model-caller"] as const;

export interface OverrideOptions {
  /** False leaves Jaeger out. */
  hasJaeger: boolean;
}

/**
 * What the test changes of docker-compose.yml, as a second compose file: images under a tag of its own, so that those of
 * a running stack keep theirs, nothing of the developer's own `.env`, no restarts that would hide a crash, and fewer health checks while many containers start: each of them is a
 * process more.
 */
export function toOverride({ hasJaeger }: OverrideOptions): string {
  const services: Record<string, string[]> = {};
  for (const name of OWN_SERVICES)
    services[name] = [`image: composite-llm/${name}:test`, 'restart: "no"', "healthcheck: { start_period: 60s, start_interval: 3s }"];
  for (const name of CONFIGURED) services[name]?.push("env_file: !reset []");
  // A profile that nobody asks for.
  if (!hasJaeger) services["jaeger"] = ["profiles: [left-out]"];
  const lines = Object.entries(services).flatMap(([name, settings]) => [`  ${name}:`, ...settings.map((setting) => `    ${setting}`)]);
  return ["services:", ...lines, ""].join("\n");
}
