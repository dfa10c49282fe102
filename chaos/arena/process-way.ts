import { openTcpProxy, type TcpProxy } from "../inject/tcp-proxy.ts";

/** The way of one process to Redis. */
export interface ProcessWay {
  proxy: TcpProxy;
  /** Key of the inbox that the process reads; null before it has one. It is the one inbox that a process ever names. */
  readonly inbox: string | null;
}

const INBOX = /[\w-]+:inbox:[0-9a-f-]{36}/;

export async function openProcessWay(redisPort: number): Promise<ProcessWay> {
  const proxy = await openTcpProxy(redisPort);
  let inbox: string | null = null;
  proxy.onSent = (chunk) => {
    if (chunk.includes(":inbox:")) inbox = INBOX.exec(chunk.toString("latin1"))?.[0] ?? inbox;
  };
  return {
    proxy,
    get inbox() {
      return inbox;
    },
  };
}
