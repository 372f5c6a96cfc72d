// @ts-check
/**
 * Writes `packages/rockpool/src/buffer/typed-access.ts`: the 88 typed accessors of byte buffers.
 *
 * They are written out instead of being made by a loop over the types, as V8 compiles and inlines a method by
 * its own text: accessors that share one function share its type feedback too, and cost several times as much.
 *
 *     node scripts/generate-typed-access.mjs            writes the file
 *     node scripts/generate-typed-access.mjs --check    fails if the file is not what would be written
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './tools.mjs';

const FILE = join(ROOT, 'packages/rockpool/src/buffer/typed-access.ts');

/**
 * @typedef {object} Type
 * @property {string} name as it stands in the methods' names
 * @property {string} text as it stands in the docs
 * @property {number} bytes
 * @property {'number' | 'bigint'} value
 * @property {string} view the DataView's name for it; empty for 24 bits
 * @property {string} fits the check of `value`; empty if all values fit
 * @property {boolean} ordered whether it has byte orders
 */

/** @type {readonly Type[]} */
const TYPES = [
  int('UInt8', 'an unsigned byte', 1, 'Uint8', '0', '0xff', false),
  int('Int8', 'a signed byte', 1, 'Int8', '-0x80', '0x7f', false),
  int('UInt16', 'an unsigned 16-bit integer', 2, 'Uint16', '0', '0xffff'),
  int('Int16', 'a signed 16-bit integer', 2, 'Int16', '-0x8000', '0x7fff'),
  int('UInt24', 'an unsigned 24-bit integer', 3, '', '0', '0xffffff'),
  int('Int24', 'a signed 24-bit integer', 3, '', '-0x800000', '0x7fffff'),
  int('UInt32', 'an unsigned 32-bit integer', 4, 'Uint32', '0', '0xffffffff'),
  int('Int32', 'a signed 32-bit integer', 4, 'Int32', '-0x80000000', '0x7fffffff'),
  big(
    'BigUInt64',
    'an unsigned 64-bit integer',
    'BigUint64',
    'typeof value === "bigint" && BigInt.asUintN(64, value) === value',
  ),
  big(
    'BigInt64',
    'a signed 64-bit integer',
    'BigInt64',
    'typeof value === "bigint" && BigInt.asIntN(64, value) === value',
  ),
  real('Float', 'a 32-bit float', 4, 'Float32'),
  real('Double', 'a 64-bit float', 8, 'Float64'),
];

/**
 * @param {string} name
 * @param {string} text
 * @param {number} bytes
 * @param {string} view
 * @param {string} min
 * @param {string} max
 * @returns {Type}
 */
function int(name, text, bytes, view, min, max, ordered = true) {
  return {
    name,
    text,
    bytes,
    value: 'number',
    view,
    fits: `typeof value === 'number' && value >= ${min} && value <= ${max}`,
    ordered,
  };
}

/**
 * @param {string} name
 * @param {string} text
 * @param {string} view
 * @param {string} fits
 * @returns {Type}
 */
function big(name, text, view, fits) {
  return { name, text, bytes: 8, value: 'bigint', view, fits, ordered: true };
}

/**
 * @param {string} name
 * @param {string} text
 * @param {number} bytes
 * @param {string} view
 * @returns {Type}
 */
function real(name, text, bytes, view) {
  return { name, text, bytes, value: 'number', view, fits: "typeof value === 'number'", ordered: true };
}

/** @param {Type} type @param {boolean} little */
function loading(type, little) {
  const order = type.ordered && little ? ', true' : '';
  if (type.view !== '') return `this._view.get${type.view}(this._base + index${order})`;
  const half = type.name.startsWith('U') ? 'Uint16' : 'Int16';
  const [high, low] = little ? [' + 1', ''] : ['', ' + 2'];
  return `(this._view.get${half}(this._base + index${high}${order}) << 8) | this._view.getUint8(this._base + index${low})`;
}

/** @param {Type} type @param {boolean} little */
function storing(type, little) {
  const order = type.ordered && little ? ', true' : '';
  if (type.view !== '') return `this._view.set${type.view}(this._base + index, value${order});`;
  const [high, low] = little ? [' + 1', ''] : ['', ' + 2'];
  return `this._view.setUint16(this._base + index${high}, value >> 8${order}); this._view.setUint8(this._base + index${low}, value);`;
}

