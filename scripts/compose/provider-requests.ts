import { z } from "zod";
import type { ComposeProject } from "./compose-project.ts";
import type { Docker } from "./docker.ts";

const line = z.object({
  event: z.enum(["started", "ended"]),
  id: z.int(),
  run: z.string().nullable(),
  step: z.string().nullable(),
  outcome: z.enum(["completed", "aborted", "error"]).exactOptional(),
});

/** A request as the provider saw it: the judge of what was really called. */
export interface ProviderRequest {
  run: string | null;
  step: string | null;
  /** Null while it is under way; `aborted` when the caller left first. */
  outcome: "completed" | "aborted" | "error" | null;
}

/** Reads mock-provider's ledger, in which each request has a line for its start and one for its end. @throws ZodError for another form */
export function parseRequests(text: string): ProviderRequest[] {
  const requests = new Map<number, ProviderRequest>();
  for (const json of text.split("\n").filter(Boolean)) {
    const { id, run, step, outcome = null } = line.parse(JSON.parse(json));
    requests.set(id, { run, step, outcome });
  }
  return [...requests.values()];
}

/** Every request that the containers of a project have sent to mock-provider, which nobody outside of its network can ask. */
export async function readRequests(docker: Docker, { name }: ComposeProject): Promise<ProviderRequest[]> {
  const ask = `fetch("http://127.0.0.1:8082/ledger").then((answer) => answer.text()).then((text) => process.stdout.write(text))`;
  return parseRequests(await docker(["exec", `${name}-mock-provider-1`, "node", "-e", ask]));
}
