/** What stops `rockpool watch` before it begins. */
import { UsageError } from '../errors.ts';

/** The address is none, or somebody else answers there. */
export class WatchTargetError extends UsageError {
  readonly url: string;

  constructor(url: string, why: string) {
    super('ERR_ROCKPOOL_LAB_WATCH', `Cannot watch '${url}' as ${why}`);
    this.url = url;
  }
}
