/** After so many deaths of workers since it last got anywhere a run or a call runs alone, so that it takes nothing else along. */
export const QUARANTINE_AFTER = 3;

/** After so many it is given up. */
export const GIVE_UP_AFTER = 12;
