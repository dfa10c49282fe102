import { z } from "zod";

const inspected = z.object({
  Id: z.string(),
  Name: z.string(),
  State: z.object({ Running: z.boolean(), ExitCode: z.int() }),
  Config: z.object({ Labels: z.record(z.string(), z.string()) }),
  HostConfig: z.object({
    ReadonlyRootfs: z.boolean(),
    CapDrop: z.array(z.string()).nullish(),
    SecurityOpt: z.array(z.string()).nullish(),
    PortBindings: z.record(z.string(), z.array(z.object({ HostIp: z.string() })).nullable()).nullish(),
  }),
});

/** A container of a compose project, running or ended. */
export interface Container {
  id: string;
  /** As `project-gateway-1`. */
  name: string;
  service: string;
  isRunning: boolean;
  exitCode: number;
  hasReadOnlyRoot: boolean;
  dropsAllCapabilities: boolean;
  forbidsNewPrivileges: boolean;
  /** The addresses of the host on which ports of it are published. */
  publishedOn: string[];
}

/** Reads what `docker inspect` printed of containers. @throws when it has another form than we know */
export function parseContainers(json: string): Container[] {
  return z
    .array(inspected)
    .parse(JSON.parse(json))
    .map(({ Id, Name, State, Config, HostConfig }) => ({
      id: Id,
      name: Name.replace(/^\//, ""),
      service: Config.Labels["com.docker.compose.service"] ?? "",
      isRunning: State.Running,
      exitCode: State.ExitCode,
      hasReadOnlyRoot: HostConfig.ReadonlyRootfs,
      dropsAllCapabilities: HostConfig.CapDrop?.includes("ALL") ?? false,
      forbidsNewPrivileges: HostConfig.SecurityOpt?.some((option) => option.startsWith("no-new-privileges")) ?? false,
      publishedOn: Object.values(HostConfig.PortBindings ?? {}).flatMap((bindings) => bindings?.map(({ HostIp }) => HostIp) ?? []),
    }));
}
