/** `ROCKPOOL_LONG_RUNS=1` makes the random tests run longer: for a night, not for every commit. */
export const LONG: boolean = process.env['ROCKPOOL_LONG_RUNS'] === '1';
