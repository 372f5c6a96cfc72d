/** One thing under observation: reads its counters into its cells. */
export interface Reader {
  read(): void;
}
