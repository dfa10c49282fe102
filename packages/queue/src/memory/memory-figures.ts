/** What Redis says of its memory, in bytes. */
export interface MemoryFigures {
  used: number;
  /** `maxmemory`; 0 where there is none. */
  max: number;
  /** Of the machine that Redis runs on; a container's own limit is not among its figures. */
  machine: number;
}

/** Of its own limit Redis may fill this share with runs; the rest is for what nobody foresees. */
const SHARE_OF_MAX = 0.9;

/** Without a limit it shares the machine with others, and needs as much again while it rewrites its append-only file. */
const SHARE_OF_MACHINE = 0.5;

/** @param info the reply to `INFO memory`; null when it does not say what Redis uses */
export function parseMemoryFigures(info: string): MemoryFigures | null {
  const figure = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? Number.NaN);
  const [used, max, machine] = [figure("used_memory"), figure("maxmemory"), figure("total_system_memory")];
  if (Number.isNaN(used)) return null;
  return { used, max: Number.isNaN(max) ? 0 : max, machine: Number.isNaN(machine) ? 0 : machine };
}

/** Up to how many bytes runs may fill Redis; null where neither it nor its machine has a known end. */
export function watermarkOf({ max, machine }: MemoryFigures): number | null {
  if (max > 0) return Math.floor(max * SHARE_OF_MAX);
  return machine > 0 ? Math.floor(machine * SHARE_OF_MACHINE) : null;
}
