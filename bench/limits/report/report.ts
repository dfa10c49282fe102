/** Something that was to be shown, and what was measured. */
export interface Goal {
  text: string;
  figure: string;
  isMet: boolean;
}

export interface Table {
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

/** What an experiment found. */
export interface Report {
  title: string;
  /** How it was done, with its real times and numbers. */
  setting: string;
  tables: readonly Table[];
  goals: readonly Goal[];
}

export interface ExperimentOptions {
  /** Length in place of the experiment's own, for trying. */
  seconds: number | null;
  /** Repetitions in place of its own. */
  rounds: number | null;
  say(line: string): void;
}

export interface LimitsExperiment {
  /** What it is called by on the command line. */
  name: string;
  run(options: ExperimentOptions): Promise<Report>;
}

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
