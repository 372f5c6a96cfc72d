/** Two hashes of 32 bits over numbers, of which 53 bits are the key of a state. */
export class StateHash {
  private a = 0x811c9dc5 | 0;
  private b = 0x1234567 | 0;

  mix(value: number): void {
    this.a = Math.imul(this.a ^ value, 0x01000193);
    this.a ^= this.a >>> 15;
    this.b = Math.imul(this.b ^ value, 0x5bd1e995);
    this.b ^= this.b >>> 13;
  }

  get key(): number {
    return (this.a >>> 0) * 2097152 + (this.b >>> 11);
  }
}
