/** How many bytes an allocator may hold from the runtime: chunks and huge buffers together. */
export class ByteBudget {
  readonly maxBytes: number;
  reservedBytes = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Takes `bytes` off the budget; false, and nothing taken, if it has not so many left. */
  reserve(bytes: number): boolean {
    if (bytes > this.maxBytes - this.reservedBytes) return false;
    this.reservedBytes += bytes;
    return true;
  }

  /** Gives back what `reserve` took. */
  unreserve(bytes: number): void {
    this.reservedBytes -= bytes;
  }
}
