import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { checkPortsFree, readPorts } from "./read-ports.ts";

describe("readPorts", () => {
  it("takes the defaults and what the variables say", () => {
    expect(readPorts({ GATEWAY_PORT: "0", GATEWAY_HOST: "0.0.0.0" })).toEqual([
      { service: "mock-provider", host: "127.0.0.1", port: 8082 },
      { service: "model-caller", host: "127.0.0.1", port: 8084 },
      { service: "orchestrator", host: "127.0.0.1", port: 8083 },
      { service: "gateway", host: "0.0.0.0", port: 0 },
    ]);
  });

  it("names a variable that is no port", () => {
    expect(() => readPorts({ GATEWAY_PORT: "http" })).toThrow("GATEWAY_PORT must be a whole number from 0 to 65535");
  });
});

describe("checkPortsFree", () => {
  it("says which port is taken, who needs it and how to change it", async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(typeof address === "object" ? (address?.port ?? 0) : 0);
      });
    });
    const sentence = `Port ${port}, which gateway needs, is already in use: stop what listens there, or set GATEWAY_PORT to another port (0 takes a free one).`;
    await expect(checkPortsFree([{ service: "gateway", host: "127.0.0.1", port }])).rejects.toThrow(sentence);
    await new Promise((resolve) => server.close(resolve));
    await expect(checkPortsFree([{ service: "gateway", host: "127.0.0.1", port }])).resolves.toBeUndefined();
  });

  it("says when two services want the same port", async () => {
    const addresses = [
      { service: "orchestrator", host: "127.0.0.1", port: 65_123 },
      { service: "gateway", host: "127.0.0.1", port: 65_123 },
    ] as const;
    await expect(checkPortsFree(addresses)).rejects.toThrow("Orchestrator and gateway both want port 65123: change GATEWAY_PORT.");
  });
});