/** @param {Type} type @param {'' | 'BE' | 'LE'} end */
function accessors(type, end) {
  const little = end === 'LE';
  const name = `${type.name}${end}`;
  const kind = name
    .replace(/^Big/, 'BIG_')
    .replace(/(BE|LE)$/, '_$1')
    .toUpperCase();
  const order = { '': '', BE: ', big-endian', LE: ', little-endian' }[end];
  const other = type.value === 'bigint' ? 'Big' : '';
  const dead = 'this._owner._life !== this._life';
  const unfit = type.fits === "typeof value === 'number'" ? "typeof value !== 'number'" : `!(${type.fits})`;
  return `
  /**
   * Reads ${type.text}${order}, at \`index\`; moves no index.
   *
   * @throws {IndexRangeError} outside of the capacity
   */
  get${name}(index: number): ${type.value} {
    if (index >>> 0 !== index || index > this._capacity - ${type.bytes} || ${dead}) {
      return this._get${other}Other(${kind}, index);
    }
    return ${loading(type, little)};
  }

  /**
   * Writes ${type.text}${order}, at \`index\`; moves no index and does not grow.
   *
   * @throws {IndexRangeError} outside of the capacity
   * @throws {ValueRangeError} \`value\` does not fit
   */
  set${name}(index: number, value: ${type.value}): this {
    if (index >>> 0 !== index || index > this._writable - ${type.bytes} || ${dead} || ${unfit}) {
      this._set${other}Other(${kind}, index, value);
    } else {
      ${storing(type, little)}
    }
    return this;
  }

  /**
   * Reads ${type.text}${order}, at \`readerIndex\`, which moves on by ${type.bytes}.
   *
   * @throws {IndexRangeError} past \`writerIndex\`
   */
  read${name}(): ${type.value} {
    const index = this._reader;
    if (index > this._writer - ${type.bytes} || ${dead}) return this._read${other}Other(${kind});
    this._reader = index + ${type.bytes};
    return ${loading(type, little)};
  }

  /**
   * Writes ${type.text}${order}, at \`writerIndex\`, which moves on by ${type.bytes}; grows if needed.
   *
   * @throws {ValueRangeError} \`value\` does not fit
   * @throws {CapacityError} past \`maxCapacity\`
   */
  write${name}(value: ${type.value}): this {
    const index = this._writer;
    if (index > this._writable - ${type.bytes} || ${dead} || ${unfit}) {
      this._write${other}Other(${kind}, value);
    } else {
      ${storing(type, little)}
      this._writer = index + ${type.bytes};
    }
    return this;
  }
`;
}

const all = TYPES.flatMap((type) =>
  type.ordered ? [accessors(type, 'BE'), accessors(type, 'LE')] : [accessors(type, '')],
);
const kinds = [...new Set([...all.join('').matchAll(/Other\(([A-Z0-9_]+)/g)].map(([, kind]) => kind))].sort();

const source = `/**
 * Typed access to a buffer's bytes, under the names that Node's Buffer has: get and set at an index, read and
 * write at the buffer's own. Written by \`scripts/generate-typed-access.mjs\`, which says why it is written out.
 *
 * Each fast path is a comparison for the range, which fails for dead and read-only buffers too, one for the
 * life of the owner, and, for writes, one for the value. All else is the business of the \`_…Other\` methods.
 */
import { IndexRangeError } from './buffer-errors.ts';
import { ByteBufState } from './byte-buf-state.ts';
import { ${kinds.map((kind) => kind).join(', ')}, type Kind } from './typed-kinds.ts';

/** Typed access; {@link ByteBuf} is the class to use. */
export abstract class TypedAccess extends ByteBufState {
${all.join('')}
  /** @internal */
  _getOther(kind: Kind<number>, index: number): number {
    this._expectAccess('read', kind, index);
    return kind.get(this._view, this._base + index);
  }

  /** @internal */
  _getBigOther(kind: Kind<bigint>, index: number): bigint {
    this._expectAccess('read', kind, index);
    return kind.get(this._view, this._base + index);
  }

  /** @internal */
  _setOther(kind: Kind<number>, index: number, value: number): void {
    this._expectWritable('write');
    kind.check(value);
    this._expectAccess('write', kind, index);
    kind.set(this._view, this._base + index, value);
  }

  /** @internal */
  _setBigOther(kind: Kind<bigint>, index: number, value: bigint): void {
    this._expectWritable('write');
    kind.check(value);
    this._expectAccess('write', kind, index);
    kind.set(this._view, this._base + index, value);
  }

  /** @internal */
  _readOther(kind: Kind<number>): number {
    const index = this._takeReadable('read', kind.bytes);
    const value = this._getOther(kind, index);
    this._reader = index + kind.bytes;
    return value;
  }

  /** @internal */
  _readBigOther(kind: Kind<bigint>): bigint {
    const index = this._takeReadable('read', kind.bytes);
    const value = this._getBigOther(kind, index);
    this._reader = index + kind.bytes;
    return value;
  }

  /** @internal */
  _writeOther(kind: Kind<number>, value: number): void {
    this._expectWritable('write');
    kind.check(value);
    const index = this._makeWritable('write', kind.bytes);
    this._setOther(kind, index, value);
    this._writer = index + kind.bytes;
  }

  /** @internal */
  _writeBigOther(kind: Kind<bigint>, value: bigint): void {
    this._expectWritable('write');
    kind.check(value);
    const index = this._makeWritable('write', kind.bytes);
    this._setBigOther(kind, index, value);
    this._writer = index + kind.bytes;
  }

  /** @internal */
  _expectAccess(verb: string, { bytes }: { readonly bytes: number }, index: number): void {
    this._expectAlive(verb);
    if (index >>> 0 !== index || index > this._capacity - bytes) {
      throw new IndexRangeError(\`\${verb} \${bytes} bytes\`, index, bytes, this._capacity, 'capacity');
    }
  }
}
`;

const formatted = execFileSync(
  process.execPath,
  [join(ROOT, 'node_modules/@biomejs/biome/bin/biome'), 'check', '--write', `--stdin-file-path=${FILE}`],
  { cwd: ROOT, input: source, encoding: 'utf8' },
);

if (process.argv.includes('--check')) {
  const current = readFileSync(FILE, 'utf8');
  console.log(
    current === formatted ? 'typed-access.ts is what the generator writes' : 'typed-access.ts is stale',
  );
  process.exitCode = current === formatted ? 0 : 1;
} else {
  writeFileSync(FILE, formatted);
  console.log(`wrote ${FILE}: ${formatted.split('\n').length} lines`);
}
