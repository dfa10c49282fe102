/** A run, or a call of it, that killed its workers so often that it runs apart from all others. Its time is Redis time in ms since 1970. */
export interface Quarantined {
  /** What of the run it is; null for the run itself. */
  step: string | null;
  /** Deaths of workers since it last got anywhere. */
  deaths: number;
  sinceMs: number;
  /** How the last of them died. */
  reason: string;
}

/** The same as clients see it. */
export interface QuarantineObject {
  step: string | null;
  deaths: number;
  since: string;
  reason: string;
}

export function toQuarantineObject({ step, deaths, sinceMs, reason }: Quarantined): QuarantineObject {
  return { step, deaths, since: new Date(sinceMs).toISOString(), reason };
}
