import type { Redis } from "ioredis";
import { type MemoryFigures, parseMemoryFigures, watermarkOf } from "./memory-figures.ts";

const READ_EVERY_MS = 1000;

/** Knows how full Redis is, from figures of the last second. */
export interface MemoryWatch {
  /** Whether a new run finds room that none of the open ones may come to need. */
  hasRoomFor(bytes: number): boolean;
  /** A run with these needs was accepted: the figures don't show it before they are read again. */
  note(bytes: number): void;
  close(): void;
}

/** @param needsKey hash of what the open runs may come to need */
export async function watchMemory(commands: Redis, needsKey: string): Promise<MemoryWatch> {
  let figures: MemoryFigures | null = null;
  let neededByOpenRuns = 0;
  let notedSince = 0;

  const read = async (): Promise<void> => {
    const notedBefore = notedSince;
    const [info, needs] = await Promise.all([commands.info("memory"), commands.hvals(needsKey)]);
    figures = parseMemoryFigures(info);
    neededByOpenRuns = needs.reduce((sum, bytes) => sum + Number(bytes), 0);
    notedSince -= notedBefore;
  };

  let isReading = false;
  const timer = setInterval(() => {
    if (isReading) return;
    isReading = true;
    // While Redis is away nothing is accepted anyway.
    void read()
      .catch(() => undefined)
      .finally(() => {
        isReading = false;
      });
  }, READ_EVERY_MS);
  await read().catch(() => undefined);

  return {
    hasRoomFor: (bytes) => {
      const watermark = figures === null ? null : watermarkOf(figures);
      if (figures === null || watermark === null) return true;
      return figures.used + neededByOpenRuns + notedSince + bytes <= watermark;
    },
    note: (bytes) => {
      notedSince += bytes;
    },
    close: () => clearInterval(timer),
  };
}
