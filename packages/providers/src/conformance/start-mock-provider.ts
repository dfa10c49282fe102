import { fork } from "node:child_process";
import { once } from "node:events";

export interface RunningMock {
  url: string;
  /** Its count of requests: under way, and those whose caller left before they ended. */
  stats(): Promise<{ inFlight: number; aborted: number }>;
  stop(): Promise<void>;
}

/** The project's own fake provider in a process of its own, as a worker would meet it; it ends with this process. */
export async function startMockProvider(): Promise<RunningMock> {
  const main = new URL("../../../../apps/mock-provider/src/main.ts", import.meta.url);
  const env = { PATH: process.env["PATH"], MOCK_PROVIDER_PORT: "0", MOCK_SEED: "1", LOG_LEVEL: "error" };
  const child = fork(main, { env, stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const [announced] = (await once(child, "message")) as [{ listening: string }];
  return {
    url: announced.listening,
    async stats() {
      const response = await fetch(`${announced.listening}/ledger/stats`);
      return (await response.json()) as { inFlight: number; aborted: number };
    },
    async stop() {
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}
