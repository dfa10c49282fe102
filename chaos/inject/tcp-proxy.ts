import { once } from "node:events";
import { createServer, connect, type Server, type Socket } from "node:net";
import { cutBefore } from "./cut-before.ts";
import { beginningOf, rewrite, type Rewriting } from "./rewriting.ts";

/** A way to Redis that the suite owns, one for each process: what it does not hand on, the process does not see. */
export interface TcpProxy {
  url: string;
  /** Nothing passes any more, in either direction and without a word, also on new connections: as when a network parts. */
  partition(): void;
  heal(): void;
  /**
   * Stops a connection for good before the first command that contains the text: what stands before it was sent, it and what follows was not.
   * Resolves when that has happened.
   */
  holdBefore(text: string): Promise<void>;
  /** Called with all that the process sends. */
  onSent: (chunk: Buffer) => void;
  /** Changes pieces of what the process sends. */
  rewritings: readonly Rewriting[];
  /** Lets go of the connections that are held; the others stay. */
  release(): void;
  close(): Promise<void>;
}

interface Link {
  client: Socket;
  server: Socket;
  isHeld: boolean;
  /** What was not handed on yet, for it may be the beginning of what is to be changed. */
  rest: Buffer;
}

function listeningPort(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Opens a proxy on a free port of the loopback. @param targetPort where Redis is, also after it was killed and came back */
export async function openTcpProxy(targetPort: number): Promise<TcpProxy> {
  const links = new Set<Link>();
  let isParted = false;
  let hold: { text: string; reached: () => void } | null = null;

  const end = (link: Link): void => {
    links.delete(link);
    link.client.destroy();
    link.server.destroy();
  };

  const changed = (link: Link, sent: Buffer): Buffer => {
    const { rewritings } = proxy;
    if (rewritings.length === 0 && link.rest.length === 0) return sent;
    const chunk = Buffer.concat([link.rest, sent]);
    const whole = Math.min(chunk.length, ...rewritings.map(({ from }) => beginningOf(chunk, from)));
    link.rest = chunk.subarray(whole);
    return rewritings.reduce(rewrite, chunk.subarray(0, whole));
  };

  const send = (link: Link, sent: Buffer): void => {
    proxy.onSent(sent);
    const chunk = changed(link, sent);
    const cut = hold === null ? -1 : cutBefore(chunk, hold.text);
    if (cut < 0) {
      link.server.write(chunk);
      return;
    }
    link.server.write(chunk.subarray(0, cut));
    link.isHeld = true;
    link.client.pause();
    hold?.reached();
    hold = null;
  };

  const server = createServer((client) => {
    const link: Link = { client, server: connect(targetPort, "127.0.0.1"), isHeld: false, rest: Buffer.alloc(0) };
    links.add(link);
    client.setNoDelay(true);
    link.server.setNoDelay(true);
    client.on("data", (chunk) => send(link, chunk));
    link.server.on("data", (chunk) => client.write(chunk));
    for (const socket of [client, link.server]) {
      socket.on("error", () => undefined);
      // What is parted does not hear of the other side's end either.
      socket.on("close", () => {
        if (!isParted) end(link);
      });
    }
    if (isParted) for (const socket of [client, link.server]) socket.pause();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const proxy: TcpProxy = {
    url: `redis://127.0.0.1:${listeningPort(server)}`,
    partition: () => {
      isParted = true;
      for (const { client, server: redis } of links) for (const socket of [client, redis]) socket.pause();
    },
    heal: () => {
      isParted = false;
      for (const link of links) {
        if (link.client.destroyed || link.server.destroyed) end(link);
        else if (!link.isHeld) for (const socket of [link.client, link.server]) socket.resume();
      }
    },
    holdBefore: (text) =>
      new Promise((resolve) => {
        hold = { text, reached: resolve };
      }),
    onSent: () => undefined,
    rewritings: [],
    release: () => {
      hold = null;
      for (const link of links) if (link.isHeld) end(link);
    },
    close: async () => {
      for (const link of links) end(link);
      server.close();
      await once(server, "close");
    },
  };
  return proxy;
}
