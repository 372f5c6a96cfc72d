/** The live page, for programs that serve it themselves: `@rockpool/lab/page`. */
export type { WatchTarget } from './remote-stream.ts';
export { type PageServer, type ServePageOptions, servePage } from './serve-page.ts';
