/** The board, as Grafana's builders make it. */
export function buildBoard(): { readonly panels?: readonly unknown[] };

/** The file, as it is kept. */
export function boardText(): string;
